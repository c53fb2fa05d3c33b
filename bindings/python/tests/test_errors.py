"""Each refusal, mistake and fault raises its own class, provoked for real wherever that can be
done."""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import os
import pickle
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
from typing import Any, Callable, Dict, Iterator, List, Set, Type

from .support import DATE, MINUTE, SECOND, Gateway, House, VirtualClock, memory
import c_header
import boxoffice  # noqa: E402
from boxoffice import _structures, errors  # noqa: E402
from boxoffice._library import load  # noqa: E402

#: What cannot be provoked from outside: bugs, no memory, a file system that lies about syncing.
NOT_PROVOKED = {
    errors.Internal,
    errors.OutOfMemory,
    errors.WeakDurability,
    errors.TooSmall,
    errors.OutcomeUnknown,  # tests/postgres does, with a connection that is cut
}


class TableTest(unittest.TestCase):
    def test_the_table_is_the_headers(self) -> None:
        prefix = "BOXOFFICE_"
        names = {}
        for name, value in c_header.read().constants.items():
            if value >= 100:
                names[value] = name[len(prefix) :].lower()
        self.assertEqual(names, {code: one.name for code, one in errors.BY_CODE.items()})

    def test_names_are_the_librarys(self) -> None:
        for code, one in errors.BY_CODE.items():
            self.assertEqual(load().boxoffice_status_name(code).decode(), one.name)
            self.assertEqual(one.__name__.lower(), one.name.replace("_", ""))

    def test_ranges(self) -> None:
        for code, one in errors.BY_CODE.items():
            parent = (
                errors.Refused if code < 200 else errors.Mistake if code < 300 else errors.Fault
            )
            self.assertTrue(issubclass(one, parent))
            self.assertTrue(issubclass(one, errors.Error))
            self.assertTrue(one.__doc__)
            self.assertIs(getattr(boxoffice, one.__name__), one)

    def test_numbers_of_a_later_library(self) -> None:
        for code, parent in ((199, errors.Refused), (299, errors.Mistake), (399, errors.Fault)):
            error = errors.error_of(code, "new")
            self.assertIs(type(error), parent)
            self.assertEqual((error.code, error.detail), (code, "new"))

    def test_what_an_error_is_about(self) -> None:
        error = errors.SeatUnavailable("gone", [5, 6])
        self.assertEqual((error.detail, error.about), ("gone", (5, 6)))
        self.assertEqual(pickle.loads(pickle.dumps(error)).about, (5, 6))
        self.assertEqual(errors.SeatUnavailable("gone").about, ())

    def test_errors_are_values(self) -> None:
        error = errors.SeatUnavailable("gone")
        self.assertEqual(str(error), "seat_unavailable: gone")
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual(
            (type(copy), copy.detail, copy.code), (errors.SeatUnavailable, "gone", 102)
        )
        self.assertTrue(issubclass(errors.InvalidArgument, ValueError))
        self.assertTrue(issubclass(errors.UnknownUser, LookupError))


class ProvokedTest(unittest.TestCase):
    """One test for many errors, so that it can say which were never seen."""

    def setUp(self) -> None:
        self.seen: Set[Type[errors.Error]] = set()

    @contextlib.contextmanager
    def raises(self, kind: Type[errors.Error]) -> Iterator[None]:
        with self.assertRaises(errors.Error) as caught:
            yield
        self.assertIs(type(caught.exception), kind, caught.exception)
        self.assertEqual(caught.exception.code, kind.code)
        self.assertTrue(caught.exception.detail)
        self.seen.add(kind)

    def test_each_raises_its_own_class(self) -> None:
        for scene in (
            self.waiting_room,
            self.seats_and_holds,
            self.money,
            self.payments,
            self.terms,
            self.giving_back,
            self.house,
            self.arguments,
            self.gateway,
            self.closing,
            self.files,
            self.clock,
            self.forking,
        ):
            with self.subTest(scene.__name__):
                scene()
        self.assertEqual(set(errors.BY_CODE.values()) - self.seen, NOT_PROVOKED)

    def waiting_room(self) -> None:
        clock = VirtualClock()
        with memory(active_capacity=1, queue_capacity=1, clock=clock) as office:
            house = House(office)
            (mina, mina_token), (juno, juno_token) = house.buyer("mina"), house.buyer("juno")
            sora = office.create_user("sora")
            with self.raises(errors.QueueFull):
                office.join(sora, house.room)
            with self.raises(errors.NotYourTurn):
                office.hold_seat(juno, juno_token, house.seats[0].id)
            office.leave(mina, mina_token)
            with self.raises(errors.PlaceLeft):
                office.arrive(mina, mina_token)
            clock.advance(10 * MINUTE)
            with self.raises(errors.PlaceExpired):
                office.arrive(juno, juno_token)
            with self.raises(errors.InvalidToken):
                office.peek("nonsense")
            with self.raises(errors.InvalidToken):
                office.authenticate("A" * 68)

    def seats_and_holds(self) -> None:
        clock = VirtualClock()
        with memory(clock=clock) as office:
            house = House(office)
            seat, other = house.seats[0].id, house.seats[1].id
            mina, token = house.buyer("mina", 10_000)
            juno, juno_token = house.buyer("juno")
            held = office.hold_seat(mina, token, seat, "hold-1")
            with self.raises(errors.SeatUnavailable):
                office.hold_seat(juno, juno_token, seat)
            with self.raises(errors.HoldLimit):
                office.hold_seat(mina, token, other)
            with self.raises(errors.IdempotencyConflict):
                office.hold_seat(mina, token, other, "hold-1")
            with self.raises(errors.UnknownReservation):
                office.get_reservation(juno, held.reservation)
            with self.raises(errors.ReservationMismatch):
                office.pay(juno, juno_token, held.reservation)
            office.release_hold(mina, held.reservation)
            with self.raises(errors.HoldReleased):
                office.pay(mina, token, held.reservation)
            again = office.hold_seat(mina, token, seat)
            clock.advance(4 * MINUTE)
            with self.raises(errors.UnknownSeat):
                office.hold_seat(mina, token, boxoffice.SeatId(5))
            clock.advance(MINUTE)
            with self.raises(errors.HoldExpired):
                office.release_hold(mina, again.reservation)

    def money(self) -> None:
        with memory(issue_limit=10**12 + 5) as office:
            mina = office.create_user("mina")
            office.recharge(mina, 10**12)
            with self.raises(errors.IssueLimit):
                office.recharge(mina, 6)
            with self.raises(errors.UnknownUser):
                office.recharge(boxoffice.UserId(77), 1)
        with memory() as office:
            juno = office.create_user("juno")
            full = 2**53 - 1
            outcomes = office.batch([boxoffice.Recharge(juno, 10**12)] * (full // 10**12))
            outcomes.check()
            with self.raises(errors.BalanceLimit):
                office.recharge(juno, 10**12)

    def payments(self) -> None:
        with memory() as office:
            house = House(office)
            mina, token = house.buyer("mina", 999)
            held = office.hold_seat(mina, token, house.seats[0].id)
            with self.raises(errors.InsufficientPoints):
                office.pay(mina, token, held.reservation)
            office.recharge(mina, 1)
            begun = office.begin_payment(mina, token, held.reservation)
            with self.raises(errors.PaymentPending):
                office.pay(mina, token, held.reservation)
            office.fail_payment(mina, held.reservation, begun.payment)
            with self.raises(errors.PaymentFailed):
                office.capture_payment(mina, token, held.reservation, begun.payment)
            with self.raises(errors.UnknownPayment):
                office.get_payment(mina, boxoffice.PaymentId(5))
            office.pay(mina, token, held.reservation)
            with self.raises(errors.AlreadyPaid):
                office.release_hold(mina, held.reservation)
            with self.raises(errors.PlaceCompleted):
                office.leave(mina, token)

    def terms(self) -> None:
        clock = VirtualClock()
        with memory(clock=clock) as office:
            house = House(office)
            mina, token = house.buyer("mina", 10_000)
            a, b, c = (seat.id for seat in house.seats[:3])
            opens = clock.time + MINUTE
            closed = boxoffice.Terms(opens_at=opens, seats_per_order=2, seats_per_user=1)
            version = office.change_sale(house.concert, closed, 1)
            with self.raises(errors.StaleVersion):
                office.change_sale(house.concert, closed, 1)
            with self.raises(errors.NotOnSale):
                office.hold_seats(mina, token, house.concert, [a])
            clock.advance(MINUTE)
            with self.raises(errors.OrderLimit):
                office.hold_seats(mina, token, house.concert, [a, b, c])
            with self.raises(errors.PurchaseLimit):
                office.hold_seats(mina, token, house.concert, [a, b])
            with self.raises(errors.PriceChanged):
                office.hold_seats(mina, token, house.concert, [a], 999)
            child = office.create_type(house.concert, "child")
            with self.raises(errors.TypeExists):
                office.create_type(house.concert, "child")
            with self.raises(errors.TypeRule):
                office.hold_seats(mina, token, house.concert, [boxoffice.OrderItem(a, child)])
            price = boxoffice.Price("", 5, boxoffice.TypeId(7))
            with self.raises(errors.UnknownType):
                office.set_tariff(house.concert, [price], version)

    def giving_back(self) -> None:
        with memory() as office:
            house = House(office)
            mina, token = house.buyer("mina", 10_000)
            held = office.hold_seat(mina, token, house.seats[0].id)
            with self.raises(errors.NotPaid):
                office.cancel(mina, [held.reservation])
            with self.raises(errors.HasHistory):
                office.delete_concert(house.concert, 1)
            elsewhere = office.create_room("elsewhere")
            with self.raises(errors.SeatsHeld):
                office.change_concert(house.concert, DATE, "x", 1, room=elsewhere)
            office.pay(mina, token, held.reservation)
            with self.raises(errors.CancelClosed):
                office.cancel(mina, [held.reservation])
            office.call_off(house.concert)
            token = office.join(mina, house.room).token
            with self.raises(errors.CalledOff):
                office.hold_seat(mina, token, house.seats[1].id)

    def house(self) -> None:
        with memory() as office:
            house = House(office)
            office.create_user("mina")
            with self.raises(errors.UserExists):
                office.create_user("mina")
            with self.raises(errors.RoomExists):
                office.create_room("main")
            with self.raises(errors.SeatExists):
                office.add_seats(house.concert, [boxoffice.NewSeat("A-1", 5)])
            with self.raises(errors.UnknownRoom):
                office.find_room("nowhere")
            with self.raises(errors.UnknownConcert):
                office.find_concert(datetime.date(2031, 1, 1))
            with self.raises(errors.InvalidDate):
                office.find_concert(datetime.date(1969, 12, 31))
            office.create_concert(DATE, "Matinee", house.room)
            with self.raises(errors.AmbiguousConcert):
                office.find_concert(DATE)
            with self.raises(errors.Unsupported):
                office.backup("copy.db")
        with self.raises(errors.InvalidOptions):
            memory(holds_per_user=0)

    def arguments(self) -> None:
        with memory() as office:
            house = House(office)
            mina, token = house.buyer("mina")
            seat = house.seats[0].id
            naive: Any = datetime.datetime(2030, 1, 1)

            def hold(items: Any, total: Any = None) -> Any:
                return office.hold_seats(mina, token, house.concert, items, total)

            def refund(cancel: Any, key: Any) -> Any:
                return office.refund(boxoffice.ReservationId(5), 1, cancel, key)

            def terms(**given: Any) -> Any:
                return office.change_sale(house.concert, boxoffice.Terms(**given), 1)

            def change(is_hidden: Any) -> Any:
                return office.change_concert(house.concert, DATE, "x", 1, None, is_hidden)

            wrong: List[Callable[[], Any]] = [
                lambda: office.recharge(mina, 2**63),
                lambda: office.recharge(mina, -(2**63) - 1),
                lambda: office.recharge(mina, 0),
                lambda: office.recharge(mina, True),
                lambda: office.recharge(mina, 1.0),  # type: ignore[arg-type]
                lambda: office.recharge("1", 1),  # type: ignore[arg-type]
                lambda: office.recharge(mina, 1, "white space"),
                lambda: office.recharge(mina, 1, b"key"),  # type: ignore[arg-type]
                lambda: office.create_user("\ud800"),
                lambda: office.create_user(""),
                lambda: office.create_user("a\0b"),
                lambda: office.create_user("x" * 256),
                lambda: office.create_user(b"bytes"),  # type: ignore[arg-type]
                lambda: office.find_concert(naive),
                lambda: office.find_concert("2030-12-24"),  # type: ignore[arg-type]
                lambda: office.await_turn("x", 2**31, SECOND),
                lambda: office.await_turn("x", 1, datetime.timedelta.max),
                lambda: office.await_turn("x", 1, 5),  # type: ignore[arg-type]
                lambda: office.create_room("r", None),  # type: ignore[arg-type]
                lambda: office.token_text("x"),  # type: ignore[arg-type]
                lambda: office.add_seats(house.concert, [("A", 1)]),  # type: ignore[list-item]
                lambda: office.add_seats(house.concert, [boxoffice.NewSeat("B", 1, x=True)]),
                lambda: office.add_seats(house.concert, [boxoffice.NewSeat("B", 1, x=10**400)]),
                *(lambda items=items: hold(items) for items in (5, ["5"], [], [seat] * 51, [seat] * 2)),
                lambda: hold([seat], 1.0),
                lambda: office.cancel(mina, []),
                lambda: office.cancel(mina, "12"),  # type: ignore[arg-type]
                lambda: refund(1, "k"),
                lambda: refund(True, ""),
                lambda: refund(True, None),
                lambda: office.change_sale(house.concert, None, 1),  # type: ignore[arg-type]
                lambda: terms(opens_at=naive),
                lambda: terms(is_paused=1),
                lambda: terms(refund_steps=[1]),
                lambda: terms(refund_steps=5),
                lambda: terms(refund_steps=[boxoffice.RefundStep(None, 1)] * 9),
                lambda: office.set_tariff(house.concert, [("a", 1)], 1),  # type: ignore[list-item]
                lambda: office.set_tariff(house.concert, [boxoffice.Price("", -1)], 1),
                lambda: office.set_tariff(house.concert, [boxoffice.Price("", 1)] * 2, 1),
                lambda: office.change_concert(house.concert, DATE, "x", 1, naive),
                lambda: change(1),
                lambda: office.create_type(house.concert, ""),
                lambda: office.sweep_refunds(house.concert, 0),
                lambda: office.call_off(house.concert, "x" * 201),
                lambda: office.cash_report(naive, naive),
                lambda: office.events(after=2**64),
                lambda: office.transfers(mina, before=2**64),
                lambda: boxoffice.id_text(0),
                lambda: boxoffice.parse_id("not an id"),
                lambda: boxoffice.open(b"x.db"),  # type: ignore[arg-type]
                lambda: boxoffice.open("\udcff.db"),
                lambda: boxoffice.open(""),
                lambda: memory(hold_ttl=300),
            ]
            for i, one in enumerate(wrong):
                with self.subTest(i), self.raises(errors.InvalidArgument):
                    one()
            with self.assertRaises(ValueError):
                office.recharge(mina, 2**63)
            self.assertEqual(office.balance(mina), 0)

    def gateway(self) -> None:
        gateway = Gateway()
        with memory(gateway=gateway) as office:
            house = House(office)
            mina, token = house.buyer("mina", 1_000)
            held = office.hold_seat(mina, token, house.seats[0].id)
            gateway.answer = RuntimeError("no")
            with self.raises(errors.PaymentDeclined):
                office.pay(mina, token, held.reservation)
            (outcome,) = office.batch([boxoffice.Pay(mina, token, held.reservation)])
            assert isinstance(outcome, errors.Error)
            with self.raises(errors.GatewayRequired):
                raise outcome

    def closing(self) -> None:
        entered, go = threading.Event(), threading.Event()

        class Clock(VirtualClock):
            def wait(self, span: datetime.timedelta) -> None:
                entered.set()
                go.wait(30)

        office = memory(active_capacity=0, clock=Clock())
        house = House(office)
        mina = office.create_user("mina")
        text = office.token_text(office.join(mina, house.room).claims)
        results: Dict[str, BaseException] = {}

        def wait_for_turn() -> None:
            try:
                office.await_turn(text, 2, SECOND)
            except errors.Error as error:
                results["await"] = error

        waiter = threading.Thread(target=wait_for_turn)
        waiter.start()
        entered.wait(30)
        closer = threading.Thread(target=office.close)
        closer.start()
        while True:  # until the closer is inside C
            try:
                office.balance(mina)
            except errors.Error:
                break
        with self.raises(errors.Closed):
            office.balance(mina)
        go.set()
        closer.join()
        waiter.join()
        self.assertIs(type(results["await"]), errors.Closed)  # closing ends the wait
        with self.raises(errors.InvalidHandle):
            office.balance(mina)

    def files(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            with self.raises(errors.Storage):
                boxoffice.open(os.path.join(scratch, "no", "such", "directory.db"))
            other = os.path.join(scratch, "other.db")
            with open(other, "wb") as file:
                file.write(b"certainly not a database " * 100)
            with self.raises(errors.NotABoxoffice):
                boxoffice.open(other)
            path = os.path.join(scratch, "sale.db")
            with boxoffice.open(path) as office:
                office.create_user("mina")
            self.lock_from_outside(path)
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA user_version = 999")
            connection.commit()
            connection.close()
            with self.raises(errors.NewerSchema):
                boxoffice.open(path)

    def lock_from_outside(self, path: str) -> None:
        with boxoffice.open(path, busy_timeout=datetime.timedelta(milliseconds=50)) as office:
            holder = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    "import sqlite3, sys\n"
                    "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                    "c.execute('BEGIN IMMEDIATE')\n"
                    "print('held', flush=True)\n"
                    "sys.stdin.read()\n"
                    "c.execute('ROLLBACK')\n",
                    path,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            assert holder.stdin and holder.stdout
            try:
                self.assertEqual(holder.stdout.readline(), b"held\n")
                with self.raises(errors.Busy):
                    office.create_user("juno")
            finally:
                holder.stdin.close()
                holder.wait()
                holder.stdout.close()
            office.create_user("juno")

    def clock(self) -> None:
        clock = VirtualClock()
        told: List[errors.Error] = []
        with memory(clock=clock, log=told.append) as office:
            office.create_user("mina")
            clock.time += datetime.timedelta(hours=2)
            with self.raises(errors.ClockJump):
                office.create_user("juno")
            clock.time -= datetime.timedelta(hours=2)
            office.create_user("juno")
        self.assertEqual([type(one) for one in told], [errors.ClockJump])
        self.assertIn("ahead", told[0].detail)

    def forking(self) -> None:
        with memory() as office:
            child = os.fork()
            if child == 0:
                try:
                    office.now()
                except errors.Forked:
                    os._exit(0)
                except BaseException:
                    os._exit(2)
                os._exit(1)
            _, status = os.waitpid(child, 0)
            self.assertEqual(status, 0)
            self.seen.add(errors.Forked)
            office.now()

    def test_too_small_is_a_class_too(self) -> None:
        with memory() as office:
            House(office)
            count = ctypes.c_size_t()
            error = _structures.Error(ctypes.sizeof(_structures.Error))
            status = load().boxoffice_list_concerts(
                office._handle, b"2000-01-01", 10, None, 0, ctypes.byref(count), ctypes.byref(error)
            )
            self.assertIs(errors.BY_CODE[status], errors.TooSmall)
            self.assertEqual(count.value, 1)


if __name__ == "__main__":
    unittest.main()
