"""``cancel``, ``refund``, ``call-off``: what is given back."""

from __future__ import annotations

import argparse
import secrets
import sys
import unicodedata
from typing import Any, Dict, Optional

from .. import Concert, Fault, Office, SeatCounts, Swept
from .._json import id_characters, instant_text
from . import values
from .house import find_concert, open_office
from .output import Output, Progress, counted, one_line, table
from .parsing import Commands
from .problems import DONE, REFUSED, Failed, WrongUsage

#: Holds and sales that one sweep ends: few enough that buyers of other concerts do not notice.
_SWEEP = 500


def add(commands: Commands) -> None:
    parser = commands.add(
        "cancel",
        cancel,
        "Cancel what a user bought, by the terms under which it was held",
        "boxoffice cancel mina 06X1J1G0ZR000 --db sale.db",
        says=(
            "All of the reservations or none; `users show` lists them. Cancelled already: what "
            "came back then. What the terms do not give back, `refund --cancel` can."
        ),
        json_keys="refund, balance, items [{reservation, refund}]",
    )
    parser.add_argument("user", metavar="USER", help="the external id")
    parser.add_argument("reservations", metavar="RESERVATION", nargs="+", type=values.reservation)
    parser.add_argument("--key", type=values.key, help="an idempotency key of yours")

    parser = commands.add(
        "refund",
        refund,
        "Give points back for a sale",
        'boxoffice refund 06X1J1G0ZR000 5000 --reason "no view" --db sale.db',
        says=(
            "At most what is left of its price. Two equal refunds can both be meant, so a "
            "repetition is one more, unless it has the key of the first: who is not told what came "
            "of one repeats it with that."
        ),
        json_keys="reservation, amount, refunded (of the price, in all), key",
    )
    parser.add_argument("reservation", metavar="RESERVATION", type=values.reservation)
    parser.add_argument("amount", metavar="AMOUNT", type=values.amount, help="points")
    parser.add_argument("--cancel", action="store_true", help="take the seat back, on sale again")
    parser.add_argument("--reason", default="", help="stays with the transfer; its buyer sees it")
    parser.add_argument("--key", type=values.key, help="of an earlier try (else a new one)")

    parser = commands.add(
        "call-off",
        call_off,
        "Call a concert off for good, and give back what was paid",
        'boxoffice call-off 2026-12-24 --reason "the singer is ill" --db sale.db',
        says=(
            "It cannot be taken back, so its title is to be typed. Then the refunds: however often "
            "it is stopped and repeated, each sale is refunded once, and the ticks of a host go on "
            "by themselves. Exit 1 where something could not be given back yet."
        ),
        json_keys="concert (its facts), refunded, released (by this command), stuck",
    )
    parser.add_argument("concert", type=values.concert, metavar="CONCERT", help="its id or date")
    parser.add_argument("--reason", default="", help="its buyers see it")
    parser.add_argument("--yes", action="store_true", help="do not ask for the title")


def cancel(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        user = office.find_user(args.user)
        cancelled = office.cancel(user, args.reservations, args.key)
    items = ((id_characters(one.reservation), one.refund) for one in cancelled.items)
    last = f"{cancelled.refund:,} points back; {one_line(args.user)} has {cancelled.balance:,}"
    output.answer(cancelled.to_dict(), [*table(("reservation", "refund"), items), last])
    return DONE


def refund(args: argparse.Namespace, output: Output) -> int:
    key: str = args.key or secrets.token_hex(16)
    with open_office(args) as office:
        if not args.key:  # before anything is given: whatever becomes of this process, it can be asked again
            output.note(f"asked with --key {key}: the same key gives it once")
        try:
            given = office.refund(args.reservation, args.amount, args.cancel, key, args.reason)
        except (Fault, KeyboardInterrupt):
            output.note(f"it is not known whether it was given; ask again with --key {key}")
            raise
    line = f"{given.amount:,} points back, {given.refunded:,} of its price in all"
    output.answer({**given.to_dict(), "key": key}, [line])
    return DONE


# ---- calling off --------------------------------------------------------------------------------


def _same(text: str) -> str:
    """Composed, since some keyboards send Korean in parts; without blanks around."""
    return unicodedata.normalize("NFC", text).strip()


def _confirm(concert: Concert, seats: SeatCounts) -> None:
    """The title is typed: a date alone is easily that of another."""
    if not sys.stdin or not sys.stdin.isatty():
        raise WrongUsage("calling off cannot be taken back: without a terminal it needs --yes")
    title = one_line(concert.title)
    print(
        f"{title} on {concert.date}: {counted(seats.sold, 'seat')} sold, {seats.held:,} held. "
        "Calling it off cannot be taken back.\nType its title to call it off: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    try:
        typed = sys.stdin.readline()
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what is said of it stands on a line of its own
        raise
    if _same(typed) != _same(title):
        raise Failed("that is not its title; nothing was done")


def _give_back(office: Office, concert: Concert, total: Optional[int]) -> Swept:
    """Sweeps until nothing is left but what has no room for it."""
    refunded = released = 0
    with Progress() as progress:
        while True:
            swept = office.sweep_refunds(concert.id, _SWEEP)
            refunded += swept.refunded
            released += swept.released
            done = f"{refunded + released:,}" + (f" of {total:,}" if total is not None else "")
            progress.show(f"given back: {done}")
            if not swept.more or swept.refunded + swept.released == 0:
                return Swept(refunded, released, swept.stuck, False)


def call_off(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        concert = find_concert(office, args.concert)
        total: Optional[int] = None
        if concert.called_off_at is None:
            seats = office.count_seats(concert.id)
            total = seats.sold + seats.held
            if not args.yes:
                _confirm(concert, seats)
            office.call_off(concert.id, args.reason)
            concert = office.get_concert(concert.id)
        try:
            swept = _give_back(office, concert, total)
        except (Fault, KeyboardInterrupt):
            output.note("it is called off; repeat this to give back what is left")
            raise
    return _answer(output, concert, swept)


def _answer(output: Output, concert: Concert, swept: Swept) -> int:
    value: Dict[str, Any] = {
        "concert": concert.to_dict(),
        "refunded": swept.refunded,
        "released": swept.released,
        "stuck": swept.stuck,
    }
    since = instant_text(concert.called_off_at)[:19] + "Z" if concert.called_off_at else ""
    which = f"{id_characters(concert.id)}  {concert.date}  {one_line(concert.title)}"
    lines = [
        f"{which}: called off {since}",
        f"  {counted(swept.refunded, 'sale')} refunded, {counted(swept.released, 'hold')} ended",
    ]
    output.answer(value, lines)
    if swept.stuck:
        output.note(
            f"not given back yet: {counted(swept.stuck, 'sale')}, for which the payers' balances "
            "have no room; repeat this when they have, or leave it to the host's ticks"
        )
        return REFUSED
    return DONE
