"""On which terms concerts are sold, what is held together, and what came of it: what goes in and
what is answered. Units as in :mod:`boxoffice.answers`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Dict, NamedTuple, Optional, Sequence, Tuple

from ._json import Jsonable, to_dict
from .answers import ConcertId, OrderId, Reservation, ReservationId, SeatId, TypeId, _Answer

__all__ = [
    "CancelledItem",
    "Cancelled",
    "CashReport",
    "HeldItem",
    "HeldOrder",
    "Order",
    "OrderItem",
    "Price",
    "RefundStep",
    "Refunded",
    "Sale",
    "SalesReport",
    "SalesRow",
    "Swept",
    "Terms",
    "TicketType",
]

# ---- terms --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefundStep(Jsonable):
    """Who cancels before ``until`` (None: whenever) gets so many thousandths of the price back."""

    until: Optional[datetime.datetime]
    thousandths: int


@dataclass(frozen=True)
class Terms(Jsonable):
    """The terms on which a concert is sold; these defaults are those of a new one.
    ``dataclasses.replace`` makes changed ones."""

    opens_at: Optional[datetime.datetime] = None
    """On sale from then on; None: always was."""
    closes_at: Optional[datetime.datetime] = None
    """And until just before then; None: for ever."""
    is_paused: bool = False
    """No new holds; what is held can be paid."""
    seats_per_order: int = 1
    """1 to 50."""
    seats_per_user: int = 0
    """Held, or bought and not cancelled, up to 10,000; 0: no limit."""
    hold_ttl: Optional[datetime.timedelta] = None
    """1 s to 24 h; None: that of the options."""
    refund_steps: Sequence[RefundStep] = ()
    """Up to 8, in order of ``until``; the first that has not passed counts. None, or all passed:
    nobody cancels."""


@dataclass(frozen=True)
class Sale(_Answer):
    """The terms in force. ``tariff`` is the version whose prices are; None: the seats' own."""

    __slots__ = ("concert", "version", "made_at", "tariff", "terms")
    concert: ConcertId
    version: int
    made_at: datetime.datetime
    tariff: Optional[int]
    terms: Terms


@dataclass(frozen=True)
class TicketType(_Answer):
    """Who a price is for: full, child … ``max_per_order``: 0, no limit; ``needs``: sold only beside
    one of that type."""

    __slots__ = ("id", "concert", "name", "max_per_order", "needs", "created_at")
    id: TypeId
    concert: ConcertId
    name: str
    max_per_order: int
    needs: Optional[TypeId]
    created_at: datetime.datetime


class Price(NamedTuple):
    """The price of a category's seats for a type (None: for who names no type)."""

    category: str
    price: int
    type: Optional[TypeId] = None

    def to_dict(self) -> Dict[str, Any]:
        """As of the answers."""
        return to_dict(self)


# ---- orders -------------------------------------------------------------------------------------


class OrderItem(NamedTuple):
    """A seat to be held, and who it is for (None: for everybody)."""

    seat: SeatId
    type: Optional[TypeId] = None

    def to_dict(self) -> Dict[str, Any]:
        """As of the answers."""
        return to_dict(self)


@dataclass(frozen=True)
class HeldItem(_Answer):
    """One seat of an order."""

    __slots__ = ("reservation", "seat", "type", "price")
    reservation: ReservationId
    seat: SeatId
    type: Optional[TypeId]
    price: int


@dataclass(frozen=True)
class HeldOrder(_Answer):
    """What was held together: the seats are the user's until the deadline. ``items`` are in the
    order in which they were asked for; in an outcome of a batch they are left out."""

    __slots__ = ("order", "deadline", "total", "items")
    order: OrderId
    deadline: Optional[datetime.datetime]
    total: int
    items: Tuple[HeldItem, ...]


@dataclass(frozen=True)
class Order(_Answer):
    """What was held together, as it stands now. ``total`` is of what is held or confirmed,
    ``deadline`` of what is held."""

    __slots__ = ("id", "total", "deadline", "reservations")
    id: OrderId
    total: int
    deadline: Optional[datetime.datetime]
    reservations: Tuple[Reservation, ...]


# ---- cancelling ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class CancelledItem(_Answer):
    """``refund`` is of the reservation's price, in all."""

    __slots__ = ("reservation", "refund")
    reservation: ReservationId
    refund: int


@dataclass(frozen=True)
class Cancelled(_Answer):
    """What came back of all of them together, and the balance of who paid. ``items`` are in the
    order in which they were asked for; in an outcome of a batch they are left out."""

    __slots__ = ("refund", "balance", "items")
    refund: int
    balance: int
    items: Tuple[CancelledItem, ...]


@dataclass(frozen=True)
class Refunded(_Answer):
    """What the house gave back, and what of the price in all."""

    __slots__ = ("reservation", "amount", "refunded")
    reservation: ReservationId
    amount: int
    refunded: int


@dataclass(frozen=True)
class Swept(_Answer):
    """Sales that were given back, holds that were ended, sales whose payer's balance has no room
    for the price; ``more``: there is more to do, sweep again."""

    __slots__ = ("refunded", "released", "stuck", "more")
    refunded: int
    released: int
    stuck: int
    more: bool


# ---- reports ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SalesRow(_Answer):
    """Of one category and type: how many are sold, how many were and are cancelled, the prices of
    both, and what of them went back."""

    __slots__ = ("category", "type", "sold", "cancelled", "gross", "refunds")
    category: str
    type: Optional[TypeId]
    sold: int
    cancelled: int
    gross: int
    refunds: int


@dataclass(frozen=True)
class SalesReport(_Answer):
    """What was sold of a concert, in all and by category and type. ``net`` is gross less refunds,
    ``balance`` that of the concert's sales account: the same."""

    __slots__ = ("sold", "cancelled", "gross", "refunds", "net", "balance", "rows")
    sold: int
    cancelled: int
    gross: int
    refunds: int
    net: int
    balance: int
    rows: Tuple[SalesRow, ...]


@dataclass(frozen=True)
class CashReport(_Answer):
    """Points that were issued, and in how many recharges."""

    __slots__ = ("recharge_count", "recharged")
    recharge_count: int
    recharged: int
