"""A payment gateway of the host's: it approves, declines, raises, and takes back."""

from __future__ import annotations

import unittest
from typing import Any, Dict, List, Optional

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


class Finding(Gateway):
    """It can be asked what became of a payment."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Dict[Any, Any] = {}

    def find(self, request: boxoffice.PaymentRequest) -> Optional[str]:
        found: Any = self.found.get(request.payment)
        if isinstance(found, Exception):
            raise found
        return None if found is None else str(found)


class ReconcilingTest(unittest.TestCase):
    """Charges that nobody captured."""

    def setUp(self) -> None:
        self.gateway = Finding()
        self.clock = VirtualClock()
        self.office = memory(gateway=self.gateway, clock=self.clock)
        self.addCleanup(self.office.close)
        self.house = House(self.office)
        self.mina, self.token = self.house.buyer("mina", 5_000)
        self.held = self.office.hold_seat(self.mina, self.token, self.house.seats[0].id)

    def pay(self) -> boxoffice.Paid:
        return self.office.pay(self.mina, self.token, self.held.reservation)

    def listed(self) -> List[boxoffice.Payment]:
        return list(self.office.unreconciled_payments())

    def test_an_answer_that_was_lost_is_listed_found_and_taken_back(self) -> None:
        for lost in (TimeoutError("slow"), ConnectionError(), boxoffice.Busy("slow")):
            self.gateway.answer = lost
            with self.subTest(lost), self.assertRaises(boxoffice.PaymentDeclined) as caught:
                self.pay()
            self.assertIs(caught.exception.__cause__, lost)
        self.gateway.answer = lambda: 5  # it approved, and its name cannot be taken
        with self.assertRaises(boxoffice.PaymentDeclined):
            self.pay()
        self.gateway.answer = KeyboardInterrupt()
        with self.assertRaises(KeyboardInterrupt):
            self.pay()
        self.gateway.answer = ValueError("the card is stolen")
        with self.assertRaises(boxoffice.PaymentDeclined):
            self.pay()  # a decline is known, and not listed
        payments = self.listed()
        self.assertEqual(
            [one.id for one in payments], [one.payment for one in self.gateway.requests[:5]]
        )
        self.assertEqual({one.state for one in payments}, {PaymentState.FAILED})

        self.gateway.found = {payments[0].id: "late-1", payments[1].id: ""}
        self.clock.advance(MINUTE)
        swept = self.office.reconcile_payments(2)
        self.assertEqual(swept, boxoffice.Reconciled(2, 0, 0, payments[1].id))
        self.assertEqual([name for _, name in self.gateway.cancelled], ["late-1", ""])
        swept = self.office.reconcile_payments(after=swept.next)
        self.assertEqual(swept, boxoffice.Reconciled(0, 3, 0, None))
        self.assertEqual(self.listed(), [])
        steps = self.office.get_payment(self.mina, payments[0].id).steps
        self.assertEqual(
            [one.state.name for one in steps], ["REQUESTED", "FAILED", "APPROVED", "RECONCILED"]
        )
        self.assertEqual(self.office.audit(), [])

    def test_what_it_raises_leaves_the_payment_listed(self) -> None:
        begun = self.office.begin_payment(self.mina, self.token, self.held.reservation)
        with self.assertRaises(boxoffice.PaymentPending):
            self.office.reconcile_payment(begun.payment)
        self.clock.advance(MINUTE)
        self.gateway.found = {begun.payment: ConnectionError("away")}
        with self.assertLogs("boxoffice", "ERROR"):
            self.assertEqual(self.office.reconcile_payments().open, 1)
        self.gateway.found = {begun.payment: "x" * 256}
        with self.assertLogs("boxoffice", "ERROR"):
            self.assertEqual(self.office.reconcile_payments().open, 1)
        self.gateway.found = {begun.payment: "late"}

        def broken(request: Any, name: str) -> None:
            raise RuntimeError("cannot")

        setattr(self.gateway, "cancel", broken)
        with self.assertLogs("boxoffice", "ERROR"):
            self.assertEqual(self.office.reconcile_payments().open, 1)
        (payment,) = self.listed()
        self.assertEqual(payment.transaction_key, "late")
        with self.assertRaises(boxoffice.InvalidArgument):
            self.office.reconcile_payment(begun.payment)
        self.office.reconcile_payment(begun.payment, "late")
        self.office.reconcile_payment(begun.payment, "late")
        self.assertEqual(self.listed(), [])
        with self.assertRaises(boxoffice.UnknownPayment):
            self.office.reconcile_payment(boxoffice.PaymentId(7))
        with self.assertRaises(boxoffice.InvalidArgument):
            self.office.reconcile_payments(0)

    def test_a_gateway_that_cannot_be_asked(self) -> None:
        plain, clock = Gateway(), VirtualClock()
        with memory(gateway=plain, clock=clock) as office:
            house = House(office)
            mina, token = house.buyer("mina", 5_000)
            held = office.hold_seat(mina, token, house.seats[0].id)
            begun = office.begin_payment(mina, token, held.reservation)
            clock.advance(MINUTE)
            self.assertEqual(office.reconcile_payments(), boxoffice.Reconciled(0, 0, 1, None))
            office.fail_payment(mina, held.reservation, begun.payment, "late")
            self.assertEqual(office.reconcile_payments(), boxoffice.Reconciled(1, 0, 0, None))
            self.assertEqual([name for _, name in plain.cancelled], ["late"])


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
