"""The whole journey, and what still works after it: a token proves its user when its place is long finished."""

import unittest

from support import TOKEN, HttpTest, bearer, day, only_server


class AfterPaying(HttpTest):
    def journey(self):
        """Joins, holds, recharges and pays, each with a key; returns what was asked and answered."""
        user = self.new_user()
        token = self.join(user)
        self.assertTrue(self.peek(token)["isTurn"])
        self.assertIn(day(1), self.server.get("/api/concert/date")["dates"])
        seat = self.available()[0]
        held = self.hold(user, token, seat, key="hold-1")
        recharged = self.recharge(user, token, 250, key="recharge-1")
        paid = self.pay(user, token, held["reservationId"], key="pay-1")
        self.assertEqual([answer.status for answer in (held, recharged, paid)], [200, 200, 200])
        return user, token, seat, held, recharged, paid

    def test_the_place_is_finished_and_the_balance_still_readable(self):
        user, token, *_ = self.journey()
        self.assert_refused(self.peek(token), 401, "token_completed", TOKEN)
        self.assert_balance(user, token, 150)
        self.assertEqual(self.recharge(user, token, 1)["newBalance"], 151)

    def test_every_request_may_be_repeated_and_nothing_happens_twice(self):
        user, token, seat, held, recharged, paid = self.journey()
        for _ in range(3):
            self.assertEqual(self.pay(user, token, held["reservationId"], key="pay-1").body, paid.body)
            self.assertEqual(self.recharge(user, token, 250, key="recharge-1").body, recharged.body)
            self.assertEqual(self.hold(user, token, seat, key="hold-1").body, held.body)
        self.assert_balance(user, token, 150)
        self.assertNotIn(seat, self.available())

    def test_the_user_may_join_again_and_buy_more(self):
        user, token, *_ = self.journey()
        again = self.join(user)
        self.assertNotEqual(again, token)
        self.assertTrue(self.peek(again)["isTurn"])
        self.assertEqual(self.pay(user, again, self.held(user, again, self.available()[0]))["newBalance"], 50)

    @only_server
    def test_the_ticket_survives_a_reload(self):
        user, token, seat, held, _, _ = self.journey()
        reservation = held["reservationId"]
        ticket = {
            "reservationId": reservation,
            "orderId": reservation,
            "concertId": self.concert_ids[0],
            "date": day(1),
            "seatNumber": seat,
            "label": seat,
            "section": "",
            "row": "",
            "category": "",
            "type": None,
            "price": 100,
            "status": "Confirmed",
            "expirationTime": held["expirationTime"],
            "refunded": 0,
            "refund": None,
        }
        self.assertEqual(self.server.get(f"/api/reservations/{reservation}", bearer(token)).json(), ticket)
        self.assertEqual(
            self.server.get("/api/reservations", bearer(token), userId=user).json(),
            {"reservations": [ticket], "next": None},
        )

    @only_server
    def test_the_seat_is_mine_on_the_map(self):
        _, token, seat, *_ = self.journey()
        states = {
            one["number"]: one["state"]
            for one in self.server.get("/api/concert/map", bearer(token), date=day(1))["seats"]
        }
        self.assertEqual(states[seat], "mine")

    @only_server
    def test_a_finished_place_cannot_be_left(self):
        _, token, *_ = self.journey()
        self.assert_refused(self.leave(token), 401, "token_completed", TOKEN)


class TwoDevices(HttpTest):
    def test_both_have_the_same_place_and_the_same_key_makes_one_payment(self):
        user = self.new_user()
        phone, desktop = self.join(user), self.join(user)
        self.assertEqual(phone, desktop)
        self.recharge(user, phone, 100)
        reservation = self.held(user, phone, self.new_seat())
        self.assertEqual(
            self.pay(user, desktop, reservation, key="k").body, self.pay(user, phone, reservation, key="k").body
        )

    @only_server
    def test_the_second_device_finds_the_hold_and_can_pay_it(self):
        user, first = self.new_buyer(100)
        seat = self.new_seat()
        reservation = self.held(user, first, seat)
        second = self.join(user)
        listed = self.server.get("/api/reservations", bearer(second), userId=user)["reservations"]
        self.assertEqual(
            [(one["reservationId"], one["seatNumber"], one["status"]) for one in listed],
            [(reservation, seat, "Reserved")],
        )
        self.assertEqual(self.pay(user, second, reservation).status, 200)
        self.assertEqual(self.server.get(f"/api/reservations/{reservation}", bearer(first))["status"], "Confirmed")

    @only_server
    def test_another_users_device_finds_nothing(self):
        user, token = self.new_buyer()
        self.held(user, token, self.new_seat())
        _, stranger = self.new_buyer()
        self.assertEqual(self.server.get("/api/reservations", bearer(stranger))["reservations"], [])


if __name__ == "__main__":
    unittest.main()
