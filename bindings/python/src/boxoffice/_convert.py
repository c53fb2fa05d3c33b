"""Between Python's values and the C structures.

What goes in is checked here, since ctypes truncates integers in silence. What comes out is read as
a tuple by the layouts below: one call a structure.
"""

from __future__ import annotations

import ctypes
import dataclasses
import datetime
import operator
from typing import Any, Callable, Dict, List, Optional, Tuple, Type, TypeVar, get_type_hints

from . import _structures as c
from ._layouts import layout
from ._library import load
from .answers import (
    Claims,
    CommitStats,
    Concert,
    Event,
    Joined,
    NewSeat,
    Payment,
    PaymentState,
    PaymentStep,
    Peeked,
    PlaceState,
    Reconciled,
    Reservation,
    ReservationState,
    Room,
    RoomLimits,
    Seat,
    SeatChanges,
    SeatCounts,
    SeatState,
    Stats,
    Ticked,
    Transfer,
    TransferKind,
    Violation,
)
from .errors import Error, InvalidArgument, error_of

_CALLBACKS = (c.Clock, c.Completion, c.Gateway, c.Log, c.Reconciler)
_NOT_READ = (*_CALLBACKS, c.NewPrice, c.NewSeat, c.Options, c.TokenKey)
LAYOUTS = {
    structure: layout(structure)
    for structure in c.STRUCTURES.values()
    if structure not in _NOT_READ
}

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_LAST = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)
_timedelta = datetime.timedelta

NEVER = c.NEVER
INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1

# ---- what goes in -------------------------------------------------------------------------------


def int64(value: Any, what: str) -> int:
    """An int that fits 64 bits, or what has one by ``__index__`` (numpy's integers do); not a bool,
    and nothing that only looks like a number."""
    if type(value) is not int:
        try:
            if isinstance(value, bool):
                raise TypeError
            value = operator.index(value)
        except TypeError:
            raise InvalidArgument(f"{what}: an int, not {type(value).__name__}") from None
    number: int = value
    if not INT64_MIN <= number <= INT64_MAX:
        raise InvalidArgument(f"{what}: an int of 64 bits")
    return number


def int32(value: Any, what: str) -> int:
    value = int64(value, what)
    if not -(2**31) <= value < 2**31:
        raise InvalidArgument(f"{what}: an int of 32 bits")
    return int(value)


def coordinate(value: Any, what: str) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value if isinstance(value, float) else operator.index(value))
    except TypeError:
        raise InvalidArgument(f"{what}: a float, not {type(value).__name__}") from None
    except OverflowError:
        raise InvalidArgument(f"{what}: a float") from None


def text(value: Any, what: str) -> bytes:
    """A str as UTF-8. Lone surrogates are refused here, all else (length, control characters) by
    the engine."""
    if not isinstance(value, str):
        raise InvalidArgument(f"{what}: a str, not {type(value).__name__}")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise InvalidArgument(f"{what}: valid text, without lone surrogates") from None


def key(value: Optional[str]) -> bytes:
    """An idempotency key, or none."""
    return b"" if value is None else text(value, "key")


def day(value: Any, what: str) -> bytes:
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise InvalidArgument(f"{what}: a datetime.date, not {type(value).__name__}")
    return value.isoformat().encode()


def span(value: Any, what: str) -> int:
    """A timedelta in microseconds."""
    if not isinstance(value, datetime.timedelta):
        raise InvalidArgument(f"{what}: a datetime.timedelta, not {type(value).__name__}")
    return int64(value // _MICROSECOND, what)


def instant(value: Any, what: str) -> int:
    """An aware datetime in microseconds since 1970 UTC."""
    if not isinstance(value, datetime.datetime):
        raise InvalidArgument(f"{what}: a datetime.datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise InvalidArgument(f"{what}: an aware datetime; this one has no time zone")
    return (value - _EPOCH) // _MICROSECOND


def optional_id(value: Any, what: str) -> int:
    """An id, or 0 for none."""
    return 0 if value is None else int64(value, what)


def optional_instant(value: Any, what: str) -> int:
    """An instant, or never."""
    return NEVER if value is None else instant(value, what)


def flag(value: Any, what: str) -> int:
    if not isinstance(value, bool):
        raise InvalidArgument(f"{what}: a bool, not {type(value).__name__}")
    return int(value)


def limits(value: Any, what: str = "limits") -> c.RoomLimits:
    if not isinstance(value, RoomLimits):
        raise InvalidArgument(f"{what}: a RoomLimits, not {type(value).__name__}")
    return c.RoomLimits(
        ctypes.sizeof(c.RoomLimits),
        0,  # reserved
        int64(value.active_capacity, "active_capacity"),
        int64(value.queue_capacity, "queue_capacity"),
        int64(value.admissions_per_second, "admissions_per_second"),
        span(value.arrive_ttl, "arrive_ttl"),
        span(value.active_ttl, "active_ttl"),
        span(value.waiting_ttl, "waiting_ttl"),
    )


_SEAT_TEXTS = [one[0] for one in c.NewSeat._fields_ if one[1] is ctypes.c_char_p]


def new_seat(value: Any) -> Tuple[Dict[str, bytes], Dict[str, Any]]:
    """Its texts, and its other members."""
    if not isinstance(value, NewSeat):
        raise InvalidArgument(f"seats: of NewSeat, not {type(value).__name__}")
    texts = {name: text(getattr(value, name), name) for name in _SEAT_TEXTS}
    return texts, {
        "price": int64(value.price, "price"),
        "x": coordinate(value.x, "x"),
        "y": coordinate(value.y, "y"),
        "is_blocked": flag(value.is_blocked, "is_blocked"),
    }


# ---- what comes out -----------------------------------------------------------------------------


def time(us: int) -> datetime.datetime:
    try:
        return _EPOCH + _timedelta(0, 0, us)
    except OverflowError:
        return _LAST


def deadline(us: int) -> Optional[datetime.datetime]:
    return None if us == NEVER else time(us)


def string(raw: bytes) -> str:
    """A text that came out. Bytes of a damaged file must not hide what is said of it."""
    return raw[: raw.index(0)].decode(errors="replace")


def message(error: c.Error) -> str:
    raw: bytes = error.message
    return raw.decode(errors="replace")


def raised(status: int, error: c.Error) -> Error:
    """The exception for what a call came to."""
    count: int = error.about_count
    return error_of(status, message(error), error.about[:count])


def _date(raw: bytes) -> datetime.date:
    return datetime.date.fromisoformat(string(raw))


def date(fields: Tuple[Any, ...]) -> datetime.date:
    return _date(fields[0])


# By number: an enumeration's own look-up costs several times as much.
_SEAT_STATES = {int(one): one for one in SeatState}
_PLACE_STATES = {int(one): one for one in PlaceState}
_RESERVATION_STATES = {int(one): one for one in ReservationState}
_PAYMENT_STATES = {int(one): one for one in PaymentState}
_TRANSFER_KINDS = {int(one): one for one in TransferKind}

place_state = _PLACE_STATES.__getitem__


def room(fields: Tuple[Any, ...]) -> Room:
    identity, _, active, queue, rate, arriving, turn, waiting, last, serving, name = fields
    return Room(
        identity,
        string(name),
        RoomLimits(
            active,
            queue,
            rate,
            _timedelta(microseconds=arriving),
            _timedelta(microseconds=turn),
            _timedelta(microseconds=waiting),
        ),
        last,
        serving,
    )


def concert(fields: Tuple[Any, ...]) -> Concert:
    identity, room_id, created_at, on, title, starts_at, version, off_at, is_hidden = fields
    return Concert(
        identity,
        room_id,
        _date(on),
        string(title),
        time(created_at),
        deadline(starts_at),
        is_hidden == 1,
        version,
        deadline(off_at),
    )


def seat(fields: Tuple[Any, ...]) -> Seat:
    identity, concert_id, price, x, y, until, state, is_mine, *texts = fields
    number, section, row, label, category = texts
    return Seat(
        identity,
        concert_id,
        string(number),
        string(section),
        string(row),
        price,
        x,
        y,
        _SEAT_STATES[state],
        deadline(until),
        is_mine == 1,
        string(label),
        string(category),
    )


_T = TypeVar("_T")
_WORDS: Dict[Any, Callable[[int], Any]] = {
    datetime.datetime: time,
    Optional[datetime.datetime]: deadline,
}
_plain: Dict[Any, Callable[[Tuple[Any, ...]], Any]] = {}


def plain(answer: Type[_T]) -> Callable[[Tuple[Any, ...]], _T]:
    """What makes an answer whose structure has a word for each of its members, in their order:
    times by their type, numbers and ids as they are."""
    if answer not in _plain:
        hints = get_type_hints(answer)
        made: Any = answer
        words = [_WORDS.get(hints[one.name], int) for one in dataclasses.fields(made)]
        _plain[answer] = lambda fields: answer(*[word(one) for word, one in zip(words, fields)])
    return _plain[answer]


def joined(fields: Tuple[Any, ...]) -> Joined:
    token, user, room_id, position, until, state, again = fields
    return Joined(
        Claims(token, user, room_id, position), _PLACE_STATES[state], again == 1, deadline(until)
    )


def peeked(fields: Tuple[Any, ...]) -> Peeked:
    is_turn, occurred_at, position, ahead, wait, poll, until = fields
    return Peeked(
        is_turn == 1,
        position,
        ahead,
        None if wait < 0 else _timedelta(microseconds=wait),
        _timedelta(microseconds=poll),
        time(occurred_at),
        deadline(until),
    )


def reservation(fields: Tuple[Any, ...]) -> Reservation:
    (
        identity,
        user,
        seat_id,
        concert_id,
        token,
        paying,
        price,
        held_at,
        until,
        finished,
        state,
        number,
        on,
        label,
        section,
        row,
        order,
        sale,
        type_id,
        refunded,
        cancelled,
        refund,
        category,
    ) = fields
    return Reservation(
        identity,
        user,
        seat_id,
        concert_id,
        token,
        paying or None,
        price,
        _RESERVATION_STATES[state],
        time(held_at),
        deadline(until),
        deadline(finished),
        string(number),
        _date(on),
        string(label),
        string(section),
        string(row),
        order,
        sale,
        type_id or None,
        refunded,
        deadline(cancelled),
        None if refund < 0 else refund,
        string(category),
    )


def transfer(fields: Tuple[Any, ...]) -> Transfer:
    identity, source, target, amount, paying, at, kind, reservation_id, reason = fields
    return Transfer(
        identity,
        source,
        target,
        amount,
        _TRANSFER_KINDS[kind],
        paying or None,
        time(at),
        reservation_id or None,
        string(reason),
    )


def payment(fields: Tuple[Any, ...]) -> Payment:
    identity, reservation_id, user, amount, requested, until, finished, state, count, name = fields[
        :10
    ]
    steps = tuple(
        PaymentStep(_PAYMENT_STATES[fields[i]], time(fields[i + 1]), string(fields[i + 2]))
        for i in range(10, 10 + 3 * count, 3)
    )
    return Payment(
        identity,
        reservation_id,
        user,
        amount,
        _PAYMENT_STATES[state],
        string(name),
        time(requested),
        deadline(until),
        deadline(finished),
        steps,
    )


def reconciled(fields: Tuple[Any, ...]) -> Reconciled:
    taken_back, uncharged, still_open, following = fields
    return Reconciled(taken_back, uncharged, still_open, following or None)


def ticked(fields: Tuple[Any, ...]) -> Ticked:
    return Ticked(fields[0], fields[1] == 1)


def stats(fields: Tuple[Any, ...]) -> Stats:
    users, waiting, admitted, *seats = fields
    return Stats(users, waiting, admitted, SeatCounts(*seats))


def commit_stats(fields: Tuple[Any, ...]) -> CommitStats:
    commits, commands, spent, *steps = fields
    pairs = list(zip(steps[::2], steps[1::2]))
    half = len(pairs) // 2
    return CommitStats(
        commits,
        commands,
        spent * _MICROSECOND,
        tuple((None if up_to == INT64_MAX else up_to, count) for up_to, count in pairs[:half]),
        tuple(
            (None if up_to == INT64_MAX else up_to * _MICROSECOND, count)
            for up_to, count in pairs[half:]
        ),
    )


def seat_changes(changes: c.SeatChanges, seats: List[Seat]) -> SeatChanges:
    lapses_at, *counts, is_whole, version = LAYOUTS[c.SeatChanges].unpack(changes)
    return SeatChanges(
        string(version), seats, is_whole == 1, SeatCounts(*counts), deadline(lapses_at)
    )


class _EventNames(dict):  # type: ignore[type-arg]
    def __missing__(self, kind: int) -> str:
        name: str = load().boxoffice_event_name(kind).decode()
        self[kind] = name
        return name


_event_names = _EventNames()


def event_names() -> Tuple[str, ...]:
    """The names that :attr:`Event.name` can have, in the order of their numbers."""
    named = (_event_names[kind] for kind in range(1, 256))
    return tuple(name for name in named if name != "unknown")


def event(fields: Tuple[Any, ...]) -> Event:
    (
        sequence,
        at,
        user,
        room_id,
        token,
        concert_id,
        seat_id,
        reservation_id,
        paying,
        amount,
        until,
        kind,
        order,
        subject,
    ) = fields
    return Event(
        sequence,
        time(at),
        kind,
        _event_names[kind],
        user or None,
        room_id or None,
        token or None,
        concert_id or None,
        seat_id or None,
        reservation_id or None,
        paying or None,
        amount,
        deadline(until),
        order or None,
        subject or None,
    )


def violation(fields: Tuple[Any, ...]) -> Violation:
    return Violation(string(fields[0]), string(fields[1]))
