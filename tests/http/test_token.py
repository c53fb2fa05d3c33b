"""POST /api/token, POST /api/token/peek, DELETE /api/token: the waiting room."""

import time
import unittest

from support import PATIENCE, QUEUE_FULL, TOKEN, TURN, USER, HttpTest, Server, bearer, only_server, parse_time, until

FORGED = "A" * 68


class Joining(HttpTest):
    def test_a_user_gets_a_place_and_joining_again_gives_the_same(self):
        user = self.new_user()
        first = self.server.post("/api/token", {"userId": user})
        again = self.server.post("/api/token", {"userId": user})
        self.assertEqual(first.status, 200)
        self.assertEqual(first.json(), again.json())
        self.assertNotEqual(self.join(self.new_user()), first["token"])

    def test_positions_count_up(self):
        first = self.server.post("/api/token", {"userId": self.new_user()})["position"]
        second = self.server.post("/api/token", {"userId": self.new_user()})["position"]
        self.assertEqual(second, first + 1)

    def test_the_token_proves_its_user_for_a_day(self):
        user = self.new_user()
        issued = self.server.post("/api/token", {"userId": user})
        now = parse_time(self.peek(issued["token"])["occurredTime"])
        left = (parse_time(issued["expirationTime"]) - now).total_seconds()
        self.assertTrue(86_390 < left <= 86_400, left)

    def test_unknown_members_are_ignored(self):
        answer = self.server.post("/api/token", {"userId": self.new_user(), "colour": {"deep": [1]}})
        self.assertEqual(answer.status, 200)

    def test_an_unknown_user_is_refused(self):
        for user in ("nobody", "u-1 ", "U-1", "김민아", "u" * 255):
            with self.subTest(user=user):
                self.assert_refused(self.server.post("/api/token", {"userId": user}), 400, "unknown_user", USER)

    def test_a_user_whose_name_no_user_can_have_is_refused(self):
        for user in ("", "u" * 256, "a\nb", "\u0000"):
            with self.subTest(user=user):
                answer = self.server.post("/api/token", {"userId": user})
                self.assertEqual((answer.status, answer["error"]), (400, USER))
                self.assertIn(answer["code"], ("unknown_user", "invalid_argument"))

    def test_names_are_utf_8(self):
        self.server.furnish(["김민아 🎫"])
        self.assertEqual(self.server.post("/api/token", {"userId": "김민아 🎫"}).status, 200)
        escaped = b'{"userId": "\\uae40\\ubbfc\\uc544 \\ud83c\\udfab"}'
        self.assertEqual(self.server.post("/api/token", escaped).status, 200)


class Peeking(HttpTest):
    def test_an_admitted_place_has_its_turn(self):
        _, token = self.new_buyer()
        answer = self.peek(token)
        said = answer.json()
        self.assertEqual((answer.status, said["isTurn"], said["ahead"]), (200, True, 0))
        self.assertLessEqual(said["nextPollMs"], 20_000)
        # The first peek starts the turn's clock, a little after it looked; from then on the deadline stays.
        again = self.peek(token).json()
        self.assertEqual(again["expirationTime"], said["expirationTime"])
        left = parse_time(again["expirationTime"]) - parse_time(again["occurredTime"])
        self.assertTrue(290 < left.total_seconds() <= 300, left)

    def test_what_is_no_token_is_refused(self):
        _, token = self.new_buyer()
        swapped = token[:-1] + ("A" if token[-1] != "A" else "B")
        for bad in (FORGED, "", "x", token + "A", token[:-1], swapped, token.swapcase(), " " + token, "é" * 68):
            with self.subTest(token=bad):
                self.assert_refused(self.peek(bad), 401, "invalid_token", TOKEN)

    def test_a_missing_token_is_refused(self):
        self.assert_refused(self.server.post("/api/token/peek", {}), 401, "invalid_token", TOKEN)
        self.assert_refused(
            self.server.post("/api/token/peek", {"token": self.new_buyer()[1]}), 401, "invalid_token", TOKEN
        )

    def test_a_token_of_another_box_office_is_refused(self):
        other = Server()
        self.addCleanup(other.close)
        other.furnish(["u-1"])
        token = other.post("/api/token", {"userId": "u-1"})["token"]
        self.assert_refused(self.peek(token), 401, "invalid_token", TOKEN)

    def test_a_completed_place_is_over(self):
        user, token = self.new_buyer(100)
        self.assertEqual(self.pay(user, token, self.held(user, token, self.new_seat())).status, 200)
        self.assert_refused(self.peek(token), 401, "token_completed", TOKEN)


class Waiting(HttpTest):
    flags = {"capacity": 1, "queue_capacity": 2, "turn_attempts": 1}
    one_server_a_test = True

    def test_those_behind_are_told_how_many_are_ahead(self):
        self.join(self.new_user())
        tokens = [self.join(self.new_user()) for _ in range(2)]
        for number, token in enumerate(tokens):
            answer = self.peek(token)
            said = answer.json()
            self.assertEqual(
                (answer.status, said["isTurn"], said["position"], said["ahead"]), (200, False, number + 2, number)
            )
            self.assertIsNone(said["estimatedWaitSeconds"])
            self.assertTrue(0 < said["nextPollMs"] <= 20_000, said)
            left = parse_time(said["expirationTime"]) - parse_time(said["occurredTime"])
            self.assertTrue(86_390 < left.total_seconds() <= 86_400, left)

    def test_a_full_queue_refuses_newcomers_but_not_those_in_it(self):
        users = [self.new_user() for _ in range(4)]
        tokens = [self.join(user) for user in users[:3]]
        self.assert_refused(self.server.post("/api/token", {"userId": users[3]}), 429, "queue_full", QUEUE_FULL)
        self.assertEqual(self.join(users[2]), tokens[2])

    def test_the_next_is_admitted_when_a_place_is_paid(self):
        user, token = self.new_buyer(100)
        _, waiting = self.new_buyer()
        self.assertFalse(self.peek(waiting)["isTurn"])
        self.assertEqual(self.pay(user, token, self.held(user, token, "1")).status, 200)
        until(lambda: self.peek(waiting)["isTurn"], "the next one's turn")

    def test_who_waits_can_do_everything_but_hold_and_pay(self):
        self.new_buyer()
        user, token = self.new_buyer(500)
        self.assert_balance(user, token, 500)
        self.assert_refused(self.hold(user, token, "1"), 429, "not_your_turn", TURN)
        self.assert_refused(self.pay(user, token, "0ARYZVZXW377R"), 429, "not_your_turn", TURN)

    def test_the_turn_comes_before_existence(self):
        self.new_buyer()
        user, token = self.new_buyer()
        for answer in (
            self.hold(user, token, "no such seat"),
            self.hold(user, token, "1", on=day_without_concert()),
            self.hold(user, token, "1", concertId="0ARYZVZXW377R"),
        ):
            self.assert_refused(answer, 429, "not_your_turn", TURN)


class WaitingForArrivals(HttpTest):
    flags = {"capacity": 1, "arrive_seconds": 1, "turn_attempts": 1}
    one_server_a_test = True

    def test_a_turn_nobody_comes_for_passes_on(self):
        first, second = self.join(self.new_user()), self.join(self.new_user())
        until(lambda: self.peek(second)["isTurn"], "the second one's turn", patience=4)
        self.assert_refused(self.peek(first), 401, "token_expired", TOKEN)

    def test_who_shows_up_keeps_the_turn(self):
        first, second = self.join(self.new_user()), self.join(self.new_user())
        self.assertTrue(self.peek(first)["isTurn"])
        time.sleep(1.3)
        self.assertTrue(self.peek(first)["isTurn"])
        self.assertFalse(self.peek(second)["isTurn"])


class TurnsThatEnd(HttpTest):
    flags = {"active_seconds": 1, "turn_attempts": 1}

    def test_when_the_turn_is_over_peek_says_why_and_money_goes_on(self):
        user, token = self.new_buyer(100)
        self.peek(token)
        until(lambda: self.peek(token).status == 401, "the end of the turn", patience=4)
        self.assert_refused(self.peek(token), 401, "token_expired", TOKEN)
        self.assert_refused(self.hold(user, token, "1"), 429, "not_your_turn", TURN)
        self.assert_refused(self.pay(user, token, "0ARYZVZXW377R"), 429, "not_your_turn", TURN)
        self.assert_balance(user, token, 100)
        self.assertNotEqual(self.join(user), token)


class TheTurnLoop(HttpTest):
    flags = {"capacity": 1, "turn_attempts": 4, "turn_interval_ms": 500}
    one_server_a_test = True

    def test_a_hold_is_tried_several_times_before_it_is_refused(self):
        self.new_buyer()
        user, token = self.new_buyer()
        begin = time.monotonic()
        self.assert_refused(self.hold(user, token, "1"), 429, "not_your_turn", TURN)
        took = time.monotonic() - begin
        self.assertTrue(1.49 < took < PATIENCE, took)

    def test_waiting_requests_do_not_hold_up_others(self):
        import threading

        self.new_buyer()
        waiting = [self.new_buyer() for _ in range(12)]
        threads = [threading.Thread(target=self.hold, args=(user, token, "1")) for user, token in waiting]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        self.available()
        self.assertTrue(all(thread.is_alive() for thread in threads))  # they go on waiting
        for thread in threads:
            thread.join()
        self.assertLess(time.monotonic() - begin, 12 * 1.5)  # not one after another


@only_server
class Leaving(HttpTest):
    flags = {"capacity": 1, "turn_attempts": 1}
    one_server_a_test = True

    def test_leaving_gives_the_place_to_the_next(self):
        _, token = self.new_buyer()
        _, waiting = self.new_buyer()
        self.assertEqual(self.leave(token).status, 204)
        until(lambda: self.peek(waiting)["isTurn"], "the next one's turn")
        self.assert_refused(self.peek(token), 401, "token_left", TOKEN)

    def test_leaving_releases_the_holds(self):
        user, token = self.new_buyer()
        reservation = self.held(user, token, "1")
        self.assertNotIn("1", self.available())
        self.assertEqual(self.leave(token).status, 204)
        self.assertIn("1", self.available())
        answer = self.server.get(f"/api/reservations/{reservation}", bearer(token))
        self.assertEqual((answer.status, answer["status"]), (200, "Released"))

    def test_leaving_twice_is_fine(self):
        _, token = self.new_buyer()
        self.assertEqual([self.leave(token).status for _ in range(2)], [204, 204])

    def test_after_leaving_it_is_not_ones_turn_until_one_joins_again(self):
        user, token = self.new_buyer()
        self.leave(token)
        self.assert_refused(self.hold(user, token, "1"), 429, "not_your_turn", TURN)
        self.assert_refused(self.pay(user, token, "0ARYZVZXW377R"), 429, "not_your_turn", TURN)
        self.assertNotEqual(self.join(user), token)

    def test_who_paid_cannot_leave(self):
        user, token = self.new_buyer(100)
        self.pay(user, token, self.held(user, token, "1"))
        self.assert_refused(self.leave(token), 401, "token_completed", TOKEN)

    def test_without_a_token_nobody_leaves(self):
        _, token = self.new_buyer()
        for headers in ({}, bearer(FORGED), {"Authorization": token}, {"Authorization": f"Basic {token}"}):
            with self.subTest(headers=headers):
                self.assert_refused(
                    self.server.send("DELETE", "/api/token", headers=headers), 401, "invalid_token", TOKEN
                )
        self.assertTrue(self.peek(token)["isTurn"])

    def test_the_scheme_of_the_header_may_be_in_any_case(self):
        _, token = self.new_buyer()
        answer = self.server.send("DELETE", "/api/token", headers={"authorization": f"bEARER {token}"})
        self.assertEqual(answer.status, 204)


def day_without_concert():
    return "2999-01-01"


if __name__ == "__main__":
    unittest.main()
