"""D2: plans hold seats that nobody is to buy (a technician's place, a category that has no price yet): the whole plan was
refused for them. Now those seats are made blocked in the same commit, and who imports is told how many and why.
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from server import ADMIN_KEY, BINARY
from support import HttpTest, day, only_server
from test_d1_buyers_read_machine_ids import plan, seat

ONSALE = os.environ.get("ONSALE") or str(Path(BINARY).with_name("onsale"))  # built beside the server

MISSING = object()


def hall(*categories):
    """One seat for each: "1", "2" …"""
    seats = []
    for number, category in enumerate(categories, 1):
        one = seat(f"S-{number}", str(number), category=category)
        if category is MISSING:
            del one["category"]
        seats.append(one)
    return plan(*seats)


@only_server
class Imports(HttpTest):
    concerts = ()
    one_server_a_test = True

    def put_on_sale(self, which, prices):
        body = {"date": day(1), "title": "Winter", "plan": which, "prices": prices}
        answer = self.server.send("POST", "/api/admin/concerts", body, {"X-Admin-Key": ADMIN_KEY})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def states(self):
        return [(one["state"], one["price"]) for one in self.server.get("/api/concert/map", date=day(1))["seats"]]

    def test_seats_without_a_category_are_blocked_and_the_rest_sells(self):
        made = self.put_on_sale(hall(None, MISSING, "", "Kat A", "Kat B"), {"Kat A": 100, "Kat B": 50})
        self.assertEqual(made["seats"], 5)
        self.assertEqual(made["notForSale"], {"seats": 3, "withoutCategory": 3, "categories": []})
        self.assertEqual(self.states(), [("blocked", 0)] * 3 + [("available", 100), ("available", 50)])
        self.assertEqual(self.server.get("/api/concert/seat", date=day(1))["availableSeats"], ["S-4", "S-5"])
        user, token = self.new_buyer(100)
        self.assertEqual(self.hold(user, token, "S-1")["code"], "seat_unavailable")
        self.pay(user, token, self.held(user, token, "S-4"))
        self.assertEqual(self.server.audit(), [])

    def test_a_category_that_no_price_names_is_not_for_sale(self):
        made = self.put_on_sale(hall("Kat A", "Kat B", "Kat B", "Technik"), {"Kat A": 100})
        categories = [{"category": "Kat B", "seats": 2}, {"category": "Technik", "seats": 1}]
        self.assertEqual(made["notForSale"], {"seats": 3, "withoutCategory": 0, "categories": categories})
        self.assertEqual(self.states(), [("available", 100)] + [("blocked", 0)] * 3)
        sections = self.server.get("/api/concert/map", date=day(1))["sections"]
        self.assertEqual([(one["minPrice"], one["maxPrice"]) for one in sections], [(100, 100)])

    def test_an_unused_category_needs_no_price(self):
        made = self.put_on_sale(hall("Kat A"), {"Kat A": 100})
        self.assertEqual(
            made["notForSale"],
            {"seats": 0, "withoutCategory": 0, "categories": [{"category": "Kat B", "seats": 0}]},
        )
        self.assertEqual(self.states(), [("available", 100)])

    def test_a_plan_of_tables_without_any_category_is_taken(self):
        tables = {**hall("", ""), "categories": []}
        self.assertEqual(self.put_on_sale(tables, {})["notForSale"]["withoutCategory"], 2)
        self.assertEqual(self.server.get("/api/concert/date")["dates"], [])

    def test_a_category_that_only_its_seats_name_is_priced_by_its_name(self):
        self.put_on_sale({**hall("Kat A"), "categories": []}, {"Kat A": 100})
        self.assertEqual(self.states(), [("available", 100)])


@only_server
class OnSale(unittest.TestCase):
    def sale(self, *flags):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "plan.json").write_text(json.dumps(hall(None, "Kat A", "Kat B", "Technik")), "utf-8")
            (folder / "prices.csv").write_text("category,points\nKat A,100\n", "utf-8")
            buyers = ["mina,1000,any,pay", "juno,1000,Kat B,pay", "hana,1000,S-1,pay", "yuna,1000,S-4,pay"]
            (folder / "buyers.csv").write_text("\n".join(["user,points,want,behaviour", *buyers]), "utf-8")
            command = [ONSALE, "--plan", "plan.json", "--prices", "prices.csv", "--buyers", "buyers.csv"]
            return subprocess.run(
                [*command, "--date", "2026-12-24", "--threads", "1", *flags],
                cwd=folder, capture_output=True, text=True, timeout=60,
            )

    def test_the_sale_goes_on_with_what_is_for_sale(self):
        done = self.sale("--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        report = json.loads(done.stdout)
        self.assertEqual(
            report["not_for_sale"], {"seats": 3, "without_category": 1, "categories": {"Kat B": 1, "Technik": 1}}
        )
        self.assertEqual((report["seats"], report["sold"], report["revenue"]), (4, 1, 100))
        self.assertEqual(report["audit"], [])

    def test_the_table_says_how_many_and_which(self):
        table = [line.split() for line in self.sale().stdout.splitlines()]
        self.assertIn(["not", "for", "sale", "3"], table)
        self.assertIn(["without", "a", "category", "1"], table)
        self.assertIn(["no", "price", "for", '"Kat', 'B"', "1"], table)


if __name__ == "__main__":
    unittest.main()
