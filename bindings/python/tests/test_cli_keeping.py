"""``audit``, ``backup``, ``restore`` and ``copy``."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import unittest
from typing import Dict, List
from unittest import mock

from .cli_support import CliTest
from .support import DATE
import boxoffice  # noqa: E402
from boxoffice.cli import copying  # noqa: E402


class AuditTest(CliTest):
    def test_a_sound_house(self) -> None:
        self.make_house()
        self.sell("mina", 2)
        self.assertEqual(self.json("audit"), {"violations": []})
        said = self.run_cli("audit")
        self.assertEqual((said.out, said.err), ("sound\n", ""))

    def test_what_is_wrong_is_named(self) -> None:
        self.make_house()
        self.sell("mina", 2)
        database = sqlite3.connect(self.db)
        database.execute("UPDATE points SET balance = balance + 1 WHERE kind = 'user'")
        database.commit()
        database.close()
        said = self.json("audit", code=1)
        self.assertTrue(said["violations"])
        self.assertTrue(all(one["rule"] and one["detail"] for one in said["violations"]))
        text = self.run_cli("audit", code=1)
        self.assertIn(said["violations"][0]["rule"] + ": ", text.out)
        self.assertIn("not sound", text.err)


class BackupTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.concert = self.make_house()
        self.sell("mina", 2)
        self.backup = self.folder / "monday.db"

    def rows(self, path: object) -> Dict[str, List[str]]:
        """All that is in it but what each opening writes."""
        database = sqlite3.connect(str(path))
        try:
            tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            own = ("node_leases", "log_state", "token_keys")
            return {
                name: sorted(map(repr, database.execute(f"SELECT * FROM {name}")))
                for (name,) in tables
                if name not in own
            }
        finally:
            database.close()

    def test_what_was_backed_up_comes_back(self) -> None:
        before, report = self.rows(self.db), self.json("report", self.concert)
        said = self.json("backup", self.backup)
        size = self.backup.stat().st_size
        self.assertEqual(said, {"file": str(self.backup), "bytes": size, "with_keys": False})
        self.sell("juno")  # after it

        os.rename(self.db, self.db + ".lost")
        for beside in ("-wal", "-shm"):
            if os.path.exists(self.db + beside):
                os.rename(self.db + beside, self.db + ".lost" + beside)
        said = self.json("restore", self.backup)
        self.assertEqual((said["backup"], said["file"]), (str(self.backup), self.db))
        self.assertEqual(self.rows(self.db), before)
        self.assertEqual(self.json("audit"), {"violations": []})
        self.assertEqual(self.json("report", self.concert), report)
        self.assertIn("unknown_user", self.refused("users", "show", "juno"))
        self.sell("sora")  # and it sells

    def test_while_the_host_has_it_open(self) -> None:
        with self.office() as office:
            user = office.create_user("juno")
            self.run_cli("backup", self.backup)
            office.recharge(user, 1)
        self.run_cli("audit", "--db", self.backup)

    def test_the_key_stays_out_unless_asked_for(self) -> None:
        counts = []
        for name, more in (("without.db", ()), ("with.db", ("--with-keys",))):
            path = self.folder / name
            self.run_cli("backup", path, *more)
            database = sqlite3.connect(path)
            counts.append(database.execute("SELECT count(*) FROM token_keys").fetchone()[0])
            database.close()
        self.assertEqual(counts, [0, 1])

    def test_nothing_is_written_over(self) -> None:
        self.write("monday.db", "mine")
        self.assertIn("monday.db: File exists", self.refused("backup", self.backup))
        self.assertEqual(self.backup.read_text(), "mine")
        self.backup.unlink()
        self.run_cli("backup", self.backup)
        self.assertIn("it exists; move it away first", self.refused("restore", self.backup))
        self.sell("juno")

    def test_a_log_that_may_hold_sales_is_in_the_way(self) -> None:
        self.run_cli("backup", self.backup)
        other = self.folder / "other.db"
        self.write("other.db-wal", b"x" * 100)
        self.assertIn("other.db-wal", self.refused("restore", self.backup, "--db", other))
        self.assertFalse(other.exists())

    def test_what_is_no_backup_and_where_nothing_can_be(self) -> None:
        other = self.folder / "other.db"
        self.assertIn("no such file", self.refused("restore", self.folder / "no.db", "--db", other))
        self.write("text.db", "to be or not to be" * 100)
        self.assertTrue(self.refused("restore", self.folder / "text.db", "--db", other))
        self.run_cli("backup", self.backup)
        self.assertTrue(self.refused("restore", self.backup, "--db", self.folder / "no" / "other.db"))
        self.assertTrue(self.refused("backup", self.folder / "no" / "copy.db"))
        self.assertFalse(other.exists())
        self.refused("restore", self.backup, "--db", "postgresql://h/db", code=2)

    def test_a_copy_of_a_file_in_use_is_no_backup(self) -> None:
        with self.office() as office:
            office.create_user("juno")
            shutil.copyfile(self.db, self.folder / "cp.db")
        said = self.refused("restore", self.folder / "cp.db", "--db", self.folder / "other.db")
        self.assertIn("not whole", said)


class CopyTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.make_house()
        self.sell("mina")
        self.other = str(self.folder / "other.db")

    def program(self, body: str) -> str:
        path = self.folder / "boxoffice_copy"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def test_without_the_program_it_says_what_to_do(self) -> None:
        with mock.patch.object(copying, "find_program", lambda: None):
            said = self.refused("copy", self.db, self.other)
        for word in ("boxoffice_copy", "examples/copy", "BOXOFFICE_COPY"):
            self.assertIn(word, said)
        with mock.patch.dict(os.environ, {"BOXOFFICE_COPY": "/nowhere/boxoffice_copy"}):
            self.assertIn("cannot be run", self.refused("copy", self.db, self.other))
        self.assertIn("no such file", self.refused("copy", "none.db", self.other))
        self.refused("copy", ":memory:", self.other, code=2)
        self.refused("copy", self.db, code=2)

    def test_where_the_program_is(self) -> None:
        path = self.program("exit 0")
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            self.assertEqual(copying.find_program(), path)
            with mock.patch.dict(os.environ, {"BOXOFFICE_COPY": "/elsewhere"}):
                self.assertEqual(copying.find_program(), "/elsewhere")
        library = mock.Mock(_name=str(self.folder / "libboxoffice.so"))
        beside = mock.patch.object(copying, "load", lambda: library)
        with mock.patch.dict(os.environ, {"PATH": "/nowhere"}), beside:
            self.assertEqual(copying.find_program(), os.path.realpath(path))
            os.makedirs(self.folder / "examples")
            os.rename(path, self.folder / "examples" / "boxoffice_copy")
            found = copying.find_program()
            assert found is not None
            self.assertTrue(found.endswith("/examples/boxoffice_copy"))

    def test_its_end_is_ours(self) -> None:
        for code, ours in ((0, 0), (1, 1), (2, 2), (77, 1)):
            path = self.program(f'test "$#" = 2 || exit 9; echo "users            3"; exit {code}')
            said = self.run_process("copy", self.db, self.other, env={"BOXOFFICE_COPY": path})
            self.assertEqual((said.code, said.out), (ours, "users            3\n"))
        killed = self.program("kill -9 $$")
        self.assertEqual(self.run_process("copy", self.db, self.other, env={"BOXOFFICE_COPY": killed}).code, 1)

    def test_its_counts_as_json(self) -> None:
        path = self.program("printf 'users %12d\\nseats %12d\\n7 rows copied; read again\\n' 3 4")
        said = self.run_process("copy", self.db, self.other, "--json", env={"BOXOFFICE_COPY": path})
        self.assertEqual(json.loads(said.out), {"rows": 7, "kinds": {"users": 3, "seats": 4}})

    def test_a_house_is_copied(self) -> None:
        program = copying.find_program()
        if program is None:
            self.skipTest("boxoffice_copy was not built")
        said = self.json_of_process("copy", self.db, self.other)
        self.assertEqual((said["kinds"]["users"], said["kinds"]["seats"]), (1, 4))
        self.assertEqual(self.json("audit", "--db", self.other), {"violations": []})
        with boxoffice.open(self.other) as office:
            self.assertEqual(office.count_seats(office.find_concert(DATE).id).sold, 1)
        again = self.run_process("copy", self.db, self.other)
        self.assertEqual((again.code, len(again.err.splitlines())), (1, 1))

    def json_of_process(self, *arguments: object) -> Dict[str, Dict[str, int]]:
        said = self.run_process(*arguments, "--json")
        self.assertEqual((said.code, said.err), (0, ""))
        answer: Dict[str, Dict[str, int]] = json.loads(said.out)
        return answer


if __name__ == "__main__":
    unittest.main()
