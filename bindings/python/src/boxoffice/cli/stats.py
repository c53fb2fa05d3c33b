"""``stats``: the house at a glance, once or live."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from typing import Any, Dict

from .. import Office, Stats
from .._json import instant_text
from . import values
from .house import open_office
from .output import Output
from .parsing import Commands
from .problems import DONE, WrongUsage

_INTERVAL = 2.0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("expected seconds, 0.1 to 86400")
    return seconds


def add(commands: Commands) -> None:
    parser = commands.add(
        "stats",
        run,
        "Show how many users, places and seats there are",
        "boxoffice stats --db sale.db\nboxoffice stats --watch 5 --db sale.db",
        says="With --watch again and again, until Ctrl-C.",
        json_keys=(
            "at, users, waiting, admitted, seats {available, held, sold, blocked}; with --watch "
            "one object a line"
        ),
    )
    parser.add_argument(
        "--watch",
        nargs="?",
        type=_seconds,
        const=_INTERVAL,
        metavar="SECONDS",
        help=f"live, so often ({_INTERVAL:.0f} s)",
    )
    parser.add_argument(
        "--times", type=values.number(1, 10**9), metavar="N", help="with --watch: so many times"
    )


def _value(at: datetime.datetime, stats: Stats) -> Dict[str, Any]:
    return {"at": instant_text(at), **stats.to_dict()}


def _line(stats: Stats) -> str:
    seats = stats.seats
    return (
        f"users {stats.users:,}, waiting {stats.waiting:,}, admitted {stats.admitted:,}; seats: "
        f"{seats.available:,} available, {seats.held:,} held, {seats.sold:,} sold, "
        f"{seats.blocked:,} blocked"
    )


def _watch(args: argparse.Namespace, output: Output, office: Office) -> None:
    """On a terminal one line that changes; else a line a look, so that it can be kept."""
    is_live = sys.stdout.isatty() and not output.is_json
    width = 0
    looks = 0
    try:
        while True:
            at, stats = office.now(), office.stats()
            if output.is_json:
                print(json.dumps(_value(at, stats)), flush=True)
            elif is_live:
                text = _line(stats)
                print("\r" + text.ljust(width), end="", flush=True)
                width = len(text)
            else:
                print(f"{instant_text(at)[:19]}Z {_line(stats)}", flush=True)
            looks += 1
            if looks == args.times:
                return
            time.sleep(args.watch)
    except KeyboardInterrupt:
        pass  # that is how one ends it
    finally:
        if is_live and looks:
            print(flush=True)


def run(args: argparse.Namespace, output: Output) -> int:
    if args.times is not None and args.watch is None:
        raise WrongUsage("--times goes with --watch")
    with open_office(args) as office:
        if args.watch is not None:
            _watch(args, output, office)
        else:
            stats = office.stats()
            output.answer(_value(office.now(), stats), [_line(stats)])
    return DONE
