"""``users``: make them, from a file too, and look at one. The engine lists no users: who they are
is the host's to know, and the store has of each only the name that the host gave."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import unicodedata
from typing import Any, Dict, List, NamedTuple, Set, Tuple

from .. import (
    CreateUser,
    Error,
    Fault,
    Office,
    Recharge,
    Recharged,
    TransferId,
    TransferKind,
    UserExists,
    UserId,
)
from .._json import id_characters, instant_text
from . import values
from .files import read_csv
from .house import open_office
from .output import Output, Progress, counted, in_quotes, one_line, table
from .parsing import Commands
from .problems import DONE, REFUSED, Failed

_BATCH = 500


def add(commands: Commands) -> None:
    group = Commands(
        commands.add(
            "users",
            None,
            "Make users, with points, and look at one",
            "boxoffice users import buyers.csv --db sale.db",
        ),
        is_required=True,
    )
    parser = group.add(
        "create",
        create,
        "Make users, by the names that you know them by",
        "boxoffice users create mina juno --db sale.db",
        json_keys="users [{id, external_id}]",
    )
    parser.add_argument("names", metavar="NAME", nargs="+", help="a user's external id")

    parser = group.add(
        "import",
        import_file,
        "Make the users of a file, with points",
        "boxoffice users import buyers.csv --db sale.db",
        says=(
            "FILE is CSV with the columns user and, if they get some, points. Repeating it changes "
            "nothing: who is there stays, and who was ever recharged gets nothing more. With "
            "--top-up everybody gets the points once for that NAME, as long as the store remembers "
            "keys (24 h, if the host did not say otherwise)."
        ),
        json_keys=(
            "users, created, recharged, left_alone (had them before), points (recharged now, in "
            "all), failed [{line, user, error}]"
        ),
    )
    parser.add_argument("file", metavar="FILE", help="CSV: user,points")
    parser.add_argument(
        "--top-up", metavar="NAME", type=values.key, help="also who has points, once a NAME"
    )

    parser = group.add(
        "show",
        show,
        "A user's balance, reservations and statement",
        "boxoffice users show mina --db sale.db",
        json_keys=(
            "user {id, external_id, balance}, reservations [a reservation's fields], transfers [a "
            "transfer's fields]; newest first"
        ),
    )
    parser.add_argument("name", metavar="NAME", help="the external id")
    parser.add_argument(
        "--limit", type=values.number(0, 100_000), default=20, metavar="N", help="of each (20)"
    )


# ---- create -------------------------------------------------------------------------------------


def create(args: argparse.Namespace, output: Output) -> int:
    made: List[Dict[str, Any]] = []
    code = DONE
    with open_office(args) as office:
        for name, outcome in zip(args.names, office.batch([CreateUser(one) for one in args.names])):
            if isinstance(outcome, Fault):
                raise outcome
            if isinstance(outcome, Error):
                output.note(f"{in_quotes(name)}: {outcome}")
                code = REFUSED
            else:
                assert isinstance(outcome, int)
                made.append({"id": id_characters(outcome), "external_id": name})
    output.answer({"users": made}, (f"{one['id']}  {one_line(one['external_id'])}" for one in made))
    return code


# ---- import -------------------------------------------------------------------------------------


class _Row(NamedTuple):
    line: int
    name: str
    points: int


def _read_rows(path: str) -> List[_Row]:
    """All of them are looked at before the first is made, so that a file with a slip in it does
    nothing."""
    rows: List[_Row] = []
    line_of: Dict[str, int] = {}
    for line, (name, points) in read_csv(path, ["user"], ["points"]):
        where = f"{one_line(path)}: line {line}"
        is_plain = not any(unicodedata.category(one) == "Cc" for one in name)
        if not is_plain or not 1 <= len(name.encode()) <= 255:
            raise Failed(
                f"{where}: user: expected 1 to 255 bytes without control characters, found "
                + in_quotes(name)
            )
        if name in line_of:
            raise Failed(
                f"{where}: user: expected each user once (also on line {line_of[name]}), found "
                + in_quotes(name)
            )
        amount = values.whole_number(points) if points else 0
        if amount is None or not 0 <= amount <= values.POINTS_MAX:
            raise Failed(
                f"{where}: points: expected a whole number from 0 to {values.POINTS_MAX}, found "
                + in_quotes(points)
            )
        line_of[name] = line
        rows.append(_Row(line, name, amount))
    return rows


def _key(top_up: str, name: str) -> str:
    """The same for the same user and purpose, whoever imports, so that two imports at one time, or
    one that broke off and its repetition, recharge once."""
    purpose = hashlib.sha256(top_up.encode()).hexdigest()[:16] if top_up else "first"
    return f"import-{purpose}-{hashlib.sha256(name.encode()).hexdigest()[:40]}"


class _Import:
    """What came of the rows so far."""

    def __init__(self, office: Office, top_up: str) -> None:
        self._office = office
        self._top_up = top_up
        self._before: Set[TransferId] = set()  # of those users who were there
        self.created = 0
        self.recharged = 0
        self.left_alone = 0
        self.points = 0
        self.failed: List[Tuple[_Row, Error]] = []

    def load(self, rows: List[_Row]) -> None:
        self._recharge([(row, user) for row, user in self._users(rows) if row.points > 0])

    def _users(self, rows: List[_Row]) -> List[Tuple[_Row, UserId]]:
        """Those who are to be recharged."""
        out: List[Tuple[_Row, UserId]] = []
        for row, outcome in zip(rows, self._office.batch([CreateUser(row.name) for row in rows])):
            if isinstance(outcome, UserExists):
                user = self._office.find_user(row.name)
                had = [
                    one.id
                    for one in self._office.transfers(user)
                    if one.kind is TransferKind.RECHARGE
                ]
                # The ledger remembers for ever, where the store forgets keys after a day.
                if had and not self._top_up and row.points > 0:
                    self.left_alone += 1
                else:
                    self._before.update(had)
                    out.append((row, user))
            elif isinstance(outcome, Fault):
                raise outcome
            elif isinstance(outcome, Error):
                self.failed.append((row, outcome))
            else:
                assert isinstance(outcome, int)
                self.created += 1
                out.append((row, UserId(outcome)))
        return out

    def _recharge(self, rows: List[Tuple[_Row, UserId]]) -> None:
        commands = [Recharge(user, row.points, _key(self._top_up, row.name)) for row, user in rows]
        for (row, _), outcome in zip(rows, self._office.batch(commands)):
            if isinstance(outcome, Fault):
                raise outcome
            if isinstance(outcome, Error):
                self.failed.append((row, outcome))
            else:
                assert isinstance(outcome, Recharged)
                if outcome.transfer in self._before:  # the answer to the same key, given again
                    self.left_alone += 1
                else:
                    self.recharged += 1
                    self.points += row.points


def import_file(args: argparse.Namespace, output: Output) -> int:
    rows = _read_rows(args.file)
    with open_office(args) as office, Progress() as progress:
        work = _Import(office, args.top_up or "")
        for begin in range(0, len(rows), _BATCH):
            work.load(rows[begin : begin + _BATCH])
            progress.show(f"{min(begin + _BATCH, len(rows)):,} of {len(rows):,} users")
    for row, error in work.failed:
        output.note(f"{args.file}: line {row.line}: {in_quotes(row.name)}: {error}")
    value: Dict[str, Any] = {
        "users": len(rows),
        "created": work.created,
        "recharged": work.recharged,
        "left_alone": work.left_alone,
        "points": work.points,
        "failed": [
            {"line": row.line, "user": row.name, "error": error.name} for row, error in work.failed
        ],
    }
    lines = [
        f"{counted(len(rows), 'user')}: {work.created:,} made, {work.recharged:,} recharged with "
        f"{work.points:,} points in all"
    ]
    if work.left_alone:
        hint = "" if args.top_up else " (--top-up adds)"
        lines.append(f"{work.left_alone:,} had them before and were left alone{hint}")
    output.answer(value, lines)
    return REFUSED if work.failed else DONE


# ---- show ---------------------------------------------------------------------------------------


def show(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        user = office.find_user(args.name)
        balance = office.balance(user)
        reservations = list(itertools.islice(office.reservations(user), args.limit))
        transfers = list(itertools.islice(office.transfers(user), args.limit))
    value = {
        "user": {"id": id_characters(user), "external_id": args.name, "balance": balance},
        "reservations": [one.to_dict() for one in reservations],
        "transfers": [one.to_dict() for one in transfers],
    }
    lines = [f"{id_characters(user)}  {one_line(args.name)}: {balance:,} points"]
    held = (
        (
            id_characters(one.id),
            one.date,
            " ".join(filter(None, (one.seat_section, one.seat_row, one.seat_label))),
            one.state.name.lower(),
            one.price,
            one.refunded,
        )
        for one in reservations
    )
    moved = (
        (
            id_characters(one.id),
            instant_text(one.at),
            one.kind.name.lower(),
            one.amount if int(one.target) == user else -one.amount,
            one.reason,
        )
        for one in transfers
    )
    lines += table(("reservation", "date", "seat", "state", "price", "refunded"), held)
    lines += table(("transfer", "at", "kind", "points", "reason"), moved)
    output.answer(value, lines)
    return DONE
