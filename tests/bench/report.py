#!/usr/bin/python3
"""Medians of what the bench programs printed: a table in Markdown on standard output, and results.json.

    report.py --output results.json [--fact NAME=VALUE]... LINES
    report.py --syncs SUBJECT TRACE LINES      one line: fsyncs a command, from strace's record
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import time

from subjects import NAMES

MEASUREMENTS = {
    "journeys": "journeys, 64 blocking callers",
    "many-callers": "journeys, best of many callers",
    "http": "journeys in process and over HTTP, a connection a caller",
    "holds": "single holds, 64 threads",
    "batch-holds": "batches of 1,000 holds",
    "batch-pays": "batches of 1,000 pays",
    "memory-batch-holds": "in memory, batches of 1,000 holds",
    "memory-single-holds": "in memory, the same as single calls",
    "peeks": "peeks of waiting tokens, one thread, beside 4 writers",
    "seat-list-unchanged": "sheet of 50,000 seats, unchanged",
    "seat-list-changing": "sheet of 50,000 seats, 100 changes a second",
    "seat-since-unchanged": "50,000 seats since a version, unchanged",
    "seat-since-changing": "50,000 seats since a version, 100 changes a second",
    "seat-copy-unchanged": "copy of 50,000 available seats, unchanged",
    "seat-copy-changing": "copy of 50,000 available seats, 100 changes a second",
    "waiting-places": "waiting places joined",
    "growth": "dearest of hold and pay, from 10,000 users to all",
    "folding": "writing the rows of journeys",
}
# Whose ratio is of interest, by measurement.
BASES = {
    "journeys": "postgres",
    "many-callers": "postgres",
    "http": "engine-sqlite",
    "batch-holds": "raw-sqlite",
    "batch-pays": "raw-sqlite",
}
CURVES = ("curve", "hold_curve", "pay_curve")


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def median_curve(curves):
    return [[points[0][0], statistics.median(point[1] for point in points)] for points in zip(*curves)]


def median_row(lines):
    """The medians of one measurement's rounds, field by field, and the rounds' own values."""
    row = {}
    for name, first in lines[0].items():
        values = [line[name] for line in lines]
        if name in CURVES:
            row[name] = median_curve(values)
        elif isinstance(first, str) or name in ("callers", "users"):
            row[name] = first
        elif name not in ("round", "seed"):
            row[name] = statistics.median(values)
    row["rounds"] = [line["value"] for line in lines]
    row["seeds"] = [line["seed"] for line in lines]
    return row


def rows_of(lines):
    syncs = {line["subject"]: line["syncs_a_command"] for line in lines if line["measurement"] == "syncs"}
    groups = {}
    for line in lines:
        if line["measurement"] != "syncs":
            key = (line["measurement"], line["subject"], line["callers"], line.get("pipeline"))
            groups.setdefault(key, []).append(line)
    rows = [median_row(group) for group in groups.values()]
    # The same journeys with 64 callers, if they were measured, are among the many callers' candidates.
    best = {}
    for row in rows:
        if row["measurement"] == "many-callers":
            kept = best.setdefault(row["subject"], row)
            if row["value"] > kept["value"]:
                best[row["subject"]] = row
    rows = [row for row in rows if row["measurement"] != "many-callers" or row is best[row["subject"]]] + [
        {**row, "measurement": "many-callers-tried"}
        for row in rows
        if row["measurement"] == "many-callers" and row is not best[row["subject"]]
    ]
    for row in rows:
        if "cpu_seconds" in row:
            row["cpu_us_a_command"] = row["cpu_seconds"] / row["commands"] * 1e6
            row["bytes_written_a_command"] = row["bytes_written"] / row["commands"]
            row.setdefault("syncs_a_command", syncs.get(row["subject"]) if row["callers"] == 64 and row.get("pipeline", 1) == 1 else None)
        base = BASES.get(row["measurement"])
        for other in rows:
            if other["measurement"] == row["measurement"] and other["subject"] == base:
                row["ratio_to"] = base
                row["ratio_to_base"] = row["value"] / other["value"]
    return rows


def short(value, digits=3):
    if value is None:
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def details(row):
    said = []
    if "ratio_to_base" in row and row["subject"] != row["ratio_to"]:
        said.append(f"{row['ratio_to_base']:.2f} × {NAMES[row['ratio_to']]}")
    if row["measurement"] in ("journeys", "many-callers", "http"):
        said.append(f"{row['callers']} callers" + (f", each {row['pipeline']:.0f} side by side" if row.get("pipeline", 1) > 1 else ""))
    if row["measurement"] == "waiting-places":
        said.append(
            f"{row['count']:,.0f} places; {row['bytes_a_place']:.0f} B each, a user {row['bytes_a_user']:.0f} B; a join "
            f"{row['join_us_first']:.2f} µs up to {row['curve'][0][0]:,.0f}, {row['join_us_last']:.2f} µs at the end "
            f"({row['ratio']:.2f} ×)"
        )
    if row["measurement"] == "growth":
        said.append(
            f"{row['users']:,.0f} users, {row['reservations']:,.0f} reservations; hold {row['hold_us_first']:.1f} → "
            f"{row['hold_us_last']:.1f} µs ({row['hold_ratio']:.2f} ×), pay {row['pay_us_first']:.1f} → "
            f"{row['pay_us_last']:.1f} µs ({row['pay_ratio']:.2f} ×)"
        )
    if "per_cpu_second" in row:
        said.append(f"{row['per_cpu_second']:,.0f} a second of its CPU time; {row['writes_per_second']:,.0f} writes/s beside")
    return "; ".join(said)


def print_table(rows):
    print("| measurement | subject | median (least to most) | p50 / p99 / p99.9 ms | CPU µs, bytes written, fsyncs a command | |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        if row["measurement"] not in MEASUREMENTS:
            continue
        value = f"**{short(row['value'])}** {row['unit']}"
        if len(row["rounds"]) > 1:
            value += f" ({short(min(row['rounds']))} to {short(max(row['rounds']))})"
        latency = " / ".join(short(row[name]) for name in ("p50_ms", "p99_ms", "p999_ms") if name in row)
        used = ""
        if "cpu_us_a_command" in row:
            used = ", ".join(
                short(row[name]) for name in ("cpu_us_a_command", "bytes_written_a_command", "syncs_a_command")
            )
        cells = (MEASUREMENTS[row["measurement"]], NAMES[row["subject"]], value, latency, used, details(row))
        print("| " + " | ".join(cells) + " |")


def version_of(*command):
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\d+\.\d+(\.\d+)?", said)
    return found.group() if found else None


def machine():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30),
        "processor": model.group(1) if model else platform.machine(),
        "kernel": platform.release(),
        "gcc": version_of("g++", "-dumpfullversion"),
        "redis": version_of("redis-server", "--version"),
        "postgres": version_of("psql", "--version"),
    }


def print_syncs(subject, trace, lines):
    with open(trace, encoding="utf-8", errors="replace") as file:
        # A call that another thread's interrupts is recorded in two lines: the second begins with "<...".
        count = sum(1 for line in file if re.search(r"\b(fsync|fdatasync)\(", line))
    # The warm-up's journeys, all that were paid, made syncs as well.
    commands = sum(line["paid"] for line in read_lines(lines)) * 5
    print(json.dumps({"measurement": "syncs", "subject": subject, "syncs_a_command": count / commands}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output")
    parser.add_argument("--fact", action="append", default=[])
    parser.add_argument("--syncs", nargs=2, metavar=("SUBJECT", "TRACE"))
    parser.add_argument("lines")
    options = parser.parse_args()
    if options.syncs:
        print_syncs(*options.syncs, options.lines)
        return
    rows = rows_of(read_lines(options.lines))
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "run": dict(fact.split("=", 1) for fact in options.fact),
        "measurements": rows,
    }
    with open(options.output, "w", encoding="utf-8") as file:
        # A measurement a line.
        listed = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in result.pop("measurements"))
        rest = json.dumps(result, ensure_ascii=False, indent=1)[:-2]
        file.write(f'{rest},\n "measurements": [\n  {listed}\n ]\n}}\n')
    print_table(rows)


if __name__ == "__main__":
    main()
