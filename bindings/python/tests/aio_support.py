"""What the tests of boxoffice.aio share: a house, a clock that can stop, a clean end."""

from __future__ import annotations

import asyncio
import datetime
import gc
import threading
import unittest
from typing import Any, Dict, List, Tuple

from .support import DATE, VirtualClock
import boxoffice  # noqa: E402
from boxoffice import NewSeat, SeatId, TokenId, UserId, aio  # noqa: E402

ROWS = [NewSeat(f"A-{i}", 1_000, "stalls", "A") for i in range(1, 5)]


def open_memory(**options: Any) -> aio.Opening:
    return aio.open(":memory:", **options)


async def house(office: aio.Office) -> Tuple[boxoffice.RoomId, List[SeatId]]:
    """One concert of four seats."""
    room = (await office.find_room()).id
    concert = await office.create_concert(DATE, "Winter", room, ROWS)
    return room, [seat.id for seat in await office.seats(concert)]


async def buyer(
    office: aio.Office, room: boxoffice.RoomId, name: str, points: int = 0
) -> Tuple[UserId, TokenId]:
    user = await office.create_user(name)
    if points:
        await office.recharge(user, points)
    return user, (await office.join(user, room)).token


def own_threads() -> List[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("boxoffice")]


class GatedClock(VirtualClock):
    """Keeps whoever decides waiting, once it is shut."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def wall(self) -> datetime.datetime:
        if threading.current_thread().name == "boxoffice-drive" and not self.gate.is_set():
            self.entered.set()
            self.gate.wait(30)
        return super().wall()


async def until(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.001)


class AioTest(unittest.IsolatedAsyncioTestCase):
    """Every test leaves no thread, and nothing in the loop's log."""

    def setUp(self) -> None:
        self.logged: List[Dict[str, Any]] = []

    async def asyncSetUp(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, what: self.logged.append(what))
        loop.slow_callback_duration = 60  # of a loop that is debugged, on a machine that is busy

    async def asyncTearDown(self) -> None:
        gc.collect()
        await asyncio.sleep(0)

    def tearDown(self) -> None:
        self.assertEqual(own_threads(), [])
        self.assertEqual(self.logged, [])
