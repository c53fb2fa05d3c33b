#!/usr/bin/env python3
"""Kills the primary of a PostgreSQL cluster under load, again and again, and counts what was lost. See README.md; run.sh
installs and builds what this needs."""

import argparse
import collections
import dataclasses
import os
import random
import secrets
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import buyers
import check
import nodes
from nodes import Trouble, await_that

SERVE_SECONDS = 60  # after a kill; longer is a failure
WHOLE_SECONDS = 300  # until the killed node is a standby again
GOAL_SECONDS = 5  # from the new primary on


@dataclasses.dataclass
class Kill:
    """One kill, in seconds from it."""

    to_primary: float  # until another node takes writes
    to_first: float  # until a command is acknowledged
    to_all: float  # until each server has acknowledged one

    @property
    def after_primary(self):
        return max(0.0, self.to_all - self.to_primary)


def say(words):
    print(f"[{time.strftime('%H:%M:%S')}] {words}", flush=True)


class Load:
    """Buyers under way. Stopped at the end of the `with`."""

    def __init__(self, hosts, admin_key, count, seed):
        self.hosts = hosts
        self.notes = buyers.Notes()
        self.ends = threading.Event()
        hall = buyers.Hall(admin_key)
        ports = [host.port for host in hosts]
        self.buyers = [buyers.Buyer(i, ports, hall, self.notes, self.ends, seed) for i in range(count)]

    def __enter__(self):
        for one in self.buyers:
            one.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        for one in self.buyers:
            one.join()

    def check(self):
        """Throws where a server or a buyer ended that was not told to."""
        for host in self.hosts:
            host.check()
        for one in self.buyers:
            if one.problem is not None:
                raise Trouble(f"{one.name} failed: {one.problem!r}")

    def servers_since(self, asked_at, answered_at):
        """{server: when it first acknowledged} of what was asked after `asked_at`, or answered after `answered_at`."""
        first = {}
        for asked, answered, server in reversed(self.notes.answers):
            if answered < asked_at:
                break
            if asked > asked_at or answered > answered_at:
                first[server] = answered
        return first

    def await_served(self, asked_at, answered_at, seconds):
        """The same, once every server has. Throws Trouble."""
        every = len(self.hosts)

        def served():
            first = self.servers_since(asked_at, answered_at)
            return first if len(first) == every else None

        return await_that(served, seconds, "every server acknowledges commands again", self.check)


def kill_primary(cluster, load, lag):
    """Kills it and waits until all servers serve again; a Kill. With `lag`, nothing reaches the standbys in its last so many
    seconds."""
    primary = cluster.primary()
    if primary is None:
        raise Trouble("there is no primary to kill")
    if lag:
        for pid in primary.backends("walsender"):
            os.kill(pid, signal.SIGSTOP)
        time.sleep(lag)
    primary.kill()
    begin = time.monotonic()
    others = [node for node in cluster.nodes if node is not primary]
    await_that(lambda: any(node.is_primary() for node in others), SERVE_SECONDS, "another primary", cluster.check, 0.01)
    promoted = time.monotonic()
    first = load.await_served(begin, promoted, SERVE_SECONDS)
    return Kill(promoted - begin, min(first.values()) - begin, max(first.values()) - begin)


def run_kills(flags, cluster, load, chance, kills):
    """Appends each to `kills`. Throws Trouble."""
    load.await_served(0.0, 0.0, SERVE_SECONDS)
    for number in range(1, flags.kills + 1):
        until = time.monotonic() + chance.uniform(1, 3)
        while time.monotonic() < until:
            load.check()
            time.sleep(0.1)
        before = load.notes.acknowledged()
        kills.append(kill_primary(cluster, load, flags.lag))
        one = kills[-1]
        begin = time.monotonic()
        cluster.await_whole(WHOLE_SECONDS)
        say(
            f"kill {number}: {before:,} acknowledged before; new primary after {one.to_primary:.1f} s, first command after "
            f"{one.to_first:.1f} s, all servers after {one.to_all:.1f} s; "
            f"three nodes again {time.monotonic() - begin:.1f} s later"
        )
    time.sleep(1)  # and something is sold on the last primary


def report(flags, kills, notes, found, violations, tries):
    lines = [
        ("kills", f"{len(kills)}"),
        ("acknowledged", f"{notes.acknowledged():,}"),
        ("  payments", f"{len(notes.payments):,}"),
        ("  recharges", f"{len(notes.recharges):,}"),
        ("  holds", f"{len(notes.holds):,}"),
        ("lost", f"{len(found.lost):,}"),
        ("sold or done twice", f"{len(found.twice):,}"),
    ]
    if kills:

        in_time = sum(one.after_primary <= GOAL_SECONDS for one in kills)

        def spread(values):
            return f"{max(values):.1f} / {statistics.median(values):.1f}"

        lines += [
            ("seconds without service, max / median", ""),
            ("  from the kill to a new primary", spread([one.to_primary for one in kills])),
            ("  from the new primary to the first command", spread([max(0.0, one.to_first - one.to_primary) for one in kills])),
            ("  from the new primary to all servers", spread([one.after_primary for one in kills])),
            ("  in all, from the kill to the first command", spread([one.to_first for one in kills])),
            (f"  all servers within {GOAL_SECONDS} s of the new primary", f"{in_time} of {len(kills)}"),
        ]
    lines += [
        ("asked again", f"{len(notes.retries):,}"),
        ("audit", "clean" if not violations else f"{len(violations):,} violations"),
        ("made-up losses that the check found", f"{sum(map(bool, tries.values()))} of {len(tries)}"),
        ("seed", f"{flags.seed}"),
    ]
    print()
    for name, value in lines:
        print(f"  {name:<48} {value:>14}".rstrip())
    print()
    for what, items in (("lost", found.lost), ("twice", found.twice), ("audit", violations)):
        for item in items[:20]:
            print(f"{what}: {item}")
        if len(items) > 20:
            print(f"{what}: and {len(items) - 20:,} more")
    for what, items in (("why something was asked again", notes.retries), ("refused", notes.refusals)):
        counts = ", ".join(f"{name} {count:,}" for name, count in collections.Counter(items).most_common())
        print(f"{what}: {counts or 'nothing'}")
    sys.stdout.flush()


def run(flags, folder):
    """Throws Trouble. The exit status."""
    cluster = nodes.Cluster(folder, flags.port, not flags.asynchronous)
    hosts = []
    admin_key = secrets.token_hex(16)
    key_file = folder / "admin_key"
    key_file.touch(mode=0o600)
    key_file.write_text(admin_key)
    try:
        say(f"starting etcd and {cluster.NODES} PostgreSQL nodes below {folder}")
        cluster.start()
        # Fewer turns than buyers, so that some stand in line.
        options = ["--capacity", str(max(1, flags.buyers * 3 // 4)), "--hold-seconds", "60"]
        for i in range(flags.servers):
            hosts.append(
                nodes.Host(f"server{i + 1}", flags.server, cluster.address(), folder, key_file, options, cluster.environment)
            )
        say(f"{flags.servers} servers on {cluster.address()}, {flags.buyers} buyers, seed {flags.seed}")
        kills, trouble = [], None
        with Load(hosts, admin_key, flags.buyers, flags.seed) as load:
            try:
                run_kills(flags, cluster, load, random.Random(flags.seed), kills)
            except Trouble as problem:
                trouble = problem  # told again at the end: first, whether anything was lost
                say(f"{problem}")
        notes = load.notes
        say("asking the database for everything that was acknowledged")
        primary = await_that(cluster.primary, SERVE_SECONDS, "a primary to ask")
        psql = cluster.psql(primary, "boxoffice", "boxoffice")
        rows = check.read_rows(psql, environment={**os.environ, **cluster.environment})
        acknowledged = (notes.recharges, notes.holds, notes.payments)
        found = check.judge(*acknowledged, rows)
        # A check that cannot fail says nothing. (Where something is wrong already, it has failed.)
        tries = {} if found else check.plant(*acknowledged, rows)
        say("the engine's audit")
        violations = hosts[0].audit(admin_key)
        report(flags, kills, notes, found, violations, tries)
        if trouble is not None:
            raise trouble
        load.check()
        return 1 if found or violations or not all(tries.values()) else 0
    finally:
        say("stopping")
        for host in hosts:
            host.signal(signal.SIGKILL)  # nothing of it is needed any more
        for host in hosts:
            host.stop()
        cluster.stop()


def self_test():
    """The check alone, on rows made up by hand: each thing that can be wrong is found, and nothing where nothing is."""
    hold = check.Hold(31, "ann", "2026-12-24", "7")
    acknowledged = ([check.Recharge("ann", 101)], [hold], [check.Payment(41, hold, 100)])
    rows = check.Rows(
        [(21, "2026-12-24", "7", "sold", 31)],
        [(31, "ann", 21, "confirmed", 41)],
        [(41, 31, "ann", 100, "captured")],
        [("recharge", "ann", 101, 0), ("payment", "", 100, 41)],
    )
    found = check.judge(*acknowledged, rows)
    tries = check.plant(*acknowledged, rows)
    print(f"{'found':<8} nothing where nothing is wrong" if not found else f"WRONG    {found}")
    for what, said in tries.items():
        print(f"{'found' if said else 'MISSED':<8} {what}")
    return 0 if not found and all(tries.values()) else 1


def number(least, most, kind=int):
    def read(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"expected a number from {least} to {most}, found '{text}'")
        return value

    return read


def read_flags():
    parser = argparse.ArgumentParser(
        prog="examples/cluster/run.sh",
        description="Three PostgreSQL nodes under Patroni, boxoffice servers on them, buyers, and a killer: SIGKILL for the "
        "primary and all of its backends, again and again. Then: was anything lost that was acknowledged, or sold twice?",
        epilog="Exit: 0; 1 something was lost, sold twice, or did not come back; 2 bad usage; 130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("--kills", type=number(0, 100_000), default=3, metavar="N", help="(default: 3)")
    parser.add_argument("--servers", type=number(1, 16), default=2, metavar="N", help="boxoffice_server processes (default: 2)")
    parser.add_argument("--buyers", type=number(1, 1000), default=24, metavar="N", help="at once (default: 24)")
    parser.add_argument("--seed", type=number(0, 2**63 - 1), default=1, metavar="N", help="of all chance (default: 1)")
    parser.add_argument("--port", type=number(1024, 65_000), metavar="N", help="use ports from N on (default: any that are free)")
    parser.add_argument("--lag", type=number(0, 60, float), default=0.0, metavar="SECONDS",
                        help="cut the primary off from its standbys so long before each kill (default: 0)")  # fmt: skip
    parser.add_argument("--asynchronous", action="store_true",
                        help="without synchronous_mode: what only the primary has is lost; with --lag there is some")  # fmt: skip
    parser.add_argument("--self-test", action="store_true", help="the check of what was lost, on made-up rows; starts nothing")
    parser.add_argument("--keep", action="store_true", help="leave the folder with logs, data and passwords")
    parser.add_argument("--built", metavar="FOLDER", help="builds nothing; has boxoffice_server, itself or in examples/")
    parser.add_argument("--server", help=argparse.SUPPRESS)  # the program; run.sh says it
    return parser.parse_args()


class Interrupted(BaseException):
    """Ctrl-C, or a request to end."""

    has_come = False


def interrupt(*_):
    if not Interrupted.has_come:  # a second one would leave things running
        Interrupted.has_come = True
        raise Interrupted


def main():
    flags = read_flags()
    if flags.self_test:
        return self_test()
    if not flags.server:
        return 0  # the flags are good; run.sh asks before it builds
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    folder = Path(tempfile.mkdtemp(prefix="boxoffice-cluster-", dir=os.environ.get("BOXOFFICE_CLUSTER_WORK")))
    try:
        return run(flags, folder)
    except Trouble as trouble:
        print(f"examples/cluster/run.sh: {trouble}", file=sys.stderr)
        return 1
    except Interrupted:
        print("examples/cluster/run.sh: interrupted", file=sys.stderr)
        return 130
    finally:
        if flags.keep:
            say(f"logs are in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
