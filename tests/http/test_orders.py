"""Orders: several seats held together (POST /api/reservations with seatNumbers), shown, released, paid."""

import threading
import unittest

from support import (
    CALLED_OFF,
    FINISHED,
    HOLD,
    HOLD_LIMIT,
    KEY,
    NO_RESERVATION,
    NO_TYPE,
    NOT_ON_SALE,
    ORDER_LIMIT,
    PRICE,
    PURCHASE_LIMIT,
    SEAT,
    TAKEN,
    TOKEN,
    TYPE_RULE,
    HttpTest,
    bearer,
    day,
    only_server,
    parse_time,
    seats,
)


@only_server
class Orders(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 61))), (2, "Early", seats(1, 2)), (2, "Late", seats(1, 2, 3)))
    flags = {"turn_attempts": 1}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for concert in range(3):
            cls().set_terms(concert, seatsPerOrder=4)

    def new_seats(self, count):
        return [self.new_seat() for _ in range(count)]

    def show(self, token, order):
        return self.server.get(f"/api/orders/{order}", bearer(token))

    def release(self, token, order):
        return self.server.send("DELETE", f"/api/orders/{order}", headers=bearer(token))

    # ---- holding

    def test_an_order_holds_its_seats_until_one_deadline(self):
        user, token = self.new_buyer()
        numbers = self.new_seats(3)
        said = self.held_all(user, token, [numbers[0], int(numbers[1]), numbers[2]])
        ids = [one["reservationId"] for one in said["seats"]]
        self.assertEqual(
            said,
            {
                "reservationId": ids[0],
                "status": "Reserved",
                "expirationTime": said["expirationTime"],
                "orderId": ids[0],
                "total": 300,
                "seats": [
                    {"reservationId": one, "seatNumber": number, "label": number, "price": 100, "type": None}
                    for one, number in zip(ids, numbers)
                ],
            },
        )
        left = parse_time(said["expirationTime"]) - parse_time(self.peek(token)["occurredTime"])
        self.assertTrue(290 < left.total_seconds() <= 300, left)
        self.assertFalse(set(numbers) & set(self.available()))
        listed = self.server.get("/api/reservations", bearer(token))["reservations"]
        self.assertEqual([(one["reservationId"], one["orderId"]) for one in listed[::-1]], [(i, ids[0]) for i in ids])

    def test_an_order_may_be_of_one_seat(self):
        user, token = self.new_buyer(100)
        said = self.held_all(user, token, [self.new_seat()])
        self.assertEqual((said["orderId"], said["total"], len(said["seats"])), (said["reservationId"], 100, 1))
        self.assertNotIn("seats", self.pay(user, token, said["orderId"]).json())

    def test_all_or_none_and_every_seat_that_cannot_be_had_is_named(self):
        numbers = self.new_seats(4)
        self.held_all(*self.new_buyer(), [numbers[1], numbers[3]])
        answer = self.hold_all(*self.new_buyer(), numbers)
        self.assert_refused(answer, 409, "seat_unavailable", TAKEN)
        self.assertEqual(answer["unavailable"], [numbers[1], numbers[3]])
        self.assertTrue({numbers[0], numbers[2]} <= set(self.available()))

    def test_of_two_orders_that_overlap_one_gets_all(self):
        numbers = self.new_seats(4)
        wishes = [numbers[:3], numbers[1:]]
        buyers = [self.new_buyer() for _ in wishes]
        answers = [None, None]
        gate = threading.Barrier(2)

        def run(which):
            gate.wait()
            answers[which] = self.hold_all(*buyers[which], wishes[which])

        threads = [threading.Thread(target=run, args=(which,)) for which in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer.status for answer in answers), [200, 409])
        loser = answers.index(next(answer for answer in answers if answer.status == 409))
        self.assertEqual(answers[loser]["unavailable"], numbers[1:3])
        self.assertIn(numbers[3] if loser else numbers[0], self.available())

    def test_malformed_orders(self):
        user, token = self.new_buyer()
        numbers = self.new_seats(2)
        good = {"userId": user, "date": day(1), "seatNumbers": numbers, "token": token}
        wrong = [
            ("seatNumbers", None),
            ("seatNumbers", "1"),
            ("seatNumbers", 1),
            ("seatNumbers", {}),
            ("seatNumbers", []),
            ("seatNumbers", [1.5]),
            ("seatNumbers", [None]),
            ("seatNumbers", [[]]),
            ("seatNumbers", [*numbers, numbers[0]]),
            ("seatNumbers", [5, "5"]),
            ("seatNumbers", list(range(51))),
            ("seatNumber", numbers[0]),
            ("types", None),
            ("types", "x"),
            ("types", []),
            ("types", [None]),
            ("types", [None, 5]),
            ("types", [None, None, None]),
            ("expectTotal", None),
            ("expectTotal", "200"),
            ("expectTotal", 200.5),
            ("userId", 5),
            ("concertId", 5),
            ("token", 5),
        ]
        for name, value in wrong:
            with self.subTest(name=name, value=value):
                answer = self.server.post("/api/reservations", {**good, name: value})
                self.assert_refused(answer, 400, "invalid_argument", HOLD)
        answer = self.server.post("/api/reservations", {**good, "date": "20240504"})
        self.assert_refused(answer, 400, "invalid_date", HOLD)
        self.assertTrue(set(numbers) <= set(self.available()))

    def test_what_does_not_exist(self):
        user, token = self.new_buyer()
        good = self.new_seat()
        self.assert_refused(self.hold_all(user, token, [good, "61", "62"]), 404, "unknown_seat", SEAT)
        self.assert_refused(self.hold_all(user, token, ["1"], on=day(9)), 404, "unknown_concert", SEAT)
        for concert in (self.concert_ids[1], "0ARYZVZXW377R", "x"):
            answer = self.hold_all(user, token, ["1"], concertId=concert)
            self.assert_refused(answer, 404, "unknown_concert", SEAT)
        for one in ("x", "0ARYZVZXW377R"):
            self.assert_refused(self.hold_all(user, token, [good], types=[one]), 404, "unknown_type", NO_TYPE)
        self.assertIn(good, self.available())

    def test_a_date_with_two_concerts_asks_which(self):
        user, token = self.new_buyer()
        answer = self.hold_all(user, token, ["1", "2"], on=day(2))
        self.assert_refused(answer, 400, "ambiguous_concert", HOLD)
        self.assertCountEqual([one["concertId"] for one in answer["concerts"]], self.concert_ids[1:])
        said = self.held_all(user, token, ["1", "3"], on=day(2), concertId=self.concert_ids[2])
        self.assertEqual(said["total"], 200)
        self.assertEqual(self.available(day(2), concertId=self.concert_ids[2]), ["2"])

    def test_shape_comes_before_the_token_and_the_token_before_all_else(self):
        user, _ = self.new_buyer()
        self.assert_refused(self.hold_all(user, "forged", [1, 1]), 400, "invalid_argument", HOLD)
        self.assert_refused(self.hold_all(user, "forged", ["no such seat"], on=day(9)), 401, "invalid_token", TOKEN)

    def test_limits(self):
        user, token = self.new_buyer()
        numbers = self.new_seats(5)
        self.assert_refused(self.hold_all(user, token, numbers), 409, "order_limit", ORDER_LIMIT)
        self.held_all(user, token, numbers[:4])
        self.assert_refused(self.hold_all(user, token, numbers[4:]), 409, "hold_limit", HOLD_LIMIT)
        self.assert_refused(self.hold(user, token, numbers[4]), 409, "hold_limit", HOLD_LIMIT)

    # ---- showing and releasing

    def test_an_order_is_shown_and_its_parts_can_go_back(self):
        user, token = self.new_buyer(500)
        numbers = self.new_seats(3)
        held = self.held_all(user, token, numbers)
        said = self.show(token, held["orderId"]).json()
        self.assertEqual(
            (said["orderId"], said["concertId"], said["date"], said["total"], said["expirationTime"]),
            (held["orderId"], self.concert_ids[0], day(1), 300, held["expirationTime"]),
        )
        self.assertEqual([one["seatNumber"] for one in said["reservations"]], numbers)
        first = held["seats"][0]["reservationId"]  # the one whose id the order bears
        self.assertEqual(
            self.server.send("DELETE", f"/api/reservations/{first}", headers=bearer(token)).status, 204
        )
        said = self.show(token, held["orderId"]).json()
        self.assertEqual(said["total"], 200)
        self.assertEqual([one["status"] for one in said["reservations"]], ["Released", "Reserved", "Reserved"])
        paid = self.pay(user, token, held["orderId"]).json()
        self.assertEqual((paid["amount"], paid["newBalance"], paid["reservationId"]), (200, 300, held["orderId"]))
        self.assertEqual([one["seatNumber"] for one in paid["seats"]], numbers[1:])
        said = self.show(token, held["orderId"]).json()
        self.assertEqual((said["total"], said["expirationTime"]), (200, None))
        self.assertIn(numbers[0], self.available())

    def test_releasing_puts_all_seats_back(self):
        user, token = self.new_buyer(300)
        numbers = self.new_seats(3)
        order = self.held_all(user, token, numbers)["orderId"]
        self.assertEqual((self.release(token, order).status, self.release(token, order).status), (204, 204))
        self.assertTrue(set(numbers) <= set(self.available()))
        said = self.show(token, order).json()
        self.assertEqual((said["total"], said["expirationTime"]), (0, None))
        order = self.held_all(user, token, numbers)["orderId"]
        self.assertEqual(self.pay(user, token, order).status, 200)
        self.assert_refused(self.release(token, order), 409, "already_paid", FINISHED)

    def test_anothers_order_is_as_none(self):
        user, token = self.new_buyer()
        held = self.held_all(user, token, self.new_seats(2))
        stranger, other = self.new_buyer(500)
        unknown = self.show(other, "0ARYZVZXW377R")
        self.assert_refused(unknown, 404, "unknown_reservation", NO_RESERVATION)
        second = held["seats"][1]["reservationId"]
        for answer in (
            self.show(other, held["orderId"]),
            self.release(other, held["orderId"]),
            self.cancel(stranger, other, held["orderId"]),
            self.show(token, second),  # no order's first
            self.show(token, "x"),
            self.release(token, "x"),
        ):
            self.assertEqual((answer.status, answer.body), (unknown.status, unknown.body))
        self.assertEqual(self.pay(stranger, other, held["orderId"])["code"], "reservation_mismatch")
        self.assertEqual(self.show(token, held["orderId"])["total"], 200)

    def test_without_a_token_nothing_is_told(self):
        user, token = self.new_buyer()
        order = self.held_all(user, token, self.new_seats(2))["orderId"]
        for headers in ({}, bearer("A" * 68), {"Authorization": token}):
            for answer in (
                self.server.get(f"/api/orders/{order}", headers),
                self.server.send("DELETE", f"/api/orders/{order}", headers=headers),
                self.server.post("/api/cancellations", {"userId": user, "reservationIds": [order]}, headers),
            ):
                self.assert_refused(answer, 401, "invalid_token", TOKEN)

    # ---- paying

    def test_one_payment_for_all_of_it(self):
        user, token = self.new_buyer(450)
        numbers = self.new_seats(4)
        held = self.held_all(user, token, numbers)
        paid = self.pay(user, token, held["orderId"]).json()
        self.assertEqual((paid["amount"], paid["newBalance"], paid["seats"]), (400, 50, held["seats"]))
        self.assertEqual({one["status"] for one in self.show(token, held["orderId"])["reservations"]}, {"Confirmed"})

    def test_an_order_that_cannot_be_paid_stays_held(self):
        user, token = self.new_buyer(199)
        order = self.held_all(user, token, self.new_seats(2))["orderId"]
        self.assertEqual(self.pay(user, token, order)["code"], "insufficient_points")
        self.assertEqual(self.recharge(user, token, 1).status, 200)
        self.assertEqual(self.pay(user, token, order)["newBalance"], 0)

    # ---- again

    def test_the_same_key_is_answered_byte_for_byte(self):
        user, token = self.new_buyer(300)
        numbers = self.new_seats(3)
        held = self.hold_all(user, token, numbers, key="h", expectTotal=300)
        order = held["orderId"]
        self.assertEqual(self.hold_all(user, token, numbers, key="h", expectTotal=300).body, held.body)
        paid = self.pay(user, token, order, key="p")
        self.assertEqual(len(paid["seats"]), 3)
        for others in (
            {"numbers": numbers[:2], "expectTotal": 300},
            {"numbers": numbers[::-1], "expectTotal": 300},
            {"numbers": [*numbers, "61"], "expectTotal": 300},
            {"numbers": numbers, "expectTotal": 301},
            {"numbers": numbers},
            {"numbers": ["1"], "on": day(9)},
        ):
            with self.subTest(others=others):
                self.assert_refused(self.hold_all(user, token, key="h", **others), 422, "idempotency_conflict", KEY)
        # The place is finished, and one of the seats was given back: still the answers of then.
        self.assertEqual(self.peek(token)["code"], "token_completed")
        self.house("POST", "refunds", {"reservationId": order, "amount": 100, "cancel": True}, key="back")
        self.assertEqual(self.hold_all(user, token, numbers, key="h", expectTotal=300).body, held.body)
        self.assertEqual(self.pay(user, token, order, key="p").body, paid.body)


@only_server
class OrdersOfSeatsWithLabels(HttpTest):
    """What people read is another text than what names a seat, wherever both are told."""

    facts = [
        {"number": f"u-{n}", "label": f"{n}번", "section": "오른쪽", "row": "가", "category": "best", "price": 100 + n}
        for n in range(1, 5)
    ]
    concerts = ((1, "Winter", facts),)
    one_server_a_test = True

    def test_numbers_and_labels_in_every_answer_about_an_order(self):
        self.set_terms(seatsPerOrder=3, refundSteps=[{"until": None, "thousandths": 500}])
        user, token = self.new_buyer(1000)
        held = self.held_all(user, token, ["u-3", "u-1", "u-2"])
        wanted = [("u-3", "3번", 103), ("u-1", "1번", 101), ("u-2", "2번", 102)]
        told = lambda rows: [(one["seatNumber"], one["label"], one["price"]) for one in rows]  # noqa: E731
        self.assertEqual((told(held["seats"]), held["total"]), (wanted, 306))
        taken = self.hold_all(*self.new_buyer(), ["u-4", "u-2"])
        self.assertEqual(taken["unavailable"], ["u-2"])
        paid = self.pay(user, token, held["orderId"])
        self.assertEqual(told(paid["seats"]), wanted)
        self.cancel(user, token, held["seats"][2]["reservationId"])
        shown = self.server.get(f"/api/orders/{held['orderId']}", bearer(token)).json()
        self.assertEqual((told(shown["reservations"]), shown["total"]), (wanted, 204))
        for one, refund, refunded in zip(shown["reservations"], (51, 50, None), (0, 0, 51)):
            self.assertEqual((one["section"], one["row"], one["category"]), ("오른쪽", "가", "best"))
            self.assertEqual((one["refund"], one["refunded"], one["orderId"]), (refund, refunded, held["orderId"]))
            alone = self.server.get(f"/api/reservations/{one['reservationId']}", bearer(token))
            self.assertEqual(alone.json(), one)


@only_server
class OrdersUnderTerms(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 21), category="R") + seats(*range(21, 31), price=80, category="S")),)
    one_server_a_test = True

    def test_not_before_it_opens_nor_after_it_closed_nor_while_it_is_paused(self):
        user, token = self.new_buyer(100)
        opens = self.in_seconds(3600)
        for terms, wanted in (
            ({"opensAt": opens}, opens),
            ({"opensAt": None, "closesAt": self.in_seconds(-1)}, None),
            ({"closesAt": None, "isPaused": True}, None),
        ):
            self.set_terms(**terms)
            for answer in (self.hold_all(user, token, ["1"]), self.hold(user, token, "1")):
                with self.subTest(terms=terms):
                    self.assert_refused(answer, 409, "not_on_sale", NOT_ON_SALE)
                    self.assertEqual(answer.json().get("opensAt"), wanted)
        self.set_terms(isPaused=False)
        reservation = self.held(user, token, "1")
        self.set_terms(isPaused=True)
        self.assertEqual(self.pay(user, token, reservation).status, 200)  # a promise is kept

    def test_seats_a_user(self):
        self.set_terms(seatsPerOrder=3, seatsPerUser=4)
        user, token = self.new_buyer(1000)
        first = self.held_all(user, token, ["1", "2", "3"])["orderId"]
        self.pay(user, token, first)
        token = self.join(user)
        self.assert_refused(self.hold_all(user, token, ["4", "5"]), 409, "purchase_limit", PURCHASE_LIMIT)
        second = self.held_all(user, token, ["4"])["orderId"]
        self.pay(user, token, second)
        token = self.join(user)
        self.assert_refused(self.hold(user, token, "5"), 409, "purchase_limit", PURCHASE_LIMIT)
        self.assertEqual(self.hold_all(*self.new_buyer(), ["4", "5"])["unavailable"], ["4"])

    def test_types_have_prices_and_rules(self):
        self.set_terms(seatsPerOrder=5)
        full = self.new_type("full")
        child = self.new_type("child", maxPerOrder=2, needs=full)
        unsold = self.new_type("student")
        self.set_prices(("R", full, 120), ("R", child, 60), ("S", full, 90), ("S", None, 70))
        user, token = self.new_buyer(1000)
        for numbers, types in (
            (["1"], [child]),  # alone
            (["1", "2"], [child, None]),
            (["1", "2", "3", "4"], [full, child, child, child]),
            (["1", "21"], [full, child]),  # no price there
            (["1"], [unsold]),
        ):
            with self.subTest(numbers=numbers, types=types):
                answer = self.hold_all(user, token, numbers, types=types)
                self.assert_refused(answer, 409, "type_rule", TYPE_RULE)
        order = self.held_all(user, token, ["1", "2", "3", "21", "22"], types=[full, child, child, full, None])
        self.assertEqual([one["price"] for one in order["seats"]], [120, 60, 60, 90, 70])
        self.assertEqual([one["type"] for one in order["seats"]], [full, child, child, full, None])
        self.assertEqual(order["total"], 400)
        self.assertEqual(self.pay(user, token, order["orderId"])["seats"], order["seats"])
        listed = self.server.get("/api/reservations", bearer(token))["reservations"][::-1]
        self.assertEqual([one["type"] for one in listed], [full, child, child, full, None])
        self.assertEqual([one["category"] for one in listed], ["R", "R", "R", "S", "S"])

    def test_a_total_that_is_not_the_expected_one_holds_nothing(self):
        self.set_terms(seatsPerOrder=2)
        user, token = self.new_buyer()
        self.set_prices(("R", None, 110))
        answer = self.hold_all(user, token, ["1", "21"], expectTotal=180)
        self.assert_refused(answer, 409, "price_changed", PRICE)
        self.assertEqual(answer["total"], 190)
        self.assertTrue({"1", "21"} <= set(self.available()))
        self.assertEqual(self.held_all(user, token, ["1", "21"], expectTotal=190)["total"], 190)
        self.set_prices(("R", None, 500))  # what is held keeps its price
        self.recharge(user, token, 190)
        order = self.server.get("/api/reservations", bearer(token))["reservations"][0]["orderId"]
        self.assertEqual(self.pay(user, token, order)["amount"], 190)

    def test_a_concert_called_off_is_neither_held_nor_paid(self):
        user, token = self.new_buyer(100)
        reservation = self.held(user, token, "1")
        self.assertEqual(self.of_concert("POST", "/call-off", {"reason": "rain"}).status, 200)
        self.assert_refused(self.pay(user, token, reservation), 409, "called_off", CALLED_OFF)
        self.assert_refused(self.hold(user, token, "2"), 409, "called_off", CALLED_OFF)
        self.assert_refused(self.hold_all(user, token, ["2"]), 409, "called_off", CALLED_OFF)


if __name__ == "__main__":
    unittest.main()
