"""boxoffice.aio: the same answers and errors, many at once, from event loops; and its end."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import dataclasses
import datetime
import gc
import inspect
import os
import signal
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, AsyncIterator, Awaitable, Callable, Coroutine, Dict, Iterator, List, Tuple
from unittest import mock

from .support import DATE, MINUTE, SECOND, SOURCE, Gateway, VirtualClock, memory, run_python
import boxoffice  # noqa: E402
from boxoffice import NewSeat, RoomLimits, SeatId, TokenId, UserId, aio, commands  # noqa: E402

ROWS = [NewSeat(f"A-{i}", 1_000, "stalls", "A") for i in range(1, 5)]


def open_memory(**options: Any) -> aio.Opening:
    return aio.open(":memory:", **options)


async def house(office: aio.Office) -> Tuple[boxoffice.RoomId, List[SeatId]]:
    """One concert of four seats."""
    room = (await office.find_room()).id
    concert = await office.create_concert(DATE, "Winter", room, ROWS)
    return room, [seat.id for seat in await office.seats(concert)]


async def buyer(
    office: aio.Office, room: boxoffice.RoomId, name: str, points: int = 0
) -> Tuple[UserId, TokenId]:
    user = await office.create_user(name)
    if points:
        await office.recharge(user, points)
    return user, (await office.join(user, room)).token


def own_threads() -> List[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("boxoffice")]


class GatedClock(VirtualClock):
    """Keeps whoever decides waiting, once it is shut."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def wall(self) -> datetime.datetime:
        if threading.current_thread().name == "boxoffice-drive" and not self.gate.is_set():
            self.entered.set()
            self.gate.wait(30)
        return super().wall()


async def until(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.001)


@contextlib.contextmanager
def closed_without_being_asked(count: int) -> Iterator[None]:
    """So many synchronous offices are closed inside, and the threads end."""
    close = boxoffice.Office.close
    with mock.patch.object(boxoffice.Office, "close", autospec=True, side_effect=close) as spy:
        yield
        while own_threads():
            time.sleep(0.001)
        if spy.call_count != count:
            raise AssertionError(f"{spy.call_count} were closed, not {count}")


class AioTest(unittest.IsolatedAsyncioTestCase):
    """Every test leaves no thread, and nothing in the loop's log."""

    def setUp(self) -> None:
        self.logged: List[Dict[str, Any]] = []

    async def asyncSetUp(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, what: self.logged.append(what))
        loop.slow_callback_duration = 60  # of a loop that is debugged, on a machine that is busy

    async def asyncTearDown(self) -> None:
        gc.collect()
        await asyncio.sleep(0)

    def tearDown(self) -> None:
        self.assertEqual(own_threads(), [])
        self.assertEqual(self.logged, [])


class SaleTest(AioTest):
    async def test_a_whole_sale(self) -> None:
        async with open_memory(active_capacity=2) as office:
            room, seats = await house(office)

            async def buy(number: int) -> bool:
                user, token = await buyer(office, room, f"buyer-{number}", 1_000)
                text = await office.token_text((await office.join(user, room)).claims)
                await office.await_turn(text, 10_000, datetime.timedelta(milliseconds=1))
                for seat in seats:
                    with contextlib.suppress(boxoffice.SeatUnavailable):
                        held = await office.hold_seat(user, token, seat, key="hold")
                        paid = await office.pay(user, token, held.reservation, key="pay")
                        again = await office.pay(user, token, held.reservation, key="pay")
                        self.assertEqual((again, paid.balance), (paid, 0))
                        return True
                await office.leave(user, token)
                return False

            bought = await asyncio.gather(*[buy(number) for number in range(12)])
            stats = await office.stats()
            self.assertEqual((sum(bought), stats.seats.sold, stats.users), (4, 4, 12))
            self.assertEqual(await office.audit(), [])

    async def test_one_of_two_hundred_wins_a_seat(self) -> None:
        async with open_memory() as office:
            room, seats = await house(office)
            buyers = await asyncio.gather(
                *[buyer(office, room, f"buyer-{number}") for number in range(200)]
            )
            came = await asyncio.gather(
                *[office.hold_seat(user, token, seats[0]) for user, token in buyers],
                return_exceptions=True,
            )
            self.assertEqual(sum(isinstance(one, boxoffice.Held) for one in came), 1)
            self.assertEqual(sum(isinstance(one, boxoffice.SeatUnavailable) for one in came), 199)

    async def test_commands_of_one_turn_of_the_loop_go_together_in_order(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            driving = office._driving
            with mock.patch.object(driving, "_submit", wraps=driving._submit) as submit:
                made = await asyncio.gather(*[office.recharge(mina, 1) for _ in range(2_500)])
                self.assertEqual(submit.call_count, 3)
            self.assertEqual([one.balance for one in made], list(range(1, 2_501)))

    async def test_lists_are_read_page_by_page(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            await asyncio.gather(*[office.recharge(mina, amount) for amount in range(1, 1_203)])
            amounts = [one.amount async for one in office.transfers(mina)]
            self.assertEqual(amounts, list(range(1_202, 0, -1)))
            self.assertEqual(len([event async for event in office.events()]), 1_204)
            async for transfer in office.transfers(mina):
                break  # and no more of it
            self.assertEqual(transfer.amount, 1_202)
            with self.assertRaises(boxoffice.UnknownUser):
                async for transfer in office.transfers(UserId(1)):
                    pass
            with self.assertRaises(boxoffice.InvalidArgument):
                office.transfers(True)  # type: ignore[arg-type]


class TurnTest(AioTest):
    async def test_waiting(self) -> None:
        async with open_memory(active_capacity=1) as office:
            room, _ = await house(office)
            mina, place = await buyer(office, room, "mina")
            juno = await office.create_user("juno")
            text = await office.token_text((await office.join(juno, room)).claims)
            with self.assertRaises(boxoffice.NotYourTurn):
                await office.await_turn(text, 3, datetime.timedelta())
            with self.assertRaises(boxoffice.InvalidToken):
                await office.await_turn("none", 3, SECOND)
            wrong: List[Any] = [(0, SECOND), (3, 2 * MINUTE), (3, -SECOND), (3, 1), (2.0, None)]
            for attempts, interval in wrong:
                with self.assertRaises(boxoffice.InvalidArgument):
                    await office.await_turn(text, attempts, interval)
            waiting = asyncio.create_task(office.await_turn(text, 10_000, SECOND / 100))
            await asyncio.sleep(0.03)
            self.assertFalse(waiting.done())
            await office.leave(mina, place)
            self.assertTrue((await waiting).is_turn)

    async def test_the_interval_is_what_the_peek_says_unless_it_is_given(self) -> None:
        async with open_memory(active_capacity=0) as office:
            room, _ = await house(office)
            mina = await office.create_user("mina")
            text = await office.token_text((await office.join(mina, room)).claims)
            told = await office.peek(text)
            self.assertGreater(told.next_poll, datetime.timedelta())
            for given, slept in ((None, told.next_poll), (SECOND, SECOND)):
                peek = mock.patch.object(office, "peek", return_value=told)
                with peek, mock.patch.object(office._driving, "sleep") as sleep:
                    with self.assertRaises(boxoffice.NotYourTurn):
                        await office.await_turn(text, 3, given)
                self.assertEqual(sleep.mock_calls, [mock.call(slept)] * 2)

    async def test_closing_ends_it(self) -> None:
        office = await open_memory(active_capacity=0)
        room, _ = await house(office)
        mina = await office.create_user("mina")
        text = await office.token_text((await office.join(mina, room)).claims)
        waiting = asyncio.create_task(office.await_turn(text, 1_000, MINUTE))
        await asyncio.sleep(0.05)
        await office.close()
        with self.assertRaises(boxoffice.Closed):
            await asyncio.wait_for(waiting, 10)


class Both:
    """A synchronous office and an asynchronous one, on clocks that stand still, which are asked the
    same; ids are compared by when they were first seen."""

    def __init__(self, one: boxoffice.Office, other: aio.Office) -> None:
        self.offices: Tuple[Any, Any] = (one, other)
        self.seen: Tuple[Dict[int, int], Dict[int, int]] = ({}, {})
        self.ids: Tuple[List[int], List[int]] = ([], [])

    def plain(self, which: int, value: Any) -> Any:
        if isinstance(value, BaseException):
            return type(value)
        if dataclasses.is_dataclass(value):
            fields = [getattr(value, field.name) for field in dataclasses.fields(value)]
            return type(value), [self.plain(which, one) for one in fields]
        if isinstance(value, int) and value > 2**40:
            if value not in self.seen[which]:
                self.seen[which][value] = len(self.seen[which])
                self.ids[which].append(value)
            return "id", self.seen[which][value]
        return value

    async def ask(self, name: str, *arguments: Any) -> Any:
        """What both answer. An argument that is a string "#2" is the third id that was seen."""
        answers: List[Any] = []
        for which, office in enumerate(self.offices):
            given = [
                self.ids[which][int(one[1:])] if str(one).startswith("#") else one
                for one in arguments
            ]
            try:
                answer = getattr(office, name)(*given)
                answers.append(self.plain(which, await answer if which else answer))
            except (boxoffice.Error, TypeError) as error:
                answers.append(self.plain(which, error))
        if answers[0] != answers[1]:
            raise AssertionError(f"{name}{arguments}: {answers[0]}, {answers[1]}")
        return answers[0]


class SameTest(AioTest):
    @contextlib.asynccontextmanager
    async def both(self, **options: Any) -> AsyncIterator[Both]:
        with memory(clock=VirtualClock(), **options) as one:
            async with open_memory(clock=VirtualClock(), **options) as other:
                yield Both(one, other)

    async def test_each_command_answers_as_the_synchronous_one(self) -> None:
        steps: List[Tuple[Any, ...]] = [
            ("create_room", "side"),  # 0
            ("change_room", "#0", RoomLimits(active_capacity=9)),
            ("create_concert", DATE, "Winter", "#0", ROWS),  # 1
            ("add_seats", "#1", [NewSeat("B-1", 500)]),
            ("find_seat", "#1", "B-1"),  # 2
            ("block_seat", "#2"),
            ("unblock_seat", "#2"),
            ("create_user", "mina"),  # 3
            ("recharge", "#3", 5_000, "key-1"),  # 4
            ("recharge", "#3", 5_000, "key-1"),
            ("join", "#3", "#0"),  # 5
            ("arrive", "#3", "#5"),
            ("hold_seat", "#3", "#5", "#2", "key-2"),  # 6
            ("hold_seat", "#3", "#5", "#2"),
            ("release_hold", "#3", "#6"),
            ("hold_seat", "#3", "#5", "#2"),  # 7
            ("begin_payment", "#3", "#5", "#7"),  # 8
            ("reconcile_payment", "#8"),
            ("fail_payment", "#3", "#7", "#8", "pg-1"),
            ("reconcile_payment", "#8", "pg-1"),
            ("begin_payment", "#3", "#5", "#7", "key-3"),  # 9
            ("capture_payment", "#3", "#5", "#7", "#9", "pg-2", "key-4"),
            ("pay", "#3", "#5", "#7"),
            ("create_user", "juno"),  # 10
            ("recharge", "#10", 499),
            ("join", "#10", "#0"),
            ("leave", "#10", "#12"),
            ("leave", "#10", "#12"),
            ("tick",),
            ("tick", 5),
            ("create_user", "mina"),
            ("create_user", ""),
            ("create_user", "a\nb"),
            ("recharge", 1, 5),
            ("recharge", "#3", 0),
            ("hold_seat", "#3", 77, "#2"),
            ("create_room", "none", RoomLimits(active_capacity=-1)),
            ("create_concert", DATE, "x" * 300, "#0"),
            ("add_seats", "#1", [NewSeat("B-1", 500)]),
            ("stats",),
            ("balance", "#3"),
            ("get_payment", "#3", "#9"),
            ("find_room", "nowhere"),
            ("count_seats", "#1"),
        ]
        async with self.both() as both:
            wrong = []
            for step in steps:
                came = await both.ask(*step)
                if isinstance(came, type):
                    wrong.append(step[0])
            self.assertEqual(len(wrong), 13, wrong)
        kinds = {aio._method_name(kind) for kind in commands.KINDS}
        self.assertEqual(kinds - {step[0] for step in steps}, set())

    async def test_mistakes_of_types_are_the_same(self) -> None:
        steps: List[Tuple[Any, ...]] = [
            ("recharge", True, 5),
            ("recharge", 1, 2**63),
            ("recharge", 1, 5, b"key"),
            ("hold_seat", 1, 2.0, 3),
            ("create_user", "\ud800"),
            ("create_concert", datetime.datetime.now(), "x", 1),
            ("create_concert", DATE, "x", 1, [1]),
            ("change_room", 1, None),
            ("recharge", 1),
            ("peek", 5),
        ]
        async with self.both() as both:
            for step in steps:
                self.assertIn(await both.ask(*step), (boxoffice.InvalidArgument, TypeError))
            one, other = both.offices
            with self.assertRaises(boxoffice.InvalidArgument) as first:
                one.recharge(True, 5)
            with self.assertRaises(boxoffice.InvalidArgument) as second:
                await other.recharge(True, 5)
            self.assertEqual(str(first.exception), str(second.exception))

    async def test_a_fault_is_raised(self) -> None:
        async with self.both() as both:
            self.assertEqual((await both.ask("create_user", "mina"))[0], "id")
            for office in both.offices:
                (office if office is both.offices[0] else office._sync)._callbacks._clock.time += (
                    datetime.timedelta(days=2)
                )
            self.assertEqual(await both.ask("create_user", "juno"), boxoffice.ClockJump)
            with self.assertRaises(boxoffice.ClockJump):
                await both.offices[1].execute([boxoffice.CreateUser("juno")] * 2)

    async def test_every_method_is_there_and_known_to_type_checkers(self) -> None:
        methods = {
            name
            for name, one in vars(boxoffice.Office).items()
            if inspect.isfunction(one) and not name.startswith("_")
        } - {"batch"}
        self.assertEqual({name for name in methods if name not in vars(aio.Office)}, set())
        tree = ast.parse(Path(aio.__file__).read_text(encoding="utf-8"))
        office = next(
            one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "Office"
        )
        block = next(one for one in office.body if isinstance(one, ast.If))
        listed = {
            one.targets[0].id
            for one in block.body
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
        }
        self.assertEqual(listed, methods - {"await_turn"})
        hold = aio.Office.hold_seat
        self.assertEqual(hold.__doc__, boxoffice.Office.hold_seat.__doc__)
        self.assertTrue(inspect.iscoroutinefunction(hold))
        self.assertEqual(
            list(inspect.signature(hold).parameters), ["self", "user", "token", "seat", "key"]
        )

    async def test_a_gateway_is_asked(self) -> None:
        gateway = Gateway()
        async with open_memory(gateway=gateway) as office:
            room, seats = await house(office)
            user, token = await buyer(office, room, "mina", 1_000)
            held = await office.hold_seat(user, token, seats[0])
            gateway.answer = ValueError("no")
            with self.assertRaises(boxoffice.PaymentDeclined) as declined:
                await office.pay(user, token, held.reservation)
            self.assertIs(declined.exception.__cause__, gateway.answer)
            gateway.answer = "approval-1"
            self.assertEqual((await office.pay(user, token, held.reservation)).balance, 0)
            self.assertEqual(len(gateway.requests), 2)


class BatchTest(AioTest):
    async def test_outcomes_are_in_order(self) -> None:
        async with open_memory() as office:
            room, seats = await house(office)
            outcomes = await office.execute(
                boxoffice.CreateUser(name) for name in ("mina", "juno", "mina")
            )
            mina, juno, refused = outcomes
            self.assertIsInstance(refused, boxoffice.UserExists)
            self.assertEqual(await office.find_user("juno"), juno)
            with self.assertRaises(boxoffice.UserExists):
                outcomes.check()
            assert isinstance(mina, int)
            joined, bad = await office.execute(
                [boxoffice.Join(UserId(mina), room), boxoffice.BlockSeat(SeatId(1))]
            )
            self.assertIsInstance(joined, boxoffice.Joined)
            self.assertIsInstance(bad, boxoffice.UnknownSeat)
            self.assertEqual(len(await office.execute([])), 0)

    async def test_of_more_commands_than_go_together(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            many, one = await asyncio.gather(
                office.execute([boxoffice.Recharge(mina, 1)] * 3_000), office.recharge(mina, 1)
            )
            many.check()
            self.assertEqual((len(many), one.balance), (3_000, 3_001))

    async def test_a_malformed_one_keeps_itself_from_being_done_and_nobody_else(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            good = boxoffice.Recharge(mina, 1)
            bad: Any = "1"
            with self.assertRaises(boxoffice.InvalidArgument) as here:
                await office.execute([good, boxoffice.Recharge(mina, bad)])
            self.assertIn("command 1", str(here.exception))
            with self.assertRaises(boxoffice.InvalidArgument):
                await office.execute([good, "no command"])  # type: ignore[list-item]
            # One that only C refuses: so many limits that they are no room's.
            encode = commands._ENCODERS[boxoffice.CreateRoom]

            def malformed(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
                encode(buffer, at, command, arena)
                buffer[at : at + 4] = b"\xff\xff\xff\x7f"  # its kind

            with mock.patch.dict(commands._ENCODERS, {boxoffice.CreateRoom: malformed}):
                came = await asyncio.gather(
                    office.recharge(mina, 5),
                    office.create_room("side"),
                    office.execute([good, boxoffice.CreateRoom("other")]),
                    office.execute([good, good]),
                    return_exceptions=True,
                )
            self.assertIsInstance(came[0], boxoffice.Recharged)
            self.assertIsInstance(came[1], boxoffice.InvalidArgument)
            self.assertIsInstance(came[2], boxoffice.InvalidArgument)
            self.assertIn("command 1", str(came[2]))
            self.assertNotIn("command", str(came[1]))
            self.assertEqual(await office.balance(mina), 7)


class CancelTest(AioTest):
    async def test_a_cancelled_command_may_be_done(self) -> None:
        clock = GatedClock()
        async with open_memory(clock=clock) as office:
            mina = await office.create_user("mina")
            clock.gate.clear()
            given_up = asyncio.create_task(office.recharge(mina, 5))
            other = asyncio.create_task(office.recharge(mina, 6))
            await until(clock.entered)
            given_up.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await given_up
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(office.recharge(mina, 7), 0.01)
            clock.gate.set()
            self.assertEqual((await other).balance, 11)
            self.assertEqual((await office.recharge(mina, 1)).balance, 19)
            self.assertEqual(office._driving._submitted, {})

    async def test_a_cancelled_opening_leaves_nothing(self) -> None:
        clock = GatedClock()
        begun, gate = threading.Event(), threading.Event()
        wall = clock.wall

        def slow() -> datetime.datetime:
            begun.set()
            gate.wait(30)
            return wall()

        with closed_without_being_asked(1), mock.patch.object(clock, "wall", slow):
            opening = asyncio.ensure_future(open_memory(clock=clock)._open())
            await until(begun)
            opening.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await opening
            gate.set()

    async def test_a_failed_opening_leaves_nothing(self) -> None:
        with closed_without_being_asked(0), self.assertRaises(boxoffice.InvalidOptions):
            await open_memory(holds_per_user=-1)

    async def test_an_opening_that_gets_no_thread_leaves_nothing(self) -> None:
        no_thread = mock.patch("boxoffice.aio.Driving", side_effect=RuntimeError("no thread"))
        with closed_without_being_asked(1), no_thread, self.assertRaises(RuntimeError):
            await open_memory()

    async def test_what_cannot_be_told_does_not_pass_through_c(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            inbox = next(iter(office._driving._inboxes.values()))
            with mock.patch.object(inbox, "tell", side_effect=KeyError("inbox")):
                with self.assertLogs("boxoffice", "ERROR") as log:
                    with self.assertRaises(asyncio.TimeoutError):
                        await asyncio.wait_for(office.recharge(mina, 5), 0.2)
            self.assertIn("KeyError", log.output[0])
            self.assertEqual((await office.recharge(mina, 1)).balance, 6)

    async def test_a_clock_that_raises_does_not_end_the_driving(self) -> None:
        clock = VirtualClock()
        async with open_memory(clock=clock) as office:
            with self.assertLogs("boxoffice", "ERROR"):
                with mock.patch.object(clock, "wall", side_effect=SystemExit):
                    await office.create_user("mina")
                await office.create_user("juno")
            self.assertEqual((await office.stats()).users, 2)


class CloseTest(AioTest):
    async def test_work_in_flight(self) -> None:
        clock = GatedClock()
        office = await open_memory(clock=clock)
        mina = await office.create_user("mina")
        clock.gate.clear()
        deciding = asyncio.create_task(office.recharge(mina, 5))
        await until(clock.entered)
        waiting = asyncio.create_task(office.recharge(mina, 6))
        batch = asyncio.create_task(office.execute([boxoffice.Recharge(mina, 7)]))
        await asyncio.sleep(0.01)
        last = asyncio.create_task(office.recharge(mina, 8))  # submitted when it is closing
        closing = [asyncio.create_task(office.close()) for _ in range(2)]
        await asyncio.sleep(0.01)
        self.assertFalse(any(one.done() for one in closing))
        with self.assertRaises(boxoffice.Closed):
            await office.recharge(mina, 9)
        with self.assertRaises(boxoffice.Closed):
            await office.stats()
        clock.gate.set()
        self.assertEqual((await deciding).balance, 5)
        for one in (waiting, batch, last):
            with self.assertRaises(boxoffice.Closed):
                await one
        await asyncio.gather(*closing)
        self.assertTrue(office.closed)
        self.assertEqual(own_threads(), [])

    async def test_what_was_asked_and_not_sent_before_the_end(self) -> None:
        async with open_memory() as office:
            asked = office._driving.ask([boxoffice.CreateUser("mina")])
            office._driving.end()
            office._driving.join()
            with self.assertRaises(boxoffice.Closed):
                await asked

    async def test_what_was_done_stands_and_what_was_not_does_not(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "sale.db"
            office = await aio.open(path)
            mina = await office.create_user("mina")
            tasks = [asyncio.create_task(office.recharge(mina, 1)) for _ in range(5_000)]
            await asyncio.sleep(0.005)
            await office.close()
            came = await asyncio.gather(*tasks, return_exceptions=True)
            done = sum(isinstance(one, boxoffice.Recharged) for one in came)
            self.assertEqual(sum(isinstance(one, boxoffice.Closed) for one in came), 5_000 - done)
            async with aio.open(path) as again:
                self.assertEqual(await again.balance(mina), done)
                self.assertEqual(await again.audit(), [])

    async def test_use_after_close(self) -> None:
        async with open_memory() as office:
            events = office.events()
        uses: List[Callable[[], Awaitable[Any]]] = [
            lambda: office.create_user("mina"),
            lambda: office.stats(),
            lambda: office.execute([boxoffice.Tick()]),
            lambda: office.await_turn("none", 1),
            lambda: events.__anext__(),
        ]
        for use in uses:
            with self.assertRaises(boxoffice.InvalidHandle):
                await use()
        with self.assertRaises(boxoffice.InvalidHandle):
            office.events()
        await office.close()
        self.assertIn("boxoffice.aio.Office ':memory:', closed", repr(office))

    async def test_closing_goes_on_when_it_is_cancelled(self) -> None:
        clock = GatedClock()
        office = await open_memory(clock=clock)
        clock.gate.clear()
        made = asyncio.create_task(office.create_user("mina"))
        await until(clock.entered)
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(office.close(), 0.01)
        clock.gate.set()
        self.assertGreater(await made, 0)
        await office.close()
        self.assertEqual(own_threads(), [])

    async def test_two_offices(self) -> None:
        async with open_memory() as one, open_memory() as other:
            for count in range(50):
                await asyncio.gather(one.create_user(f"a{count}"), other.create_user(f"b{count}"))
            self.assertEqual(own_threads().count("boxoffice-drive"), 2)
            await one.close()
            with self.assertRaises(boxoffice.UnknownUser):
                await other.find_user("a1")
            self.assertGreater(await other.find_user("b49"), 0)

    async def test_a_forgotten_office_is_closed_and_told_of(self) -> None:
        office = await open_memory()
        await office.create_user("mina")
        driving = office._driving
        with self.assertWarns(ResourceWarning):
            del office
            gc.collect()
        await driving.ended()
        self.assertTrue(driving.office.closed)

    async def test_an_office_is_not_pickled(self) -> None:
        async with open_memory() as office:
            with self.assertRaises(TypeError):
                office.__reduce__()


class LoopsTest(unittest.TestCase):
    def test_one_after_the_other(self) -> None:
        async def recharge(office: aio.Office, user: UserId) -> int:
            for _ in range(10):
                made = await office.recharge(user, 1)
            return made.balance

        async def begin() -> Tuple[aio.Office, UserId]:
            office = await open_memory()
            return office, await office.create_user("mina")

        office, mina = asyncio.run(begin())
        self.assertEqual(asyncio.run(recharge(office, mina)), 10)
        self.assertEqual(asyncio.run(recharge(office, mina)), 20)
        self.assertLessEqual(len(office._driving._inboxes), 2)  # those of loops that are gone go
        asyncio.run(office.close())
        self.assertEqual(own_threads(), [])

    def test_a_loop_that_ends_with_work_in_flight(self) -> None:
        clock = GatedClock()

        async def begin() -> Tuple[aio.Office, UserId]:
            office = await open_memory(clock=clock)
            mina = await office.create_user("mina")
            clock.gate.clear()
            asyncio.ensure_future(office.recharge(mina, 5))
            await until(clock.entered)
            return office, mina

        async def go_on() -> None:
            async with office:
                self.assertEqual((await office.recharge(mina, 6)).balance, 11)

        office, mina = asyncio.run(begin())
        with mock.patch("boxoffice._driving.logger") as logger:
            clock.gate.set()
            asyncio.run(go_on())
        self.assertEqual(logger.mock_calls, [])
        self.assertEqual(own_threads(), [])

    def test_in_two_threads_at_once(self) -> None:
        async def work(office: aio.Office, user: UserId) -> None:
            for _ in range(20):
                await asyncio.gather(*[office.recharge(user, 1) for _ in range(20)])

        async def main() -> int:
            async with open_memory() as office:
                mina = await office.create_user("mina")
                loop = asyncio.get_running_loop()
                runs = [
                    loop.run_in_executor(None, lambda: asyncio.run(work(office, mina)))
                    for _ in range(2)
                ]
                await asyncio.gather(work(office, mina), *runs)
                return await office.balance(mina)

        self.assertEqual(asyncio.run(main()), 1_200)
        self.assertEqual(own_threads(), [])


class ProcessTest(unittest.TestCase):
    def test_importing_boxoffice_does_not_import_asyncio(self) -> None:
        done = run_python("import sys, boxoffice; print('asyncio' in sys.modules)")
        self.assertEqual(done.stdout, "False\n", done.stderr)

    def test_leaving_it_open(self) -> None:
        for options in ("", ", log=print"):
            for ending in (
                "kept = asyncio.run(main()); del kept",
                "office = asyncio.run(main())",
                "sys.exit(asyncio.run(main()) and 0)",
            ):
                done = run_python(
                    f"""
                    import asyncio, sys
                    from boxoffice import aio
                    async def main():
                        office = await aio.open(":memory:"{options})
                        mina = await office.create_user("mina")
                        asyncio.ensure_future(office.recharge(mina, 5))
                        await asyncio.sleep(0)
                        print(mina > 0)
                        return office
                    {ending}
                    """
                )
                self.assertEqual((done.returncode, done.stdout), (0, "True\n"), done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_child_may_not_use_it_and_may_close_it(self) -> None:
        async def main() -> None:
            async with open_memory() as office:
                mina = await office.create_user("mina")
                await office.balance(mina)  # so that there are threads of each kind
                child = os.fork()
                if child == 0:
                    signal.alarm(30)
                    try:
                        os._exit(in_child(office, mina))
                    finally:
                        os._exit(99)
                _, status = os.waitpid(child, 0)
                self.assertEqual(status, 0)
                self.assertEqual((await office.recharge(mina, 5)).balance, 5)

        async def own() -> None:
            async with open_memory() as office:
                await office.create_user("juno")

        def in_child(office: aio.Office, mina: UserId) -> int:
            uses: List[Coroutine[Any, Any, Any]] = [
                office.recharge(mina, 5),
                office.balance(mina),
                office.execute([]),
            ]
            for use in uses:
                try:
                    use.send(None)  # the loop is the parent's
                    return 1
                except boxoffice.Forked:
                    pass
            for _ in range(2):
                with contextlib.suppress(StopIteration):
                    office.close().send(None)
                    return 2
            asyncio.run(own())
            return 0 if office.closed else 3

        asyncio.run(main())

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_child_that_exits_as_python_does(self) -> None:
        done = run_python(
            """
            import asyncio, os, sys
            from boxoffice import aio
            async def main():
                office = await aio.open(":memory:", log=print)
                await office.stats()
                return office
            office = asyncio.run(main())
            child = os.fork()
            if child == 0: sys.exit(7)
            print(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
            """
        )
        self.assertEqual((done.returncode, done.stdout), (0, "7\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
