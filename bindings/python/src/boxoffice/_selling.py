"""The methods of an office about what is sold together, on which terms, and given back."""

from __future__ import annotations

import ctypes
import datetime
from ctypes import byref
from typing import Iterable, List, Optional, Union

from . import _convert as convert
from . import _convert_sales as sales
from . import _structures as c
from ._handle import Handle
from .answers import ConcertId, OrderId, ReservationId, RoomId, SeatId, TokenId, TypeId, UserId
from .sales import (
    Cancelled,
    CashReport,
    HeldOrder,
    Order,
    OrderItem,
    Price,
    Refunded,
    Sale,
    SalesReport,
    Swept,
    Terms,
    TicketType,
)

_REASON_SIZE = 208  # what the longest takes, with its 0


class Selling(Handle):
    """A part of :class:`Office`."""

    # ---- terms ----------------------------------------------------------------------------------

    def change_concert(
        self,
        concert: ConcertId,
        date: datetime.date,
        title: str,
        version: int,
        starts_at: Optional[datetime.datetime] = None,
        is_hidden: bool = False,
        room: Optional[RoomId] = None,
    ) -> int:
        """The facts of a concert. ``version`` is the one that is changed (``Concert.version``), so
        that nobody undoes another's change unseen; returns the one that it became. With ``room`` it
        moves to another waiting room, while nobody holds a seat of it; places stay in their lines,
        so who has one in the room that was joins the new one for this concert. Refusals:
        StaleVersion, SeatsHeld. Mistakes: UnknownConcert, UnknownRoom, InvalidDate."""
        day, name = convert.day(date, "date"), convert.text(title, "title")
        return self._number(
            self._library.boxoffice_change_concert,
            convert.int64(concert, "concert"),
            day,
            len(day),
            name,
            len(name),
            convert.optional_instant(starts_at, "starts_at"),
            convert.flag(is_hidden, "is_hidden"),
            convert.optional_id(room, "room"),
            convert.int64(version, "version"),
        )

    def delete_concert(self, concert: ConcertId, version: int) -> None:
        """Takes a concert away with its seats, terms, prices, types and sales account; its id is
        not used again. Only where nothing of it was ever held, whatever became of that: else hide
        it. ``version`` is the concert's. Reads the reservations that were made since it was.
        Refusals: StaleVersion, HasHistory. Mistakes: UnknownConcert (also: it is gone already)."""
        identity, number = convert.int64(concert, "concert"), convert.int64(version, "version")
        self._call(self._library.boxoffice_delete_concert, identity, number)

    def get_sale(self, concert: ConcertId) -> Sale:
        """The terms in force. Mistakes: UnknownConcert."""
        identity = convert.int64(concert, "concert")
        return self._ask(self._library.boxoffice_get_sale, c.Sale, sales.sale, identity)

    def change_sale(self, concert: ConcertId, terms: Terms, version: int) -> int:
        """The next version of the terms. ``version`` is the one that is changed, so that nobody
        undoes another's change unseen; returns the one that it became. What is held or sold keeps
        that under which it was held. Refusals: StaleVersion. Mistakes: UnknownConcert."""
        given = sales.terms(terms)
        identity, known = convert.int64(concert, "concert"), convert.int64(version, "version")
        function = self._library.boxoffice_change_sale
        return self._number(function, identity, byref(given), known)

    def set_tariff(self, concert: ConcertId, prices: Iterable[Price], version: int) -> int:
        """The next version of the terms, with these prices (up to 500) in the place of all before;
        none: the seats' own. A category without a price for a type is not sold to it; who names no
        type pays a seat's own price where there is none. Refusals: StaleVersion. Mistakes:
        UnknownConcert, UnknownType."""
        listed = [sales.price(one) for one in sales.listed(prices, "prices")]
        rows = (c.NewPrice * len(listed))()
        for row, (category, kind, price) in zip(rows, listed):
            row.category = category  # the array keeps the bytes alive
            row.category_length = len(category)
            row.type = kind
            row.price = price
        identity, known = convert.int64(concert, "concert"), convert.int64(version, "version")
        function = self._library.boxoffice_set_tariff
        return self._number(function, identity, rows, len(listed), known)

    def tariff(self, concert: ConcertId) -> List[Price]:
        """The prices in force, by category and type; none: the seats' own. Mistakes:
        UnknownConcert."""
        identity = convert.int64(concert, "concert")
        return self._all(
            self._library.boxoffice_list_tariff, c.Price, sales.listed_price, identity
        )

    def create_type(
        self,
        concert: ConcertId,
        name: str,
        max_per_order: int = 0,
        needs: Optional[TypeId] = None,
    ) -> TypeId:
        """A type of ticket, up to 100 a concert: who a price is for. ``max_per_order``: 0, no
        limit; ``needs``: sold only beside one of that type. Refusals: TypeExists. Mistakes:
        UnknownConcert, UnknownType (``needs``)."""
        raw = convert.text(name, "name")
        return TypeId(
            self._number(
                self._library.boxoffice_create_type,
                convert.int64(concert, "concert"),
                raw,
                len(raw),
                convert.int64(max_per_order, "max_per_order"),
                convert.optional_id(needs, "needs"),
            )
        )

    def types(self, concert: ConcertId) -> List[TicketType]:
        """The types of ticket that a concert has, by name. Mistakes: UnknownConcert."""
        identity = convert.int64(concert, "concert")
        function = self._library.boxoffice_list_types
        return self._all(function, c.TicketType, sales.ticket_type, identity)

    # ---- orders ---------------------------------------------------------------------------------

    def hold_seats(
        self,
        user: UserId,
        token: TokenId,
        concert: ConcertId,
        items: Iterable[Union[SeatId, OrderItem]],
        expect_total: Optional[int] = None,
        key: Optional[str] = None,
    ) -> HeldOrder:
        """Holds 1 to 50 seats of one concert together: all or none, until one deadline, for one
        payment. An item is a seat, or an OrderItem, which says for whom. With ``expect_total``
        their prices must sum to it. Refusals: NotYourTurn, CalledOff, NotOnSale, HoldLimit,
        OrderLimit, PurchaseLimit, TypeRule, SeatUnavailable (``about`` has each seat that cannot be
        had), PriceChanged (``about`` has the total now), IdempotencyConflict. Mistakes:
        InvalidToken, UnknownConcert, UnknownSeat, UnknownType."""
        rows = sales.order_items(items)
        name = convert.key(key)
        order, held = c.HeldOrder(), (c.HeldItem * len(rows))()
        total = None
        if expect_total is not None:
            total = byref(ctypes.c_int64(convert.int64(expect_total, "expect_total")))
        self._call(
            self._library.boxoffice_hold_seats,
            convert.int64(user, "user"),
            convert.int64(token, "token"),
            convert.int64(concert, "concert"),
            rows,
            len(rows),
            total,
            name,
            len(name),
            byref(order),
            held,
        )
        return sales.held_order(order, held)

    def release_order(self, user: UserId, order: OrderId) -> int:
        """All of an order that is held; returns how many. Released already: fine. Refusals:
        AlreadyPaid, HoldExpired. Mistakes: UnknownReservation."""
        return self._number(
            self._library.boxoffice_release_order,
            convert.int64(user, "user"),
            convert.int64(order, "order"),
        )

    def get_order(self, user: UserId, order: OrderId) -> Order:
        """One of the user's own, with its reservations. Mistakes: UnknownReservation (also for
        another's, or where it is no order's first)."""
        out = c.Order()
        reservations = self._all(
            self._library.boxoffice_get_order,
            c.Reservation,
            convert.reservation,
            convert.int64(user, "user"),
            convert.int64(order, "order"),
            byref(out),
            is_usual=False,
        )
        return sales.order(out, reservations)

    # ---- cancelling and refunds -----------------------------------------------------------------

    def cancel(
        self, user: UserId, reservations: Iterable[ReservationId], key: Optional[str] = None
    ) -> Cancelled:
        """Gives 1 to 50 paid reservations back, all or none, for what the terms under which each
        was held say: the seats are on sale again, the points with who paid. Cancelled already: what
        came back then. Of a concert that was called off: all of the price. Refusals: NotPaid,
        CancelClosed, BalanceLimit, IdempotencyConflict. Mistakes: UnknownReservation."""
        rows = sales.ids(reservations, "reservation")
        name = convert.key(key)
        out, items = c.Cancelled(), (c.CancelledItem * len(rows))()
        who = convert.int64(user, "user")
        function = self._library.boxoffice_cancel
        self._call(function, who, rows, len(rows), name, len(name), byref(out), items)
        return sales.cancelled(out, items)

    def refund(
        self, reservation: ReservationId, amount: int, cancel: bool, key: str, reason: str = ""
    ) -> Refunded:
        """The house gives ``amount`` (0 to what is left of the price) back to who paid, and with
        ``cancel`` takes the seat back. The key is the house's: two equal refunds can both be meant.
        ``reason`` (up to 200 bytes; buyers see it) stays with the transfer, so that of a refund of
        nothing is not kept. Refusals: NotPaid, BalanceLimit, IdempotencyConflict. Mistakes:
        UnknownReservation."""
        name, why = convert.text(key, "key"), convert.text(reason, "reason")
        return self._ask(
            self._library.boxoffice_refund,
            c.Refunded,
            convert.plain(Refunded),
            convert.int64(reservation, "reservation"),
            convert.int64(amount, "amount"),
            convert.flag(cancel, "cancel"),
            why,
            len(why),
            name,
            len(name),
        )

    def call_off(self, concert: ConcertId, reason: str = "") -> datetime.datetime:
        """The concert will not take place: from now on nothing of it is held or paid, holds read
        released and sales cancelled. Their refunds, in full, follow by :meth:`sweep_refunds` or
        :meth:`tick`. It cannot be taken back. Returns since when; called off already: the same.
        Mistakes: UnknownConcert."""
        raw = convert.text(reason, "reason")
        identity = convert.int64(concert, "concert")
        function = self._library.boxoffice_call_off
        return convert.time(self._number(function, identity, raw, len(raw)))

    def call_off_reason(self, concert: ConcertId) -> str:
        """Why; empty: no reason was given, or it was not called off. Mistakes: UnknownConcert."""
        text = ctypes.create_string_buffer(_REASON_SIZE)
        identity = convert.int64(concert, "concert")
        function = self._library.boxoffice_get_call_off_reason
        self._call(function, identity, text, len(text), None)
        return text.value.decode()

    def sweep_refunds(self, concert: ConcertId, most: int = 10_000) -> Swept:
        """Gives back what was paid for a concert that was called off, and ends its holds, up to
        ``most`` (1 to 10,000) of them. However often: each sale is refunded once. Not called off:
        nothing. Mistakes: UnknownConcert."""
        identity, number = convert.int64(concert, "concert"), convert.int64(most, "most")
        function = self._library.boxoffice_sweep_refunds
        return self._ask(function, c.Swept, sales.swept, identity, number)

    # ---- reports --------------------------------------------------------------------------------

    def sales_report(self, concert: ConcertId) -> SalesReport:
        """What was sold of a concert, in all and by category and type, computed from its
        reservations; refunds are booked when they happen. Reads all of them. Mistakes:
        UnknownConcert."""
        report = c.SalesReport()
        identity = convert.int64(concert, "concert")
        function = self._library.boxoffice_get_sales_report
        rows = self._all(function, c.SalesRow, sales.sales_row, identity, byref(report))
        return sales.sales_report(report, rows)

    def cash_report(self, since: datetime.datetime, until: datetime.datetime) -> CashReport:
        """Points issued from ``since`` on and before ``until``. Reads all transfers of that
        time."""
        begin, end = convert.instant(since, "since"), convert.instant(until, "until")
        function = self._library.boxoffice_get_cash_report
        return self._ask(function, c.CashReport, convert.plain(CashReport), begin, end)
