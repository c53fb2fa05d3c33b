"""Between Python's values and the C structures, of terms, orders and what came of them."""

from __future__ import annotations

import ctypes
import datetime
from typing import Any, Iterable, List, Optional, Tuple

from . import _convert as convert
from . import _structures as c
from .answers import Paid, PaidItem
from .errors import InvalidArgument
from .sales import (
    Cancelled,
    CancelledItem,
    HeldItem,
    HeldOrder,
    Order,
    OrderItem,
    Price,
    RefundStep,
    Sale,
    SalesReport,
    SalesRow,
    Swept,
    Terms,
    TicketType,
)

# ---- what goes in -------------------------------------------------------------------------------


def terms(value: Any) -> c.Terms:
    if not isinstance(value, Terms):
        raise InvalidArgument(f"terms: a Terms, not {type(value).__name__}")
    out = c.Terms(
        struct_size=ctypes.sizeof(c.Terms),
        is_paused=convert.flag(value.is_paused, "is_paused"),
        opens_at_us=0 if value.opens_at is None else convert.instant(value.opens_at, "opens_at"),
        closes_at_us=convert.optional_instant(value.closes_at, "closes_at"),
        seats_per_order=convert.int64(value.seats_per_order, "seats_per_order"),
        seats_per_user=convert.int64(value.seats_per_user, "seats_per_user"),
        hold_ttl_us=0 if value.hold_ttl is None else convert.span(value.hold_ttl, "hold_ttl"),
    )
    steps = listed(value.refund_steps, "refund_steps")
    if len(steps) > c.REFUND_STEPS_MAX:
        raise InvalidArgument("refund_steps: at most 8")
    for step, into in zip(steps, out.refund_steps):
        if not isinstance(step, RefundStep):
            raise InvalidArgument(f"refund_steps: of RefundStep, not {type(step).__name__}")
        into.until_us = convert.optional_instant(step.until, "until")
        into.thousandths = convert.int64(step.thousandths, "thousandths")
    out.refund_step_count = len(steps)
    return out


def listed(values: Any, what: str) -> List[Any]:
    try:
        return list(values)
    except TypeError:
        raise InvalidArgument(f"{what}: an iterable, not {type(values).__name__}") from None


def price(value: Any) -> Tuple[bytes, int, int]:
    """Its category, type and price."""
    if not isinstance(value, Price):
        raise InvalidArgument(f"prices: of Price, not {type(value).__name__}")
    return (
        convert.text(value.category, "category"),
        convert.optional_id(value.type, "type"),
        convert.int64(value.price, "price"),
    )


def order_items(values: Iterable[Any]) -> Any:
    """An array of what is to be held: items, or seats alone."""
    items = listed(values, "items")
    rows = (c.OrderItem * len(items))()
    for row, item in zip(rows, items):
        if isinstance(item, OrderItem):
            row.type = convert.optional_id(item.type, "type")
            item = item.seat
        row.seat = convert.int64(item, "seat")
    return rows


def ids(values: Iterable[Any], what: str) -> Any:
    numbers = [convert.int64(one, what) for one in listed(values, what)]
    return (ctypes.c_int64 * len(numbers))(*numbers)


# ---- what comes out -----------------------------------------------------------------------------


def _opening(us: int) -> Optional[datetime.datetime]:
    return convert.time(us) if us else None


def sale(fields: Tuple[Any, ...]) -> Sale:
    concert, version, made_at, tariff, _, is_paused, opens, closes, *rest = fields
    per_order, per_user, hold_us, count, *steps = rest
    return Sale(
        concert,
        version,
        convert.time(made_at),
        tariff or None,
        Terms(
            _opening(opens),
            convert.deadline(closes),
            is_paused == 1,
            per_order,
            per_user,
            datetime.timedelta(microseconds=hold_us) if hold_us else None,
            tuple(
                RefundStep(convert.deadline(until), thousandths)
                for until, thousandths in zip(steps[0 : 2 * count : 2], steps[1 : 2 * count : 2])
            ),
        ),
    )


def ticket_type(fields: Tuple[Any, ...]) -> TicketType:
    identity, concert, most, needs, created_at, name = fields
    return TicketType(
        identity, concert, convert.string(name), most, needs or None, convert.time(created_at)
    )


def listed_price(fields: Tuple[Any, ...]) -> Price:
    type_id, points, category = fields
    return Price(convert.string(category), points, type_id or None)


def held_order(order: c.HeldOrder, items: Any) -> HeldOrder:
    return HeldOrder(
        order.order,
        convert.deadline(order.deadline_us),
        order.total,
        tuple(HeldItem(one.reservation, one.seat, one.type or None, one.price) for one in items),
    )


def paid(one: c.Paid, items: Any) -> Paid:
    return Paid(
        one.payment,
        one.reservation,
        one.amount,
        one.balance,
        convert.time(one.paid_at_us),
        tuple(_paid_item(item) for item in items[: one.item_count]),
    )


def _paid_item(one: c.PaidItem) -> PaidItem:
    reservation, seat, type_id, price, *texts = convert.LAYOUTS[c.PaidItem].unpack(one)
    number, label = (convert.string(text) for text in texts)
    return PaidItem(reservation, seat, type_id or None, price, number, label)


def order(one: c.Order, reservations: List[Any]) -> Order:
    return Order(one.id, one.total, convert.deadline(one.deadline_us), tuple(reservations))


def cancelled(one: c.Cancelled, items: Any) -> Cancelled:
    return Cancelled(
        one.refund,
        one.balance,
        tuple(CancelledItem(item.reservation, item.refund) for item in items),
    )


def swept(fields: Tuple[Any, ...]) -> Swept:
    refunded, released, stuck, more = fields
    return Swept(refunded, released, stuck, more == 1)


def sales_row(fields: Tuple[Any, ...]) -> SalesRow:
    type_id, sold, gone, gross, refunds, category = fields
    return SalesRow(convert.string(category), type_id or None, sold, gone, gross, refunds)


def sales_report(report: c.SalesReport, rows: List[SalesRow]) -> SalesReport:
    sold, gone, gross, refunds, net, balance = convert.LAYOUTS[c.SalesReport].unpack(report)
    return SalesReport(sold, gone, gross, refunds, net, balance, tuple(rows))
