"""The command as a whole: its grammar and help, how it ends, where it looks for the house."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import unittest
from typing import Any, Dict
from unittest import mock

from .cli_support import DAY, PATIENCE, CliTest, commands
from .support import PACKAGE, ROOT, SOURCE
from .test_files import Ahead
import boxoffice  # noqa: E402
from boxoffice import errors  # noqa: E402
from boxoffice.cli import output, values  # noqa: E402
from boxoffice.cli.main import build_parser  # noqa: E402

SECRET = "postgresql://ann:s3cret@127.0.0.1:1/hall"


class HelpTest(CliTest):
    def test_every_command_has_help_with_an_example_that_can_be_read(self) -> None:
        parser = build_parser()
        found = dict(commands(parser))
        self.assertGreater(len(found), 30)
        for path, below in found.items():
            with self.subTest(" ".join(path)):
                said = self.run_cli(*path, "--help", "--db", "x").out
                self.assertIn("\nExample:\n  boxoffice " + path[0], said)
                self.assertEqual(self.run_cli(*path, "-h", "--db", "x").out, said)
                if below.get_default("run") is not None:
                    self.assertIn("With --json: ", said)
                example = said.split("\nExample:\n")[1]
                for line in example.splitlines():
                    words = [one for one in shlex.split(line) if one not in ("&&", "echo", "sound")]
                    self.assertEqual(words[0], "boxoffice")
                    parser.parse_args(words[1:])  # else SystemExit

    def test_the_table_of_the_readme_has_them_all(self) -> None:
        text = (PACKAGE / "README.md").read_text(encoding="utf-8")
        table = text.split("## On the command line")[1].split("\n## ")[0]
        for path, below in commands(build_parser()):
            with self.subTest(" ".join(path)):
                cells = [line.split(" | ")[0] for line in table.splitlines()]
                self.assertTrue(any(f"`{path[0]}" in cell and path[-1] in cell for cell in cells))

    def test_nothing_is_wrong_usage_and_so_is_what_it_does_not_know(self) -> None:
        for line in ((), ("sell",), ("sale",), ("users",), ("room",), ("stats", "--wat"), ("stats", "x")):
            with self.subTest(line):
                self.assertIn("--help says more", self.refused(*line, code=2))
        # Options are written out: a shortened one could mean another some day.
        self.refused("report", DAY, "--cs", code=2)

    def test_version(self) -> None:
        said = self.run_process("--version")
        self.assertEqual((said.code, said.out), (0, f"boxoffice {boxoffice.__version__}\n"))


class WhereTest(CliTest):
    """Which house it is, and that none is made by a slip."""

    def test_one_is_named_by_the_option_or_the_environment(self) -> None:
        self.make_house()
        said = self.run_process("stats", "--json", env={"BOXOFFICE_DB": self.db})
        self.assertEqual(json.loads(said.out)["seats"]["available"], 4)
        other = self.run_process("stats", "--db", "other.db", env={"BOXOFFICE_DB": self.db})
        self.assertEqual((other.code, other.err), (1, "boxoffice: other.db: no such file\n"))
        none = self.run_process("stats")
        self.assertEqual((none.code, none.err.count("\n")), (2, 1))
        self.assertIn("BOXOFFICE_DB", none.err)
        # Also before the name of a command below another.
        self.assertEqual(self.run_cli("room", "--db", self.db, "show").code, 0)
        self.assertEqual(self.run_cli("concerts", "--db", self.db, "hide", DAY).code, 0)

    def test_no_command_makes_a_house(self) -> None:
        concert = "06X1J1G0ZR000"
        for line in (
            ("users", "create", "mina"),
            ("users", "show", "mina"),
            ("concerts",),
            ("concerts", "hide", DAY),
            ("stats",),
            ("room", "show"),
            ("sale", "show", concert),
            ("report", concert),
            ("audit",),
            ("backup", self.folder / "copy.db"),
            ("cancel", "mina", concert),
            ("refund", concert, 1),
            ("call-off", concert, "--yes"),
        ):
            with self.subTest(line):
                self.assertIn("sale.db: no such file", self.refused(*line))
                self.assertEqual(os.listdir(self.folder), [])

    def test_what_is_no_house(self) -> None:
        self.write("sale.db", "")
        self.assertIn("an empty file", self.refused("stats"))
        self.write("sale.db", "to be or not to be" * 100)
        self.assertIn("not_a_boxoffice", self.refused("stats"))
        self.assertTrue(self.refused("stats", "--db", self.folder))
        self.assertIn("Not a directory", self.refused("stats", "--db", os.path.join(self.db, "below")))
        self.refused("stats", "--db", ":memory:", code=2)
        self.refused("stats", "--db", "", code=2)

    def test_the_rules_are_the_stores(self) -> None:
        """The host chose them; the command takes what the store says, and changes nothing."""
        second = datetime.timedelta(seconds=1)
        rules: Dict[str, Any] = {
            "hold_ttl": 61 * second,
            "holds_per_user": 3,
            "capture_ttl": 62 * second,
            "identity_ttl": 63 * second,
            "waiting_ttl": 60 * second,
            "idempotency_ttl": 64 * second,
            "issue_limit": 10**9,
        }
        self.make_house(**rules)
        self.assertEqual(self.json("stats")["seats"]["available"], 4)
        with self.office(**rules):  # they still are
            with self.assertRaises(errors.InvalidOptions):
                self.office()
            self.json("stats")  # beside the host, too

    def test_a_clock_that_is_not_the_stores(self) -> None:
        """A board without a battery sold for a while; the one that runs the house is right."""
        self.make_house(clock=Ahead())
        self.assertIn("clock_jump", self.refused("audit"))
        self.assertEqual(self.json("audit", "--accept-time"), {"violations": []})

    def test_no_key_is_kept_that_signs_tokens(self) -> None:
        """Where the host brings its keys, the store is to hold none: who reads it could forge tokens."""
        keys = {7: bytes(range(16))}
        self.make_house(token_keys=keys)
        self.run_cli("users", "create", "mina")
        database = sqlite3.connect(self.db)
        self.assertEqual(database.execute("SELECT count(*) FROM token_keys").fetchone(), (0,))
        database.close()

    def test_an_address_is_never_printed(self) -> None:
        bad = "postgresql://ann:s3cret@[/hall"
        for line in (
            ("stats", "--db", SECRET),
            ("stats", "--db", bad),
            ("stats", "--db", SECRET.replace("postgresql", "postgres")),
            ("stats", "--db", SECRET.replace("postgresql", "mysql")),
            ("stats", SECRET),
            ("report", SECRET, "--db", "x"),
            (SECRET,),
            ("import", "a", "b", "--date", SECRET),
            ("restore", "a", "--db", SECRET),
            ("copy", "a.db", SECRET),
            ("copy", SECRET.replace("postgresql", "mysql"), "b.db"),
            ("refund", "password=s3cret", "5"),
            ("stats", "--db", "host=127.0.0.1 dbname=box user=ann: password=s3cret"),
            ("copy", "host=127.0.0.1 password=s3cret", "b.db"),
        ):
            with self.subTest(line):
                said = self.run_process(*line)
                self.assertIn(said.code, (1, 2))
                self.assertEqual(len(said.err.splitlines()), 1, said.err)
                for word in ("s3cret", "ann:", "127.0"):
                    self.assertNotIn(word, said.err + said.out)

    def test_without_a_library_it_is_one_line(self) -> None:
        self.make_house()
        said = self.run_process("stats", "--db", self.db, env={"BOXOFFICE_LIBRARY": "/nowhere.so"})
        self.assertEqual((said.code, len(said.err.splitlines())), (1, 1))
        self.assertIn("no usable libboxoffice", said.err)


class EndTest(CliTest):
    """How it ends when something stops it."""

    def setUp(self) -> None:
        super().setUp()
        self.make_house()

    def test_a_reader_that_went_away(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with self.process("concerts", "--db", self.db, stdout=writing) as process:
            os.close(writing)
            _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (141, ""))

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_a_full_disk_below_the_answer(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            for line in (("stats",), ("report", DAY, "--csv")):
                said = self.run_process(*line, "--db", self.db, stdout=full)
                self.assertEqual(said.code, 1)
                self.assertIn("No space left on device", said.err)
                self.assertEqual(len(said.err.splitlines()), 1)
        self.assertIn("/dev/full: cannot be written", self.refused("report", DAY, "--csv", "/dev/full"))
        self.assertIn("cannot be written", self.refused("report", DAY, "--csv", "no/such/folder.csv"))

    def test_a_closed_standard_output(self) -> None:
        code = f"exec {sys.executable} -W error -m boxoffice stats --db {self.db} >&-"
        done = subprocess.run(
            ["sh", "-c", code], stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)}
        )
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_letters_that_the_terminal_has_not(self) -> None:
        self.run_cli("concerts", "change", DAY, "--title", "겨울")
        said = self.run_process("concerts", "--db", self.db, env={"PYTHONIOENCODING": "ascii"})
        self.assertEqual(said.code, 0)
        self.assertIn("\\uaca8\\uc6b8", said.out)

    def test_somebody_elses_text_does_not_steer_the_terminal(self) -> None:
        hall = self.write("hall.json", {})
        self.assertNotIn("\x1b", self.refused("import", hall, f"{self.folder}/\x1b[2J", "--date", DAY))
        self.assertNotIn("\x1b", self.refused("stats", "\x1b[2J", code=2))

    def wait_for(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.assertTrue(process.stdout.readline())

    def test_ctrl_c_ends_the_watch(self) -> None:
        for more in ((), ("--json",)):
            with self.process("stats", "--watch", "0.1", *more, "--db", self.db) as process:
                self.wait_for(process)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=PATIENCE)
            self.assertEqual((process.returncode, err), (0, ""))
        with self.office() as office:
            self.assertEqual(office.audit(), [])

    def test_ctrl_c_ends_anything_else_in_one_line(self) -> None:
        """Where it happened to wait."""
        code = (
            "import sys, time; from boxoffice.cli import keeping, main\n"
            "keeping.restore_file = lambda *_: print('inside', flush=True) or time.sleep(60)\n"
            "sys.exit(main(sys.argv[1:]))"
        )
        with subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, "restore", self.db, "--db", self.db + "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        ) as process:
            self.wait_for(process)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, err), (130, "boxoffice: interrupted\n"))


class WatchTest(CliTest):
    def test_what_it_tells(self) -> None:
        self.make_house()
        self.sell("mina")
        stats = self.json("stats")
        self.assertEqual(stats["users"], 1)
        self.assertEqual(stats["seats"], {"available": 3, "held": 0, "sold": 1, "blocked": 0})
        self.assertRegex(stats["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        said = self.run_cli("stats", "--watch", "0.1", "--times", 3)
        self.assertEqual(len(said.out.splitlines()), 3)
        self.assertIn("1 sold", said.out)
        lines = self.run_cli("stats", "--watch", "0.1", "--times", 2, "--json").out.splitlines()
        self.assertEqual([json.loads(line)["users"] for line in lines], [1, 1])
        self.refused("stats", "--times", 2, code=2)
        self.refused("stats", "--watch", "0", code=2)


class ProgressTest(unittest.TestCase):
    def said(self, is_terminal: bool, seconds: float) -> str:
        err = io.StringIO()
        with contextlib.redirect_stderr(err), mock.patch.object(
            err, "isatty", lambda: is_terminal
        ), mock.patch.object(output, "_PLAIN_PROGRESS_SECONDS", seconds):
            with output.Progress() as progress:
                progress.show("100 of 200")
                progress.show("done")
        return err.getvalue()

    def test_a_terminal_has_one_line_that_goes_away(self) -> None:
        self.assertEqual(self.said(True, 60), "\r100 of 200\rdone      \r    \r")

    def test_a_log_has_a_line_now_and_then(self) -> None:
        self.assertEqual(self.said(False, 60), "")
        self.assertEqual(self.said(False, 0), "boxoffice: 100 of 200\nboxoffice: done\n")

    def test_a_call_that_does_not_tell_how_far_it_is(self) -> None:
        err = io.StringIO()
        with contextlib.redirect_stderr(err), mock.patch.object(
            output, "_PLAIN_PROGRESS_SECONDS", 0.0
        ), output.Elapsed("looking"):
            time.sleep(1.5)
        self.assertRegex(err.getvalue(), r"^boxoffice: looking: \d+ s\n")

    def test_columns_of_a_table(self) -> None:
        lines = output.table(("name", "count"), [("한강", 1_000), ("a\x1b", 5)])
        self.assertEqual(lines, ["name  count", "한강  1,000", "a?        5"])
        self.assertEqual(output.table(("name",), []), [])


class ValuesTest(unittest.TestCase):
    def test_times_have_their_offset(self) -> None:
        expected = datetime.datetime(2026, 12, 24, 10, 30, tzinfo=datetime.timezone.utc)
        for text in ("2026-12-24T19:30+09:00", "2026-12-24 10:30:00.000Z", "2026-12-24T10:30z"):
            self.assertEqual(values.instant(text), expected)
        far = "0001-01-01T00:00+23:00"  # before all that a datetime can say in UTC
        for text in ("2026-12-24T19:30", "2026-12-24", "19:30", "", "2026-13-24T00:00Z", far):
            with self.subTest(text), self.assertRaises(argparse.ArgumentTypeError):
                values.instant(text)
        self.assertIsNone(values.instant_or_none("none"))

    def test_ids_are_their_characters(self) -> None:
        for identity in (1, 2**63 - 1, 0x0123_4567_89AB_CDEF):
            self.assertEqual(values.concert(boxoffice.id_text(identity)), identity)
            self.assertEqual(values.reservation(boxoffice.id_text(identity).lower()), identity)
        for text in ("0000000000000", "G000000000001", "000000000000I", "1", "0" * 14, ""):
            with self.subTest(text), self.assertRaises(argparse.ArgumentTypeError):
                values.reservation(text)
        self.assertEqual(values.concert("2026-12-24"), datetime.date(2026, 12, 24))

    def test_refund_steps(self) -> None:
        self.assertEqual(values.refund_step("always=92.5"), boxoffice.RefundStep(None, 925))
        self.assertEqual(values.refund_step("2026-12-24T10:30+09:00=90%").thousandths, 900)
        for text in ("always", "always=", "always=101", "always=1.55", "always=-1", "=50", "2026-12-24=50"):
            with self.subTest(text), self.assertRaises(argparse.ArgumentTypeError):
                values.refund_step(text)


class ReadmeTest(CliTest):
    def test_its_example_runs_line_by_line(self) -> None:
        text = (PACKAGE / "README.md").read_text(encoding="utf-8")
        section = text.split("## On the command line")[1]
        block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
        assert block is not None
        for name in ("hall.json", "prices.csv", "buyers.csv"):
            shutil.copy(ROOT / "examples" / "data" / name, self.folder / name)
        tools = self.folder / "bin"
        tools.mkdir()
        tool = tools / "boxoffice"
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -W error -m boxoffice "$@"\n')
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
        environment = {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PYTHONPATH": str(SOURCE),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        begin = time.monotonic()
        done = subprocess.run(
            ["sh", "-e", "-c", block[1]],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE * 2,
        )
        self.assertLess(time.monotonic() - begin, PATIENCE * 2)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertEqual(done.stdout.splitlines()[-1], "sound")
        self.assertIn("called off", done.stdout)
        self.assertEqual((self.folder / "sales.csv").read_bytes()[:3], b"\xef\xbb\xbf")


if __name__ == "__main__":
    unittest.main()
