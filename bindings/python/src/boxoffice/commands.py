"""Commands as values, for :meth:`boxoffice.Office.batch`: many in one transaction, the way to high
rates.

Each is a named tuple with the arguments of the method of the same name, and its outcome is what
that method would return, or the error that it would raise. ``key`` is an idempotency key: 1 to 255
visible ASCII characters.
"""

from __future__ import annotations

import ctypes
import datetime
import struct
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
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

from . import _convert
from . import _structures as c
from ._layouts import is_reserved, packer
from ._library import load
from .answers import (
    Arrived,
    Claims,
    ConcertId,
    Held,
    Joined,
    NewSeat,
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
    TransferId,
    UserId,
)
from .errors import Error, InvalidArgument, error_of

__all__ = [
    "AddSeats",
    "Arrive",
    "BeginPayment",
    "BlockSeat",
    "CapturePayment",
    "ChangeRoom",
    "Command",
    "CreateConcert",
    "CreateRoom",
    "CreateUser",
    "FailPayment",
    "HoldSeat",
    "Join",
    "Leave",
    "Outcome",
    "Outcomes",
    "Pay",
    "Recharge",
    "ReconcilePayment",
    "ReleaseHold",
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
    """-> None. Refusals: AlreadyPaid, HoldExpired."""

    user: UserId
    reservation: ReservationId


class Recharge(NamedTuple):
    """-> Recharged. Refusals: BalanceLimit, IssueLimit, IdempotencyConflict."""

    user: UserId
    amount: int
    key: Optional[str] = None


class Pay(NamedTuple):
    """-> Paid. Refusals as of :meth:`boxoffice.Office.pay`; with a gateway, GatewayRequired."""

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
    """-> Paid. Refusals: PaymentFailed, HoldExpired, HoldReleased, InsufficientPoints,
    IdempotencyConflict."""

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
]

#: What a command came to: what its method would return, or the error that it would raise.
Outcome = Union[int, None, Joined, Arrived, Held, Recharged, Paid, PaymentBegun, Ticked, Error]

# ---- encoding -----------------------------------------------------------------------------------
#
# A command is packed by a layout of the members that its kind reads; what is between is zero. What
# is of any length goes to the arena. struct refuses ints that do not fit; bools it would take, so
# types are looked at.

COMMAND_SIZE = ctypes.sizeof(c.Command)
ARENA_MAX = 0xFFFFFFFF
_Encode = Callable[[bytearray, int, Any, bytearray], None]


def _packer(*members: str) -> Callable[..., None]:
    return packer(c.Command, "kind", *members).pack_into


_KEY = ("key_offset", "key_length")
_TEXT = ("text_offset", "text_length")
_TEXT2 = ("text2_offset", "text2_length")
_LIST = ("list_offset", "list_count")


def _store(arena: bytearray, raw: bytes) -> Tuple[int, int]:
    """Puts a text into the arena: its offset and length."""
    at = len(arena)
    arena += raw
    return at, len(raw)


def _store_list(arena: bytearray, items: Sequence[bytes]) -> Tuple[int, int]:
    """Puts the items of a list into the arena, at a multiple of 8: their offset and how many."""
    arena += bytes(-len(arena) % 8)
    at = len(arena)
    for item in items:
        arena += item
    return at, len(items)


_SEAT_ITEM = [one[0] for one in c.SeatItem._fields_ if not is_reserved(one[0])]
_pack_seat_item = packer(c.SeatItem, *_SEAT_ITEM).pack


def _store_seats(arena: bytearray, seats: Iterable[NewSeat]) -> Tuple[int, int]:
    items = []
    for seat in seats:
        texts, values = _convert.new_seat(seat)
        for name, raw in texts.items():
            values[name + "_offset"], values[name + "_length"] = _store(arena, raw)
        items.append(_pack_seat_item(*[values[name] for name in _SEAT_ITEM]))
    return _store_list(arena, items)


def _store_limits(arena: bytearray, limits: RoomLimits) -> Tuple[int, int]:
    return _store_list(arena, [bytes(_convert.limits(limits))])


def _ids(kind: int, *members: str) -> _Encode:
    """Commands of ids alone."""
    pack = _packer(*members)

    def encode(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
        for value in command:
            if type(value) is not int:
                command = [_convert.int64(one, name) for one, name in zip(command, members)]
                break
        pack(buffer, at, kind, *command)

    return encode


def _three_and_key(kind: int, third: str) -> _Encode:
    """Commands of a user, a token, another id, and a key: the frequent ones, so this is quick about
    what is right."""
    pack = _packer("user", "token", third, *_KEY)

    def encode(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
        user, token, other, key = command
        if type(user) is not int or type(token) is not int or type(other) is not int:
            user = _convert.int64(user, "user")
            token = _convert.int64(token, "token")
            other = _convert.int64(other, third)
        if key is None:
            pack(buffer, at, kind, user, token, other, 0, 0)
        else:
            raw = key.encode() if key.__class__ is str else _convert.text(key, "key")
            pack(buffer, at, kind, user, token, other, len(arena), len(raw))
            arena += raw

    return encode


def _ids_and_transaction(kind: int, *members: str, has_key: bool = False) -> _Encode:
    """Commands of ids, a gateway's name for a payment, and perhaps a key."""
    pack = _packer(*members, *_TEXT, *(_KEY if has_key else ()))

    def encode(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
        ids = [_convert.int64(value, name) for value, name in zip(command, members)]
        name = _convert.text(command.transaction_key, "transaction_key")
        key = _convert.key(command.key) if has_key else b""
        places = [*_store(arena, name), *(_store(arena, key) if has_key else ())]
        pack(buffer, at, kind, *ids, *places)

    return encode


_pack_recharge = _packer("user", "amount", *_KEY)
_pack_create_user = _packer(*_TEXT)
_pack_create_room = _packer(*_TEXT, *_LIST)
_pack_change_room = _packer("room", *_LIST)
_pack_create_concert = _packer("room", *_TEXT, *_TEXT2, *_LIST)
_pack_add_seats = _packer("concert", *_LIST)


def _recharge(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    user, amount, key = command
    if type(user) is not int or type(amount) is not int:
        user, amount = _convert.int64(user, "user"), _convert.int64(amount, "amount")
    if key is None:
        _pack_recharge(buffer, at, c.COMMAND_RECHARGE, user, amount, 0, 0)
    else:
        raw = key.encode() if key.__class__ is str else _convert.text(key, "key")
        _pack_recharge(buffer, at, c.COMMAND_RECHARGE, user, amount, len(arena), len(raw))
        arena += raw


def _create_user(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    name = _store(arena, _convert.text(command.external_id, "external_id"))
    _pack_create_user(buffer, at, c.COMMAND_CREATE_USER, *name)


def _create_room(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    name = _store(arena, _convert.text(command.name, "name"))
    limits = _store_limits(arena, command.limits)
    _pack_create_room(buffer, at, c.COMMAND_CREATE_ROOM, *name, *limits)


def _change_room(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    room = _convert.int64(command.room, "room")
    limits = _store_limits(arena, command.limits)
    _pack_change_room(buffer, at, c.COMMAND_CHANGE_ROOM, room, *limits)


def _create_concert(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    room = _convert.int64(command.room, "room")
    title = _store(arena, _convert.text(command.title, "title"))
    day = _store(arena, _convert.day(command.date, "date"))
    seats = _store_seats(arena, command.seats)
    _pack_create_concert(buffer, at, c.COMMAND_CREATE_CONCERT, room, *title, *day, *seats)


def _add_seats(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    seats = _store_seats(arena, command.seats)
    _pack_add_seats(buffer, at, c.COMMAND_ADD_SEATS, concert, *seats)


# ---- decoding -----------------------------------------------------------------------------------

_LAYOUT = _convert.LAYOUTS[c.Outcome]
OUTCOME_SIZE = _LAYOUT.size
_Fields = Tuple[Any, ...]  # nine ints, as in the structure
_Decode = Callable[[Any, _Fields], Outcome]
_time = _convert.time
_deadline = _convert.deadline


def _nothing(command: Any, fields: _Fields) -> None:
    return None


def _identity(command: Any, fields: _Fields) -> int:
    return int(fields[2])


def _amount(command: Any, fields: _Fields) -> int:
    return int(fields[4])


def _joined(command: Any, fields: _Fields) -> Joined:
    _, state, token, position, _, _, until, _, again = fields
    claims = Claims(TokenId(token), command.user, command.room, position)
    return Joined(claims, _convert.place_state(state), again == 1, _deadline(until))


def _arrived(command: Any, fields: _Fields) -> Arrived:
    return Arrived(_deadline(fields[6]), _deadline(fields[7]))


def _held(command: Any, fields: _Fields) -> Held:
    return Held(ReservationId(fields[2]), command[2], fields[4], _deadline(fields[6]))


def _recharged(command: Any, fields: _Fields) -> Recharged:
    return Recharged(TransferId(fields[2]), fields[5])


def _paid(command: Any, fields: _Fields) -> Paid:
    return Paid(PaymentId(fields[2]), command[2], fields[4], fields[5], _time(fields[6]))


def _begun(command: Any, fields: _Fields) -> PaymentBegun:
    return PaymentBegun(PaymentId(fields[2]), command[2], fields[4], _deadline(fields[6]))


def _ticked(command: Any, fields: _Fields) -> Ticked:
    return Ticked(fields[4], fields[8] == 1)


# ---- the kinds of commands ----------------------------------------------------------------------

#: How each command goes in, and how its outcome comes out.
_KINDS: Dict[Type[Any], Tuple[_Encode, _Decode]] = {
    CreateUser: (_create_user, _identity),
    BlockSeat: (_ids(c.COMMAND_BLOCK_SEAT, "seat"), _nothing),
    UnblockSeat: (_ids(c.COMMAND_UNBLOCK_SEAT, "seat"), _nothing),
    Join: (_ids(c.COMMAND_JOIN, "user", "room"), _joined),
    Arrive: (_ids(c.COMMAND_ARRIVE, "user", "token"), _arrived),
    Leave: (_ids(c.COMMAND_LEAVE, "user", "token"), _amount),
    HoldSeat: (_three_and_key(c.COMMAND_HOLD_SEAT, "seat"), _held),
    ReleaseHold: (_ids(c.COMMAND_RELEASE_HOLD, "user", "reservation"), _nothing),
    Recharge: (_recharge, _recharged),
    Pay: (_three_and_key(c.COMMAND_PAY, "reservation"), _paid),
    BeginPayment: (_three_and_key(c.COMMAND_BEGIN_PAYMENT, "reservation"), _begun),
    CapturePayment: (
        _ids_and_transaction(
            c.COMMAND_CAPTURE_PAYMENT, "user", "token", "reservation", "payment", has_key=True
        ),
        _paid,
    ),
    FailPayment: (
        _ids_and_transaction(c.COMMAND_FAIL_PAYMENT, "user", "reservation", "payment"),
        _nothing,
    ),
    Tick: (_ids(c.COMMAND_TICK, "amount"), _ticked),
    CreateRoom: (_create_room, _identity),
    ChangeRoom: (_change_room, _nothing),
    CreateConcert: (_create_concert, _identity),
    AddSeats: (_add_seats, _nothing),
    ReconcilePayment: (_ids_and_transaction(c.COMMAND_RECONCILE_PAYMENT, "payment"), _nothing),
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
            raise InvalidArgument(f"not a command, but {type(command).__name__}") from None
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
    if len(arena) > ARENA_MAX:
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
    fields = _LAYOUT.unpack(raw)
    if fields[0]:
        raise error_for(fields[0])
    return _DECODERS[command.__class__](command, fields)


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
        fields = _LAYOUT.unpack_from(self._raw, index * _LAYOUT.size)
        return error_for(fields[0]) if fields[0] else _DECODERS[command.__class__](command, fields)

    def __iter__(self) -> Iterator[Outcome]:
        decoders = _DECODERS
        for command, fields in zip(self._commands, _LAYOUT.iter_unpack(self._raw)):
            decode = decoders[command.__class__]
            yield error_for(fields[0]) if fields[0] else decode(command, fields)

    def __repr__(self) -> str:
        return f"<{len(self)} outcomes, {sum(1 for _ in self.errors())} of them errors>"

    def errors(self) -> Iterator[Tuple[int, Error]]:
        """The index and the error of each command that did not succeed; cheap where all did."""
        for i, fields in enumerate(_LAYOUT.iter_unpack(self._raw)):
            if fields[0]:
                yield i, error_for(fields[0])

    def check(self) -> Outcomes:
        """Raises the first error, if there is one; else returns the outcomes, which are then all
        answers. The commands beside it have had their effects all the same."""
        for _, error in self.errors():
            raise error
        return self
