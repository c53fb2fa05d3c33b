"""Seeded random calls against the in-memory engine: whatever is called, the answer is one of its
kind or a boxoffice.Error, no fault, and the house is clean.

BOXOFFICE_SEEDS says how many seeds (20), BOXOFFICE_SEED which one alone.
"""

from __future__ import annotations

import datetime
import os
import random
import unittest
from typing import Any, Callable, Dict, List

from .support import DATE, MINUTE, SECOND, Gateway, VirtualClock, memory
import boxoffice  # noqa: E402
from boxoffice import NewSeat, OrderItem, Price, RefundStep, RoomLimits, Terms  # noqa: E402

STEPS = 400
EDGES = [
    0,
    -1,
    1,
    2,
    2**31,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64,
    True,
    None,
    1.5,
    "1",
    b"1",
]
TEXTS = [
    "",
    "a",
    "A-1",
    "한글",
    "\ud800",
    "a\0b",
    "x" * 256,
    "x" * 300,
    " ",
    "\n",
    "key-1",
    "key-2",
    None,
    5,
    b"b",
]


class Player:
    """Makes random calls; remembers what it was answered, to ask with it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = VirtualClock()
        self.gateway = Gateway()
        with_gateway = self.chance.random() < 0.3
        self.office = memory(
            clock=self.clock,
            gateway=self.gateway if with_gateway else None,
            active_capacity=self.chance.choice([1, 3, 200]),
            queue_capacity=self.chance.choice([2, 1_000]),
            holds_per_user=self.chance.choice([1, 3]),
            issue_limit=self.chance.choice([10_000, 2**62]),
        )
        main = self.office.find_room().id
        self.known: Dict[str, List[Any]] = {
            "user": [self.office.create_user("first")],
            "room": [main],
            "concert": [],
            "seat": [],
            "token": [],
            "text": [],
            "reservation": [],
            "payment": [],
            "claims": [],
            "type": [],
            "order": [],
        }
        self.halls: Dict[Any, List[Any]] = {}
        self.add_concert()
        self.errors: Dict[str, int] = {}
        self.answers = 0

    # ---- arguments ------------------------------------------------------------------------------

    def one(self, kind: str) -> Any:
        if self.chance.random() < 0.04 or not self.known[kind]:
            return self.chance.choice(EDGES)
        return self.chance.choice(self.known[kind][-12:])

    def amount(self) -> Any:
        return (
            self.chance.choice(EDGES)
            if self.chance.random() < 0.1
            else self.chance.randrange(1, 3_000)
        )

    def text(self) -> Any:
        return (
            self.chance.choice(TEXTS)
            if self.chance.random() < 0.2
            else f"t-{self.chance.randrange(50)}"
        )

    def wish(self) -> Dict[str, Any]:
        total = self.chance.choice([None, None, 200, 2_000, self.amount()])
        return {"expect_total": total, "key": self.key()}

    def key(self) -> Any:
        return self.chance.choice([None, None, self.text(), f"key-{self.chance.randrange(30)}"])

    def token_text(self) -> Any:
        if self.known["text"] and self.chance.random() < 0.9:
            text = self.chance.choice(self.known["text"][-12:])
            if self.chance.random() < 0.95:
                return text
            # Another one whatever the key, which differs from run to run, has made the last sign.
            last = self.chance.choice("AQgw=")
            return text[:-1] + (last if last != text[-1] else "-")
        return self.text()

    def span(self) -> Any:
        return self.chance.choice(
            [SECOND, MINUTE, datetime.timedelta(), -SECOND, datetime.timedelta.max, 5]
        )

    def limits(self) -> RoomLimits:
        return RoomLimits(
            self.chance.choice([0, 1, 50, -1]), 100, self.chance.choice([0, 0, 5]), 30 * SECOND
        )

    def hall(self) -> List[NewSeat]:
        return [NewSeat(self.text(), self.amount()) for _ in range(self.chance.randrange(3))]

    def instant(self) -> Any:
        return self.chance.choice([None, None, self.clock.time, self.clock.time + MINUTE, 5])

    def terms(self) -> Terms:
        steps = [RefundStep(self.instant(), self.chance.choice([0, 333, 1_000, 1_001]))]
        return Terms(
            self.chance.choice([None, None, self.instant()]),
            self.chance.choice([None, None, self.instant()]),
            self.chance.random() < 0.1,
            self.chance.choice([1, 2, 50, 51]),
            self.chance.choice([0, 0, 3]),
            self.chance.choice([None, None, SECOND, self.span()]),
            steps * self.chance.choice([0, 1, 1, 2]),
        )

    def version(self, concert: Any) -> Any:
        """That in force, mostly."""
        if self.chance.random() < 0.1:
            return self.chance.choice(EDGES)
        return self.office.get_sale(concert).version

    def change_sale(self) -> None:
        concert = self.one("concert")
        self.office.change_sale(concert, self.terms(), self.version(concert))

    def set_tariff(self) -> None:
        concert = self.one("concert")
        prices = [Price("", self.amount(), self.chance.choice([None, self.one("type")]))]
        count = self.chance.choice([0, 1, 1, 2])
        self.office.set_tariff(concert, prices * count, self.version(concert))

    def change_concert(self) -> None:
        concert = self.one("concert")
        version = self.office.get_concert(concert).version
        is_hidden = self.chance.random() < 0.2
        self.office.change_concert(
            concert,
            DATE,
            self.text(),
            version,
            self.instant(),
            is_hidden,
            self.one("room") if self.chance.random() < 0.2 else None,
        )

    def delete_concert(self) -> None:
        concert = self.one("concert")
        if self.chance.random() < 0.1:
            self.office.delete_concert(concert, self.office.get_concert(concert).version)

    def order(self) -> Any:
        """A concert, and seats that mostly are some of its own."""
        concert = self.one("concert")
        count = self.chance.choice([1, 2, 2, 3])
        seats = [self.one("seat") for _ in range(count)]
        if concert in self.halls and self.chance.random() < 0.9:
            seats = self.chance.sample(self.halls[concert], min(count, len(self.halls[concert])))
        if self.chance.random() < 0.7:
            return concert, seats
        types = [None, self.one("type")]
        return concert, [OrderItem(seat, self.chance.choice(types)) for seat in seats]

    def reservations(self) -> List[Any]:
        return [self.one("reservation") for _ in range(self.chance.choice([1, 1, 2, 0]))]

    def mine(self) -> Any:
        """A user with a token that goes with it, mostly."""
        if self.known["claims"] and self.chance.random() < 0.85:
            claims = self.chance.choice(self.known["claims"][-8:])
            return claims.user, claims.token
        return self.one("user"), self.one("token")

    # ---- calls ----------------------------------------------------------------------------------

    def add_concert(self) -> None:
        seats = [
            NewSeat(f"A-{i}", self.chance.choice([0, 100, 1_000]))
            for i in range(1, self.chance.randrange(2, 8))
        ]
        concert = self.office.create_concert(
            DATE, "random", self.chance.choice(self.known["room"]), seats
        )
        self.known["concert"].append(concert)
        self.halls[concert] = [seat.id for seat in self.office.seats(concert)]
        self.known["seat"] += self.halls[concert]
        if self.chance.random() < 0.7:
            terms = Terms(seats_per_order=3, refund_steps=(RefundStep(None, 500),))
            self.office.change_sale(concert, terms, 1)

    def keep(self, answer: Any) -> Any:
        known = self.known
        if isinstance(answer, boxoffice.Joined):
            known["token"].append(answer.token)
            known["claims"].append(answer.claims)
            known["text"].append(self.office.token_text(answer.claims))
        elif isinstance(answer, boxoffice.Held):
            known["reservation"].append(answer.reservation)
        elif isinstance(answer, (boxoffice.PaymentBegun, boxoffice.Paid)):
            known["payment"].append(answer.payment)
        elif isinstance(answer, boxoffice.HeldOrder):
            known["order"].append(answer.order)
            known["reservation"].append(answer.order)
            known["reservation"] += [one.reservation for one in answer.items]
        return answer

    def calls(self) -> List[Callable[[], Any]]:
        office, one = self.office, self.one
        user, token = self.mine()
        return [
            lambda: self.known["user"].append(office.create_user(self.text())),
            lambda: office.find_user(self.text()),
            lambda: self.known["room"].append(office.create_room(self.text(), self.limits())),
            lambda: office.change_room(one("room"), self.limits()),
            lambda: office.find_room(self.text()),
            self.add_concert,
            lambda: office.add_seats(one("concert"), [NewSeat(self.text(), self.amount())]),
            lambda: office.block_seat(one("seat")),
            lambda: office.unblock_seat(one("seat")),
            lambda: office.find_concert(DATE),
            lambda: office.get_concert(one("concert")),
            lambda: office.concerts(DATE),
            lambda: office.dates(DATE),
            lambda: office.available_seats(one("concert")),
            lambda: office.seats(one("concert"), user),
            lambda: office.seats_since(one("concert"), self.text(), user),
            lambda: office.find_seat(one("concert"), "A-1", user),
            lambda: office.count_seats(one("concert")),
            lambda: self.keep(office.join(one("user"), one("room"))),
            lambda: self.keep(office.join(one("user"), one("room"))),
            lambda: office.authenticate(self.token_text()),
            lambda: office.peek(self.token_text()),
            lambda: office.await_turn(
                self.token_text(), self.chance.choice([1, 2, 0, 2**31]), self.span()
            ),
            lambda: office.arrive(user, token),
            lambda: office.leave(user, token) if self.chance.random() < 0.3 else None,
            lambda: self.keep(office.hold_seat(user, token, one("seat"), self.key())),
            lambda: self.keep(office.hold_seat(user, token, one("seat"), self.key())),
            lambda: office.release_hold(user, one("reservation")),
            lambda: office.get_reservation(user, one("reservation")),
            lambda: list(office.reservations(user)),
            lambda: office.recharge(user, self.amount(), self.key()),
            lambda: office.balance(user),
            lambda: list(office.transfers(user)),
            lambda: self.keep(office.pay(user, token, one("reservation"), self.key())),
            lambda: self.keep(office.pay(user, token, one("reservation"), self.key())),
            lambda: self.keep(office.begin_payment(user, token, one("reservation"), self.key())),
            lambda: office.capture_payment(
                user, token, one("reservation"), one("payment"), self.text(), self.key()
            ),
            lambda: office.fail_payment(user, one("reservation"), one("payment"), self.text()),
            lambda: office.get_payment(user, one("payment")),
            self.change_sale,
            self.change_sale,
            self.set_tariff,
            self.change_concert,
            self.delete_concert,
            lambda: self.known["type"].append(
                office.create_type(one("concert"), self.text(), self.chance.choice([0, 1]))
            ),
            lambda: office.types(one("concert")),
            lambda: office.tariff(one("concert")),
            lambda: self.keep(
                office.hold_seats(user, token, *self.order(), **self.wish())
            ),
            lambda: self.keep(office.hold_seats(user, token, *self.order())),
            lambda: self.keep(office.hold_seats(user, token, *self.order())),
            lambda: office.release_order(user, one("order")),
            lambda: office.get_order(user, one("order")),
            lambda: office.cancel(user, self.reservations(), self.key()),
            lambda: office.cancel(user, self.reservations()),
            lambda: office.refund(
                one("reservation"),
                self.amount(),
                self.chance.random() < 0.5,
                self.text(),
                self.text() if self.chance.random() < 0.5 else "",
            ),
            lambda: (
                office.call_off(one("concert"), self.text())
                if self.chance.random() < 0.2
                else office.call_off_reason(one("concert"))
            ),
            lambda: office.sweep_refunds(one("concert"), self.chance.choice([1, 5, 10_000])),
            lambda: office.sales_report(one("concert")),
            lambda: office.cash_report(self.clock.time - MINUTE, self.clock.time),
            self.batch,
            lambda: office.tick(self.chance.choice([0, 0, 0, 5, -1, 2**63])),
            office.stats,
            office.now,
            lambda: next(office.events(self.chance.randrange(5)), None),
            lambda: self.clock.advance(
                self.chance.choice([SECOND, 20 * SECOND, MINUTE, 6 * MINUTE])
            ),
            lambda: setattr(self.gateway, "answer", self.chance.choice(["ok", RuntimeError("no")])),
        ]

    def batch(self) -> None:
        commands: List[Any] = []
        for _ in range(self.chance.randrange(8)):
            user, token = self.mine()
            commands.append(
                self.chance.choice(
                    [
                        boxoffice.CreateUser(f"b-{self.chance.randrange(100)}"),
                        boxoffice.Join(self.one("user"), self.one("room")),
                        boxoffice.HoldSeat(user, token, self.one("seat"), self.key()),
                        boxoffice.Pay(user, token, self.one("reservation"), self.key()),
                        boxoffice.Recharge(user, self.amount(), self.key()),
                        boxoffice.ReleaseHold(user, self.one("reservation")),
                        boxoffice.BlockSeat(self.one("seat")),
                        boxoffice.UnblockSeat(self.one("seat")),
                        boxoffice.Tick(),
                        boxoffice.CreateRoom(self.text(), self.limits()),
                        boxoffice.ChangeRoom(self.one("room"), self.limits()),
                        boxoffice.CreateConcert(DATE, self.text(), self.one("room"), self.hall()),
                        boxoffice.AddSeats(self.one("concert"), self.hall()),
                        boxoffice.ReconcilePayment(self.one("payment"), self.text()),
                        boxoffice.HoldSeats(user, token, *self.order()),
                        boxoffice.ReleaseOrder(user, self.one("order")),
                        boxoffice.Cancel(user, self.reservations(), self.key()),
                        boxoffice.Refund(self.one("reservation"), self.amount(), False, "key"),
                        boxoffice.CreateType(self.one("concert"), self.text()),
                        boxoffice.SetTariff(self.one("concert"), [Price("", self.amount())], 1),
                        boxoffice.ChangeSale(self.one("concert"), self.terms(), 1),
                        boxoffice.ChangeConcert(self.one("concert"), DATE, self.text(), 1),
                        boxoffice.SweepRefunds(self.one("concert")),
                        boxoffice.DeleteConcert(self.one("concert"), 9),
                    ]
                )
            )
        for outcome in self.office.batch(commands):
            if isinstance(outcome, boxoffice.Error):
                self.refused(outcome)
            else:
                self.keep(outcome)

    def refused(self, error: boxoffice.Error) -> None:
        if isinstance(error, boxoffice.Fault):
            raise AssertionError(f"a fault: {error}")
        self.errors[error.name] = self.errors.get(error.name, 0) + 1

    def step(self) -> None:
        try:
            self.chance.choice(self.calls())()
            self.answers += 1
        except boxoffice.Error as error:
            self.refused(error)


def play(seed: int) -> Player:
    player = Player(seed)
    with player.office as office:
        for i in range(STEPS):
            player.step()
            if i % 100 == 99:
                violations = office.audit()
                if violations:
                    raise AssertionError(violations)
        player.known["events"] = [one for one in office.events()]
    return player


class RandomTest(unittest.TestCase):
    def test_random_calls(self) -> None:
        only = os.environ.get("BOXOFFICE_SEED")
        seeds = [int(only)] if only else range(1, 1 + int(os.environ.get("BOXOFFICE_SEEDS", "20")))
        errors: Dict[str, int] = {}
        answers = 0
        for seed in seeds:
            with self.subTest(seed=seed):
                player = play(seed)
                answers += player.answers
                for name, count in player.errors.items():
                    errors[name] = errors.get(name, 0) + count
        if not only:
            self.assertGreater(answers, 0.3 * STEPS * len(seeds))  # not refusals alone
            self.assertGreaterEqual(len(errors), 20, errors)

    def test_the_same_seed_gives_the_same_events(self) -> None:
        def trace(seed: int) -> Any:
            return [
                (one.at, one.kind, one.amount, one.deadline) for one in play(seed).known["events"]
            ]

        self.assertEqual(trace(5), trace(5))
        self.assertNotEqual(trace(5), trace(6))


if __name__ == "__main__":
    unittest.main()
