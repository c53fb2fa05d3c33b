#!/usr/bin/env python3
"""Makes the hall, the prices and the buyers of the onsale example: the same files for the same arguments.

    python3 examples/data/make_data.py                                    the shipped data
    python3 examples/data/make_data.py --out DIR --seats 20000            a larger hall
"""

import argparse
import csv
import json
import random
from pathlib import Path

CATEGORIES = [
    # name, points, colour, share of the seats
    ("VIP", 198_000, "#b8860b", 0.10),
    ("R석", 165_000, "#c0392b", 0.30),
    ("S석", 132_000, "#2980b9", 0.35),
    ("A석", 99_000, "#27ae60", 0.25),
]
ZONES = [("1층", "F1", 0.55), ("2층", "F2", 0.30), ("발코니, 3층", "F3", 0.15)]
SEATS_PER_ROW = 26
AISLE = 48  # between blocks that stand beside one another, in the plan's unit
SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍"
SYLLABLES = "가나다라마바사아자차하민서준지우현수연은영진호성재윤채원시도예하린"


def make_zones(seat_count):
    """What stands where: (name, code, seats, left, top). A large hall is as much wider as it is deeper: each floor is of blocks
    beside one another, as halls of that size are."""
    blocks = max(1, round((seat_count / 500) ** 0.5)) if seat_count >= 3000 else 1
    made, top = 0, 0
    for index, (name, code, share) in enumerate(ZONES):
        wanted = seat_count - made if index == len(ZONES) - 1 else round(seat_count * share)
        made += wanted
        deepest = 0
        for block in range(blocks):
            seats = wanted // blocks + (1 if block < wanted % blocks else 0)
            left = 40 + block * (24 * SEATS_PER_ROW + AISLE)
            if blocks == 1:
                yield name, code, seats, left, top
            else:
                yield f"{name} {block + 1}구역", f"{code}.{block + 1}", seats, left, top
            deepest = max(deepest, -(-seats // SEATS_PER_ROW))
        top += 30 * deepest + 90


def make_plan(seat_count):
    """Rows from the stage to the back; the nearest seats are the dearest."""
    bounds, total = [], 0.0
    for name, _, _, share in CATEGORIES:
        total += share
        bounds.append((total, name))
    placed = list(make_zones(seat_count))
    # How many seats are nearer to the stage than a row: those of all blocks in front of it, and of the floors before.
    zones, right, bottom = [], 0, 0
    before = {}
    for name, code, seats, left, top in placed:
        floor = code.split(".")[0]
        before.setdefault(floor, sum(one[2] for one in placed if one[4] < top))
        beside = sum(1 for one in placed if one[4] == top)
        rows = []
        wanted = seats
        while wanted > 0:
            row_number, row = str(len(rows) + 1), []
            for number in range(1, min(SEATS_PER_ROW, wanted) + 1):
                nearer = before[floor] + (len(rows) * SEATS_PER_ROW + number - 1) * beside
                category = next((name for bound, name in bounds if nearer < bound * seat_count), CATEGORIES[-1][0])
                row.append({
                    "seat_guid": f"{code}-{row_number}-{number}",
                    "seat_number": str(number),
                    "position": {"x": (number - 1) * 24, "y": 0},
                    "category": category,
                })
            wanted -= len(row)
            rows.append({"row_number": row_number, "position": {"x": 0, "y": 30 * len(rows)}, "seats": row})
        zones.append({"name": name, "zone_id": code, "position": {"x": left, "y": top}, "rows": rows, "areas": []})
        right = max(right, left + 24 * SEATS_PER_ROW + 40)
        bottom = max(bottom, top + 30 * len(rows) + 90)
    return {
        "name": "한강 콘서트홀",
        "size": {"width": right, "height": bottom},
        "categories": [{"name": name, "color": color} for name, _, color, _ in CATEGORIES],
        "zones": zones,
    }


def make_buyers(buyer_count, plan, chance):
    guids = [seat["seat_guid"] for zone in plan["zones"] for row in zone["rows"] for seat in row["seats"]]
    for number in range(1, buyer_count + 1):
        name = chance.choice(SURNAMES) + chance.choice(SYLLABLES) + chance.choice(SYLLABLES)
        if number % 97 == 0:
            user = f'{name} "팬클럽", {number:05}'  # needs quotes in CSV
        elif number % 5 == 0:
            user = f"{name} {number:05}"
        else:
            user = f"buyer{number:05}"
        behaviour = chance.choices(["pay", "abandon", "leave", "retry"], [74, 12, 8, 6])[0]
        draw = chance.random()
        if draw < 0.02:
            want = f"없는 좌석 {number}"  # in no hall
        elif draw < 0.25:
            want = chance.choice(guids)
        elif draw < 0.85:
            want = chance.choices([c[0] for c in CATEGORIES], [4, 3, 2, 1])[0]
        else:
            want = "any"
        points = chance.choices([0, 50_000, 120_000, 200_000, 400_000], [2, 3, 10, 55, 30])[0]
        yield user, points, want, behaviour


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--seats", type=int, default=1248)
    parser.add_argument("--buyers", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=20261224)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    plan = make_plan(arguments.seats)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open(arguments.out / "hall.json", "w", encoding="utf-8", newline="\n") as file:
        json.dump(plan, file, ensure_ascii=False, indent=1)
        file.write("\n")
    with open(arguments.out / "prices.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)  # CRLF, as RFC 4180 has it
        rows.writerow(["category", "points"])
        rows.writerows((name, points) for name, points, _, _ in CATEGORIES)
    with open(arguments.out / "buyers.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user", "points", "want", "behaviour"])
        rows.writerows(make_buyers(arguments.buyers, plan, chance))


if __name__ == "__main__":
    main()
