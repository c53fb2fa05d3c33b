"""Every method of the office, and the shape of what it answers."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import inspect
import os
import pickle
import sqlite3
import tempfile
import unittest
from pathlib import Path

from .support import DATE, MINUTE, SECOND, START, House, VirtualClock, memory
import boxoffice  # noqa: E402
from boxoffice import (  # noqa: E402
    NewSeat,
    PaymentState,
    PlaceState,
    ReservationState,
    RoomLimits,
    SeatState,
    TransferKind,
    _convert,
)


class HouseTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = VirtualClock()
        self.office = memory(clock=self.clock)
        self.addCleanup(self.office.close)
        self.house = House(self.office)

    def test_how_commits_went(self) -> None:
        office = self.office
        mina = office.create_user("mina")
        before = office.commit_stats()
        office.batch([boxoffice.Recharge(mina, amount) for amount in (1, 2, 3)])
        after = office.commit_stats()
        self.assertEqual(
            (after.commits - before.commits, after.commands - before.commands), (1, 3)
        )
        bounds = [bound for bound, _ in after.by_commands]
        self.assertEqual(bounds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, None])
        self.assertEqual(after.by_commands[2][1], before.by_commands[2][1] + 1)
        first, *_, last = after.by_latency
        self.assertEqual((first[0], last[0]), (datetime.timedelta(microseconds=250), None))
        self.assertEqual(sum(count for _, count in after.by_latency), after.commits)
        self.assertGreaterEqual(after.spent, before.spent)

    def test_users(self) -> None:
        mina = self.office.create_user("미나")
        self.assertEqual(self.office.find_user("미나"), mina)
        text = boxoffice.id_text(mina)
        self.assertEqual(len(text), 13)
        self.assertEqual(boxoffice.parse_id(text), mina)
        self.assertEqual(boxoffice.id_text(388400145978465528), "0ARYZVZXW377R")

    def test_rooms(self) -> None:
        limits = RoomLimits(active_capacity=3, admissions_per_second=2, arrive_ttl=30 * SECOND)
        room = self.office.create_room("vip", limits)
        found = self.office.find_room("vip")
        self.assertEqual((found.id, found.name, found.limits), (room, "vip", limits))
        self.assertEqual((found.last_position, found.serving), (0, 0))
        self.office.change_room(room, dataclasses.replace(found.limits, active_capacity=1))
        self.assertEqual(self.office.find_room("vip").limits.active_capacity, 1)
        self.assertEqual(self.office.find_room().limits, RoomLimits())
        self.assertEqual(self.office.find_room(), self.office.find_room("main"))

    def test_concerts(self) -> None:
        concert = self.office.get_concert(self.house.concert)
        self.assertEqual(
            (concert.date, concert.title, concert.room), (DATE, "Winter", self.house.room)
        )
        self.assertEqual(concert.created_at, START)
        self.assertEqual(self.office.find_concert(DATE), concert)
        later = DATE + datetime.timedelta(days=1)
        empty = self.office.create_concert(later, "no seats", self.house.room)
        self.assertEqual([one.id for one in self.office.concerts(DATE)], [concert.id, empty])
        self.assertEqual(self.office.concerts(later + datetime.timedelta(days=1)), [])
        self.assertEqual(self.office.dates(DATE), [DATE])
        self.assertIsInstance(self.office.dates(DATE)[0], datetime.date)

    def test_seats(self) -> None:
        self.office.add_seats(
            self.house.concert, (NewSeat("A-10", 0), NewSeat("A-9", 5, "gallery", "B", 1, 2.5))
        )
        seats = self.office.seats(self.house.concert)
        self.assertEqual([one.number for one in seats], ["A-1", "A-2", "A-3", "A-4", "A-9", "A-10"])
        nine = seats[4]
        self.assertEqual(nine.label, "A-9")
        self.assertEqual(
            (nine.section, nine.row, nine.price, nine.x, nine.y), ("gallery", "B", 5, 1.0, 2.5)
        )
        self.assertEqual(
            (nine.state, nine.held_until, nine.is_mine), (SeatState.AVAILABLE, None, False)
        )
        self.assertEqual(self.office.find_seat(self.house.concert, "A-9"), nine)
        self.office.block_seat(nine.id)
        self.office.block_seat(nine.id)
        self.assertEqual(self.office.find_seat(self.house.concert, "A-9").state, SeatState.BLOCKED)
        self.assertEqual(len(self.office.available_seats(self.house.concert)), 5)
        counts = self.office.count_seats(self.house.concert)
        self.assertEqual((counts.available, counts.held, counts.sold, counts.blocked), (5, 0, 0, 1))
        self.office.unblock_seat(nine.id)
        self.assertEqual(
            self.office.find_seat(self.house.concert, "A-9").state, SeatState.AVAILABLE
        )

    def test_seats_since(self) -> None:
        concert = self.house.concert
        whole = self.office.seats_since(concert)
        self.assertTrue(whole.is_whole)
        self.assertEqual(whole.seats, self.office.seats(concert))
        self.assertEqual((whole.counts.available, whole.lapses_at), (4, None))
        nothing = self.office.seats_since(concert, whole.version)
        self.assertEqual((nothing.version, nothing.seats), (whole.version, []))
        self.assertFalse(nothing.is_whole)
        self.office.block_seat(whole.seats[1].id)
        changed = self.office.seats_since(concert, whole.version)
        self.assertEqual([one.number for one in changed.seats], ["A-2"])
        self.assertEqual(changed.seats[0].state, SeatState.BLOCKED)
        self.assertNotEqual(changed.version, whole.version)
        mina, token = self.house.buyer("mina")
        held = self.office.hold_seat(mina, token, whole.seats[0].id)
        own = self.office.seats_since(concert, changed.version, mina)
        self.assertEqual([(one.number, one.is_mine) for one in own.seats], [("A-1", True)])
        self.assertEqual(own.lapses_at, held.deadline)
        again = self.office.seats_since(concert, own.version, mina)
        self.assertEqual(again.seats, own.seats)  # one's own are always told
        self.assertEqual(self.office.seats_since(concert, own.version).seats, [])
        self.assertTrue(self.office.seats_since(concert, "of another time").is_whole)
        self.assertEqual(pickle.loads(pickle.dumps(own)), own)
        with self.assertRaises(boxoffice.UnknownConcert):
            self.office.seats_since(boxoffice.ConcertId(5))

    def test_a_seat_has_a_label_and_may_be_off_sale_from_the_start(self) -> None:
        number = "f786450c-0e93-53cd-b16c-796f2cbdc902"
        house = NewSeat("B-1", 0, is_blocked=True)
        self.office.add_seats(self.house.concert, (NewSeat(number, 5, label="왼쪽 1"), house))
        self.assertEqual(self.office.find_seat(self.house.concert, number).label, "왼쪽 1")
        blocked = self.office.find_seat(self.house.concert, "B-1")
        self.assertEqual((blocked.label, blocked.state), ("B-1", SeatState.BLOCKED))
        with self.assertRaises(boxoffice.InvalidArgument):
            self.office.add_seats(self.house.concert, [NewSeat("B-2", 0, label="l" * 65)])
        with self.assertRaises(boxoffice.InvalidArgument):
            self.office.add_seats(
                self.house.concert,
                [NewSeat("B-2", 0, is_blocked=1)],  # type: ignore[arg-type]
            )
        self.assertEqual(self.office.audit(), [])

    def test_a_list_longer_than_the_first_guess(self) -> None:
        many = [NewSeat(f"B-{i}", i) for i in range(1, 1_001)]
        concert = self.office.create_concert(DATE, "Arena", self.house.room, many)
        for _ in range(2):  # the second time the size is known
            seats = self.office.seats(concert)
            self.assertEqual([one.price for one in seats], list(range(1, 1_001)))

    def test_places(self) -> None:
        mina = self.office.create_user("mina")
        joined = self.office.join(mina, self.house.room)
        self.assertEqual(
            (joined.state, joined.again, joined.position), (PlaceState.ADMITTED, False, 1)
        )
        self.assertEqual(joined.identity_until, START + datetime.timedelta(hours=24))
        self.assertTrue(self.office.join(mina, self.house.room).again)
        text = self.office.token_text(joined.claims)
        self.assertEqual(len(text), 68)
        self.assertEqual(self.office.authenticate(text), joined.claims)
        peeked = self.office.peek(text)
        self.assertTrue(peeked.is_turn)
        self.assertEqual((peeked.position, peeked.ahead, peeked.occurred_at), (1, 0, START))
        self.assertEqual(peeked.deadline, START + 5 * MINUTE)
        self.assertGreater(peeked.next_poll, datetime.timedelta())
        claimed = self.office.arrive(mina, joined.token)
        self.assertEqual(claimed.turn_until, START + 5 * MINUTE)
        self.assertTrue(self.office.await_turn(text, 1, SECOND).is_turn)
        self.assertEqual(self.office.leave(mina, joined.token), 0)

    def test_waiting(self) -> None:
        room = self.office.create_room("small", RoomLimits(active_capacity=0))
        text = self.office.token_text(
            self.office.join(self.office.create_user("mina"), room).claims
        )
        peeked = self.office.peek(text)
        self.assertEqual((peeked.is_turn, peeked.estimated_wait), (False, None))
        with self.assertRaises(boxoffice.NotYourTurn):
            self.office.await_turn(text, 3, MINUTE)
        self.assertEqual(self.clock.waits, [MINUTE, MINUTE])

    def test_a_sale(self) -> None:
        office, house = self.office, self.house
        mina, token = house.buyer("mina", 5_000)
        juno = office.create_user("juno")
        held = office.hold_seat(mina, token, house.seats[0].id, key="hold-1")
        self.assertEqual(
            (held.seat, held.price, held.deadline), (house.seats[0].id, 1_000, START + 5 * MINUTE)
        )
        self.assertEqual(office.hold_seat(mina, token, house.seats[0].id, key="hold-1"), held)
        mine = office.find_seat(house.concert, "A-1", mina)
        self.assertEqual(
            (mine.state, mine.is_mine, mine.held_until), (SeatState.HELD, True, held.deadline)
        )
        self.assertFalse(office.find_seat(house.concert, "A-1", juno).is_mine)
        self.assertEqual(
            [one.is_mine for one in office.seats(house.concert, mina)], [True, False, False, False]
        )
        self.clock.advance(datetime.timedelta(microseconds=1))
        row = office.get_reservation(mina, held.reservation)
        self.assertEqual(
            (row.state, row.finished_at, row.payment), (ReservationState.HELD, None, None)
        )
        self.assertEqual((row.held_at, row.seat_number, row.date), (START, "A-1", DATE))
        self.assertEqual((row.seat_label, row.seat_section, row.seat_row), ("A-1", "stalls", "A"))
        paid = office.pay(mina, token, held.reservation, key="pay-1")
        self.assertEqual((paid.amount, paid.balance), (1_000, 4_000))
        self.assertEqual(paid.paid_at, START + datetime.timedelta(microseconds=1))
        self.assertEqual(office.pay(mina, token, held.reservation, key="pay-1"), paid)
        payment = office.get_payment(mina, paid.payment)
        self.assertEqual(
            (payment.state, payment.finished_at), (PaymentState.CAPTURED, paid.paid_at)
        )
        self.assertEqual(payment.steps[-1].state, PaymentState.CAPTURED)
        row = office.get_reservation(mina, held.reservation)
        self.assertEqual((row.state, row.payment), (ReservationState.CONFIRMED, paid.payment))
        self.assertEqual(list(office.reservations(mina)), [row])
        bought, recharged = office.transfers(mina)
        self.assertEqual(
            (bought.kind, bought.source, bought.amount), (TransferKind.PAYMENT, mina, 1_000)
        )
        self.assertEqual((bought.target, bought.payment), (house.concert, paid.payment))
        self.assertEqual(
            (recharged.kind, recharged.source), (TransferKind.RECHARGE, boxoffice.CASH)
        )
        self.assertIsNone(recharged.payment)
        self.assertEqual(office.stats().seats.sold, 1)
        self.assertEqual(office.stats().users, 2)
        self.assertEqual(office.audit(), [])

    def test_a_payment_in_steps(self) -> None:
        office, house = self.office, self.house
        mina, token = house.buyer("mina", 5_000)
        held = office.hold_seat(mina, token, house.seats[0].id)
        begun = office.begin_payment(mina, token, held.reservation, key="b-1")
        self.assertEqual((begun.reservation, begun.amount), (held.reservation, 1_000))
        open_payment = office.get_payment(mina, begun.payment)
        self.assertEqual(
            (open_payment.state, open_payment.finished_at), (PaymentState.REQUESTED, None)
        )
        office.fail_payment(mina, held.reservation, begun.payment, "declined-7")
        self.assertEqual(office.get_payment(mina, begun.payment).transaction_key, "declined-7")
        begun = office.begin_payment(mina, token, held.reservation, key="b-2")
        paid = office.capture_payment(
            mina, token, held.reservation, begun.payment, "거래-8", key="c-1"
        )
        self.assertEqual(paid.balance, 4_000)
        self.assertEqual(office.get_payment(mina, begun.payment).transaction_key, "거래-8")

    def test_release(self) -> None:
        mina, token = self.house.buyer("mina")
        held = self.office.hold_seat(mina, token, self.house.seats[0].id)
        self.office.release_hold(mina, held.reservation)
        self.office.release_hold(mina, held.reservation)
        self.office.hold_seat(mina, token, self.house.seats[1].id)
        self.assertEqual(self.office.leave(mina, token), 1)

    def test_expiry_is_exact(self) -> None:
        mina, token = self.house.buyer("mina")
        held = self.office.hold_seat(mina, token, self.house.seats[0].id)
        self.clock.advance(5 * MINUTE - datetime.timedelta(microseconds=1))
        self.assertEqual(
            self.office.get_reservation(mina, held.reservation).state, ReservationState.HELD
        )
        self.clock.advance(datetime.timedelta(microseconds=1))
        self.assertEqual(
            self.office.get_reservation(mina, held.reservation).state, ReservationState.EXPIRED
        )
        ticked = self.office.tick()
        self.assertGreaterEqual(ticked.expired, 1)
        self.assertFalse(ticked.more)

    def test_time(self) -> None:
        self.assertEqual(self.office.now(), START)
        self.clock.advance(datetime.timedelta(microseconds=123_457))
        self.assertEqual(self.office.now(), START + datetime.timedelta(microseconds=123_457))
        self.assertIs(self.office.now().tzinfo, datetime.timezone.utc)

    def test_events(self) -> None:
        mina, token = self.house.buyer("mina", 100)
        self.office.hold_seat(mina, token, self.house.seats[0].id)
        events = list(self.office.events())
        self.assertEqual([one.sequence for one in events], list(range(1, len(events) + 1)))
        last = events[-1]
        self.assertEqual((last.name, last.user, last.amount), ("seat_held", mina, 1_000))
        self.assertEqual(last.deadline, START + 5 * MINUTE)
        self.assertIsNone(last.payment)
        self.assertEqual(list(self.office.events(after=last.sequence)), [])
        self.assertEqual(next(self.office.events(after=2)).sequence, 3)

    def test_pages_of_events_and_transfers(self) -> None:
        mina = self.office.create_user("mina")
        self.office.batch([boxoffice.Recharge(mina, 1 + i) for i in range(2_500)]).check()
        amounts = [one.amount for one in self.office.transfers(mina)]
        self.assertEqual(amounts, list(range(2_500, 0, -1)))
        recharges = [one for one in self.office.events() if one.name == "points_recharged"]
        self.assertEqual([one.amount for one in recharges], list(range(1, 2_501)))
        first_two = self.office.transfers(mina)
        newest = next(first_two)
        self.assertEqual(next(self.office.transfers(mina, before=newest.id)), next(first_two))

    def test_events_are_pruned_when_consumed(self) -> None:
        for name in ("mina", "juno", "sora"):
            self.office.create_user(name)
        *_, juno, sora = self.office.events()
        self.office.tick(events_consumed=juno.sequence)
        left = [one for one in self.office.events() if one.name == "user_created"]
        self.assertEqual(left, [sora])

    def test_an_exact_page_of_events(self) -> None:
        before = len(list(self.office.events()))
        self.office.batch([boxoffice.CreateUser(f"u{i}") for i in range(1_000 - before)]).check()
        self.assertEqual(len(list(self.office.events())), 1_000)

    def test_answers_are_values(self) -> None:
        mina, token = self.house.buyer("mina", 100)
        held = self.office.hold_seat(mina, token, self.house.seats[0].id)
        for one in (held, self.house.seats[0], self.office.stats(), self.office.find_room()):
            self.assertEqual(pickle.loads(pickle.dumps(one)), one)
            self.assertEqual(copy.deepcopy(one), one)
            self.assertEqual(hash(copy.copy(one)), hash(one))
            self.assertTrue(dataclasses.is_dataclass(one))
            self.assertFalse(hasattr(one, "__dict__"))
        with self.assertRaises(dataclasses.FrozenInstanceError):
            held.price = 1  # type: ignore[misc]

    def test_times_beyond_the_calendar(self) -> None:
        last = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)
        self.assertEqual(_convert.time(2**62), last)
        self.assertEqual(_convert.time(_convert.instant(last, "last")), last)
        self.assertIsNone(_convert.deadline(2**63 - 1))

    def test_everything_public_has_a_docstring(self) -> None:
        for name in boxoffice.__all__:
            thing = getattr(boxoffice, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                if not getattr(thing, "__supertype__", None):
                    self.assertTrue(inspect.getdoc(thing), name)
        for name, member in inspect.getmembers(boxoffice.Office, inspect.isfunction):
            if not name.startswith("_"):
                self.assertTrue(member.__doc__, name)


class FileTest(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.path = Path(scratch.name) / "판매.db"

    def test_a_file_keeps_everything(self) -> None:
        with boxoffice.open(self.path) as office:
            House(office)
            mina = office.create_user("mina")
            office.recharge(mina, 70)
            limits = office.find_room().limits
        with boxoffice.open(str(self.path), active_capacity=5) as office:
            self.assertEqual(office.balance(office.find_user("mina")), 70)
            self.assertEqual(office.find_room().limits, limits)  # the store's hold
            self.assertEqual(office.audit(), [])

    def test_token_keys(self) -> None:
        old, new = {7: b"o" * 16}, {8: b"n" * 16}
        with boxoffice.open(self.path, token_keys=old) as office:
            joined = office.join(office.create_user("mina"), office.find_room().id)
            text = office.token_text(joined.claims)
        with boxoffice.open(self.path, token_keys={**new, **old}) as office:
            self.assertEqual(
                office.authenticate(text), joined.claims
            )  # accepted, and a new one is signed by the first
            self.assertNotEqual(office.token_text(joined.claims), text)
        with boxoffice.open(self.path, token_keys=new) as office, self.assertRaises(
            boxoffice.InvalidToken
        ):
            office.authenticate(text)
        for keys in ({1: b"short"}, {0: b"x" * 16}, {65536: b"x" * 16}, {1: "x" * 16}):
            with self.assertRaises(boxoffice.InvalidOptions):
                boxoffice.open(self.path, token_keys=keys)  # type: ignore[arg-type]

    def test_backup(self) -> None:
        copied = self.path.with_name("copy.db")
        with boxoffice.open(self.path, durability=boxoffice.Durability.NORMAL) as office:
            mina = office.create_user("mina")
            text = office.token_text(office.join(mina, office.find_room().id).claims)
            office.backup(copied)
            office.backup(copied.with_name("with_keys.db"), with_keys=True)
            with self.assertRaises(boxoffice.InvalidArgument):
                office.backup(copied)
        with boxoffice.open(copied) as office:
            self.assertEqual(office.find_user("mina"), mina)
            with self.assertRaises(boxoffice.InvalidToken):
                office.peek(text)
        restored = copied.with_name("restored.db")
        boxoffice.restore(copied.with_name("with_keys.db"), restored)
        with boxoffice.open(restored) as office:
            self.assertTrue(office.peek(text).is_turn)
        # As it is, the copy is another store.
        with boxoffice.open(copied.with_name("with_keys.db")) as office:
            with self.assertRaises(boxoffice.InvalidToken):
                office.peek(text)

    def test_the_audit_names_what_is_wrong(self) -> None:
        with boxoffice.open(self.path) as office:
            mina = office.create_user("mina")
            office.recharge(mina, 100)
        connection = sqlite3.connect(os.fspath(self.path))
        with connection:
            connection.execute("UPDATE points SET balance = balance + 1 WHERE balance = 100")
        connection.close()
        with boxoffice.open(self.path) as office:
            violations = office.audit()
        self.assertTrue(violations)
        self.assertTrue(all(one.rule and one.detail for one in violations))


if __name__ == "__main__":
    unittest.main()
