"""Commands as values, for :meth:`boxoffice.Office.batch`: many in one transaction, the way to high
rates.

Each is a named tuple with the arguments of the method of the same name, and its outcome is what
that method would return, or the error that it would raise. ``key`` is an idempotency key: 1 to 255
visible ASCII characters.
"""

from __future__ import annotations

import ctypes
import struct
from typing import (
    Any,
    Callable,
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

from . import _convert
from . import _structures as c
from ._library import load
from .answers import (
    Arrived,
    Claims,
    Held,
    Joined,
    Paid,
    PaymentBegun,
    PaymentId,
    Recharged,
    ReservationId,
    RoomId,
    SeatId,
    Ticked,
    TokenId,
    UserId,
)
from .errors import Error, InvalidArgument, error_of


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
]

#: What a command came to: what the method of its name would return, or the error that it would
# raise.
Outcome = Union[int, None, Joined, Arrived, Held, Recharged, Paid, PaymentBegun, Ticked, Error]

# ---- encoding
# ------------------------------------------------------------------------------------- A command is
# packed by a layout of the members that its kind reads; what is between is zero. struct refuses
# ints that do not fit; bools it would take, so types are looked at.

_SIZE = ctypes.sizeof(c.Command)
_Encode = Callable[[bytearray, int, Any, bytearray], None]


def _packer(*members: str) -> Callable[..., None]:
    out = ["="]
    end = 0
    for member in ("kind", *members):
        field = getattr(c.Command, member)
        out.append(f"{field.offset - end}x{'q' if field.size == 8 else 'I'}")
        end = field.offset + field.size
    return struct.Struct("".join(out) + f"{_SIZE - end}x").pack_into


_KEY = ("key_offset", "key_length")
_TEXT = ("text_offset", "text_length")


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
    """Commands of a user, a token, another id, and a key."""
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


_pack_create_user = _packer(*_TEXT)


def _create_user(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    raw = _convert.text(command[0], "external_id")
    _pack_create_user(buffer, at, 1, len(arena), len(raw))
    arena += raw


_pack_recharge = _packer("user", "amount", *_KEY)


def _recharge(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    user, amount, key = command
    if type(user) is not int or type(amount) is not int:
        user, amount = _convert.int64(user, "user"), _convert.int64(amount, "amount")
    if key is None:
        _pack_recharge(buffer, at, 9, user, amount, 0, 0)
    else:
        raw = key.encode() if key.__class__ is str else _convert.text(key, "key")
        _pack_recharge(buffer, at, 9, user, amount, len(arena), len(raw))
        arena += raw


_pack_capture = _packer("user", "token", "reservation", "payment", *_TEXT, *_KEY)


def _capture_payment(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    ids = [_convert.int64(value, name) for value, name in zip(command, CapturePayment._fields[:4])]
    text = _convert.text(command.transaction_key, "transaction_key")
    key = _convert.key(command.key)
    begin = len(arena)
    _pack_capture(buffer, at, 12, *ids, begin, len(text), begin + len(text), len(key))
    arena += text
    arena += key


_pack_fail = _packer("user", "reservation", "payment", *_TEXT)


def _fail_payment(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    ids = [_convert.int64(value, name) for value, name in zip(command, FailPayment._fields[:3])]
    text = _convert.text(command.transaction_key, "transaction_key")
    _pack_fail(buffer, at, 13, *ids, len(arena), len(text))
    arena += text


_ENCODERS: Dict[Type[Any], _Encode] = {
    CreateUser: _create_user,
    BlockSeat: _ids(2, "seat"),
    UnblockSeat: _ids(3, "seat"),
    Join: _ids(4, "user", "room"),
    Arrive: _ids(5, "user", "token"),
    Leave: _ids(6, "user", "token"),
    HoldSeat: _three_and_key(7, "seat"),
    ReleaseHold: _ids(8, "user", "reservation"),
    Recharge: _recharge,
    Pay: _three_and_key(10, "reservation"),
    BeginPayment: _three_and_key(11, "reservation"),
    CapturePayment: _capture_payment,
    FailPayment: _fail_payment,
    Tick: _ids(14, "amount"),
}


def encode(commands: Sequence[Command]) -> Tuple[bytearray, bytearray]:
    """The array of commands, and the arena with their texts. Mistakes name the command's index."""
    buffer = bytearray(len(commands) * _SIZE)
    arena = bytearray()
    encoders = _ENCODERS
    at = 0
    try:
        for command in commands:
            encoders[command.__class__](buffer, at, command, arena)
            at += _SIZE
    except KeyError:
        raise InvalidArgument(
            f"command {at // _SIZE}: not a command, but {type(command).__name__}"
        ) from None
    except UnicodeEncodeError:
        raise InvalidArgument(
            f"command {at // _SIZE}: valid text, without lone surrogates"
        ) from None
    except struct.error:
        raise InvalidArgument(f"command {at // _SIZE}: an int of 64 bits") from None
    except InvalidArgument as error:
        raise InvalidArgument(f"command {at // _SIZE}: {error.detail}") from None
    if len(arena) > 0xFFFFFFFF:
        raise InvalidArgument("the texts of a batch: at most 4 GiB")
    return buffer, arena


# ---- decoding
# -------------------------------------------------------------------------------------

_LAYOUT = _convert.LAYOUTS[c.Outcome]
OUTCOME_SIZE = _LAYOUT.size
_Fields = Tuple[Any, ...]  # ten ints, as in the structure
_time = _convert.time
_deadline = _convert.deadline


def _nothing(command: Any, fields: _Fields) -> None:
    return None


def _identity(command: Any, fields: _Fields) -> int:
    return int(fields[2])


def _amount(command: Any, fields: _Fields) -> int:
    return int(fields[4])


def _joined(command: Any, fields: _Fields) -> Joined:
    _, state, token, position, _, _, until, _, again, _ = fields
    claims = Claims(TokenId(token), command.user, command.room, position)
    return Joined(claims, _convert.place_state(state), again == 1, _deadline(until))


def _arrived(command: Any, fields: _Fields) -> Arrived:
    return Arrived(_deadline(fields[6]), _deadline(fields[7]))


def _held(command: Any, fields: _Fields) -> Held:
    return Held(ReservationId(fields[2]), command[2], fields[4], _deadline(fields[6]))


def _recharged(command: Any, fields: _Fields) -> Recharged:
    return _convert.recharged((fields[2], fields[5]))


def _paid(command: Any, fields: _Fields) -> Paid:
    return Paid(PaymentId(fields[2]), command[2], fields[4], fields[5], _time(fields[6]))


def _begun(command: Any, fields: _Fields) -> PaymentBegun:
    return PaymentBegun(PaymentId(fields[2]), command[2], fields[4], _deadline(fields[6]))


def _ticked(command: Any, fields: _Fields) -> Ticked:
    return Ticked(fields[4], fields[8] == 1)


_DECODERS: Dict[Type[Any], Callable[[Any, _Fields], Outcome]] = {
    CreateUser: _identity,
    BlockSeat: _nothing,
    UnblockSeat: _nothing,
    Join: _joined,
    Arrive: _arrived,
    Leave: _amount,
    HoldSeat: _held,
    ReleaseHold: _nothing,
    Recharge: _recharged,
    Pay: _paid,
    BeginPayment: _begun,
    CapturePayment: _paid,
    FailPayment: _nothing,
    Tick: _ticked,
}


def _error(status: int) -> Error:
    return error_of(status, load().boxoffice_status_message(status).decode())


class Outcomes(Sequence[Outcome]):
    """The outcomes of a batch, one a command, in order. An outcome is made when it is looked at, so
    that those that nobody reads cost nothing; looking twice makes two equal ones (errors: two of
    the same class).
    """

    __slots__ = ("_commands", "_raw")

    def __init__(self, commands: Sequence[Command], raw: bytearray) -> None:
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
        return _error(fields[0]) if fields[0] else _DECODERS[command.__class__](command, fields)

    def __iter__(self) -> Iterator[Outcome]:
        decoders = _DECODERS
        for command, fields in zip(self._commands, _LAYOUT.iter_unpack(self._raw)):
            yield _error(fields[0]) if fields[0] else decoders[command.__class__](command, fields)

    def __repr__(self) -> str:
        return f"<{len(self)} outcomes, {sum(1 for _ in self.errors())} of them errors>"

    def errors(self) -> Iterator[Tuple[int, Error]]:
        """The index and the error of each command that did not succeed; cheap where all did."""
        for i, fields in enumerate(_LAYOUT.iter_unpack(self._raw)):
            if fields[0]:
                yield i, _error(fields[0])

    def check(self) -> Outcomes:
        """Raises the first error, if there is one; else returns the outcomes, which are then all
        answers. The commands beside it have had their effects all the same."""
        for _, error in self.errors():
            raise error
        return self
