"""boxoffice.aio: the same answers and errors, many at once, from an event loop."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import dataclasses
import datetime
import inspect
import unittest
from pathlib import Path
from typing import Any, AsyncIterator, Dict, List, Tuple
from unittest import mock

from .aio_support import ROWS, AioTest, buyer, house, open_memory
from .support import DATE, MINUTE, SECOND, Gateway, VirtualClock, memory
import boxoffice  # noqa: E402
from boxoffice import NewSeat, Price, RefundStep, RoomLimits, SeatId, Terms  # noqa: E402
from boxoffice import UserId, aio, commands  # noqa: E402

TERMS = Terms(seats_per_order=4, refund_steps=(RefundStep(None, 500),))


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

    async def test_seats_since_a_version(self) -> None:
        async with open_memory() as office:
            room = (await office.find_room("main")).id
            hall = [boxoffice.NewSeat(str(number), 5) for number in range(300)]
            concert = await office.create_concert(DATE, "x", room, hall)
            whole = await office.seats_since(concert)
            self.assertEqual((whole.is_whole, len(whole.seats)), (True, 300))
            await office.block_seat(whole.seats[7].id)
            changed = await office.seats_since(concert, whole.version)
            self.assertEqual([one.number for one in changed.seats], ["7"])

    async def test_lists_are_read_page_by_page(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            await asyncio.gather(*[office.recharge(mina, amount) for amount in range(1, 1_203)])
            amounts = [one.amount async for one in office.transfers(mina)]
            self.assertEqual(amounts, list(range(1_202, 0, -1)))
            self.assertEqual(len([event async for event in office.events()]), 1_204)
            seen = []
            async for transfer in office.transfers(mina):
                seen.append(transfer.amount)
                break  # and no more of it
            self.assertEqual(seen, [1_202])
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
            return type(value), self.plain(which, fields)
        if isinstance(value, (list, tuple)):
            return [self.plain(which, one) for one in value]
        if isinstance(value, int) and value > 2**40:
            if value not in self.seen[which]:
                self.seen[which][value] = len(self.seen[which])
                self.ids[which].append(value)
            return "id", self.seen[which][value]
        return value

    def named(self, which: int, argument: Any) -> Any:
        if type(argument) in (list, tuple):
            return [self.named(which, one) for one in argument]
        return self.ids[which][int(argument[1:])] if str(argument).startswith("#") else argument

    async def ask(self, name: str, *arguments: Any) -> Any:
        """What both answer. An argument that is a string "#2" is the third id that was seen."""
        answers: List[Any] = []
        for which, office in enumerate(self.offices):
            given = self.named(which, arguments)
            try:
                answer = getattr(office, name)(*given)
                answer = await answer if which else answer
                if isinstance(answer, boxoffice.Paid):  # here without its items, which get_order has
                    answer = dataclasses.replace(answer, items=())
                answers.append(self.plain(which, answer))
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
            ("change_concert", "#1", DATE, "Spring", 1, None, True),
            ("change_concert", "#1", DATE, "Spring", 1),
            ("change_concert", "#1", DATE, "Spring", 2, None, False, 99),
            ("change_sale", "#1", TERMS, 1),
            ("change_sale", "#1", TERMS, 1),
            ("create_type", "#1", "full"),  # 13
            ("create_type", "#1", "child", 1, "#13"),
            ("set_tariff", "#1", [Price("", 700)], 2),
            ("find_seat", "#1", "A-1"),  # 15
            ("find_seat", "#1", "A-2"),  # 16
            ("join", "#3", "#0"),  # 17
            ("hold_seats", "#3", "#17", "#1", ["#15", "#16"], 1_400, "key-5"),  # 18
            ("release_order", "#3", "#18"),
            ("hold_seats", "#3", "#17", "#1", ["#15", "#2"], 1_400),
            ("hold_seats", "#3", "#17", "#1", ["#15", "#16"]),  # 20
            ("pay", "#3", "#17", "#20"),
            ("cancel", "#3", ["#20"], "key-6"),
            ("cancel", "#3", ["#20"], "key-6"),
            ("refund", "#20", 50, False, "key-7", "draught"),
            ("refund", "#20", 651, False, "key-8"),
            ("delete_concert", "#1", 2),
            ("delete_concert", "#1", 9),
            ("call_off", "#1", "storm"),
            ("sweep_refunds", "#1"),
            ("sweep_refunds", "#1", 0),
            ("call_off_reason", "#1"),
            ("sales_report", "#1"),
            ("get_order", "#3", "#20"),
            ("get_sale", "#1"),
            ("types", "#1"),
            ("tariff", "#1"),
        ]
        async with self.both() as both:
            wrong = []
            for step in steps:
                came = await both.ask(*step)
                if isinstance(came, type):
                    wrong.append(step[0])
            self.assertEqual(len(wrong), 21, wrong)
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
            ("hold_seats", 1, 2, 3, 4),
            ("cancel", 1, None),
            ("change_sale", 1, TERMS, True),
            ("change_sale", 1, None, 1),
            ("set_tariff", 1, [5], 1),
            ("change_concert", 1, DATE, "x", 1, None, 1),
            ("refund", 1, 1, False, None),
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
            for name, _ in inspect.getmembers(boxoffice.Office, inspect.isfunction)
            if not name.startswith("_")
        } - {"batch", "close"}
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


if __name__ == "__main__":
    unittest.main()
