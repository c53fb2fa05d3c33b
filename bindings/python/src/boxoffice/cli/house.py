"""Opening the box office that the command line names, and finding a concert in it."""

from __future__ import annotations

import argparse
import datetime
import os
import re
from typing import Any, Dict, List

from .. import AmbiguousConcert, Concert, ConcertId, InvalidOptions, Office, UnknownConcert
from .. import open as open_boxoffice
from .._json import id_characters
from .output import in_quotes, one_line
from .problems import Failed, WrongUsage
from .values import NamedConcert

#: Names the box office where --db does not.
VARIABLE = "BOXOFFICE_DB"

#: A store keeps the rules that all of its hosts must agree on, and tells them one by one to who
#: comes with others. The command has none of its own, and takes the store's.
_RULE = re.compile(
    r"(?P<name>hold_ttl|holds_per_user|capture_ttl|identity_ttl|idempotency_ttl|issue_limit)"
    r"(?P<unit> \(us\))?: -?\d+, but the store was opened with (?P<theirs>-?\d+);"
)
_RULES = 6
#: What a new store's room "main" would have; in one that is there it counts for nothing.
_WAITING_TTL = datetime.timedelta(hours=24)

#: The command makes no tokens. Without a key of its own an office would make one and keep it in the
#: store, also where the host brings its keys so that the store holds none.
_NO_KEY = {1: bytes(16)}


#: An address as libpq takes it too, in keywords: never a file's name that somebody means.
_KEYWORDS = re.compile(r"^\s*(host|hostaddr|port|dbname|user|password|service)\s*=|\bpassword\s*=")


def is_keywords(db: str) -> bool:
    """An address in keywords, which may have a password."""
    return _KEYWORDS.search(db) is not None


def is_address(db: str) -> bool:
    """A PostgreSQL address, whose password must not be printed."""
    return db.startswith(("postgresql://", "postgres://"))


def name_of(db: str) -> str:
    """What messages call it: never an address."""
    return "the PostgreSQL database" if is_address(db) else one_line(db)


def database(args: argparse.Namespace) -> str:
    """The file's path or the address that was named."""
    db = str(getattr(args, "db", "") or os.environ.get(VARIABLE, ""))
    if not db:
        raise WrongUsage(f"name the box office: --db FILE (or postgresql://…), or set {VARIABLE}")
    if db == ":memory:":
        raise WrongUsage("a box office in memory ends with its process; name a file or a database")
    if not is_address(db) and ("://" in db or is_keywords(db)):
        raise WrongUsage("an address begins with postgresql://")  # and is not printed
    return db


def open_office(args: argparse.Namespace, create: bool = False) -> Office:
    """The office that stands there. One that does not is made only where that was asked for: a path
    with a typo would be a new, empty house, and its audit clean. (In a PostgreSQL database a schema
    that is not there is made; the C library has no option against it.)"""
    db = database(args)
    if not is_address(db) and not create:
        try:
            size = os.stat(db).st_size
        except FileNotFoundError:
            raise Failed(f"{name_of(db)}: no such file") from None
        except OSError as error:
            raise Failed(f"{name_of(db)}: {error.strerror}") from None
        if size == 0:
            raise Failed(f"{name_of(db)}: an empty file, not a box office")
    rules: Dict[str, Any] = {"accept_time": getattr(args, "accept_time", False)}
    for _ in range(_RULES):
        try:
            return open_boxoffice(db, token_keys=_NO_KEY, **rules)
        except InvalidOptions as error:
            told = _RULE.search(error.detail)
            if told is None or told["name"] in rules:
                raise
            theirs = int(told["theirs"])
            is_span = told["unit"] is not None
            rules[told["name"]] = datetime.timedelta(microseconds=theirs) if is_span else theirs
            if told["name"] == "identity_ttl":  # which no wait may outlast
                rules["waiting_ttl"] = min(rules["identity_ttl"], _WAITING_TTL)
    return open_boxoffice(db, token_keys=_NO_KEY, **rules)


def with_hidden(office: Office, listed: List[Concert], since: datetime.date) -> List[Concert]:
    """The engine lists no hidden concerts; but it tells an event of each that is made."""
    known = {one.id for one in listed}
    hidden = []
    for event in office.events():
        if event.name != "concert_created" or event.concert is None or event.concert in known:
            continue
        try:
            concert = office.get_concert(event.concert)
        except UnknownConcert:
            continue  # deleted
        if concert.date >= since:
            hidden.append(concert)
    return sorted([*listed, *hidden], key=lambda one: (one.date, one.id))


def find_concert(office: Office, named: NamedConcert) -> Concert:
    """By its id, or as the only one on its date that is not hidden."""
    if not isinstance(named, datetime.date):
        try:
            return office.get_concert(ConcertId(named))
        except UnknownConcert:
            raise Failed(f"unknown_concert: no concert {id_characters(named)}") from None
    try:
        return office.find_concert(named)
    except UnknownConcert:
        raise Failed(
            f"unknown_concert: no concert on {named} (a hidden one is named by its id)"
        ) from None
    except AmbiguousConcert:
        same = [one for one in office.concerts(named) if one.date == named]
        listed = ", ".join(f"{id_characters(one.id)} {in_quotes(one.title)}" for one in same)
        raise Failed(f"ambiguous_concert: on {named} are {listed}; name one by its id") from None
