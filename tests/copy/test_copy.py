"""boxoffice_copy as its users meet it: a sale goes from a file to PostgreSQL and back.

    BOXOFFICE_COPY=build/dev/examples/boxoffice_copy ONSALE=build/dev/examples/onsale python3 tests/copy/test_copy.py
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "onsale"))

from test_onsale import BUYERS, ONSALE, PRICES, small_plan  # noqa: E402

COPY = os.path.abspath(os.environ.get("BOXOFFICE_COPY", "build/dev/examples/boxoffice_copy"))
HAS_POSTGRES = os.environ.get("BOXOFFICE_TEST_POSTGRES") != "off" and any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
OWN = ("node_leases", "log_state")  # what each opening writes
PATIENCE = 120


def run(*arguments):
    return subprocess.run(
        [COPY, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        text=True,
    )


class Copies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boxoffice-copy-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make_sale(self):
        """A file in which some bought and some did not."""
        for name, text in (("plan.json", json.dumps(small_plan())), ("prices.csv", PRICES), ("buyers.csv", BUYERS)):
            (self.folder / name).write_text(text, encoding="utf-8")
        db = self.folder / "sale.db"
        subprocess.run(
            [ONSALE, "--plan", "plan.json", "--prices", "prices.csv", "--buyers", "buyers.csv", "--date", "2026-12-24",
             "--db", db, "--threads", "1"],
            cwd=self.folder, stdout=subprocess.DEVNULL, timeout=PATIENCE, check=True,
        )  # fmt: skip
        return db

    def start_postgres(self):
        """Its address; ends with the test."""
        cluster = subprocess.Popen(
            [TESTS / "support" / "postgres_cluster.sh", "fsync=on"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

        def stop():
            cluster.stdin.close()
            cluster.wait(PATIENCE)
            cluster.stdout.close()

        self.addCleanup(stop)
        return cluster.stdout.readline().strip()

    def rows(self, path):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            names = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {name: sorted(map(repr, database.execute(f"SELECT * FROM {name}"))) for name in names if name not in OWN}
        finally:
            database.close()

    def assert_copied(self, said):
        self.assertEqual((said.returncode, said.stderr), (0, ""), said)
        self.assertIn("read again on both sides, they are the same", said.stdout)
        self.assertEqual(said.stdout.count("the audit is clean"), 2)

    def assert_refused(self, said, *words, status=1):
        self.assertEqual((said.returncode, said.stdout, len(said.stderr.splitlines())), (status, "", 1), said)
        for word in words:
            self.assertIn(word, said.stderr)

    @unittest.skipUnless(HAS_POSTGRES, "no PostgreSQL server here")
    def test_a_sale_goes_to_postgres_and_comes_back(self):
        sale, address = self.make_sale(), self.start_postgres()
        before = self.rows(sale)
        self.assertGreater(len(before["payments"]), 0)
        self.assertEqual(len(before["token_keys"]), 1)
        there = run(sale, address)
        self.assert_copied(there)
        self.assertRegex(there.stdout, r"(?m)^users +4$")
        self.assertNotIn("postgresql:", there.stdout)
        self.assert_refused(run(sale, address), "TO: there is a box office already")
        self.assert_copied(run(address, self.folder / "back.db"))
        self.assertEqual(self.rows(self.folder / "back.db"), before)

    def test_a_file_is_copied_to_a_file(self):
        sale = self.make_sale()
        self.assert_copied(run(sale, self.folder / "copy.db"))
        self.assertEqual(self.rows(self.folder / "copy.db"), self.rows(sale))

    def test_what_is_wrong_is_one_line_that_says_where(self):
        missing, other = self.folder / "missing.db", self.folder / "other.db"
        self.assert_refused(run(missing, other), "missing.db")
        self.assertFalse(other.exists())
        self.assert_refused(run(":memory:", other), "files or PostgreSQL addresses")
        for line in ((), (other,), (other, other, other)):
            self.assert_refused(run(*line), "FROM and TO", status=2)
        self.assertEqual(run("--help").returncode, 0)

    def test_no_address_is_ever_printed(self):
        sale = self.make_sale()
        good, bad = "postgresql://ann:secret@127.0.0.1:1/tickets", "postgresql://ann:secret@[/tickets"
        for address in (good, bad, "postgres://secret?=x"):
            for line in ((sale, address), (address, self.folder / "other.db")):
                said = run(*line)
                self.assert_refused(said, "PostgreSQL database")
                self.assertNotIn("secret", said.stderr)


if __name__ == "__main__":
    unittest.main()
