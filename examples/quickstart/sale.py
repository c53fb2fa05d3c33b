import datetime
import sys
import boxoffice
from boxoffice import NewSeat

DATE = datetime.date(2026, 12, 24)

with boxoffice.open(sys.argv[1] if len(sys.argv) > 1 else "sale.db") as office:  # ":memory:" keeps nothing
    room = office.find_room("main").id
    if not office.concerts(DATE):  # the first run makes the house, each sells a seat of it
        hall = [NewSeat(f"A-{n}", price=99_000, section="stalls", row="A") for n in range(1, 11)]
        office.create_concert(DATE, "Winter", room, hall)
        office.create_user("jiyeon")
    concert = office.find_concert(DATE).id
    user = office.find_user("jiyeon")

    place = office.join(user, room)  # admitted at once while there is room
    token = office.token_text(place.claims)  # the browser keeps this; office.peek(token) says whose turn it is
    key = str(place.token)  # a request that is sent again has one effect
    office.recharge(user, 100_000, key=key)
    seats = office.available_seats(concert) or sys.exit("sold out")
    try:
        held = office.hold_seat(user, place.token, seats[0].id, key=key)  # for five minutes
        paid = office.pay(user, place.token, held.reservation, key=key)
        print(f"{seats[0].number} is sold, balance: {paid.balance}")
    except boxoffice.SeatUnavailable:
        print("somebody was faster: choose another")
