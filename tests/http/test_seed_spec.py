"""The seed's API spec to the letter: each shape, status and error string, copied by hand and checked without the
description in openapi.json. Members that are ours may be there beside the seed's."""

import re
import unittest

from support import HttpTest, bearer, day, seats

DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z\Z")


class SeedSpec(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 51))), (2, "Spring", seats(1, 2, 3)))

    def assert_error(self, answer, status, text):
        self.assertEqual((answer.status, answer["error"]), (status, text))

    def assert_datetime(self, value):
        self.assertRegex(value, DATETIME)

    def test_0_token_peek(self):
        token = self.server.post("/api/token", {"userId": self.new_user()})["token"]
        said = self.server.post("/api/token/peek", {"tokenId": token})
        self.assertEqual(said.status, 200)
        self.assertIs(said["isTurn"], True)
        self.assert_datetime(said["occurredTime"])
        self.assert_error(self.server.post("/api/token/peek", {"tokenId": "x"}), 401, "잘못되었거나 이미 만료된 토큰입니다.")

    def test_1_token(self):
        said = self.server.post("/api/token", {"userId": self.new_user()})
        self.assertEqual(said.status, 200)
        self.assertIsInstance(said["token"], str)
        self.assert_datetime(said["expirationTime"])
        self.assert_error(self.server.post("/api/token", {"userId": "nobody"}), 400, "잘못된 사용자 ID")

    def test_2_dates(self):
        said = self.server.get("/api/concert/date")
        self.assertEqual((said.status, said.json()), (200, {"dates": [day(1), day(2)]}))

    def test_3_seats(self):
        said = self.server.get("/api/concert/seat", date=day(2))
        self.assertEqual((said.status, said["date"], said["availableSeats"]), (200, day(2), ["1", "2", "3"]))
        self.assert_error(self.server.get("/api/concert/seat", date=day(3)), 404, "찾을 수 없는 좌석 번호입니다.")
        self.assert_error(self.server.get("/api/concert/seat", date="today"), 400, "잘못된 형식의 날짜입니다.")

    def test_4_reservations(self):
        user = self.new_user()
        token = self.server.post("/api/token", {"userId": user})["token"]
        request = {"userId": user, "date": day(1), "seatNumber": 7, "token": token}
        said = self.server.post("/api/reservations", request)
        self.assertEqual((said.status, said["status"]), (200, "Reserved"))
        self.assertIsInstance(said["reservationId"], str)
        self.assert_datetime(said["expirationTime"])
        self.assert_error(self.server.post("/api/reservations", {**request, "date": 5}), 400, "잘못된 형식의 요청 파라미터입니다.")
        self.assert_error(self.server.post("/api/reservations", {**request, "token": "x"}), 401, "잘못되었거나 이미 만료된 토큰입니다.")
        # What is held for a while is not listed, and a user does not hold several seats at once.
        self.assertNotIn("7", self.server.get("/api/concert/seat", date=day(1))["availableSeats"])
        self.assertEqual(self.server.post("/api/reservations", {**request, "seatNumber": 8}).status, 409)

    def test_5_recharge(self):
        user = self.new_user()
        token = self.server.post("/api/token", {"userId": user})["token"]
        said = self.server.post("/api/payment/recharge", {"userId": user, "amount": 10_000}, bearer(token))
        self.assertEqual((said.status, said.json()), (200, {"userId": user, "newBalance": 10_000}))
        for amount in (0, -1, "5"):
            wrong = self.server.post("/api/payment/recharge", {"userId": user, "amount": amount}, bearer(token))
            self.assert_error(wrong, 400, "잘못된 요청 파라미터 입니다.")

    def test_6_balance(self):
        user = self.new_user()
        token = self.server.post("/api/token", {"userId": user})["token"]
        said = self.server.get("/api/balance", bearer(token), userId=user)
        self.assertEqual((said.status, said.json()), (200, {"userId": user, "currentBalance": 0}))
        self.assert_error(self.server.get("/api/balance", bearer(token), userId="nobody"), 404, "찾을 수 없는 사용자입니다.")

    def test_payment(self):
        """The seed draws it (401, 429, 400, an approval) and gives no spec; the contract does."""
        user = self.new_user()
        token = self.server.post("/api/token", {"userId": user})["token"]
        self.server.post("/api/payment/recharge", {"userId": user, "amount": 150}, bearer(token))
        hold = {"userId": user, "date": day(1), "seatNumber": "9", "token": token}
        reservation = self.server.post("/api/reservations", hold)["reservationId"]
        request = {"userId": user, "reservationId": reservation, "token": token}
        self.assertEqual(self.server.post("/api/payment", {**request, "reservationId": "0ARYZVZXW377R"}).status, 400)
        self.assertEqual(self.server.post("/api/payment", {**request, "token": "x"}).status, 401)
        said = self.server.post("/api/payment", request)
        self.assertEqual((said.status, said["status"], said["newBalance"]), (200, "Confirmed", 50))
        self.assert_datetime(said["paymentTime"])


class SeedQueue(HttpTest):
    """The seed's sequence 0: beyond the room's capacity, and out of turn: 429."""

    flags = {"capacity": 1, "queue_capacity": 1, "turn_attempts": 2, "turn_interval_ms": 10}
    one_server_a_test = True

    def test_too_many_requests(self):
        self.join(self.new_user())
        user = self.new_user()
        token = self.join(user)
        self.assertIs(self.server.post("/api/token/peek", {"tokenId": token})["isTurn"], False)
        hold = {"userId": user, "date": day(1), "seatNumber": 1, "token": token}
        self.assertEqual(self.server.post("/api/reservations", hold).status, 429)
        self.assertEqual(self.server.post("/api/token", {"userId": self.new_user()}).status, 429)


class SeedHolds(HttpTest):
    flags = {"hold_seconds": 1}

    def test_an_unpaid_hold_is_released_by_itself(self):
        from support import until

        user, token = self.new_buyer()
        self.held(user, token, "1")
        self.assertNotIn("1", self.available())
        until(lambda: "1" in self.available(), "the release", patience=4)


if __name__ == "__main__":
    unittest.main()
