"""Idempotency-Key on holds, recharges and payments: the same key and request give the same answer, byte for byte."""

import threading
import unittest

from support import HOLD, KEY, PARAMETER, PAYMENT, TAKEN, TOKEN, TURN, HttpTest, bearer, day, only_server, seats, until

LONGEST = "k" * 255


class Replays(HttpTest):
    def assert_same(self, first, again):
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertEqual(first.status, 200)

    def test_a_recharge_counts_once(self):
        user, token = self.new_buyer()
        first = self.recharge(user, token, 10, key="r")
        self.recharge(user, token, 5)
        self.assert_same(first, self.recharge(user, token, 10, key="r"))
        self.assert_balance(user, token, 15)

    def test_a_hold_is_made_once(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        first = self.hold(user, token, seat, key="h")
        self.assert_same(first, self.hold(user, token, seat, key="h"))
        self.assert_same(first, self.hold(user, token, int(seat), key="h"))
        self.assert_same(first, self.hold(user, token, seat, key="h", concertId=self.concert_ids[0]))

    def test_a_payment_is_made_once(self):
        user, token = self.new_buyer(300)
        reservation = self.held(user, token, self.new_seat())
        first = self.pay(user, token, reservation, key="p")
        self.recharge(user, token, 1)
        self.assert_same(first, self.pay(user, token, reservation, key="p"))
        self.assert_balance(user, token, 201)

    def test_the_token_is_not_part_of_the_request(self):
        user, token = self.new_buyer(200)
        seat = self.new_seat()
        held = self.hold(user, token, seat, key="h")
        paid = self.pay(user, token, held["reservationId"], key="p")
        newer = self.join(user)
        self.assertNotEqual(newer, token)
        for one in (token, newer):
            self.assert_same(held, self.hold(user, one, seat, key="h"))
            self.assert_same(paid, self.pay(user, one, held["reservationId"], key="p"))

    def test_requests_at_the_same_time_have_one_effect(self):
        user, token = self.new_buyer()
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(self.recharge(user, token, 3, key="same"))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({(answer.status, answer.body) for answer in answers}, {(200, answers[0].body)})
        self.assert_balance(user, token, 3)

    def test_another_request_with_the_key_is_refused(self):
        user, token = self.new_buyer(100)
        seat, other_seat = self.new_seat(), self.new_seat()
        held = self.hold(user, token, seat, key="k")
        self.recharge(user, token, 10, key="k")
        self.assert_refused(self.recharge(user, token, 11, key="k"), 422, "idempotency_conflict", KEY)
        self.assert_refused(self.hold(user, token, other_seat, key="k"), 422, "idempotency_conflict", KEY)
        self.pay(user, token, held["reservationId"], key="k")
        self.assert_refused(self.pay(user, token, "0ARYZVZXW377R", key="k"), 422, "idempotency_conflict", KEY)
        self.assert_balance(user, token, 10)

    def test_the_key_comes_before_turn_and_existence(self):
        user, token = self.new_buyer(100)
        seat = self.new_seat()
        reservation = self.hold(user, token, seat, key="k")["reservationId"]
        self.pay(user, token, reservation, key="k")  # and the place is completed
        for answer in (
            self.hold(user, token, "no such seat", key="k"),
            self.hold(user, token, seat, on=day(9), key="k"),
            self.pay(user, token, "no such reservation", key="k"),
        ):
            self.assert_refused(answer, 422, "idempotency_conflict", KEY)

    def test_the_token_comes_before_the_key(self):
        user, token = self.new_buyer()
        self.recharge(user, token, 10, key="k")
        self.assert_refused(self.recharge(user, "A" * 68, 10, key="k"), 401, "invalid_token", TOKEN)
        self.assert_refused(self.recharge(self.new_user(), token, 10, key="k"), 401, "invalid_token", TOKEN)

    def test_keys_are_each_users_and_each_operations_own(self):
        for _ in range(2):
            user, token = self.new_buyer()
            self.assertEqual(self.recharge(user, token, 100, key="k")["newBalance"], 100)
            reservation = self.hold(user, token, self.new_seat(), key="k")["reservationId"]
            self.assertEqual(self.pay(user, token, reservation, key="k")["newBalance"], 0)

    def test_a_refusal_leaves_the_key_free(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        holder, holders_token = self.new_buyer()
        self.held(holder, holders_token, seat)
        self.assert_refused(self.hold(user, token, seat, key="k"), 409, "seat_unavailable", TAKEN)
        self.assertEqual(self.hold(user, token, self.new_seat(), key="k").status, 200)

    def test_quotes_are_not_part_of_the_key(self):
        user, token = self.new_buyer()
        first = self.recharge(user, token, 10, key='"k"')
        self.assert_same(first, self.recharge(user, token, 10, key="k"))
        longest = self.recharge(user, token, 1, key=f'"{LONGEST}"')
        self.assert_same(longest, self.recharge(user, token, 1, key=LONGEST))
        self.assert_balance(user, token, 11)

    def test_keys_are_compared_whole(self):
        user, token = self.new_buyer()
        keys = ("k", "K", "kk", "!", "~", "a,b", "a;b=c", "{}", LONGEST, LONGEST[:-1])
        for number, key in enumerate(keys):
            self.assertEqual(self.recharge(user, token, 1, key=key)["newBalance"], number + 1)

    def test_malformed_keys(self):
        user, token = self.new_buyer(100)
        reservation = self.held(user, token, self.new_seat())
        for key in ("", '""', "k" * 256, f'"{"k" * 256}"', "a b", "a\tb", "é"):
            with self.subTest(key=key):
                self.assert_refused(self.recharge(user, token, 1, key=key), 400, "invalid_argument", PARAMETER)
                self.assert_refused(self.hold(user, token, "1", key=key), 400, "invalid_argument", HOLD)
                self.assert_refused(self.pay(user, token, reservation, key=key), 400, "invalid_argument", PAYMENT)
        self.assert_balance(user, token, 100)


class ReplaysOfHoldsThatExpired(HttpTest):
    flags = {"hold_seconds": 1}

    def test_the_answer_is_still_the_first_one(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        first = self.hold(user, token, seat, key="h")
        until(lambda: seat in self.available(), "the end of the hold", patience=4)
        again = self.hold(user, token, seat, key="h")
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertIn(seat, self.available())


class ReplaysWhileWaiting(HttpTest):
    flags = {"capacity": 1, "turn_attempts": 1}
    one_server_a_test = True

    def test_who_waits_again_gets_the_answer_that_was_given(self):
        user, token = self.new_buyer(100)
        held = self.hold(user, token, "1", key="h")
        self.pay(user, token, held["reservationId"])
        self.new_buyer()
        waiting = self.join(user)
        self.assert_refused(self.hold(user, waiting, "2"), 429, "not_your_turn", TURN)
        self.assertEqual(self.hold(user, waiting, "1", key="h").body, held.body)
        self.assert_refused(self.hold(user, waiting, "2", key="h"), 422, "idempotency_conflict", KEY)


@only_server
class ReplaysOnADateThatGotASecondConcert(HttpTest):
    one_server_a_test = True

    def test_the_answer_is_still_the_first_one(self):
        user, token = self.new_buyer()
        first = self.hold(user, token, "1", key="h")
        self.server.furnish(concerts=[(day(1), "Late", seats("1"))])
        again = self.hold(user, token, "1", key="h")
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertEqual(self.server.get("/api/reservations", bearer(token)).json()["next"], None)


if __name__ == "__main__":
    unittest.main()
