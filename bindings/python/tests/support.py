"""What the tests share: where things are, a hall with buyers, a clock that is moved by hand."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any, List, Tuple, cast

PACKAGE = Path(__file__).resolve().parents[1]
SOURCE = PACKAGE / "src"
ROOT = PACKAGE.parents[1]

if str(SOURCE) not in sys.path:
    sys.path.insert(0, str(SOURCE))

import boxoffice  # noqa: E402
from boxoffice import ConcertId, NewSeat, Office, RoomId, Seat, TokenId, UserId  # noqa: E402

DATE = datetime.date(2030, 12, 24)
SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)
START = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.timezone.utc)


class VirtualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START
        self.elapsed = datetime.timedelta()
        self.waits: List[datetime.timedelta] = []

    def wall(self) -> datetime.datetime:
        return self.time

    def steady(self) -> datetime.timedelta:
        return self.elapsed

    def wait(self, span: datetime.timedelta) -> None:
        self.waits.append(span)
        self.advance(span)

    def advance(self, span: datetime.timedelta) -> None:
        self.time += span
        self.elapsed += span


class Gateway:
    """Approves, unless told otherwise."""

    def __init__(self) -> None:
        self.answer: Any = "approval-1"
        self.requests: List[boxoffice.PaymentRequest] = []
        self.cancelled: List[Tuple[boxoffice.PaymentRequest, str]] = []

    def approve(self, request: boxoffice.PaymentRequest) -> str:
        self.requests.append(request)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return cast(str, self.answer() if callable(self.answer) else self.answer)

    def cancel(self, request: boxoffice.PaymentRequest, transaction_key: str) -> None:
        self.cancelled.append((request, transaction_key))


class House:
    """An office with one concert: some seats at 1,000 points."""

    def __init__(self, office: Office, seats: int = 4, price: int = 1_000) -> None:
        self.office = office
        self.room: RoomId = office.find_room("main").id
        rows = [NewSeat(f"A-{i}", price, "stalls", "A", float(i), 0.5) for i in range(1, seats + 1)]
        self.concert: ConcertId = office.create_concert(DATE, "Winter", self.room, rows)
        self.seats: List[Seat] = office.available_seats(self.concert)

    def buyer(self, name: str, points: int = 0) -> Tuple[UserId, TokenId]:
        """A user with points and a place."""
        user = self.office.create_user(name)
        if points:
            self.office.recharge(user, points)
        return user, self.office.join(user, self.room).token


def memory(**options: Any) -> Office:
    """An office in memory."""
    return boxoffice.open(":memory:", **options)


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in an interpreter of its own, with warnings as errors of its own output."""
    variables = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "PYTHONDONTWRITEBYTECODE": "1",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=120,
    )


def in_threads(count: int, work: Any) -> List[BaseException]:
    """Runs `work(index)` in threads that start together; returns what they raised."""
    errors: List[BaseException] = []
    gate = threading.Barrier(count)

    def body(index: int) -> None:
        try:
            gate.wait()
            work(index)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=body, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
