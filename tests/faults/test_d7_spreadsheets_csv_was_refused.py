"""D7: CSV as spreadsheets write it where a comma is a decimal point (semicolons), with rows that were cleared and not
deleted, with names typed by people, in UTF-16: it was refused with a sentence about something else. Now it is taken, or
named for what it is.
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ONSALE = os.environ.get("ONSALE") or str(Path(os.environ["BOXOFFICE_SERVER"]).with_name("onsale"))

PLAN = {
    "name": "hall",
    "categories": [{"name": "Kat A"}, {"name": "Kat B"}],
    "zones": [{"name": "z", "rows": [{"row_number": "1", "seats": [
        {"seat_guid": f"S-{n}", "seat_number": str(n), "category": f"Kat {'AB'[n % 2]}"} for n in range(4)
    ]}]}],
}
PRICES = "category,points\nKat A,100\nKat B,50\n"
BUYERS = "user,points,want,behaviour\nmina,1000,any,pay\njuno,1000,Kat B,pay\n"


class SpreadsheetFiles(unittest.TestCase):
    def run_onsale(self, buyers=BUYERS, prices=PRICES, plan=json.dumps(PLAN)):
        with tempfile.TemporaryDirectory() as scratch:
            for name, content in (("hall.json", plan), ("prices.csv", prices), ("buyers.csv", buyers)):
                Path(scratch, name).write_bytes(content if isinstance(content, bytes) else content.encode())
            command = [ONSALE, "--plan", "hall.json", "--prices", "prices.csv", "--buyers", "buyers.csv", "--date"]
            return subprocess.run(
                [*command, "2026-12-24", "--threads", "1", "--json"],
                cwd=scratch, capture_output=True, text=True, timeout=60,
            )

    def assert_taken(self, **files):
        done = self.run_onsale(**files)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        report = json.loads(done.stdout)
        self.assertEqual((report["buyers"], report["paid"], report["not_for_sale"]["seats"]), (2, 2, 0))

    def assert_named(self, *words, **files):
        done = self.run_onsale(**files)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_semicolons_and_tabs_separate_where_the_header_shows_them(self):
        for separator in ";\t":
            with self.subTest(separator=separator):
                self.assert_taken(buyers=BUYERS.replace(",", separator), prices=PRICES.replace(",", separator))

    def test_a_comma_inside_such_a_field_is_a_comma(self):
        self.assert_taken(buyers='user;points;note;want;behaviour\nmina;1000;a,b,c,d,e;any;pay\n"ju,no";1000;;any;pay\n')

    def test_the_line_that_tells_a_spreadsheet_the_separator(self):
        self.assert_taken(buyers="sep=;\r\n" + BUYERS.replace(",", ";"), prices="SEP=,\n" + PRICES)
        self.assert_named("buyers.csv", "line 1", "sep=", buyers="sep=x\n" + BUYERS)
        self.assert_named("buyers.csv", "line 3", "points", buyers="sep=,\nuser,points,want,behaviour\nmina,x,any,pay\n")

    def test_rows_without_a_text_are_no_rows(self):
        self.assert_taken(buyers=BUYERS + ",,,\n,,,\n")
        self.assert_taken(buyers=",,,\r\n\r\n" + BUYERS + " , ,\t,\r\n   \r\n", prices=PRICES + ",\n,")
        self.assert_named("line 5", "points", buyers=BUYERS + ",,,\nhana,,any,pay\n")

    def test_a_columns_name_as_people_type_it(self):
        self.assert_taken(buyers=BUYERS.replace("user,points", " User ,POINTS"))
        self.assert_named("line 1", "twice", buyers=BUYERS.replace("user,points", "user, USER,points"))

    def test_a_mark_at_the_beginning(self):
        self.assert_taken(buyers="\ufeff" + BUYERS, prices="\ufeffsep=;\n" + PRICES.replace(",", ";"))

    def test_a_missing_column_is_told_with_what_is_there(self):
        self.assert_named("buyers.csv", "line 1", '"behaviour" is missing', "user,points,want,how",
                          buyers=BUYERS.replace("behaviour", "how"))

    def test_utf16_is_called_by_its_name(self):
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            with self.subTest(encoding=encoding):
                self.assert_named("buyers.csv", "UTF-16", "save it as UTF-8", buyers=BUYERS.encode(encoding))
                self.assert_named("prices.csv", "UTF-16", "save it as UTF-8", prices=PRICES.encode(encoding))
                self.assert_named("hall.json", "UTF-16", "save it as UTF-8", plan=json.dumps(PLAN).encode(encoding))

    def test_an_old_code_page_is_told_what_to_do(self):
        self.assert_named("line 2", "UTF-8", "save it", buyers=BUYERS.replace("mina", "Müller").encode("cp1252"))


if __name__ == "__main__":
    unittest.main()
