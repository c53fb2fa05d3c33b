"""A payment gateway of the host's: it approves, declines, raises, and takes back."""

from __future__ import annotations

import unittest
from typing import Any, List

from .support import MINUTE, Gateway, House, VirtualClock, memory
import boxoffice  # noqa: E402
from boxoffice import PaymentState, ReservationState  # noqa: E402


class GatewayTest(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = Gateway()
        self.clock = VirtualClock()
        self.office = memory(gateway=self.gateway, clock=self.clock)
        self.addCleanup(self.office.close)
        self.house = House(self.office)
        self.mina, self.token = self.house.buyer("mina", 5_000)
        self.held = self.office.hold_seat(self.mina, self.token, self.house.seats[0].id)

    def pay(self, key: str = "pay-1") -> boxoffice.Paid:
        return self.office.pay(self.mina, self.token, self.held.reservation, key)

    def test_it_approves(self) -> None:
        self.gateway.answer = "승인-1"
        paid = self.pay()
        (request,) = self.gateway.requests
        self.assertEqual(
            request, boxoffice.PaymentRequest(paid.payment, self.held.reservation, self.mina, 1_000)
        )
        self.assertEqual(self.office.get_payment(self.mina, paid.payment).transaction_key, "승인-1")
        self.assertEqual(self.pay(), paid)
        self.assertEqual(len(self.gateway.requests), 1)

    def test_what_it_raises_declines(self) -> None:
        self.gateway.answer = ConnectionError("the gateway is away")
        with self.assertRaises(boxoffice.PaymentDeclined) as caught:
            self.pay()
        self.assertIs(caught.exception.__cause__, self.gateway.answer)
        self.assertEqual(
            self.office.get_reservation(self.mina, self.held.reservation).state,
            ReservationState.HELD,
        )
        self.assertEqual(self.office.balance(self.mina), 5_000)
        payment = self.gateway.requests[0].payment
        self.assertEqual(self.office.get_payment(self.mina, payment).state, PaymentState.FAILED)
        self.gateway.answer = "second try"
        self.assertEqual(self.pay("pay-2").balance, 4_000)

    def test_what_it_may_not_return_declines(self) -> None:
        for i, wrong in enumerate((None, 5, b"bytes", "x" * 256, "zero\0byte", "\ud800")):
            self.gateway.answer = lambda wrong=wrong: wrong
            with self.subTest(wrong), self.assertRaises(boxoffice.PaymentDeclined) as caught:
                self.pay(f"pay-{i}")
            self.assertIsInstance(caught.exception.__cause__, boxoffice.InvalidArgument)
        self.gateway.answer = "x" * 255
        self.pay("last")

    def test_it_takes_back_what_could_not_be_captured(self) -> None:
        def slow() -> str:
            self.clock.advance(10 * MINUTE)
            return "too late"

        self.gateway.answer = slow
        with self.assertRaises(boxoffice.Refused):
            self.pay()
        ((request, name),) = self.gateway.cancelled
        self.assertEqual((request.user, name), (self.mina, "too late"))
        self.assertEqual(self.office.balance(self.mina), 5_000)
        self.assertEqual(self.office.audit(), [])

    def test_an_exception_of_cancel_is_the_cause(self) -> None:
        broken = RuntimeError("cannot cancel")

        def cancel(request: Any, name: str) -> None:
            raise broken

        def late() -> str:
            self.clock.advance(10 * MINUTE)
            return "late"

        setattr(self.gateway, "cancel", cancel)
        self.gateway.answer = late
        with self.assertRaises(boxoffice.Refused) as caught:
            self.pay()
        self.assertIs(caught.exception.__cause__, broken)

    def test_keyboard_interrupt_declines_and_is_raised(self) -> None:
        self.gateway.answer = KeyboardInterrupt()
        with self.assertRaises(KeyboardInterrupt):
            self.pay()
        self.assertEqual(self.office.balance(self.mina), 5_000)

    def test_it_must_not_call_the_office(self) -> None:
        seen: List[BaseException] = []

        def reenter() -> str:
            try:
                self.office.balance(self.mina)
            except boxoffice.InvalidArgument as error:
                seen.append(error)
            return "fine"

        self.gateway.answer = reenter
        self.pay()
        self.assertEqual(len(seen), 1)

    def test_it_may_call_another_office(self) -> None:
        with memory() as other:
            other.create_user("mina")
            self.gateway.answer = lambda: str(other.find_user("mina"))
            self.pay()


class LogTest(unittest.TestCase):
    def test_an_exception_of_the_log_is_the_cause_of_the_fault(self) -> None:
        broken = RuntimeError("the log is full")

        def log(error: boxoffice.Error) -> None:
            raise broken

        clock = VirtualClock()
        with memory(clock=clock, log=log) as office:
            office.now()
            clock.time += 180 * MINUTE
            with self.assertRaises(boxoffice.ClockJump) as caught:
                office.now()
            self.assertIs(caught.exception.__cause__, broken)
            clock.time -= 180 * MINUTE


if __name__ == "__main__":
    unittest.main()
