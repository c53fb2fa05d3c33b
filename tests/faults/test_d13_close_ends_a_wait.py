"""Closing an office waited for whoever waited for a turn in it, and an interval had no bound."""

import datetime
import threading
import unittest

import boxoffice


class CloseEndsAWait(unittest.TestCase):
    def waiting_place(self, office):
        user = office.create_user("mina")
        return office.token_text(office.join(user, office.find_room("main").id).claims)

    def test_close_ends_a_wait_of_another_thread(self):
        inside = threading.Event()

        class SlowClock(boxoffice.Clock):
            """Tells when somebody waits; its wait is a short one."""

            def wall(self):
                return datetime.datetime(2026, 12, 1, tzinfo=datetime.timezone.utc)

            def steady(self):
                return datetime.timedelta()

            def wait(self, span):
                inside.set()

        office = boxoffice.open(":memory:", active_capacity=0, clock=SlowClock())
        text = self.waiting_place(office)
        raised = []

        def wait():
            try:
                # So many that the test ends, if in vain, should closing not end it.
                office.await_turn(text, 2_000, datetime.timedelta(minutes=1))
            except boxoffice.Error as error:
                raised.append(type(error))

        thread = threading.Thread(target=wait)
        thread.start()
        self.assertTrue(inside.wait(60))
        office.close()
        thread.join()
        self.assertEqual(raised, [boxoffice.Closed])

    def test_an_interval_is_at_most_a_minute(self):
        with boxoffice.open(":memory:", active_capacity=0) as office:
            text = self.waiting_place(office)
            for interval in (datetime.timedelta(minutes=1, microseconds=1), datetime.timedelta.max):
                with self.assertRaises(boxoffice.InvalidArgument):
                    office.await_turn(text, 2, interval)


if __name__ == "__main__":
    unittest.main()
