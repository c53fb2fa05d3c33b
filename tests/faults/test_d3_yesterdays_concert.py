"""D3: "today" was UTC's, and yesterday's concert could be held and paid. (Midnights: tests/http/day_test.cpp.)"""

import datetime
import subprocess
import unittest
from zoneinfo import ZoneInfo

from support import NOT_ON_SALE, PATIENCE, HttpTest, command, environment, seats

EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # UTC+14 and UTC-11: 25 hours apart, so never on one day


def today(zone):
    return datetime.datetime.now(ZoneInfo(zone)).date()


class Zone(HttpTest):
    """The house has a concert on today's day in the west, which in the east has passed."""

    concerts = ()

    def set_up_day(self):
        day = today(WEST).isoformat()
        self.server.furnish([], [(day, "Tonight", seats(1, 2))])
        return day


class West(Zone):
    flags = {"time_zone": WEST}

    def test_it_is_on_sale(self):
        day = self.set_up_day()
        self.assertIn(day, self.server.get("/api/concert/date")["dates"])
        user, token = self.new_buyer(100)
        held = self.hold(user, token, "1", on=day)
        self.assertEqual(held.status, 200, held)
        self.assertEqual(self.pay(user, token, held["reservationId"]).status, 200)


class East(Zone):
    flags = {"time_zone": EAST}

    def test_it_is_over(self):
        day = self.set_up_day()
        self.assertEqual(self.server.get("/api/concert/date")["dates"], [])
        user, token = self.new_buyer(100)
        for key in (None, "k"):
            self.assert_refused(self.hold(user, token, "1", on=day, key=key), 409, "not_on_sale", NOT_ON_SALE)
        self.assertEqual(self.available(on=day), ["1", "2"])


class UnknownZone(unittest.TestCase):
    def test_one_clear_line(self):
        for zone in ("Asia/Soul", "../../etc/passwd"):
            with self.subTest(zone=zone):
                said = subprocess.run(
                    command("--time-zone", zone, "--port", "0"),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=environment(),
                    timeout=PATIENCE,
                    text=True,
                    check=False,
                )
                self.assertEqual((said.returncode, said.stdout), (2, ""), said)
                self.assertIn("--time-zone", said.stderr)
                self.assertIn(zone, said.stderr)
                self.assertEqual(len(said.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
