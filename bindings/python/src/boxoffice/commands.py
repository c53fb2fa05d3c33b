"""Commands as values, for :meth:`boxoffice.Office.batch`: many in one transaction, the way to high
rates.

Each is a named tuple with the arguments of the method of the same name, and its outcome is what
that method would return, but for the ``items`` of a HeldOrder and of a Cancelled, or the error that
it would raise. ``key`` is an idempotency key: 1 to 255 visible ASCII characters.
"""

from __future__ import annotations

import datetime
import struct
from typing import (
    Any,
    Dict,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Type,
    Union,
    overload,
)

from . import _encoding as coding
from . import _structures as c
from ._library import load
from .answers import (
    Arrived,
    ConcertId,
    Held,
    Joined,
    NewSeat,
    OrderId,
    Paid,
    PaymentBegun,
    PaymentId,
    Recharged,
    ReservationId,
    RoomId,
    RoomLimits,
    SeatId,
    Ticked,
    TokenId,
    TypeId,
    UserId,
)
from .errors import Error, InvalidArgument, error_of
from .sales import Cancelled, HeldOrder, OrderItem, Price, Refunded, Swept, Terms

__all__ = [
    "AddSeats",
    "Arrive",
    "BeginPayment",
    "BlockSeat",
    "CallOff",
    "Cancel",
    "CapturePayment",
    "ChangeConcert",
    "ChangeRoom",
    "ChangeSale",
    "Command",
    "CreateConcert",
    "CreateRoom",
    "CreateType",
    "CreateUser",
    "DeleteConcert",
    "FailPayment",
    "HoldSeat",
    "HoldSeats",
    "Join",
    "Leave",
    "Outcome",
    "Outcomes",
    "Pay",
    "Recharge",
    "ReconcilePayment",
    "Refund",
    "ReleaseHold",
    "ReleaseOrder",
    "SetTariff",
    "SweepRefunds",
    "Tick",
    "UnblockSeat",
]


class CreateUser(NamedTuple):
    """-> UserId. Refusals: UserExists."""

    external_id: str


class BlockSeat(NamedTuple):
    """-> None. Refusals: SeatUnavailable."""

    seat: SeatId


class UnblockSeat(NamedTuple):
    """-> None."""

    seat: SeatId


class Join(NamedTuple):
    """-> Joined. Refusals: QueueFull."""

    user: UserId
    room: RoomId


class Arrive(NamedTuple):
    """-> Arrived. Refusals: NotYourTurn, PlaceExpired, PlaceCompleted, PlaceLeft."""

    user: UserId
    token: TokenId


class Leave(NamedTuple):
    """-> int, the holds released. Refusals: PlaceCompleted, PlaceExpired."""

    user: UserId
    token: TokenId


class HoldSeat(NamedTuple):
    """-> Held. Refusals: NotYourTurn, SeatUnavailable, HoldLimit, IdempotencyConflict."""

    user: UserId
    token: TokenId
    seat: SeatId
    key: Optional[str] = None


class ReleaseHold(NamedTuple):
    """-> None. Refusals: AlreadyPaid, HoldExpired, HoldReleased (it was cancelled), PaymentPending."""

    user: UserId
    reservation: ReservationId


class Recharge(NamedTuple):
    """-> Recharged. Refusals: BalanceLimit, IssueLimit, IdempotencyConflict."""

    user: UserId
    amount: int
    key: Optional[str] = None


class Pay(NamedTuple):
    """-> Paid, without ``items``. Refusals as of :meth:`boxoffice.Office.pay`; with a gateway,
    GatewayRequired."""

    user: UserId
    token: TokenId
    reservation: ReservationId
    key: Optional[str] = None


class BeginPayment(NamedTuple):
    """-> PaymentBegun. Refusals as of :meth:`boxoffice.Office.pay`."""

    user: UserId
    token: TokenId
    reservation: ReservationId
    key: Optional[str] = None


class CapturePayment(NamedTuple):
    """-> Paid, without ``items``. Refusals: PaymentFailed, HoldExpired, HoldReleased,
    InsufficientPoints, IdempotencyConflict."""

    user: UserId
    token: TokenId
    reservation: ReservationId
    payment: PaymentId
    transaction_key: str = ""
    key: Optional[str] = None


class FailPayment(NamedTuple):
    """-> None. Refusals: AlreadyPaid."""

    user: UserId
    reservation: ReservationId
    payment: PaymentId
    transaction_key: str = ""


class Tick(NamedTuple):
    """-> Ticked."""

    events_consumed: int = 0


class CreateRoom(NamedTuple):
    """-> RoomId. Refusals: RoomExists."""

    name: str
    limits: RoomLimits = RoomLimits()


class ChangeRoom(NamedTuple):
    """-> None. Mistakes: UnknownRoom."""

    room: RoomId
    limits: RoomLimits


class CreateConcert(NamedTuple):
    """-> ConcertId. Refusals: SeatExists. Mistakes: UnknownRoom."""

    date: datetime.date
    title: str
    room: RoomId
    seats: Sequence[NewSeat] = ()


class AddSeats(NamedTuple):
    """-> None; all or none. Refusals: SeatExists. Mistakes: UnknownConcert."""

    concert: ConcertId
    seats: Sequence[NewSeat]


class ReconcilePayment(NamedTuple):
    """-> None. Refusals: AlreadyPaid, PaymentPending. Mistakes: UnknownPayment."""

    payment: PaymentId
    transaction_key: str = ""


class HoldSeats(NamedTuple):
    """-> HeldOrder, whose ``items`` :meth:`boxoffice.Office.get_order` has; all or none. An item is
    a seat, or an OrderItem. Refusals: NotYourTurn, CalledOff, NotOnSale, HoldLimit, OrderLimit,
    PurchaseLimit, TypeRule, SeatUnavailable, PriceChanged, IdempotencyConflict. Mistakes:
    UnknownConcert, UnknownSeat, UnknownType."""

    user: UserId
    token: TokenId
    concert: ConcertId
    items: Sequence[Union[SeatId, OrderItem]]
    expect_total: Optional[int] = None
    key: Optional[str] = None


class ReleaseOrder(NamedTuple):
    """-> int, the holds released. Refusals: AlreadyPaid, HoldExpired."""

    user: UserId
    order: OrderId


class ChangeConcert(NamedTuple):
    """-> int, its version. Refusals: StaleVersion, SeatsHeld. Mistakes: UnknownConcert,
    UnknownRoom."""

    concert: ConcertId
    date: datetime.date
    title: str
    version: int
    starts_at: Optional[datetime.datetime] = None
    is_hidden: bool = False
    room: Optional[RoomId] = None


class DeleteConcert(NamedTuple):
    """-> None. Refusals: StaleVersion, HasHistory. Mistakes: UnknownConcert."""

    concert: ConcertId
    version: int


class ChangeSale(NamedTuple):
    """-> int, the version. Refusals: StaleVersion. Mistakes: UnknownConcert."""

    concert: ConcertId
    terms: Terms
    version: int


class SetTariff(NamedTuple):
    """-> int, the version. Refusals: StaleVersion. Mistakes: UnknownConcert, UnknownType."""

    concert: ConcertId
    prices: Sequence[Price]
    version: int


class CreateType(NamedTuple):
    """-> TypeId. Refusals: TypeExists. Mistakes: UnknownConcert, UnknownType."""

    concert: ConcertId
    name: str
    max_per_order: int = 0
    needs: Optional[TypeId] = None


class CallOff(NamedTuple):
    """-> datetime, since when. Mistakes: UnknownConcert."""

    concert: ConcertId
    reason: str = ""


class SweepRefunds(NamedTuple):
    """-> Swept. Mistakes: UnknownConcert."""

    concert: ConcertId
    most: int = 10_000


class Cancel(NamedTuple):
    """-> Cancelled, without ``items``; all or none. Refusals: NotPaid, CancelClosed, BalanceLimit,
    IdempotencyConflict. Mistakes: UnknownReservation."""

    user: UserId
    reservations: Sequence[ReservationId]
    key: Optional[str] = None


class Refund(NamedTuple):
    """-> Refunded. Refusals: NotPaid, BalanceLimit, IdempotencyConflict. Mistakes:
    UnknownReservation."""

    reservation: ReservationId
    amount: int
    cancel: bool
    key: str
    reason: str = ""


Command = Union[
    CreateUser,
    BlockSeat,
    UnblockSeat,
    Join,
    Arrive,
    Leave,
    HoldSeat,
    ReleaseHold,
    Recharge,
    Pay,
    BeginPayment,
    CapturePayment,
    FailPayment,
    Tick,
    CreateRoom,
    ChangeRoom,
    CreateConcert,
    AddSeats,
    ReconcilePayment,
    HoldSeats,
    ReleaseOrder,
    ChangeConcert,
    ChangeSale,
    SetTariff,
    CreateType,
    CallOff,
    SweepRefunds,
    Cancel,
    Refund,
    DeleteConcert,
]

#: What a command came to: what its method would return, or the error that it would raise.
Outcome = Union[
    int,
    None,
    datetime.datetime,
    Joined,
    Arrived,
    Held,
    HeldOrder,
    Recharged,
    Paid,
    PaymentBegun,
    Cancelled,
    Refunded,
    Swept,
    Ticked,
    Error,
]

COMMAND_SIZE = coding.COMMAND_SIZE
OUTCOME_SIZE = coding.OUTCOME_SIZE

# ---- the kinds of commands ----------------------------------------------------------------------

#: How each command goes in, and how its outcome comes out.
_KINDS: Dict[Type[Any], Tuple[coding.Encode, coding.Decode]] = {
    CreateUser: (coding.create_user, coding.identity),
    BlockSeat: (coding.ids(c.COMMAND_BLOCK_SEAT, "seat"), coding.nothing),
    UnblockSeat: (coding.ids(c.COMMAND_UNBLOCK_SEAT, "seat"), coding.nothing),
    Join: (coding.ids(c.COMMAND_JOIN, "user", "room"), coding.joined),
    Arrive: (coding.ids(c.COMMAND_ARRIVE, "user", "token"), coding.arrived),
    Leave: (coding.ids(c.COMMAND_LEAVE, "user", "token"), coding.amount),
    HoldSeat: (coding.three_and_key(c.COMMAND_HOLD_SEAT, "seat"), coding.held),
    ReleaseHold: (coding.ids(c.COMMAND_RELEASE_HOLD, "user", "reservation"), coding.nothing),
    Recharge: (coding.recharge, coding.recharged),
    Pay: (coding.three_and_key(c.COMMAND_PAY, "reservation"), coding.paid),
    BeginPayment: (coding.three_and_key(c.COMMAND_BEGIN_PAYMENT, "reservation"), coding.begun),
    CapturePayment: (
        coding.ids_and_transaction(
            c.COMMAND_CAPTURE_PAYMENT, "user", "token", "reservation", "payment", has_key=True
        ),
        coding.paid,
    ),
    FailPayment: (
        coding.ids_and_transaction(c.COMMAND_FAIL_PAYMENT, "user", "reservation", "payment"),
        coding.nothing,
    ),
    Tick: (coding.ids(c.COMMAND_TICK, "amount"), coding.ticked),
    CreateRoom: (coding.create_room, coding.identity),
    ChangeRoom: (coding.change_room, coding.nothing),
    CreateConcert: (coding.create_concert, coding.identity),
    AddSeats: (coding.add_seats, coding.nothing),
    ReconcilePayment: (
        coding.ids_and_transaction(c.COMMAND_RECONCILE_PAYMENT, "payment"),
        coding.nothing,
    ),
    HoldSeats: (coding.hold_seats, coding.held_order),
    ReleaseOrder: (coding.ids(c.COMMAND_RELEASE_ORDER, "user", "order"), coding.amount),
    ChangeConcert: (coding.change_concert, coding.changed),
    ChangeSale: (coding.change_sale, coding.changed),
    SetTariff: (coding.set_tariff, coding.changed),
    CreateType: (coding.create_type, coding.identity),
    CallOff: (coding.call_off, coding.called_off),
    SweepRefunds: (coding.ids(c.COMMAND_SWEEP_REFUNDS, "concert", "amount"), coding.swept),
    Cancel: (coding.cancel, coding.cancelled),
    Refund: (coding.refund, coding.refunded),
    DeleteConcert: (coding.ids(c.COMMAND_DELETE_CONCERT, "concert", "version"), coding.nothing),
}
KINDS = tuple(_KINDS)
_ENCODERS = {command: encode for command, (encode, _) in _KINDS.items()}
_DECODERS = {command: decode for command, (_, decode) in _KINDS.items()}


def append(commands: Sequence[Command], buffer: bytearray, arena: bytearray) -> None:
    """Adds commands to an array of them, and their texts to the arena: all, or on a mistake, which
    names the command's index among these, none."""
    begin, texts = len(buffer), len(arena)
    encoders = _ENCODERS
    at = begin
    try:
        buffer += bytes(len(commands) * COMMAND_SIZE)
        try:
            for command in commands:
                encoders[command.__class__](buffer, at, command, arena)
                at += COMMAND_SIZE
        except KeyError:
            wrong = commands[(at - begin) // COMMAND_SIZE]
            raise InvalidArgument(f"not a command, but {type(wrong).__name__}") from None
        except UnicodeEncodeError:
            raise InvalidArgument("valid text, without lone surrogates") from None
        except struct.error:
            raise InvalidArgument("an int of 64 bits") from None
    except InvalidArgument as error:
        del buffer[begin:], arena[texts:]
        index = (at - begin) // COMMAND_SIZE
        raise InvalidArgument(f"command {index}: {error.detail}") from None
    except BaseException:
        del buffer[begin:], arena[texts:]
        raise
    if len(arena) > coding.ARENA_MAX:
        del buffer[begin:], arena[texts:]
        raise InvalidArgument("the texts and lists of a batch: at most 4 GiB")


def encode(commands: Sequence[Command]) -> Tuple[bytearray, bytearray]:
    """The array of commands, and the arena with their texts. Mistakes name the command's index."""
    buffer, arena = bytearray(), bytearray()
    append(commands, buffer, arena)
    return buffer, arena


def error_for(status: int) -> Error:
    """With the engine's sentence and no more."""
    return error_of(status, load().boxoffice_status_message(status).decode())


def answer(command: Command, raw: bytes) -> Outcome:
    """The outcome of one command, as its method gives it: raises the error."""
    fields = coding.LAYOUT.unpack(raw)
    if fields[0]:
        raise error_for(fields[0])
    outcome: Outcome = _DECODERS[command.__class__](command, fields)
    return outcome


class Outcomes(Sequence[Outcome]):
    """The outcomes of a batch, one a command, in order. An outcome is made when it is looked at, so
    that those that nobody reads cost nothing; looking twice makes two equal ones (errors: two of
    the same class).
    """

    __slots__ = ("_commands", "_raw")

    def __init__(self, commands: Sequence[Command], raw: Union[bytes, bytearray]) -> None:
        self._commands = commands
        self._raw = raw

    def __len__(self) -> int:
        return len(self._commands)

    @overload
    def __getitem__(self, index: int) -> Outcome:
        ...

    @overload
    def __getitem__(self, index: slice) -> List[Outcome]:
        ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Outcome, List[Outcome]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        command = self._commands[index]
        if index < 0:
            index += len(self._commands)
        fields = coding.LAYOUT.unpack_from(self._raw, index * coding.LAYOUT.size)
        return error_for(fields[0]) if fields[0] else _DECODERS[command.__class__](command, fields)

    def __iter__(self) -> Iterator[Outcome]:
        decoders = _DECODERS
        for command, fields in zip(self._commands, coding.LAYOUT.iter_unpack(self._raw)):
            decode = decoders[command.__class__]
            yield error_for(fields[0]) if fields[0] else decode(command, fields)

    def __repr__(self) -> str:
        return f"<{len(self)} outcomes, {sum(1 for _ in self.errors())} of them errors>"

    def errors(self) -> Iterator[Tuple[int, Error]]:
        """The index and the error of each command that did not succeed; cheap where all did."""
        for i, fields in enumerate(coding.LAYOUT.iter_unpack(self._raw)):
            if fields[0]:
                yield i, error_for(fields[0])

    def check(self) -> Outcomes:
        """Raises the first error, if there is one; else returns the outcomes, which are then all
        answers. The commands beside it have had their effects all the same."""
        for _, error in self.errors():
            raise error
        return self
