"""D8: the process died after the gateway took the money and before the seat was sold, and nothing found the charge again."""

import datetime
import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python" / "src"))

import boxoffice  # noqa: E402
from boxoffice import NewSeat  # noqa: E402

START = datetime.datetime(2026, 12, 1, tzinfo=datetime.timezone.utc)


class Clock:
    def __init__(self, after):
        self.after = after

    def wall(self):
        return START + self.after

    def steady(self):
        return self.after

    def wait(self, span):
        self.after += span


class Gateway:
    """Its books are a file, as those of a real one are elsewhere."""

    def __init__(self, books, dies=False):
        self.books, self.dies = books, dies

    def write(self, what, request):
        with open(self.books, "a") as file:
            file.write(f"{what} {request.payment}\n")

    def lines(self):
        return Path(self.books).read_text().split("\n")[:-1]

    def approve(self, request):
        self.write("charged", request)
        if self.dies:
            os._exit(9)
        return "tx-1"

    def cancel(self, request, transaction_key):
        self.write("cancelled", request)


class Finding(Gateway):
    def find(self, request):
        return "tx-1" if f"charged {request.payment}" in self.lines() else None


@unittest.skipUnless(os.environ.get("BOXOFFICE_LIBRARY"), "set BOXOFFICE_LIBRARY to libboxoffice.so")
class CrashTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.books = os.path.join(scratch.name, "books")
        self.path = os.path.join(scratch.name, "sale.db")
        child = os.fork()
        if child == 0:
            try:
                self.sell()
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 9)

    def sell(self):
        clock = Clock(datetime.timedelta())
        office = boxoffice.open(self.path, gateway=Gateway(self.books, dies=True), clock=clock)
        room = office.find_room("main").id
        concert = office.create_concert(datetime.date(2026, 12, 24), "Winter", room, [NewSeat("A-1", price=100)])
        user = office.create_user("mina")
        place = office.join(user, room)
        office.recharge(user, 1_000)
        held = office.hold_seat(user, place.token, office.available_seats(concert)[0].id)
        office.pay(user, place.token, held.reservation, key="p")

    def test_it_is_listed_and_taken_back(self):
        (charge,) = Gateway(self.books).lines()
        gateway = Finding(self.books)
        with boxoffice.open(self.path, gateway=gateway, clock=Clock(datetime.timedelta(minutes=10))) as office:
            (payment,) = office.unreconciled_payments()
            self.assertEqual((f"charged {payment.id}", payment.amount), (charge, 100))
            self.assertEqual(payment.user, office.find_user("mina"))
            swept = office.reconcile_payments()
            self.assertEqual((swept.taken_back, swept.open), (1, 0))
            self.assertEqual(gateway.lines(), [charge, f"cancelled {payment.id}"])
            self.assertEqual(list(office.unreconciled_payments()), [])
            self.assertEqual(office.reconcile_payments().taken_back, 0)
            names = [one.name for one in office.events() if one.payment == payment.id]
            self.assertEqual(
                names, ["payment_requested", "payment_failed", "payment_approved", "payment_reconciled"]
            )
            self.assertEqual(office.audit(), [])

    def test_a_gateway_that_cannot_be_asked_leaves_it_to_a_person(self):
        gateway = Gateway(self.books)
        with boxoffice.open(self.path, gateway=gateway, clock=Clock(datetime.timedelta(minutes=10))) as office:
            self.assertEqual(office.reconcile_payments().open, 1)
            (payment,) = office.unreconciled_payments()
            self.assertEqual(len(gateway.lines()), 1)
            office.reconcile_payment(payment.id, "refunded by hand")
            self.assertEqual(list(office.unreconciled_payments()), [])
            self.assertEqual(office.audit(), [])


if __name__ == "__main__":
    unittest.main()
