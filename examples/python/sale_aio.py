#!/usr/bin/env python3
"""The on-sale of sale.py on one event loop: two hundred people, fifty places inside, thirty seats.

    python3 examples/python/sale_aio.py [sale.db]

Nobody has a thread: whatever the buyers ask for at once goes into one commit. Exit status 0: every
seat is sold once, and everything that is recomputed is as it should be.
"""

import asyncio
import datetime
import sys
import time
from typing import Optional

import boxoffice
from boxoffice import ConcertId, NewSeat, RoomId, UserId, aio

DATE = datetime.date(2026, 12, 24)
BUYERS, INSIDE, SEATS, PRICE = 200, 50, 30, 99_000


async def buy(
    office: aio.Office, user: UserId, room: RoomId, concert: ConcertId
) -> Optional[str]:
    """The label of the seat bought, or None when the house is sold out."""
    place = await office.join(user, room)
    token = await office.token_text(place.claims)  # this is what a browser would keep
    await office.await_turn(token, attempts_max=10_000, interval=datetime.timedelta(milliseconds=5))

    await office.recharge(user, PRICE, key="recharge-1")
    while seats := await office.available_seats(concert):
        seat = seats[user % len(seats)]
        try:
            held = await office.hold_seat(user, place.token, seat.id)
        except boxoffice.SeatUnavailable:
            continue  # another was faster
        # A retry, as after a cancelled await: the same answer, one effect.
        paid, again = await asyncio.gather(
            *[office.pay(user, place.token, held.reservation, key="pay-1") for _ in range(2)]
        )
        assert again == paid and paid.balance == 0
        return seat.label
    await office.leave(user, place.token)
    return None


async def main() -> int:
    path = sys.argv[1] if len(sys.argv) > 1 else ":memory:"
    async with aio.open(path, active_capacity=INSIDE) as office:
        room = (await office.find_room("main")).id
        hall = [NewSeat(f"A-{number}", PRICE, "stalls", "A") for number in range(1, SEATS + 1)]
        concert = await office.create_concert(DATE, "Winter", room, hall)

        begin = time.perf_counter()
        users = await asyncio.gather(
            *[office.create_user(f"buyer-{number}") for number in range(BUYERS)]
        )
        bought = await asyncio.gather(*[buy(office, user, room, concert) for user in users])
        seconds = time.perf_counter() - begin

        sold = [label for label in bought if label]
        events = [event.name async for event in office.events()]
        violations = await office.audit()

    print(f"sold:   {len(sold)} of {SEATS} seats to {BUYERS} buyers in {seconds:.2f} s")
    print(f"events: {len(events)}, {events.count('reservation_confirmed')} of them sales")
    print(f"audit: {'clean' if not violations else violations}")
    return 0 if len(sold) == len(set(sold)) == SEATS and not violations else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
