"""Connections: kept, idle by the thousand, and a server that has too much to do."""

import sqlite3
import threading
import time
import unittest

from support import CROWDED, PATIENCE, HttpTest, bearer, only_server, until


class Connections(HttpTest):
    def test_a_connection_is_kept_for_the_next_request(self):
        connection = self.server.connect()
        self.addCleanup(connection.close)
        connection.connect()
        port = connection.sock.getsockname()[1]
        user, token = self.new_buyer()
        for _ in range(20):
            answer = self.server.send(
                "GET", f"/api/balance?userId={user}", headers=bearer(token), connection=connection
            )
            self.assertEqual(answer.status, 200)
            self.assertEqual(self.server.send("GET", "/nope", connection=connection).status, 404)
            self.assertEqual(self.server.send("POST", "/api/token", b"{", connection=connection).status, 400)
        self.assertEqual(connection.sock.getsockname()[1], port)

    def test_who_asks_to_close_is_closed(self):
        answers = self.server.exchange(
            b"GET /api/concert/date HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ends=False
        )
        self.assertEqual(
            [(answer.status, answer.headers["connection"].lower()) for answer in answers], [(200, "close")]
        )

    def test_http_1_0_is_closed_unless_it_asks_otherwise(self):
        answers = self.server.exchange(b"GET /api/concert/date HTTP/1.0\r\n\r\n", ends=False)
        self.assertEqual([answer.status for answer in answers], [200])

    def test_a_thousand_idle_connections_do_not_stop_the_next_user(self):
        user, token = self.new_buyer(100)
        idle = []
        self.addCleanup(lambda: [one.close() for one in idle])
        for number in range(1000):
            idle.append(self.server.socket())
            if number % 2:
                idle[-1].sendall(b"GET /api/concert/date HTTP/1.1\r\nHo")  # and half of them in the middle of a request
        begin = time.monotonic()
        reservation = self.held(user, token, self.new_seat())
        self.assertEqual(self.pay(user, token, reservation)["newBalance"], 0)
        self.assertLess(time.monotonic() - begin, PATIENCE)
        idle[1].sendall(b"st: x\r\nConnection: close\r\n\r\n")
        self.assertTrue(idle[1].recv(12).startswith(b"HTTP/1.1 200"))

    def test_many_requests_at_once_are_all_answered(self):
        user, token = self.new_buyer()
        failed = []

        def run():
            connection = self.server.connect()
            try:
                for _ in range(20):
                    answer = self.server.send(
                        "POST", "/api/payment/recharge", {"userId": user, "amount": 1}, bearer(token), connection
                    )
                    if answer.status != 200:
                        failed.append(answer)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assert_balance(user, token, 640)


@only_server
class Overload(HttpTest):
    """The database's lock is taken from outside, so that commands cannot go on."""

    one_server_a_test = True

    def setUp(self):
        import os
        import tempfile

        directory = tempfile.TemporaryDirectory(prefix="boxoffice-http-")
        self.addCleanup(directory.cleanup)
        self.file = os.path.join(directory.name, "house.db")
        self.flags = {"db": self.file, "workers": 2, "queue": 4}
        super().setUp()

    def test_a_full_queue_answers_503_at_once_and_loses_nothing(self):
        user, token = self.new_buyer()
        lock = sqlite3.connect(self.file, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.recharge(user, token, 1))) for _ in range(40)]
        for thread in threads:
            thread.start()
        until(lambda: any(answer.status == 503 for answer in answers), "a 503 while the lock is held", patience=3)
        self.assertEqual(self.server.get("/healthz").status, 200)
        refused = [answer for answer in answers if answer.status == 503]
        self.assert_refused(refused[0], 503, "overloaded", CROWDED)
        lock.execute("ROLLBACK")
        for thread in threads:
            thread.join()
        self.assertEqual({answer.status for answer in answers}, {200, 503})
        self.assert_balance(user, token, sum(answer.status == 200 for answer in answers))

    def test_a_database_that_stays_locked_is_503_and_not_for_ever(self):
        user, token = self.new_buyer()
        lock = sqlite3.connect(self.file, isolation_level=None)
        self.addCleanup(lock.close)
        lock.execute("BEGIN IMMEDIATE")
        begin = time.monotonic()
        self.assert_refused(self.recharge(user, token, 1), 503, "busy", CROWDED)
        self.assertLess(time.monotonic() - begin, PATIENCE)
        lock.execute("ROLLBACK")
        self.assertEqual(self.recharge(user, token, 1)["newBalance"], 1)


@only_server
class ConnectionLimit(HttpTest):
    flags = {"connections": 20}

    def test_beyond_the_limit_newcomers_are_turned_away_until_others_go(self):
        idle = [self.server.socket() for _ in range(20)]
        self.addCleanup(lambda: [one.close() for one in idle])

        def served():
            try:
                return self.server.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            except OSError:
                return []

        until(lambda: [answer.status for answer in served()] in ([503], []), "a connection that is turned away")
        for one in idle:
            one.close()
        until(lambda: [answer.status for answer in served()] == [200], "a connection that is served")


if __name__ == "__main__":
    unittest.main()
