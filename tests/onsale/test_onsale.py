"""The on-sale example as its users meet it: files in, a report out, one clear line where the input is bad.

    ONSALE=build/dev/examples/onsale python3 -m unittest tests/onsale/test_onsale.py
"""

import contextlib
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ONSALE = os.path.abspath(os.environ.get("ONSALE", "build/examples/examples/onsale"))
DATA = pathlib.Path(__file__).resolve().parents[2] / "examples" / "data"
MEMBERS = ["seats", "not_for_sale", "sold", "revenue", "buyers", "paid", "abandoned", "left", "unserved", "max_waiting", "refusals",
           "commands", "seconds", "audit"]
# What a sale tells besides where some want several seats, or cancel.
MORE_MEMBERS = {"cancelled", "refunds", "fees", "net", "balances", "paid_and_cancelled"}


def small_plan():
    seats = [{"seat_guid": f"S-{n}", "seat_number": str(n), "category": "near" if n < 3 else "far",
              "position": {"x": n, "y": 0}} for n in range(6)]
    return {"name": "small", "categories": [{"name": "near", "color": "#f00"}, {"name": "far"}], "size": {"width": 1},
            "zones": [{"position": {"x": 10, "y": 100}, "displayed": True, "zone_id": "z", "areas": [{"text": "stage"}],
                       "rows": [{"row_number": "1", "position": {"x": 5, "y": 7}, "seats": seats[:3]},
                                {"row_number": "2", "seats": seats[3:]}]}]}


PRICES = "category,points\nnear,100\nfar,50\n"
BUYERS = "user,points,want,behaviour\nann,100,near,pay\nbob,100,S-4,abandon\ncho,100,any,leave\ndan,100,far,retry\n"
REPORT = """\
small, 2026-12-24

  seats                                    6
  sold                                     2
  revenue (points)                       150

  buyers                                   4
  paid                                     2
  abandoned their hold                     1
  left the line                            1
  unserved                                 0
  most waiting at once                     0

refusals
  place_expired                            1

  commands                                19

  audit                                clean
"""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.put("hall.json", json.dumps(small_plan(), indent=1))
        self.put("prices.csv", PRICES)
        self.put("buyers.csv", BUYERS)

    def put(self, name, content):
        (self.dir / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def run_onsale(self, *flags, data=None, timeout=300):
        folder = data or self.dir
        command = [ONSALE, "--plan", f"{folder}/hall.json", "--prices", f"{folder}/prices.csv", "--buyers",
                   f"{folder}/buyers.csv", "--date", "2026-12-24", "--threads", "1", *flags]
        return subprocess.run(command, cwd=self.dir, capture_output=True, text=True, timeout=timeout)

    def sale(self, *flags, data=None, tells_more=False):
        done = self.run_onsale("--json", *flags, data=data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        report = json.loads(done.stdout)
        self.assertEqual([member for member in report if not tells_more or member not in MORE_MEMBERS], MEMBERS)
        self.assertTrue(not tells_more or MORE_MEMBERS <= set(report), report)
        self.assertEqual(report["audit"], [])
        ends = ("paid", "abandoned", "left", "unserved", *(["paid_and_cancelled"] if tells_more else []))
        self.assertEqual(sum(report[end] for end in ends), report["buyers"])
        return report

    def ask(self, query, *values):
        with contextlib.closing(sqlite3.connect(self.dir / "sale.db")) as db:
            return db.execute(query, values).fetchall()

    def assert_bad(self, done, *parts):
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)


class BadInput(Case):
    def refused(self, *parts, flags=()):
        self.assert_bad(self.run_onsale("--db", "sale.db", *flags), *parts)
        self.assertEqual([p.name for p in self.dir.iterdir() if p.name.startswith("sale.db")], [])

    def plan_refused(self, change, *parts):
        plan = small_plan()
        change(plan)
        self.put("hall.json", json.dumps(plan))
        self.refused("hall.json", *parts)

    def test_missing_files(self):
        for name in ("hall.json", "prices.csv", "buyers.csv"):
            with self.subTest(name):
                kept = (self.dir / name).read_bytes()
                (self.dir / name).unlink()
                self.refused(name, "No such file")
                (self.dir / name).mkdir()
                self.refused(name, "directory")
                (self.dir / name).rmdir()
                self.put(name, kept)

    def test_broken_json(self):
        for content, part in ((b'{"name": "x",\n "zones": [', "line 2"), (b"", "line 1"), (b'{"name": "\xff"}', "line 1"),
                              (b'{"name": 1e999}', "expected JSON"), (b"{} {}", "line 1")):
            with self.subTest(content):
                self.put("hall.json", content)
                self.refused("hall.json", part)

    def test_absurd_nesting(self):
        for content in ("[" * 1_000_000, '{"a":' * 1_000_000, "[" * 100 + "]" * 100):
            with self.subTest(content[:5]):
                self.put("hall.json", content)
                self.refused("hall.json", "line 1", "nested")

    def test_wrong_plans(self):
        seat = lambda plan: plan["zones"][0]["rows"][1]["seats"][2]
        here = "zones[0].rows[1].seats[2]"
        self.plan_refused(lambda p: seat(p).update(category=7), f"{here}.category", "expected a string")
        self.plan_refused(lambda p: seat(p).update(seat_guid="S-0"), f"{here}.seat_guid", '"S-0"', "once")
        self.plan_refused(lambda p: seat(p).update(seat_guid=""), f"{here}.seat_guid", "1 to 64")
        self.plan_refused(lambda p: seat(p).update(seat_guid="x" * 65), f"{here}.seat_guid", "1 to 64")
        self.plan_refused(lambda p: seat(p).update(seat_guid=7), f"{here}.seat_guid", "expected a string")
        self.plan_refused(lambda p: seat(p).pop("seat_guid"), here, "seat_guid")
        self.plan_refused(lambda p: seat(p).update(position={"x": "1", "y": 0}), f"{here}.position.x", "expected a number")
        self.plan_refused(lambda p: p["zones"][0].update(rows=3), "zones[0].rows", "expected an array")
        self.plan_refused(lambda p: p["zones"].append(3), "zones[1]", "expected an object")
        self.plan_refused(lambda p: p.update(zones=[]), "seat")
        self.plan_refused(lambda p: p.pop("zones"), "zones")
        self.plan_refused(lambda p: p["categories"].append({"name": "far"}), "categories[2].name", '"far"')
        self.put("hall.json", "[]")
        self.refused("hall.json", "expected an object")

    def test_prices(self):
        for content, *parts in (("category,points\nnear,-1\nfar,1\n", "line 2", "points"),
                                ("category,points\nnear,1.5\nfar,1\n", "line 2"), ("category\nnear\n", "line 1", "points"),
                                (PRICES + "far,50\n", "line 4", "once"), ("", "line 1", "header")):
            with self.subTest(content):
                self.put("prices.csv", content)
                self.refused("prices.csv", *parts)

    def test_buyers(self):
        head = "user,points,want,behaviour\n"
        for content, *parts in (
                (head + "a,-1,any,pay\n", "line 2", "points", '"-1"'), (head + "a,x,any,pay\n", "line 2", "points"),
                (head + "a,99999999999999999999,any,pay\n", "line 2"), (head + "a,1,any,steal\n", "line 2", "behaviour", '"steal"'),
                (head + 'a,1,any,pay\n"b\nb",1,any,pay\n', "line 3", "user"), (head + "a,1,any,pay\n\na,1,any,pay\n", "line 4", "user", "line 2"),
                (head + ",1,any,pay\n", "line 2", "user"), (head + "a,1,any\n", "line 2", "4 fields"),
                (head + "a,1,any,pay,x\n", "line 2", "found 5"), (head + 'a,1,"any,pay\n', "line 2", "closing quote"),
                (head + 'a,1,a"ny,pay\n', "line 2", "quote"), (head + 'a,1,"any"x,pay\n', "line 2", "closing quote"),
                (head.encode() + b"\xff,1,any,pay\n", "line 2", "UTF-8"), ("user,points,want\na,1,any\n", "line 1", "behaviour"),
                (head + "a\r,1,any,pay\n", "line 2", "CR"), ("user,user,points,want,behaviour\n", "twice")):
            with self.subTest(content):
                self.put("buyers.csv", content)
                self.refused("buyers.csv", *parts)

    def test_counts(self):
        head = "user,points,want,behaviour,count\na,1,any,pay,2\n\nb,1,any,pay,\n"
        for count in ("0", "51", "-1", "1.5", "two", " 2", "99999999999999999999"):
            with self.subTest(count):
                self.put("buyers.csv", head + f"c,1,any,pay,{count}\n")
                self.refused("buyers.csv", "line 5", "count: expected a whole number from 1 to 50, or nothing", f'"{count}"')
        self.put("buyers.csv", head + "c,1,any,pay\n")
        self.refused("buyers.csv", "line 5", "found 4")
        self.put("buyers.csv", "count,user,points,want,behaviour,Count\n")
        self.refused("buyers.csv", "line 1", "count", "twice")

    def test_flags(self):
        for flags, *parts in ((["--threads", "0"], "--threads"), (["--threads", "x"], "--threads", '"x"'), (["--capacity", "-1"], "--capacity"),
                              (["--seed", "-1"], "--seed"), (["--date", "2026-02-30"], "--date"), (["--bogus"], "--bogus"),
                              (["--time-scale", "nan"], "--time-scale"), (["--capacity"], "--capacity", "value"), (["extra"], "extra"),
                              (["--json=1"], "--json"), (["--plan", ""], "--plan")):
            with self.subTest(flags):
                self.refused(*parts, flags=flags)
        self.assert_bad(subprocess.run([ONSALE], capture_output=True, text=True), "--plan")

    def test_databases(self):
        self.assert_bad(self.run_onsale("--db", "no/such/folder/sale.db"), "no/such/folder/sale.db")
        self.assert_bad(self.run_onsale("--db", str(self.dir)), str(self.dir))
        self.put("notes.db", b"not a database at all\n" * 100)
        with sqlite3.connect(self.dir / "other.db") as other:
            other.execute("CREATE TABLE t (x)")
        other.close()
        for name in ("notes.db", "other.db"):
            before = (self.dir / name).read_bytes()
            self.assert_bad(self.run_onsale("--db", name), name)
            self.assertEqual((self.dir / name).read_bytes(), before)


class Sales(Case):
    def test_help_lists_every_flag(self):
        done = subprocess.run([ONSALE, "--help"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for flag in ("plan", "prices", "buyers", "date", "db", "threads", "capacity", "seed", "time-scale", "json", "help"):
            self.assertIn(f"--{flag}", done.stdout)

    def test_small_sale_has_known_numbers(self):
        report = self.sale("--db", "sale.db")
        self.assertEqual([report[m] for m in ("seats", "sold", "revenue", "buyers", "paid", "abandoned", "left", "unserved")],
                         [6, 2, 150, 4, 2, 1, 1, 0])
        with sqlite3.connect(self.dir / "sale.db") as db:
            self.assertEqual(db.execute("SELECT count(*) FROM seats WHERE section = 'z'").fetchone(), (6,))
            self.assertEqual(sorted(db.execute("SELECT x, y FROM seats"))[-1], (17.0, 107.0))
        db.close()

    def test_csv_dialects_work(self):
        self.put("buyers.csv", b'\xef\xbb\xbfwant,user,note,points,behaviour\r\n"near","\xea\xb9\x80, ""\xec\xa7\x80""",x,100,pay\r\n'
                               b'any,"plain","two\r\nlines",50,"pay"')
        self.assertEqual(self.sale()["paid"], 2)

    def test_unknown_want_counts_as_a_refusal_then_buys_any(self):
        self.put("buyers.csv", "user,points,want,behaviour\na,100,moon,pay\n")
        report = self.sale()
        self.assertEqual((report["paid"], report["refusals"]), (1, {"unknown_seat": 1}))

    def test_no_points_no_seat(self):
        self.put("buyers.csv", "user,points,want,behaviour\na,0,near,pay\n")
        report = self.sale()
        self.assertEqual((report["unserved"], report["refusals"]), (1, {"insufficient_points": 1}))

    def test_a_full_line_refuses(self):
        rows = "".join(f"u{n},100,any,pay\n" for n in range(20))
        self.put("buyers.csv", "user,points,want,behaviour\n" + rows)
        report = self.sale("--capacity", "1", "--queue-capacity", "2")
        self.assertGreater(report["refusals"]["queue_full"], 0)
        self.assertLessEqual(report["max_waiting"], 2)

    def test_abandoned_seats_come_back_while_the_sale_runs(self):
        rows = "".join(f"gone{n},100,any,abandon\n" for n in range(6)) + "".join(f"u{n},100,any,pay\n" for n in range(6))
        self.put("buyers.csv", "user,points,want,behaviour\n" + rows)
        report = self.sale("--hold-seconds", "60")
        self.assertGreater(report["abandoned"] + report["sold"], 6)

    def test_shipped_data(self):
        plan = json.loads((DATA / "hall.json").read_text("utf-8"))
        seats = sum(len(row["seats"]) for zone in plan["zones"] for row in zone["rows"])
        with open(DATA / "buyers.csv", encoding="utf-8", newline="") as file:
            buyers = list(csv.DictReader(file))
        self.assertEqual({b["behaviour"] for b in buyers}, {"pay", "abandon", "leave", "retry"})
        self.assertGreaterEqual(len(plan["zones"]), 3)
        self.assertGreaterEqual(len(plan["categories"]), 4)
        report = self.sale(data=DATA)
        self.assertEqual((report["seats"], report["buyers"]), (seats, len(buyers)))
        self.assertEqual(report["sold"], report["paid"])
        self.assertGreaterEqual(report["max_waiting"], 2_000)

    def test_one_thread_repeats_itself(self):
        def told(*flags):
            done = self.run_onsale(*flags, data=DATA)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [line for line in done.stdout.splitlines() if not line.split() or line.split()[0] not in ("seconds", "latency")
                    and "per second" not in line]
        self.assertEqual(told("--seed", "7"), told("--seed", "7"))
        self.assertNotEqual(told("--seed", "7"), told("--seed", "8"))

    def test_a_file_and_memory_tell_the_same(self):
        in_file, in_memory = (self.sale("--db", db) for db in ("sale.db", ":memory:"))
        self.assertEqual({**in_file, "seconds": 0}, {**in_memory, "seconds": 0})

    def test_a_ledger_that_was_tampered_with_fails_the_audit(self):
        self.sale("--db", "sale.db")
        with sqlite3.connect(self.dir / "sale.db") as db:
            db.execute("UPDATE points SET balance = balance + 1 WHERE kind = 'user' AND balance = 0")
        db.close()
        done = self.run_onsale("--db", "sale.db", "--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertTrue(json.loads(done.stdout)["audit"])

    def test_two_runs_at_once_on_one_file(self):
        self.sale("--db", "sale.db")
        rows = "".join(f"u{n},100,any,{('pay', 'retry')[n % 2]}\n" for n in range(40))
        self.put("buyers.csv", "user,points,want,behaviour\n" + rows)
        command = [ONSALE, "--plan", "hall.json", "--prices", "prices.csv", "--buyers", "buyers.csv", "--date", "2026-12-24",
                   "--threads", "2", "--db", "sale.db", "--json"]
        runs = [subprocess.Popen([*command, "--seed", str(seed)], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True) for seed in (1, 2)]
        for run in runs:
            out, err = run.communicate(timeout=120)
            self.assertEqual(run.returncode, 0, err)
            self.assertEqual(json.loads(out)["audit"], [])

    def test_threads_and_file(self):
        report = self.sale("--db", "sale.db", "--threads", "16", data=DATA)
        self.assertEqual(report["sold"], report["paid"])
        again = self.sale("--db", "sale.db", "--threads", "16", data=DATA)
        self.assertEqual(again["paid"], again["sold"])
        self.assertGreaterEqual(again["sold"], report["sold"])

    def test_another_run_goes_on_or_refuses(self):
        first = self.sale("--db", "sale.db")
        second = self.sale("--db", "sale.db", "--capacity", "3")
        self.assertEqual((first["sold"], first["paid"]), (second["sold"], second["paid"]))
        with sqlite3.connect(self.dir / "sale.db") as db:
            recharged = db.execute("SELECT count(*) FROM point_usages").fetchone()
        db.close()
        self.assertEqual(recharged, (3 + 2,))  # ann, bob and dan were recharged once; ann and dan paid
        self.put("prices.csv", "category,points\nnear,100\nfar,51\n")
        self.assert_bad(self.run_onsale("--db", "sale.db"), "sale.db", "51")
        self.assertEqual(self.sale("--db", "sale.db", "--date", "2026-12-25")["paid"], 2)

    def test_an_interrupted_sale_goes_on(self):
        command = [ONSALE, "--plan", f"{DATA}/hall.json", "--prices", f"{DATA}/prices.csv", "--buyers", f"{DATA}/buyers.csv",
                   "--date", "2026-12-24", "--threads", "4", "--time-scale", "60", "--json", "--db", str(self.dir / "sale.db")]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, err)
        report = json.loads(out)
        self.assertEqual(report["paid"] + report["abandoned"] + report["left"] + report["unserved"], report["buyers"])
        on = self.sale("--db", "sale.db", data=DATA)
        self.assertGreaterEqual(on["paid"], report["paid"])
        self.assertEqual(on["paid"], on["sold"])

    def test_a_killed_sale_goes_on(self):
        command = [ONSALE, "--plan", f"{DATA}/hall.json", "--prices", f"{DATA}/prices.csv", "--buyers", f"{DATA}/buyers.csv",
                   "--date", "2026-12-24", "--threads", "4", "--db", str(self.dir / "sale.db")]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        running.kill()
        running.wait()
        on = self.sale("--db", "sale.db", data=DATA)
        self.assertEqual(on["paid"], on["sold"])

    def test_a_large_hall(self):
        made = subprocess.run([sys.executable, DATA / "make_data.py", "--out", self.dir, "--seats", "20000"])
        self.assertEqual(made.returncode, 0)
        report = self.sale("--threads", "16", "--db", "sale.db")
        self.assertEqual(report["seats"], 20_000)
        self.assertEqual(report["sold"], report["paid"])


class GroupsAndCancelling(Case):
    """Buyers who want several seats in one order, and buyers who cancel theirs."""

    def buyers(self, *rows):
        self.put("buyers.csv", "user,points,want,behaviour,count\n" + "".join(f"{row}\n" for row in rows))

    def crowd(self):
        """The shipped hall with its buyers, of whom many want several seats and some cancel them; what each of them wants."""
        chance = random.Random(20261224)
        for name in ("hall.json", "prices.csv"):
            shutil.copy(DATA / name, self.dir / name)
        with open(DATA / "buyers.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["count"] = chance.choice(["", 1, 2, 2, 3, 4, 6])
            row["points"] = int(row["points"]) * (row["count"] or 1)
            if row["behaviour"] == "pay" and chance.random() < 0.15:
                row["behaviour"] = "cancel"
        with open(self.dir / "buyers.csv", "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]))
            out.writeheader()
            out.writerows(rows)
        return {row["user"]: (row["behaviour"], row["count"] or 1) for row in rows}

    def seats_of(self, user, state="confirmed"):
        return [number for number, in self.ask("SELECT seat FROM reservations_readable WHERE user = ? AND state = ? ORDER BY seat", user, state)]

    def check_against_the_file(self, report, wants):
        """Everybody has all that they wanted or nothing, each order was one payment, and the report says what the rows say."""
        orders = self.ask("""SELECT external_id, state, count(*), count(DISTINCT order_id), sum(price), sum(refunded),
                                    sum(CAST(price * 900 / 1000 AS INTEGER)) FROM reservations JOIN users ON users.id = user_id
                             WHERE state IN ('confirmed', 'cancelled') GROUP BY user_id, state""")
        ends = {"confirmed": 0, "cancelled": 0}
        for user, state, seats, order_count, price, refunded, due in orders:
            behaviour, count = wants[user]
            self.assertEqual((seats, order_count), (count, 1), user)
            self.assertEqual(state, "cancelled" if behaviour == "cancel" else "confirmed", user)
            self.assertEqual(refunded, due if behaviour == "cancel" else 0, user)
            ends[state] += 1
        self.assertEqual((report["paid"], report["paid_and_cancelled"]), tuple(ends.values()))
        self.assertEqual(self.ask("SELECT count(*) FROM payments WHERE state = 'captured'"), [(len(orders),)])
        sold = [order for order in orders if order[1] == "confirmed"]
        cancelled = [order for order in orders if order[1] == "cancelled"]
        self.assertEqual((report["sold"], report["revenue"]), (sum(o[2] for o in sold), sum(o[4] for o in sold)))
        self.assertEqual((report["cancelled"], report["refunds"]), (sum(o[2] for o in cancelled), sum(o[5] for o in cancelled)))
        self.assertEqual(report["fees"], sum(o[4] - o[5] for o in cancelled))
        self.assertEqual(report["net"], report["revenue"] + report["fees"])
        balances = dict(self.ask("SELECT kind, sum(balance) FROM points GROUP BY kind"))
        self.assertEqual((balances["sales"], balances["user"]), (report["net"], report["balances"]))
        self.assertEqual(-balances["cash"], report["net"] + report["balances"])

    def test_a_crowd_on_a_virtual_clock(self):
        wants = self.crowd()
        report = self.sale("--db", "sale.db", tells_more=True)
        self.check_against_the_file(report, wants)
        for member in ("paid", "paid_and_cancelled", "abandoned", "unserved", "cancelled", "fees"):
            self.assertGreater(report[member], 0, member)
        self.assertEqual({**self.sale(tells_more=True), "seconds": 0}, {**report, "seconds": 0})

    def test_a_crowd_with_threads_on_a_file(self):
        wants = self.crowd()
        flags = ("--db", "sale.db", "--threads", "16", "--time-scale", "20000")
        report = self.sale(*flags, tells_more=True)
        self.check_against_the_file(report, wants)
        self.assertGreater(report["cancelled"], 0)
        again = self.sale(*flags, tells_more=True)
        self.check_against_the_file(again, wants)
        self.assertGreaterEqual(again["cancelled"], report["cancelled"])

    def test_the_table_tells_it_too(self):
        self.buyers("ann,300,near,pay,2", "bob,300,far,cancel,3")
        done = self.run_onsale()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = [line.rsplit(None, 1) for line in done.stdout.splitlines() if line.startswith("  ")]
        for row in (["  sold", "2"], ["  revenue (points)", "200"], ["  cancelled", "3"], ["  given back (points)", "135"],
                    ["  fees kept (points)", "15"], ["  net (points)", "215"], ["  left to buyers (points)", "385"],
                    ["  paid", "1"], ["  paid and cancelled", "1"], ["  audit", "clean"]):
            self.assertIn([row[0], row[1]], told)

    def test_nothing_new_is_told_where_nothing_new_is_asked_for(self):
        head, *rows = BUYERS.splitlines()
        for content in (BUYERS, "\n".join([f"{head},count", f"{rows[0]},", *(f"{row},1" for row in rows[1:])])):
            with self.subTest(content):
                self.put("buyers.csv", content)
                done = self.run_onsale("--db", "sale.db")
                speed = ("  seconds", "  commands per second", "  latency")
                self.assertEqual([line for line in done.stdout.splitlines() if not line.startswith(speed)], REPORT.splitlines())
                self.assertEqual(self.ask("SELECT version, seats_per_order, refund_steps FROM sales"), [(1, 1, "[]")])
                for path in self.dir.glob("sale.db*"):
                    path.unlink()

    def test_the_terms_are_those_that_the_buyers_need(self):
        in_force = "SELECT seats_per_order, json_array_length(refund_steps) FROM sales ORDER BY version DESC LIMIT 1"
        for rows, terms in ((["a,0,any,pay,3", "b,0,any,pay,50"], (50, 0)), (["c,0,any,pay,7"], (50, 0)), (["d,0,any,cancel,"], (50, 2))):
            self.buyers(*rows)
            self.sale("--db", "sale.db", tells_more=True)
            self.assertEqual(self.ask(in_force), [terms])
        self.assertEqual(self.ask("SELECT max(version) FROM sales"), [(3,)])

    def test_a_group_takes_the_wanted_seat_and_those_beside_it(self):
        for want, count, seats in (("S-1", 2, ["S-1", "S-2"]), ("near", 3, ["S-0", "S-1", "S-2"]), ("S-3", 3, ["S-3", "S-4", "S-5"]),
                                   ("any", 6, ["S-0", "S-1", "S-2", "S-3", "S-4", "S-5"])):
            with self.subTest(want):
                self.buyers(f"ann,600,{want},retry,{count}")
                report = self.sale("--db", "sale.db", tells_more=True)
                self.assertEqual((report["paid"], report["sold"], report["refusals"]), (1, count, {}))
                self.assertEqual(self.seats_of("ann"), seats)
                for path in self.dir.glob("sale.db*"):
                    path.unlink()

    def test_a_group_takes_what_all_of_them_can_pay(self):
        self.buyers("ann,200,any,pay,3")
        for seed in range(6):  # one of 100 and two of 50 would do; two of 100 would not
            self.assertEqual(self.sale("--seed", str(seed), tells_more=True)["paid"], 1)

    def test_a_refused_group_takes_others_than_those_that_were_named(self):
        self.buyers("ann,600,any,pay,3", "bob,600,any,pay,3")
        refused = 0
        for seed in range(12):
            report = self.sale("--seed", str(seed), tells_more=True)
            self.assertEqual((report["paid"], report["sold"]), (2, 6))
            self.assertEqual(set(report["refusals"]) - {"seat_unavailable"}, set())
            # Each refusal names at least one seat that is not asked for again.
            self.assertLessEqual(report["refusals"].get("seat_unavailable", 0), 3)
            refused += report["refusals"].get("seat_unavailable", 0)
        self.assertGreater(refused, 0)

    def test_a_group_larger_than_the_hall_goes_home(self):
        self.buyers("ann,1000,any,pay,7", "bob,1000,near,cancel,4")
        report = self.sale(tells_more=True)
        self.assertEqual((report["unserved"], report["paid_and_cancelled"], report["cancelled"], report["sold"]), (1, 1, 4, 0))

    def test_cancelled_seats_are_sold_again(self):
        self.buyers("early,450,any,cancel,6", *(f"late{n},100,any,pay," for n in range(4)))
        times = 0
        for seed in range(20):
            report = self.sale("--seed", str(seed), "--capacity", "1", "--active-seconds", "3600", tells_more=True)
            if report["cancelled"] == 0:
                continue  # somebody was before "early", and the hall was no longer empty
            # Those who came to a hall that was sold out looked again.
            self.assertGreater(report["sold"], 0, seed)
            times += 1
        self.assertGreater(times, 0)

    def test_another_run_cancels_what_is_left_to_cancel(self):
        self.buyers("ann,100,near,pay,", "bob,200,far,cancel,2")
        first = self.sale("--db", "sale.db", tells_more=True)
        self.assertEqual((first["sold"], first["cancelled"], first["fees"]), (1, 2, 10))
        again = self.sale("--db", "sale.db", tells_more=True)
        self.assertEqual({**again, "seconds": 0, "commands": 0}, {**first, "seconds": 0, "commands": 0})
        self.buyers("ann,100,near,cancel,", "bob,200,far,cancel,2")
        last = self.sale("--db", "sale.db", tells_more=True)
        self.assertEqual((last["sold"], last["cancelled"], last["fees"], last["paid_and_cancelled"]), (0, 3, 20, 2))
        self.assertEqual(self.ask("SELECT count(*) FROM tokens"), [(2,)])  # nobody joined a second time

    def test_what_was_sold_for_good_stays_sold(self):
        self.put("buyers.csv", "user,points,want,behaviour\nann,100,near,pay\n")
        self.sale("--db", "sale.db")
        self.put("buyers.csv", "user,points,want,behaviour\nann,100,near,cancel\n")
        report = self.sale("--db", "sale.db", tells_more=True)
        self.assertEqual((report["paid"], report["sold"], report["refusals"]), (1, 1, {"cancel_closed": 1}))


if __name__ == "__main__":
    unittest.main()
