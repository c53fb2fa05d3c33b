"""HTTP: reads a request, lets its endpoint answer, and writes that, or what went wrong, as JSON."""

import hashlib
import json
import re
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qsl

import boxoffice
from endpoints import NO_ROUTE
from endpoints import ROUTES
from endpoints import Request
from errors import HEADERS
from errors import NOT_A_REQUEST
from errors import Refusal
from errors import answer_to
from errors import need

BODY_MAX = 64 * 1024
REQUESTS_MAX = 1024  # at once; more wait
SILENCE_MAX = 10  # seconds until a connection on which nothing comes is closed
JSON = "application/json; charset=utf-8"


class Handler(BaseHTTPRequestHandler):
    """One connection, in a thread of its own."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # what is not HTTP is answered with a status line, too
    disable_nagle_algorithm = True
    timeout = SILENCE_MAX

    # ---- reading

    def parse_request(self):
        """http.server's own, after a look at the line: it takes other versions, single words and two blanks."""
        if not re.fullmatch(rb"[!#-'*+.^_`|~0-9A-Za-z-]+ [!-~]+ HTTP/1\.[01]\r?\n", self.raw_requestline):
            self.command = None
            self.requestline = ""
            self.request_version = self.default_request_version
            self.send_error(400, "not a line of HTTP/1.1")
            return False
        if not super().parse_request():
            return False
        if self.headers.defects:
            self.send_error(400, "a header that is none")
            return False
        return True

    def __getattr__(self, name):
        """http.server looks for do_GET, do_PUT and so on: whatever the method, it is respond."""
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def respond(self):
        length_text = ",".join(self.headers.get_all("Content-Length", ["0"]))
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,20}", length_text):
            self.send_error(400, "Content-Length: one whole number, and no Transfer-Encoding")
            return
        length = int(length_text)
        body = self.rfile.read(length) if length <= BODY_MAX else b""
        path, _, query = self.requestline.split(" ")[1].partition("?")
        route = ROUTES.get(path, NO_ROUTE)
        with self.server.slots:
            try:
                need(length <= BODY_MAX, f"a body of at most {BODY_MAX} bytes", "payload_too_large")
                need(len(body) == length, "the body is cut off")
                need(route.endpoint, "no such path", "not_found")
                need(route.method == self.command, f"this path takes {route.method}", "method_not_allowed")
                content = route.endpoint(self.server.endpoints, self.read(query, body))
            except (boxoffice.Error, Refusal, ValueError, TypeError, RecursionError) as error:
                self.refuse(error, route)
            else:
                self.send_content(content)

    def read(self, query, body):
        """The request's members and headers. Raises Refusal, or ValueError and its like of Python's decoders."""
        need(not re.search("%(?![0-9a-fA-F]{2})", query), "a bad escape in the query")
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
        if self.command == "POST":
            given = json.loads(body.decode())
            need(isinstance(given, dict), "the body is not a JSON object")
        else:
            given = dict(reversed(pairs))  # of a parameter that is given twice the first counts
        json.dumps(given, ensure_ascii=False).encode()  # half a surrogate pair is no text
        key = self.headers.get("Idempotency-Key")
        if key is not None:
            key = re.sub('^"(.*)"$', r"\1", key)
            need(re.fullmatch("[!-~]{1,255}", key), "Idempotency-Key: 1 to 255 visible ASCII characters")
        bearer = re.fullmatch(r"(?i:bearer) +(\S+)", self.headers.get("Authorization", ""))
        return Request(given, key, bearer[1] if bearer else "")

    # ---- answering

    def send_content(self, content):
        """A 200. Free seats have a tag, so that who asks again for the same list gets a 304."""
        body = encode(content)
        if "availableSeats" not in content:
            self.send(200, body, {"Cache-Control": "no-store"})
            return
        tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        known = self.headers.get("If-None-Match", "")
        self.send(304 if known == "*" or tag in known else 200, body, {"ETag": tag})

    def refuse(self, error, route):
        status, content = answer_to(error, route)
        headers = {"Allow": route.method} if status == 405 else HEADERS.get(status, {})
        self.send(status, encode(content), headers)

    def send_error(self, code, message=None, explain=None):
        """What http.server calls where it cannot read a request. A version or method that it does not know is a 400."""
        del explain
        self.close_connection = True
        status = code if code in (408, 414, 431) else 400
        content = {"error": NOT_A_REQUEST, "code": "invalid_argument", "message": message or "not a request"}
        self.send(status, encode(content), {})

    def send(self, status, body, headers):
        is_last = self.close_connection or status == 413  # whose body was not read
        self.send_response(status)
        self.send_header("Connection", "close" if is_last else "keep-alive")
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if status != 304 and self.command != "HEAD":
            self.wfile.write(body)


def encode(content):
    return json.dumps(content, ensure_ascii=False, default=time_text).encode()


def time_text(time):
    """UTC to the millisecond: 2030-01-01T19:00:00.000Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Server(ThreadingHTTPServer):
    request_queue_size = REQUESTS_MAX

    def __init__(self, address, endpoints):
        self.endpoints = endpoints
        self.slots = threading.Semaphore(REQUESTS_MAX)
        super().__init__(address, Handler)

    def server_bind(self):
        """As of TCPServer: HTTPServer would ask the domain name system for the host's name, and wait for it."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request, client_address):
        """Somebody hung up, most often: a line, and not a traceback."""
        print(f"{client_address[0]}: {sys.exc_info()[1]!r}", file=sys.stderr)

    def finish(self):
        """Returns when every request that began has its answer; no other begins."""
        for _ in range(REQUESTS_MAX):
            self.slots.acquire()
