"""Was anything that was acknowledged lost, or done twice? What buyers noted, against the rows of the database.

The rows come from psql, not from the engine: who could have lost something is not asked whether it did.
"""

import collections
import dataclasses
import subprocess

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, in which ids are written over HTTP


def id_of(text):
    """'0ARYZVZXW377R' → 388400145978465528, as the tables have it."""
    number = 0
    for character in text:
        number = number * 32 + ALPHABET.index(character)
    return number


@dataclasses.dataclass(frozen=True)
class Recharge:
    user: str
    amount: int  # no two recharges of a user are of the same


@dataclasses.dataclass(frozen=True)
class Hold:
    reservation: int
    user: str
    date: str  # of the concert
    seat: str  # its number


@dataclasses.dataclass(frozen=True)
class Payment:
    payment: int
    hold: Hold
    amount: int


@dataclasses.dataclass
class Rows:
    """What the database has."""

    seats: list = dataclasses.field(default_factory=list)  # (id, date, number, state, claim)
    reservations: list = dataclasses.field(default_factory=list)  # (id, user, seat, state, payment or 0)
    payments: list = dataclasses.field(default_factory=list)  # (id, reservation, user, amount, state)
    transfers: list = dataclasses.field(default_factory=list)  # (kind, user or "", amount, payment or 0)


QUERIES = {
    "seats": "SELECT s.id, c.date, s.number, s.state, coalesce(s.claim_id, 0) FROM seats s "
    "JOIN concerts c ON c.id = s.concert_id",
    "reservations": "SELECT r.id, u.external_id, r.seat_id, r.state, coalesce(r.payment_id, 0) FROM reservations r "
    "JOIN users u ON u.id = r.user_id",
    "payments": "SELECT p.id, p.reservation_id, u.external_id, p.amount, p.state FROM payments p "
    "JOIN users u ON u.id = p.user_id",
    "transfers": "SELECT t.kind, coalesce(u.external_id, ''), t.amount, coalesce(t.payment_id, 0) FROM point_usages t "
    "LEFT JOIN users u ON u.id = t.to_id",
}


def read_rows(psql, schema="boxoffice", environment=None):
    """Runs `psql`, a command with its arguments, on the primary. Throws subprocess.CalledProcessError."""
    rows = Rows()
    for name, query in QUERIES.items():
        said = subprocess.run(
            [*psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-c", f"SET search_path = {schema}", "-c", query],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            check=True,
            text=True,
        ).stdout
        fields = [line.split("\t") for line in said.splitlines()]
        setattr(rows, name, [tuple(int(one) if one.lstrip("-").isdigit() else one for one in row) for row in fields])
    return rows


@dataclasses.dataclass
class Findings:
    lost: list = dataclasses.field(default_factory=list)
    twice: list = dataclasses.field(default_factory=list)

    def __bool__(self):
        return bool(self.lost or self.twice)


def judge(recharges, holds, payments, rows):
    """What of these acknowledged lists `rows` has not, and what they have twice, each in words."""
    found = Findings()
    seats = {seat: (str(date), str(number), state, claim) for seat, date, number, state, claim in rows.seats}
    reservations = {id: (user, seats.get(seat), state, paid) for id, user, seat, state, paid in rows.reservations}
    made = {id: (reservation, user, amount, state) for id, reservation, user, amount, state in rows.payments}
    debits = collections.Counter((paid, amount) for kind, _, amount, paid in rows.transfers if kind == "payment")
    credits = collections.Counter((user, amount) for kind, user, amount, _ in rows.transfers if kind == "recharge")

    for one in holds:
        user, seat, _, _ = reservations.get(one.reservation, (None, None, None, None))
        if (user, seat and seat[:2]) != (one.user, (one.date, one.seat)):
            found.lost.append(f"hold {one.reservation} of seat {one.date} {one.seat}")
    for one in recharges:
        if credits[(one.user, one.amount)] == 0:
            found.lost.append(f"recharge of {one.amount} by {one.user}")
    for one in payments:
        hold = one.hold
        _, seat, state, paid = reservations.get(hold.reservation, (None, None, None, None))
        is_there = (
            made.get(one.payment) == (hold.reservation, hold.user, one.amount, "captured")
            and debits[(one.payment, one.amount)] > 0
            and (seat, state, paid) == ((hold.date, hold.seat, "sold", hold.reservation), "confirmed", one.payment)
        )
        if not is_there:
            found.lost.append(f"payment {one.payment} of seat {hold.date} {hold.seat}")

    def add_repeated(what, items):
        found.twice.extend(f"{what} {item}: {count} times" for item, count in collections.Counter(items).items() if count > 1)

    # Among the rows, whoever heard of them; and in what buyers were told.
    add_repeated("recharge", list(credits.elements()))
    add_repeated("debit of payment", [paid for (paid, _), count in debits.items() for _ in range(count)])
    add_repeated("captured payment of reservation", [row[1] for row in rows.payments if row[4] == "captured"])
    add_repeated("sale of seat", [row[2] for row in rows.reservations if row[3] == "confirmed"])
    add_repeated("acknowledged sale of seat", [(one.hold.date, one.hold.seat) for one in payments])
    add_repeated("acknowledged payment", [one.payment for one in payments])
    return found


def plant(recharges, holds, payments, rows):
    """Tries the check itself: {what was made up: was it found}. There must be one of each, and nothing wrong yet."""
    paid, hold, credit = payments[-1], holds[-1], recharges[-1]
    nobody = dataclasses.replace(hold, reservation=hold.reservation + 1)
    once_more = dataclasses.replace(paid, payment=paid.payment + 1)
    other_seat = dataclasses.replace(paid, hold=dataclasses.replace(paid.hold, seat=paid.hold.seat + "x"))
    of_payment = next(row for row in rows.transfers if row[3] == paid.payment)
    of_credit = next(row for row in rows.transfers if (row[0], row[1], row[2]) == ("recharge", credit.user, credit.amount))
    of_hold = next(row for row in rows.reservations if row[0] == paid.hold.reservation)

    def with_transfer(row):
        return dataclasses.replace(rows, transfers=[*rows.transfers, row])

    def without_transfer(row):
        return dataclasses.replace(rows, transfers=[one for one in rows.transfers if one != row])

    sold_again = dataclasses.replace(rows, reservations=[*rows.reservations, (of_hold[0] + 1, *of_hold[1:])])
    return {
        "a recharge that was never made": judge([dataclasses.replace(credit, amount=credit.amount + 10**9)], [], [], rows).lost,
        "a hold that was never made": judge([], [nobody], [], rows).lost,
        "a payment that was never made": judge([], [], [once_more], rows).lost,
        "a payment of another seat": judge([], [], [other_seat], rows).lost,
        "a recharge whose row is gone": judge([credit], [], [], without_transfer(of_credit)).lost,
        "a payment whose debit is gone": judge([], [], [paid], without_transfer(of_payment)).lost,
        "a recharge made twice": judge([], [], [], with_transfer(of_credit)).twice,
        "a payment debited twice": judge([], [], [], with_transfer(of_payment)).twice,
        "a seat sold twice": judge([], [], [], sold_again).twice,
        "a sale told to two": judge([], [], [paid, once_more], rows).twice,
    }
