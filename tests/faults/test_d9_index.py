"""D9: integers that are no `int` but have one (numpy's, of a data frame's row) were refused everywhere."""

import datetime
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bindings" / "python" / "src"))

import boxoffice  # noqa: E402
from boxoffice import InvalidArgument, NewSeat  # noqa: E402


class Int64:
    """What numpy.int64 is to us: no int, and not made one by anything but __index__."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


class Floating:
    """What numpy.float32 is: a number without an index."""

    def __float__(self):
        return 5.0


@unittest.skipUnless(os.environ.get("BOXOFFICE_LIBRARY"), "set BOXOFFICE_LIBRARY to libboxoffice.so")
class IndexTest(unittest.TestCase):
    def setUp(self):
        limits = {"active_capacity": Int64(9), "wal_size_max": Int64(1 << 20), "issue_limit": Int64(1 << 60)}
        self.office = boxoffice.open(":memory:", token_keys={Int64(7): b"k" * 16}, **limits)
        self.addCleanup(self.office.close)
        self.room = self.office.find_room("main").id
        self.user = self.office.create_user("mina")

    def test_wherever_an_int_is_taken(self):
        office, user, room = self.office, Int64(self.user), Int64(self.room)
        seats = [NewSeat("1", price=Int64(5), x=Int64(3), y=2), NewSeat("2", price=6)]
        concert = Int64(office.create_concert(datetime.date(2026, 12, 24), "x", room, seats))
        self.assertEqual(office.recharge(user, Int64(50)).balance, 50)
        place = office.join(user, room)
        token = Int64(place.token)
        seat, other = office.available_seats(concert)
        self.assertEqual((seat.price, seat.x, office.count_seats(concert).available), (5, 3.0, 2))
        held = office.hold_seat(user, token, Int64(seat.id))
        paid = office.pay(user, token, Int64(held.reservation))
        self.assertEqual(office.get_payment(user, Int64(paid.payment)).amount, 5)
        self.assertEqual(boxoffice.parse_id(boxoffice.id_text(user)), self.user)
        self.assertEqual(len(list(office.events(Int64(1)))), len(list(office.events())) - 1)
        token_text = office.token_text(boxoffice.Claims(token, user, room, Int64(place.claims.position)))
        self.assertEqual(office.authenticate(token_text), place.claims)
        self.assertEqual(office.tick(Int64(0)).more, False)
        recharged, blocked, joined, ticked = office.batch(
            [
                boxoffice.Recharge(user, Int64(7)),
                boxoffice.BlockSeat(Int64(other.id)),
                boxoffice.Join(user, room),
                boxoffice.Tick(Int64(0)),
            ]
        ).check()
        self.assertEqual(recharged.balance, 52)
        self.assertEqual(office.audit(), [])

    def test_what_is_no_integer_is_refused_as_ever(self):
        for wrong in (True, 5.0, Floating(), "5", None, Int64(2**63), Int64(5.0)):
            with self.subTest(wrong), self.assertRaises(InvalidArgument):
                self.office.recharge(self.user, wrong)
            with self.subTest(wrong), self.assertRaises(InvalidArgument):
                self.office.batch([boxoffice.Recharge(self.user, wrong)])
        for wrong in (True, "5", None, Int64(10**400)):
            with self.subTest(wrong), self.assertRaises(InvalidArgument):
                seats = [NewSeat("1", price=5, x=wrong)]
                self.office.create_concert(datetime.date(2026, 12, 24), "x", self.room, seats)

    def test_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("needs python3-numpy")
        self.assertEqual(self.office.recharge(self.user, numpy.int64(5)).balance, 5)
        for wrong in (numpy.float64(5), numpy.bool_(True)):
            with self.assertRaises(InvalidArgument):
                self.office.recharge(self.user, wrong)


if __name__ == "__main__":
    unittest.main()
