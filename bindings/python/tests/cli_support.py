"""What the tests of the command share: running it, in this process and in one of its own, and a house
in a file to run it on."""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple
from unittest import mock

from .support import DATE, SOURCE
import boxoffice  # noqa: E402
from boxoffice import NewSeat, Office, ReservationId  # noqa: E402
from boxoffice.cli import main, output  # noqa: E402
from boxoffice.cli.main import build_parser  # noqa: E402

DAY = DATE.isoformat()
PATIENCE = 120

#: Two rows of three, and a row above; "Kat B" has no price in some tests.
PRICES = "category,points\nKat A,100\nKat B,50\n"


class Said(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str


def plan_seat(number: str, category: Optional[str] = "Kat A", **members: Any) -> Dict[str, Any]:
    return {
        "seat_guid": f"S-{number}",
        "seat_number": number,
        "category": category,
        "position": {"x": 25.0 * int(number), "y": 0.5},
        "radius": 10,
        **members,
    }


def plan(
    *seats: Dict[str, Any], categories: Sequence[str] = ("Kat A", "Kat B"), **members: Any
) -> Dict[str, Any]:
    """A hall of one row, as pretix's seat editor writes it."""
    return {
        "name": "Stadthalle",
        "categories": [{"name": name, "color": "#7bd148"} for name in categories],
        "zones": [
            {
                "name": "Parkett",
                "zone_id": "parkett",
                "position": {"x": 100, "y": 10},
                "rows": [
                    {"row_number": "1", "position": {"x": 10.5, "y": 25.25}, "seats": list(seats)}
                ],
            }
        ],
        **members,
    }


def commands(
    parser: argparse.ArgumentParser, path: Tuple[str, ...] = ()
) -> Iterator[Tuple[Tuple[str, ...], argparse.ArgumentParser]]:
    """Every command and command below a command, found by looking."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield (*path, name), below
                yield from commands(below, (*path, name))


@functools.lru_cache(maxsize=None)
def _every_command() -> Dict[Tuple[str, ...], argparse.ArgumentParser]:
    return dict(commands(build_parser()))


def documented_keys(line: List[str]) -> Set[str]:
    """The keys of a command's answer, as its help has them: what is inside of one stands in
    brackets."""
    found = _every_command()
    parser = found.get((line[0], line[1])) if len(line) > 1 else None
    told = (parser or found[(line[0],)]).epilog or ""
    keys = told.split("With --json: ")[1].split("\n\n")[0]
    while True:
        outer = re.sub(r"\[[^][{}()]*\]|\{[^][{}()]*\}|\([^][{}()]*\)", "", keys)
        if outer == keys:
            return {one.strip() for one in keys.split(";")[0].split(",")}
        keys = outer


class CliTest(unittest.TestCase):
    """Each test has a folder of its own, in it ``sale.db``, and no box office named by the
    environment."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory(prefix="boxoffice-cli-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.db = str(self.folder / "sale.db")
        bare = {name: value for name, value in os.environ.items() if name != "BOXOFFICE_DB"}
        # What a slow machine says while it works is no part of what is compared here.
        silent = mock.patch.object(output, "_PLAIN_PROGRESS_SECONDS", float(PATIENCE))
        silent.start()
        self.addCleanup(silent.stop)
        alone = mock.patch.dict(os.environ, bare, clear=True)
        alone.start()
        self.addCleanup(alone.stop)

    # ---- running ----------------------------------------------------------------------------

    def run_cli(self, *arguments: object, code: int = 0) -> Said:
        """In this process, on ``sale.db`` unless --db is among the arguments."""
        line = [str(one) for one in arguments]
        if "--db" not in line:
            line += ["--db", self.db]
        # As a process's: bytes below the text, and nothing kept back.
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, encoding="utf-8", newline="\n", write_through=True)
        err = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                got = main(line)
            except SystemExit as ended:
                got = ended.code if isinstance(ended.code, int) else 1
        said = Said(got, raw.getvalue().decode(), err.getvalue())
        self.assertEqual(said.code, code, said)
        self.assertNotIn("Traceback", said.err)
        return said

    def json(self, *arguments: object, code: int = 0) -> Any:
        """The one object that it answers with, which has the keys that its help says."""
        said = self.run_cli(*arguments, "--json", code=code)
        (line,) = said.out.splitlines()
        answer = json.loads(line)
        self.assertEqual(set(answer), documented_keys(list(map(str, arguments))))
        return answer

    def refused(self, *arguments: object, code: int = 1) -> str:
        """The one line that says why, and no answer."""
        said = self.run_cli(*arguments, code=code)
        self.assertEqual(said.out, "")
        (line,) = said.err.splitlines()
        self.assertTrue(line.startswith("boxoffice: "), line)
        return line[len("boxoffice: ") :]

    def process(self, *arguments: object, **settings: Any) -> "subprocess.Popen[str]":
        """A process of its own; its streams are pipes unless said otherwise."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(SOURCE),
            "PYTHONDONTWRITEBYTECODE": "1",
            **settings.pop("env", {}),
        }
        command = [sys.executable, "-W", "error", "-m", "boxoffice", *map(str, arguments)]
        settings.setdefault("stdin", subprocess.DEVNULL)
        settings.setdefault("stdout", subprocess.PIPE)
        settings.setdefault("stderr", subprocess.PIPE)
        started: "subprocess.Popen[str]" = subprocess.Popen(
            command, text=True, env=environment, cwd=self.folder, **settings
        )
        return started

    def run_process(self, *arguments: object, **settings: Any) -> Said:
        with self.process(*arguments, **settings) as process:
            out, err = process.communicate(timeout=PATIENCE)
        said = Said(process.returncode, out or "", err or "")
        self.assertNotIn("Traceback", said.err)
        return said

    # ---- what it runs on --------------------------------------------------------------------

    def write(self, name: str, content: Any) -> Path:
        """A file: bytes or text as they are, anything else as JSON."""
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_bytes(text.encode())
        return path

    def office(self, **options: Any) -> Office:
        return boxoffice.open(self.db, **options)

    def make_house(self, seats: int = 4, price: int = 1_000, **options: Any) -> str:
        """A concert with seats; returns its id's text."""
        with self.office(**options) as office:
            room = office.find_room().id
            rows = [NewSeat(f"A-{i}", price, "stalls", "A", category="R") for i in range(1, seats + 1)]
            return boxoffice.id_text(office.create_concert(DATE, "Winter", room, rows))

    def sell(self, name: str, seats: int = 1, points: int = 10_000) -> List[ReservationId]:
        """Seats, bought one after the other; returns the reservations."""
        out = []
        with self.office() as office:
            concert = office.find_concert(DATE).id
            user = office.create_user(name)
            office.recharge(user, points)
            for _ in range(seats):
                token = office.join(user, office.find_room().id).token
                seat = office.available_seats(concert)[0]
                held = office.hold_seat(user, token, seat.id)
                office.pay(user, token, held.reservation)
                out.append(held.reservation)
        return out

    def audit(self) -> None:
        with self.office() as office:
            self.assertEqual(office.audit(), [])
