"""What is not a proper request: the right status, no crash, and others are not disturbed."""

import json
import socket
import time
import unittest

from support import (
    HOLD,
    IS_PYTHON,
    MEDIA,
    PARAMETER,
    PATIENCE,
    PAYMENT,
    TOKEN,
    TOO_LARGE,
    USER,
    CONTRACT,
    HttpTest,
    bearer,
    only_server,
    read_answers,
    request,
)

POSTS = {
    "/api/token": USER,
    "/api/token/peek": TOKEN,
    "/api/reservations": HOLD,
    "/api/payment/recharge": PARAMETER,
    "/api/payment": PAYMENT,
}
NOT_OBJECTS = (
    b"",
    b" ",
    b"{",
    b"}",
    b"[]",
    b'"x"',
    b"5",
    b"null",
    b"true",
    b"{}x",
    b"{} {}",
    b'{"userId": "u-1"',
    b"{'userId': 'u-1'}",
    b'{"userId" "u-1"}',
    b'{"userId": "u-1",}',
    b'{userId: "u-1"}',
    b"userId=u-1",
    b"\x00",
    b"\xff\xfe{\x00}\x00",
    b'\xef\xbb\xbf"x"',
    b'{"userId": "\xff"}',
    b'{"userId": "\xc0\xae"}',
    b'{"userId": "\xed\xa0\x80"}',
    b'{"userId": "a\nb"}',
    b'{"userId": "\\x41"}',
    b'{"userId": "\\ud800"}',
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b"{" * 65_000,
    b'{"userId": "u-1" /* no */}',
    b'{"userId": nul}',
)


class Bodies(HttpTest):
    def test_what_is_not_a_json_object_is_refused_in_the_endpoints_own_words(self):
        _, token = self.new_buyer()
        for path, words in POSTS.items():
            for body in NOT_OBJECTS:
                with self.subTest(path=path, body=body[:40]):
                    self.assert_refused(self.server.post(path, body, bearer(token)), 400, "invalid_argument", words)

    def test_a_body_is_json_or_what_a_program_sends_that_says_nothing_of_it(self):
        for kind, wanted in (
            ("application/json", 200),
            ("application/json; charset=utf-8", 200),
            ("application/x-www-form-urlencoded", 200),  # as `curl -d` says
            ("text/plain", 415),
            ("nonsense", 415),
        ):
            with self.subTest(kind=kind):
                answer = self.server.post("/api/token", b'{"userId": "u-1"}', {"Content-Type": kind})
                self.assertEqual(answer.status, 200 if IS_PYTHON else wanted)
                if answer.status == 415:
                    self.assert_refused(answer, 415, "unsupported_media_type", MEDIA)

    def test_a_body_of_64_kib_is_taken_and_one_more_byte_is_not(self):
        start, end = b'{"userId": "u-1", "padding": "', b'"}'
        for size, wanted in ((65536, 200), (65537, 413), (200_000, 413)):
            with self.subTest(size=size):
                body = start + b"x" * (size - len(start) - len(end)) + end
                answer = self.server.post("/api/token", body)
                self.assertEqual(answer.status, wanted)
                if wanted == 413:
                    self.assert_refused(answer, 413, "payload_too_large", TOO_LARGE)

    def test_every_path_has_the_limit(self):
        _, token = self.new_buyer()
        for path in POSTS:
            with self.subTest(path=path):
                answer = self.server.post(path, b" " * 65537, bearer(token))
                self.assert_refused(answer, 413, "payload_too_large", TOO_LARGE)

    def test_a_body_that_is_announced_as_huge_is_refused_before_it_comes(self):
        for length in (65537, 10**9, 2**63 - 1, 2**64 - 1):
            with self.subTest(length=length):
                answers = self.server.exchange(
                    request("POST /api/token HTTP/1.1", f"Content-Length: {length}"), ends=False
                )
                self.assertEqual([answer.status for answer in answers], [413])

    def test_a_body_that_never_comes_whole_has_no_effect(self):
        raw = request("POST /api/token HTTP/1.1", "Content-Length: 100", body=b'{"userId": "u-2"}')
        self.assertIn([answer.status for answer in self.server.exchange(raw)], ([], [400]))
        self.assertEqual(self.server.post("/api/token", {"userId": "u-3"}).status, 200)

    def test_bad_lengths(self):
        for length in ("-1", "x", "1 2", "0x10", "1e2", "", "+17", "17, 18", "99999999999999999999999"):
            with self.subTest(length=length):
                raw = request("POST /api/token HTTP/1.1", f"Content-Length: {length}", body=b'{"userId": "u-2"}')
                answers = self.server.exchange(raw)
                self.assertEqual(len(answers), 1)
                self.assertIn(answers[0].status, (400, 413))

    def test_two_lengths_that_differ(self):
        raw = request("POST /api/token HTTP/1.1", "Content-Length: 17", "Content-Length: 2", body=b'{"userId": "u-2"}')
        self.assertEqual([answer.status for answer in self.server.exchange(raw)], [400])

    @only_server
    def test_chunked_bodies(self):
        chunked = "Transfer-Encoding: chunked"
        good = request(
            "POST /api/token HTTP/1.1",
            chunked,
            "Connection: close",
            body=b'5\r\n{"use\r\nc;x=1\r\nrId": "u-1"}\r\n0\r\n\r\n',
        )
        self.assertEqual([answer.status for answer in self.server.exchange(good)], [200])
        self.assertEqual([answer.status for answer in self.server.exchange(good.replace(b"c;x", b"zz"))], [400])
        piece = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        huge = request("POST /api/token HTTP/1.1", chunked, body=piece * 17)
        self.assertEqual([answer.status for answer in self.server.exchange(huge, ends=False)], [413])

    @only_server
    def test_what_follows_the_chunks_is_no_header(self):
        raw = request(
            "POST /api/token HTTP/1.1",
            "Transfer-Encoding: chunked",
            "Connection: close",
            body=b'11\r\n{"userId": "u-1"}\r\n0\r\nContent-Type: text/plain\r\nOrigin: http://evil.example\r\n\r\n',
        )
        self.assertEqual([answer.status for answer in self.server.exchange(raw)], [200])

    @only_server
    def test_a_length_and_chunks_at_once_are_not_taken(self):
        raw = request(
            "POST /api/token HTTP/1.1",
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            body=b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        )
        self.assertEqual([answer.status for answer in self.server.exchange(raw)][:1], [400])

    @only_server
    def test_expect_100_continue(self):
        with self.server.socket() as peer:
            peer.sendall(
                request("POST /api/token HTTP/1.1", "Content-Length: 17", "Expect: 100-continue", "Connection: close")
            )
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 100 "))
            peer.sendall(b'{"userId": "u-1"}')
            self.assertIn(b" 200 ", peer.recv(100))


class Lines(HttpTest):
    def assert_protocol(self, raw, *statuses, ends=True):
        """One answer of these statuses, in the form of openapi.json; 0 stands for a closed connection and none."""
        answers = self.server.exchange(raw, ends)
        if not answers and 0 in statuses:
            return
        self.assertEqual(len(answers), 1, answers)
        self.assertIn(answers[0].status, statuses)
        CONTRACT.check_protocol(answers[0].status, answers[0].headers, answers[0].body)

    def test_what_is_not_http(self):
        for raw in (
            b"\r\n\r\nGARBAGE\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET\r\n\r\n",
            b"GET /api/token HTTP/9.9\r\n\r\n",
            b"GET /api/token HTTP/x\r\n\r\n",
            b"GET  /api/token HTTP/1.1\r\n\r\n",
            b"\x00" * 500 + b"\r\n\r\n",
            b"GET /api/token HTTP/1.1\r\nno colon\r\n\r\n",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ):
            with self.subTest(raw=raw[:40]):
                self.assert_protocol(raw, 400, 0)

    @only_server
    def test_control_characters_in_headers(self):
        for value in (b"k\x01", b"\x7f", b"a\x00b"):
            with self.subTest(value=value):
                self.assert_protocol(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Odd: " + value + b"\r\n\r\n", 400)

    @only_server
    def test_headers_and_targets_have_limits(self):
        self.assert_protocol(request("GET /healthz HTTP/1.1", "X-Long: " + "x" * 20_000), 431, ends=False)
        self.assert_protocol(request("GET /healthz HTTP/1.1", *[f"X-{i}: y" for i in range(5000)]), 431, ends=False)
        self.assert_protocol(request("GET /healthz?" + "x" * 9_000 + " HTTP/1.1"), 414, ends=False)
        self.assertEqual(self.server.send("GET", "/healthz?" + "x" * 7_000).status, 200)

    @only_server
    def test_a_header_without_an_end_is_cut_off(self):
        with self.server.socket() as peer:
            received = b""
            try:
                peer.sendall(b"GET /healthz HTTP/1.1\r\n")
                for _ in range(1000):
                    peer.sendall(b"X-More: " + b"y" * 1000 + b"\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                while chunk := peer.recv(65536):
                    received += chunk
            except ConnectionResetError:
                pass
        self.assertIn([answer.status for answer in read_answers(received)], ([431], []))

    def test_requests_one_after_another_without_waiting_are_answered_in_order(self):
        user, token = self.new_buyer(1)
        auth = f"Authorization: Bearer {token}"
        body = json.dumps({"userId": user, "amount": 1}).encode()
        recharge = request("POST /api/payment/recharge HTTP/1.1", auth, f"Content-Length: {len(body)}", body=body)
        peek_body = json.dumps({"tokenId": token}).encode()
        peek = request("POST /api/token/peek HTTP/1.1", f"Content-Length: {len(peek_body)}", body=peek_body)
        balance = request(f"GET /api/balance?userId={user} HTTP/1.1", auth)
        nope = request("GET /nope HTTP/1.1")
        last = request(f"GET /api/balance?userId={user} HTTP/1.1", auth, "Connection: close")
        answers = self.server.exchange((recharge + peek + nope + balance) * 25 + last, ends=False)
        self.assertEqual([answer.status for answer in answers], [200, 200, 404, 200] * 25 + [200])
        self.assertEqual([answer["newBalance"] for answer in answers[:-1:4]], list(range(2, 27)))
        self.assertEqual([answer["currentBalance"] for answer in answers[3:-1:4]], list(range(2, 27)))

    def test_a_bad_request_ends_its_connection_but_not_before_the_good_ones_are_answered(self):
        good = request("GET /api/concert/date HTTP/1.1")
        answers = self.server.exchange(good * 3 + b"GARBAGE\r\n\r\n" + good)
        self.assertEqual([answer.status for answer in answers], [200, 200, 200, 400])

    def test_a_request_in_single_bytes(self):
        with self.server.socket() as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in request("GET /api/concert/date HTTP/1.1", "Connection: close"):
                peer.sendall(bytes([byte]))
            received = b""
            while chunk := peer.recv(65536):
                received += chunk
        self.assertEqual([answer.status for answer in read_answers(received)], [200])

    def test_who_hangs_up_disturbs_nobody(self):
        raw = request("GET /api/concert/seat?date=2030-01-01 HTTP/1.1")
        for cut in range(0, len(raw), 3):
            with self.server.socket() as peer:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                peer.sendall(raw[:cut])
        self.assertEqual(self.server.get("/api/concert/date").status, 200)


@only_server
class SlowRequests(HttpTest):
    flags = {"header_timeout": 1, "idle_timeout": 2}

    def closed_after(self, *pieces):
        """Sends the pieces half a second apart; the seconds until the server closes, and what it said."""
        begin = time.monotonic()
        with self.server.socket() as peer:
            received = b""
            try:
                for piece in pieces:
                    peer.sendall(piece)
                    peer.settimeout(0.5)
                    try:
                        received += peer.recv(65536)
                        break
                    except socket.timeout:
                        continue
                peer.settimeout(10)
                while chunk := peer.recv(65536):
                    received += chunk
            except (ConnectionResetError, BrokenPipeError):
                pass
        return time.monotonic() - begin, [answer.status for answer in read_answers(received)]

    def test_a_header_that_comes_too_slowly(self):
        took, statuses = self.closed_after(b"GET /hea", *[b"x"] * 12)
        self.assertTrue(0.9 < took < PATIENCE, took)
        self.assertIn(statuses, ([408], []))

    def test_nothing_at_all(self):
        took, statuses = self.closed_after()
        self.assertTrue(0.9 < took < PATIENCE, took)
        self.assertEqual(statuses, [])

    def test_a_kept_connection_is_closed_when_nothing_more_comes(self):
        took, statuses = self.closed_after(request("GET /healthz HTTP/1.1"))
        self.assertTrue(0.9 < took < PATIENCE, took)
        self.assertEqual(statuses, [200])


if __name__ == "__main__":
    unittest.main()
