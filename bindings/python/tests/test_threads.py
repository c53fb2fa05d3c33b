"""Many threads in one office: they progress together, and nothing is lost."""

from __future__ import annotations

import datetime
import threading
import time
import unittest
from typing import List

from .support import SECOND, House, VirtualClock, in_threads, memory
import boxoffice  # noqa: E402

THREADS = 8


class BlockingClock(VirtualClock):
    """Its wait lasts until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = threading.Semaphore(0)
        self.go = threading.Event()

    def wait(self, span: datetime.timedelta) -> None:
        self.waiting.release()
        self.go.wait(60)


class ThreadsTest(unittest.TestCase):
    def test_others_go_on_while_one_waits_for_its_turn(self) -> None:
        clock = BlockingClock()
        with memory(clock=clock, active_capacity=0) as office:
            house = House(office)
            text = office.token_text(office.join(office.create_user("mina"), house.room).claims)
            outcome: List[BaseException] = []

            def wait_for_turn() -> None:
                try:
                    office.await_turn(text, 2, SECOND)
                except boxoffice.Error as error:
                    outcome.append(error)

            waiter = threading.Thread(target=wait_for_turn)
            waiter.start()
            self.assertTrue(clock.waiting.acquire(timeout=60))  # it is inside now, and stays

            def work(index: int) -> None:
                user = office.create_user(f"user-{index}")
                for i in range(50):
                    office.recharge(user, 1, f"key-{i}")

            self.assertEqual(in_threads(THREADS - 1, work), [])
            self.assertTrue(waiter.is_alive())
            self.assertEqual(office.stats().users, THREADS)
            clock.go.set()
            waiter.join(60)
            self.assertEqual([type(one) for one in outcome], [boxoffice.NotYourTurn])

    def test_eight_wait_together(self) -> None:
        clock = BlockingClock()
        with memory(clock=clock, active_capacity=0) as office:
            house = House(office)
            texts = [
                office.token_text(office.join(office.create_user(f"u-{i}"), house.room).claims)
                for i in range(THREADS)
            ]

            def work(index: int) -> None:
                if index == THREADS:  # the one that sees all of them inside at once
                    for _ in texts:
                        if not clock.waiting.acquire(timeout=60):
                            raise AssertionError("they do not wait together")
                    clock.go.set()
                    return
                try:
                    office.await_turn(texts[index], 2, SECOND)
                except boxoffice.NotYourTurn:
                    pass

            self.assertEqual(in_threads(THREADS + 1, work), [])

    def test_eight_sleep_in_c_together(self) -> None:
        with memory(active_capacity=0) as office:
            house = House(office)
            texts = [
                office.token_text(office.join(office.create_user(f"u-{i}"), house.room).claims)
                for i in range(THREADS)
            ]

            def work(index: int) -> None:
                try:
                    office.await_turn(texts[index], 2, datetime.timedelta(milliseconds=500))
                except boxoffice.NotYourTurn:
                    pass

            begin = time.monotonic()
            self.assertEqual(in_threads(THREADS, work), [])
            self.assertLess(time.monotonic() - begin, THREADS * 0.5 / 2)

    def test_a_race_for_each_seat_has_one_winner(self) -> None:
        with memory() as office:
            house = House(office, seats=40)
            buyers = [house.buyer(f"u-{i}", 1_000_000) for i in range(THREADS)]
            won: List[int] = []

            def work(index: int) -> None:
                user, token = buyers[index]
                for seat in house.seats:
                    try:
                        held = office.hold_seat(user, token, seat.id)
                    except boxoffice.SeatUnavailable:
                        continue
                    office.pay(user, token, held.reservation)
                    won.append(seat.id)
                    token = office.join(user, house.room).token

            self.assertEqual(in_threads(THREADS, work), [])
            self.assertEqual(sorted(won), sorted(seat.id for seat in house.seats))
            self.assertEqual(office.count_seats(house.concert).sold, 40)
            self.assertEqual(sum(1_000_000 - office.balance(user) for user, _ in buyers), 40_000)
            self.assertEqual(office.audit(), [])

    def test_batches_of_all_threads(self) -> None:
        with memory() as office:
            user = office.create_user("mina")

            def work(index: int) -> None:
                for i in range(20):
                    office.batch(
                        [boxoffice.Recharge(user, 1, f"{index}-{i}-{j}") for j in range(25)]
                    ).check()

            self.assertEqual(in_threads(THREADS, work), [])
            self.assertEqual(office.balance(user), THREADS * 20 * 25)

    def test_a_python_clock_under_threads(self) -> None:
        with memory(clock=VirtualClock()) as office:

            def work(index: int) -> None:
                user = office.create_user(f"u-{index}")
                for _ in range(50):
                    office.recharge(user, 1)
                    office.balance(user)

            self.assertEqual(in_threads(THREADS, work), [])
            self.assertEqual(office.audit(), [])

    def test_closing_under_threads(self) -> None:
        for _ in range(20):
            office = memory()
            user = office.create_user("mina")

            def work(index: int) -> None:
                try:
                    for _ in range(1_000):
                        if index == 0:
                            office.close()
                        office.balance(user)
                except (boxoffice.Closed, boxoffice.InvalidHandle):
                    pass

            self.assertEqual(in_threads(THREADS, work), [])
            self.assertTrue(office.closed)


if __name__ == "__main__":
    unittest.main()
