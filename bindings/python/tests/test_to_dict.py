"""Every answer as what JSON knows."""

from __future__ import annotations

import dataclasses
import datetime
import inspect
import json
import random
import unittest
from enum import IntEnum
from typing import Any, List, Union, get_args, get_origin, get_type_hints

from .support import DATE, House, memory
import boxoffice  # noqa: E402
from boxoffice import Price, RefundStep, Terms, answers, sales, to_dict  # noqa: E402

KST = datetime.timezone(datetime.timedelta(hours=9))
ID = 0x0123_4567_89AB_CDEF


def classes() -> List[type]:
    """Every class that is answered or goes in, found by looking, so that a new one is among them."""
    found = []
    for module in (answers, sales):
        for name in module.__all__:
            one = getattr(module, name)
            if not inspect.isclass(one) or issubclass(one, IntEnum):
                continue
            found.append(one)
    return found


def is_kind(hint: Any, *kinds: Any) -> bool:
    return any(hint is one for one in kinds)


def sample(hint: Any) -> Any:
    """Some value that the hint allows; never None where there is another."""
    if hasattr(hint, "__supertype__"):
        return ID
    if get_origin(hint) is Union:
        return sample(get_args(hint)[0])
    if get_origin(hint) is tuple:
        of = [one for one in get_args(hint) if one is not ...]
        return tuple(sample(one) for one in of)
    if get_origin(hint) is not None:  # a list, a sequence
        return [sample(get_args(hint)[0])]
    if inspect.isclass(hint) and issubclass(hint, IntEnum):
        return list(hint)[0]
    if is_kind(hint, datetime.datetime):
        return datetime.datetime(2026, 12, 24, 19, 30, 0, 5, tzinfo=KST)
    simple = {
        bool: True,
        int: 2**53 - 1,
        str: "한강 \"1\"",
        float: 0.5,
        datetime.date: DATE,
        datetime.timedelta: datetime.timedelta(seconds=90),
    }
    return simple[hint] if hint in simple else made(hint)


def made(kind: Any) -> Any:
    hints = get_type_hints(kind)
    names = getattr(kind, "_fields", None) or [one.name for one in dataclasses.fields(kind)]
    return kind(*(sample(hints[name]) for name in names))


class EveryClassTest(unittest.TestCase):
    def test_it_goes_through_json_and_keeps_its_fields(self) -> None:
        found = classes()
        self.assertGreater(len(found), 40)
        for kind in found:
            with self.subTest(kind.__name__):
                value = made(kind)
                as_dict = value.to_dict()
                self.assertEqual(as_dict, to_dict(value))
                self.assertEqual(json.loads(json.dumps(as_dict, allow_nan=False)), as_dict)
                names = getattr(kind, "_fields", None) or [
                    one.name for one in dataclasses.fields(kind)
                ]
                self.assertEqual(list(as_dict), list(names))

    def test_no_number_in_it_is_an_id(self) -> None:
        """An id has 63 bits; most who read JSON keep 53."""

        def numbers(value: Any) -> List[float]:
            if isinstance(value, dict):
                value = list(value.values())
            if isinstance(value, list):
                return [number for one in value for number in numbers(one)]
            return [value] if isinstance(value, (int, float)) else []

        for kind in classes():
            with self.subTest(kind.__name__):
                self.assertLess(max(numbers(made(kind).to_dict()), default=0), 2**53)


class ValuesTest(unittest.TestCase):
    def test_ids_are_their_characters(self) -> None:
        chance = random.Random(7)
        for identity in [1, 2**63 - 1, *(chance.randrange(1, 2**63) for _ in range(200))]:
            text = Price("stalls", 1, boxoffice.TypeId(identity)).to_dict()["type"]
            self.assertEqual(text, boxoffice.id_text(identity))
            self.assertEqual(boxoffice.parse_id(text), identity)

    def test_instants_are_utc_and_spans_seconds(self) -> None:
        at = datetime.datetime(2026, 12, 24, 19, 30, tzinfo=KST)
        terms = Terms(
            opens_at=at,
            hold_ttl=datetime.timedelta(seconds=90),
            refund_steps=(RefundStep(at, 900), RefundStep(None, 500)),
        )
        self.assertEqual(
            terms.to_dict(),
            {
                "opens_at": "2026-12-24T10:30:00.000000Z",
                "closes_at": None,
                "is_paused": False,
                "seats_per_order": 1,
                "seats_per_user": 0,
                "hold_ttl": 90,
                "refund_steps": [
                    {"until": "2026-12-24T10:30:00.000000Z", "thousandths": 900},
                    {"until": None, "thousandths": 500},
                ],
            },
        )
        short = dataclasses.replace(terms, hold_ttl=datetime.timedelta(milliseconds=1500))
        self.assertEqual(short.to_dict()["hold_ttl"], 1.5)

    def test_what_an_office_answers(self) -> None:
        with memory() as office:
            house = House(office)
            seat = house.seats[0].to_dict()
            self.assertEqual(seat["id"], boxoffice.id_text(house.seats[0].id))
            self.assertEqual((seat["state"], seat["price"], seat["held_until"]), ("available", 1_000, None))
            self.assertEqual(office.get_concert(house.concert).to_dict()["date"], "2030-12-24")
            self.assertEqual(office.stats().to_dict()["seats"]["available"], 4)
            for answer in (office.commit_stats(), *office.events(), office.find_room()):
                json.dumps(answer.to_dict(), allow_nan=False)

    def test_what_is_no_answer_is_told(self) -> None:
        with self.assertRaises(TypeError):
            to_dict(answers.Violation("S1", object()))  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
