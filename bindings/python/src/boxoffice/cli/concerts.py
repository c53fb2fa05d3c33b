"""``concerts``: what is on the programme, and changes of its facts."""

from __future__ import annotations

import argparse
import datetime
from typing import Any, Dict, List, Optional

from .. import Concert, ConcertId, Office, Sale, SeatCounts
from .._json import id_characters, instant_text
from . import values
from .house import find_concert, open_office, with_hidden
from .output import Output, one_line, table
from .parsing import Commands, Parser, add_version_option
from .problems import DONE, WrongUsage

_FIRST_DAY = datetime.date(1970, 1, 1)


def add(commands: Commands) -> None:
    parser = commands.add(
        "concerts",
        list_them,
        "List the concerts; change, hide or delete one",
        "boxoffice concerts --since 2026-12-01 --db sale.db\n"
        "boxoffice concerts hide 2026-12-24 --db sale.db",
        says="CONCERT is an id, or a date where only one concert is on it that is not hidden.",
        json_keys=(
            "concerts [{a concert's fields, seats {available, held, sold, blocked}, state}]; state "
            "is on_sale, not_open, paused, closed or called_off"
        ),
    )
    parser.add_argument(
        "--since", type=values.date, default=_FIRST_DAY, metavar="DATE", help="from this date on"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="hidden ones too, as far as the events tell of them; reads all events",
    )
    group = Commands(parser, is_required=False)

    parser = group.add(
        "change",
        change,
        "Change the facts of a concert",
        'boxoffice concerts change 2026-12-24 --title "Winter, late" --db sale.db\n'
        "boxoffice concerts change 2026-12-24 --starts-at 2026-12-24T21:00+09:00 --db sale.db",
        says="What is not named stays. It changes rooms only while nobody holds a seat of it.",
        json_keys="concert (its facts)",
    )
    _add_concert(parser)
    parser.add_argument("--title")
    parser.add_argument("--date", type=values.date, metavar="DATE")
    parser.add_argument(
        "--starts-at",
        type=values.instant_or_none,
        default=...,  # not named; None takes it away
        metavar="TIME|none",
        help="when it begins",
    )
    parser.add_argument("--room", metavar="NAME", help="its waiting room")

    for name, run, which, summary in (
        ("hide", hide, "2026-12-24", "Take a concert off the lists; who knows its id can buy"),
        ("unhide", unhide, "06X1J1G0ZR000", "Put a hidden concert back on the lists"),
        ("delete", delete, "2026-12-24", "Delete a concert of which nothing was ever held"),
    ):
        parser = group.add(
            name,
            run,
            summary,
            f"boxoffice concerts {name} {which} --db sale.db",
            json_keys="concert (its facts" + (", as they were)" if name == "delete" else ")"),
        )
        _add_concert(parser)


def _add_concert(parser: Parser) -> None:
    parser.add_argument("concert", type=values.concert, metavar="CONCERT", help="its id or date")
    add_version_option(parser, "the concert")


# ---- the list -----------------------------------------------------------------------------------


def state_of(concert: Concert, sale: Sale, now: datetime.datetime) -> str:
    """In one word, what keeps it from being sold, if anything does."""
    terms = sale.terms
    if concert.called_off_at is not None:
        return "called_off"
    if terms.closes_at is not None and terms.closes_at <= now:
        return "closed"
    if terms.is_paused:
        return "paused"
    if terms.opens_at is not None and now < terms.opens_at:
        return "not_open"
    return "on_sale"


def _described(concert: Concert, seats: SeatCounts, state: str) -> Dict[str, Any]:
    return {**concert.to_dict(), "seats": seats.to_dict(), "state": state}


def list_them(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        concerts = office.concerts(args.since)
        if args.all:
            concerts = with_hidden(office, concerts, args.since)
        now = office.now()
        seats = {one.id: office.count_seats(one.id) for one in concerts}
        states = {one.id: state_of(one, office.get_sale(one.id), now) for one in concerts}
    rows = (
        (
            id_characters(one.id),
            one.date,
            instant_text(one.starts_at)[11:16] + "Z" if one.starts_at else "-",
            one.title,
            seats[one.id].available,
            seats[one.id].held,
            seats[one.id].sold,
            states[one.id] + (" hidden" if one.is_hidden else ""),
        )
        for one in concerts
    )
    titles = ("concert", "date", "begins", "title", "left", "held", "sold", "state")
    value = {"concerts": [_described(one, seats[one.id], states[one.id]) for one in concerts]}
    output.answer(value, table(titles, rows) or ["no concerts"])
    return DONE


# ---- changes ------------------------------------------------------------------------------------


def _answer(output: Output, concert: Concert, what: str) -> int:
    line = f"{id_characters(concert.id)}  {concert.date}  {one_line(concert.title)}: {what}"
    output.answer({"concert": concert.to_dict()}, [line])
    return DONE


def _change(office: Office, concert: Concert, if_version: Optional[int], **facts: Any) -> Concert:
    """With the version that was read: a change in between is refused, not undone."""
    now: Dict[str, Any] = {
        "date": concert.date,
        "title": concert.title,
        "starts_at": concert.starts_at,
        "is_hidden": concert.is_hidden,
        **facts,
    }
    office.change_concert(concert.id, version=if_version or concert.version, **now)
    return office.get_concert(concert.id)


def change(args: argparse.Namespace, output: Output) -> int:
    facts: Dict[str, Any] = {}
    if args.title is not None:
        facts["title"] = args.title
    if args.date is not None:
        facts["date"] = args.date
    if args.starts_at is not ...:
        facts["starts_at"] = args.starts_at
    if not facts and args.room is None:
        raise WrongUsage("nothing to change: name --title, --date, --starts-at or --room")
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        if args.room is not None:
            facts["room"] = office.find_room(args.room).id
        changed = _change(office, concert, args.if_version, **facts)
    return _answer(output, changed, f"changed, version {changed.version}")


def hide(args: argparse.Namespace, output: Output) -> int:
    return _set_hidden(args, output, True)


def unhide(args: argparse.Namespace, output: Output) -> int:
    return _set_hidden(args, output, False)


def _set_hidden(args: argparse.Namespace, output: Output, is_hidden: bool) -> int:
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        if concert.is_hidden != is_hidden or args.if_version is not None:
            concert = _change(office, concert, args.if_version, is_hidden=is_hidden)
    return _answer(output, concert, "hidden" if is_hidden else "on the lists")


def delete(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        office.delete_concert(ConcertId(concert.id), args.if_version or concert.version)
    return _answer(output, concert, "deleted")
