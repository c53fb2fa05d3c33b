"""``import``: a concert from a seating plan and prices."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import os
from typing import Any, Dict, List, Optional

from .. import Concert, ConcertId, Error, NewSeat, Office, Price, TypeId
from .._json import id_characters
from . import values
from .house import database, is_address, name_of, open_office, with_hidden
from .output import Output, counted, in_quotes, one_line
from .parsing import Commands
from .plan import NotForSale, Plan, PriceRow, label, price_seats, read_plan, read_prices
from .problems import DONE, Failed


def add(commands: Commands) -> None:
    parser = commands.add(
        "import",
        run,
        "Make a concert of a seating plan and prices",
        "boxoffice import hall.json prices.csv --date 2026-12-24 --db sale.db --create",
        says=(
            "PLAN is the JSON of pretix's seating plans; PRICES is CSV with the columns "
            "category,points, and, where tickets are of types (full, child), type. Seats of a "
            "category that PRICES does not name, or of none, are on the plan but not for sale. "
            "With a type, a time, a window or a pause the seats come last, so that nothing is sold "
            "on other terms."
        ),
        json_keys=(
            "concert (its facts), seats, not_for_sale {seats, without_category, categories}, "
            "prices (of the tariff; empty: the seats' own), made_office"
        ),
    )
    parser.add_argument("plan", metavar="PLAN", help="the seating plan, JSON")
    parser.add_argument("prices", metavar="PRICES", help="what each category costs, CSV")
    parser.add_argument("--date", required=True, type=values.date, help="yyyy-mm-dd, at the venue")
    parser.add_argument("--title", help="what the concert is called (else the plan's name)")
    parser.add_argument("--room", default="main", metavar="NAME", help="its waiting room (main)")
    parser.add_argument("--starts-at", type=values.instant, metavar="TIME", help="when it begins")
    parser.add_argument("--opens-at", type=values.instant, metavar="TIME", help="on sale from then")
    parser.add_argument("--closes-at", type=values.instant, metavar="TIME", help="and until then")
    parser.add_argument("--paused", action="store_true", help="not on sale until `sale resume`")
    parser.add_argument("--hidden", action="store_true", help="off the lists until unhidden")
    parser.add_argument("--again", action="store_true", help="although one of that title is there")
    parser.add_argument("--create", action="store_true", help="make the box office, if need be")


# ---- prices -------------------------------------------------------------------------------------


def _plain_prices(path: str, rows: List[PriceRow]) -> Dict[str, int]:
    """What seats cost who names no type. A category must say so: a seat's own price counts where
    the tariff has none, and it would be 0."""
    plain = {row.category: row.points for row in rows if not row.kind}
    for row in rows:
        if row.category not in plain:
            raise Failed(
                f"{one_line(path)}: line {row.line}: {in_quotes(row.category)} needs a row without "
                "a type as well: what it costs who names none"
            )
    return plain


def make_types(office: Office, concert: ConcertId, rows: List[PriceRow]) -> Dict[str, TypeId]:
    """The types that the rows name, by name; made where the concert does not have them."""
    types = {one.name: one.id for one in office.types(concert)}
    for row in rows:
        if row.kind and row.kind not in types:
            types[row.kind] = office.create_type(concert, row.kind)
    return types


def tariff_of(rows: List[PriceRow], types: Dict[str, TypeId]) -> List[Price]:
    """The rows as the engine takes them; a category is cut as those of seats are."""
    return [Price(label(row.category), row.points, types.get(row.kind)) for row in rows]


# ---- the concert --------------------------------------------------------------------------------


def _refuse_another(office: Office, date: datetime.date, title: str) -> None:
    """A second concert of the same name on the same day is mostly a command that was run twice."""
    for one in with_hidden(office, office.concerts(date), date):
        if one.date == date and one.title == title:
            raise Failed(
                f"{in_quotes(title)} on {date} is there already, {id_characters(one.id)}; --again "
                "makes another"
            )


def _has_terms(args: argparse.Namespace, rows: List[PriceRow]) -> bool:
    asked = (args.starts_at, args.opens_at, args.closes_at, args.paused, args.hidden)
    return any(asked) or any(row.kind for row in rows)


def _make(
    office: Office, args: argparse.Namespace, title: str, seats: List[NewSeat], rows: List[PriceRow]
) -> ConcertId:
    room = office.find_room(args.room).id
    if not _has_terms(args, rows):
        return office.create_concert(args.date, title, room, seats)
    # A concert is on sale, on the terms of a new one, from the moment that it has seats.
    concert = office.create_concert(args.date, title, room)
    try:
        _set_terms(office, args, concert, title, rows)
        office.add_seats(concert, seats)
    except (Error, KeyboardInterrupt):
        _take_away(office, concert)
        raise
    return concert


def _set_terms(
    office: Office, args: argparse.Namespace, concert: ConcertId, title: str, rows: List[PriceRow]
) -> None:
    if args.starts_at is not None or args.hidden:
        office.change_concert(concert, args.date, title, 1, args.starts_at, args.hidden)
    sale = office.get_sale(concert)
    terms = dataclasses.replace(
        sale.terms, opens_at=args.opens_at, closes_at=args.closes_at, is_paused=args.paused
    )
    version = sale.version
    if terms != sale.terms:
        version = office.change_sale(concert, terms, version)
    if any(row.kind for row in rows):
        types = make_types(office, concert, rows)
        office.set_tariff(concert, tariff_of(rows, types), version)


def _take_away(office: Office, concert: ConcertId) -> None:
    """What was half made. Where that fails too, an empty concert stays, which sells nothing."""
    try:
        office.delete_concert(concert, office.get_concert(concert).version)
    except Error:
        pass


# ---- the answer ---------------------------------------------------------------------------------


def _warn(output: Output, args: argparse.Namespace, plan: Plan, rows: List[PriceRow]) -> None:
    """A price for what is not on the plan is mostly a name with a slip in it."""
    for row in rows:
        if row.category not in plan.categories and not row.kind:
            output.note(
                f"{args.prices}: line {row.line}: {in_quotes(row.category)} is not on the plan"
            )


def _answer(
    output: Output,
    concert: Concert,
    seats: int,
    blocked: NotForSale,
    tariff: List[Price],
    made: str,
) -> None:
    value: Dict[str, Any] = {
        "concert": concert.to_dict(),
        "seats": seats,
        "not_for_sale": {
            "seats": blocked.seats,
            "without_category": blocked.without_category,
            "categories": [
                {"category": name, "seats": count} for name, count in blocked.categories
            ],
        },
        "prices": [price.to_dict() for price in tariff],
        "made_office": bool(made),
    }
    lines = [f"made {made}"] if made else []
    lines.append(
        f"{id_characters(concert.id)}  {concert.date}  {one_line(concert.title)}: "
        + counted(seats, "seat")
    )
    if blocked.seats:
        lines.append(f"not for sale: {blocked.seats:,}")
    if blocked.without_category:
        lines.append(f"  without a category: {blocked.without_category:,}")
    lines += [f"  no price for {in_quotes(name)}: {count:,}" for name, count in blocked.categories]
    output.answer(value, lines)


def run(args: argparse.Namespace, output: Output) -> int:
    # Before the office is opened, so that a bad file does not leave an empty house behind.
    plan = read_plan(args.plan)
    rows = read_prices(args.prices)
    seats, blocked = price_seats(plan, _plain_prices(args.prices, rows))
    title: Optional[str] = args.title
    if title is None:
        title = plan.name
    db = database(args)
    is_new = args.create and not is_address(db) and not os.path.exists(db)
    with open_office(args, create=args.create) as office:
        if not args.again:
            _refuse_another(office, args.date, title)
        identity = _make(office, args, title, seats, rows)
        concert = office.get_concert(identity)
        tariff = office.tariff(identity)
    _warn(output, args, plan, rows)
    _answer(output, concert, len(seats), blocked, tariff, name_of(db) if is_new else "")
    return DONE
