"""What the box office answers: frozen dataclasses, enumerations and ids.

Units everywhere: instants are aware ``datetime`` values in UTC, exact to the microsecond; spans are
``timedelta``; dates are ``date``; points are whole ``int`` points; ids are ``int`` above 0.
``None`` stands for "never" (a deadline) or "none" (an id). An instant after the year 9999 reads as
the last one of it. ``to_dict()`` of each is what ``json.dumps`` takes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, List, NewType, Optional, Tuple

from ._json import Jsonable

__all__ = [
    "CASH",
    "AccountId",
    "Arrived",
    "Claims",
    "CommitStats",
    "Concert",
    "ConcertId",
    "Durability",
    "Event",
    "Held",
    "Joined",
    "NewSeat",
    "OrderId",
    "Paid",
    "PaidItem",
    "Payment",
    "PaymentBegun",
    "PaymentId",
    "PaymentRequest",
    "PaymentState",
    "PaymentStep",
    "Peeked",
    "PlaceState",
    "Recharged",
    "Reconciled",
    "Reservation",
    "ReservationId",
    "ReservationState",
    "Room",
    "RoomId",
    "RoomLimits",
    "Seat",
    "SeatChanges",
    "SeatCounts",
    "SeatId",
    "SeatState",
    "Stats",
    "Ticked",
    "TokenId",
    "Transfer",
    "TransferId",
    "TransferKind",
    "TypeId",
    "UserId",
    "Violation",
]

UserId = NewType("UserId", int)
RoomId = NewType("RoomId", int)
ConcertId = NewType("ConcertId", int)
SeatId = NewType("SeatId", int)
TokenId = NewType("TokenId", int)
ReservationId = NewType("ReservationId", int)
PaymentId = NewType("PaymentId", int)
TransferId = NewType("TransferId", int)
AccountId = NewType("AccountId", int)
#: An order bears the id of its first reservation, and is paid by it.
OrderId = NewType("OrderId", ReservationId)
TypeId = NewType("TypeId", int)

#: The account that recharged points come from.
CASH = AccountId(1)


class Durability(IntEnum):
    """What survives. FULL: what was acknowledged survives power loss. NORMAL: it survives the
    process only."""

    NORMAL = 1
    FULL = 2


class SeatState(IntEnum):
    """Of a seat, now, expiry included."""

    AVAILABLE = 1
    HELD = 2
    SOLD = 3
    BLOCKED = 4


class PlaceState(IntEnum):
    """Of a place in a waiting room."""

    WAITING = 1
    ADMITTED = 2
    COMPLETED = 3
    LEFT = 4
    EXPIRED = 5


class ReservationState(IntEnum):
    """Of a reservation, now, expiry included."""

    HELD = 1
    CONFIRMED = 2
    RELEASED = 3
    EXPIRED = 4
    CANCELLED = 5  # after it was paid


class TransferKind(IntEnum):
    """Why points moved."""

    RECHARGE = 1
    PAYMENT = 2
    REFUND = 3


class PaymentState(IntEnum):
    """Of a payment, now, expiry included."""

    REQUESTED = 1
    APPROVED = 2
    CAPTURED = 3
    FAILED = 4
    RECONCILED = 5  # of a step only: nothing is charged, or no more


class _Answer(Jsonable):
    __slots__: Tuple[str, ...] = ()

    def __reduce__(self) -> Tuple[Any, ...]:  # frozen and slotted: pickled by what makes it
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True)
class RoomLimits(Jsonable):
    """Limits of a waiting room; these defaults are the engine's. ``dataclasses.replace`` makes a
    changed one."""

    active_capacity: int = 200
    """Admitted places live at once."""
    queue_capacity: int = 1_000_000
    """Places waiting at once."""
    admissions_per_second: int = 0
    """0: as fast as places free; else evenly spaced."""
    arrive_ttl: datetime.timedelta = datetime.timedelta(minutes=1)
    """An admitted place's time to show up."""
    active_ttl: datetime.timedelta = datetime.timedelta(minutes=5)
    """And its turn from then."""
    waiting_ttl: datetime.timedelta = datetime.timedelta(hours=24)
    """Waiting ends after this; at most ``identity_ttl``."""


@dataclass(frozen=True)
class NewSeat(Jsonable):
    """A seat to be made. ``number`` names it: a text of 1 to 64 bytes, unique in its concert;
    ``label`` is what people read, beside section and row ("": the number). ``price`` is 0 to 10^12
    points; ``x`` and ``y`` are coordinates on the plan, in units of yours; ``is_blocked``: off sale
    from the start; ``category`` is what the tariff calls it."""

    number: str
    price: int
    section: str = ""
    row: str = ""
    x: float = 0.0
    y: float = 0.0
    label: str = ""
    is_blocked: bool = False
    category: str = ""


@dataclass(frozen=True)
class Room(_Answer):
    """A waiting room. ``serving`` is the highest position admitted so far; positions are 1, 2, 3
    …"""

    __slots__ = ("id", "name", "limits", "last_position", "serving")
    id: RoomId
    name: str
    limits: RoomLimits
    last_position: int
    serving: int


@dataclass(frozen=True)
class Concert(_Answer):
    """A date and a title, behind a waiting room. ``starts_at``: None, not told. A hidden one is not
    in lists of concerts and dates. ``version`` counts its changes. ``called_off_at``: None, it
    takes place."""

    __slots__ = (
        "id",
        "room",
        "date",
        "title",
        "created_at",
        "starts_at",
        "is_hidden",
        "version",
        "called_off_at",
    )
    id: ConcertId
    room: RoomId
    date: datetime.date
    title: str
    created_at: datetime.datetime
    starts_at: Optional[datetime.datetime]
    is_hidden: bool
    version: int
    called_off_at: Optional[datetime.datetime]


@dataclass(frozen=True)
class Seat(_Answer):
    """A seat of one concert. ``number`` names it, ``label`` is what people read. ``held_until`` is
    None unless held; ``is_mine``: the asking user's hold or purchase."""

    __slots__ = (
        "id",
        "concert",
        "number",
        "section",
        "row",
        "price",
        "x",
        "y",
        "state",
        "held_until",
        "is_mine",
        "label",
        "category",
    )
    id: SeatId
    concert: ConcertId
    number: str
    section: str
    row: str
    price: int
    x: float
    y: float
    state: SeatState
    held_until: Optional[datetime.datetime]
    is_mine: bool
    label: str
    category: str


@dataclass(frozen=True)
class SeatCounts(_Answer):
    """How many seats are in each state now."""

    __slots__ = ("available", "held", "sold", "blocked")
    available: int
    held: int
    sold: int
    blocked: int


@dataclass(frozen=True)
class SeatChanges(_Answer):
    """What has changed of a concert's seats. ``version`` names how they stand now: it is the same
    wherever and whenever they stand the same, in every process and after a restart. ``lapses_at``
    is when the next hold ends by itself, None: no seat is held. ``is_whole``: the version asked by
    is not known here, and ``seats`` are all of them."""

    __slots__ = ("version", "seats", "is_whole", "counts", "lapses_at")
    version: str
    seats: List[Seat]
    is_whole: bool
    counts: SeatCounts
    lapses_at: Optional[datetime.datetime]


@dataclass(frozen=True)
class Claims(_Answer):
    """What a token says: its id, whose it is, the room, the position in it."""

    __slots__ = ("token", "user", "room", "position")
    token: TokenId
    user: UserId
    room: RoomId
    position: int


@dataclass(frozen=True)
class Joined(_Answer):
    """A place in a room, waiting or admitted. ``again``: the user had a live place, and this is it.
    ``identity_until``: the token proves its user until then."""

    __slots__ = ("claims", "state", "again", "identity_until")
    claims: Claims
    state: PlaceState
    again: bool
    identity_until: Optional[datetime.datetime]

    @property
    def token(self) -> TokenId:
        """The token's id, which commands speak; its text is
        ``office.token_text(joined.claims)``."""
        return self.claims.token

    @property
    def position(self) -> int:
        """The place in line."""
        return self.claims.position


@dataclass(frozen=True)
class Arrived(_Answer):
    """A place that has shown up. ``deadline`` is the place's; no new hold from ``turn_until``
    on."""

    __slots__ = ("deadline", "turn_until")
    deadline: Optional[datetime.datetime]
    turn_until: Optional[datetime.datetime]


@dataclass(frozen=True)
class Peeked(_Answer):
    """Is it my turn? ``ahead`` is how many wait before, ``estimated_wait`` None where unknown,
    ``next_poll`` when to ask again, ``deadline`` when the place ends."""

    __slots__ = (
        "is_turn",
        "position",
        "ahead",
        "estimated_wait",
        "next_poll",
        "occurred_at",
        "deadline",
    )
    is_turn: bool
    position: int
    ahead: int
    estimated_wait: Optional[datetime.timedelta]
    next_poll: datetime.timedelta
    occurred_at: datetime.datetime
    deadline: Optional[datetime.datetime]


@dataclass(frozen=True)
class Held(_Answer):
    """A hold: the seat is the user's until the deadline; a deadline at exactly now has passed."""

    __slots__ = ("reservation", "seat", "price", "deadline")
    reservation: ReservationId
    seat: SeatId
    price: int
    deadline: Optional[datetime.datetime]


@dataclass(frozen=True)
class Reservation(_Answer):
    """The record of a hold and what became of it. ``finished_at`` is None while it is held.
    ``seat_number`` names the seat; people read ``seat_label``, beside section and row. All that was
    held together has the same ``order``. ``sale`` is the version of the terms under which it was
    held, ``type`` who the price is for, ``refunded`` what of the price went back so far,
    ``refund`` what comes back to who cancels it now, or of a concert called off is still to come
    (None: nothing is)."""

    __slots__ = (
        "id",
        "user",
        "seat",
        "concert",
        "token",
        "payment",
        "price",
        "state",
        "held_at",
        "deadline",
        "finished_at",
        "seat_number",
        "date",
        "seat_label",
        "seat_section",
        "seat_row",
        "order",
        "sale",
        "type",
        "refunded",
        "cancelled_at",
        "refund",
        "seat_category",
    )
    id: ReservationId
    user: UserId
    seat: SeatId
    concert: ConcertId
    token: TokenId
    payment: Optional[PaymentId]
    price: int
    state: ReservationState
    held_at: datetime.datetime
    deadline: Optional[datetime.datetime]
    finished_at: Optional[datetime.datetime]
    seat_number: str
    date: datetime.date
    seat_label: str
    seat_section: str
    seat_row: str
    order: OrderId
    sale: int
    type: Optional[TypeId]
    refunded: int
    cancelled_at: Optional[datetime.datetime]
    refund: Optional[int]
    seat_category: str


@dataclass(frozen=True)
class Recharged(_Answer):
    """Points bought: the ledger's row, and the balance after it."""

    __slots__ = ("transfer", "balance")
    transfer: TransferId
    balance: int


@dataclass(frozen=True)
class Transfer(_Answer):
    """One immutable row of the ledger. Accounts: a user's has the user's id, a concert's sales the
    concert's, and recharged points come from :data:`CASH`. ``reservation`` is that of a refund,
    ``reason`` that of one by the house, where it gave one."""

    __slots__ = ("id", "source", "target", "amount", "kind", "payment", "at", "reservation", "reason")
    id: TransferId
    source: AccountId
    target: AccountId
    amount: int
    kind: TransferKind
    payment: Optional[PaymentId]
    at: datetime.datetime
    reservation: Optional[ReservationId]
    reason: str


@dataclass(frozen=True)
class PaidItem(_Answer):
    """One seat that was paid: the number names it, people read the label."""

    __slots__ = ("reservation", "seat", "type", "price", "seat_number", "seat_label")
    reservation: ReservationId
    seat: SeatId
    type: Optional[TypeId]
    price: int
    seat_number: str
    seat_label: str


@dataclass(frozen=True)
class Paid(_Answer):
    """A captured payment: the seats are sold, what was held together confirmed. ``reservation`` is
    the order, ``balance`` what is left. ``items`` are in the order in which they were held; in an
    outcome of a batch, and on asyncio, they are left out."""

    __slots__ = ("payment", "reservation", "amount", "balance", "paid_at", "items")
    payment: PaymentId
    reservation: ReservationId
    amount: int
    balance: int
    paid_at: datetime.datetime
    items: Tuple[PaidItem, ...]


@dataclass(frozen=True)
class PaymentBegun(_Answer):
    """A payment that keeps its seats until the deadline, to be captured or failed. ``reservation``
    is the order."""

    __slots__ = ("payment", "reservation", "amount", "deadline")
    payment: PaymentId
    reservation: ReservationId
    amount: int
    deadline: Optional[datetime.datetime]


@dataclass(frozen=True)
class PaymentStep(_Answer):
    """One line of a payment's history."""

    __slots__ = ("state", "at", "transaction_key")
    state: PaymentState
    at: datetime.datetime
    transaction_key: str


@dataclass(frozen=True)
class Payment(_Answer):
    """The record of paying one order (``reservation``), with its history. ``finished_at`` is None
    while it is open."""

    __slots__ = (
        "id",
        "reservation",
        "user",
        "amount",
        "state",
        "transaction_key",
        "requested_at",
        "deadline",
        "finished_at",
        "steps",
    )
    id: PaymentId
    reservation: ReservationId
    user: UserId
    amount: int
    state: PaymentState
    transaction_key: str
    requested_at: datetime.datetime
    deadline: Optional[datetime.datetime]
    finished_at: Optional[datetime.datetime]
    steps: Tuple[PaymentStep, ...]


@dataclass(frozen=True)
class Reconciled(_Answer):
    """What a sweep over the payments that are not reconciled came to: approvals that the gateway took
    back, payments that it never charged nor will, and those still listed. ``next``: go on after
    this one; None: that was the last."""

    __slots__ = ("taken_back", "uncharged", "open", "next")
    taken_back: int
    uncharged: int
    open: int
    next: Optional[PaymentId]


@dataclass(frozen=True)
class Ticked(_Answer):
    """``expired`` rows were retired; ``more``: there is more to do, tick again."""

    __slots__ = ("expired", "more")
    expired: int
    more: bool


@dataclass(frozen=True)
class Stats(_Answer):
    """The house at a glance."""

    __slots__ = ("users", "waiting", "admitted", "seats")
    users: int
    waiting: int
    admitted: int
    seats: SeatCounts


@dataclass(frozen=True)
class CommitStats(_Answer):
    """How this office's commits went since it was opened: one transaction each, with the commands
    of all who waited for it. ``by_commands`` and ``by_latency`` are histograms: pairs of a bound
    (None: above all of them) and how many were above the bound before it and up to it."""

    __slots__ = ("commits", "commands", "spent", "by_commands", "by_latency")
    commits: int
    commands: int
    spent: datetime.timedelta
    by_commands: Tuple[Tuple[Optional[int], int], ...]
    by_latency: Tuple[Tuple[Optional[datetime.timedelta], int], ...]


@dataclass(frozen=True)
class Event(_Answer):
    """One immutable row of the outbox: what happened, in commit order. ``sequence`` is 1, 2, 3 …
    without gaps; ``kind`` a stable number and ``name`` its name ("seat_held"). What ``amount`` and
    ``deadline`` mean depends on the kind: the price and end of a hold, the position of a place, the
    points of a recharge. The order that an event is about is ``order``, or where that is None
    ``reservation``: an order bears the id of its first. (seat_held names it with the first of
    several, too: order_held follows.) ``subject`` is what else the kind is about: a version, a
    ticket type."""

    __slots__ = (
        "sequence",
        "at",
        "kind",
        "name",
        "user",
        "room",
        "token",
        "concert",
        "seat",
        "reservation",
        "payment",
        "amount",
        "deadline",
        "order",
        "subject",
    )
    sequence: int
    at: datetime.datetime
    kind: int
    name: str
    user: Optional[UserId]
    room: Optional[RoomId]
    token: Optional[TokenId]
    concert: Optional[ConcertId]
    seat: Optional[SeatId]
    reservation: Optional[ReservationId]
    payment: Optional[PaymentId]
    amount: int
    deadline: Optional[datetime.datetime]
    order: Optional[OrderId]
    subject: Optional[int]


@dataclass(frozen=True)
class Violation(_Answer):
    """A rule that the audit found broken, by its number in the engine's architecture notes
    ("S1")."""

    __slots__ = ("rule", "detail")
    rule: str
    detail: str


@dataclass(frozen=True)
class PaymentRequest(_Answer):
    """What a gateway is asked. ``payment`` is its idempotency key: asked twice for the same
    payment, approve once."""

    __slots__ = ("payment", "reservation", "user", "amount")
    payment: PaymentId
    reservation: ReservationId
    user: UserId
    amount: int
