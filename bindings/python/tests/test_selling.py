"""Orders, terms, cancelling and reports: by their methods, in batches, and on asyncio."""

from __future__ import annotations

import dataclasses
import datetime
import unittest
from typing import Any, List, Tuple

from .aio_support import AioTest, buyer, open_memory
from .support import DATE, MINUTE, SECOND, START, House, VirtualClock, memory
import boxoffice  # noqa: E402
from boxoffice import (  # noqa: E402
    CancelledItem,
    HeldItem,
    NewSeat,
    OrderItem,
    PaidItem,
    Price,
    RefundStep,
    Terms,
)

HOUR = 60 * MINUTE


class SellingTest(unittest.TestCase):
    def setUp(self) -> None:
        self.clock = VirtualClock()
        self.office = memory(clock=self.clock)
        self.addCleanup(self.office.close)
        self.house = House(self.office)
        self.concert = self.house.concert
        self.seats = [seat.id for seat in self.house.seats]

    def let(self, **terms: Any) -> int:
        """The terms as they are, but for these."""
        sale = self.office.get_sale(self.concert)
        changed = dataclasses.replace(sale.terms, **terms)
        return self.office.change_sale(self.concert, changed, sale.version)

    def clean(self) -> None:
        self.assertEqual(self.office.audit(), [])


class OrderTest(SellingTest):
    def test_three_seats_are_held_paid_and_shown_as_one(self) -> None:
        self.let(seats_per_order=3)
        mina, token = self.house.buyer("mina", 5_000)
        held = self.office.hold_seats(mina, token, self.concert, self.seats[:3], 3_000, "key")
        again = self.office.hold_seats(mina, token, self.concert, self.seats[:3], 3_000, "key")
        self.assertEqual(held, again)
        self.assertEqual((held.total, held.deadline), (3_000, START + 5 * MINUTE))
        self.assertEqual(held.order, held.items[0].reservation)
        self.assertEqual([one.seat for one in held.items], self.seats[:3])
        self.assertEqual({(one.type, one.price) for one in held.items}, {(None, 1_000)})

        self.office.release_hold(mina, held.items[1].reservation)
        order = self.office.get_order(mina, held.order)
        self.assertEqual((order.id, order.total), (held.order, 2_000))
        self.assertEqual(order.deadline, held.deadline)
        states = [one.state for one in order.reservations]
        held_state, released = boxoffice.ReservationState.HELD, boxoffice.ReservationState.RELEASED
        self.assertEqual(states, [held_state, released, held_state])
        row = order.reservations[2]
        self.assertEqual((row.order, row.sale, row.type), (held.order, 2, None))
        self.assertEqual((row.refunded, row.cancelled_at), (0, None))

        paid = self.office.pay(mina, token, held.order)
        self.assertEqual((paid.amount, paid.balance, paid.reservation), (2_000, 3_000, held.order))
        self.assertIsNone(self.office.get_order(mina, held.order).deadline)
        events = list(self.office.events())
        (made,) = [one for one in events if one.name == "order_held"]
        self.assertEqual((made.order, made.amount, made.subject), (held.order, 3_000, None))
        (changed,) = [one for one in events if one.name == "sale_changed"]
        self.assertEqual((changed.order, changed.subject), (None, 2))
        self.clean()

    def test_all_or_none_and_every_seat_that_cannot_be_had_is_named(self) -> None:
        self.let(seats_per_order=4)
        mina, token = self.house.buyer("mina")
        juno, juno_token = self.house.buyer("juno")
        self.office.hold_seats(juno, juno_token, self.concert, [self.seats[1], self.seats[3]])
        with self.assertRaises(boxoffice.SeatUnavailable) as caught:
            self.office.hold_seats(mina, token, self.concert, self.seats)
        self.assertEqual(caught.exception.about, (self.seats[1], self.seats[3]))
        self.assertIn("A-2, A-4", caught.exception.detail)
        self.assertEqual(self.office.count_seats(self.concert).held, 2)
        with self.assertRaises(boxoffice.PriceChanged) as changed:
            self.office.hold_seats(mina, token, self.concert, [self.seats[0]], 7)
        self.assertEqual(changed.exception.about, (1_000,))
        with self.assertRaises(boxoffice.PriceChanged):
            self.office.hold_seats(mina, token, self.concert, [self.seats[0]], 0)

    def test_an_order_is_given_back(self) -> None:
        self.let(seats_per_order=4)
        mina, token = self.house.buyer("mina")
        held = self.office.hold_seats(mina, token, self.concert, iter(self.seats))
        self.assertEqual(self.office.release_order(mina, held.order), 4)
        self.assertEqual(self.office.release_order(mina, held.order), 0)
        self.assertEqual(self.office.count_seats(self.concert).available, 4)
        with self.assertRaises(boxoffice.UnknownReservation):
            self.office.get_order(mina, boxoffice.OrderId(held.items[1].reservation))


class TermsTest(SellingTest):
    def test_they_come_out_as_they_went_in(self) -> None:
        fresh = self.office.get_sale(self.concert)
        self.assertEqual((fresh.concert, fresh.version), (self.concert, 1))
        self.assertEqual((fresh.made_at, fresh.tariff, fresh.terms), (START, None, Terms()))
        given = Terms(
            START + MINUTE,
            START + HOUR,
            True,
            7,
            9,
            3 * SECOND,
            (RefundStep(START + HOUR, 700), RefundStep(None, 1)),
        )
        self.clock.advance(SECOND)
        self.assertEqual(self.office.change_sale(self.concert, given, 1), 2)
        sale = self.office.get_sale(self.concert)
        self.assertEqual((sale.version, sale.made_at, sale.terms), (2, START + SECOND, given))
        self.assertEqual(self.office.change_sale(self.concert, sale.terms, 2), 3)

    def test_the_window(self) -> None:
        mina, token = self.house.buyer("mina")
        self.let(opens_at=START + MINUTE, closes_at=START + 2 * MINUTE)
        with self.assertRaises(boxoffice.NotOnSale) as caught:
            self.office.hold_seat(mina, token, self.seats[0])
        opens_us = int((START + MINUTE).timestamp()) * 1_000_000
        self.assertEqual(caught.exception.about, (opens_us,))
        self.clock.advance(MINUTE)
        held = self.office.hold_seat(mina, token, self.seats[0])
        self.clock.advance(MINUTE)
        self.office.release_hold(mina, held.reservation)
        with self.assertRaises(boxoffice.NotOnSale) as caught:
            self.office.hold_seat(mina, token, self.seats[0])
        self.assertEqual(caught.exception.about, ())

    def test_types_and_prices(self) -> None:
        self.office.add_seats(self.concert, [NewSeat("B-1", 9_000, category="best")])
        self.office.add_seats(self.concert, [NewSeat("B-2", 9_000, category="best")])
        best = [self.office.find_seat(self.concert, number) for number in ("B-1", "B-2")]
        self.assertEqual({one.category for one in best}, {"best"})
        self.let(seats_per_order=2)
        full = self.office.create_type(self.concert, "full")
        child = self.office.create_type(self.concert, "child", 1, full)
        self.assertEqual(
            [(one.id, one.concert, one.name) for one in self.office.types(self.concert)],
            [(child, self.concert, "child"), (full, self.concert, "full")],
        )
        kind = self.office.types(self.concert)[0]
        self.assertEqual((kind.max_per_order, kind.needs, kind.created_at), (1, full, START))
        self.assertIsNone(self.office.types(self.concert)[1].needs)
        prices = [Price("", 800), Price("best", 5_000, full), Price("best", 2_500, child)]
        self.assertEqual(self.office.set_tariff(self.concert, iter(prices), 2), 3)
        self.assertEqual(self.office.tariff(self.concert), prices)
        self.assertEqual(self.office.get_sale(self.concert).tariff, 3)

        mina, token = self.house.buyer("mina")
        items: List[Any] = [OrderItem(best[0].id, child), OrderItem(best[1].id, full)]
        with self.assertRaises(boxoffice.TypeRule):
            self.office.hold_seats(mina, token, self.concert, items[:1])
        held = self.office.hold_seats(mina, token, self.concert, items)
        self.assertEqual(held.total, 7_500)
        first = HeldItem(held.order, best[0].id, child, 2_500)
        self.assertEqual(held.items[0], first)
        self.assertEqual(self.office.get_order(mina, held.order).reservations[1].type, full)
        self.office.recharge(mina, 7_500)
        paid = self.office.pay(mina, token, held.order, "key")
        self.assertEqual(
            paid.items,
            tuple(
                PaidItem(one.reservation, one.seat, one.type, one.price, seat.number, seat.label)
                for one, seat in zip(held.items, best)
            ),
        )
        self.assertEqual(self.office.pay(mina, token, held.order, "key"), paid)
        juno, token = self.house.buyer("juno")
        held_alone = self.office.hold_seat(juno, token, self.seats[0])
        self.assertEqual(held_alone.price, 800)
        self.office.recharge(juno, 800)
        (alone,) = self.office.pay(juno, token, held_alone.reservation).items
        self.assertEqual((alone.seat, alone.type, alone.price), (self.seats[0], None, 800))
        self.assertEqual(self.office.set_tariff(self.concert, [], 3), 4)
        self.assertEqual(self.office.tariff(self.concert), [])

    def test_a_concert_is_changed_and_hidden(self) -> None:
        fresh = self.office.get_concert(self.concert)
        self.assertEqual((fresh.starts_at, fresh.is_hidden, fresh.version), (None, False, 1))
        self.assertIsNone(fresh.called_off_at)
        starts = datetime.datetime(2030, 12, 26, 20, tzinfo=datetime.timezone.utc)
        later = DATE + datetime.timedelta(days=2)
        version = self.office.change_concert(self.concert, later, "Spring", 1, starts, True)
        concert = self.office.get_concert(self.concert)
        self.assertEqual((version, concert.version, concert.title), (2, 2, "Spring"))
        self.assertEqual((concert.date, concert.starts_at), (later, starts))
        self.assertTrue(concert.is_hidden)
        self.assertEqual((self.office.concerts(DATE), self.office.dates(DATE)), ([], []))

    def test_a_concert_moves_to_another_room_while_nobody_holds(self) -> None:
        balcony = self.office.create_room("balcony")
        mina, token = self.house.buyer("mina")
        held = self.office.hold_seat(mina, token, self.seats[0])
        with self.assertRaises(boxoffice.UnknownRoom):
            self.office.change_concert(self.concert, DATE, "x", 1, room=boxoffice.RoomId(99))
        with self.assertRaises(boxoffice.SeatsHeld):
            self.office.change_concert(self.concert, DATE, "x", 1, room=balcony)
        moving = boxoffice.commands.ChangeConcert(self.concert, DATE, "x", 1, room=balcony)
        self.assertIsInstance(self.office.batch([moving])[0], boxoffice.SeatsHeld)
        self.office.release_hold(mina, held.reservation)
        self.assertEqual(list(self.office.batch([moving])), [2])
        self.assertEqual(self.office.get_concert(self.concert).room, balcony)
        with self.assertRaises(boxoffice.NotYourTurn):
            self.office.hold_seat(mina, token, self.seats[0])
        self.clean()


class DeletingTest(SellingTest):
    def test_a_concert_goes_where_nothing_was_ever_held(self) -> None:
        made = self.office.create_concert(DATE, "mistake", self.house.room, [boxoffice.NewSeat("1", 5)])
        with self.assertRaises(boxoffice.StaleVersion):
            self.office.delete_concert(made, 2)
        self.office.delete_concert(made, 1)
        with self.assertRaises(boxoffice.UnknownConcert):
            self.office.get_concert(made)
        with self.assertRaises(boxoffice.UnknownSeat):
            self.office.find_seat(made, "1")
        deleting = boxoffice.commands.DeleteConcert
        again = self.office.create_concert(DATE, "another", self.house.room)
        self.assertNotEqual(again, made)
        gone, stays, unknown = self.office.batch([deleting(again, 1), deleting(again, 1), deleting(made, 1)])
        self.assertIsNone(gone)
        self.assertIsInstance(stays, boxoffice.UnknownConcert)
        self.assertIsInstance(unknown, boxoffice.UnknownConcert)
        mina, token = self.house.buyer("mina")
        self.office.release_hold(mina, self.office.hold_seat(mina, token, self.seats[0]).reservation)
        with self.assertRaises(boxoffice.HasHistory):
            self.office.delete_concert(self.concert, 1)
        self.clean()


class GivingBackTest(SellingTest):
    def buy(self, name: str, *seats: boxoffice.SeatId) -> Tuple[boxoffice.UserId, Any]:
        user, token = self.house.buyer(name, 4_000)
        held = self.office.hold_seats(user, token, self.concert, seats)
        self.office.pay(user, token, held.order)
        return user, [one.reservation for one in held.items]

    def test_a_buyer_cancels_by_the_terms(self) -> None:
        self.let(seats_per_order=4, refund_steps=[RefundStep(START + HOUR, 667)])
        mina, bought = self.buy("mina", *self.seats[:3])
        self.assertEqual(self.office.get_reservation(mina, bought[0]).refund, 667)
        gone = self.office.cancel(mina, bought[:2], "key")
        self.assertEqual(gone, self.office.cancel(mina, bought[:2], "key"))
        self.assertEqual((gone.refund, gone.balance), (1_334, 2_334))
        self.assertEqual(gone.items, tuple(CancelledItem(one, 667) for one in bought[:2]))
        row = self.office.get_reservation(mina, bought[0])
        self.assertEqual(row.state, boxoffice.ReservationState.CANCELLED)
        self.assertEqual((row.refunded, row.cancelled_at, row.refund), (667, START, None))
        back = next(self.office.transfers(mina))
        self.assertEqual((back.kind, back.amount), (boxoffice.TransferKind.REFUND, 667))
        self.assertEqual((back.reservation, back.source), (bought[1], self.concert))
        report = self.office.sales_report(self.concert)
        totals = (report.sold, report.cancelled, report.gross, report.refunds)
        self.assertEqual(totals, (1, 2, 3_000, 1_334))
        self.assertEqual((report.net, report.balance), (1_666, 1_666))
        (only,) = report.rows
        self.assertEqual((only.category, only.type, only.sold, only.cancelled), ("", None, 1, 2))
        self.assertEqual((only.gross, only.refunds), (3_000, 1_334))
        self.clock.advance(HOUR)
        with self.assertRaises(boxoffice.CancelClosed):
            self.office.cancel(mina, bought[2:])
        self.clean()

    def test_the_house_refunds(self) -> None:
        mina, (bought,) = self.buy("mina", self.seats[0])
        part = self.office.refund(bought, 300, False, "a")
        self.assertEqual(part, self.office.refund(bought, 300, False, "a"))
        with self.assertRaises(boxoffice.IdempotencyConflict):
            self.office.refund(bought, 300, False, "a", "좌석 불량")
        self.assertEqual((part.reservation, part.amount, part.refunded), (bought, 300, 300))
        self.assertEqual(self.office.refund(bought, 300, False, "b", "좌석 불량").refunded, 600)
        reasons = [one.reason for one in self.office.transfers(mina)]
        self.assertEqual(reasons, ["좌석 불량", "", "", ""])
        with self.assertRaises(boxoffice.InvalidArgument):
            self.office.refund(bought, 1, False, "d", "r" * 201)
        self.assertEqual(self.office.get_reservation(mina, bought).state.name, "CONFIRMED")
        self.assertEqual(self.office.refund(bought, 400, True, "c").refunded, 1_000)
        self.assertEqual(self.office.get_reservation(mina, bought).state.name, "CANCELLED")
        self.assertEqual(self.office.balance(mina), 4_000)
        self.clean()

    def test_a_concert_is_called_off(self) -> None:
        self.let(seats_per_order=4)
        mina, bought = self.buy("mina", *self.seats[:2])
        juno, token = self.house.buyer("juno", 5_000)
        self.office.hold_seat(juno, token, self.seats[2])
        self.assertEqual(self.office.call_off_reason(self.concert), "")
        self.assertEqual(self.office.sweep_refunds(self.concert).refunded, 0)
        self.assertEqual(self.office.call_off(self.concert, "Größe"), START)
        self.clock.advance(SECOND)
        self.assertEqual(self.office.call_off(self.concert, "else"), START)
        self.assertEqual(self.office.call_off_reason(self.concert), "Größe")
        self.assertEqual(self.office.get_concert(self.concert).called_off_at, START)
        self.assertEqual(self.office.get_reservation(mina, bought[0]).state.name, "CANCELLED")
        swept = self.office.sweep_refunds(self.concert, 2)
        self.assertEqual((swept.refunded + swept.released, swept.more), (2, True))
        swept = self.office.sweep_refunds(self.concert)
        self.assertEqual((swept.refunded + swept.released, swept.stuck), (1, 0))
        self.assertFalse(swept.more)
        self.assertEqual(self.office.balance(mina), 4_000)
        self.clean()

    def test_the_longest_reason_fits(self) -> None:
        self.office.call_off(self.concert, "x" * 200)
        self.assertEqual(self.office.call_off_reason(self.concert), "x" * 200)

    def test_cash(self) -> None:
        self.buy("mina", self.seats[0])
        report = self.office.cash_report(START, START + SECOND)
        self.assertEqual((report.recharge_count, report.recharged), (1, 4_000))
        self.assertEqual(self.office.cash_report(START - HOUR, START).recharge_count, 0)


class BatchTest(SellingTest):
    def test_each_outcome_is_what_the_method_answers(self) -> None:
        """In twin offices; but for the items, which a batch leaves out."""
        with memory(clock=VirtualClock()) as other:
            twin = House(other)
            mina, token = self.house.buyer("mina", 9_000)
            buyer_of_twin, token_of_twin = twin.buyer("mina", 9_000)
            terms = Terms(seats_per_order=3, refund_steps=(RefundStep(None, 500),))
            steps: List[Tuple[str, Any, Any]] = []

            def both(method: str, mine: Tuple[Any, ...], theirs: Tuple[Any, ...]) -> Any:
                kind = getattr(boxoffice, "".join(one.title() for one in method.split("_")))
                (outcome,) = self.office.batch([kind(*mine)])
                answer = getattr(other, method)(*theirs)
                if hasattr(answer, "items"):
                    self.assertGreater(len(answer.items), 0)
                    self.assertEqual(outcome.items, ())  # type: ignore[union-attr]
                steps.append((method, outcome, answer))
                return outcome, answer

            mine, theirs = self.concert, twin.concert
            starts = START + HOUR
            both("change_concert", (mine, DATE, "x", 1, starts), (theirs, DATE, "x", 1, starts))
            both("change_sale", (mine, terms, 1), (theirs, terms, 1))
            full, full_of_twin = both("create_type", (mine, "full", 2), (theirs, "full", 2))
            both("create_type", (mine, "child", 1, full), (theirs, "child", 1, full_of_twin))
            both(
                "set_tariff",
                (mine, [Price("", 900), Price("", 400, full)], 2),
                (theirs, [Price("", 900), Price("", 400, full_of_twin)], 2),
            )
            items = [OrderItem(self.seats[0], full), *self.seats[1:3]]
            seats = [seat.id for seat in twin.seats]
            items_of_twin = [OrderItem(seats[0], full_of_twin), *seats[1:3]]

            def hold(key: str) -> Any:
                return both(
                    "hold_seats",
                    (mina, token, mine, items, 2_200, key),
                    (buyer_of_twin, token_of_twin, theirs, items_of_twin, 2_200, key),
                )

            held, held_of_twin = hold("a")
            both("release_order", (mina, held.order), (buyer_of_twin, held_of_twin.order))
            held, held_of_twin = hold("b")
            theirs_to_pay = (buyer_of_twin, token_of_twin, held_of_twin.order)
            both("pay", (mina, token, held.order), theirs_to_pay)
            bought = [one.id for one in self.office.get_order(mina, held.order).reservations]
            bought_of_twin = [one.reservation for one in held_of_twin.items]
            both("cancel", (mina, bought[:2], "c"), (buyer_of_twin, bought_of_twin[:2], "c"))
            for amount in (5, 6):  # 11 in all
                rest = (amount, False, f"refund-{amount}", "draught" * (amount - 5))
                both("refund", (bought[2], *rest), (bought_of_twin[2], *rest))
            juno, token = self.house.buyer("juno")
            juno_of_twin, token_of_twin = twin.buyer("juno")
            both(
                "hold_seat",
                (juno, token, self.seats[3]),
                (juno_of_twin, token_of_twin, seats[3]),
            )
            both("call_off", (mine, "storm"), (theirs, "storm"))
            swept, _ = both("sweep_refunds", (mine,), (theirs,))
            self.assertEqual((swept.refunded, swept.released, swept.stuck), (1, 1, 0))

            def plain(value: Any) -> Any:
                if dataclasses.is_dataclass(value):
                    names = [one.name for one in dataclasses.fields(value) if one.name != "items"]
                    return type(value), {name: plain(getattr(value, name)) for name in names}
                return "id" if isinstance(value, int) and value > 2**40 else value

            for method, outcome, answer in steps:
                self.assertEqual(plain(outcome), plain(answer), method)
            for query in ("get_concert", "get_sale", "call_off_reason", "sales_report"):
                answer, its_answer = getattr(self.office, query)(mine), getattr(other, query)(theirs)
                self.assertEqual(plain(answer), plain(its_answer), query)
            self.clean()
            self.assertEqual(other.audit(), [])

    def test_errors_in_outcomes_have_no_details(self) -> None:
        self.let(seats_per_order=4)
        mina, token = self.house.buyer("mina")
        self.office.block_seat(self.seats[0])
        hold = boxoffice.HoldSeats(mina, token, self.concert, self.seats)
        for_nothing = hold._replace(items=self.seats[1:], expect_total=0)
        (outcome, other) = self.office.batch([hold, for_nothing])
        assert isinstance(outcome, boxoffice.SeatUnavailable)
        self.assertEqual(outcome.about, ())
        self.assertIsInstance(other, boxoffice.PriceChanged)


class AioSellingTest(AioTest):
    async def test_an_order_comes_with_its_items_and_a_refusal_with_what_it_is_about(self) -> None:
        async with open_memory() as office:
            room = (await office.find_room()).id
            rows = [NewSeat(f"A-{i}", 10) for i in range(3)]
            concert = await office.create_concert(DATE, "Winter", room, rows)
            terms = Terms(seats_per_order=3, refund_steps=(RefundStep(None, 1_000),))
            await office.change_sale(concert, terms, 1)
            seats = [one.id for one in await office.seats(concert)]
            mina, token = await buyer(office, room, "mina", 50)
            juno, juno_token = await buyer(office, room, "juno")
            held = await office.hold_seats(mina, token, concert, seats[:2])
            self.assertEqual([one.seat for one in held.items], seats[:2])
            with self.assertRaises(boxoffice.SeatUnavailable) as caught:
                await office.hold_seats(juno, juno_token, concert, seats)
            self.assertEqual(caught.exception.about, tuple(seats[:2]))
            await office.pay(mina, token, held.order)
            gone = await office.cancel(mina, [one.reservation for one in held.items])
            self.assertEqual([one.refund for one in gone.items], [10, 10])
            self.assertEqual(gone.balance, 50)
            hold = boxoffice.HoldSeats(juno, juno_token, concert, seats)
            (outcome,) = await office.execute([hold])
            assert isinstance(outcome, boxoffice.HeldOrder)
            order = await office.get_order(juno, outcome.order)
            self.assertEqual([one.seat for one in order.reservations], seats)


if __name__ == "__main__":
    unittest.main()
