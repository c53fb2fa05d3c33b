"""``report``: what was sold of a concert, for people, programs and spreadsheets, from one
computation."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Dict, List, Optional, Tuple

from .. import SalesReport, SalesRow, TypeId
from .._json import id_characters
from . import values
from .files import to_csv
from .house import find_concert, open_office
from .output import Output, one_line, table
from .parsing import Commands
from .problems import DONE, REFUSED, Failed, WrongUsage

_COLUMNS = ("category", "type", "sold", "cancelled", "gross", "refunds", "net")
_STDOUT = "-"


def add(commands: Commands) -> None:
    parser = commands.add(
        "report",
        run,
        "Report what was sold of a concert",
        "boxoffice report 2026-12-24 --db sale.db\n"
        "boxoffice report 2026-12-24 --csv sales.csv --db sale.db",
        says=(
            "Computed from the reservations, by category and type of ticket; refunds are booked "
            "when they happen. Exit 1 where the concert's account in the ledger does not say the "
            "same."
        ),
        json_keys=(
            "concert (its facts), sold, cancelled, gross, refunds, net, balance, rows [{category, "
            "type, type_name, sold, cancelled, gross, refunds, net}]"
        ),
    )
    parser.add_argument("concert", type=values.concert, metavar="CONCERT", help="its id or date")
    parser.add_argument(
        "--csv",
        nargs="?",
        const=_STDOUT,
        metavar="FILE",
        help="for a spreadsheet, to FILE or the standard output; as the HTTP host writes it",
    )


_SQLITE = b"SQLite format 3\0"
_Line = Tuple[str, str, int, int, int, int, int]


def _line(row: SalesRow, names: Dict[TypeId, str]) -> _Line:
    kind = names.get(row.type, "") if row.type is not None else ""
    net = row.gross - row.refunds
    return (row.category, kind, row.sold, row.cancelled, row.gross, row.refunds, net)


def _write(path: str, content: bytes) -> None:
    """A report may be written again; a box office, where completion picked its name, may not be written over."""
    try:
        with open(path, "rb") as there:
            if there.read(len(_SQLITE)) == _SQLITE or path.endswith(("-wal", "-shm", "-lock")):
                raise Failed(f"{one_line(path)}: a database; name another file")
    except OSError:
        pass  # not there, or said below
    try:
        with open(path, "wb") as file:
            file.write(content)
    except OSError as error:
        raise Failed(f"{one_line(path)}: cannot be written: {error.strerror}") from None


def _value(report: SalesReport, lines: List[_Line]) -> Dict[str, Any]:
    value = report.to_dict()
    for row, line in zip(value["rows"], lines):
        row["type_name"] = line[1] if row["type"] is not None else None
        row["net"] = line[-1]
    return value


def run(args: argparse.Namespace, output: Output) -> int:
    if output.is_json and args.csv == _STDOUT:
        raise WrongUsage("--json and --csv on one output: give --csv a file")
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        report = office.sales_report(concert.id)
        # After the report, so that a type that was sold is among them.
        names = {one.id: one.name for one in office.types(concert.id)}
    lines = [_line(row, names) for row in report.rows]
    target: Optional[str] = args.csv
    if target is not None:
        content = to_csv([_COLUMNS, *lines])
        if target == _STDOUT:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        else:
            _write(target, content)
    if target is None or output.is_json:
        sums = (report.sold, report.cancelled, report.gross, report.refunds, report.net)
        title = f"{id_characters(concert.id)}  {concert.date}  {one_line(concert.title)}"
        value = {"concert": concert.to_dict(), **_value(report, lines)}
        output.answer(value, [title, *table(_COLUMNS, [*lines, ("total", "", *sums)])])
    if report.net != report.balance:
        output.note(f"not sound: net is {report.net}, the concert's account has {report.balance}")
        return REFUSED
    return DONE
