"""The batch call: the same answers as single calls, errors in their places, nothing for malformed
batches."""

from __future__ import annotations

import copy
import ctypes
import dataclasses
import os
import tempfile
import unittest
from typing import Any, Dict, List, get_type_hints

from .support import DATE, START, MINUTE, House, VirtualClock, memory
import boxoffice  # noqa: E402
from boxoffice import _structures as c  # noqa: E402
from boxoffice import commands as boxoffice_commands  # noqa: E402
from boxoffice import (  # noqa: E402
    AddSeats,
    Arrive,
    BeginPayment,
    BlockSeat,
    CapturePayment,
    ChangeRoom,
    ConcertId,
    CreateConcert,
    CreateRoom,
    CreateUser,
    FailPayment,
    HoldSeat,
    Join,
    Leave,
    NewSeat,
    Pay,
    PaymentState,
    Recharge,
    ReconcilePayment,
    ReleaseHold,
    RoomId,
    RoomLimits,
    Seat,
    Tick,
    UnblockSeat,
    UserId,
)


class BatchTest(unittest.TestCase):
    def setUp(self) -> None:
        self.office = memory(clock=VirtualClock())
        self.addCleanup(self.office.close)
        self.house = House(self.office)

    def directory(self) -> str:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return directory.name

    def one(self, command: boxoffice.Command) -> Any:
        (outcome,) = self.office.batch([command])
        if isinstance(outcome, boxoffice.Error):
            raise outcome
        return outcome

    def test_every_kind_answers_as_its_method(self) -> None:
        office, seats = self.office, self.house.seats
        mina = self.one(CreateUser("mina"))
        self.assertEqual(office.find_user("mina"), mina)
        recharged = self.one(Recharge(mina, 5_000, "r-1"))
        self.assertEqual(recharged, office.recharge(mina, 5_000, "r-1"))
        joined = self.one(Join(mina, self.house.room))
        self.assertEqual(joined.claims, office.join(mina, self.house.room).claims)
        token = joined.token
        self.assertEqual(self.one(Arrive(mina, token)), office.arrive(mina, token))
        held = self.one(HoldSeat(mina, token, seats[0].id, "h-1"))
        self.assertEqual(held, office.hold_seat(mina, token, seats[0].id, "h-1"))
        self.assertIsNone(self.one(ReleaseHold(mina, held.reservation)))
        held = self.one(HoldSeat(mina, token, seats[0].id))
        begun = self.one(BeginPayment(mina, token, held.reservation, "b-1"))
        self.assertEqual(begun, office.begin_payment(mina, token, held.reservation, "b-1"))
        self.assertIsNone(self.one(FailPayment(mina, held.reservation, begun.payment, "no")))
        self.assertEqual(office.get_payment(mina, begun.payment).state, PaymentState.FAILED)
        self.assertEqual(office.get_payment(mina, begun.payment).transaction_key, "no")
        begun = self.one(BeginPayment(mina, token, held.reservation))
        captured = self.one(
            CapturePayment(mina, token, held.reservation, begun.payment, "yes", "c-1")
        )
        whole = office.capture_payment(mina, token, held.reservation, begun.payment, "yes", "c-1")
        self.assertEqual(captured, dataclasses.replace(whole, items=()))
        again = self.one(Join(mina, self.house.room))
        self.assertFalse(again.again)
        held = self.one(HoldSeat(mina, again.token, seats[1].id))
        paid = self.one(Pay(mina, again.token, held.reservation, "p-1"))
        whole = office.pay(mina, again.token, held.reservation, "p-1")
        self.assertEqual(paid, dataclasses.replace(whole, items=()))
        third = self.one(Join(mina, self.house.room))
        self.one(HoldSeat(mina, third.token, seats[2].id))
        self.assertEqual(self.one(Leave(mina, third.token)), 1)
        self.assertIsNone(self.one(BlockSeat(seats[3].id)))
        self.assertEqual(office.count_seats(self.house.concert).blocked, 1)
        self.assertIsNone(self.one(UnblockSeat(seats[3].id)))
        self.assertEqual(self.one(Tick()), boxoffice.Ticked(0, False))
        self.assertEqual(office.audit(), [])

    def test_a_whole_house_in_one_batch(self) -> None:
        office = self.office
        hall = [
            NewSeat("1", 0, "", "", -1.5, 1e300),
            NewSeat("2", 10**12, "stalls", "é", 2.0, 0.25, "한글", True),
            *(NewSeat(f"n-{i}", 5) for i in range(3, 1_000)),
        ]
        room, concert, empty, changed = self.office.batch(
            [
                CreateRoom("balcony", RoomLimits(active_capacity=7)),
                CreateConcert(DATE, "Größe", self.house.room, hall),
                CreateConcert(DATE, "", RoomId(7)),
                ChangeRoom(self.house.room, RoomLimits(queue_capacity=9)),
            ]
        )
        self.assertEqual(office.find_room("balcony").id, room)
        self.assertEqual(office.find_room("balcony").limits, RoomLimits(active_capacity=7))
        self.assertIsInstance(empty, boxoffice.InvalidArgument)
        self.assertIsNone(changed)
        self.assertEqual(office.find_room("main").limits, RoomLimits(queue_capacity=9))
        assert isinstance(concert, int)
        made = office.get_concert(ConcertId(concert))
        self.assertEqual((made.title, made.date, made.room), ("Größe", DATE, self.house.room))
        office.create_concert(DATE, "single", self.house.room, hall)
        listed = office.seats(made.id)
        self.assertEqual(len(listed), len(hall))
        one, two = listed[0], listed[1]
        self.assertEqual((one.number, one.x, one.y, one.label), ("1", -1.5, 1e300, "1"))
        self.assertEqual((two.number, two.price, two.row), ("2", 10**12, "é"))
        self.assertEqual(two.section, "stalls")
        self.assertEqual((two.label, two.state), ("한글", boxoffice.SeatState.BLOCKED))
        more = [NewSeat("x", 1), NewSeat("y", 1)]
        added, twice, none, nowhere = office.batch(
            [
                AddSeats(made.id, more),
                AddSeats(made.id, [NewSeat("z", 1), NewSeat("x", 1)]),
                AddSeats(made.id, []),
                AddSeats(ConcertId(7), more),
            ]
        )
        self.assertIsNone(added)
        self.assertIsInstance(twice, boxoffice.SeatExists)
        self.assertIsInstance(nowhere, boxoffice.UnknownConcert)
        with self.assertRaises(boxoffice.UnknownSeat):
            office.find_seat(made.id, "z")  # all or none
        self.assertEqual(len(office.seats(made.id)), len(hall) + 2)
        self.assertIsInstance(none, boxoffice.InvalidArgument)  # as of the method
        self.assertEqual(office.audit(), [])

    def test_every_text_of_a_seat_comes_back_by_itself(self) -> None:
        """Whatever texts a seat has: from a method and from a batch, in memory and in a file."""
        names = [name for name, kind in get_type_hints(NewSeat).items() if kind is str]
        self.assertLessEqual(set(names), set(Seat.__slots__))
        self.assertGreater(len(names), 3)
        texts: Dict[str, Any] = {name: f"of {name}" for name in names}
        for path in (":memory:", os.path.join(self.directory(), "seats.db")):
            with boxoffice.open(path) as office:
                room = office.find_room().id
                single = office.create_concert(DATE, "single", room, [NewSeat(price=1, **texts)])
                batch = office.create_concert(DATE, "batch", room)
                office.batch([AddSeats(batch, [NewSeat(price=1, **texts)])]).check()
                for concert in (single, batch):
                    (seat,) = office.seats(concert)
                    self.assertEqual({name: getattr(seat, name) for name in names}, texts)
                for name in names:
                    self.check_wrong_texts(office, batch, name)

    def check_wrong_texts(self, office: boxoffice.Office, concert: ConcertId, name: str) -> None:
        for wrong in ("x" * 65, "a\nb", "\ud800", b"b", None):
            values: Any = {"number": "other", "price": 1, name: wrong}
            with self.subTest(name, wrong=wrong):
                with self.assertRaises(boxoffice.InvalidArgument):
                    office.add_seats(concert, [NewSeat(**values)])
                with self.assertRaises(boxoffice.InvalidArgument):
                    office.batch([AddSeats(concert, [NewSeat(**values)])]).check()

    def test_reconciling(self) -> None:
        mina, token = self.house.buyer("mina", 1_000)
        held = self.office.hold_seat(mina, token, self.house.seats[0].id)
        begun = self.office.begin_payment(mina, token, held.reservation)
        self.office.fail_payment(mina, held.reservation, begun.payment, "t")
        with self.assertRaises(boxoffice.UnknownPayment):
            self.one(ReconcilePayment(boxoffice.PaymentId(7)))
        self.assertEqual(len(list(self.office.unreconciled_payments())), 1)
        self.assertIsNone(self.one(ReconcilePayment(begun.payment, "t")))
        self.assertEqual(list(self.office.unreconciled_payments()), [])

    def test_lists_stand_aligned_behind_texts_of_any_length(self) -> None:
        for length in range(1, 10):
            made = CreateConcert(DATE, "t", RoomId(1), [NewSeat("1", 0)])
            buffer, arena = boxoffice_commands.encode([CreateUser("x" * length), made])
            command = (c.Command * 2).from_buffer(buffer)[1]
            self.assertEqual(command.list_offset % 8, 0)
            self.assertEqual(command.list_count, 1)
            item = c.SeatItem.from_buffer(arena, command.list_offset)
            self.assertEqual(len(arena), command.list_offset + ctypes.sizeof(c.SeatItem))
            at = item.number_offset
            self.assertEqual(bytes(arena[at : at + item.number_length]), b"1")
            del item  # the arena may be resized again

    def test_errors_stand_in_their_places(self) -> None:
        mina = self.office.create_user("mina")
        outcomes = self.office.batch(
            [
                Recharge(mina, 5),
                CreateUser("mina"),
                Recharge(UserId(7), 5),
                Recharge(mina, 0),
                Recharge(mina, 6),
            ]
        )
        self.assertEqual(len(outcomes), 5)
        kinds = [type(one) for one in outcomes]
        self.assertEqual(
            kinds,
            [
                boxoffice.Recharged,
                boxoffice.UserExists,
                boxoffice.UnknownUser,
                boxoffice.InvalidArgument,
                boxoffice.Recharged,
            ],
        )
        self.assertEqual([i for i, _ in outcomes.errors()], [1, 2, 3])
        with self.assertRaises(boxoffice.UserExists):
            outcomes.check()
        self.assertEqual(self.office.balance(mina), 11)
        self.assertEqual(repr(outcomes), "<5 outcomes, 3 of them errors>")

    def test_outcomes_are_a_sequence(self) -> None:
        mina = self.office.create_user("mina")
        outcomes = self.office.batch(Recharge(mina, 1 + i) for i in range(10))
        self.assertEqual(outcomes[-1], outcomes[9])
        self.assertEqual(outcomes[2:4], list(outcomes)[2:4])
        self.assertEqual(list(reversed(outcomes))[0], outcomes[9])
        self.assertEqual(outcomes[9].balance, 55)  # type: ignore[union-attr]
        self.assertIs(outcomes.check(), outcomes)
        self.assertEqual(list(copy.copy(outcomes)), list(outcomes))
        for index in (10, -11):
            with self.assertRaises(IndexError):
                outcomes[index]

    def test_an_empty_batch(self) -> None:
        self.assertEqual(list(self.office.batch([])), [])
        self.office.close()
        with self.assertRaises(boxoffice.InvalidHandle):
            self.office.batch([])

    def test_a_malformed_batch_has_no_effect(self) -> None:
        mina = self.office.create_user("mina")
        good = Recharge(mina, 5)
        bad: List[Any] = [
            "join",
            (mina, 5),
            Recharge(mina, 2**63),
            Recharge(mina, -(2**63) - 1),
            Recharge(mina, True),
            Recharge(mina, 1.0),  # type: ignore[arg-type]
            Recharge(None, 1),  # type: ignore[arg-type]
            Recharge(mina, 1, b"key"),  # type: ignore[arg-type]
            Recharge(mina, 1, "\ud800"),
            CreateUser("\udfff"),
            CreateUser(5),  # type: ignore[arg-type]
            Join(mina, True),  # type: ignore[arg-type]
            Join(mina, 2**64),  # type: ignore[arg-type]
            HoldSeat(mina, True, 1),  # type: ignore[arg-type]
            CapturePayment(mina, 1, 1, "1"),  # type: ignore[arg-type]
            CapturePayment(mina, 1, 1, 1, None),  # type: ignore[arg-type]
            FailPayment(mina, 1, 2**63),  # type: ignore[arg-type]
            CreateRoom("r", None),  # type: ignore[arg-type]
            CreateRoom("r", RoomLimits(active_capacity=2**63)),
            CreateRoom(5),  # type: ignore[arg-type]
            ChangeRoom("1", RoomLimits()),  # type: ignore[arg-type]
            CreateConcert("2030-01-01", "t", self.house.room),  # type: ignore[arg-type]
            CreateConcert(DATE, 5, self.house.room),  # type: ignore[arg-type]
            CreateConcert(DATE, "t", self.house.room, ["1"]),  # type: ignore[list-item]
            AddSeats(self.house.concert, [NewSeat("1", 1.5)]),  # type: ignore[arg-type]
            AddSeats(self.house.concert, [NewSeat("1", 2**63)]),
            AddSeats(self.house.concert, [NewSeat("\ud800", 1)]),
            AddSeats(True, []),  # type: ignore[arg-type]
            ReconcilePayment(1, None),  # type: ignore[arg-type]
        ]
        for i, command in enumerate(bad):
            with self.subTest(i), self.assertRaisesRegex(boxoffice.InvalidArgument, "command 2: "):
                self.office.batch([good, good, command, good])
        self.assertEqual(self.office.balance(mina), 0)

    def test_ints_of_other_classes(self) -> None:
        class Number(int):
            pass

        mina = self.office.create_user("mina")
        (outcome,) = self.office.batch([Recharge(UserId(Number(mina)), Number(5))]).check()
        self.assertEqual(outcome.balance, 5)  # type: ignore[union-attr]

    def test_texts_of_many_bytes(self) -> None:
        names = ["é", "한글", "😀" * 16, "plain"]
        ids = list(self.office.batch([CreateUser(name) for name in names]).check())
        self.assertEqual(ids, [self.office.find_user(name) for name in names])

    def test_commands_see_those_before_them(self) -> None:
        mina, token = self.house.buyer("mina")
        seat = self.house.seats[0].id
        held, twice = self.office.batch([HoldSeat(mina, token, seat), HoldSeat(mina, token, seat)])
        self.assertEqual(held.deadline, START + 5 * MINUTE)  # type: ignore[union-attr]
        self.assertIsInstance(twice, (boxoffice.HoldLimit, boxoffice.SeatUnavailable))

    def test_many(self) -> None:
        ids = self.office.batch([CreateUser(f"u-{i}") for i in range(5_000)]).check()
        users = [UserId(one) for one in ids if isinstance(one, int)]
        commands = [Recharge(user, 1 + i, f"key-{i}") for i, user in enumerate(users)]
        first = list(self.office.batch(commands).check())
        self.assertEqual(list(self.office.batch(commands).check()), first)  # replayed, not repeated
        self.assertEqual(self.office.audit(), [])


if __name__ == "__main__":
    unittest.main()
