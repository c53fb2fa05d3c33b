"""What the operator's page asks: what stands where, what was taken, the room's limits, seats off sale, a buyer's things; and what
/metrics tells to whom."""

import json
import re
import unittest

from contract import ROOT
from server import ADMIN_KEY
from support import (
    NO_CONCERT,
    NO_PATH,
    NO_ROOM,
    NO_USER,
    PARAMETER,
    SEAT,
    TAKEN,
    TOKEN,
    TOO_LARGE,
    CommandLineTest,
    HttpTest,
    Server,
    bearer,
    day,
    only_server,
    seats,
)


@only_server
class Running(HttpTest):
    concerts = ((1, "Winter", seats(1, 2, 3, 4)), (2, "Spring", seats(1, 2, price=50)))
    one_server_a_test = True

    def listed(self, **query):
        answer = self.server.get("/api/admin/concerts", headers={"X-Admin-Key": ADMIN_KEY}, **query)
        self.assertEqual(answer.status, 200, answer)
        return answer["concerts"]

    def stats(self):
        return self.house("GET", "stats").json()

    def buyer(self, user, **query):
        return self.server.get("/api/admin/users", headers={"X-Admin-Key": ADMIN_KEY}, userId=user, **query)

    # ---- what stands where

    def test_concerts_with_what_was_taken(self):
        user, token = self.new_buyer(100)
        self.pay(user, token, self.held(user, token, "1"))
        self.held(*self.new_buyer(), "2")
        winter, spring = self.listed()
        self.assertEqual((winter["title"], winter["date"], winter["isHidden"]), ("Winter", day(1), False))
        self.assertEqual(winter["seats"], {"available": 2, "held": 1, "sold": 1, "blocked": 0})
        taken = ("sold", "cancelled", "gross", "refunds", "net")
        self.assertEqual([winter[name] for name in taken], [1, 0, 100, 0, 100])
        self.assertEqual([spring[name] for name in taken], [0, 0, 0, 0, 0])
        self.assertEqual(winter["sale"]["version"], 1)
        self.assertEqual([one["title"] for one in self.listed(**{"from": day(2)})], ["Spring"])

    def test_a_hidden_concert_is_listed_for_the_house_alone(self):
        self.of_concert("PATCH", "", {"version": 1, "isHidden": True})
        self.assertEqual([(one["title"], one["isHidden"]) for one in self.listed()], [("Winter", True), ("Spring", False)])
        self.assertEqual(self.server.get("/api/concert/date")["dates"], [day(2)])

    def test_a_date_that_is_none(self):
        answer = self.server.get("/api/admin/concerts", headers={"X-Admin-Key": ADMIN_KEY}, **{"from": "tomorrow"})
        self.assert_refused(answer, 400, "invalid_date", PARAMETER)

    def test_stats_count_people_seats_and_refusals(self):
        user, token = self.new_buyer()
        self.held(user, token, "1")
        self.assert_refused(self.hold(*self.new_buyer(), "1"), 409, "seat_unavailable", TAKEN)
        stats = self.stats()
        self.assertEqual((stats["users"], stats["waiting"], stats["admitted"]), (self.user_count, 0, 2))
        self.assertEqual(stats["seats"], {"available": 5, "held": 1, "sold": 0, "blocked": 0})
        self.assertEqual(stats["refusals"], [{"code": "seat_unavailable", "count": 1}])
        self.assertEqual((stats["room"]["name"], stats["room"]["joined"], stats["room"]["serving"]), ("main", 2, 2))
        self.assertGreater(stats["commands"], 0)
        self.assertFalse(stats["canBackUp"])

    # ---- the room

    def change_room(self, body, room="main"):
        return self.house("PUT", f"rooms/{room}", body)

    def test_a_room_is_paused_and_opened_again(self):
        before = self.stats()["room"]
        first, second = self.new_user(), self.new_user()
        self.join(first)
        paused = self.change_room({"activeCapacity": 0}).json()
        self.assertEqual((paused["activeCapacity"], paused["queueCapacity"]), (0, before["queueCapacity"]))
        token = self.join(second)
        self.assertFalse(self.peek(token)["isTurn"])
        self.assertEqual(self.stats()["waiting"], 1)
        self.change_room({"activeCapacity": 2, "admissionsPerSecond": 5})
        self.assertEqual(self.stats()["room"]["admissionsPerSecond"], 5)
        self.peek(token)
        self.assertEqual(self.stats()["admitted"], 2)

    def test_limits_that_cannot_be_and_rooms_that_are_not(self):
        before = self.stats()["room"]
        for body in ({"activeCapacity": -1}, {"activeCapacity": 10**9 + 1}, {"queueCapacity": "many"}, []):
            with self.subTest(body=body):
                self.assert_refused(self.change_room(body), 400, "invalid_argument", PARAMETER)
        self.assert_refused(self.change_room({}, "side"), 404, "unknown_room", NO_ROOM)
        self.assertEqual(self.stats()["room"], before)

    # ---- seats

    def change_seats(self, body, concert=None):
        return self.house("PUT", f"concerts/{concert or self.concert_ids[0]}/seats", body)

    def test_seats_go_off_sale_and_come_back(self):
        said = self.change_seats({"seatNumbers": ["1", 2], "isBlocked": True})
        self.assertEqual(said.json(), {"seats": {"available": 2, "held": 0, "sold": 0, "blocked": 2}})
        self.change_seats({"seatNumbers": ["1"], "isBlocked": True})  # done already
        self.assert_refused(self.hold(*self.new_buyer(), "1"), 409, "seat_unavailable", TAKEN)
        said = self.change_seats({"seatNumbers": ["1", "2"], "isBlocked": False})
        self.assertEqual(said["seats"]["blocked"], 0)
        self.held(*self.new_buyer(), "1")

    def test_a_held_seat_stays_with_who_holds_it(self):
        user, token = self.new_buyer(100)
        reservation = self.held(user, token, "2")
        said = self.change_seats({"seatNumbers": ["1", "2", "3"], "isBlocked": True})
        self.assert_refused(said, 409, "seat_unavailable", TAKEN)
        counts = self.listed()[0]["seats"]
        self.assertEqual(counts, {"available": 2, "held": 1, "sold": 0, "blocked": 1})  # as far as it came
        self.assertEqual(self.pay(user, token, reservation).status, 200)

    def test_seats_that_are_not_and_requests_that_are_none(self):
        self.assert_refused(self.change_seats({"seatNumbers": ["1", "99"], "isBlocked": True}), 404, "unknown_seat", SEAT)
        self.assertEqual(self.listed()[0]["seats"]["blocked"], 0)
        self.assert_refused(self.change_seats({"seatNumbers": ["1"], "isBlocked": True}, "0000000000000"), 404, "unknown_concert", NO_CONCERT)
        for body in ({}, {"seatNumbers": ["1"]}, {"seatNumbers": [], "isBlocked": True}, {"seatNumbers": "1", "isBlocked": True},
                     {"seatNumbers": ["1"] * 1001, "isBlocked": True}):
            with self.subTest(body=str(body)[:60]):
                self.assert_refused(self.change_seats(body), 400, "invalid_argument", PARAMETER)

    # ---- the key

    def test_without_the_key_nobody_looks_or_changes_anything(self):
        paths = (
            ("GET", "concerts", None),
            ("GET", "stats", None),
            ("GET", "users?userId=u-1", None),
            ("PUT", "rooms/main", {"activeCapacity": 0}),
            ("PUT", f"concerts/{self.concert_ids[0]}/seats", {"seatNumbers": ["1"], "isBlocked": True}),
        )
        before = (self.stats()["room"], self.listed())
        for method, path, body in paths:
            for headers in ({}, {"X-Admin-Key": ADMIN_KEY + "x"}, {"Authorization": f"Bearer {ADMIN_KEY}"}):
                with self.subTest(path=path, headers=headers):
                    answer = self.server.send(method, f"/api/admin/{path}", body, headers)
                    self.assert_refused(answer, 401, "invalid_token", TOKEN)
        self.assertEqual((self.stats()["room"], self.listed()), before)
        plain = Server(admin_key=None)
        self.addCleanup(plain.close)
        for method, path, body in paths:
            self.assert_refused(plain.send(method, f"/api/admin/{path}", body), 404, "not_found", NO_PATH)

    def test_bodies_that_are_too_large(self):
        body = {"seatNumbers": ["1"], "isBlocked": True, "surplus": "x" * 70_000}
        for path in ("rooms/main", f"concerts/{self.concert_ids[0]}/seats"):
            self.assert_refused(self.house("PUT", path, body), 413, "payload_too_large", TOO_LARGE)

    # ---- a buyer

    def test_a_buyers_things_as_the_buyer_sees_them(self):
        user, token = self.new_buyer(500)
        self.pay(user, token, self.held(user, token, "1"))
        said = self.buyer(user).json()
        own = self.server.get("/api/reservations", headers=bearer(token)).json()
        self.assertEqual((said["userId"], said["balance"], said["next"]), (user, 400, None))
        self.assertEqual(said["reservations"], own["reservations"])
        self.assertEqual(self.buyer(self.new_user())["reservations"], [])

    def test_nobody_is_found_where_nobody_is(self):
        self.assert_refused(self.buyer("nobody"), 404, "unknown_user", NO_USER)
        answer = self.server.get("/api/admin/users", headers={"X-Admin-Key": ADMIN_KEY})
        self.assert_refused(answer, 400, "invalid_argument", PARAMETER)


@only_server
class MetricsOfTheHouse(HttpTest):
    one_server_a_test = True

    def test_what_a_house_takes_is_told_to_the_house(self):
        user, token = self.new_buyer(100)
        self.pay(user, token, self.held(user, token, "1"))
        line = f'boxoffice_concert_revenue_points{{concert="{self.concert_ids[0]}",date="{day(1)}"}} 100\n'
        for headers, is_told in (
            ({}, False),
            ({"X-Admin-Key": ADMIN_KEY}, True),
            ({"Authorization": f"Bearer {ADMIN_KEY}"}, True),
            ({"Authorization": f"Bearer {ADMIN_KEY}x"}, False),
            ({"X-Admin-Key": ""}, False),
            (bearer(token), False),
        ):
            with self.subTest(headers=headers):
                answer = self.server.get("/metrics", headers=headers)
                self.assertEqual(answer.status, 200)
                self.assertEqual(line in answer.body.decode(), is_told)
                self.assertIn("boxoffice_seats_sold 1\n", answer.body.decode())


    def test_the_board_asks_for_what_there_is(self):
        user, token = self.new_buyer()
        self.held(user, token, "1")
        self.hold(*self.new_buyer(), "1")
        told = self.server.get("/metrics", headers={"X-Admin-Key": ADMIN_KEY}).body.decode()
        there = set(re.findall(r"^(boxoffice_\w+)", told, re.MULTILINE))
        board = json.loads((ROOT / "examples/deploy/grafana.json").read_text(encoding="utf-8"))
        asked = [name for panel in board["panels"] for one in panel["targets"] for name in re.findall(r"boxoffice_\w+", one["expr"])]
        self.assertGreater(len(asked), 10)
        self.assertEqual(set(asked) - there, set())


@only_server
class ClosedMetrics(HttpTest):
    flags = {"close_metrics": True}

    def test_they_want_the_key(self):
        self.assert_refused(self.server.get("/metrics"), 401, "invalid_token", TOKEN)
        self.assertEqual(self.server.get("/metrics", headers={"Authorization": f"Bearer {ADMIN_KEY}"}).status, 200)


@only_server
class CloseMetricsFlag(CommandLineTest):
    def test_without_a_key_nobody_could_see_them(self):
        self.assert_bad_start("--close-metrics", named="--close-metrics")


if __name__ == "__main__":
    unittest.main()
