"""Runs one command line: finds the command, and turns whatever it raises into one line and an exit
code, never a traceback."""

from __future__ import annotations

import io
import os
import sys
from typing import List, Optional

from .. import Error, __version__
from . import (
    concerts,
    copying,
    importing,
    keeping,
    refunds,
    report,
    room,
    sale,
    stats,
    users,
)
from .output import Output, one_line
from .parsing import Commands, Parser
from .problems import BROKEN_PIPE, INTERRUPTED, REFUSED, WRONG_USAGE, Failed, WrongUsage

_EPILOG = """\
Exit: 0 it was done; 1 it was refused or could not be done, or what was looked
at is not sound; 2 the command line is wrong.

Example:
  boxoffice import hall.json prices.csv --date 2026-12-24 --db sale.db --create
  boxoffice stats --db sale.db
"""


def build_parser() -> Parser:
    """All commands; their order here is that of the help."""
    parser = Parser(
        prog="boxoffice",
        description="Runs a box office: what whoever runs the house does beside selling.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"boxoffice {__version__}")
    commands = Commands(parser, is_required=True)
    topics = (importing, users, concerts, stats, room, sale, report, keeping, refunds, copying)
    for topic in topics:
        topic.add(commands)
    return parser


def _say(text: str) -> None:
    print(f"boxoffice: {one_line(text)}", file=sys.stderr)


def _prepare_streams() -> None:
    """A closed stream is one that nobody reads; a character that a terminal has not is escaped, and
    what is typed that is no text is no reason to fall."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def _let_go_of_stdout() -> None:
    """Nobody reads any more: what is still in the buffer must not be tried again at the exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs ``arguments`` (None: the process's) and returns the exit code. Like argparse, it raises
    SystemExit for ``--help`` and for a command line that is wrong."""
    _prepare_streams()
    try:
        try:
            args = build_parser().parse_args(arguments)
            code: int = args.run(args, Output(getattr(args, "json", False)))
        finally:
            sys.stdout.flush()  # here, where a reader that went away is no traceback
        return code
    except WrongUsage as error:
        _say(str(error))
        return WRONG_USAGE
    except Failed as error:
        _say(str(error))
        return REFUSED
    except Error as error:
        _say("; ".join(line.strip() for line in str(error).splitlines()))
        return REFUSED
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return BROKEN_PIPE
    except OSError as error:
        _let_go_of_stdout()
        _say(f"the answer could not be written: {error.strerror}")
        return REFUSED
