"""A host on a free port, and a client that checks every answer against openapi.json.

Which host is tested: BOXOFFICE_SERVER=<path of boxoffice_server>; or BOXOFFICE_HOST=python with BOXOFFICE_LIBRARY=<path
of libboxoffice.so>, and then the tests of what that host does not serve are skipped, and say so.
"""

import http.client
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import quote, urlencode

import contract

ROOT = contract.ROOT
SOURCES = ROOT / "bindings" / "python" / "src"
IS_PYTHON = os.environ.get("BOXOFFICE_HOST") == "python"
BINARY = os.environ.get("BOXOFFICE_SERVER", "")
LIBRARY = os.environ.get("BOXOFFICE_LIBRARY", "")
ADMIN_KEY = "a key for tests"
PATIENCE = 15  # seconds that anything may take before it counts as hung


def _give_up(what):
    print(f"tests/http: {what}", file=sys.stderr)
    os._exit(2)  # unittest would take an exception for a test that failed, once for each file


if IS_PYTHON and not Path(LIBRARY).is_file():
    _give_up("BOXOFFICE_HOST=python needs BOXOFFICE_LIBRARY=<path of libboxoffice.so>")
if not IS_PYTHON and not os.access(BINARY, os.X_OK):
    _give_up("set BOXOFFICE_SERVER=<path of boxoffice_server>, or BOXOFFICE_HOST=python")


CONTRACT = contract.load()
_contract_lock = threading.Lock()
# The limits of open files are for the tests of many connections; the server inherits them.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(_hard, 8192) if _hard > 0 else 8192, _hard))


class Answer:
    """One answer: status, headers (lower-case names), body, and what its JSON says."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body.decode())

    def __getitem__(self, name):
        return self.json()[name]

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def lowered(headers):
    out = {}
    for name, value in headers:
        out[name.lower()] = f"{out[name.lower()]}, {value}" if name.lower() in out else value
    return out


def read_answers(data):
    """The answers in a stream of bytes, each with a Content-Length or without a body."""
    answers = []
    while data:
        head, separator, data = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.[01] (\d\d\d) .*", lines[0])
        if not separator or not match:
            raise AssertionError(f"not an HTTP answer: {head[:200]!r}")
        headers = lowered(line.split(": ", 1) for line in lines[1:])
        length = int(headers.get("content-length", 0))
        if len(data) < length:
            raise AssertionError(f"an answer that is cut off: {head!r}")
        answers.append(Answer(int(match[1]), headers, data[:length]))
        data = data[length:] if match[1] != "100" else data
    return answers


class Server:
    """A running host with an empty box office, or one of `demo`. Flags: db="…", hold_seconds=1, demo=True. `variables`
    are added to its environment; `name` is what the first line calls its address."""

    def __init__(self, variables=None, name="127.0.0.1", **flags):
        if not IS_PYTHON and "admin_key_file" not in flags:
            flags.setdefault("admin_key", ADMIN_KEY)
        flags.setdefault("time_zone", "UTC")  # the tests' days are
        self.directory = tempfile.TemporaryDirectory(prefix="boxoffice-http-")
        # The Python host is filled through the bindings, from another process: that needs a file.
        self.db = flags.setdefault("db", os.path.join(self.directory.name, "house.db") if IS_PYTHON else ":memory:")
        self.hold_seconds = flags.get("hold_seconds") or 300
        self.log = open(os.path.join(self.directory.name, "stderr"), "w+b")
        self.process = subprocess.Popen(
            command("--port", "0", *spell(flags)),
            stdout=subprocess.PIPE,
            stderr=self.log,
            bufsize=0,
            env={**environment(), **(variables or {})},
            cwd=self.directory.name,
        )
        line = self.read_line()
        match = re.fullmatch(rf"listening on http://{re.escape(name)}:(\d+)\n", line)
        if not match:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the first line on stdout is {line!r}; stderr: {self.errors()!r}")
        self.port = int(match[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def read_line(self):
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            return ""
        return self.process.stdout.readline().decode()

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self, how=signal.SIGTERM):
        """Ends it; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("it does not end on SIGTERM") from None
        finally:
            self.process.stdout.close()

    def close(self):
        """Ends it, and says so where it did not end well: a crash fails the test that is the last to use the server."""
        status = self.stop()
        errors = self.errors()
        self.log.close()
        self.directory.cleanup()
        if status != 0 or "Traceback" in errors or "Sanitizer" in errors:
            raise AssertionError(f"exit status {status}; stderr: {errors}")

    # ---- asking

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def send(self, method, target, body=None, headers=None, connection=None, check=True):
        """Asks and checks the answer against openapi.json. A body that is not bytes is written as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json")
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, lowered(response.getheaders()), response.read())
        finally:
            if own:
                connection.close()
        if check:
            with _contract_lock:
                CONTRACT.check(method, target.split("?")[0], answer.status, answer.headers, answer.body)
        return answer

    def send_odd(self, method, target, body=None, headers=None):
        """Asks what is wrong in its HTTP, not only in what it says: the answer need not know its route."""
        answer = self.send(method, target, body, headers, check=False)
        CONTRACT.check_protocol(answer.status, answer.headers, answer.body)
        return answer

    def get(self, path, headers=None, **query):
        target = path + ("?" + urlencode(query, quote_via=quote) if query else "")
        return self.send("GET", target, headers=headers)

    def post(self, path, body, headers=None):
        return self.send("POST", path, body, headers)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def exchange(self, raw, ends=True):
        """Sends bytes on a connection of their own and reads until the server closes it; returns its answers. `ends`:
        nothing follows, which the server is told."""
        with self.socket() as peer:
            received = b""
            try:
                peer.sendall(raw)
                if ends:
                    peer.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it closed without reading all; what it said before counts
            try:
                while chunk := peer.recv(65536):
                    received += chunk
            except ConnectionError:
                pass
        return read_answers(received)

    # ---- the house

    def furnish(self, users=(), concerts=()):
        """Makes users, and concerts as (date, title, seats); returns the concerts' ids."""
        if not IS_PYTHON:
            admin = {"X-Admin-Key": ADMIN_KEY}
            for user in users:
                self.done(self.send("POST", "/api/admin/users", {"userId": user}, admin))
            made = [{"date": on, "title": title, "seats": seats} for on, title, seats in concerts]
            return [self.done(self.send("POST", "/api/admin/concerts", one, admin))["concertId"] for one in made]
        return json.loads(self.run_inside(FURNISH, json.dumps([list(users), list(concerts)])))

    def run_inside(self, code, *arguments):
        """Runs Python with the `office` of this host's database, and `arguments`; returns what it prints."""
        arguments = [sys.executable, "-c", INSIDE + code, self.db, str(self.hold_seconds), *arguments]
        return subprocess.run(
            arguments, env=environment(), stdout=subprocess.PIPE, check=True, timeout=PATIENCE, text=True
        ).stdout

    def enrich(self, user, token, amount, times):
        """Recharges so many times: in one transaction where each of its own would have to reach the disk."""
        if IS_PYTHON:
            return self.run_inside(ENRICH, user, str(amount), str(times))
        connection = self.connect()
        body = json.dumps({"userId": user, "amount": amount})
        for _ in range(times):
            connection.request("POST", "/api/payment/recharge", body, {"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            self.done(Answer(response.status, {}, response.read()))
        connection.close()

    def audit(self):
        """What does not hold."""
        if not IS_PYTHON:
            return self.done(self.send("GET", "/api/admin/audit", headers={"X-Admin-Key": ADMIN_KEY}))["violations"]
        return json.loads(self.run_inside(AUDIT))

    @staticmethod
    def done(answer):
        if answer.status != 200:
            raise AssertionError(f"{answer}")
        return answer.json()


INSIDE = """
import atexit, boxoffice, datetime, json, sys
office = boxoffice.open(sys.argv[1], hold_ttl=datetime.timedelta(0, int(sys.argv[2])))  # all hosts agree
atexit.register(office.close)
arguments = sys.argv[3:]
"""
FURNISH = """
users, concerts = json.loads(arguments[0])
room, made = office.find_room("main").id, []
office.batch(boxoffice.CreateUser(user) for user in users).check()
for on, title, seats in concerts:
    rows = [boxoffice.NewSeat(**seat) for seat in seats]
    made.append(boxoffice.id_text(office.create_concert(datetime.date.fromisoformat(on), title, room, rows)))
print(json.dumps(made))
"""
ENRICH = """
user, amount, times = office.find_user(arguments[0]), int(arguments[1]), int(arguments[2])
office.batch([boxoffice.Recharge(user, amount)] * times).check()
"""
AUDIT = "print(json.dumps([[one.rule, one.detail] for one in office.audit()]))"


def command(*arguments):
    """The host's command line."""
    if IS_PYTHON:
        return [sys.executable, "-W", "error", str(ROOT / "examples" / "python_host" / "host.py"), *arguments]
    return [BINARY, *arguments]


def environment():
    return {**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"}


def spell(flags):
    """hold_seconds=1 is --hold-seconds 1; demo=True is --demo; a list is the flag for each; None leaves the flag out."""
    out = []
    for name, value in flags.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                out += [f"--{name.replace('_', '-')}"] + ([] if one is True else [str(one)])
    return out
