"""D1: a plan whose seats are named by UUIDs, as editors make them, showed buyers those, or scraps of them as seat numbers.

The plan says beside each `seat_guid` what people read (`seat_number`); now it comes with every answer that names a seat.
"""

import unittest

from server import ADMIN_KEY
from support import HttpTest, bearer, day, only_server

FIRST, SECOND = "f786450c-0e93-53cd-b16c-796f2cbdc902", "ae3a2497-b6ae-5a36-b2cc-3b2efd061fc2"


def plan(*seats):
    """A hall of one row."""
    row = {"row_number": "1", "row_label": "Reihe %s", "position": {"x": 10.5, "y": 25.25}, "seats": list(seats)}
    return {
        "name": "Stadthalle",
        "categories": [{"name": "Kat A", "color": "#7bd148"}, {"name": "Kat B", "color": None}],
        "zones": [{"name": "Parkett", "zone_id": "parkett", "position": {"x": 0, "y": 0}, "rows": [row]}],
    }


def seat(guid, number, **members):
    return {"seat_guid": guid, "seat_number": number, "category": "Kat A", "position": {"x": 1, "y": 0}, **members}


@only_server
class PlanOfUuids(HttpTest):
    concerts = ()
    one_server_a_test = True

    def put_on_sale(self, seats):
        body = {"date": day(1), "title": "Winter", "plan": plan(*seats), "prices": {"Kat A": 100, "Kat B": 50}}
        answer = self.server.send("POST", "/api/admin/concerts", body, {"X-Admin-Key": ADMIN_KEY})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_the_map_says_row_and_seat_as_the_house_does(self):
        self.put_on_sale([seat(FIRST, "1"), seat(SECOND, 2)])
        told = {
            one["number"]: (one["section"], one["row"], one["label"])
            for one in self.server.get("/api/concert/map", date=day(1))["seats"]
        }
        self.assertEqual(told, {FIRST: ("Parkett", "1", "1"), SECOND: ("Parkett", "1", "2")})
        # The number stays what requests name: the seed's list has it, and a hold asks for it.
        self.assertEqual(self.server.get("/api/concert/seat", date=day(1))["availableSeats"], [SECOND, FIRST])

    def test_a_reservation_and_the_list_of_them_say_it_too(self):
        self.put_on_sale([seat(FIRST, "1"), seat(SECOND, "2")])
        user, token = self.new_buyer(100)
        reservation = self.held(user, token, SECOND)
        self.pay(user, token, reservation)
        one = self.server.get(f"/api/reservations/{reservation}", bearer(token)).json()
        self.assertEqual(
            (one["seatNumber"], one["section"], one["row"], one["label"]), (SECOND, "Parkett", "1", "2")
        )
        listed = self.server.get("/api/reservations", bearer(token), userId=user)["reservations"]
        self.assertEqual([entry["label"] for entry in listed], ["2"])

    def test_labels_that_repeat_are_no_fault_of_the_plan(self):
        self.put_on_sale([seat(FIRST, "1"), seat(SECOND, "1")])
        said = self.server.get("/api/concert/map", date=day(1))["seats"]
        self.assertEqual([one["label"] for one in said], ["1", "1"])

    def test_a_long_label_is_cut_between_characters(self):
        self.put_on_sale([seat(FIRST, "석" * 30), seat(SECOND, None)])
        labels = {one["number"]: one["label"] for one in self.server.get("/api/concert/map", date=day(1))["seats"]}
        self.assertEqual(labels, {FIRST: "석" * 21, SECOND: SECOND})  # 63 bytes; without a label, only its name is left


if __name__ == "__main__":
    unittest.main()
