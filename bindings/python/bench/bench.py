#!/usr/bin/env python3
"""How fast the package is on the in-memory store, from one thread; and what asyncio adds or saves.

    PYTHONPATH=bindings/python/src python3 bindings/python/bench/bench.py [--seconds 1] [--batch
    1000] [--seed 1] [--directory DIR]

Single calls are made one by one; a batch's rate counts making the commands, the call, and (where it
says so) reading every outcome. Those in flight are single commands that one event loop awaits at
once, as many as a batch has; with a directory, these and single calls are measured on a file in it,
too, where each commit is synced. The best of five rounds stands, since other work on the machine
only ever makes a round slower.
"""

import argparse
import asyncio
import datetime
import os
import platform
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, List, Tuple

import boxoffice
from boxoffice import HoldSeat, Join, NewSeat, Recharge, ReleaseHold, RoomLimits, UserId, aio

ROUNDS = 5
USERS = 1_000


def rate(work: Callable[[], int], seconds: float) -> float:
    """Units of work a second: `work` does some, and returns how many."""
    best = 0.0
    for _ in range(ROUNDS):
        done = 0
        begin = time.perf_counter()
        end = begin + seconds / ROUNDS
        while True:
            done += work()
            now = time.perf_counter()
            if now >= end:
                break
        best = max(best, done / (now - begin))
    return best


def show(name: str, work: Callable[[], int], seconds: float) -> None:
    per_second = rate(work, seconds)
    print(f"{name:40}{per_second:>12,.0f}{1e6 / per_second:>10.2f}", flush=True)


def in_flight(path: str, size: int, seconds: float) -> None:
    """Single recharges that one loop awaits at once, beside the same one after the other."""
    place = "in memory" if path == ":memory:" else "in a file"
    with boxoffice.open(path) as office:
        users = [UserId(office.create_user(f"user-{i}")) for i in range(size)]
        one = users[0]
        show(f"recharge, {place}", lambda: 1 if office.recharge(one, 1) else 0, seconds)
    loop = asyncio.new_event_loop()

    async def recharges() -> int:
        await asyncio.gather(*[other.recharge(user, 1) for user in users])
        return size

    async def opened() -> aio.Office:
        return await aio.open(path)

    other = loop.run_until_complete(opened())
    if path == ":memory:":
        users = [loop.run_until_complete(other.create_user(f"user-{i}")) for i in range(size)]
    show(
        f"recharge, {place}, {size:,} in flight",
        lambda: loop.run_until_complete(recharges()),
        seconds,
    )
    loop.run_until_complete(other.close())
    loop.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measures the package on the in-memory store.")
    arguments.add_argument("--seconds", type=float, default=1.0, help="for each line of the table")
    arguments.add_argument("--batch", type=int, default=1_000, help="commands a batch")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--directory", help="to make a file in")
    options = arguments.parse_args()
    chance = random.Random(options.seed)
    seconds: float = options.seconds
    size: int = options.batch

    office = boxoffice.open(":memory:", active_capacity=USERS)
    room = office.find_room().id
    seats = [NewSeat(f"A-{i}", 1_000) for i in range(1, USERS + 1)]
    concert = office.create_concert(datetime.date(2030, 1, 1), "bench", room, seats)
    users = [UserId(office.create_user(f"user-{i}")) for i in range(USERS)]
    places = [office.join(user, room) for user in users]
    seat_ids = [seat.id for seat in office.seats(concert)]
    small = office.create_room("small", RoomLimits(active_capacity=0))
    waiting = office.token_text(office.join(users[0], small).claims)
    serial = 0

    def peek() -> int:
        for _ in range(100):
            office.peek(waiting)
        return 100

    def balance() -> int:
        for user in users[:100]:
            office.balance(user)
        return 100

    def hold_and_release() -> int:
        for i in range(50):
            held = office.hold_seat(users[i], places[i].token, seat_ids[i])
            office.release_hold(users[i], held.reservation)
        return 100

    def recharge() -> int:
        nonlocal serial
        for _ in range(100):
            serial += 1
            office.recharge(users[serial % USERS], 5, f"single-{serial}")
        return 100

    def recharges(with_keys: bool) -> List[boxoffice.Command]:
        nonlocal serial
        serial += size
        if with_keys:
            return [
                Recharge(users[(serial + i) % USERS], 5, f"batch-{serial + i}") for i in range(size)
            ]
        return [Recharge(users[(serial + i) % USERS], 5) for i in range(size)]

    def batch_recharges() -> int:
        return len(office.batch(recharges(False)))

    def batch_recharges_read() -> int:
        outcomes = list(office.batch(recharges(False)))
        return len(outcomes)

    def batch_recharges_with_keys() -> int:
        return len(office.batch(recharges(True)))

    def batch_joins() -> int:
        order = chance.choices(users, k=size)
        return len(office.batch([Join(user, room) for user in order]))

    def batch_holds() -> int:
        half = min(size // 2, USERS)
        held = office.batch(
            [HoldSeat(users[i], places[i].token, seat_ids[i]) for i in range(half)]
        ).check()
        ids = [one.reservation for one in held if isinstance(one, boxoffice.Held)]
        released = office.batch([ReleaseHold(users[i], one) for i, one in enumerate(ids)]).check()
        return half + len(list(released))

    table: List[Tuple[str, Callable[[], int]]] = [
        ("peek, waiting", peek),
        ("balance", balance),
        ("hold_seat, release_hold", hold_and_release),
        ("recharge with a key", recharge),
        ("batch: recharge", batch_recharges),
        ("batch: recharge, outcomes read", batch_recharges_read),
        ("batch: recharge with a key", batch_recharges_with_keys),
        ("batch: join again", batch_joins),
        ("batch: hold, release, outcomes read", batch_holds),
    ]
    print(
        f"Python {platform.python_version()}, libboxoffice {boxoffice.library_version()}, "
        f"{os.cpu_count()} cores, "
        f"batches of {size}, seed {options.seed}"
    )
    print(f"{'':40}{'a second':>12}{'us each':>10}")
    for name, work in table:
        show(name, work, seconds)
    in_flight(":memory:", size, seconds)
    if options.directory is not None:
        with tempfile.TemporaryDirectory(dir=options.directory) as scratch:
            in_flight(str(Path(scratch) / "bench.db"), size, seconds)
    violations = office.audit()
    office.close()
    if violations:
        sys.exit(f"audit: {violations}")


if __name__ == "__main__":
    main()
