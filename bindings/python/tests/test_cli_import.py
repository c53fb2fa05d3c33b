"""``import`` and ``users``: what comes from files."""

from __future__ import annotations

import datetime
import json
import os
import unittest
import uuid
from typing import Any, Dict, List

from .cli_support import DAY, PRICES, CliTest, plan, plan_seat
from .support import DATE, ROOT
import boxoffice  # noqa: E402
from boxoffice import Price, SeatState  # noqa: E402
from boxoffice.cli import users  # noqa: E402

DATA = ROOT / "examples" / "data"


class ImportTest(CliTest):
    def import_it(self, which: Any, prices: Any = PRICES, *more: object) -> Dict[str, Any]:
        hall, costs = self.write("hall.json", which), self.write("prices.csv", prices)
        said: Dict[str, Any] = self.json("import", hall, costs, "--date", DAY, "--create", *more)
        return said

    def refuse(self, which: Any, prices: Any = PRICES, *more: object) -> str:
        hall, costs = self.write("hall.json", which), self.write("prices.csv", prices)
        said = self.refused("import", hall, costs, "--date", DAY, "--create", *more)
        self.assertFalse(os.path.exists(self.db))  # nothing is left behind
        return said

    def seats(self) -> List[boxoffice.Seat]:
        with self.office() as office:
            return office.seats(office.find_concert(DATE).id)

    def test_a_plan_becomes_a_concert(self) -> None:
        said = self.import_it(plan(plan_seat("1"), plan_seat("2", "Kat B"), plan_seat("10")))
        self.assertEqual((said["seats"], said["made_office"], said["prices"]), (3, True, []))
        nothing: Dict[str, Any] = {"seats": 0, "without_category": 0, "categories": []}
        self.assertEqual(said["not_for_sale"], nothing)
        self.assertEqual((said["concert"]["title"], said["concert"]["date"]), ("Stadthalle", DAY))
        seat = self.seats()[1]
        self.assertEqual(
            (seat.number, seat.label, seat.section, seat.row, seat.category, seat.price),
            ("S-2", "2", "Parkett", "1", "Kat B", 50),
        )
        self.assertEqual((seat.x, seat.y), (100 + 10.5 + 50, 10 + 25.25 + 0.5))

    def test_the_same_as_the_example_makes_of_its_files(self) -> None:
        self.json("import", DATA / "hall.json", DATA / "prices.csv", "--date", DAY, "--create")
        seats = self.seats()
        self.assertEqual(len(seats), 1_248)
        self.assertEqual({one.price for one in seats}, {198_000, 165_000, 132_000, 99_000})
        self.assertEqual({one.state for one in seats}, {SeatState.AVAILABLE})

    def test_seats_without_a_price_or_a_category_are_not_for_sale(self) -> None:
        """Plans hold a technician's place, or a category that has no price yet."""
        missing = plan_seat("4")
        del missing["category"]
        seats = (
            plan_seat("1", None),
            plan_seat("2", ""),
            missing,
            plan_seat("5", "Technik"),
            plan_seat("6", "nowhere listed"),
            plan_seat("7"),
        )
        which = plan(*seats, categories=("Kat A", "Kat B", "Technik"))
        said = self.import_it(which, "category,points\nKat A,100\n")
        self.assertEqual(
            said["not_for_sale"],
            {
                "seats": 5,
                "without_category": 3,
                "categories": [
                    {"category": "Kat B", "seats": 0},
                    {"category": "Technik", "seats": 1},
                    {"category": "nowhere listed", "seats": 1},
                ],
            },
        )
        by_state = {one.number: (one.state, one.price) for one in self.seats()}
        self.assertEqual(by_state["S-7"], (SeatState.AVAILABLE, 100))
        del by_state["S-7"]
        self.assertEqual(set(by_state.values()), {(SeatState.BLOCKED, 0)})

    def test_seats_named_by_uuids_have_labels_for_people(self) -> None:
        guids = [str(uuid.UUID(int=i)) for i in range(3)]
        seats = [plan_seat(str(i + 1), seat_guid=guid) for i, guid in enumerate(guids)]
        self.import_it(plan(*seats))
        self.assertEqual({one.number: one.label for one in self.seats()}, dict(zip(guids, "123")))

    def test_a_plan_that_is_wrong_says_where(self) -> None:
        one = plan_seat("1")
        zone = "zones[0].rows[0]"
        far = {**one, "position": {"x": 1e308, "y": 0}}
        for which, word in (
            ("{", "expected JSON"),
            ("[" * 100_000, "too deep"),
            ([], "the plan: expected an object"),
            ({"name": "x", "zones": []}, 'expected a member "categories" (an array)'),
            ({"name": 1, "categories": [], "zones": []}, "name: expected a string"),
            (plan(), "expected at least one seat"),
            (plan(one, one), "zones[0].rows[0].seats[1].seat_guid"),
            (plan({**one, "category": 7}), f"{zone}.seats[0].category: expected a string"),
            (plan({**one, "position": {"x": True, "y": 0}}), "position.x: expected a number"),
            (plan({**one, "position": {"x": 0}}), 'expected a member "y"'),
            ('{"name": "x", "categories": [], "zones": [{"rows": 7}]}', "zones[0].rows: expected an array"),
            (json.dumps(plan(far)).replace("1e+308", "1e999"), "expected a number"),
            (plan({**one, "seat_guid": "a\nb"}), 'found "a?b"'),
            (plan({**one, "seat_guid": "x" * 65}), "1 to 64 bytes"),
            (plan(one, categories=("Kat A", "Kat A")), 'found "Kat A" again'),
            (b"\xff\xfe{\0}\0", "this is UTF-16"),
            (b'{"name": "\xe4"}', "line 1: expected UTF-8"),
        ):
            with self.subTest(word=word):
                said = self.refuse(which)
                self.assertIn("hall.json", said)
                self.assertIn(word, said)

    def test_prices_as_people_have_them(self) -> None:
        """With semicolons, a byte order mark, rows that were cleared, names in capitals."""
        for prices in (
            "\ufeffcategory;points\r\nKat A;100\r\nKat B;50\r\n;\r\n",
            "sep=;\ncategory;points\nKat A;100\nKat B;50\n",
            "note\tPoints \tCATEGORY\n\t100\tKat A\n\t50\tKat B\n",
            '"category","points"\n"Kat A","100"\n\n"Kat B",50',
        ):
            with self.subTest(prices=prices):
                self.import_it(plan(plan_seat("1"), plan_seat("2", "Kat B")), prices, "--again")
        with self.office() as office:
            prices_of = [[seat.price for seat in office.seats(one.id)] for one in office.concerts(DATE)]
        self.assertEqual(prices_of, [[100, 50]] * 4)

    def test_prices_that_are_wrong_say_where(self) -> None:
        for prices, word in (
            ("", "line 1: expected a header category,points, found nothing"),
            ("category,price\nKat A,1\n", '"points" is missing among "category,price"'),
            ("category,points,points\n", 'found "points" twice'),
            ("category,points\nKat A,1.5\n", "line 2: points: expected a whole number"),
            ("category,points\nKat A,-1\n", "line 2: points"),
            ("category,points\nKat A,1000000000001\n", "line 2: points"),
            ("category,points\nKat A,1\n\nKat A,2\n", 'line 4: expected each category once, found "Kat A"'),
            ("category,points\nKat A\n", "line 2: expected 2 fields as in the header, found 1"),
            ('category,points\n"Kat A,1\n', "line 2: expected CSV"),
            ("sep=x\ncategory,points\n", "line 1: expected sep="),
            ("category,points\nKat A\0,1\n", "line 2: a NUL byte"),
            ("category,points,type\nKat A,1,child\n", "needs a row without a type as well"),
        ):
            with self.subTest(prices=prices):
                said = self.refuse(plan(plan_seat("1")), prices)
                self.assertIn("prices.csv", said)
                self.assertIn(word, said)

    def test_a_price_for_what_is_not_on_the_plan_is_told(self) -> None:
        hall = self.write("hall.json", plan(plan_seat("1")))
        prices = self.write("prices.csv", PRICES + "Kat C,1\n")
        said = self.run_cli("import", hall, prices, "--date", DAY, "--create")
        self.assertIn('line 4: "Kat C" is not on the plan', said.err)
        self.assertIn("1 seat\n", said.out)

    def test_types_of_ticket_are_on_sale_from_the_first_moment(self) -> None:
        prices = "category,type,points\nKat A,,100\nKat A,child,60\nKat B,,50\n"
        said = self.import_it(plan(plan_seat("1"), plan_seat("2", "Kat B")), prices)
        told = [(one["category"], one["price"]) for one in said["prices"]]
        self.assertEqual(told, [("Kat A", 100), ("Kat A", 60), ("Kat B", 50)])
        with self.office() as office:
            concert = office.find_concert(DATE).id
            (child,) = office.types(concert)
            self.assertIn(Price("Kat A", 60, child.id), office.tariff(concert))
            names = [one.name for one in office.events()]
            self.assertLess(names.index("tariff_changed"), names.index("seats_added"))

    def test_a_window_a_pause_and_a_time_come_before_the_seats(self) -> None:
        said = self.import_it(
            plan(plan_seat("1")), PRICES, "--title", "Winter", "--starts-at", f"{DAY}T19:30+09:00",
            "--opens-at", "2030-12-01T00:00Z", "--closes-at", "2030-12-24T00:00Z", "--paused", "--hidden",
        )  # fmt: skip
        concert = said["concert"]
        self.assertEqual((concert["starts_at"], concert["is_hidden"]), (f"{DAY}T10:30:00.000000Z", True))
        sale = self.json("sale", "show", concert["id"])["sale"]["terms"]
        self.assertEqual((sale["opens_at"], sale["is_paused"]), ("2030-12-01T00:00:00.000000Z", True))
        with self.office() as office:
            names = [one.name for one in office.events()]
            self.assertLess(names.index("sale_changed"), names.index("seats_added"))

    def test_a_hidden_concert_is_not_made_twice_either(self) -> None:
        self.import_it(plan(plan_seat("1")), PRICES, "--hidden")
        hall, costs = self.folder / "hall.json", self.folder / "prices.csv"
        said = self.refused("import", hall, costs, "--date", DAY, "--hidden")
        self.assertIn("is there already", said)

    def test_what_was_half_made_is_taken_away(self) -> None:
        hall, prices = self.write("hall.json", plan(plan_seat("1"))), self.write("prices.csv", PRICES)
        window = ("--opens-at", "2030-12-02T00:00Z", "--closes-at", "2030-12-01T00:00Z")
        said = self.refused("import", hall, prices, "--date", DAY, "--create", *window)
        self.assertIn("opens_at: from 1970 on, and before closes_at", said)
        self.assertEqual(self.json("concerts", "--all")["concerts"], [])

    def test_twice_is_once_unless_it_is_meant(self) -> None:
        self.import_it(plan(plan_seat("1")))
        hall, prices = self.folder / "hall.json", self.folder / "prices.csv"
        self.assertIn("is there already", self.refused("import", hall, prices, "--date", DAY))
        self.run_cli("import", hall, prices, "--date", DAY, "--again")
        self.run_cli("import", hall, prices, "--date", DAY, "--title", "Matinee")
        self.assertEqual(len(self.json("concerts")["concerts"]), 3)
        self.assertIn("name one by its id", self.refused("report", DAY))

    def test_no_house_is_made_by_a_typo(self) -> None:
        hall, prices = self.write("hall.json", plan(plan_seat("1"))), self.write("prices.csv", PRICES)
        self.assertIn("sale.db: no such file", self.refused("import", hall, prices, "--date", DAY))
        self.assertFalse(os.path.exists(self.db))
        self.assertIn("hall.jso: cannot be read", self.refused("import", "hall.jso", prices, "--date", DAY))
        self.refused("import", hall, prices, "--date", "24.12.2030", code=2)


class UsersTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.make_house()

    def import_it(self, text: str, *more: object, code: int = 0) -> Dict[str, Any]:
        said: Dict[str, Any] = self.json("users", "import", self.write("buyers.csv", text), *more, code=code)
        return said

    def balance(self, name: str) -> int:
        balance: int = self.json("users", "show", name)["user"]["balance"]
        return balance

    def test_a_file_has_one_effect_however_often(self) -> None:
        text = "user,points\nmina,1000\njuno,0\nsora,\n"
        first = self.import_it(text)
        counts = ("users", "created", "recharged", "left_alone", "points", "failed")
        self.assertEqual([first[one] for one in counts], [3, 3, 1, 0, 1_000, []])
        for _ in range(2):
            again = self.import_it(text)
            self.assertEqual([again[one] for one in counts], [3, 0, 0, 1, 0, []])
        self.assertEqual([self.balance(one) for one in ("mina", "juno", "sora")], [1_000, 0, 0])
        self.audit()

    def test_also_when_the_store_has_forgotten_the_keys(self) -> None:
        """It remembers them for a day; the ledger has the points for ever."""
        forgetful: Dict[str, Any] = {"idempotency_ttl": datetime.timedelta(milliseconds=1)}
        os.remove(self.db)
        self.make_house(**forgetful)
        text = "user,points\nmina,1000\n"
        self.import_it(text)
        key = users._key("", "mina")
        with self.office(**forgetful) as office:
            mina = office.find_user("mina")
            self.assertEqual(office.recharge(mina, 5, key=key).balance, 1_005)
        self.assertEqual(self.import_it(text)["recharged"], 0)
        self.assertEqual(self.balance("mina"), 1_005)

    def test_one_that_broke_off_is_ended_by_its_repetition(self) -> None:
        self.run_cli("users", "create", "mina")
        said = self.import_it("user,points\nmina,1000\njuno,500\n")
        self.assertEqual((said["created"], said["recharged"], said["points"]), (1, 2, 1_500))

    def test_a_top_up_is_once_a_name(self) -> None:
        text = "user,points\nmina,1000\n"
        self.import_it(text)
        for expected in (1, 0):
            said = self.import_it(text, "--top-up", "spring")
            self.assertEqual((said["recharged"], said["left_alone"]), (expected, 1 - expected))
        self.import_it(text, "--top-up", "summer")
        self.assertEqual(self.balance("mina"), 3_000)
        changed = self.import_it(text.replace("1000", "7"), "--top-up", "summer", code=1)
        self.assertEqual(changed["failed"], [{"line": 2, "user": "mina", "error": "idempotency_conflict"}])

    def test_a_balance_without_room_is_named_and_the_others_go_on(self) -> None:
        self.import_it("user,points\nmina,1000000000000\n")
        with self.office() as office:
            mina = office.find_user("mina")
            office.batch([boxoffice.Recharge(mina, 10**12)] * 9_006).check()
        more = self.write("b.csv", "user,points\nmina,1000000000000\njuno,1\n")
        said = self.run_cli("users", "import", more, "--top-up", "x", code=1)
        self.assertRegex(said.err, r'line 2: "mina": balance_limit')
        self.assertEqual(self.balance("juno"), 1)

    def test_the_examples_buyers(self) -> None:
        """Columns that say what they want are not read."""
        said = self.json("users", "import", DATA / "buyers.csv")
        self.assertEqual((said["users"], said["created"], said["recharged"]), (3_000, 3_000, 2_936))
        again = self.json("users", "import", DATA / "buyers.csv")
        self.assertEqual((again["created"], again["recharged"], again["left_alone"]), (0, 0, 2_936))

    def test_spreadsheets_files(self) -> None:
        self.import_it("user;points;want;behaviour\nmina;1000;any;pay\njuno;1000;Kat B;pay\n")
        self.import_it("user,points,want,behaviour\nsora,7,any,pay\n,,,\n,,,\n")
        self.assertEqual([self.balance(one) for one in ("mina", "juno", "sora")], [1_000, 1_000, 7])

    def test_a_file_with_a_slip_in_it_does_nothing(self) -> None:
        for text, word in (
            ("name,points\nmina,1\n", '"user" is missing'),
            ("user,points\nmina,1\nmina,2\n", "line 3: user: expected each user once (also on line 2)"),
            ("user,points\nmina,1\njuno,-1\n", "line 3: points: expected a whole number"),
            ("user,points\nmina,1\njuno,٣\n", "line 3: points"),
            ("user,points\nmina,1\n,5\n", "line 3: user: expected 1 to 255 bytes"),
            ("user,points\nmina,1\n" + "x" * 256 + ",5\n", "line 3: user: expected 1 to 255 bytes"),
            ('user,points\nmina,1\n"a\nb",5\n', "line 3: user: expected 1 to 255 bytes without control"),
        ):
            with self.subTest(word=word):
                said = self.refused("users", "import", self.write("b.csv", text))
                self.assertIn(word, said)
        self.assertIn("unknown_user", self.refused("users", "show", "mina"))

    def test_create_and_show(self) -> None:
        said = self.json("users", "create", "mina", "안다자")
        self.assertEqual([one["external_id"] for one in said["users"]], ["mina", "안다자"])
        self.assertEqual(self.json("users", "show", "안다자")["user"]["id"], said["users"][1]["id"])
        again = self.run_cli("users", "create", "mina", "sora", code=1)
        self.assertIn('"mina": user_exists', again.err)
        self.assertIn("sora", again.out)

    def test_show_tells_the_story(self) -> None:
        (reservation,) = self.sell("mina")
        self.run_cli("refund", boxoffice.id_text(reservation), 300, "--reason", "no view")
        said = self.json("users", "show", "mina")
        self.assertEqual(said["user"]["balance"], 9_300)
        (row,) = said["reservations"]
        told = (row["id"], row["state"], row["refunded"])
        self.assertEqual(told, (boxoffice.id_text(reservation), "confirmed", 300))
        self.assertEqual([one["kind"] for one in said["transfers"]], ["refund", "payment", "recharge"])
        text = self.run_cli("users", "show", "mina").out
        for word in ("9,300 points", "stalls A A-1", "-1,000", "no view"):
            self.assertIn(word, text)
        short = self.json("users", "show", "mina", "--limit", 1)
        self.assertEqual((len(short["reservations"]), len(short["transfers"])), (1, 1))


if __name__ == "__main__":
    unittest.main()
