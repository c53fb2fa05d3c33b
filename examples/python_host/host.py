"""The box office behind Python's own HTTP server: the seed's eight endpoints. See README.md."""

import argparse
import datetime
import re
import signal
import sys
import threading
from zoneinfo import ZoneInfo

import boxoffice
from endpoints import Endpoints
from handler import Server

DAY = 24 * 60 * 60
COUNT_MAX = 10**9
LONG_AGO = datetime.date(1970, 1, 1)
BAD_START = 2  # the exit status of a bad flag, database or address


class Whole:
    """The type of a flag: a whole number from `least` to `most`."""

    def __init__(self, least, most):
        self.least = least
        self.most = most

    def __call__(self, text):
        number = int(text) if re.fullmatch("-?[0-9]{1,20}", text) else None
        if number is None or not self.least <= number <= self.most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {self.least} to {self.most}, found {text!r}")
        return number


def filled(text):
    """The type of a flag whose text may not be empty."""
    if not text:
        raise argparse.ArgumentTypeError("expected something, found nothing")
    return text


def zone(text):
    try:
        return ZoneInfo(text)
    except (ValueError, LookupError, OSError):
        raise argparse.ArgumentTypeError(f"expected a zone such as Asia/Seoul, found {text!r}") from None


def read_flags():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS, allow_abbrev=False)

    def add(name, kind, default, meaning):
        shown = "this machine's" if default is None else default
        parser.add_argument(name, type=kind, default=default, metavar="X", help=f"{meaning} (default: {shown})")

    add("--db", filled, ":memory:", "the database file, made if absent; :memory: keeps nothing")
    add("--host", filled, "127.0.0.1", "the address to listen on")
    add("--port", Whole(0, 65535), 8080, "0 takes any free one, which is printed")
    add("--capacity", Whole(0, COUNT_MAX), 200, "people in their turn at once")
    add("--queue-capacity", Whole(0, COUNT_MAX), 1_000_000, "people waiting at once")
    add("--hold-seconds", Whole(1, DAY), 300, "how long a held seat is kept")
    add("--arrive-seconds", Whole(1, DAY), 60, "how long an admitted place may take to show up")
    add("--active-seconds", Whole(1, DAY), 300, "how long a turn lasts")
    add("--turn-attempts", Whole(1, 1000), 3, "tries of a hold or payment until it is its turn")
    add("--turn-interval-ms", Whole(1, 60_000), 50, "milliseconds between them")
    add("--time-zone", zone, None, "the venue's, such as Asia/Seoul: says what day it is")
    parser.add_argument("--demo", action="store_true", help="fill an empty database with users and concerts")
    return parser.parse_args()


def open_office(flags):
    return boxoffice.open(
        flags.db,
        active_capacity=flags.capacity,
        queue_capacity=flags.queue_capacity,
        hold_ttl=datetime.timedelta(seconds=flags.hold_seconds),
        arrive_ttl=datetime.timedelta(seconds=flags.arrive_seconds),
        active_ttl=datetime.timedelta(seconds=flags.active_seconds),
    )


def fill(office, today):
    """user-1 to user-100, and three concerts with 50 seats each, if there is nobody and nothing yet."""
    if office.stats().users or office.concerts(LONG_AGO):
        print("--demo: the database is not empty, and is left as it is", file=sys.stderr)
        return
    office.batch(boxoffice.CreateUser(f"user-{number}") for number in range(1, 101)).check()
    seats = [boxoffice.NewSeat(str(number), price=100) for number in range(1, 51)]
    for days in (1, 2, 3):
        office.create_concert(today + datetime.timedelta(days=days), "Demo", office.find_room().id, seats)


def serve(server, host):
    """Until SIGTERM or SIGINT; requests inside are finished."""

    def stop(*_):
        # From another thread: shutdown waits for serve_forever, which this signal interrupts.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening on http://{host}:{server.server_port}", flush=True)
    server.serve_forever(poll_interval=0.05)
    server.finish()


def main():
    flags = read_flags()
    try:
        office = open_office(flags)
    except boxoffice.LibraryNotFound as error:
        return give_up(str(error))
    except boxoffice.Error as error:
        return give_up(f"--db {flags.db}: {error}")
    with office:
        interval = datetime.timedelta(milliseconds=flags.turn_interval_ms)
        endpoints = Endpoints(office, flags.time_zone, flags.turn_attempts, interval)
        try:
            if flags.demo:
                fill(office, endpoints.today())
            server = Server((flags.host, flags.port), endpoints)
        except boxoffice.Error as error:
            return give_up(f"--demo: {error}")
        except (OSError, UnicodeError) as error:
            return give_up(f"--host {flags.host} --port {flags.port}: {error}")
        with server:
            serve(server, flags.host)
    return 0


def give_up(what):
    """Says in one line why it cannot start."""
    print(f"host.py: {' '.join(what.split())}", file=sys.stderr)
    return BAD_START


if __name__ == "__main__":
    sys.exit(main())
