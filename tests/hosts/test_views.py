"""The SQL views say what the office says, of a house in which everything has happened; and they write nothing."""

import collections
import datetime
import hashlib
import json
import re
import sqlite3
import subprocess
import time
from dataclasses import replace

from support import DATE, EXAMPLES, HostTest, boxoffice, needs

VIEWS = EXAMPLES / "views" / "views.sql"
START = datetime.datetime(2030, 1, 1, 12, 30, tzinfo=datetime.timezone.utc)
MINUTE = datetime.timedelta(minutes=1)
ENUMS = (
    boxoffice.ReservationState,
    boxoffice.SeatState,
    boxoffice.PlaceState,
    boxoffice.PaymentState,
    boxoffice.TransferKind,
)


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.time, self.elapsed = START, datetime.timedelta()

    def wall(self):
        return self.time

    def steady(self):
        return self.elapsed

    def wait(self, span):
        self.advance(span)

    def advance(self, span):
        self.time += span
        self.elapsed += span


class Gateway:
    """Does not know, where it is told so, whether it has charged."""

    knows = True

    def approve(self, request):
        if not self.knows:
            raise TimeoutError("no answer")
        return f"approval-{request.payment}"

    def cancel(self, request, transaction_key):
        pass


class House:
    """Three rooms and five concerts, one of them called off; whatever can become of a reservation."""

    def __init__(self, path):
        self.clock, self.gateway = Clock(), Gateway()
        self.office = office = boxoffice.open(
            path, clock=self.clock, gateway=self.gateway, active_capacity=40, holds_per_user=3, capture_ttl=MINUTE
        )
        self.main = office.find_room("main").id
        self.side = office.create_room("side", boxoffice.RoomLimits(active_capacity=2))
        self.quiet = office.create_room("quiet")
        self.concerts = [self.make_concert(index) for index in range(5)]
        self.users = [office.create_user(f"user-{index}") for index in range(12)]
        for index, user in enumerate(self.users):
            office.recharge(user, 10_000 if index else 500)
        self.clock.advance(20 * MINUTE)
        self.sell()
        self.clock.advance(50 * MINUTE)  # the next hour
        self.sell_more()
        self.call_one_off()
        self.line_up()

    def make_concert(self, index):
        office = self.office
        hall = [
            boxoffice.NewSeat(f"{name}-{n}", price, name, "A", category=name, is_blocked=n == 9)
            for name, price in (("stalls", 1_000), ("balcony", 600), ("free", 0))
            for n in range(1, 10)
        ]
        day = DATE + datetime.timedelta(days=index)
        concert = office.create_concert(day, f"Concert {index}", {3: self.side, 4: self.quiet}.get(index, self.main), hall)
        steps = (boxoffice.RefundStep(None, 500),)
        version = office.get_sale(concert).version
        terms = replace(office.get_sale(concert).terms, seats_per_order=4, refund_steps=steps)
        terms = replace(terms, hold_ttl=datetime.timedelta(seconds=1) if index == 4 else None)
        version = office.change_sale(concert, terms, version)
        if index == 1:
            child = office.create_type(concert, "child")
            prices = [boxoffice.Price("stalls", 1_100), boxoffice.Price("stalls", 300, child)]
            office.set_tariff(concert, prices, version)
            self.child = child
        return concert

    def hold(self, user, concert, count, kind=None):
        office = self.office
        place = office.join(user, office.get_concert(concert).room)
        free = office.available_seats(concert)
        seats = [seat for seat in free if seat.section == kind] if kind else free
        is_child = concert == self.concerts[1] and kind == "stalls"
        items = [
            boxoffice.OrderItem(seat.id, self.child if is_child and n % 2 else None) for n, seat in enumerate(seats[:count])
        ]
        return place.token, office.hold_seats(user, place.token, concert, items)

    def buy(self, user, concert, count, kind=None):
        token, held = self.hold(user, concert, count, kind)
        self.office.pay(user, token, held.order)
        return held

    def sell(self):
        users, (first, second, third, _, _) = self.users, self.concerts
        self.buy(users[1], first, 2, "stalls")
        self.buy(users[2], first, 1, "free")
        self.buy(users[3], second, 3, "stalls")
        self.cancelled = self.buy(users[4], first, 2, "balcony")
        self.buy(users[5], third, 2, "stalls")
        self.buy(users[6], third, 1, "balcony")
        self.hold(users[7], third, 1)  # runs out before the concert is called off
        token, held = self.hold(users[8], second, 1)
        self.office.release_order(users[8], held.order)
        self.hold(users[9], first, 1, "stalls")  # runs out, and is written down

    def sell_more(self):
        office, users, (first, second, third, _, _) = self.office, self.users, self.concerts
        office.cancel(users[4], [self.cancelled.items[0].reservation])
        sold = self.buy(users[1], second, 1, "balcony")
        office.refund(sold.items[0].reservation, 100, False, "refund-1", "a broken chair")
        self.hold(users[10], third, 2)  # live when the concert is called off
        self.gateway.knows = False
        token, held = self.hold(users[11], first, 1, "balcony")
        try:
            office.pay(users[11], token, held.order)
        except boxoffice.PaymentDeclined:
            pass
        self.gateway.knows = True

    def call_one_off(self):
        office, third = self.office, self.concerts[2]
        office.call_off(third, "the singer is ill")
        self.clock.advance(6 * MINUTE)  # longer than what was held then would have lasted
        office.refund(next(office.reservations(self.users[6])).id, 600, True, "refund-2")  # one of three is given back

    def line_up(self):
        office, users = self.office, self.users
        self.hold(users[6], self.concerts[4], 2)  # runs out, and its row says "held"
        for user in users[:5]:
            office.join(user, self.side)
            self.clock.advance(datetime.timedelta(milliseconds=1_234))
        self.hold(users[0], self.concerts[3], 1, "stalls")  # its buyer has too little
        token, held = self.hold(users[8], self.concerts[1], 2, "stalls")
        office.begin_payment(users[8], token, held.order)
        self.hold(users[9], self.concerts[0], 1, "free")


class ViewsTest(HostTest):
    def setUp(self):
        super().setUp()
        self.house = House(self.db)
        self.office = self.house.office
        self.addCleanup(self.office.close)

    def view(self, name, *, order="", is_now=True):
        """Its rows, each a dictionary, as of the office's time."""
        database = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)
        self.addCleanup(database.close)
        database.executescript(VIEWS.read_text())
        if is_now:
            database.executescript(f"DROP VIEW moment; CREATE TEMP VIEW moment AS SELECT {micros(self.office.now())} AS now_us")
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"SELECT * FROM {name} {order}")]

    def reservations(self):
        return {r.id: r for user in self.house.users for r in self.office.reservations(user)}

    def test_the_house_is_in_order(self):
        self.assertEqual(self.office.audit(), [])

    def test_every_reservation_has_the_state_that_the_office_tells(self):
        mine, rows = self.reservations(), self.view("reservation_states")
        self.assertEqual({row["id"] for row in rows}, set(mine))
        for row in rows:
            one = mine[row["id"]]
            self.assertEqual(boxoffice.ReservationState[row["state"].upper()], one.state, row)
            self.assertEqual((row["price"], row["refunded"], row["order_id"]), (one.price, one.refunded, one.order))
            self.assertEqual((row["seat"], row["date"], row["category"]), (one.seat_label, str(one.date), one.seat_category))
            self.assertEqual(parsed(row["deadline_at"]), one.deadline)
            if row["finished_at"] is not None:
                self.assertEqual(parsed(row["finished_at"]), one.finished_at or parsed(row["finished_at"]))
        self.assertEqual({row["state"] for row in rows}, words(boxoffice.ReservationState))  # all of them were tried
        changed = {(row["state_in_row"], row["state"]) for row in rows if row["state_in_row"] != row["state"]}
        self.assertEqual(changed, {("held", "expired"), ("held", "released"), ("confirmed", "cancelled")})
        self.assertEqual({row["state_in_row"] for row in rows} - words(boxoffice.ReservationState), set())

    def test_sales_are_those_of_the_report(self):
        by_concert = {row["concert_id"]: row for row in self.view("sales_by_concert")}
        by_category = self.view("sales_by_category")
        self.assertEqual(set(by_concert), set(self.house.concerts))
        for concert in self.house.concerts:
            report, row = self.office.sales_report(concert), by_concert[concert]
            for member in ("sold", "cancelled", "gross", "refunds", "net"):
                self.assertEqual(row[member], getattr(report, member), (member, row))
            self.assertEqual(row["account"], report.balance)
            counts = self.office.count_seats(concert)
            self.assertEqual((row["available"], row["held"], row["blocked"]), (counts.available, counts.held, counts.blocked))
            self.assertEqual(row["seats"], counts.available + counts.held + counts.sold + counts.blocked)
            self.assertEqual(row["remark"], "called off" if concert == self.house.concerts[2] else "")
            names = {kind.id: kind.name for kind in self.office.types(concert)}
            self.assertEqual(
                {
                    (one["category"], one["type"], one["sold"], one["cancelled"], one["gross"], one["refunds"], one["net"])
                    for one in by_category
                    if one["concert_id"] == concert
                },
                {
                    (r.category, names.get(r.type, ""), r.sold, r.cancelled, r.gross, r.refunds, r.gross - r.refunds)
                    for r in report.rows
                },
            )

    def test_hours_add_up_to_the_report(self):
        rows = self.view("sales_by_hour")
        for concert in self.house.concerts:
            mine = [row for row in rows if row["concert_id"] == concert]
            report = self.office.sales_report(concert)
            for member, total in (("gross", report.gross), ("refunds", report.refunds), ("net", report.net)):
                self.assertEqual(sum(row[member] for row in mine), total)
            self.assertEqual(sum(row["seats"] for row in mine), report.sold + report.cancelled)
        expected = collections.Counter()
        for user in self.house.users:
            for transfer in self.office.transfers(user):
                if transfer.kind != boxoffice.TransferKind.RECHARGE:
                    expected[transfer.at.strftime("%Y-%m-%dT%H:00:00Z"), transfer.kind.name] += transfer.amount
        told = collections.Counter()
        for row in rows:
            told[row["hour_at"], "PAYMENT"] += row["gross"]
            told[row["hour_at"], "REFUND"] += row["refunds"]
        self.assertEqual(+told, expected)
        self.assertEqual(len({row["hour_at"] for row in rows}), 2)

    def test_who_waits(self):
        rooms = {row["room"]: row for row in self.view("waiting_rooms")}
        stats = self.office.stats()
        self.assertEqual(sum(row["waiting"] for row in rooms.values()), stats.waiting)
        self.assertEqual(sum(row["admitted"] for row in rooms.values()), stats.admitted)
        self.assertEqual((rooms["side"]["waiting"], rooms["side"]["admitted"]), (3, 2))
        self.assertEqual(rooms["side"]["active_capacity"], 2)
        rows = [row for row in self.view("places") if row["room"] == "side"]
        names = [f"user-{n}" for n in range(5)]
        self.assertEqual([(row["user"], row["ahead"]) for row in rows], list(zip(names, (0, 0, 0, 1, 2))))
        for user, row in zip(self.house.users, rows):
            joined = self.office.join(user, self.house.side)  # again: the same place
            self.assertTrue(joined.again)
            self.assertEqual((row["position"], row["state"]), (joined.position, joined.state.name.lower()))
            peeked = self.office.peek(self.office.token_text(joined.claims))
            self.assertEqual(row["ahead"], peeked.ahead)
        waits = [row["seconds_since_joining"] for row in rows]
        self.assertEqual(waits, sorted(waits, reverse=True))
        self.assertEqual(rooms["side"]["longest_wait_seconds"], waits[2])
        self.house.clock.advance(datetime.timedelta(days=2))
        self.assertEqual(self.view("places"), [])  # the rows are there, their time is over

    def test_what_is_held_and_unpaid(self):
        rows = {row["order_id"]: row for row in self.view("unpaid_orders")}
        held = [r for r in self.reservations().values() if r.state == boxoffice.ReservationState.HELD]
        self.assertEqual(set(rows), {r.order for r in held})
        for one in held:
            order, row = self.office.get_order(one.user, one.order), rows[one.order]
            self.assertEqual((row["total"], parsed(row["deadline_at"])), (order.total, order.deadline))
            self.assertEqual(row["seats"], len(order.reservations))
            self.assertEqual(row["labels"].split(), [r.seat_label for r in order.reservations])
            balance = self.office.balance(one.user)
            self.assertEqual((row["balance"], row["missing"]), (balance, max(0, order.total - balance)))
            self.assertEqual(row["seconds_left"], (order.deadline - self.office.now()) // datetime.timedelta(seconds=1))
        self.assertEqual({row["user"]: row["payment"] for row in rows.values()}["user-8"], "requested")
        self.assertEqual({row["user"]: row["missing"] for row in rows.values()}["user-0"], 500)

    def test_what_the_house_owes(self):
        owed = {
            r.id: r.refund
            for r in self.reservations().values()
            if r.state == boxoffice.ReservationState.CANCELLED and r.refund is not None
        }
        self.assertEqual({row["reservation_id"]: row["due"] for row in self.view("refunds_due")}, owed)
        self.assertEqual(len(owed), 2)
        payments = {p.id: (p.amount, p.state.name.lower()) for p in self.office.unreconciled_payments()}
        rows = self.view("unreconciled_payments")
        self.assertEqual({row["payment_id"]: (row["amount"], row["state"]) for row in rows}, payments)
        self.assertEqual(len(payments), 1)
        self.office.sweep_refunds(self.house.concerts[2])
        self.assertEqual(self.view("refunds_due"), [])

    def test_points(self):
        balances = {row["user_id"]: row["balance"] for row in self.view("balances")}
        self.assertEqual(balances, {user: self.office.balance(user) for user in self.house.users})
        kinds = {row["kind"]: row["balance"] for row in self.view("balances_by_kind")}
        self.assertEqual(set(kinds), {"user", "cash", "sales"})
        self.assertEqual((sum(kinds.values()), kinds["user"]), (0, sum(balances.values())))
        cash = self.office.cash_report(START - MINUTE, self.office.now() + MINUTE)
        self.assertEqual(kinds["cash"], -cash.recharged)
        ledger = {row["transfer_id"]: row for row in self.view("ledger")}
        transfers = {t.id: t for user in self.house.users for t in self.office.transfers(user)}
        self.assertEqual(set(ledger), set(transfers))
        for identity, row in ledger.items():
            transfer = transfers[identity]
            self.assertEqual((row["kind"], row["amount"]), (transfer.kind.name.lower(), transfer.amount))
            self.assertEqual((parsed(row["at"]), row["reason"]), (transfer.at, transfer.reason))
        self.assertIn("a broken chair", {row["reason"] for row in ledger.values()})

    def test_words_are_those_of_the_enumerations(self):
        code = re.sub(r"--.*", "", VIEWS.read_text())
        used = set(re.findall(r"(?:state|kind|THEN|ELSE|IN|=|<>|,)\s*\(?'([a-z]+)'", code)) - {"now", "unixepoch", "cash", "hidden"}
        self.assertGreater(used, {"held", "waiting", "requested", "payment"})
        self.assertEqual(used - set().union(*map(words, ENUMS)), set())

    def test_now_is_the_machines(self):
        for _ in range(3):
            before = time.time() * 1e6
            told = self.view("moment", is_now=False)[0]["now_us"]
            self.assertLessEqual(before - 2_000, told)
            self.assertLessEqual(told, time.time() * 1e6 + 2_000)

    @needs("sqlite3", "sqlite3")
    def test_the_shell_reads_and_writes_nothing(self):
        backup = self.folder / "backup.db"
        self.office.backup(backup)
        before = digest(backup)
        listed = re.findall(r"(?m)^CREATE TEMP VIEW (\w+)", VIEWS.read_text())
        as_of_backup = re.search(r"DROP VIEW moment; .*;", VIEWS.read_text())[0]
        for path in (backup, self.db):
            for name in listed:
                rows = shell(path, f"{as_of_backup} SELECT * FROM {name};")
                self.assertEqual(len(rows), len(self.view(name)), name)
        self.assertEqual(digest(backup), before)
        self.assertEqual(sorted(path.name for path in self.folder.glob("backup*")), ["backup.db"])
        made = subprocess.run(
            ["sqlite3", "-readonly", backup, "CREATE TABLE t (x)"], stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.assertIn(b"readonly", made.stderr)
        self.office.create_user("after")  # beside its readers the office goes on
        self.assertEqual(self.office.audit(), [])

    @needs("sqlite3", "sqlite3")
    def test_a_closed_file_that_was_looked_at_opens_again(self):
        self.office.close()
        self.assertTrue(shell(self.db, "SELECT * FROM balances;"))
        with boxoffice.open(self.db, clock=self.house.clock, holds_per_user=3) as office:
            self.assertEqual(office.audit(), [])

    def test_the_readme_lists_every_view(self):
        listed = re.findall(r"(?m)^CREATE TEMP VIEW (\w+)", VIEWS.read_text())
        told = re.findall(r"(?m)^\| `(\w+)` \|", (VIEWS.parent / "README.md").read_text())
        self.assertEqual(sorted(told), sorted(listed))


def shell(path, statement):
    command = ["sqlite3", "-readonly", "-json", "-init", VIEWS, path, statement]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    if done.returncode or done.stderr:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout or "[]")


def words(enum):
    return {one.name.lower() for one in enum}


def micros(at):
    return (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


def parsed(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
