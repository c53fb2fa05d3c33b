"""D5: a framing that was not understood was ignored, so that what one program takes for a body another takes for a request;
and of two members of one name, the last one counted."""

import unittest

from support import CONTRACT, PARAMETER, HttpTest, bearer, only_server, request

BODY = b'{"userId": "u-1"}'
CHUNKS = b"11\r\n" + BODY + b"\r\n0\r\n\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH, CHUNKED = "Content-Length: 17", "Transfer-Encoding: chunked"


@only_server
class Framing(HttpTest):
    def assert_closed(self, raw):
        """400 and the end: what is hidden behind is not read."""
        answers = self.server.exchange(raw + HIDDEN, ends=False)
        self.assertEqual([answer.status for answer in answers], [400])
        self.assertEqual(answers[0].headers["connection"], "close")
        CONTRACT.check_protocol(answers[0].status, answers[0].headers, answers[0].body)

    def test_transfer_codings(self):
        post = "POST /api/token HTTP/1.1"
        for headers, body in (
            (["Transfer-Encoding: gzip"], b""),
            (["Transfer-Encoding: gzip", LENGTH], BODY),
            (["Transfer-Encoding: identity", LENGTH], BODY),
            (["Transfer-Encoding: xchunked"], CHUNKS),
            (["Transfer-Encoding: gzip, chunked"], CHUNKS),
            (["Transfer-Encoding: chunked, identity"], CHUNKS),
            ([CHUNKED, CHUNKED], CHUNKS),
            ([CHUNKED, "Content-Length: 5"], CHUNKS),
            (["Content-Length: 5", CHUNKED], CHUNKS),
        ):
            with self.subTest(headers=headers):
                self.assert_closed(request(post, *headers, body=body))
        with self.subTest("HTTP/1.0"):
            self.assert_closed(b"POST /api/token HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS)
        with self.subTest("no body, no matter"):
            self.assert_closed(request("GET /healthz HTTP/1.1", "Transfer-Encoding: gzip"))

    def test_lengths(self):
        for lengths in (["17", "17"], ["17", "2"], ["17, 17"], ["+17"], ["0x11"]):
            with self.subTest(lengths=lengths):
                raw = request("POST /api/token HTTP/1.1", *[f"Content-Length: {one}" for one in lengths], body=BODY)
                self.assert_closed(raw)

    def test_hosts(self):
        self.assert_closed(b"GET /healthz HTTP/1.1\r\n\r\n")
        self.assert_closed(b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n")
        self.assert_closed(b"GET /healthz HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n")
        old = b"GET /healthz HTTP/1.0\r\n\r\n"
        self.assertEqual([answer.status for answer in self.server.exchange(old)], [200])

    def test_what_is_in_no_doubt_is_served(self):
        for raw in (
            request("POST /api/token HTTP/1.1", LENGTH, "Connection: close", body=BODY),
            request("POST /api/token HTTP/1.1", CHUNKED, "Connection: close", body=CHUNKS),
        ):
            self.assertEqual([answer.status for answer in self.server.exchange(raw)], [200])

    def test_a_member_twice(self):
        user, token = self.new_buyer()
        for body in (
            '{"userId": "%s", "amount": 1, "amount": 3}',
            '{"userId": "%s", "amount": 1, "\\u0061mount": 3}',
            '{"userId": "%s", "amount": 1, "more": {"x": 1, "x": 1}}',
            '{"userId": "u-2", "userId": "%s", "amount": 1}',
        ):
            with self.subTest(body=body):
                answer = self.server.post("/api/payment/recharge", (body % user).encode(), bearer(token))
                self.assert_refused(answer, 400, "invalid_argument", PARAMETER)
        self.assert_balance(user, token, 0)


if __name__ == "__main__":
    unittest.main()
