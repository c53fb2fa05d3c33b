"""``sale``: on which terms a concert is sold, and for how much."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
from typing import Any, Dict, List, NamedTuple

from .. import Concert, Office, Price, RefundStep, Sale, StaleVersion, Terms, TicketType
from .._json import id_characters, instant_text
from . import values
from .house import find_concert, open_office
from .importing import make_types, tariff_of
from .output import Output, in_quotes, one_line, table
from .parsing import Commands, Parser, add_version_option
from .plan import read_prices
from .problems import DONE, Failed, WrongUsage

_KEYS = (
    "concert (its id), sale {version, made_at, tariff, terms}, prices [{category, price, type}], "
    "types [a type's fields]"
)


def add(commands: Commands) -> None:
    group = Commands(
        commands.add(
            "sale",
            None,
            "Show and change on which terms a concert is sold, and its prices",
            "boxoffice sale show 2026-12-24 --db sale.db",
            says="What is held or sold keeps the terms and the price under which it was held.",
        ),
        is_required=True,
    )
    _add(group, "show", show, "Show the terms, prices and types of ticket", is_change=False)
    parser = _add(
        group,
        "change",
        change,
        "Change the terms",
        "--opens-at 2026-12-01T20:00+09:00 --seats-per-order 4 --refund 2026-12-23T18:00+09:00=90",
        says="What is not named stays.",
    )
    _add_terms(parser)
    _add(group, "pause", pause, "Take no new holds; what is held can be paid")
    _add(group, "resume", resume, "Go on selling")
    parser = _add(
        group,
        "tariff",
        tariff,
        "Set the prices, by category and type of ticket",
        "--prices prices.csv",
        says=(
            "They replace all prices before. A type that the concert does not have is made. A "
            "category without a price for a type is not sold to it; who names no type pays the "
            "seat's own price where there is none."
        ),
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--prices", metavar="FILE", help="CSV: category,points,type")
    which.add_argument("--clear", action="store_true", help="back to the seats' own prices")
    parser = _add(
        group,
        "type",
        make_type,
        "Make a type of ticket",
        "--name child --max-per-order 3 --needs full",
        is_change=False,
    )
    parser.add_argument("--name", required=True)
    parser.add_argument(
        "--max-per-order", type=values.number(0, 50), default=0, metavar="N", help="0: no limit"
    )
    parser.add_argument("--needs", metavar="TYPE", help="sold only beside one of that type")


def _add(
    group: Commands,
    name: str,
    run: Any,
    summary: str,
    example: str = "",
    says: str = "",
    is_change: bool = True,
) -> Parser:
    line = " ".join(filter(None, ("boxoffice sale", name, "2026-12-24", example, "--db sale.db")))
    parser = group.add(name, run, summary, line, says, _KEYS)
    parser.add_argument("concert", type=values.concert, metavar="CONCERT", help="its id or date")
    if is_change:
        add_version_option(parser, "the sale")
    return parser


def _add_terms(parser: argparse.ArgumentParser) -> None:
    when: Dict[str, Any] = {
        "type": values.instant_or_none,
        "default": ...,  # not named; None takes the bound away
        "metavar": "TIME|none",
    }
    parser.add_argument("--opens-at", help="on sale from then on", **when)
    parser.add_argument("--closes-at", help="and until just before then", **when)
    parser.add_argument("--seats-per-order", type=values.number(1, 50), metavar="N")
    parser.add_argument(
        "--seats-per-user", type=values.number(0, 10_000), metavar="N", help="0: no limit"
    )
    parser.add_argument(
        "--hold-seconds", type=values.number(0, 86_400), metavar="S", help="0: the house's"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--refund",
        type=values.refund_step,
        action="append",
        metavar="UNTIL=PERCENT",
        help="what comes back to who cancels until then; again for the next; UNTIL may be always",
    )
    which.add_argument("--no-refunds", action="store_true", help="nobody cancels")


# ---- what there is ------------------------------------------------------------------------------


class _Programmed(NamedTuple):
    sale: Sale
    prices: List[Price]
    types: List[TicketType]


def _look(office: Office, concert: Concert) -> _Programmed:
    """Terms, prices and types are three questions: asked again until no change came between."""
    while True:
        sale = office.get_sale(concert.id)
        found = _Programmed(sale, office.tariff(concert.id), office.types(concert.id))
        if office.get_sale(concert.id).version == sale.version:
            return found


def _when(instant: Any, otherwise: str) -> str:
    return otherwise if instant is None else instant_text(instant)[:19] + "Z"


def _refund_line(steps: List[RefundStep]) -> str:
    if not steps:
        return "nobody cancels"
    told = (
        f"{one.thousandths / 10:g} % back" + (f" until {_when(one.until, '')}" if one.until else "")
        for one in steps
    )
    return ", then ".join(told)


def _window_line(terms: Terms) -> str:
    if terms.opens_at is None and terms.closes_at is None:
        return "always"
    return f"from {_when(terms.opens_at, 'ever')} until {_when(terms.closes_at, 'ever')}"


def _lines(concert: Concert, found: _Programmed) -> List[str]:
    terms = found.sale.terms
    names = {one.id: one.name for one in found.types}
    lines = [
        f"{id_characters(concert.id)}  {concert.date}  {one_line(concert.title)}",
        f"  version          {found.sale.version}",
        f"  on sale          {_window_line(terms)}" + (", paused" if terms.is_paused else ""),
        f"  seats an order   {terms.seats_per_order}",
        f"  seats a user     {terms.seats_per_user or 'no limit'}",
        f"  a hold lasts     {terms.hold_ttl or 'as the house says'}",
        f"  cancelling       {_refund_line(list(terms.refund_steps))}",
    ]
    prices = (
        (one.category, names.get(one.type, "?") if one.type else "", one.price)
        for one in found.prices
    )
    lines += table(("category", "type", "price"), prices) or ["  prices           the seats' own"]
    types = (
        (one.name, one.max_per_order or "no limit", names.get(one.needs, "?") if one.needs else "")
        for one in found.types
    )
    return lines + table(("type", "most an order", "needs"), types)


def _answer(output: Output, office: Office, concert: Concert) -> int:
    found = _look(office, concert)
    sale = found.sale.to_dict()
    value = {
        "concert": sale.pop("concert"),
        "sale": sale,
        "prices": [one.to_dict() for one in found.prices],
        "types": [one.to_dict() for one in found.types],
    }
    output.answer(value, _lines(concert, found))
    return DONE


def show(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        return _answer(output, office, find_concert(office, args.concert))


# ---- terms --------------------------------------------------------------------------------------


def _named_terms(args: argparse.Namespace) -> Dict[str, Any]:
    """Those of the command line, by the fields of Terms."""
    out: Dict[str, Any] = {}
    for name in ("opens_at", "closes_at"):
        if getattr(args, name) is not ...:
            out[name] = getattr(args, name)
    for name in ("seats_per_order", "seats_per_user"):
        if getattr(args, name) is not None:
            out[name] = getattr(args, name)
    if args.hold_seconds is not None:
        seconds = args.hold_seconds
        out["hold_ttl"] = datetime.timedelta(seconds=seconds) if seconds else None
    if args.no_refunds:
        out["refund_steps"] = ()
    elif args.refund:
        out["refund_steps"] = tuple(args.refund)
    return out


def _set(args: argparse.Namespace, output: Output, **terms: Any) -> int:
    """With the version that was read: a change in between is refused, not undone."""
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        sale = office.get_sale(concert.id)
        changed: Terms = dataclasses.replace(sale.terms, **terms)
        if changed != sale.terms or args.if_version is not None:
            office.change_sale(concert.id, changed, args.if_version or sale.version)
        return _answer(output, office, concert)


def change(args: argparse.Namespace, output: Output) -> int:
    terms = _named_terms(args)
    if not terms:
        raise WrongUsage("nothing to change: name a term, --opens-at or another")
    return _set(args, output, **terms)


def pause(args: argparse.Namespace, output: Output) -> int:
    return _set(args, output, is_paused=True)


def resume(args: argparse.Namespace, output: Output) -> int:
    return _set(args, output, is_paused=False)


# ---- prices -------------------------------------------------------------------------------------


def tariff(args: argparse.Namespace, output: Output) -> int:
    rows = [] if args.clear else read_prices(args.prices)
    if not args.clear and not rows:
        raise Failed(f"{one_line(args.prices)}: no prices; --clear takes the tariff away")
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        version = office.get_sale(concert.id).version
        if args.if_version not in (None, version):  # before types are made for it
            raise StaleVersion("it was changed meanwhile; look at it again")
        prices = tariff_of(rows, make_types(office, concert.id, rows))
        office.set_tariff(concert.id, prices, version)
        known = {seat.category for seat in office.seats(concert.id)}
        for price in prices:
            if price.category not in known:  # mostly a name with a slip in it
                output.note(f"the concert has no seats of category {in_quotes(price.category)}")
        return _answer(output, office, concert)


def make_type(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        needs = None
        if args.needs is not None:
            ids = {one.name: one.id for one in office.types(concert.id)}
            needs = ids.get(args.needs)
            if needs is None:
                raise Failed(f"unknown_type: the concert has no type {in_quotes(args.needs)}")
        office.create_type(concert.id, args.name, args.max_per_order, needs)
        return _answer(output, office, concert)
