"""A clock of the host's, also one that breaks."""

from __future__ import annotations

import datetime
import threading
import unittest
from typing import Any

from .support import MINUTE, SECOND, START, House, VirtualClock, memory
import boxoffice  # noqa: E402


class ClockTest(unittest.TestCase):
    def test_time_is_the_clocks(self) -> None:
        clock = VirtualClock()
        with memory(clock=clock) as office:
            self.assertEqual(office.now(), START)
            clock.advance(MINUTE)
            self.assertEqual(office.now(), START + MINUTE)
            clock.time = START  # somebody set the wall clock back
            self.assertEqual(office.now(), START + MINUTE)

    def test_other_time_zones_are_fine(self) -> None:
        clock = VirtualClock()
        clock.time = START.astimezone(datetime.timezone(datetime.timedelta(hours=9)))
        with memory(clock=clock) as office:
            self.assertEqual(office.now(), START)

    def test_a_clock_that_is_broken_at_once(self) -> None:
        for wrong in (datetime.datetime(2030, 1, 1), 5, None):
            clock: Any = VirtualClock()
            clock.time = wrong
            with self.assertRaises(boxoffice.InvalidArgument):
                memory(clock=clock)
        clock = VirtualClock()
        clock.elapsed = 0
        with self.assertRaises(boxoffice.InvalidArgument):
            memory(clock=clock)

    def test_a_clock_that_breaks_later_stands_still_and_is_told_of(self) -> None:
        clock: Any = VirtualClock()
        with memory(clock=clock) as office:
            clock.time = datetime.datetime(2031, 1, 1)  # naive
            with self.assertLogs("boxoffice", "ERROR") as logged:
                user = office.create_user("mina")
            self.assertIn("no time zone", logged.output[0])
            clock.time = START
            self.assertEqual(office.find_user("mina"), user)  # what was acknowledged stands
            self.assertEqual(office.now(), START)

    def test_an_error_of_the_call_has_it_as_its_cause(self) -> None:
        clock: Any = VirtualClock()
        with memory(clock=clock) as office:
            office.create_user("mina")
            clock.time = None
            with self.assertRaises(boxoffice.UserExists) as caught:
                office.create_user("mina")
            self.assertIsInstance(caught.exception.__cause__, boxoffice.InvalidArgument)
            clock.time = START

    def test_an_exception_of_wait_comes_out_of_await_turn(self) -> None:
        class Stop(Exception):
            pass

        class Clock(VirtualClock):
            def wait(self, span: datetime.timedelta) -> None:
                super().wait(span)
                raise Stop

        clock = Clock()
        with memory(clock=clock, active_capacity=0) as office:
            house = House(office)
            text = office.token_text(office.join(office.create_user("mina"), house.room).claims)
            with self.assertRaises(Stop):
                office.await_turn(text, 1_000, SECOND)
            self.assertEqual(clock.waits, [SECOND])

    def test_keyboard_interrupt_is_always_raised(self) -> None:
        class Clock(VirtualClock):
            interrupt = False

            def wall(self) -> datetime.datetime:
                if self.interrupt:
                    raise KeyboardInterrupt
                return super().wall()

        clock = Clock()
        with memory(clock=clock) as office:
            clock.interrupt = True
            with self.assertRaises(KeyboardInterrupt):
                office.create_user("mina")
            clock.interrupt = False
            self.assertTrue(office.find_user("mina"))  # it was done all the same

    def test_calling_the_office_from_its_clock_is_refused(self) -> None:
        class Clock(VirtualClock):
            office: Any = None

            def wall(self) -> datetime.datetime:
                if self.office is not None:
                    self.office.stats()
                return super().wall()

        clock = Clock()
        with memory(clock=clock) as office:
            clock.office = office
            with self.assertLogs("boxoffice", "ERROR") as logged:
                office.create_user("mina")
            self.assertIn("must not call its office", logged.output[0])
            clock.office = None

    def test_closing_from_its_clock_is_refused(self) -> None:
        class Clock(VirtualClock):
            office: Any = None

            def steady(self) -> datetime.timedelta:
                if self.office is not None:
                    self.office.close()
                return super().steady()

        clock = Clock()
        with memory(clock=clock) as office:
            clock.office = office
            with self.assertLogs("boxoffice", "ERROR"):
                office.now()
            clock.office = None
            self.assertFalse(office.closed)

    def test_a_steady_clock_that_goes_back_stands_still(self) -> None:
        clock = VirtualClock()
        with memory(clock=clock) as office:
            clock.advance(MINUTE)
            before = office.now()
            clock.elapsed = datetime.timedelta()
            self.assertEqual(office.now(), before)

    def test_the_system_clock_waits(self) -> None:
        with memory(active_capacity=0) as office:
            house = House(office)
            text = office.token_text(office.join(office.create_user("mina"), house.room).claims)
            counted = [0]
            stop = threading.Event()

            def count() -> None:
                while not stop.is_set():
                    counted[0] += 1

            thread = threading.Thread(target=count)
            thread.start()
            with self.assertRaises(boxoffice.NotYourTurn):
                office.await_turn(text, 3, datetime.timedelta(milliseconds=50))
            stop.set()
            thread.join()
            self.assertGreater(counted[0], 1_000)  # the interpreter's lock was free


if __name__ == "__main__":
    unittest.main()
