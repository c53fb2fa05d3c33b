"""GET /api/admin/concerts/{id}/report: the same figures for a program and for a spreadsheet."""

import csv
import io
import unittest

from support import HttpTest, day, only_server, seats

FORMULA = '=HYPERLINK("http://x.example";"R")'
COLUMNS = ["category", "type", "sold", "cancelled", "gross", "refunds", "net"]


@only_server
class Report(HttpTest):
    concerts = (
        (1, "Winter", seats(1, 2, 3, category="R") + seats(4, price=80, category=FORMULA) + seats(5, price=50)),
        (2, "Odd names", [one for number, name in enumerate(
            ("+1", "-2", "@x", " =1", "＝1", "a,b", 'say "so"', "가;나", "plain", "a-b", "1")
        ) for one in seats(number, price=number, category=name)]),
        (3, "Nothing sold", seats(1)),
    )
    one_server_a_test = True

    def sell(self, numbers, types=None, on=None):
        user, token = self.new_buyer(1000)
        order = self.held_all(user, token, numbers, on=on, **({"types": types} if types else {}))
        self.assertEqual(self.pay(user, token, order["orderId"]).status, 200)
        return user, token, [one["reservationId"] for one in order["seats"]]

    def report(self, concert=0):
        return self.of_concert("GET", "/report", concert=concert).json()

    def csv(self, concert=0, accept="text/csv"):
        answer = self.of_concert("GET", "/report", concert=concert, Accept=accept)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/csv; charset=utf-8"))
        return answer

    def rows(self, answer):
        """As Python's own reader has them, which is told nothing but the encoding."""
        text = answer.body.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))

    def test_figures_by_category_and_type(self):
        self.set_terms(seatsPerOrder=3, refundSteps=[{"until": None, "thousandths": 900}])
        full = self.new_type("일반")
        child = self.new_type("어린이", needs=full)
        self.set_prices(("R", full, 120), ("R", child, 60))
        user, token, ids = self.sell(["1", "2", "3"], [full, child, child])
        self.sell(["4", "5"])
        self.assertEqual(self.cancel(user, token, ids[1])["refund"], 54)
        self.house("POST", "refunds", {"reservationId": ids[0], "amount": 20}, key="r")
        row = lambda *values: dict(zip(["category", "type", "typeName", *COLUMNS[2:]], values))
        said = self.report()
        self.assertCountEqual(
            said["categories"],
            [
                row("", None, None, 1, 0, 50, 0, 50),
                row(FORMULA, None, None, 1, 0, 80, 0, 80),
                row("R", full, "일반", 1, 0, 120, 20, 100),
                row("R", child, "어린이", 1, 1, 120, 54, 66),
            ],
        )
        totals = {name: said[name] for name in ("concertId", "gross", "refunds", "net", "salesBalance")}
        self.assertEqual(
            totals, {"concertId": self.concert_ids[0], "gross": 370, "refunds": 74, "net": 296, "salesBalance": 296}
        )
        answer = self.csv()
        named = f'attachment; filename="sales-{self.concert_ids[0]}.csv"'
        self.assertEqual(answer.headers["content-disposition"], named)
        self.assertTrue(answer.body.startswith(b"\xef\xbb\xbfcategory,type,sold,"))
        self.assertEqual(answer.body.count(b"\n"), answer.body.count(b"\r\n"))
        self.assertTrue(answer.body.endswith(b"\r\n"))
        rows = self.rows(answer)
        self.assertEqual(list(rows[0]), COLUMNS)
        wanted = [
            {**{name: str(one[name]) for name in COLUMNS}, "type": one["typeName"] or ""} for one in said["categories"]
        ]
        for one in wanted:
            if one["category"] == FORMULA:
                one["category"] = "'" + FORMULA
        self.assertEqual(rows, wanted)

    def test_no_name_is_a_formula_and_every_name_is_one_cell(self):
        self.set_terms(1, seatsPerOrder=50)
        names = [one["category"] for one in self.of_concert("GET", concert=1)["categories"]]
        self.sell([str(number) for number in range(len(names))], on=day(2))
        rows = self.rows(self.csv(1))
        self.assertEqual(len(rows), len(names))
        for row in rows:
            self.assertIn(row["category"].removeprefix("'"), names)
            self.assertNotIn(row["category"][0], "=+-@ ＝＋－＠\t\r\n")
            self.assertEqual(row["net"], row["gross"])
        self.assertTrue({"plain", "a-b", "1", "a,b", 'say "so"'} <= {row["category"] for row in rows})

    def test_nothing_sold(self):
        said = self.report(2)
        self.assertEqual((said["categories"], said["net"], said["salesBalance"]), ([], 0, 0))
        self.assertEqual(self.rows(self.csv(2)), [])

    def test_which_kind_is_asked_for(self):
        for accept in ("text/csv", "TEXT/CSV", "text/csv;q=0.5, text/plain", "application/json;q=0.1, text/csv;q=0.9"):
            with self.subTest(accept=accept):
                self.assertEqual(self.csv(accept=accept).headers["vary"], "Accept")
        for accept in ("application/json", "*/*", "text/*", "text/csv;q=0", "text/csvx", ""):
            with self.subTest(accept=accept):
                answer = self.of_concert("GET", "/report", Accept=accept)
                self.assertTrue(answer.headers["content-type"].startswith("application/json"))


if __name__ == "__main__":
    unittest.main()
