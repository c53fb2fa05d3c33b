"""POST /api/payment: a held seat is paid with points."""

import threading
import unittest

from support import (
    LATE,
    MISMATCH,
    PAID,
    PAYMENT,
    POOR,
    TOKEN,
    TURN,
    HttpTest,
    bearer,
    day,
    only_server,
    parse_time,
    seats,
    until,
)


class Paying(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 61))), (2, "Free", seats("free", price=0)))

    def test_paying_moves_the_points_and_sells_the_seat(self):
        user, token = self.new_buyer(150)
        seat = self.new_seat()
        reservation = self.held(user, token, seat)
        paid = self.pay(user, token, reservation)
        said = paid.json()
        self.assertEqual(
            (paid.status, said["reservationId"], said["status"], said["amount"], said["newBalance"]),
            (200, reservation, "Confirmed", 100, 50),
        )
        self.assert_balance(user, token, 50)
        self.assertNotIn(seat, self.available())
        self.assertNotEqual(said["paymentId"], reservation)
        now = parse_time(self.peek(self.join(user))["occurredTime"])
        self.assertTrue(0 <= (now - parse_time(said["paymentTime"])).total_seconds() < 10)

    def test_a_free_seat_is_paid_without_points(self):
        user, token = self.new_buyer()
        paid = self.pay(user, token, self.hold(user, token, "free", on=day(2))["reservationId"])
        self.assertEqual((paid.status, paid["amount"], paid["newBalance"]), (200, 0, 0))

    def test_too_few_points_leave_the_hold_as_it_is(self):
        user, token = self.new_buyer(99)
        reservation = self.held(user, token, self.new_seat())
        self.assert_refused(self.pay(user, token, reservation), 400, "insufficient_points", POOR)
        self.assert_balance(user, token, 99)
        self.recharge(user, token, 1)
        self.assertEqual(self.pay(user, token, reservation)["newBalance"], 0)

    def test_another_or_no_reservation(self):
        user, token = self.new_buyer(100)
        owner, owners_token = self.new_buyer()
        anothers = self.held(owner, owners_token, self.new_seat())
        answers = [self.pay(user, token, one) for one in (anothers, "0ARYZVZXW377R", "x", "", "0" * 13, "Z" * 13)]
        for answer in answers:
            self.assert_refused(answer, 400, "reservation_mismatch", MISMATCH)
        self.assertEqual({answer.body for answer in answers}, {answers[0].body})
        self.assert_balance(user, token, 100)

    def test_a_reservation_paid_already(self):
        user, token = self.new_buyer(300)
        reservation = self.held(user, token, self.new_seat())
        self.assertEqual(self.pay(user, token, reservation).status, 200)
        self.assert_refused(self.pay(user, token, reservation), 429, "not_your_turn", TURN)
        self.assert_refused(self.pay(user, self.join(user), reservation), 400, "already_paid", PAID)
        self.assert_balance(user, token, 200)

    def test_malformed_requests(self):
        user, token = self.new_buyer(100)
        reservation = self.held(user, token, self.new_seat())
        good = {"userId": user, "reservationId": reservation, "token": token}
        for name in good:
            for value in (5, None, True, [good[name]], {}):
                with self.subTest(name=name, value=value):
                    self.assert_refused(
                        self.server.post("/api/payment", {**good, name: value}), 400, "invalid_argument", PAYMENT
                    )
        for name in ("userId", "reservationId"):
            with self.subTest(missing=name):
                answer = self.server.post("/api/payment", {other: good[other] for other in good if other != name})
                self.assert_refused(answer, 400, "invalid_argument", PAYMENT)
        self.assert_balance(user, token, 100)

    def test_bad_tokens(self):
        user, token = self.new_buyer(100)
        other, others_token = self.new_buyer(100)
        reservation = self.held(user, token, self.new_seat())
        for who, what in (
            (user, "A" * 68),
            (user, ""),
            (user, f"{token} "),
            (other, token),
            (user, others_token),
            ("nobody", token),
        ):
            with self.subTest(user=who, token=what):
                self.assert_refused(self.pay(who, what, reservation), 401, "invalid_token", TOKEN)
        missing = self.server.post("/api/payment", {"userId": user, "reservationId": reservation}, bearer(token))
        self.assert_refused(missing, 401, "invalid_token", TOKEN)
        self.assert_balance(user, token, 100)

    def test_of_many_payments_at_once_one_counts(self):
        user, token = self.new_buyer(1000)
        reservation = self.held(user, token, self.new_seat())
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(self.pay(user, token, reservation))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer.status for answer in answers), [200] + [429] * 7)
        self.assert_balance(user, token, 900)

    @only_server
    def test_a_released_hold(self):
        user, token = self.new_buyer(100)
        reservation = self.held(user, token, self.new_seat())
        self.server.send("DELETE", f"/api/reservations/{reservation}", headers=bearer(token))
        self.assert_refused(self.pay(user, token, reservation), 400, "hold_released", LATE)
        self.assert_balance(user, token, 100)


class PayingTooLate(HttpTest):
    flags = {"hold_seconds": 1}

    def test_an_expired_hold_cannot_be_paid(self):
        user, token = self.new_buyer(100)
        seat = self.new_seat()
        reservation = self.held(user, token, seat)
        until(lambda: seat in self.available(), "the end of the hold", patience=4)
        self.assert_refused(self.pay(user, token, reservation), 400, "hold_expired", LATE)
        self.assert_balance(user, token, 100)


if __name__ == "__main__":
    unittest.main()
