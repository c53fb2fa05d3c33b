"""POST /api/reservations and what became of holds: GET and DELETE /api/reservations…"""

import threading
import unittest

from support import (
    FINISHED,
    HOLD,
    HOLD_LIMIT,
    NO_RESERVATION,
    PARAMETER,
    SEAT,
    TAKEN,
    TOKEN,
    HttpTest,
    bearer,
    day,
    only_server,
    parse_time,
    seats,
    until,
)


class Holding(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 61), "A-1", "02", "가-1")), (2, "Early", seats(1)), (2, "Late", seats(1)))
    flags = {"turn_attempts": 1}

    def test_a_hold_takes_the_seat_for_five_minutes(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        answer = self.hold(user, token, seat)
        self.assertEqual((answer.status, answer["status"]), (200, "Reserved"))
        self.assertNotIn(seat, self.available())
        now = parse_time(self.peek(token)["occurredTime"])
        left = (parse_time(answer["expirationTime"]) - now).total_seconds()
        self.assertTrue(290 < left <= 300, left)

    def test_a_seat_number_is_a_number_or_a_text(self):
        seat = self.new_seat()
        for number in (int(seat), "A-1", "02", "가-1"):
            with self.subTest(number=number):
                self.assertEqual(self.hold(*self.new_buyer(), number).status, 200)
        self.assertNotIn(seat, self.available())

    def test_a_held_seat_is_not_to_be_had(self):
        seat = self.new_seat()
        self.held(*self.new_buyer(), seat)
        self.assert_refused(self.hold(*self.new_buyer(), seat), 409, "seat_unavailable", TAKEN)

    def test_a_user_holds_one_seat_at_a_time(self):
        user, token = self.new_buyer()
        self.held(user, token, self.new_seat())
        seat = self.new_seat()
        self.assert_refused(self.hold(user, token, seat), 409, "hold_limit", HOLD_LIMIT)
        self.assertIn(seat, self.available())

    def test_of_many_who_want_a_seat_one_gets_it(self):
        buyers = [self.new_buyer() for _ in range(8)]
        seat = self.new_seat()
        answers = []
        gate = threading.Barrier(len(buyers))

        def run(user, token):
            gate.wait()
            answers.append(self.hold(user, token, seat))

        threads = [threading.Thread(target=run, args=buyer) for buyer in buyers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer.status for answer in answers), [200] + [409] * 7)

    def test_malformed_requests(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        good = {"userId": user, "date": day(1), "seatNumber": seat, "token": token}
        wrong = [
            ("userId", 5),
            ("userId", None),
            ("userId", [user]),
            ("date", 20240504),
            ("date", None),
            ("seatNumber", None),
            ("seatNumber", 1.5),
            ("seatNumber", 1e2),
            ("seatNumber", True),
            ("seatNumber", [1]),
            ("seatNumber", {}),
            ("token", 5),
            ("token", None),
            ("token", {}),
            ("concertId", 5),
            ("concertId", None),
            ("concertId", []),
        ]
        for name, value in wrong:
            with self.subTest(name=name, value=value):
                answer = self.server.post("/api/reservations", {**good, name: value})
                self.assert_refused(answer, 400, "invalid_argument", HOLD)
        for name in ("userId", "seatNumber"):
            with self.subTest(missing=name):
                answer = self.server.post("/api/reservations", {other: good[other] for other in good if other != name})
                self.assert_refused(answer, 400, "invalid_argument", HOLD)
        self.assertIn(seat, self.available())

    def test_malformed_dates(self):
        user, token = self.new_buyer()
        for date in ("", "2024-02-30", "2024-2-3", "20240504", "2024-05-04 and more"):
            with self.subTest(date=date):
                answer = self.server.post(
                    "/api/reservations", {"userId": user, "date": date, "seatNumber": 1, "token": token}
                )
                self.assert_refused(answer, 400, "invalid_date", HOLD)
        missing = self.server.post("/api/reservations", {"userId": user, "seatNumber": 1, "token": token})
        self.assertEqual((missing.status, missing["error"]), (400, HOLD))
        self.assertIn(missing["code"], ("invalid_argument", "invalid_date"))

    def test_bad_tokens(self):
        user, token = self.new_buyer()
        other = self.new_user()
        seat = self.new_seat()
        for who, what in (
            (user, "A" * 68),
            (user, ""),
            (user, f" {token}"),
            (user, f"{token}\n"),
            (other, token),
            ("nobody", token),
            ("", token),
        ):
            with self.subTest(user=who, token=what):
                self.assert_refused(self.hold(who, what, seat), 401, "invalid_token", TOKEN)
        answer = self.server.post(
            "/api/reservations", {"userId": user, "date": day(1), "seatNumber": seat}, bearer(token)
        )
        self.assert_refused(answer, 401, "invalid_token", TOKEN)
        self.assertIn(seat, self.available())

    def test_what_does_not_exist(self):
        user, token = self.new_buyer()
        for number in ("61", "0", "", "1 ", "001", -1, 10**15):
            with self.subTest(number=number):
                self.assert_refused(self.hold(user, token, number), 404, "unknown_seat", SEAT)
        self.assert_refused(self.hold(user, token, "1", on=day(9)), 404, "unknown_concert", SEAT)
        for concert in (self.concert_ids[1], "0ARYZVZXW377R", "x"):
            with self.subTest(concert=concert):
                self.assert_refused(self.hold(user, token, "1", concertId=concert), 404, "unknown_concert", SEAT)

    def test_a_date_with_two_concerts_asks_which(self):
        user, token = self.new_buyer()
        answer = self.hold(user, token, "1", on=day(2))
        self.assert_refused(answer, 400, "ambiguous_concert", HOLD)
        self.assertCountEqual([one["concertId"] for one in answer["concerts"]], self.concert_ids[1:])
        self.assertEqual(self.hold(user, token, "1", on=day(2), concertId=self.concert_ids[2]).status, 200)
        self.assertEqual(self.available(day(2), concertId=self.concert_ids[1]), ["1"])
        self.assertEqual(self.available(day(2), concertId=self.concert_ids[2]), [])

    def test_shape_comes_before_the_token_and_the_token_before_all_else(self):
        user, token = self.new_buyer()
        self.assert_refused(self.hold(user, "forged", "1", on="20240504"), 400, "invalid_date", HOLD)
        self.assert_refused(self.hold(user, "forged", "no such seat", on=day(9)), 401, "invalid_token", TOKEN)


class HoldsThatExpire(HttpTest):
    flags = {"hold_seconds": 1}

    def test_an_expired_hold_frees_the_seat_by_itself(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        self.held(user, token, seat)
        until(lambda: seat in self.available(), "the end of the hold", patience=4)
        self.assertEqual(self.hold(*self.new_buyer(), seat).status, 200)

    def test_after_an_expired_hold_the_user_may_hold_again(self):
        user, token = self.new_buyer()
        first = self.new_seat()
        self.held(user, token, first)
        until(lambda: first in self.available(), "the end of the hold", patience=4)
        self.assertEqual(self.hold(user, token, self.new_seat()).status, 200)

    @only_server
    def test_an_expired_hold_reads_as_expired_and_cannot_be_released(self):
        user, token = self.new_buyer()
        path = f"/api/reservations/{self.held(user, token, self.new_seat())}"
        until(lambda: self.server.get(path, bearer(token))["status"] == "Expired", "the end of the hold", patience=4)
        self.assert_refused(self.server.send("DELETE", path, headers=bearer(token)), 409, "hold_expired", FINISHED)


@only_server
class OwnReservations(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 61), price=70)),)

    def release(self, token, reservation):
        return self.server.send("DELETE", f"/api/reservations/{reservation}", headers=bearer(token))

    def test_a_reservation_with_what_it_is_of(self):
        user, token = self.new_buyer(70)
        seat = self.new_seat()
        held = self.hold(user, token, seat).json()
        wanted = {
            "reservationId": held["reservationId"],
            "orderId": held["reservationId"],
            "concertId": self.concert_ids[0],
            "date": day(1),
            "seatNumber": seat,
            "label": seat,
            "section": "",
            "row": "",
            "category": "",
            "type": None,
            "price": 70,
            "status": "Reserved",
            "expirationTime": held["expirationTime"],
            "refunded": 0,
            "refund": None,
        }
        path = f"/api/reservations/{held['reservationId']}"
        self.assertEqual(self.server.get(path, bearer(token)).json(), wanted)
        self.pay(user, token, held["reservationId"])
        self.assertEqual(self.server.get(path, bearer(token)).json(), {**wanted, "status": "Confirmed"})

    def test_releasing_puts_the_seat_back(self):
        user, token = self.new_buyer()
        seat = self.new_seat()
        reservation = self.held(user, token, seat)
        self.assertEqual((self.release(token, reservation).status, self.release(token, reservation).status), (204, 204))
        self.assertIn(seat, self.available())
        self.assertEqual(self.server.get(f"/api/reservations/{reservation}", bearer(token))["status"], "Released")
        self.assertEqual(self.hold(user, token, seat).status, 200)

    def test_what_is_paid_cannot_be_released(self):
        user, token = self.new_buyer(70)
        reservation = self.held(user, token, self.new_seat())
        self.pay(user, token, reservation)
        self.assert_refused(self.release(token, reservation), 409, "already_paid", FINISHED)

    def test_anothers_reservation_is_as_none(self):
        user, token = self.new_buyer()
        reservation = self.held(user, token, self.new_seat())
        _, other = self.new_buyer()
        unknown = self.server.get("/api/reservations/0ARYZVZXW377R", bearer(other))
        anothers = self.server.get(f"/api/reservations/{reservation}", bearer(other))
        self.assert_refused(unknown, 404, "unknown_reservation", NO_RESERVATION)
        self.assertEqual((anothers.status, anothers.body), (unknown.status, unknown.body))
        self.assert_refused(self.release(other, reservation), 404, "unknown_reservation", NO_RESERVATION)
        self.assertEqual(self.server.get(f"/api/reservations/{reservation}", bearer(token))["status"], "Reserved")

    def test_what_is_no_id_names_no_reservation(self):
        _, token = self.new_buyer()
        for text in ("x", "0", "%20", "0ARYZVZXW377RR", "%ED%95%9C"):
            with self.subTest(id=text):
                answer = self.server.send("GET", f"/api/reservations/{text}", headers=bearer(token))
                self.assert_refused(answer, 404, "unknown_reservation", NO_RESERVATION)

    def test_without_a_token_nothing_is_told(self):
        user, token = self.new_buyer()
        path = f"/api/reservations/{self.held(user, token, self.new_seat())}"
        for headers in ({}, bearer("A" * 68), {"Authorization": "Bearer"}, {"Authorization": token}):
            with self.subTest(headers=headers):
                for answer in (
                    self.server.get(path, headers),
                    self.server.send("DELETE", path, headers=headers),
                    self.server.get("/api/reservations", headers, userId=user),
                ):
                    self.assert_refused(answer, 401, "invalid_token", TOKEN)

    def test_the_list_is_of_the_tokens_own_user(self):
        user, token = self.new_buyer()
        reservation = self.held(user, token, self.new_seat())
        other, others_token = self.new_buyer()
        for query in ({}, {"userId": user}):
            said = self.server.get("/api/reservations", bearer(token), **query).json()
            self.assertEqual(
                ([one["reservationId"] for one in said["reservations"]], said["next"]), ([reservation], None)
            )
        self.assertEqual(
            self.server.get("/api/reservations", bearer(others_token)).json(), {"reservations": [], "next": None}
        )
        for stranger in (other, "nobody", ""):
            answer = self.server.get("/api/reservations", bearer(token), userId=stranger)
            self.assert_refused(answer, 401, "invalid_token", TOKEN)

    def test_pages_newest_first(self):
        user, token = self.new_buyer()
        made = []
        for _ in range(5):
            made.insert(0, self.held(user, token, self.new_seat()))
            self.release(token, made[0])
        read, before = [], {}
        for wanted in (2, 2, 1):
            page = self.server.get("/api/reservations", bearer(token), limit=2, **before).json()
            self.assertEqual(len(page["reservations"]), wanted)
            read += [one["reservationId"] for one in page["reservations"]]
            before = {"before": page["next"]}
        self.assertEqual((read, page["next"]), (made, None))
        whole = self.server.get("/api/reservations", bearer(token), limit=5).json()
        self.assertEqual(([one["reservationId"] for one in whole["reservations"]], whole["next"]), (made, None))

    def test_a_page_is_of_twenty_unless_asked(self):
        user, token = self.new_buyer()
        for _ in range(21):
            self.release(token, self.held(user, token, "60"))
        page = self.server.get("/api/reservations", bearer(token)).json()
        self.assertEqual((len(page["reservations"]), page["next"]), (20, page["reservations"][-1]["reservationId"]))

    def test_malformed_pages(self):
        _, token = self.new_buyer()
        for query in (
            {"limit": "0"},
            {"limit": "101"},
            {"limit": "-1"},
            {"limit": "x"},
            {"limit": ""},
            {"limit": "1.5"},
            {"limit": "99999999999999999999"},
            {"before": "x"},
            {"before": ""},
        ):
            with self.subTest(query=query):
                answer = self.server.get("/api/reservations", bearer(token), **query)
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        self.assertEqual(self.server.get("/api/reservations", bearer(token), limit=100).status, 200)


if __name__ == "__main__":
    unittest.main()
