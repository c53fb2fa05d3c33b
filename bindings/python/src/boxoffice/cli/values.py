"""What stands on a command line: dates, times, ids, amounts. Each reader is an argparse type, whose
complaint is told as wrong usage."""

from __future__ import annotations

import argparse
import datetime
import re
from typing import Callable, Optional, Union

from .. import ConcertId, RefundStep, ReservationId
from .._json import id_characters
from .output import in_quotes

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_ID = re.compile(r"[0-9A-F][0-9A-HJKMNP-TV-Z]{12}")
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?%?")
_LAST = 2**63 - 1
POINTS_MAX = 10**12

NamedConcert = Union[datetime.date, ConcertId]


def _bad(expected: str, text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"expected {expected}, found {in_quotes(text)}")


def whole_number(text: str) -> Optional[int]:
    """Digits and nothing else: int() also takes blanks, underscores and digits of all scripts."""
    return int(text) if _WHOLE.fullmatch(text) else None


def number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers between two."""

    def read(text: str) -> int:
        value = whole_number(text)
        if value is None or not least <= value <= most:
            raise _bad(f"a whole number from {least} to {most}", text)
        return value

    return read


def amount(text: str) -> int:
    return number(0, POINTS_MAX)(text)


def version(text: str) -> int:
    return number(1, _LAST)(text)


def date(text: str) -> datetime.date:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise _bad("a date, yyyy-mm-dd", text) from None


def instant(text: str) -> datetime.datetime:
    """With its offset: the box office knows no time zone, and whoever types "19:30" means one."""
    iso = text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text
    try:
        value = datetime.datetime.fromisoformat(iso)
        offset = value.utcoffset()
        if offset is None:
            raise ValueError
        return value.astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        raise _bad("a time with its offset, as 2026-12-24T19:30+09:00 or …Z", text) from None


def instant_or_none(text: str) -> Optional[datetime.datetime]:
    """"none" takes a bound away."""
    return None if text == "none" else instant(text)


def _identity(text: str) -> Optional[int]:
    """The number that an id's 13 characters stand for."""
    upper = text.upper()
    if not _ID.fullmatch(upper):
        return None
    value = 0
    for one in upper:
        value = value << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(one)
    return value if 0 < value <= _LAST and id_characters(value) == upper else None


def reservation(text: str) -> ReservationId:
    value = _identity(text)
    if value is None:
        raise _bad("a reservation's id, 13 characters", text)
    return ReservationId(value)


def concert(text: str) -> NamedConcert:
    """A date, where only one concert is on it; or an id."""
    value = _identity(text)
    if value is not None:
        return ConcertId(value)
    try:
        return date(text)
    except argparse.ArgumentTypeError:
        raise _bad("a concert: its id, or its date, yyyy-mm-dd", text) from None


def refund_step(text: str) -> RefundStep:
    """UNTIL=PERCENT; "always" is whenever."""
    until, _, percent = text.partition("=")
    found = _PERCENT.fullmatch(percent)
    thousandths = int(found[1]) * 10 + int(found[2] or 0) if found else -1
    if not 0 <= thousandths <= 1_000:
        raise _bad("UNTIL=PERCENT, as 2026-12-23T18:00+09:00=90 or always=50", text)
    return RefundStep(None if until == "always" else instant(until), thousandths)


def key(text: str) -> str:
    if not re.fullmatch(r"[!-~]{1,255}", text):
        raise _bad("an idempotency key, 1 to 255 visible ASCII characters", text)
    return text
