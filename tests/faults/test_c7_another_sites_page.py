"""C7: the page of another site recharged and took places in its visitor's name, and any name in Host was served."""

import unittest

from support import FOREIGN, MEDIA, MISDIRECTED, HttpTest, only_server, request

EVIL = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}


@only_server
class Vouched(HttpTest):
    flags = {"auth": "none"}

    def test_another_sites_page_recharges_nobody(self):
        user = self.new_user()
        body = {"userId": user, "amount": 12_345}
        for headers in (
            {**EVIL, "Content-Type": "text/plain"},
            EVIL,
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            with self.subTest(headers=headers):
                answer = self.server.send_odd("POST", "/api/payment/recharge", body, headers)
                self.assert_refused(answer, 403, "foreign_origin", FOREIGN)
        self.assertEqual(self.server.get("/api/balance", userId=user)["currentBalance"], 0)
        own = {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(self.server.post("/api/payment/recharge", body, own)["newBalance"], 12_345)


@only_server
class Pages(HttpTest):
    def test_another_sites_page_takes_no_place_and_gives_none_up(self):
        user = self.new_user()
        answer = self.server.send_odd("POST", "/api/token", {"userId": user}, EVIL)
        self.assert_refused(answer, 403, "foreign_origin", FOREIGN)
        self.assertEqual(self.server.post("/api/token", {"userId": self.new_user()})["position"], 1)
        self.assertEqual(self.server.send_odd("DELETE", "/api/token", headers=EVIL).status, 403)

    def test_a_form_or_a_page_without_a_type_is_no_json(self):
        for kind in ({"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data; boundary=x"}):
            with self.subTest(kind=kind):
                answer = self.server.send_odd("POST", "/api/token", b'{"userId": "u-1"}', kind)
                self.assert_refused(answer, 415, "unsupported_media_type", MEDIA)
        own = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.server.send_odd("POST", "/api/token", b'{"userId": "u-1"}', own).status, 415)

    def test_a_name_that_was_made_to_lead_here_is_not_served(self):
        for name in ("rebind.evil.example", f"rebind.evil.example:{self.server.port}"):
            for line in ("GET / HTTP/1.1", "GET /api/concert/date HTTP/1.1", "POST /api/token HTTP/1.1"):
                with self.subTest(name=name, line=line):
                    raw = request(line).replace(b"Host: x", b"Host: " + name.encode())
                    answers = self.server.exchange(raw)
                    self.assertEqual(len(answers), 1)
                    self.assert_refused(answers[0], 421, "misdirected", MISDIRECTED)
        for name in ("localhost", f"localhost:{self.server.port}", "[::1]:80", "10.0.0.5", "box-office"):
            with self.subTest(name=name):
                raw = request("GET /healthz HTTP/1.1", "Connection: close").replace(b"Host: x", b"Host: " + name.encode())
                self.assertEqual([answer.status for answer in self.server.exchange(raw)], [200])


@only_server
class Names(HttpTest):
    flags = {"allowed_host": ["tickets.example", "www.tickets.example"]}

    def test_the_names_that_were_given_are_served_and_their_pages_may_call(self):
        for name, wanted in (("tickets.example", 200), ("WWW.tickets.example:443", 200), ("other.example", 421), ("x", 421)):
            with self.subTest(name=name):
                raw = request("GET /healthz HTTP/1.1", "Connection: close").replace(b"Host: x", b"Host: " + name.encode())
                self.assertEqual([answer.status for answer in self.server.exchange(raw)], [wanted])
        # A proxy has made Host its own.
        answer = self.server.post("/api/token", {"userId": self.new_user()}, {"Origin": "https://tickets.example"})
        self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
