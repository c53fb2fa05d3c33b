"""Events were kept for ever where no consumer told what it had read."""

import datetime
import unittest

import boxoffice


class MovedClock(boxoffice.Clock):
    now = datetime.datetime(2026, 12, 1, tzinfo=datetime.timezone.utc)
    elapsed = datetime.timedelta()

    def wall(self):
        return self.now

    def steady(self):
        return self.elapsed

    def wait(self, span):
        self.move(span)

    def move(self, span):
        self.now += span
        self.elapsed += span


class EventsGrewForEver(unittest.TestCase):
    def test_event_ttl_prunes_what_is_older(self):
        clock = MovedClock()
        hour = datetime.timedelta(hours=1)
        with boxoffice.open(":memory:", event_ttl=hour, clock=clock) as office:
            user = office.create_user("mina")
            room = office.find_room("main").id
            for _ in range(10):
                office.leave(user, office.join(user, room).claims.token)
                clock.move(hour / 2)
                while office.tick().more:
                    pass
            events = list(office.events())
            self.assertLess(len(events), 10)
            self.assertEqual(events[0].name, "room_created")
            self.assertGreater(events[1].at, clock.now - hour)

    def test_without_it_they_are_kept(self):
        clock = MovedClock()
        with boxoffice.open(":memory:", clock=clock) as office:
            office.create_user("mina")
            clock.move(datetime.timedelta(days=1_000))
            office.tick()
            self.assertEqual(len(list(office.events())), 2)


if __name__ == "__main__":
    unittest.main()
