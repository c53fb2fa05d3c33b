"""The command on a PostgreSQL database: the same, by another address."""

from __future__ import annotations

import os
import unittest
from typing import ClassVar

from . import test_postgres
from .cli_support import DAY, PRICES, CliTest, plan, plan_seat
from boxoffice.cli import copying  # noqa: E402

_other = test_postgres.PostgresTest


# Where that test is skipped, for the same reasons.
@unittest.skipIf(
    getattr(_other, "__unittest_skip__", False), getattr(_other, "__unittest_skip_why__", "")
)
class CliPostgresTest(CliTest):
    address: ClassVar[str] = ""

    @classmethod
    def setUpClass(cls) -> None:
        _other.setUpClass()
        cls.address = _other.address

    @classmethod
    def tearDownClass(cls) -> None:
        _other.tearDownClass()

    def test_a_house_is_run_there(self) -> None:
        db = ("--db", self.address + "&schema=cli")
        hall = self.write("hall.json", plan(plan_seat("1"), plan_seat("2", "Kat B")))
        said = self.json("import", hall, self.write("p.csv", PRICES), "--date", DAY, "--create", *db)
        self.assertEqual((said["seats"], said["made_office"]), (2, False))
        buyers = self.write("b.csv", "user,points\nmina,1000\n")
        for recharged in (1, 0):
            self.assertEqual(self.json("users", "import", buyers, *db)["recharged"], recharged)
        self.run_cli("sale", "change", DAY, "--seats-per-order", 2, *db)
        self.assertEqual(self.json("concerts", *db)["concerts"][0]["seats"]["available"], 2)
        self.assertEqual(self.json("call-off", DAY, "--yes", *db)["stuck"], 0)
        self.assertEqual(self.json("audit", *db), {"violations": []})
        said_of_backup = self.refused("backup", self.folder / "copy.db", *db)
        self.assertIn("unsupported", said_of_backup)
        self.assertNotIn("postgresql:", said_of_backup)

    def test_a_house_moves_there_and_back(self) -> None:
        if copying.find_program() is None:
            self.skipTest("boxoffice_copy was not built")
        self.make_house()
        self.sell("mina")
        there, back = self.address + "&schema=moved", str(self.folder / "back.db")
        for source, target in ((self.db, there), (there, back)):
            said = self.run_process("copy", source, target)
            self.assertEqual((said.code, said.err), (0, ""))
            self.assertNotIn("postgresql:", said.out)
            self.assertEqual(self.json("stats", "--db", target)["seats"]["sold"], 1)
        self.assertTrue(os.path.exists(back))


if __name__ == "__main__":
    unittest.main()
