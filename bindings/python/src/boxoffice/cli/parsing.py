"""The command line's grammar: what all commands have in common."""

from __future__ import annotations

import argparse
import re
import textwrap
from typing import Any, Callable, List, NoReturn, Optional

from .house import VARIABLE
from .output import Output, one_line
from .problems import WRONG_USAGE
from .values import version

Run = Callable[[argparse.Namespace, Output], int]

_WIDTH = 78
_ADDRESS = re.compile(r"\S+://\S+|\bpassword\s*=\s*\S+")


class Parser(argparse.ArgumentParser):
    """Complains in one line, in which an address (there may be a password in it) is not repeated.
    Options are written out, so that one that is added later cannot change what a script means."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings
        )

    def error(self, message: str) -> NoReturn:
        told = one_line(_ADDRESS.sub("(an address)", message))
        self.exit(WRONG_USAGE, f"boxoffice: {told} ({self.prog} --help says more)\n")


class Commands:
    """Commands beside each other, to which modules add theirs."""

    def __init__(self, parser: Parser, is_required: bool) -> None:
        self._parsers = parser.add_subparsers(
            title="commands", metavar="COMMAND", required=is_required, parser_class=Parser
        )

    def add(
        self,
        name: str,
        run: Optional[Run],
        summary: str,
        example: str,
        says: str = "",
        json_keys: str = "",
    ) -> Parser:
        """A command: what it does in one line, and an example of it; ``says`` is what else there is
        to know, ``json_keys`` what it answers with --json."""
        epilog = "Example:\n" + "\n".join(f"  {line}" for line in example.splitlines())
        if json_keys:
            epilog = "\n  ".join(_filled(f"With --json: {json_keys}")) + f"\n\n{epilog}"
        parser: Parser = self._parsers.add_parser(
            name,
            help=summary[0].lower() + summary[1:],
            description="\n".join(_filled(f"{summary}. {says}")),
            epilog=epilog,
        )
        # Without defaults of their own: a command below another must not undo what stood before its
        # name.
        parser.add_argument(
            "--db",
            metavar="FILE|ADDRESS",
            default=argparse.SUPPRESS,
            help=f"the box office: a file, or postgresql://… (else what {VARIABLE} says)",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="answer with one JSON object a line",
        )
        parser.add_argument(
            "--accept-time",
            action="store_true",
            default=argparse.SUPPRESS,
            help="go on from the store's time, although this machine's clock is far from it",
        )
        if run is not None:
            parser.set_defaults(run=run)
        return parser


def _filled(text: str) -> List[str]:
    """Lines of a terminal; options are not broken."""
    return textwrap.wrap(text, _WIDTH, break_on_hyphens=False)


def add_version_option(parser: Parser, of: str) -> None:
    """For whoever looked first: the change is made only if nobody made another since."""
    parser.add_argument(
        "--if-version",
        type=version,
        metavar="N",
        help=f"only if {of} still has this version, which an earlier answer had",
    )
