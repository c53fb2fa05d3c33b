"""``audit``, ``backup``, ``restore``: that the house is sound, and stays so."""

from __future__ import annotations

import argparse
import os

from .. import restore as restore_file
from .house import VARIABLE, database, is_address, name_of, open_office
from .output import Elapsed, Output, counted, one_line
from .parsing import Commands
from .problems import DONE, REFUSED, Failed, WrongUsage


def add(commands: Commands) -> None:
    commands.add(
        "audit",
        audit,
        "Recompute everything that must hold from the rows",
        "boxoffice audit --db sale.db && echo sound",
        says="Exit 1, and what is wrong by name, where something is.",
        json_keys="violations [{rule, detail}]; none: sound",
    )
    parser = commands.add(
        "backup",
        backup,
        "Copy the box office to a new file, also while it sells",
        "boxoffice backup backup-monday.db --db sale.db",
        says=(
            "The copy appears whole or not at all. The key that tokens are signed with stays out "
            "of it unless asked for: who has it can forge tokens. A PostgreSQL database is backed "
            "up with PostgreSQL's own tools."
        ),
        json_keys="file, bytes, with_keys",
    )
    parser.add_argument("file", metavar="FILE", help="where nothing may stand yet")
    parser.add_argument("--with-keys", action="store_true", help="with the kept token key")

    parser = commands.add(
        "restore",
        restore,
        "Put a backup in the place of a box office",
        "boxoffice restore backup-monday.db --db sale.db",
        says=(
            "Nothing may stand at --db: move what is there away first, with its -wal (it may hold "
            "sales that the backup has not). The backup stays as it was."
        ),
        json_keys="backup, file, bytes",
    )
    parser.add_argument("file", metavar="BACKUP", help="of `backup`, or a file that was closed")


def audit(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office, Elapsed("looking at every row"):
        violations = office.audit()
    lines = [f"{one.rule}: {one_line(one.detail)}" for one in violations]
    value = {"violations": [one.to_dict() for one in violations]}
    output.answer(value, lines or ["sound"])
    if violations:
        output.note(f"not sound: {counted(len(violations), 'violation')}")
    return REFUSED if violations else DONE


def backup(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office, Elapsed(f"backing up to {one_line(args.file)}"):
        office.backup(args.file, with_keys=args.with_keys)
    size = os.path.getsize(args.file)
    value = {"file": args.file, "bytes": size, "with_keys": args.with_keys}
    output.answer(value, [f"{one_line(args.file)}: {size:,} bytes"])
    return DONE


def restore(args: argparse.Namespace, output: Output) -> int:
    db = database(args)
    if is_address(db):
        raise WrongUsage(f"restore makes a file: --db (or {VARIABLE}) names a file's path")
    if not os.path.exists(args.file):
        raise Failed(f"{one_line(args.file)}: no such file")
    with Elapsed(f"restoring {one_line(args.file)}"):
        restore_file(args.file, db)
    size = os.path.getsize(db)
    value = {"backup": args.file, "file": db, "bytes": size}
    output.answer(value, [f"{name_of(db)}: {size:,} bytes, as {one_line(args.file)} had it"])
    return DONE
