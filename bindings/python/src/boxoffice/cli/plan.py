"""A hall from files: a seating plan (the JSON that pretix and its seat editor use) and what its
categories cost. The rules are the HTTP host's, so that both make the same concert of the same
files."""

from __future__ import annotations

import json
import math
import unicodedata
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

from .. import NewSeat
from .files import read_csv, read_text
from .output import in_quotes, one_line
from .problems import Failed
from .values import POINTS_MAX, whole_number

# ---- prices -------------------------------------------------------------------------------------


class PriceRow(NamedTuple):
    """One of the file's: what a category costs, for a type of ticket ("": for who names none)."""

    line: int
    category: str
    kind: str
    points: int


def read_prices(path: str) -> List[PriceRow]:
    """CSV: category,points and, where tickets are of types, type."""
    rows: List[PriceRow] = []
    known: Set[Tuple[str, str]] = set()
    for line, (category, points, kind) in read_csv(path, ["category", "points"], ["type"]):
        where = f"{one_line(path)}: line {line}"
        price = whole_number(points)
        if price is None or not 0 <= price <= POINTS_MAX:
            raise Failed(
                f"{where}: points: expected a whole number from 0 to {POINTS_MAX}, found "
                + in_quotes(points)
            )
        if (category, kind) in known:
            again = in_quotes(category) + (f" for {in_quotes(kind)}" if kind else "")
            raise Failed(f"{where}: expected each category once, found {again} again")
        known.add((category, kind))
        rows.append(PriceRow(line, category, kind, price))
    return rows


# ---- the plan -----------------------------------------------------------------------------------


def label(text: str, most: int = 64) -> str:
    """At most so many bytes, cut between characters: labels are for people to read, and a plan may
    have long ones."""
    return one_line(text).encode()[:most].decode(errors="ignore")


class _Node:
    """A value of the plan that knows its path, for messages such as "zones[0].rows[2].seats[5]:
    expected an object"."""

    def __init__(self, file: str, value: Any, path: str) -> None:
        self._file = file
        self._value = value
        self._path = path

    def bad(self, expected: str) -> Failed:
        return Failed(f"{self._file}: {self._path or 'the plan'}: {expected}")

    def find(self, name: str) -> Optional[_Node]:
        """The member, if there is one that is not null."""
        if not isinstance(self._value, dict):
            raise self.bad("expected an object")
        member = self._value.get(name)
        path = f"{self._path}.{name}" if self._path else name
        return None if member is None else _Node(self._file, member, path)

    def need(self, name: str, kind: str) -> _Node:
        member = self.find(name)
        if member is None:
            raise self.bad(f'expected a member "{name}" ({kind})')
        return member

    def text(self) -> str:
        if not isinstance(self._value, str):
            raise self.bad("expected a string")
        return self._value

    def text_or_number(self) -> str:
        """Row numbers are strings in the format, but plans written by hand have numbers, too."""
        if isinstance(self._value, int) and not isinstance(self._value, bool):
            return str(self._value)
        return self.text()

    def number(self) -> float:
        is_number = isinstance(self._value, (int, float)) and not isinstance(self._value, bool)
        try:
            if is_number and math.isfinite(self._value):
                return float(self._value)
        except OverflowError:
            pass
        raise self.bad("expected a number")

    def each(self, name: str) -> Iterator[_Node]:
        listed = self.need(name, "an array")
        if not isinstance(listed._value, list):
            raise listed.bad("expected an array")
        for i, value in enumerate(listed._value):
            yield _Node(self._file, value, f"{listed._path}[{i}]")


class PlanSeat(NamedTuple):
    """A seat of the plan; ``category`` "": none."""

    number: str
    label: str
    section: str
    row: str
    x: float
    y: float
    category: str


class Plan(NamedTuple):
    """``categories`` are the plan's, then those that only its seats name."""

    name: str
    categories: List[str]
    seats: List[PlanSeat]


def _place(node: _Node, x: float, y: float) -> Tuple[float, float]:
    """Where it stands, given where its parent does."""
    position = node.find("position")
    if position is None:
        return x, y
    return x + position.need("x", "a number").number(), y + position.need("y", "a number").number()


def _section(zone: _Node, index: int) -> str:
    for member in ("name", "zone_id"):
        name = zone.find(member)
        text = name.text_or_number() if name is not None else ""
        if text:
            return label(text)
    return f"zone {index + 1}"


def _is_plain(text: str) -> bool:
    return not any(unicodedata.category(one) in ("Cc", "Cs") for one in text)


def _parse(path: str) -> Any:
    text = read_text(path)
    try:
        return json.loads(text)
    except RecursionError:
        raise Failed(f"{one_line(path)}: expected a plan, found JSON nested too deep") from None
    except ValueError as error:
        raise Failed(f"{one_line(path)}: expected JSON: {error}") from None


def read_plan(path: str) -> Plan:
    """seat_guid becomes a seat's number and seat_number its label, its zone the section, its row
    the row; positions of zone, row and seat add up."""
    root = _Node(one_line(path), _parse(path), "")
    name = label(root.need("name", "a string").text(), 200) or "untitled hall"
    categories: Dict[str, None] = {}
    for category in root.each("categories"):
        named = category.need("name", "a string")
        text = named.text()
        if text in categories:
            raise named.bad(f"expected each category once, found {in_quotes(text)} again")
        if text:  # as a seat's: none
            categories[text] = None
    seats: Dict[str, PlanSeat] = {}
    for index, zone in enumerate(root.each("zones")):
        section = _section(zone, index)
        zone_place = _place(zone, 0.0, 0.0)
        for row in zone.each("rows"):
            row_label = label(row.need("row_number", "a string").text_or_number())
            row_place = _place(row, *zone_place)
            for node in row.each("seats"):
                seat = _read_seat(node, section, row_label, row_place)
                if seat.number in seats:
                    raise node.need("seat_guid", "a string").bad(
                        f"expected each seat_guid once, found {in_quotes(seat.number)} again"
                    )
                seats[seat.number] = seat
                if seat.category:  # plans without a list of categories are about, too
                    categories.setdefault(seat.category)
    if not seats:
        raise root.bad("expected at least one seat in zones[].rows[].seats[]")
    return Plan(name, list(categories), list(seats.values()))


def _read_seat(node: _Node, section: str, row: str, row_place: Tuple[float, float]) -> PlanSeat:
    shown = node.find("seat_number")
    guid = node.need("seat_guid", "a string")
    number = guid.text()
    category = node.find("category")
    x, y = _place(node, *row_place)
    if not _is_plain(number) or not 1 <= len(number.encode()) <= 64:
        raise guid.bad(
            f"expected 1 to 64 bytes without control characters, found {in_quotes(number)}"
        )
    if not (math.isfinite(x) and math.isfinite(y)):
        raise node.bad("expected positions whose sum is a number")
    return PlanSeat(
        number,
        label(shown.text_or_number()) if shown is not None else "",
        section,
        row,
        x,
        y,
        category.text() if category is not None else "",
    )


# ---- both ---------------------------------------------------------------------------------------


class NotForSale(NamedTuple):
    """What is on the plan and nobody can buy: how many seats in all, those of them without a
    category, and the categories without a price, with how many seats each (also none)."""

    seats: int
    without_category: int
    categories: List[Tuple[str, int]]


def price_seats(plan: Plan, prices: Dict[str, int]) -> Tuple[List[NewSeat], NotForSale]:
    """Every seat at its category's price. One of a category without a price, or of none, is not for
    sale: blocked from the start, at 0 points."""
    seats = []
    unpriced = {category: 0 for category in plan.categories if category not in prices}
    without_category = 0
    for seat in plan.seats:
        price = prices.get(seat.category) if seat.category else None
        if price is None:
            if seat.category:
                unpriced[seat.category] += 1
            else:
                without_category += 1
        seats.append(
            NewSeat(
                seat.number,
                price or 0,
                seat.section,
                seat.row,
                seat.x,
                seat.y,
                seat.label,
                is_blocked=price is None,
                category=label(seat.category),
            )
        )
    blocked = without_category + sum(unpriced.values())
    return seats, NotForSale(blocked, without_category, list(unpriced.items()))
