#!/usr/bin/env python3
"""An on-sale in small: forty people, eight places inside, twelve seats.

    pip install --no-build-isolation --no-index ./bindings/python
    python3 examples/python/sale.py [sale.db]

They queue, get in eight at a time, race for the same seats from as many threads, recharge, pay, and
pay again by mistake. Then the events are counted and everything is recomputed. Exit status 0: all
is as it should be.
"""

import datetime
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Optional

import boxoffice
from boxoffice import ConcertId, NewSeat, Office, RoomId, UserId

DATE = datetime.date(2026, 12, 24)
BUYERS, INSIDE, SEATS, PRICE = 40, 8, 12, 99_000


def buy(office: Office, user: UserId, room: RoomId, concert: ConcertId) -> Optional[str]:
    """One buyer's way through the sale: the label of the seat bought, or None when the house is
    sold out."""
    place = office.join(user, room)
    token = office.token_text(place.claims)  # this is what a browser would keep
    office.await_turn(token, attempts_max=10_000, interval=datetime.timedelta(milliseconds=2))

    office.recharge(user, PRICE, key="recharge-1")
    while True:
        seats = office.available_seats(concert)
        if not seats:
            if office.count_seats(concert).held:  # somebody may yet give one back
                continue
            office.leave(user, place.token)
            return None
        try:
            held = office.hold_seat(user, place.token, seats[0].id)  # everybody wants the first one
            break
        except boxoffice.SeatUnavailable:
            continue  # another was faster

    paid = office.pay(user, place.token, held.reservation, key="pay-1")
    again = office.pay(
        user, place.token, held.reservation, key="pay-1"
    )  # a retry: the same answer, one effect
    assert again == paid and paid.balance == 0
    return seats[0].label


def main() -> int:
    path = sys.argv[1] if len(sys.argv) > 1 else ":memory:"
    with boxoffice.open(path, active_capacity=INSIDE) as office:
        room = office.find_room("main").id
        hall = [NewSeat(f"A-{number}", PRICE, "stalls", "A") for number in range(1, SEATS + 1)]
        concert = office.create_concert(DATE, "Winter", room, hall)

        # Many commands in one transaction; each has an outcome of its own.
        outcomes = office.batch(boxoffice.CreateUser(f"buyer-{number}") for number in range(BUYERS))
        outcomes.check()
        users = [office.find_user(f"buyer-{number}") for number in range(BUYERS)]

        with ThreadPoolExecutor(BUYERS) as threads:
            bought = list(threads.map(lambda user: buy(office, user, room, concert), users))

        sold = sorted((number for number in bought if number), key=lambda number: int(number[2:]))
        events = Counter(event.name for event in office.events())
        violations = office.audit()
        points = sum(
            transfer.amount
            for user in users
            for transfer in office.transfers(user)
            if transfer.kind is boxoffice.TransferKind.PAYMENT
        )

    print(f"sold:     {len(sold)} of {SEATS} seats to {BUYERS} buyers: {', '.join(sold)}")
    print(f"points:   {points:,} paid")
    print(f"events:   {', '.join(f'{count} {name}' for name, count in sorted(events.items()))}")
    print(f"audit: {'clean' if not violations else violations}")
    ok = len(set(sold)) == SEATS and points == SEATS * PRICE and not violations
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
