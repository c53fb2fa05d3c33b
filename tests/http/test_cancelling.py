"""POST /api/cancellations: giving back what was bought."""

import unittest

from support import (
    CANCEL_CLOSED,
    KEY,
    NO_RESERVATION,
    NOT_PAID,
    PARAMETER,
    TOKEN,
    TOO_LARGE,
    HttpTest,
    bearer,
    day,
    only_server,
    seats,
)


@only_server
class Cancelling(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 61), price=99)), (2, "For good", seats(1, price=99)))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().set_terms(seatsPerOrder=4, refundSteps=[{"until": None, "thousandths": 900}])

    def bought(self, count, points=1000):
        """A buyer with an order that they paid: (user, token, the ids of its reservations, seats)."""
        user, token = self.new_buyer(points)
        numbers = [self.new_seat() for _ in range(count)]
        order = self.held_all(user, token, numbers)
        self.assertEqual(self.pay(user, token, order["orderId"]).status, 200)
        return user, token, [one["reservationId"] for one in order["seats"]], numbers

    def show(self, token, reservation):
        return self.server.get(f"/api/reservations/{reservation}", bearer(token)).json()

    def test_what_was_cancelled_is_not_given_back_as_a_hold(self):
        user, token, ids, _ = self.bought(1)
        self.assertEqual(self.cancel(user, token, ids[0]).status, 200)
        answer = self.server.send("DELETE", f"/api/reservations/{ids[0]}", headers=bearer(token))
        self.assertEqual((answer.status, answer.json()["code"]), (409, "hold_released"))
        self.assertEqual(answer.json()["error"], "이미 결제되었거나 만료된 예약입니다.")

    def test_a_part_is_given_back_for_what_the_terms_say(self):
        user, token, ids, numbers = self.bought(3)
        self.assertEqual([self.show(token, one)["refund"] for one in ids], [89] * 3)  # 99 × 0.9, rounded down
        answer = self.cancel(user, token, ids[2], ids[0])
        self.assertEqual(
            answer.json(),
            {
                "cancelled": [{"reservationId": ids[2], "refund": 89}, {"reservationId": ids[0], "refund": 89}],
                "refund": 178,
                "newBalance": 1000 - 297 + 178,
            },
        )
        self.assert_balance(user, token, 881)
        said = [self.show(token, one) for one in ids]
        self.assertEqual([one["status"] for one in said], ["Cancelled", "Confirmed", "Cancelled"])
        self.assertEqual([one["refunded"] for one in said], [89, 0, 89])
        self.assertEqual([one["refund"] for one in said], [None, 89, None])
        self.assertTrue({numbers[0], numbers[2]} <= set(self.available()))
        self.assertNotIn(numbers[1], self.available())
        self.assertEqual(self.hold(*self.new_buyer(), numbers[0]).status, 200)
        self.assertEqual(self.server.audit(), [])

    def test_cancelled_again_it_says_the_same_and_gives_nothing_more(self):
        user, token, ids, _ = self.bought(2)
        first = self.cancel(user, token, *ids)
        again = self.cancel(user, token, *ids)
        self.assertEqual(again.json(), first.json())
        self.assert_balance(user, token, first["newBalance"])

    def test_the_same_key_is_answered_byte_for_byte(self):
        user, token, ids, _ = self.bought(2)
        first = self.cancel(user, token, ids[0], key="c")
        self.assertEqual(self.recharge(user, token, 5).status, 200)  # the balance moves on
        self.assertEqual(self.cancel(user, token, ids[0], key="c").body, first.body)
        for others in ([ids[1]], [ids[0], ids[1]], ["x"], ["0ARYZVZXW377R"]):
            with self.subTest(others=others):
                self.assert_refused(self.cancel(user, token, *others, key="c"), 422, "idempotency_conflict", KEY)
        self.assertEqual(self.show(token, ids[1])["status"], "Confirmed")

    def test_all_or_none(self):
        user, token, ids, numbers = self.bought(1)
        token = self.join(user)
        held = self.held(user, token, self.new_seat())
        self.assert_refused(self.cancel(user, token, ids[0], held), 409, "not_paid", NOT_PAID)
        for stranger in ("x", "0ARYZVZXW377R", self.bought(1)[2][0]):
            answer = self.cancel(user, token, ids[0], stranger)
            self.assert_refused(answer, 404, "unknown_reservation", NO_RESERVATION)
        self.assertEqual(self.show(token, ids[0])["status"], "Confirmed")
        self.assertNotIn(numbers[0], self.available())

    def test_by_default_what_is_paid_is_paid_for_good(self):
        user, token = self.new_buyer(99)
        reservation = self.hold(user, token, "1", on=day(2))["reservationId"]
        self.assertEqual(self.pay(user, token, reservation).status, 200)
        self.assertIsNone(self.show(token, reservation)["refund"])
        self.assert_refused(self.cancel(user, token, reservation), 409, "cancel_closed", CANCEL_CLOSED)

    def test_the_terms_are_those_under_which_it_was_held(self):
        user, token, ids, _ = self.bought(1)
        before = self.of_concert("GET")["sale"]["refundSteps"]
        self.set_terms(refundSteps=[])
        self.addCleanup(self.set_terms, refundSteps=before)
        self.assertEqual(self.show(token, ids[0])["refund"], 89)
        other, others_token, others_ids, _ = self.bought(1)
        self.assertIsNone(self.show(others_token, others_ids[0])["refund"])
        self.assert_refused(self.cancel(other, others_token, *others_ids), 409, "cancel_closed", CANCEL_CLOSED)
        self.assertEqual(self.cancel(user, token, ids[0])["refund"], 89)

    def test_what_the_house_has_given_back_is_not_given_back_again(self):
        user, token, ids, _ = self.bought(1)
        self.house("POST", "refunds", {"reservationId": ids[0], "amount": 60, "cancel": False}, key=ids[0])
        self.assertEqual(self.show(token, ids[0])["refund"], 39)
        self.assertEqual(self.cancel(user, token, ids[0])["refund"], 99)  # of its price, in all
        self.assert_balance(user, token, 1000)

    def test_malformed_requests(self):
        user, token, ids, _ = self.bought(1)
        good = {"userId": user, "reservationIds": ids}
        for wrong in (
            {"userId": 5},
            {"userId": None},
            {"reservationIds": None},
            {"reservationIds": ids[0]},
            {"reservationIds": []},
            {"reservationIds": [None]},
            {"reservationIds": ids * 2},
            {"reservationIds": ["0ARYZVZXW377R"] * 51},
        ):
            with self.subTest(wrong=wrong):
                answer = self.server.post("/api/cancellations", {**good, **wrong}, bearer(token))
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        answer = self.server.post("/api/cancellations", {**good, "userId": "nobody"}, bearer(token))
        self.assert_refused(answer, 401, "invalid_token", TOKEN)
        large = {**good, "padding": "x" * 70_000}
        answer = self.server.post("/api/cancellations", large, bearer(token))
        self.assert_refused(answer, 413, "payload_too_large", TOO_LARGE)


if __name__ == "__main__":
    unittest.main()
