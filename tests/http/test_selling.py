"""/api/admin/concerts/{id}…: a concert's facts, terms, prices and types, calling it off; and money that the house gives back."""

import unittest

from support import (
    CALLED_OFF,
    HAS_HISTORY,
    KEY,
    NO_CONCERT,
    NO_PATH,
    NO_RESERVATION,
    NO_ROOM_FOR,
    NO_TYPE,
    NOT_PAID,
    PARAMETER,
    STALE,
    TOKEN,
    TOO_LARGE,
    TYPE_EXISTS,
    HttpTest,
    Server,
    bearer,
    day,
    only_server,
    parse_time,
    seats,
)

LARGEST = 10**12  # of an amount; a balance has room for some 9,000 of them
DEFAULT_TERMS = {
    "version": 1,
    "opensAt": None,
    "closesAt": None,
    "isPaused": False,
    "seatsPerOrder": 1,
    "seatsPerUser": 0,
    "holdSeconds": 0,
    "refundSteps": [],
}


@only_server
class Selling(HttpTest):
    concerts = ((1, "Winter", seats(1, 2, 3, 4, category="R") + seats(5, 6, category="S")),)
    one_server_a_test = True

    def map(self, on=None, **query):
        answer = self.server.get("/api/concert/map", date=on or day(1), concertId=self.concert_ids[0], **query)
        self.assertEqual(answer.status, 200, answer)
        return answer

    # ---- the concert

    def test_a_concert_as_it_is_made(self):
        wanted = {
            "concertId": self.concert_ids[0],
            "date": day(1),
            "title": "Winter",
            "startsAt": None,
            "isHidden": False,
            "version": 1,
            "calledOff": None,
            "isSettled": True,
            "seats": {"available": 6, "held": 0, "sold": 0, "blocked": 0},
            "categories": [{"category": "R", "seats": 4}, {"category": "S", "seats": 2}],
            "sale": DEFAULT_TERMS,
            "tariff": [],
            "types": [],
        }
        self.assertEqual(self.of_concert("GET").json(), wanted)
        user, token = self.new_buyer(100)
        self.pay(user, token, self.held(user, token, "1"))
        self.held(*self.new_buyer(), "2")
        self.assertEqual(
            self.of_concert("GET")["seats"], {"available": 4, "held": 1, "sold": 1, "blocked": 0}
        )

    def test_facts_are_changed_and_what_is_left_out_stays(self):
        before = self.map()
        starts = "2030-01-01T10:30:00.500Z"
        said = self.of_concert("PATCH", "", {"version": 1, "startsAt": starts}).json()
        self.assertEqual((said["startsAt"], said["title"], said["version"]), (starts, "Winter", 2))
        said = self.of_concert("PATCH", "", {"version": 2, "title": "겨울", "date": day(3), "isHidden": False}).json()
        self.assertEqual((said["startsAt"], said["title"], said["date"]), (starts, "겨울", day(3)))
        self.assertEqual(said, self.of_concert("GET").json())
        now = self.map(on=day(3))
        self.assertEqual((now["title"], now["date"], now["startsAt"]), ("겨울", day(3), starts))
        self.assertNotEqual(now.headers["etag"], before.headers["etag"])
        self.assertEqual(self.server.get("/api/concert/seat", date=day(3))["date"], day(3))
        self.assertEqual(self.server.get("/api/concert/map", date=day(1)).status, 404)
        self.assertIsNone(self.of_concert("PATCH", "", {"version": 3, "startsAt": None})["startsAt"])

    def test_a_hidden_concert_is_in_no_list_but_can_be_bought(self):
        self.of_concert("PATCH", "", {"version": 1, "isHidden": True})
        self.assertEqual(self.server.get("/api/concert/date")["dates"], [])
        self.assertEqual(self.server.get("/api/concert/seat", date=day(1)).status, 404)
        self.map()
        user, token = self.new_buyer()
        self.assertEqual(self.hold(user, token, "1", concertId=self.concert_ids[0]).status, 200)

    # ---- terms

    def test_terms_are_changed_by_version_and_what_is_left_out_stays(self):
        steps = [{"until": "2030-01-01T00:00:00.000Z", "thousandths": 900}, {"until": None, "thousandths": 500}]
        first = self.of_concert("PUT", "/sale", {"version": 1, "seatsPerOrder": 4, "refundSteps": steps})
        self.assertEqual(first.json(), {**DEFAULT_TERMS, "version": 2, "seatsPerOrder": 4, "refundSteps": steps})
        second = {
            "version": 2,
            "opensAt": "2020-01-01T00:00:00.000Z",
            "closesAt": "2030-01-01T00:00:00.001Z",
            "isPaused": True,
            "seatsPerUser": 8,
            "holdSeconds": 600,
        }
        wanted = {**first.json(), **second, "version": 3}
        self.assertEqual(self.of_concert("PUT", "/sale", second).json(), wanted)
        self.assertEqual(self.of_concert("GET")["sale"], wanted)
        self.assertEqual(self.map()["sale"], wanted)
        back = {**DEFAULT_TERMS, "version": 3}
        self.assertEqual(self.of_concert("PUT", "/sale", back).json(), {**DEFAULT_TERMS, "version": 4})

    def test_two_who_change_the_same_version_do_not_undo_each_other_unseen(self):
        self.assertEqual(self.of_concert("PUT", "/sale", {"version": 1, "seatsPerOrder": 2}).status, 200)
        for method, rest, body in (
            ("PUT", "/sale", {"version": 1, "isPaused": True}),
            ("PUT", "/sale", {"version": 3, "isPaused": True}),
            ("PUT", "/tariff", {"version": 1, "rows": []}),
            ("PATCH", "", {"version": 0, "title": "x"}),
            ("PATCH", "", {"version": 2, "title": "x"}),
        ):
            with self.subTest(rest=rest, body=body):
                self.assert_refused(self.of_concert(method, rest, body), 409, "stale_version", STALE)
        said = self.of_concert("GET")
        self.assertEqual((said["sale"]["isPaused"], said["title"]), (False, "Winter"))

    def test_the_terms_holds_last_as_long_as_they_say(self):
        self.set_terms(holdSeconds=60)
        user, token = self.new_buyer()
        ends = parse_time(self.hold(user, token, "1")["expirationTime"])
        left = (ends - parse_time(self.peek(token)["occurredTime"])).total_seconds()
        self.assertTrue(50 < left <= 60, left)

    def test_malformed_changes_change_nothing(self):
        wrong = [
            ("PUT", "/sale", {"version": None}),
            ("PUT", "/sale", {"version": "1"}),
            *(
                ("PUT", "/sale", {"version": 1, name: value})
                for name, values in {
                    "opensAt": (5, "", "2030-01-01", "2030-01-01T00:00:00", "2030-01-01T00:00:00+09:00", "now"),
                    "closesAt": ("2030-02-30T00:00:00.000Z", "2030-01-01T24:00:00Z", "1960-01-01T00:00:00Z", True),
                    "isPaused": (None, 1, "true"),
                    "seatsPerOrder": (0, 51, None, 1.5, "4"),
                    "seatsPerUser": (-1, 10_001, None),
                    "holdSeconds": (-1, 86_401, 10**18, None, 1.5),
                    "refundSteps": (
                        None,
                        {},
                        [5],
                        [{"thousandths": 5}],
                        [{"until": None}],
                        [{"until": None, "thousandths": 1001}],
                        [{"until": None, "thousandths": -1}],
                        [{"until": None, "thousandths": 1}, {"until": None, "thousandths": 2}],
                        [{"until": f"203{n}-01-01T00:00:00Z", "thousandths": 1} for n in range(9)],
                    ),
                }.items()
                for value in values
            ),
            ("PATCH", "", {}),
            ("PATCH", "", {"version": 1, "title": ""}),
            ("PATCH", "", {"version": 1, "title": 5}),
            ("PATCH", "", {"version": 1, "startsAt": "soon"}),
            ("PATCH", "", {"version": 1, "isHidden": "no"}),
            ("PUT", "/tariff", {"version": 1}),
            ("PUT", "/tariff", {"rows": []}),
            ("PUT", "/tariff", {"version": 1, "rows": {}}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"type": None, "price": 5}]}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"category": "R", "type": None}]}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"category": "R", "type": None, "price": -1}]}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"category": "R", "type": 5, "price": 1}]}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"category": "R" * 65, "type": None, "price": 1}]}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"category": "R", "price": 1}] * 2}),
            ("PUT", "/tariff", {"version": 1, "rows": [{"category": f"{n}", "price": 1} for n in range(501)]}),
            ("POST", "/types", {}),
            ("POST", "/types", {"name": ""}),
            ("POST", "/types", {"name": "n" * 65}),
            ("POST", "/types", {"name": "child", "maxPerOrder": 51}),
            ("POST", "/types", {"name": "child", "maxPerOrder": None}),
            ("POST", "/types", {"name": "child", "needs": 5}),
            ("POST", "/call-off", {}),
            ("POST", "/call-off", {"reason": 5}),
            ("POST", "/call-off", {"reason": "r" * 201}),
        ]
        before = self.of_concert("GET").json()
        for method, rest, body in wrong:
            with self.subTest(rest=rest, body=body):
                answer = self.of_concert(method, rest, body)
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        answer = self.of_concert("PATCH", "", {"version": 1, "date": "2030-02-30"})
        self.assert_refused(answer, 400, "invalid_date", PARAMETER)
        self.assertEqual(self.of_concert("GET").json(), before)

    # ---- prices

    def test_prices_by_category_and_type(self):
        full = self.new_type("일반")
        child = self.new_type("어린이", maxPerOrder=3, needs=full)
        unsold = self.new_type("학생")
        rows = [
            {"category": "R", "type": None, "price": 130},
            {"category": "R", "type": full, "price": 120},
            {"category": "R", "type": child, "price": 60},
            {"category": "S", "type": full, "price": 80},
        ]
        before = self.map()
        said = self.of_concert("PUT", "/tariff", {"version": 1, "rows": rows})
        self.assertEqual(said.json(), {"version": 2, "rows": rows})
        types = [
            {"type": child, "name": "어린이", "maxPerOrder": 3, "needs": full},
            {"type": full, "name": "일반", "maxPerOrder": 0, "needs": None},
        ]
        student = {"type": unsold, "name": "학생", "maxPerOrder": 0, "needs": None}
        asked = self.of_concert("GET")
        self.assertCountEqual(asked["types"], [*types, student])
        self.assertCountEqual(asked["tariff"], rows)
        # A buyer sees the types that are sold, and for each seat what it costs who names none.
        now = self.map()
        self.assertNotEqual(now.headers["etag"], before.headers["etag"])
        self.assertEqual(now["version"], before["version"])  # the seats stand as they did
        self.assertCountEqual(now["types"], types)
        self.assertCountEqual(now["prices"], rows)
        self.assertEqual(now["sale"]["version"], 2)
        self.assertEqual([one["price"] for one in now["seats"]], [130] * 4 + [100] * 2)
        self.assertEqual([one["category"] for one in now["seats"]], ["R"] * 4 + ["S"] * 2)
        self.assertEqual([(one["minPrice"], one["maxPrice"]) for one in now["sections"]], [(100, 130)])
        since = self.map(since=before["version"])
        self.assertEqual((since["isWhole"], since["seats"], since["prices"]), (False, [], now["prices"]))
        self.assertEqual(self.of_concert("PUT", "/tariff", {"version": 2, "rows": []})["rows"], [])
        self.assertEqual([one["price"] for one in self.map()["seats"]], [100] * 6)

    def test_types_that_cannot_be(self):
        self.new_type("full")
        answer = self.of_concert("POST", "/types", {"name": "full"})
        self.assert_refused(answer, 409, "type_exists", TYPE_EXISTS)
        for stranger in ("x", "0ARYZVZXW377R", self.concert_ids[0]):
            answer = self.of_concert("POST", "/types", {"name": "child", "needs": stranger})
            self.assert_refused(answer, 404, "unknown_type", NO_TYPE)
            rows = [{"category": "R", "type": stranger, "price": 1}]
            answer = self.of_concert("PUT", "/tariff", {"version": 1, "rows": rows})
            self.assert_refused(answer, 404, "unknown_type", NO_TYPE)

    # ---- a concert called off

    def test_a_concert_called_off_from_the_sale_to_the_last_refund(self):
        self.set_terms(seatsPerOrder=2)
        payer, token = self.new_buyer(500)
        order = self.held_all(payer, token, ["1", "2"])
        self.pay(payer, token, order["orderId"])
        holder, holders = self.new_buyer(100)
        held = self.held(holder, holders, "3")
        sold = order["seats"][0]["reservationId"]
        self.house("POST", "refunds", {"reservationId": sold, "amount": 30, "cancel": False}, key="before")
        before = self.map()

        off = self.of_concert("POST", "/call-off", {"reason": "출연자 건강 문제"})
        self.assertEqual((off.status, off["released"], off["toRefund"]), (200, 1, 2))
        now = self.of_concert("GET").json()
        self.assertTrue(now["isSettled"], "refunded before it was answered")
        self.assertEqual(now["calledOff"], {"at": off["calledOffAt"], "reason": "출연자 건강 문제"})
        self.assertEqual(now["seats"], {"available": 6, "held": 0, "sold": 0, "blocked": 0})
        again = self.of_concert("POST", "/call-off", {"reason": "another"}).json()
        self.assertEqual(again, {"calledOffAt": off["calledOffAt"], "released": 0, "toRefund": 0})
        self.assertEqual(self.of_concert("GET")["calledOff"]["reason"], "출연자 건강 문제")

        self.assert_balance(payer, token, 500)
        said = self.server.get(f"/api/orders/{order['orderId']}", bearer(token)).json()
        self.assertEqual({one["status"] for one in said["reservations"]}, {"Cancelled"})
        self.assertEqual([one["refunded"] for one in said["reservations"]], [100, 100])
        self.assertEqual([one["refund"] for one in said["reservations"]], [None, None])
        self.assertEqual(said["total"], 0)
        mine = self.server.get(f"/api/reservations/{held}", bearer(holders)).json()
        self.assertEqual(mine["status"], "Released")
        self.assertEqual(self.cancel(payer, token, sold)["refund"], 100)  # that is what came back

        # Buyers see it, and nothing is on sale.
        shown = self.map()
        self.assertEqual(shown["calledOff"], now["calledOff"])
        self.assertNotEqual(shown.headers["etag"], before.headers["etag"])
        self.assertEqual(self.server.get("/api/concert/date")["dates"], [])
        self.assertEqual(self.server.get("/api/concert/seat", date=day(1))["availableSeats"], [])
        self.assert_refused(self.hold(*self.new_buyer(), "4"), 409, "called_off", CALLED_OFF)
        report = self.of_concert("GET", "/report").json()
        self.assertEqual((report["gross"], report["refunds"], report["net"], report["salesBalance"]), (200, 200, 0, 0))
        self.assertEqual(self.server.audit(), [])

    # ---- deleting it

    def test_a_concert_goes_where_nothing_was_ever_held(self):
        made = self.house("POST", "concerts", {"date": day(1), "title": "Mistake", "seats": seats(1, 2)}).json()["concertId"]
        for query in ("", "?version=", "?version=x", "?version=1x", "?version=1.0"):
            answer = self.house("DELETE", f"concerts/{made}{query}")
            self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        self.assert_refused(self.house("DELETE", f"concerts/{made}?version=2"), 409, "stale_version", STALE)
        of = {"date": day(1), "concertId": made}
        self.assertEqual(self.server.get("/api/concert/map", **of).status, 200)
        gone = self.house("DELETE", f"concerts/{made}?version=1")
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assertEqual(self.server.get("/api/concert/map", **of).status, 404)
        self.assertEqual(self.server.get("/api/concert/seat", **of).status, 404)
        self.assert_refused(self.house("GET", f"concerts/{made}"), 404, "unknown_concert", NO_CONCERT)
        self.assert_refused(self.house("DELETE", f"concerts/{made}?version=1"), 404, "unknown_concert", NO_CONCERT)
        self.assertEqual(self.server.audit(), [])

    def test_a_concert_of_which_anything_was_held_stays(self):
        user, token = self.new_buyer()
        held = self.held(user, token, "1")
        self.assertEqual(self.server.send("DELETE", f"/api/reservations/{held}", None, bearer(token)).status, 204)
        self.assert_refused(self.of_concert("DELETE", "?version=1"), 409, "has_history", HAS_HISTORY)
        self.assertIn("1", self.available())

    # ---- money that the house gives back

    def test_the_house_gives_back_a_part_or_all_and_the_seat_goes_or_stays(self):
        user, token = self.new_buyer(100)
        sold = self.held(user, token, "1")
        self.pay(user, token, sold)
        first = self.house("POST", "refunds", {"reservationId": sold, "amount": 30, "reason": "draught"}, key="a")
        self.assertEqual(first.json(), {"reservationId": sold, "amount": 30, "refunded": 30})
        body = {"reservationId": sold, "amount": 30, "cancel": False}
        draughty = {**body, "reason": "draught"}
        self.assertEqual(self.house("POST", "refunds", draughty, key="a").body, first.body)
        self.assert_balance(user, token, 30)
        self.assertEqual(self.house("POST", "refunds", body, key="b")["refunded"], 60)  # both are meant
        self.assertNotIn("1", self.available())
        answer = self.house("POST", "refunds", {**body, "amount": 41}, key="c")
        self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        for other in ({"amount": 31}, {"cancel": True}, {"reason": "noise"}, {"reason": ""}):
            answer = self.house("POST", "refunds", {**draughty, **other}, key="a")
            self.assert_refused(answer, 422, "idempotency_conflict", KEY)
        answer = self.house("POST", "refunds", {"reservationId": sold, "amount": 0, "cancel": True}, key="d")
        self.assertEqual(answer.json(), {"reservationId": sold, "amount": 0, "refunded": 60})
        self.assertIn("1", self.available())
        said = self.server.get(f"/api/reservations/{sold}", bearer(token))
        self.assertEqual((said["status"], said["refunded"]), ("Cancelled", 60))
        longest = "가" * 66 + "!!"
        answer = self.house("POST", "refunds", {**body, "amount": 40, "reason": longest}, key="e")
        self.assertEqual(answer["refunded"], 100)
        statement = self.server.get("/api/transfers", bearer(token))["transfers"]
        self.assertEqual(
            [(one["kind"], one["amount"], one["reservationId"], one["reason"]) for one in statement],
            [
                ("refund", 40, sold, longest),
                ("refund", 30, sold, None),
                ("refund", 30, sold, "draught"),
                ("payment", -100, None, None),
                ("recharge", 100, None, None),
            ],
        )
        self.assert_balance(user, token, 100)
        self.assertEqual(self.server.audit(), [])

    def test_refunds_that_cannot_be(self):
        user, token = self.new_buyer()
        held = self.held(user, token, "1")
        body = {"reservationId": held, "amount": 1}
        self.assert_refused(self.house("POST", "refunds", body, key="k"), 409, "not_paid", NOT_PAID)
        for stranger in ("x", "0ARYZVZXW377R"):
            answer = self.house("POST", "refunds", {**body, "reservationId": stranger}, key="k")
            self.assert_refused(answer, 404, "unknown_reservation", NO_RESERVATION)
        self.assert_refused(self.house("POST", "refunds", body), 400, "invalid_argument", PARAMETER)
        for wrong in (
            {"amount": -1},
            {"amount": None},
            {"amount": 1.5},
            {"amount": LARGEST + 1},
            {"reservationId": 5},
            {"cancel": None},
            {"cancel": "yes"},
            {"reason": 5},
            {"reason": "r" * 201},
            {"reason": "가" * 67},
            {"reason": "two\nlines"},
        ):
            with self.subTest(wrong=wrong):
                answer = self.house("POST", "refunds", {**body, **wrong}, key="w")
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)

    def test_a_balance_without_room_is_refused_and_nothing_is_lost(self):
        self.set_terms(refundSteps=[{"until": None, "thousandths": 1000}])
        user, token = self.new_buyer(LARGEST)
        sold = self.held(user, token, "1")
        self.pay(user, token, sold)
        while self.recharge(user, token, LARGEST).status == 200:
            pass
        amount = LARGEST  # fills it to the last point
        while amount:
            while self.recharge(user, token, amount).status == 200:
                pass
            amount //= 2
        for answer in (
            self.cancel(user, token, sold),
            self.house("POST", "refunds", {"reservationId": sold, "amount": 100}, key="k"),
        ):
            self.assert_refused(answer, 409, "balance_limit", NO_ROOM_FOR)
        self.assertEqual(self.server.get(f"/api/reservations/{sold}", bearer(token))["status"], "Confirmed")
        # Called off, it is left until there is room.
        self.of_concert("POST", "/call-off", {"reason": ""})
        self.assertFalse(self.of_concert("GET")["isSettled"])

    # ---- who may

    def requests(self, concert):
        yield "GET", f"concerts/{concert}", None
        yield "PATCH", f"concerts/{concert}", {"version": 1, "title": "x"}
        yield "DELETE", f"concerts/{concert}?version=1", None
        yield "PUT", f"concerts/{concert}/sale", {"version": 1, "isPaused": True}
        yield "PUT", f"concerts/{concert}/tariff", {"version": 1, "rows": []}
        yield "POST", f"concerts/{concert}/types", {"name": "child"}
        yield "POST", f"concerts/{concert}/call-off", {"reason": "rain"}
        yield "GET", f"concerts/{concert}/report", None

    def test_what_is_not_there(self):
        for concert in ("0ARYZVZXW377R", "x", "0"):
            for method, path, body in self.requests(concert):
                with self.subTest(method=method, path=path):
                    self.assert_refused(self.house(method, path, body), 404, "unknown_concert", NO_CONCERT)
        for rest in ("/nope", "/sale/x", "//", "/sale/"):
            self.assertEqual(self.house("GET", f"concerts/{self.concert_ids[0]}{rest}").status, 404)
        wrong = self.house("POST", f"concerts/{self.concert_ids[0]}", {})
        self.assertEqual((wrong.status, wrong.headers["allow"]), (405, "GET, HEAD, PATCH, DELETE"))

    def test_without_the_right_key_nothing_happens(self):
        _, token = self.new_buyer()
        before = self.of_concert("GET").json()
        paths = [*self.requests(self.concert_ids[0]), ("POST", "refunds", {"reservationId": "x", "amount": 1})]
        for headers in ({}, {"X-Admin-Key": "x"}, bearer(token)):
            for method, path, body in paths:
                with self.subTest(method=method, path=path, headers=headers):
                    answer = self.server.send(method, f"/api/admin/{path}", body, headers)
                    self.assert_refused(answer, 401, "invalid_token", TOKEN)
        self.assertEqual(self.of_concert("GET").json(), before)
        plain = Server(admin_key=None)
        self.addCleanup(plain.close)
        for method, path, body in paths:
            answer = plain.send(method, f"/api/admin/{path}", body)
            self.assert_refused(answer, 404, "not_found", NO_PATH)

    def test_large_bodies(self):
        padding = {"padding": "x" * 70_000}
        paths = [*self.requests(self.concert_ids[0]), ("POST", "refunds", {"reservationId": "x", "amount": 1})]
        for method, path, body in paths:
            if body is not None:
                with self.subTest(path=path):
                    answer = self.house(method, path, {**body, **padding})
                    self.assert_refused(answer, 413, "payload_too_large", TOO_LARGE)


if __name__ == "__main__":
    unittest.main()
