"""``copy``: moves a box office between a file and a PostgreSQL database, by the program that the
examples build for it: it reads every row through the engine's own interfaces, which the C ABI does
not have."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, Optional

from .. import LibraryNotFound
from .._library import load
from .house import is_address, is_keywords
from .output import Output
from .parsing import Commands
from .problems import DONE, REFUSED, Failed, WrongUsage

#: Names the program where it is not found by itself.
VARIABLE = "BOXOFFICE_COPY"
_PROGRAM = "boxoffice_copy"
_COUNT = re.compile(r"([a-z_]+) +([0-9]+)")


def add(commands: Commands) -> None:
    parser = commands.add(
        "copy",
        run,
        "Move a box office from a file to a PostgreSQL database, or back",
        "boxoffice copy sale.db postgresql://boxoffice@db1,db2,db3/boxoffice",
        says=(
            "Nobody may have FROM open, and nothing may be at TO. It compares both row by row and "
            "audits both. Give passwords by PGPASSFILE, not in the address. It needs the program "
            f"boxoffice_copy (examples/copy): in {VARIABLE}, in PATH, or beside the library."
        ),
        json_keys="rows (in all), kinds {name: rows}",
    )
    parser.add_argument("source", metavar="FROM", help="a file, or postgresql://…")
    parser.add_argument("target", metavar="TO", help="the same")


def _beside_library() -> Iterator[Path]:
    """Where an installation and a build have their programs."""
    try:
        library = Path(load()._name)
    except LibraryNotFound:
        return
    if library.is_absolute():
        folder = library.resolve().parent
        yield folder / _PROGRAM
        yield folder / "examples" / _PROGRAM
        yield folder.parent / "bin" / _PROGRAM


def find_program() -> Optional[str]:
    """The program's path. The variable is the only place, where it is set: one that does not work
    must not be passed over in silence."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    in_path = shutil.which(_PROGRAM)
    if in_path is not None:
        return in_path
    return next((str(one) for one in _beside_library() if os.access(one, os.X_OK)), None)


def _counts(said: str) -> Dict[str, int]:
    """The rows of each kind, as the program lists them."""
    found = (_COUNT.fullmatch(line) for line in said.splitlines())
    return {one[1]: int(one[2]) for one in found if one}


def run(args: argparse.Namespace, output: Output) -> int:
    for db in (args.source, args.target):
        if db == ":memory:" or (not is_address(db) and ("://" in db or is_keywords(db))):
            raise WrongUsage("FROM and TO are files, or addresses that begin with postgresql://")
    if not is_address(args.source) and not os.path.exists(args.source):
        raise Failed(f"{args.source}: no such file")
    program = find_program()
    if program is None:
        raise Failed(
            f"the program {_PROGRAM} is not here: build it (examples/copy), and put it into PATH "
            f"or name it in {VARIABLE}"
        )
    sys.stdout.flush()
    try:
        done = subprocess.run(
            [program, args.source, args.target], stdout=subprocess.PIPE if output.is_json else None
        )
    except OSError as error:
        raise Failed(f"{program}: cannot be run: {error.strerror}") from None
    if done.returncode != 0:
        return done.returncode if 0 < done.returncode <= 2 else REFUSED
    if output.is_json:
        kinds = _counts(done.stdout.decode(errors="replace"))
        output.answer({"rows": sum(kinds.values()), "kinds": kinds}, [])
    return DONE
