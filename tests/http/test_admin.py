"""/api/admin/…: for whoever runs the house."""

import unittest

from server import ADMIN_KEY
from support import NO_PATH, TOKEN, TOO_LARGE, HttpTest, Server, bearer, day, only_server, seats

PLAN = {
    "name": "Hall",
    "categories": [{"name": "near"}, {"name": "far"}],
    "zones": [
        {
            "name": "stalls",
            "position": {"x": 10, "y": 20},
            "rows": [
                {
                    "row_number": "A",
                    "position": {"x": 1, "y": 2},
                    "seats": [
                        {"seat_guid": "A-1", "seat_number": "1", "category": "near", "position": {"x": 0.5, "y": 0}},
                        {"seat_guid": "A-2", "seat_number": "2", "category": "far", "position": {"x": 1.5, "y": 0}},
                    ],
                }
            ],
        }
    ],
}


@only_server
class Administration(HttpTest):
    concerts = ()
    one_server_a_test = True

    def ask(self, path, body=None, key=ADMIN_KEY):
        headers = {} if key is None else {"X-Admin-Key": key}
        return self.server.send("GET" if body is None else "POST", f"/api/admin/{path}", body, headers)

    def test_users(self):
        for user in ("new", "김민아 🎫", "u" * 65, "가" * 85):
            with self.subTest(user=user):
                answer = self.ask("users", {"userId": user})
                self.assertEqual((answer.status, answer.json()), (200, {"userId": user}))
                self.join(user)
        self.assert_refused(self.ask("users", {"userId": "new"}), 409, "user_exists", "이미 존재하는 사용자입니다.")
        for user in ("", "u" * 256, "a\tb", 5, None):
            with self.subTest(user=user):
                answer = self.ask("users", {"userId": user})
                self.assertEqual((answer.status, answer["code"]), (400, "invalid_argument"))

    def test_a_concert_from_a_list_of_seats(self):
        rows = [
            {"number": 1, "price": 100, "label": "첫째"},
            {"number": "B-2", "price": 0, "section": "stalls", "row": "B", "category": "S", "x": 1.5, "y": -2},
        ]
        made = self.ask("concerts", {"date": day(1), "title": "Winter", "seats": rows})
        self.assertEqual(made.status, 200)
        self.assertEqual(
            {**made.json(), "concertId": ""},
            {
                "concertId": "",
                "date": day(1),
                "title": "Winter",
                "seats": 2,
                "notForSale": {"seats": 0, "withoutCategory": 0, "categories": []},
            },
        )
        said = self.server.get("/api/concert/map", date=day(1))
        free = "available"
        self.assertEqual(said["concertId"], made["concertId"])
        self.assertEqual(
            said["seats"],
            [
                {"section": "", "row": "", "category": "", "price": 100, "x": 0, "y": 0, "number": "1", "label": "첫째", "state": free},
                {**rows[1], "label": "B-2", "state": free},
            ],
        )

    def test_a_concert_from_a_plan(self):
        made = self.ask(
            "concerts", {"date": day(1), "title": "Winter", "plan": PLAN, "prices": {"near": 120, "far": 80}}
        )
        self.assertEqual((made.status, made["seats"]), (200, 2))
        said = [
            {name: one[name] for name in ("number", "label", "section", "category", "price", "x", "y")}
            for one in self.server.get("/api/concert/map", date=day(1))["seats"]
        ]
        self.assertEqual(
            said,
            [
                {"number": "A-1", "label": "1", "section": "stalls", "category": "near", "price": 120, "x": 11.5, "y": 22},
                {"number": "A-2", "label": "2", "section": "stalls", "category": "far", "price": 80, "x": 12.5, "y": 22},
            ],
        )

    def test_a_large_plan_is_taken_here_but_nowhere_else(self):
        rows = seats(*range(5000), price=1, section="a section with a longer name")
        body = {"date": day(1), "title": "Arena", "seats": rows}
        self.assertEqual(self.ask("concerts", body)["seats"], 5000)
        self.assertEqual(self.server.post("/api/token", {"userId": "u-1", "seats": rows}).status, 413)

    def test_here_too_there_is_a_largest_body(self):
        body = b'{"userId": "u", "padding": "' + b"x" * (32 * 1024 * 1024) + b'"}'
        for path in ("users", "concerts"):
            self.assert_refused(self.ask(path, body), 413, "payload_too_large", TOO_LARGE)

    def test_malformed_concerts_leave_nothing_behind(self):
        good = {"date": day(1), "title": "Winter", "seats": seats(1)}
        wrong = [
            {"date": "2024-02-30"},
            {"date": 5},
            {"title": ""},
            {"title": "t" * 201},
            {"title": None},
            {"seats": 5},
            {"seats": [5]},
            {"seats": [{"price": 1}]},
            {"seats": [{"number": "1"}]},
            {"seats": seats("", price=1)},
            {"seats": seats(1, price=-1)},
            {"seats": seats(1, price=10**12 + 1)},
            {"seats": seats(1, price=1.5)},
            {"seats": seats(1, price="1")},
            {"seats": seats(1, x="left")},
            {"seats": seats(1, label=1)},
            {"seats": seats(1, label="l" * 65)},
            {"seats": seats("n" * 65)},
            {"seats": seats(1), "plan": PLAN, "prices": {"near": 1, "far": 1}},
        ]
        for one in wrong:
            with self.subTest(wrong=one):
                answer = self.ask("concerts", {**good, **one})
                self.assertEqual(answer.status, 400)
                self.assertIn(answer["code"], ("invalid_argument", "invalid_date"))
        for plan, prices in (
            (5, {}),
            ({}, {"near": 1}),
            (PLAN, {"near": 1, "far": -1}),
        ):
            with self.subTest(plan=plan, prices=prices):
                answer = self.ask("concerts", {"date": day(1), "title": "Winter", "plan": plan, "prices": prices})
                self.assertEqual((answer.status, answer["code"]), (400, "invalid_argument"))
        self.assertEqual(self.ask("concerts", {"date": day(1), "title": "Winter"}).status, 400)
        twice = self.ask("concerts", {**good, "seats": seats(1, 1)})
        self.assert_refused(twice, 409, "seat_exists", "이미 존재하는 좌석 번호입니다.")
        self.assertEqual(self.server.get("/api/concert/date")["dates"], [])

    def test_the_audit_of_a_house_in_use_is_clean(self):
        self.server.furnish(concerts=[(day(1), "Winter", seats(1, 2))])
        user, token = self.new_buyer(100)
        self.pay(user, token, self.held(user, token, "1"))
        self.assertEqual(self.ask("audit").json(), {"violations": []})

    def test_without_the_right_key_nothing_happens(self):
        _, token = self.new_buyer()
        for key in (None, "", "x", ADMIN_KEY + " x", ADMIN_KEY[:-1], ADMIN_KEY.upper(), token):
            for path, body in (
                ("users", {"userId": "new"}),
                ("concerts", {"date": day(1), "title": "W", "seats": []}),
                ("audit", None),
            ):
                with self.subTest(key=key, path=path):
                    self.assert_refused(self.ask(path, body, key), 401, "invalid_token", TOKEN)
        answer = self.server.send("GET", "/api/admin/audit", headers=bearer(token))
        self.assert_refused(answer, 401, "invalid_token", TOKEN)
        self.assertEqual(self.server.post("/api/token", {"userId": "new"}).status, 400)


@only_server
class WithoutAnAdminKey(unittest.TestCase):
    def test_the_paths_are_not_there(self):
        server = Server(admin_key=None)
        self.addCleanup(server.close)
        for headers in ({}, {"X-Admin-Key": ""}, {"X-Admin-Key": "None"}):
            for method, path in (("POST", "users"), ("POST", "concerts"), ("GET", "audit")):
                with self.subTest(path=path, headers=headers):
                    answer = server.send(method, f"/api/admin/{path}", headers=headers)
                    self.assertEqual((answer.status, answer["code"], answer["error"]), (404, "not_found", NO_PATH))
        other_method = server.send("DELETE", "/api/admin/users", check=False)
        self.assertEqual(other_method.status, 404)


if __name__ == "__main__":
    unittest.main()
