"""With the terms that a concert has by itself, every answer of the seed's endpoints is what it was before there were terms:
the same members in the same order, and the same refusals. Copied by hand from the host of then."""

import unittest

from support import HttpTest, bearer, day, keyed, only_server, seats

HOLD = '{{"reservationId":"{0}","status":"Reserved","expirationTime":"{1}"}}'
PAID = (
    '{{"paymentId":"{0}","reservationId":"{1}","status":"Confirmed","amount":100,"newBalance":{2},"paymentTime":"{3}"}}'
)


@only_server(why="the Python host has English sentences of its own")
class Defaults(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 31))),)

    def assert_body(self, answer, text, status=200):
        self.assertEqual((answer.status, answer.body.decode()), (status, text))

    def assert_refusal(self, answer, status, code, error, message):
        self.assert_body(answer, f'{{"error":"{error}","code":"{code}","message":"{message}"}}', status)

    def test_a_purchase_from_the_token_to_the_balance(self):
        user = self.new_user()
        place = self.server.post("/api/token", {"userId": user})
        self.assertEqual(list(place.json()), ["token", "expirationTime", "position"])
        token = place["token"]
        turn = self.peek(token)
        names = ["isTurn", "occurredTime", "position", "ahead", "estimatedWaitSeconds", "nextPollMs", "expirationTime"]
        self.assertEqual(list(turn.json()), names)
        self.assert_body(self.server.get("/api/concert/date"), f'{{"dates":["{day(1)}"]}}')
        listed = self.server.get("/api/concert/seat", date=day(1))
        self.assertEqual(list(listed.json()), ["date", "availableSeats", "concertId"])
        said = self.recharge(user, token, 250)
        self.assert_body(said, f'{{"userId":"{user}","newBalance":250}}')
        held = self.hold(user, token, "1")
        self.assert_body(held, HOLD.format(held["reservationId"], held["expirationTime"]))
        paid = self.pay(user, token, held["reservationId"])
        self.assert_body(paid, PAID.format(paid["paymentId"], held["reservationId"], 150, paid["paymentTime"]))
        self.assert_body(self.balance(user, token), f'{{"userId":"{user}","currentBalance":150}}')

    def test_refusals(self):
        user, token = self.new_buyer()
        held = self.held(user, token, "2")
        self.assert_refusal(
            self.hold(user, token, "3"),
            409,
            "hold_limit",
            "동시에 예약할 수 있는 좌석 수를 초과했습니다.",
            "the user already holds as many seats as allowed; pay or release one first",
        )
        self.assert_refusal(
            self.hold(user, token, "99"),
            404,
            "unknown_seat",
            "찾을 수 없는 좌석 번호입니다.",
            "no such seat",
        )
        other, others = self.new_buyer()
        self.assert_refusal(
            self.hold(other, others, "2"),
            409,
            "seat_unavailable",
            "이미 예약되었거나 선택할 수 없는 좌석입니다.",
            "the seat is held, sold or blocked; choose another",
        )
        self.assert_refusal(
            self.pay(user, token, held),
            400,
            "insufficient_points",
            "잔액이 부족합니다.",
            "the balance is below the price; recharge first",
        )
        self.recharge(user, token, 100)
        self.assertEqual(self.pay(user, token, held).status, 200)
        token = self.join(user)
        self.assert_refusal(
            self.pay(user, token, held), 400, "already_paid", "이미 결제된 예약입니다.", "the reservation is already paid"
        )

    def test_a_user_buys_as_often_as_they_like_one_after_another(self):
        user, token = self.new_buyer(300)
        for seat in ("4", "5", "6"):
            self.assertEqual(self.pay(user, token, self.held(user, token, seat)).status, 200)
            token = self.join(user)

    def test_members_that_the_seed_does_not_know_are_ignored(self):
        user, token = self.new_buyer()
        held = self.hold(user, token, "7", types=5, expectTotal="x", code=[], orderId=1)
        self.assert_body(held, HOLD.format(held["reservationId"], held["expirationTime"]))

    def test_keys_are_answered_byte_for_byte(self):
        user, token = self.new_buyer(100)
        held = self.hold(user, token, "8", key="k")
        self.assertEqual(self.hold(user, token, "8", key="k").body, held.body)
        body = {"userId": user, "reservationId": held["reservationId"], "token": token}
        paid = self.server.post("/api/payment", body, {**keyed("k"), **bearer(token)})
        self.assertEqual(self.server.post("/api/payment", body, keyed("k")).body, paid.body)


if __name__ == "__main__":
    unittest.main()
