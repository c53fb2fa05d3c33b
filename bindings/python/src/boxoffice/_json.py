"""Answers as what JSON knows: numbers, texts, true, false, null, lists and objects.

A JSON number is a double to most who read it, and an id has 63 bits: so ids are their 13 characters
here, as over HTTP. Points fit (they stay below 2^53).
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from enum import IntEnum
from typing import Any, Dict, FrozenSet, Tuple, Union, get_args, get_origin, get_type_hints

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SECOND = datetime.timedelta(seconds=1)


def id_characters(identity: int) -> str:
    """What :func:`boxoffice.id_text` says, without the C library: an answer needs none to be
    written down."""
    return "".join(_ALPHABET[identity >> shift & 31] for shift in range(60, -5, -5))


def instant_text(instant: datetime.datetime) -> str:
    """RFC 3339 in UTC, always to the microsecond: exact, and in order of time when sorted as
    text."""
    utc = instant.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def _is_id(hint: Any) -> bool:
    """Ids are the NewTypes among the hints."""
    if get_origin(hint) is Union:
        return any(_is_id(one) for one in get_args(hint))
    return hasattr(hint, "__supertype__")


@functools.lru_cache(maxsize=None)
def _fields(kind: type) -> Tuple[Tuple[str, ...], FrozenSet[str]]:
    """The names of a class's fields, and which of them are ids."""
    hints = get_type_hints(kind)
    if dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind))
    else:
        names = getattr(kind, "_fields")
    return names, frozenset(name for name in names if _is_id(hints[name]))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.datetime):
        return instant_text(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        whole, rest = divmod(value, _SECOND)
        return value.total_seconds() if rest else whole
    if dataclasses.is_dataclass(value) or hasattr(value, "_fields"):
        return to_dict(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    raise TypeError(f"not of an answer: {type(value).__name__}")


def to_dict(answer: Any) -> Dict[str, Any]:
    """An answer (or RoomLimits, Terms, a Price …) as a dict that ``json.dumps`` takes: its fields
    by their names, in order.

    Ids are their 13 characters (:func:`boxoffice.parse_id` reads them), instants RFC 3339 in UTC to
    the microsecond, dates ``yyyy-mm-dd``, spans seconds, enumerations their names in small letters
    ("sold"), points integers; "never" and "none" are None. ``Event.subject`` stays the number that
    it is, since what it names depends on the kind."""
    names, ids = _fields(answer.__class__)
    out: Dict[str, Any] = {}
    for name in names:
        value = getattr(answer, name)
        is_id = name in ids and value is not None
        out[name] = id_characters(value) if is_id else _plain(value)
    return out


class Jsonable:
    """What has :meth:`to_dict`."""

    __slots__: Tuple[str, ...] = ()

    def to_dict(self) -> Dict[str, Any]:
        """The fields, as ``json.dumps`` takes them; see :func:`boxoffice.to_dict`."""
        return to_dict(self)
