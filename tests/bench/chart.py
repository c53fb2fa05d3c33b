#!/usr/bin/python3
"""results.json as a picture: bars for journeys a second, lines for what a command costs as the house grows.

    chart.py results.json throughput.svg
"""

import json
import math
import sys
from html import escape

from subjects import COLOURS, NAMES, OTHER

WIDTH, MARGIN, BAR, GAP = 820, 24, 22, 8
LABEL_WIDTH, VALUE_WIDTH = 270, 190
LINES = (
    ("growth", "hold_curve", "hold", "#1f6fb2"),
    ("growth", "pay_curve", "pay", "#c0504d"),
    ("waiting-places", "curve", "join, in memory", "#5a9e4b"),
)


def text(x, y, words, size=12, anchor="start", weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )


def bars(rows, title, top):
    """The elements, and where they end. All begin at 0."""
    parts = [text(MARGIN, top + 16, title, 15, weight="bold")]
    y = top + 28
    most = max(row["value"] for row in rows)
    room = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH
    left = MARGIN + LABEL_WIDTH
    for row in sorted(rows, key=lambda row: -row["value"]):
        length = row["value"] / most * room
        callers = f"{row['callers']:.0f}" + (f" × {row['pipeline']:.0f}" if row.get("pipeline", 1) > 1 else "")
        parts.append(text(left - 8, y + BAR * 0.7, f"{NAMES[row['subject']]}, {callers}", anchor="end"))
        parts.append(
            f'<rect x="{left}" y="{y}" width="{max(length, 1):.1f}" height="{BAR}" fill="{COLOURS.get(row["subject"], OTHER)}"/>'
        )
        parts.append(text(left + length + 6, y + BAR * 0.7, f"{row['value']:,.0f}/s, p99 {row['p99_ms']:.3g} ms"))
        y += BAR + GAP
    return parts, y


def ceiling(value):
    """The next of 1, 2, 5, 10, 20 …"""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def curves(lines, title, top):
    height, left, right = 240, MARGIN + 56, WIDTH - MARGIN - 130
    parts = [text(MARGIN, top + 16, title, 15, weight="bold")]
    head, foot = top + 40, top + 40 + height
    points = [point for _, line, _ in lines for point in line]
    x_least, x_most = (math.log10(end(x for x, _ in points)) for end in (min, max))
    y_most = ceiling(max(y for _, y in points))

    def place(x, y):
        part = (math.log10(x) - x_least) / ((x_most - x_least) or 1)
        return left + part * (right - left), foot - y / y_most * height

    for step in range(5):
        _, y = place(10**x_least, y_most * step / 4)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(text(left - 6, y + 4, f"{y_most * step / 4:g}", anchor="end"))
    parts.append(text(MARGIN, head - 8, "µs a command"))
    for power in range(math.ceil(x_least - 1e-9), math.floor(x_most + 1e-9) + 1):
        x, _ = place(10**power, 0)
        parts.append(f'<line x1="{x:.1f}" y1="{head}" x2="{x:.1f}" y2="{foot}" stroke="#eee"/>')
        parts.append(text(x, foot + 18, f"{10**power:,}", anchor="middle"))
    parts.append(text((left + right) / 2, foot + 36, "users, or places in line (logarithmic)", anchor="middle"))
    for name, line, colour in lines:
        spots = [place(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        parts.append(text(spots[-1][0] + 8, spots[-1][1] + 4, name))
    return parts, foot + 48


def draw(results):
    rows = results["measurements"]
    parts, y = [], MARGIN
    for measurement, title in (
        ("journeys", "Journeys a second, 64 blocking callers"),
        ("many-callers", "Journeys a second, each at its best of many callers"),
    ):
        chosen = [row for row in rows if row["measurement"] == measurement]
        if chosen:
            more, y = bars(chosen, title, y)
            parts += more
            y += 20
    lines = [
        (name, row[curve], colour)
        for measurement, curve, name, colour in LINES
        for row in rows
        if row["measurement"] == measurement and len(row[curve]) > 1
    ]
    if lines:
        more, y = curves(lines, "What a command costs as the house grows (batches of 1,000)", y)
        parts += more
    machine, run = results["machine"], results["run"]
    parts.append(
        text(
            MARGIN,
            y + 16,
            f"{results['date']}, {machine['cores']} cores, {machine['memory_gib']} GiB, medians of {run['rounds']} rounds. "
            "A journey is join, peek, hold, recharge, pay; answered means on disk.",
            11,
        )
    )
    height = y + 32
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}" '
        'font-family="sans-serif" fill="#222">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        picture = draw(json.load(file))
    with open(target, "w", encoding="utf-8") as file:
        file.write(picture)


if __name__ == "__main__":
    main()
