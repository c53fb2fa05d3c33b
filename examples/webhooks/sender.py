"""One receiver: posts what is after its cursor, one message after the other, each until it was accepted."""

import http.client
import random
import ssl
import sys
import threading
import time
from contextlib import suppress
from typing import FrozenSet, NamedTuple, Optional, Sequence, Tuple
from urllib.parse import urlsplit

import boxoffice
import outbox
import signing

ANSWER_MAX = 64 * 1024  # what of an answer is read to keep its connection


class Receiver(NamedTuple):
    """Where to post. No `events`: all of them."""

    name: str
    url: str
    secrets: Sequence[str]
    events: FrozenSet[str] = frozenset()


class Pace(NamedTuple):
    """In seconds. Waiting doubles from `backoff` to `backoff_max`."""

    timeout: float = 10.0
    poll: float = 0.5
    backoff: float = 1.0
    backoff_max: float = 300.0

    def pause(self, failures: int) -> float:
        """Half of it by chance, so that what failed together does not come again together."""
        most = min(self.backoff_max, self.backoff * 2.0 ** min(failures - 1, 60))
        return most / 2 + random.uniform(0, most / 2)


class Sender(threading.Thread):
    """Threads share the office and nothing else: a receiver that is down delays only itself."""

    def __init__(
        self,
        office: boxoffice.Office,
        receiver: Receiver,
        file: outbox.CursorFile,
        cursor: outbox.Cursor,
        stop: threading.Event,
        pace: Pace,
    ) -> None:
        super().__init__(name=receiver.name, daemon=True)
        self.office = office
        self.receiver = receiver
        self.file = file
        self.cursor = cursor  # where it is
        self.kept = cursor  # and where it would begin again
        self.stop = stop
        self.pace = pace
        self.failure: Optional[BaseException] = None
        self.connection: Optional[http.client.HTTPConnection] = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                try:
                    self.send_all()
                except boxoffice.Busy as error:
                    self.say(f"the office is busy ({error}); tries again")
                self.stop.wait(self.pace.poll)
        except BaseException as error:  # nothing that goes on without a person: the process ends with it
            self.failure = error
        finally:
            if self.connection:
                self.connection.close()

    def send_all(self) -> None:
        for message in outbox.messages(self.office, self.cursor):
            if message.type == outbox.GAP:
                self.say(f"GAP: {message.body.decode()}: pruned before they were accepted")
            is_wanted = message.type == outbox.GAP or not self.receiver.events or message.type in self.receiver.events
            if is_wanted and not self.deliver(message):
                return
            self.cursor = message.cursor
            if is_wanted:
                self.keep()
        self.keep()

    def keep(self) -> None:
        if self.kept != self.cursor:
            self.file.write(self.cursor)
            self.kept = self.cursor

    def deliver(self, message: outbox.Message) -> bool:
        """Until it was accepted, since a later one must not come before it. False: told to stop."""
        failures = 0
        while not self.stop.is_set():
            problem, asked = self.post(message)
            if problem is None:
                if failures:
                    self.say(f"{message.id} was accepted after {failures} failed attempts")
                return True
            failures += 1
            pause = max(self.pace.pause(failures), min(asked, self.pace.backoff_max))
            self.say(f"{message.id}: {problem}; attempt {failures + 1} in {pause:.1f} s")
            self.stop.wait(pause)
        return False

    def post(self, message: outbox.Message) -> Tuple[Optional[str], float]:
        """What went wrong (None: accepted), and how long the receiver asks to be left alone. Only a 2xx accepts; a redirect
        is not followed: whoever moves tells the operator."""
        address = urlsplit(self.receiver.url)
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        headers = {
            **signing.sign(self.receiver.secrets, message.id, int(time.time()), message.body),
            "Content-Type": "application/json",
            "User-Agent": "boxoffice-webhooks",
        }
        was_open = self.connection is not None
        try:
            connection = self.connected()
            connection.request("POST", target, message.body, headers)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            if was_open and isinstance(error, ConnectionError):
                return self.post(message)  # closed by the receiver while there was nothing to say: no failure
            return f"{type(error).__name__}: {error}", 0.0
        with suppress(OSError, http.client.HTTPException):  # the status is what counts
            answer.read(ANSWER_MAX)
        if not answer.isclosed():
            self.hang_up()
        if 200 <= answer.status < 300:
            return None, 0.0
        asked = answer.getheader("Retry-After", "")
        return f"status {answer.status}", float(asked) if asked.isascii() and asked.isdigit() else 0.0

    def connected(self) -> http.client.HTTPConnection:
        if self.connection is None:
            address = urlsplit(self.receiver.url)
            host, timeout = address.hostname or "", self.pace.timeout
            port = address.port or (443 if address.scheme == "https" else 80)  # of an IPv6 address it would be guessed
            if address.scheme == "https":
                context = ssl.create_default_context()
                self.connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
            else:
                self.connection = http.client.HTTPConnection(host, port, timeout=timeout)
        return self.connection

    def hang_up(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def say(self, what: str) -> None:
        line = " ".join(what.split())  # some of it may be the receiver's
        print(f"{self.receiver.name}: {line}", file=sys.stderr, flush=True)
