"""D10: the bytes of a damaged row came out in the error's text, and Python raised UnicodeDecodeError for the fault."""

import datetime
import os
import sqlite3
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python" / "src"))

import boxoffice  # noqa: E402
from boxoffice import NewSeat, Storage  # noqa: E402


@unittest.skipUnless(os.environ.get("BOXOFFICE_LIBRARY"), "set BOXOFFICE_LIBRARY to libboxoffice.so")
class DamagedRowTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.path = os.path.join(scratch.name, "sale.db")
        with boxoffice.open(self.path) as office:
            room = office.find_room("main").id
            self.user = office.create_user("mina")
            seats = [NewSeat("A-1", price=5)]
            self.concert = office.create_concert(datetime.date(2026, 12, 24), "Winter", room, seats)

    def damage(self, sql):
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(sql)
        connection.commit()
        connection.close()

    def told(self, work):
        """What the fault says, to the caller and to the log."""
        lines = []
        with boxoffice.open(self.path, log=lines.append) as office:
            with self.assertRaises(Storage) as caught:
                work(office)
        self.assertEqual([str(line) for line in lines], [str(caught.exception)])
        return str(caught.exception)

    def test_a_state_that_is_none(self):
        self.damage("UPDATE seats SET state = CAST(x'c0ff0a80' AS TEXT)")
        said = self.told(lambda office: office.available_seats(self.concert))
        self.assertIn(r"the unknown state or kind '\xc0\xff\x0a\x80'", said)
        self.told(lambda office: office.audit())

    def test_a_date_that_is_none_is_the_files_fault(self):
        self.damage("UPDATE concerts SET date = '2026-02-31'")
        said = self.told(lambda office: office.get_concert(self.concert))
        self.assertIn("a row has the date '2026-02-31'", said)
        self.damage("UPDATE concerts SET date = CAST(x'ff31' AS TEXT)")
        self.assertIn(r"a row has the date '\xff1'", self.told(lambda office: office.audit()))

    def test_a_text_that_is_none_is_shown_as_far_as_it_goes(self):
        self.damage("UPDATE concerts SET title = CAST(x'57ff41' AS TEXT)")
        with boxoffice.open(self.path) as office:
            self.assertEqual(office.get_concert(self.concert).title, "W\ufffdA")

    def test_a_schema_that_sqlite_quotes(self):
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = CAST(x'4352454154ff0a' AS TEXT) WHERE name = 'points'")
        connection.commit()
        connection.close()
        with self.assertRaises(boxoffice.Error) as caught:
            boxoffice.open(self.path).close()
        self.assertTrue(str(caught.exception).isprintable(), str(caught.exception))


if __name__ == "__main__":
    unittest.main()
