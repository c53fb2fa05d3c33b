"""SIGTERM under load: every answered request is in the database, and the exit status is 0."""

import http.client
import os
import signal
import socket
import sqlite3
import tempfile
import threading
import time
import unittest

from support import HttpTest, Server, day, only_server, seats, until

THREADS = 16


class Shutdown(HttpTest):
    concerts = ((1, "Winter", seats(*range(1, 600))),)
    user_count = 200
    one_server_a_test = True

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="boxoffice-http-")
        self.addCleanup(directory.cleanup)
        self.flags = {"db": os.path.join(directory.name, "house.db")}
        super().setUp()

    def buy_until_the_end(self, users, numbers, answered, lock):
        """Journeys on one connection; notes what was acknowledged. Ends when the server does."""
        connection = self.server.connect()

        def post(path, body, token=None):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return self.server.send("POST", path, body, headers, connection, check=False)

        try:
            while True:
                with lock:
                    user, seat = next(users), next(numbers)
                token = Server.done(post("/api/token", {"userId": user}))["token"]
                note = {"user": user}
                for _ in range(3):
                    recharged = Server.done(post("/api/payment/recharge", {"userId": user, "amount": 50}, token))
                    note["balance"] = recharged["newBalance"]
                    answered[user] = dict(note)
                held = post("/api/reservations", {"userId": user, "date": day(1), "seatNumber": seat, "token": token})
                note["held"] = Server.done(held)["reservationId"]
                answered[user] = dict(note)
                paid = post("/api/payment", {"userId": user, "reservationId": note["held"], "token": token})
                note["paid"] = Server.done(paid)["paymentId"]
                note["balance"] = paid["newBalance"]
                answered[user] = dict(note)
        except (OSError, http.client.HTTPException, StopIteration) as error:
            self.ends.append(error)
        except AssertionError as error:  # a refusal: only because the server is ending
            self.refused.append(str(error))
        finally:
            connection.close()

    def test_what_was_answered_is_in_the_database(self):
        answered, self.ends, self.refused, lock = {}, [], [], threading.Lock()
        arguments = (self.users, self.seat_numbers, answered, lock)
        threads = [threading.Thread(target=self.buy_until_the_end, args=arguments) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        until(lambda: sum("paid" in note for note in list(answered.values())) >= 20, "twenty purchases")
        self.assertEqual(self.server.stop(signal.SIGTERM), 0)
        for thread in threads:
            thread.join()
        cut_off = [end for end in self.ends if isinstance(end, http.client.IncompleteRead)]
        self.assertEqual(cut_off, [], "answers were cut off")
        self.assertTrue(all("<503" in text for text in self.refused), self.refused)
        self.assertFalse(
            any(isinstance(end, StopIteration) for end in self.ends), "the load ended before the server did"
        )

        database = sqlite3.connect(f"file:{self.flags['db']}?mode=ro", uri=True)
        self.addCleanup(database.close)
        rows = dict(database.execute("SELECT external_id, balance FROM users JOIN points ON points.id = users.id"))
        holds = dict(
            database.execute(
                "SELECT external_id, count(*) FROM users JOIN reservations ON user_id = users.id GROUP BY 1"
            )
        )
        sold = dict(
            database.execute(
                "SELECT external_id, count(*) FROM users JOIN payments ON user_id = users.id "
                "WHERE payments.state = 'captured' GROUP BY 1"
            )
        )
        spent = dict(
            database.execute(
                "SELECT external_id, sum(point_usages.amount) FROM users JOIN point_usages "
                "ON from_id = users.id GROUP BY 1"
            )
        )
        for user, note in answered.items():
            with self.subTest(note=note):
                self.assertEqual(holds.get(user, 0), 1 if holds.get(user) or "held" in note else 0)
                self.assertGreaterEqual(sold.get(user, 0), 1 if "paid" in note else 0)
                # What was not answered may have been done: one recharge of 50, or the payment of 100, more.
                in_all, acknowledged = rows[user] + spent.get(user, 0), note["balance"] + (100 if "paid" in note else 0)
                self.assertIn(in_all - acknowledged, (0, 50))
        self.assertEqual(database.execute("SELECT sum(balance) FROM points").fetchone(), (0,))

        again = Server(db=self.flags["db"])
        self.addCleanup(again.close)
        self.assertEqual(again.audit(), [])
        note = next(note for note in answered.values() if "paid" in note)
        token = again.post("/api/token", {"userId": note["user"]})["token"]
        self.assertEqual(
            again.get("/api/balance", {"Authorization": f"Bearer {token}"}, userId=note["user"])["currentBalance"],
            rows[note["user"]],
        )

    def test_idle_connections_do_not_delay_it(self):
        idle = [self.server.socket() for _ in range(50)]
        self.addCleanup(lambda: [one.close() for one in idle])
        idle[0].sendall(b"GET /api/concert/date HTTP/1.1\r\nHost")
        self.assertEqual(self.server.get("/api/concert/date").status, 200)
        begin = time.monotonic()
        self.assertEqual(self.server.stop(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - begin, 8)  # not the ten that a request may take

    def test_nobody_is_served_afterwards_and_the_tokens_stay_good(self):
        user, token = self.new_buyer(70)
        self.assertEqual(self.server.stop(signal.SIGTERM), 0)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.server.port), timeout=2)
        again = Server(db=self.flags["db"])
        self.addCleanup(again.close)
        answer = again.get("/api/balance", {"Authorization": f"Bearer {token}"}, userId=user)
        self.assertEqual((answer.status, answer["currentBalance"]), (200, 70))

    @only_server(why="the Python host leaves Ctrl-C to Python")
    def test_sigint_is_the_same(self):
        self.assertEqual(self.server.stop(signal.SIGINT), 0)


class RequestsUnderWay(HttpTest):
    """A hold that waits for its turn when SIGTERM comes still gets its answer."""

    flags = {"capacity": 1, "turn_attempts": 10, "turn_interval_ms": 100}
    one_server_a_test = True

    def test_they_finish(self):
        self.new_buyer()
        user, token = self.new_buyer()
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.hold(user, token, "1")))
        thread.start()
        time.sleep(0.3)  # it is under way; it takes a second
        self.assertEqual(self.server.stop(signal.SIGTERM), 0)
        thread.join()
        self.assertEqual([answer.status for answer in answers], [429])


if __name__ == "__main__":
    unittest.main()
