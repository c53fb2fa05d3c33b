#!/usr/bin/env python3
"""Posts the events of a box office to receivers: signed, in order, each at least once.

    export BOXOFFICE_LIBRARY=… PYTHONPATH=bindings/python/src
    examples/webhooks/deliver.py --db sale.db --receivers receivers.json --state /var/lib/webhooks

SIGTERM ends it: what is being posted is finished, and the cursors are kept. Exit status: 0 after that; 1 a fault of the store
(start it again); 2 something is to be set right by a person, which one line on stderr says.
"""

import argparse
import datetime
import fcntl
import json
import os
import re
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List
from urllib.parse import urlsplit

import boxoffice
import outbox
import signing
from sender import Pace, Receiver, Sender

SIGNALS = (signal.SIGTERM, signal.SIGINT)
TICK_SECONDS = 10.0
SPANS = ("hold_ttl", "capture_ttl", "identity_ttl", "idempotency_ttl")
COUNTS = ("holds_per_user", "issue_limit")


class BadStart(Exception):
    """Why it cannot start, in one line."""


def seconds(text: str) -> float:
    number = float(text)
    if not 0 < number <= 86_400:
        raise ValueError
    return number


def read_flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--db", required=True, metavar="FILE", help="the box office: its file, or the address of its PostgreSQL database")
    add("--receivers", required=True, metavar="FILE", help="JSON: who gets what (see README.md)")
    add("--state", required=True, metavar="DIR", help="keeps a cursor for each receiver; made if absent")
    add("--from-now", action="store_true", help="a receiver without a cursor begins with what happens next, not with what is kept")
    add("--skip", metavar="NAME=N", help="passes over all up to event N, for a receiver that can never take one; then ends")
    add("--prune", action="store_true", help="ticks the office, and has it forget what every receiver has")
    add("--rule", action="append", default=[], metavar="NAME=N",
        help=f"a rule that the office was opened with: {', '.join(SPANS)} (seconds), {', '.join(COUNTS)}")
    pace = Pace()
    add("--timeout", type=seconds, default=pace.timeout, metavar="S", help="for a receiver to answer (default: %(default)s)")
    add("--poll", type=seconds, default=pace.poll, metavar="S", help="between looks for new events (default: %(default)s)")
    add("--backoff", type=seconds, default=pace.backoff, metavar="S", help="after the first failure (default: %(default)s)")
    add("--backoff-max", type=seconds, default=pace.backoff_max, metavar="S", help="and at most (default: %(default)s)")
    return parser.parse_args()


def read_receivers(path: str) -> List[Receiver]:
    try:
        listed = json.loads(Path(path).read_text())["receivers"]
        return [read_receiver(one, index) for index, one in enumerate(listed)]
    except OSError as error:
        raise BadStart(f"--receivers {path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise BadStart(f"--receivers {path}: {error!r}") from None


def read_receiver(given: Any, index: int) -> Receiver:
    unknown = set(given) - {"name", "url", "secrets", "events"}
    name, secrets, events = given["name"], given["secrets"], given.get("events", [])
    address = urlsplit(given["url"] if re.fullmatch("[!-~]+", given["url"]) else "")
    if unknown or not re.fullmatch("[a-z0-9_-]{1,64}", name):
        raise ValueError(f"receiver {index}: {sorted(unknown)} is unknown, or its name is not of a-z, 0-9, - and _")
    if address.scheme not in ("http", "https") or not address.hostname or address.username or address.port == 0:
        raise ValueError(f"{name}: url: http:// or https://, a host, no user; visible ASCII alone")
    if not isinstance(secrets, list) or not secrets:
        raise ValueError(f"{name}: secrets: one at least")
    for secret in secrets:
        signing.key_of(secret)
    address.hostname.encode("idna")  # what cannot be looked up must not stop the others' delivery
    known = boxoffice.event_names()
    if not isinstance(events, list) or not all(event in known for event in events):
        # One with a slip in it would have everything passed over, for good.
        raise ValueError(f"{name}: events: a list of names, of {', '.join(known)}")
    return Receiver(name, given["url"], tuple(secrets), frozenset(events))


def open_office(flags: argparse.Namespace) -> boxoffice.Office:
    is_file = not re.match("postgres(ql)?://", flags.db)
    name = flags.db if is_file else "the PostgreSQL database"  # an address may have a password
    if is_file and ("://" in name or "password" in name):
        raise BadStart("--db: an address begins with postgresql://")
    if is_file and not os.path.isfile(flags.db):
        raise BadStart(f"--db {name}: no such file")  # one with a slip in it is not to be made
    rules: Dict[str, Any] = {}
    for rule in flags.rule:
        of, _, text = rule.partition("=")
        if of not in SPANS + COUNTS or not re.fullmatch("[0-9]{1,19}", text):
            raise BadStart(f"--rule {rule}: NAME=N, of {', '.join(SPANS + COUNTS)}")
        rules[of] = datetime.timedelta(seconds=int(text)) if of in SPANS else int(text)
    try:
        # It signs and reads no tokens: a key of its own, for nothing, so that none is made for it and kept in the store.
        return boxoffice.open(flags.db, token_keys={1: os.urandom(16)}, **rules)
    except boxoffice.InvalidOptions as error:
        raise BadStart(f"--db {name}: {error} (--rule)") from None
    except (boxoffice.Error, boxoffice.LibraryNotFound) as error:
        raise BadStart(f"--db {name}: {error}") from None


def lock(state: Path) -> Any:
    """Two of them would send everything twice, and out of order. The lock goes with the process, however it ends."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(state / "lock", "w")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadStart(f"--state {state}: another process delivers from there") from None
    except OSError as error:
        raise BadStart(f"--state {state}: {error.strerror}") from None
    return file


def first_cursor(office: boxoffice.Office, file: outbox.CursorFile, is_from_now: bool) -> outbox.Cursor:
    """Where the receiver is; of a new one also written down, so that the next start begins there whatever comes of this one."""
    try:
        cursor = file.read()
        if cursor is None:
            cursor = outbox.newest(office) if is_from_now else outbox.Cursor()
            file.write(cursor)
        outbox.check(office, cursor)
    except outbox.Lost as error:
        raise BadStart(f"{error}; move {file.path} away to begin with what is kept, or with --from-now") from None
    return cursor


def skip(flags: argparse.Namespace, state: Path, names: List[str]) -> None:
    name, _, text = flags.skip.partition("=")
    file = outbox.CursorFile(state / f"{name}.cursor")
    cursor = file.read() if name in names else None
    if cursor is None or not re.fullmatch("[0-9]{1,18}", text) or int(text) <= cursor.sequence:
        raise BadStart(f"--skip {flags.skip}: a receiver with a cursor, and an event after it ({cursor})")
    with open_office(flags) as office:
        target = outbox.Cursor(int(text))
        if not outbox.newest(office).sequence >= target.sequence:
            raise BadStart(f"--skip {flags.skip}: there is no such event yet")
        event = next(office.events(target.sequence - 1), None)
        if event is not None and event.sequence == target.sequence:
            target = outbox.message(event).cursor  # with its time, by which another history is known
    file.write(target)
    print(f"{name}: passes over events {cursor.sequence + 1} to {target.sequence}")


def prune(office: boxoffice.Office, senders: List[Sender]) -> None:
    consumed = min(sender.kept.sequence for sender in senders)
    for _ in range(100):  # the rest waits for the next time
        if not office.tick(consumed).more:
            break


def serve(office: boxoffice.Office, senders: List[Sender], stop: threading.Event, flags: argparse.Namespace) -> int:
    """Until a signal, or until a sender cannot go on."""
    for sender in senders:
        sender.start()
    print(f"delivering to {', '.join(sender.name for sender in senders)}", flush=True)
    next_tick = time.monotonic()
    while True:
        failure = next((sender.failure for sender in senders if sender.failure), None)
        if flags.prune and failure is None and time.monotonic() >= next_tick:
            next_tick = time.monotonic() + TICK_SECONDS
            with suppress(boxoffice.Busy):  # the next time
                prune(office, senders)
        # The signals are blocked and waited for: a handler could interrupt this thread just where it holds a lock.
        if failure is not None or signal.sigtimedwait(SIGNALS, 0.5) is not None:
            break
    stop.set()
    latest = time.monotonic() + 2 * flags.timeout
    for sender in senders:
        # One that hangs for longer is left: what it posts is not written down, and is sent again.
        sender.join(max(0.0, latest - time.monotonic()))
    if failure is not None:
        print(f"deliver.py: {failure!r}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    flags = read_flags()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # threads inherit it
    try:
        receivers = read_receivers(flags.receivers)
        names = [receiver.name for receiver in receivers]
        if not names or len(set(names)) < len(names):
            raise BadStart(f"--receivers {flags.receivers}: one at least, each with a name of its own")
        state = Path(flags.state)
        held = lock(state)
        if flags.skip:
            skip(flags, state, names)
            return 0
        pace = Pace(flags.timeout, flags.poll, flags.backoff, max(flags.backoff, flags.backoff_max))
        with held, open_office(flags) as office:
            stop, senders = threading.Event(), []
            for receiver in receivers:
                file = outbox.CursorFile(state / f"{receiver.name}.cursor")
                senders.append(Sender(office, receiver, file, first_cursor(office, file, flags.from_now), stop, pace))
            return serve(office, senders, stop, flags)
    except (BadStart, outbox.Lost) as error:
        print(f"deliver.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except (boxoffice.Fault, OSError) as error:
        print(f"deliver.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
