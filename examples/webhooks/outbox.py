"""What is sent: the events of an office after a cursor, as messages, and how far a receiver has them."""

import datetime
import json
import os
from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Optional

import boxoffice

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
GAP = "outbox.gap"
IDS = ("user", "room", "token", "concert", "seat", "reservation", "payment", "order")


class Lost(Exception):
    """The cursor and the outbox do not belong together; a person must say what is to be done."""


class Cursor(NamedTuple):
    """The last event that a receiver has. `at` is its time, in microseconds: so a cursor is not taken for one of another
    history, as of an office that was restored from a backup. 0: not known."""

    sequence: int = 0
    at: int = 0


class Message(NamedTuple):
    """`id` is the same whenever the event is sent; `cursor` is where the receiver is when it has this."""

    id: str
    type: str
    body: bytes
    cursor: Cursor


def messages(office: boxoffice.Office, cursor: Cursor) -> Iterator[Message]:
    """All after the cursor, in commit order. Sequences have no gaps, so where one is missing events were pruned before this
    receiver had them; that is a message of its own, in its place. (Pruning leaves events about rooms, so there may be several.)"""
    last = cursor.sequence
    for event in office.events(last):
        if event.sequence > last + 1:
            yield gap(last + 1, event.sequence - 1)
        yield message(event)
        last = event.sequence


def message(event: boxoffice.Event) -> Message:
    at = (event.at - EPOCH) // MICROSECOND
    data: Dict[str, Any] = {"sequence": event.sequence}
    for name in IDS:
        identity = getattr(event, name)
        if identity is not None:
            data[name] = boxoffice.id_text(identity)  # as text: a 64-bit number does not survive every JSON reader
    data["amount"] = event.amount
    if event.deadline is not None:
        data["deadline"] = time_text(event.deadline)
    if event.subject is not None:
        is_id = event.name == "type_created"
        data["subject"] = boxoffice.id_text(event.subject) if is_id else event.subject
    # Not the sequence alone: an office that was restored from a backup gives the same ones out again, for other events.
    return Message(f"{event.sequence}-{at}", event.name, content(event.name, event.at, data), Cursor(event.sequence, at))


def gap(first: int, last: int) -> Message:
    data = {"first": first, "last": last, "count": last - first + 1}
    return Message(f"gap-{first}-{last}", GAP, content(GAP, None, data), Cursor(last))


def content(name: str, at: Optional[datetime.datetime], data: Dict[str, Any]) -> bytes:
    whole: Dict[str, Any] = {"type": name, "data": data}
    if at is not None:
        whole["timestamp"] = time_text(at)
    return json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()


def time_text(time: datetime.datetime) -> str:
    """UTC to the microsecond: 2030-01-01T19:00:00.000000Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def newest(office: boxoffice.Office) -> Cursor:
    """The last event there is (pruning leaves it): looked for by halves, since nobody wants to read them all."""

    def after(sequence: int) -> Optional[boxoffice.Event]:
        return next(office.events(sequence), None)

    low, high = 0, 1
    while after(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if after(middle) else (low, middle)
    last = after(low)
    return message(last).cursor if last else Cursor()


def check(office: boxoffice.Office, cursor: Cursor) -> None:
    """Is the cursor one of this outbox? Raises Lost."""
    if not cursor.sequence:
        return
    event = next(office.events(cursor.sequence - 1), None)
    if event is None:
        raise Lost(f"the outbox ends before event {cursor.sequence}: another office, or one restored from an older backup")
    is_same = event.sequence > cursor.sequence or not cursor.at or message(event).cursor == cursor
    if not is_same:
        raise Lost(f"event {cursor.sequence} is another one than was sent: another office, or one restored from a backup")


class CursorFile:
    """A cursor that survives power loss: what is at the path is one whole state, always."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Optional[Cursor]:
        """None: there is no file. Raises Lost: to begin at 0 again unasked would send everything twice."""
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return None
        try:
            cursor = Cursor(**json.loads(text))
            if not all(type(number) is int and number >= 0 for number in cursor):
                raise ValueError
        except (ValueError, TypeError):
            raise Lost(f"{self.path} is not a cursor") from None
        return cursor

    def write(self, cursor: Cursor) -> None:
        beside = self.path.with_suffix(".new")
        with open(beside, "w") as file:
            json.dump(cursor._asdict(), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too
        finally:
            os.close(folder)
