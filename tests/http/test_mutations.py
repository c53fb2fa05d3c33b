"""Good requests with bytes changed at random: never more than a bad request, and others are not disturbed."""

import json
import os
import random
import threading
import time
import unittest

from support import IS_PYTHON, HttpTest, request

SEED = int(os.environ.get("BOXOFFICE_SEED", "20241122"))
MUTATIONS = 2_500


def is_page_of_http_server(answer):
    """The Python host leaves what is not HTTP to http.server."""
    return IS_PYTHON and answer.headers.get("content-type", "").startswith("text/html")


class Mutations(HttpTest):
    """Good requests with bytes changed at random. BOXOFFICE_SEED chooses the chance."""

    user_count = 8

    def bases(self):
        user, token = self.new_buyer(100)

        def post(path, body, *headers):
            raw = json.dumps(body).encode()
            return request(
                f"POST {path} HTTP/1.1",
                f"Content-Length: {len(raw)}",
                "Content-Type: application/json",
                *headers,
                body=raw,
            )

        auth = f"Authorization: Bearer {token}"
        hold = {"userId": user, "date": "2030-01-01", "seatNumber": 5, "token": token}
        return [
            post("/api/token", {"userId": user}),
            post("/api/token/peek", {"tokenId": token}),
            post("/api/payment/recharge", {"userId": user, "amount": 7}, auth, "Idempotency-Key: k-1"),
            post("/api/reservations", hold, "Idempotency-Key: h"),
            post("/api/payment", {"userId": user, "reservationId": "0ARYZVZXW377R", "token": token}),
            request(f"GET /api/balance?userId={user} HTTP/1.1", auth),
            request("GET /api/concert/date HTTP/1.1"),
            request("GET /api/concert/seat?date=2030-01-01&concertId=0ARYZVZXW377R HTTP/1.1", 'If-None-Match: "x"'),
        ]

    @staticmethod
    def mutate(raw, chance):
        data = bytearray(raw)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            at = chance.randrange(len(data) + 1)
            kind = chance.randrange(8)
            if kind == 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            elif kind == 1:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.choice((1, 2, 50))))
            elif kind == 2:
                del data[at : at + chance.choice((1, 2, 10, 100))]
            elif kind == 3:
                data[at:at] = data[chance.randrange(len(data) + 1) :][: chance.choice((1, 10, 100))]
            elif kind == 4:
                data[at:] = b""
            elif kind == 5:
                data[at:at] = chance.choice(
                    (
                        b"\r\n",
                        b"\r\n\r\n",
                        b"\x00",
                        b"%",
                        b"%00",
                        b"..",
                        b"{",
                        b"[",
                        b'"',
                        b"\\u0000",
                        b"\xf0\x9f",
                        b":",
                    )
                )
            elif kind == 6:
                data[at:at] = str(chance.choice((0, -1, 2**31, 2**53, 2**63, 2**64, 10**30))).encode()
            else:
                data[at:at] = chance.choice((b"A", b" ", b"9", b"\t")) * chance.choice((10, 1000, 20_000))
            if not data:
                break
        return bytes(data)

    def test_no_mutation_is_more_than_a_bad_request(self):
        chance = random.Random(SEED)
        bases = self.bases()
        witness_user, witness_token = self.new_buyer(50)
        stop, troubles, watched = threading.Event(), [], [0]

        def witness():
            while not stop.is_set():
                answer = self.balance(witness_user, witness_token)
                watched[0] += 1
                if answer.status != 200 or answer["currentBalance"] != 50:
                    troubles.append(answer)
                time.sleep(0.005)

        thread = threading.Thread(target=witness)
        thread.start()
        seen = {}
        try:
            for number in range(MUTATIONS):
                raw = self.mutate(chance.choice(bases), chance)
                try:
                    for answer in self.server.exchange(raw):
                        seen[answer.status] = seen.get(answer.status, 0) + 1
                        if answer.status >= 400 and not is_page_of_http_server(answer):
                            problem = answer.json() if answer.body else {"error": "HEAD", "code": "x", "message": "x"}
                            self.assertTrue({"error", "code", "message"} <= set(problem), problem)
                        self.assertNotIn(answer.status, (500, 503), answer)
                except (AssertionError, OSError, ValueError) as error:
                    raise AssertionError(f"seed {SEED}, mutation {number}: {raw[:2000]!r}: {error}") from error
        finally:
            stop.set()
            thread.join()
        self.assertEqual(troubles, [])
        self.assertGreater(watched[0], 20)
        self.assertGreater(seen.get(200, 0), MUTATIONS // 100)  # not many: a Host or a type of a wrong letter is refused
        self.assertGreater(seen.get(400, 0), MUTATIONS // 20)
        self.assertEqual(self.server.audit(), [])


if __name__ == "__main__":
    unittest.main()
