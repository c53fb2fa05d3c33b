"""GET /api/concert/plan, /states, /programme: a large hall told compactly, and halls that come in by request and by flag."""

import gzip
import json
import random
import subprocess
import tempfile
import unittest
import uuid
from pathlib import Path

from server import ADMIN_KEY
from support import DATE, ROOT, SEAT, TOKEN, CommandLineTest, HttpTest, Server, bearer, day, only_server, seats

def steps(listed, count):
    """What a list of steps stands for."""
    value, out = listed[0], []
    for i in range(count):
        if i > 0 and len(listed) > 1:
            value += listed[min(i, len(listed) - 1)]
        out.append(value)
    return out


def read_plan(plan):
    """The seats of a plan, in its order, as the map has them."""
    out = []
    for section in plan["sections"]:
        for row in section["rows"]:
            count, labels = row["count"], row["labels"]
            if isinstance(labels[0], int):
                labels = [str(label) for label in steps(labels, count)]
            for i in range(count):
                kind = plan["categories"][steps(row["category"], count)[i]]
                numbers = row.get("numbers")
                pattern = section["numbers"]
                out.append(
                    {
                        "number": numbers[i] if numbers else pattern.replace("{r}", row["row"]).replace("{l}", labels[i]),
                        "label": labels[i],
                        "section": section["name"],
                        "row": row["row"],
                        "category": kind["category"],
                        "price": kind["price"],
                        "x": steps(row["x"], count)[i] * plan["unit"],
                        "y": steps(row["y"], count)[i] * plan["unit"],
                    }
                )
    return out


CHANCE = random.Random(7)


def machine_name():
    return str(uuid.UUID(int=CHANCE.getrandbits(128)))


LETTERS = {"available": "a", "held": "h", "sold": "s", "blocked": "b", "mine": "m"}


class HallTest(HttpTest):
    def plan(self, headers=None, **query):
        return self.server.get("/api/concert/plan", headers, **{"date": day(1), **query})

    def states(self, token=None, headers=None, **query):
        asked = {**(bearer(token) if token else {}), **(headers or {})}
        return self.server.get("/api/concert/states", asked, **{"date": day(1), **query})

    def zipped(self, path, encoding, **query):
        """The answer to who takes that encoding: its coding, and its content."""
        target = f"{path}?date={day(1)}" + "".join(f"&{name}={value}" for name, value in query.items())
        answer = self.server.send("GET", target, headers={"Accept-Encoding": encoding}, check=False)
        self.assertEqual(answer.status, 200)
        self.assertIn("Accept-Encoding", answer.headers["vary"])
        coding = answer.headers.get("content-encoding")
        body = gzip.decompress(answer.body) if coding == "gzip" else answer.body
        return coding, json.loads(body), answer


@only_server
class Plans(HallTest):
    curved = [
        {"number": machine_name(), "label": label, "section": section, "row": row,
         "category": "near" if row == "2" else "", "price": 100 + int(row), "x": 25.5 * place + 0.25 * int(row), "y": 30 * int(row) + 0.5 * place**2}
        for section in ("stalls", "balcony <b>")
        for row in ("10", "2")
        for place, label in enumerate(["1", "2", "10", "3a", "ä \"x\""])
    ]  # fmt: skip
    named = [
        {"number": f"F{floor}-{row}-{label}", "label": str(label), "section": f"floor {floor}", "row": str(row), "category": "A",
         "price": 50, "x": 24 * label, "y": 30 * row + 300 * floor}
        for floor in (2, 1)
        for row in range(1, 12)
        for label in range(2, 40, 2)
    ]  # fmt: skip
    concerts = (
        (1, "Named", named),
        (2, "Curved", curved),
        (3, "Bare", seats(*range(1, 31), "VIP")),
        (4, "Without seats", []),
        (5, "One", seats("1")),
        (5, "Another", seats("2")),
    )

    def same_as_map(self, on):
        plan = self.plan(date=on).json()
        said = {seat["number"]: seat for seat in self.server.get("/api/concert/map", date=on)["seats"]}
        told = read_plan(plan)
        self.assertEqual((len(told), plan["seats"]), (len(said), len(said)))
        for seat in told:
            known = {name: value for name, value in said[seat["number"]].items() if name != "state"}
            for axis in "xy":
                self.assertAlmostEqual(seat.pop(axis), known.pop(axis), delta=0.011)
            self.assertEqual(seat, known)
        return plan, told

    def test_the_plan_has_what_the_map_has(self):
        plan, told = self.same_as_map(day(1))
        self.assertEqual([section["numbers"] for section in plan["sections"]], ["F2-{r}-{l}", "F1-{r}-{l}"])
        row = plan["sections"][0]["rows"][0]
        self.assertEqual((row["labels"], row["y"]), ([2, 2], [row["y"][0]]), "even steps are said once")
        self.assertEqual([seat["label"] for seat in told[:4]], ["2", "4", "6", "8"])
        self.assertEqual([one["row"] for one in plan["sections"][0]["rows"]], [str(n) for n in range(1, 12)], "2 before 10")

    def test_a_plan_of_machine_names(self):
        plan, told = self.same_as_map(day(2))
        self.assertEqual([section["numbers"] for section in plan["sections"]], [None, None])
        self.assertEqual(
            [(seat["section"], seat["row"], seat["label"]) for seat in told[:6]],
            [("stalls", "2", label) for label in ("1", "2", "3a", "10", "ä \"x\"")] + [("stalls", "10", "1")],
            "as people read it, whatever the numbers are",
        )

    def test_a_plan_without_places(self):
        plan, told = self.same_as_map(day(3))
        self.assertEqual(([seat["label"] for seat in told[-2:]], plan["unit"]), (["30", "VIP"], 1))
        self.assertEqual(self.plan(date=day(4)).json()["sections"], [])

    def test_the_plan_is_kept_and_not_sent_again(self):
        first = self.plan()
        self.assertEqual(first.headers["cache-control"], "no-cache")
        kept = self.plan(concertId=self.concert_ids[0])
        self.assertIn("max-age=", kept.headers["cache-control"])
        self.assertEqual(self.plan({"If-None-Match": first.headers["etag"]}).status, 304)
        user, token = self.new_buyer()
        self.held(user, token, "F1-1-2")
        self.assertEqual(self.plan({"If-None-Match": first.headers["etag"]}).status, 304, "states are no part of it")
        self.assertEqual(f'"{self.states()["plan"]}"', first.headers["etag"])

    def test_compressed_for_who_takes_it(self):
        plain = self.plan()
        for encoding in ("gzip", "br, gzip", "GZIP;q=0.5", "deflate,x-gzip"):
            with self.subTest(encoding=encoding):
                coding, said, answer = self.zipped("/api/concert/plan", encoding)
                self.assertEqual((coding, said), ("gzip", plain.json()))
                self.assertNotEqual(answer.headers["etag"], plain.headers["etag"])
                self.assertLess(len(answer.body), len(plain.body) / 2)
        for encoding in ("", "identity", "br", "gzip;q=0", "gzip; q=0.000", "xgzip"):
            with self.subTest(encoding=encoding):
                coding, said, answer = self.zipped("/api/concert/plan", encoding)
                self.assertEqual((coding, said), (None, plain.json()))
        known = self.zipped("/api/concert/plan", "gzip")[2].headers["etag"]
        self.assertEqual(self.plan({"If-None-Match": known, "Accept-Encoding": "gzip"}).status, 304)
        self.assertEqual(self.plan({"If-None-Match": known}).status, 200)

    def test_the_numbers_of_some_seats(self):
        told = read_plan(self.plan(date=day(2)).json())
        for places in ([0], [3, 1, 3], [len(told) - 1]):
            with self.subTest(places=places):
                asked = ",".join(map(str, places))
                said = self.server.get("/api/concert/numbers", date=day(2), seats=asked)
                self.assertEqual(said["numbers"], [told[place]["number"] for place in places])
                self.assertEqual(said["plan"], self.states(date=day(2))["plan"])
        for wrong in ("", "x", "1,", ",1", "-1", "1.5", str(len(told)), ",".join(["1"] * 51)):
            with self.subTest(wrong=wrong):
                said = self.server.get("/api/concert/numbers", date=day(2), seats=wrong)
                self.assert_refused(said, 400, "invalid_argument", DATE)
        self.assertEqual(len(self.server.get("/api/concert/numbers", date=day(2), seats=",".join(["1"] * 50))["numbers"]), 50)

    def test_refused_as_the_map_is(self):
        for path in ("/api/concert/plan", "/api/concert/states", "/api/concert/numbers"):
            for date in ("", "2024-2-3", "tomorrow"):
                with self.subTest(path=path, date=date):
                    self.assert_refused(self.server.get(path, date=date), 400, "invalid_date", DATE)
            self.assert_refused(self.server.get(path, date=day(9)), 404, "unknown_concert", SEAT)
            self.assert_refused(self.server.get(path, date=day(1), concertId="x"), 404, "unknown_concert", SEAT)
            ambiguous = self.server.get(path, date=day(5))
            self.assert_refused(ambiguous, 400, "ambiguous_concert", DATE)
            self.assertEqual(len(ambiguous["concerts"]), 2)
        self.assert_refused(self.states("A" * 68), 401, "invalid_token", TOKEN)


@only_server
class States(HallTest):
    concerts = ((1, "Winter", seats("c", "a", "b", "d", "e", price=100)),)
    one_server_a_test = True

    def agrees(self, token=None):
        """The states are those of the map, seat by seat."""
        said = self.states(token).json()
        on_map = self.server.get("/api/concert/map", bearer(token) if token else {}, date=day(1))["seats"]
        letters = {seat["number"]: LETTERS[seat["state"]] for seat in on_map}
        self.assertEqual(said["states"], "".join(letters[seat["number"]] for seat in read_plan(self.plan().json())))
        return said

    def test_a_letter_a_seat(self):
        self.assertEqual(self.agrees()["states"], "aaaaa")
        user, token = self.new_buyer(1000)
        reservation = self.held(user, token, "b")
        self.assertEqual(self.agrees()["states"], "ahaaa")
        self.assertEqual(self.agrees(token)["states"], "amaaa")
        self.pay(user, token, reservation)
        self.assertEqual(self.agrees()["states"], "asaaa")

    def test_since_a_version_only_what_has_changed(self):
        whole = self.states().json()
        self.assertEqual((whole["isWhole"], whole["title"], whole["sale"]["seatsPerOrder"]), (True, "Winter", 1))
        nothing = self.states(since=whole["version"]).json()
        self.assertEqual((nothing["isWhole"], nothing["states"], nothing["changed"]), (False, "", []))
        for name in ("title", "sale", "types", "prices", "startsAt", "calledOff"):
            self.assertNotIn(name, nothing, "terms that the caller knows are not told again")
        places = {seat["number"]: i for i, seat in enumerate(read_plan(self.plan().json()))}
        mine, token = self.new_buyer(1000)
        self.held(mine, token, "b")
        user, other = self.new_buyer(1000)
        self.held(user, other, "e")
        changed = self.states(since=whole["version"]).json()
        self.assertEqual((changed["states"], changed["changed"]), ("hh", [places["b"], places["e"] - places["b"]]))
        own = self.states(token, since=whole["version"]).json()
        self.assertEqual((own["states"], own["changed"]), ("mh", changed["changed"]))
        self.assertLess(len(self.states(token, since=whole["version"]).body), 400)
        for unknown in ("", "x", "0" * 32, "." + whole["version"], own["version"]):
            with self.subTest(since=unknown):
                said = self.states(since=unknown).json()
                self.assertEqual((said["isWhole"], len(said["states"])), (True, 5))

    def test_new_terms_are_told(self):
        whole = self.states().json()
        self.set_terms(seatsPerOrder=3)
        said = self.states(since=whole["version"]).json()
        self.assertEqual((said["isWhole"], said["sale"]["seatsPerOrder"], said["states"]), (False, 3, ""))
        self.assertNotIn("sale", self.states(since=said["version"]).json())

    def test_tags(self):
        first = self.states()
        tag = first.headers["etag"]
        self.assertEqual(self.states(headers={"If-None-Match": tag}).status, 304)
        user, token = self.new_buyer()
        self.held(user, token, "a")
        self.assertEqual(self.states(headers={"If-None-Match": tag}).status, 200)
        everybodys = self.states().headers["etag"]
        self.assertEqual(self.states(token, headers={"If-None-Match": everybodys}).status, 200)
        self.assertIn("private", self.states(token).headers["cache-control"])


@only_server
class Programmes(HallTest):
    hall = [
        {"number": "1", "price": 120, "category": "R"},
        {"number": "2", "price": 80, "category": "S"},
        {"number": "3", "price": 60, "category": "S"},
    ]
    concerts = ((2, "Later", hall), (1, "Sold out", seats("only", price=7)), (-1, "Yesterday", seats(1)), (3, "Bare", []))
    one_server_a_test = True

    def programme(self, headers=None):
        return self.server.get("/api/concert/programme", headers)

    def listed(self, title):
        return next(one for one in self.programme()["concerts"] if one["title"] == title)

    def test_what_is_on_from_today(self):
        user, token = self.new_buyer(100)
        self.held(user, token, "only")
        said = self.programme()
        self.assertEqual(
            [(one["title"], one["seats"], one["available"], one["priceFrom"]) for one in said["concerts"]],
            [("Sold out", 1, 0, 7), ("Later", 3, 3, 60), ("Bare", 0, 0, None)],
        )
        self.assertEqual(self.programme({"If-None-Match": said.headers["etag"]}).status, 304)

    def test_the_price_of_who_comes_alone(self):
        full = self.new_type("full")
        child = self.new_type("child", needs=full)
        self.set_prices(("S", full, 90), ("S", child, 10), ("R", None, 110))
        self.assertEqual(self.listed("Later")["priceFrom"], 90)
        self.set_terms(isPaused=True)
        self.assertTrue(self.listed("Later")["isPaused"])
        self.of_concert("POST", "/call-off", {"reason": "rain"})
        self.assertEqual(self.listed("Later")["calledOff"]["reason"], "rain")


def generate(directory, count):
    """A hall of the shipped generator: the paths of its plan and prices."""
    script = ROOT / "examples" / "data" / "make_data.py"
    subprocess.run(["/usr/bin/python3", script, "--out", directory, "--seats", str(count), "--buyers", "1"], check=True)
    return Path(directory) / "hall.json", Path(directory) / "prices.csv"


@only_server
class LargeHalls(HallTest):
    """50,000 seats, as the generator writes them: indented, and with a price a category."""

    count = 50_000
    concerts = ()

    def test_by_request_and_small_over_the_wire(self):
        with tempfile.TemporaryDirectory() as directory:
            hall, prices = generate(directory, self.count)
            plan = hall.read_text(encoding="utf-8")
            rows = [line.split(",") for line in prices.read_text(encoding="utf-8").split()[1:]]
        costs = json.dumps({name: int(points) for name, points in rows})
        body = f'{{"date": "{day(1)}", "title": "Arena", "prices": {costs}, "plan": {plan}}}'.encode()
        self.assertGreater(len(body), 8 * 1024 * 1024)
        headers = {"X-Admin-Key": ADMIN_KEY, "Content-Type": "application/json"}
        made = self.server.send("POST", "/api/admin/concerts", body, headers)
        self.assertEqual((made.status, made["seats"]), (200, self.count))
        coding, told, answer = self.zipped("/api/concert/plan", "gzip")
        self.assertEqual((coding, len(read_plan(told))), ("gzip", self.count))
        of_states = self.zipped("/api/concert/states", "gzip")
        self.assertEqual(of_states[1]["states"], "a" * self.count)
        self.assertLess(len(answer.body) + len(of_states[2].body), 150_000)
        user, token = self.new_buyer()
        self.held(user, token, "F1.1-1-1")
        change = self.zipped("/api/concert/states", "gzip", since=of_states[1]["version"])
        self.assertEqual(change[1]["states"], "h")
        self.assertLess(len(change[2].body), 2_000)


@only_server
class MachineNames(HallTest):
    """More seats than their names are told of."""

    hall = [
        {"number": machine_name(), "label": str(place), "section": "s", "row": str(row), "price": 5,
         "x": 24 * place, "y": 30 * row}
        for row in range(1, 71)
        for place in range(1, 31)
    ]  # fmt: skip
    concerts = ((1, "Arena", hall),)

    def test_they_are_asked_for_by_seat(self):
        plan = self.plan().json()
        section = plan["sections"][0]
        self.assertEqual((plan["seats"], section["numbers"]), (2100, None))
        self.assertNotIn("numbers", section["rows"][0])
        self.assertLess(len(self.zipped("/api/concert/plan", "gzip")[2].body), 4_000)
        said = self.server.get("/api/concert/numbers", date=day(1), seats="31,0")
        known = {(seat["row"], seat["label"]): seat["number"] for seat in self.hall}
        self.assertEqual(said["numbers"], [known["2", "2"], known["1", "1"]])


@only_server
class HallsByFlag(CommandLineTest):
    def test_a_hall_by_flag_once(self):
        plan, prices = generate(self.directory, 4_000)
        flags = {"plan": plan, "prices": prices, "title": "Arena", "date": day(3), "db": self.path("house.db")}
        for start in ("first", "second"):
            with self.subTest(start=start):
                server = Server(**flags)
                try:
                    listed = server.get("/api/concert/programme")["concerts"]
                    self.assertEqual([(one["title"], one["date"], one["seats"]) for one in listed], [("Arena", day(3), 4_000)])
                finally:
                    server.close()

    def test_what_is_wrong_is_said(self):
        plan, prices = generate(self.directory, 30)
        self.assert_bad_start("--plan", str(plan), named="--prices")
        self.assert_bad_start("--title", "x", named="--plan")
        self.assert_bad_start("--plan", str(plan), "--prices", self.path("none.csv"), named="none.csv")
        self.assert_bad_start("--plan", str(plan), "--prices", str(prices), "--date", "2026-2-3", named="--date")
        self.assert_bad_start("--plan", str(prices), "--prices", str(prices), named="prices.csv")


if __name__ == "__main__":
    unittest.main()
