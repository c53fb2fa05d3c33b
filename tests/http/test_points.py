"""POST /api/payment/recharge, GET /api/balance and GET /api/transfers: prepaid points."""

import threading
import unittest

from support import NO_USER, PARAMETER, TOKEN, HttpTest, bearer, only_server

BALANCE_MAX = 2**53 - 1
# Written by hand, since json.dumps would not write some of these.
WRONG_AMOUNTS = (
    "0",
    "-1",
    "-0",
    "1.5",
    "1.0",
    "1e3",
    "1E0",
    "1e-1",
    '"100"',
    "null",
    "true",
    "[1]",
    "{}",
    "1000000000001",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "123456789012345678901234567890",
    "0.1",
    "-0.0",
    "NaN",
    "Infinity",
    "-Infinity",
    "01",
    "+1",
    "0x10",
    "1_000",
    "１",
)


class Recharging(HttpTest):
    def test_points_add_up(self):
        user, token = self.new_buyer()
        self.assertEqual(self.recharge(user, token, 1).json(), {"userId": user, "newBalance": 1})
        self.assertEqual(self.recharge(user, token, 10**12).json(), {"userId": user, "newBalance": 10**12 + 1})
        self.assert_balance(user, token, 10**12 + 1)

    def test_wrong_amounts_change_nothing(self):
        user, token = self.new_buyer(5)
        for amount in WRONG_AMOUNTS:
            with self.subTest(amount=amount):
                body = f'{{"userId": "{user}", "amount": {amount}}}'.encode()
                answer = self.server.post("/api/payment/recharge", body, bearer(token))
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        answer = self.server.post("/api/payment/recharge", {"userId": user}, bearer(token))
        self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        self.assert_balance(user, token, 5)

    def test_a_balance_is_exact_up_to_the_largest_and_never_beyond(self):
        user, token = self.new_buyer()
        self.server.enrich(user, token, 10**12, BALANCE_MAX // 10**12)
        rest = BALANCE_MAX % 10**12
        self.assert_refused(self.recharge(user, token, rest + 1), 400, "balance_limit", PARAMETER)
        self.assertEqual(self.recharge(user, token, rest)["newBalance"], BALANCE_MAX)
        self.assert_refused(self.recharge(user, token, 1), 400, "balance_limit", PARAMETER)
        self.assert_balance(user, token, BALANCE_MAX)

    def test_a_wrong_user(self):
        user, token = self.new_buyer(5)
        for wrong in (5, None, [user], {}, True):
            with self.subTest(user=wrong):
                answer = self.server.post("/api/payment/recharge", {"userId": wrong, "amount": 1}, bearer(token))
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        answer = self.server.post("/api/payment/recharge", {"amount": 1}, bearer(token))
        self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        for other in (self.new_user(), "nobody", ""):
            with self.subTest(user=other):
                self.assert_refused(self.recharge(other, token, 1), 401, "invalid_token", TOKEN)
        self.assert_balance(user, token, 5)

    def test_without_a_token(self):
        user, token = self.new_buyer()
        for headers in (
            {},
            bearer("A" * 68),
            bearer(""),
            {"Authorization": token},
            {"Authorization": f"Basic {token}"},
        ):
            with self.subTest(headers=headers):
                answer = self.server.post("/api/payment/recharge", {"userId": user, "amount": 1}, headers)
                self.assert_refused(answer, 401, "invalid_token", TOKEN)
        inside = self.server.post("/api/payment/recharge", {"userId": user, "amount": 1, "token": token})
        self.assert_refused(inside, 401, "invalid_token", TOKEN)
        self.assert_balance(user, token, 0)

    def test_shape_comes_before_the_token(self):
        self.assert_refused(self.recharge("nobody", "forged", 0), 400, "invalid_argument", PARAMETER)
        self.assert_refused(self.recharge("nobody", "forged", 1), 401, "invalid_token", TOKEN)

    def test_recharges_at_the_same_time_all_count(self):
        user, token = self.new_buyer()
        threads = [
            threading.Thread(target=lambda: [self.recharge(user, token, 7) for _ in range(10)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assert_balance(user, token, 7 * 80)


class Balances(HttpTest):
    def test_a_new_user_has_none(self):
        self.assert_balance(*self.new_buyer(), 0)

    def test_only_the_tokens_own_user_is_known(self):
        user, token = self.new_buyer(5)
        other, _ = self.new_buyer(7)
        answers = [self.balance(name, token) for name in (other, "nobody", user.upper(), f"{user} ", "김민아")]
        for answer in answers:
            self.assert_refused(answer, 404, "unknown_user", NO_USER)
        self.assertEqual({answer.body for answer in answers}, {answers[0].body})

    def test_no_user_is_named(self):
        _, token = self.new_buyer()
        for query in ({}, {"userId": ""}, {"userid": "u-1"}):
            with self.subTest(query=query):
                self.assert_refused(
                    self.server.get("/api/balance", bearer(token), **query), 400, "invalid_argument", PARAMETER
                )

    def test_without_a_token(self):
        user, token = self.new_buyer()
        for headers in ({}, bearer("A" * 68), bearer(""), {"Authorization": token}):
            with self.subTest(headers=headers):
                self.assert_refused(self.server.get("/api/balance", headers, userId=user), 401, "invalid_token", TOKEN)

    def test_the_user_is_decoded(self):
        self.server.furnish(["a b&c+d/김%"])
        token = self.join("a b&c+d/김%")
        self.assert_balance("a b&c+d/김%", token, 0)
        plus = self.server.send("GET", "/api/balance?userId=a+b%26c%2Bd/%EA%B9%80%25", headers=bearer(token))
        self.assertEqual((plus.status, plus["userId"]), (200, "a b&c+d/김%"))
        for bad in ("%", "u-%1", "%zz", "%ff"):
            with self.subTest(bad=bad):
                odd = self.server.send_odd("GET", f"/api/balance?userId={bad}", headers=bearer(token))
                self.assertEqual(odd.status, 400)

    def test_private_answers_are_not_to_be_kept(self):
        user, token = self.new_buyer()
        self.assertEqual(self.balance(user, token).headers["cache-control"], "no-store")


@only_server
class Statement(HttpTest):
    def page(self, token, **query):
        return self.server.get("/api/transfers", bearer(token), **query)

    def test_what_came_and_went_newest_first_a_page_at_a_time(self):
        user, token = self.new_buyer()
        self.assertEqual(self.page(token).json(), {"transfers": [], "next": None})
        for amount in (1, 2, 3):
            self.recharge(user, token, amount)
        first = self.page(token, limit=2, userId=user)
        self.assertEqual([one["amount"] for one in first["transfers"]], [3, 2])
        self.assertEqual(first["next"], first["transfers"][1]["transferId"])
        rest = self.page(token, before=first["next"])
        self.assertEqual([one["amount"] for one in rest["transfers"]], [1])
        self.assertIsNone(rest["next"])
        self.assertIsNone(self.page(token, limit=3)["next"])

    def test_it_is_ones_own(self):
        user, token = self.new_buyer(5)
        _, another = self.new_buyer()
        self.assertEqual(self.page(another)["transfers"], [])
        self.assert_refused(self.page(another, userId=user), 401, "invalid_token", TOKEN)
        self.assert_refused(self.server.get("/api/transfers"), 401, "invalid_token", TOKEN)

    def test_pages_that_cannot_be(self):
        _, token = self.new_buyer()
        for wrong in ({"limit": 0}, {"limit": 101}, {"limit": "x"}, {"before": "x"}, {"before": ""}):
            with self.subTest(wrong=wrong):
                self.assert_refused(self.page(token, **wrong), 400, "invalid_argument", PARAMETER)


if __name__ == "__main__":
    unittest.main()
