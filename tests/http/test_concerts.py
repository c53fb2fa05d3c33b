"""GET /api/concert/date, /api/concert/seat, /api/concert/map: what is on, and which seats there are."""

import unittest

from support import DATE, SEAT, TOKEN, HttpTest, bearer, day, only_server, seats

MALFORMED = (
    "",
    "2024-02-30",
    "2024-2-3",
    "20240504",
    "2024-05-04x",
    "2024-05-04 ",
    " 2024-05-04",
    "2023-02-29",
    "2024-13-01",
    "2024-00-10",
    "2024-01-00",
    "24-05-04",
    "2024/05/04",
    "2024-05-04T00:00:00Z",
    "tomorrow",
    "٢٠٢٤-٠٥-٠٤",
    "2024-05-0４",
    "-2024-05-04",
    "2024-05-04\n",
    "0000-00-00",
    "1969-12-31",
    "+024-05-04",
)


class Dates(HttpTest):
    concerts = (
        (3, "Third", seats(1)),
        (1, "First", seats(1, 2)),
        (1, "First, late", seats(1)),
        (-1, "Yesterday", seats(1)),
        (0, "Tonight", seats(1)),
        (5, "Without seats", []),
        (400, "Far", seats(1)),
    )
    one_server_a_test = True

    def dates(self):
        answer = self.server.get("/api/concert/date")
        self.assertEqual((answer.status, list(answer.json())), (200, ["dates"]))
        return answer["dates"]

    def test_dates_from_today_on_ascending_each_once(self):
        self.assertEqual(self.dates(), [day(0), day(1), day(3), day(400)])

    def test_a_date_without_an_available_seat_is_left_out(self):
        user, token = self.new_buyer()
        self.assertEqual(self.hold(user, token, "1", on=day(3)).status, 200)
        self.assertEqual(self.dates(), [day(0), day(1), day(400)])

    def test_a_query_is_ignored(self):
        self.assertEqual(self.server.get("/api/concert/date", since="never").status, 200)


class Seats(HttpTest):
    natural = ["1", "2", "10", "A-2", "A-10", "A-10b", "B-1", "가-1", "가-12"]
    concerts = (
        (1, "Winter", seats(*reversed(natural))),
        (2, "Early", seats("e")),
        (2, "Late", seats("l")),
        (3, "Sold out", seats("only")),
        (4, "Without seats", []),
    )

    def test_seats_in_natural_order(self):
        answer = self.server.get("/api/concert/seat", date=day(1))
        self.assertEqual(
            answer.json(), {"date": day(1), "availableSeats": self.natural, "concertId": self.concert_ids[0]}
        )

    def test_sold_out_is_an_empty_list(self):
        user, token = self.new_buyer(100)
        reservation = self.hold(user, token, "only", on=day(3))["reservationId"]
        self.assertEqual(self.available(day(3)), [])
        self.assertEqual(self.pay(user, token, reservation).status, 200)
        self.assertEqual(self.available(day(3)), [])
        self.assertEqual(self.available(day(4)), [])

    def test_malformed_dates(self):
        for date in MALFORMED:
            with self.subTest(date=date):
                self.assert_refused(self.server.get("/api/concert/seat", date=date), 400, "invalid_date", DATE)
        self.assert_refused(self.server.get("/api/concert/seat"), 400, "invalid_date", DATE)

    def test_a_date_without_a_concert(self):
        for date in (day(9), "1970-01-01", "9999-12-31", "2024-02-29"):
            with self.subTest(date=date):
                self.assert_refused(self.server.get("/api/concert/seat", date=date), 404, "unknown_concert", SEAT)

    def test_a_date_with_two_concerts_asks_which(self):
        answer = self.server.get("/api/concert/seat", date=day(2))
        self.assert_refused(answer, 400, "ambiguous_concert", DATE)
        named = [
            {"concertId": self.concert_ids[1], "title": "Early"},
            {"concertId": self.concert_ids[2], "title": "Late"},
        ]
        self.assertCountEqual(answer["concerts"], named)
        for one, number in zip(self.concert_ids[1:3], ("e", "l")):
            self.assertEqual(self.available(day(2), concertId=one), [number])

    def test_a_concert_of_another_date_or_none_at_all(self):
        for concert in (self.concert_ids[1], "0ARYZVZXW377R", "0" * 13, "x", "", self.concert_ids[0].lower() + "!"):
            with self.subTest(concert=concert):
                answer = self.server.get("/api/concert/seat", date=day(1), concertId=concert)
                self.assert_refused(answer, 404, "unknown_concert", SEAT)

    def test_parameters_are_decoded(self):
        escaped = "%32" + day(1)[1:].replace("-", "%2d")
        self.assertEqual(self.server.send("GET", f"/api/concert/seat?x=%20+%26&date={escaped}&date=never").status, 200)
        for bad in ("%", "%2", "%zz", "2024-05-04%", "%ff"):
            with self.subTest(bad=bad):
                self.assertEqual(self.server.send_odd("GET", f"/api/concert/seat?date={bad}").status, 400)


class Etags(HttpTest):
    paths = ("/api/concert/seat",)

    def test_the_same_content_is_not_sent_again(self):
        for path in self.paths:
            first = self.server.get(path, date=day(1))
            tag = first.headers["etag"]
            for known in (tag, f"W/{tag}", f'"other", {tag}', "*", f'"a","b" ,{tag}'):
                with self.subTest(path=path, known=known):
                    again = self.server.get(path, {"If-None-Match": known}, date=day(1))
                    self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", tag))

    def test_other_content_has_another_tag(self):
        for path in self.paths:
            before = self.server.get(path, date=day(1)).headers["etag"]
            user, token = self.new_buyer()
            self.held(user, token, self.new_seat())
            after = self.server.get(path, {"If-None-Match": before}, date=day(1))
            self.assertEqual(after.status, 200)
            self.assertNotEqual(after.headers["etag"], before)

    def test_a_tag_that_is_not_this_one(self):
        for path in self.paths:
            tag = self.server.get(path, date=day(1)).headers["etag"]
            for other in ('"other"', tag.strip('"'), tag[:-1], "", '""'):
                with self.subTest(path=path, other=other):
                    self.assertEqual(self.server.get(path, {"If-None-Match": other}, date=day(1)).status, 200)


@only_server
class MapEtags(Etags):
    paths = ("/api/concert/map",)

    def test_the_tag_is_of_what_the_caller_sees(self):
        user, token = self.new_buyer()
        self.held(user, token, self.new_seat())
        everybodys = self.server.get("/api/concert/map", date=day(1)).headers["etag"]
        own = self.server.get("/api/concert/map", {**bearer(token), "If-None-Match": everybodys}, date=day(1))
        self.assertEqual(own.status, 200)
        self.assertNotEqual(own.headers["etag"], everybodys)


@only_server
class Maps(HttpTest):
    plan = [
        {"number": "A-1", "price": 120, "section": "stalls", "row": "A", "category": "", "x": 0.5, "y": 1},
        {"number": "A-2", "price": 100, "section": "stalls", "row": "A", "category": "", "x": 1.5, "y": 1.25},
        {"number": "A-10", "price": 80, "section": "balcony", "row": "", "category": "B", "x": -3, "y": 9},
    ]
    concerts = ((1, "겨울 <Winter> & \"more\"", plan), (2, "Early", seats("e")), (2, "Late", seats("l")))
    one_server_a_test = True

    def map(self, token=None, **query):
        return self.server.get("/api/concert/map", bearer(token) if token else {}, **{"date": day(1), **query})

    def states(self, token=None):
        return [seat["state"] for seat in self.map(token)["seats"]]

    def test_the_plan_with_its_sections_and_prices(self):
        said = self.map().json()
        self.assertEqual(
            (said["date"], said["concertId"], said["title"]), (day(1), self.concert_ids[0], "겨울 <Winter> & \"more\"")
        )
        self.assertEqual(said["seats"], [{**seat, "label": seat["number"], "state": "available"} for seat in self.plan])
        self.assertCountEqual(
            said["sections"],
            [
                {"name": "stalls", "seats": 2, "available": 2, "minPrice": 100, "maxPrice": 120},
                {"name": "balcony", "seats": 1, "available": 1, "minPrice": 80, "maxPrice": 80},
            ],
        )

    def test_a_token_shows_which_seats_are_mine(self):
        user, token = self.new_buyer(1000)
        _, other = self.new_buyer()
        reservation = self.held(user, token, "A-2")
        self.assertEqual(self.states(token), ["available", "mine", "available"])
        self.assertEqual(self.states(other), ["available", "held", "available"])
        self.assertEqual(self.states(), ["available", "held", "available"])
        self.assertEqual(sum(one["available"] for one in self.map(token)["sections"]), 2)
        self.pay(user, token, reservation)
        self.assertEqual(self.states(token), ["available", "mine", "available"])
        self.assertEqual(self.states(other), ["available", "sold", "available"])
        self.assertEqual(self.states(), ["available", "sold", "available"])

    def test_since_a_version_only_what_has_changed(self):
        whole = self.map().json()
        self.assertTrue(whole["isWhole"])
        nothing = self.map(since=whole["version"]).json()
        self.assertEqual((nothing["isWhole"], nothing["seats"]), (False, []))
        self.assertEqual({**whole, "isWhole": False, "seats": []}, nothing)
        user, token = self.new_buyer(1000)
        self.held(user, token, "A-2")
        changed = self.map(since=whole["version"]).json()
        self.assertNotEqual(changed["version"], whole["version"])
        self.assertEqual([(seat["number"], seat["state"]) for seat in changed["seats"]], [("A-2", "held")])
        self.assertEqual(sum(one["available"] for one in changed["sections"]), 2)
        own = self.map(token, since=whole["version"]).json()
        self.assertEqual([(seat["number"], seat["state"]) for seat in own["seats"]], [("A-2", "mine")])
        for unknown in ("", "x", "0" * 32, own["version"]):
            with self.subTest(since=unknown):
                said = self.map(since=unknown).json()
                self.assertEqual((said["isWhole"], len(said["seats"])), (True, 3))
        named = self.server.get(
            "/api/concert/map",
            {"If-None-Match": self.map().headers["etag"]},
            date=day(1),
            concertId=self.concert_ids[0],
        )
        self.assertEqual((named.status, named.body), (304, b""))

    def test_a_bad_token_is_refused(self):
        for headers in (bearer("A" * 68), bearer(""), {"Authorization": "Basic eDp5"}):
            with self.subTest(headers=headers):
                answer = self.server.get("/api/concert/map", headers, date=day(1))
                self.assert_refused(answer, 401, "invalid_token", TOKEN)

    def test_dates_and_concerts_are_refused_as_for_seats(self):
        for date in MALFORMED:
            with self.subTest(date=date):
                self.assert_refused(self.map(date=date), 400, "invalid_date", DATE)
        self.assert_refused(self.server.get("/api/concert/map"), 400, "invalid_date", DATE)
        self.assert_refused(self.map(date=day(9)), 404, "unknown_concert", SEAT)
        self.assert_refused(self.map(concertId=self.concert_ids[1]), 404, "unknown_concert", SEAT)
        ambiguous = self.map(date=day(2))
        self.assert_refused(ambiguous, 400, "ambiguous_concert", DATE)
        self.assertEqual(len(ambiguous["concerts"]), 2)
        self.assertEqual(self.map(date=day(2), concertId=self.concert_ids[2])["title"], "Late")


if __name__ == "__main__":
    unittest.main()
