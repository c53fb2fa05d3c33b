"""Buyers over HTTP: they join the line, wait for their turn, hold a seat, recharge and pay, at any of several servers. What may
have been done and was not answered is asked again, with the same idempotency key, and every acknowledgement is noted."""

import dataclasses
import http.client
import json
import random
import threading
import time

from check import Hold, Payment, Recharge, id_of

PRICE = 100
ANSWER_SECONDS = 20  # a server answers sooner, whatever its database does
PATIENCE_SECONDS = 120  # that a buyer asks the same again before going home
PAUSE_SECONDS = 0.1


class GaveUp(Exception):
    """Nobody answered for so long, or it is over: what was asked last may have been done."""


@dataclasses.dataclass
class Notes:
    """What was acknowledged. For several threads: each only ever appends."""

    recharges: list = dataclasses.field(default_factory=list)
    holds: list = dataclasses.field(default_factory=list)
    payments: list = dataclasses.field(default_factory=list)
    answers: list = dataclasses.field(default_factory=list)  # (asked at, answered at, server) of each acknowledged command
    retries: list = dataclasses.field(default_factory=list)  # why something was asked again: a status, or an exception's name
    refusals: list = dataclasses.field(default_factory=list)  # the error's name

    def acknowledged(self):
        return len(self.recharges) + len(self.holds) + len(self.payments)


class Client:
    """One connection to each server, for one thread."""

    def __init__(self, ports, notes, ends, chance):
        self.ports, self.notes, self.ends, self.chance = ports, notes, ends, chance
        self.connections = {}

    def ask_one(self, server, method, path, body, headers):
        """One try: (status, JSON). Throws OSError, http.client.HTTPException, ValueError: lost on the way."""
        connection = self.connections.get(server)
        if connection is None:
            connection = self.connections[server] = http.client.HTTPConnection(
                "127.0.0.1", self.ports[server], timeout=ANSWER_SECONDS
            )
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except Exception:
            connection.close()
            self.connections.pop(server, None)
            raise

    def ask(self, method, path, body=None, key=None, token=None, headers=None, writes=True):
        """Asks until somebody answers: (status, JSON), of a status below 500. Throws GaveUp."""
        headers = dict(headers or {})
        if key:
            headers["Idempotency-Key"] = key
        if token:
            headers["Authorization"] = f"Bearer {token}"
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and not self.ends.is_set():
            server = self.chance.randrange(len(self.ports))
            asked_at = time.monotonic()
            try:
                status, said = self.ask_one(server, method, path, body, headers)
            except (OSError, http.client.HTTPException, ValueError) as problem:
                self.notes.retries.append(type(problem).__name__)
            else:
                if status < 500:
                    if writes and status == 200:
                        self.notes.answers.append((asked_at, time.monotonic(), server))
                    return status, said
                self.notes.retries.append(status)
            self.ends.wait(PAUSE_SECONDS)
        raise GaveUp

    def close(self):
        for connection in self.connections.values():
            connection.close()


class Hall:
    """Concerts, one after another as they sell out, all with the same number of seats. Thread-safe."""

    SEATS = 2000
    FRONT = 40  # buyers want one of the first so many that are left: they are in each other's way

    def __init__(self, admin_key):
        self.admin_key = admin_key
        self.lock = threading.Lock()
        self.number = 0
        self.date = None
        self.left = []

    def pick(self, client):
        """(date, number) of a seat that was not known to be sold just now."""
        with self.lock:
            if not self.left:
                self.open_next(client)
            return self.date, client.chance.choice(self.left[: self.FRONT])

    def gone(self, date, number):
        with self.lock:
            if date == self.date and number in self.left[: 2 * self.FRONT]:
                self.left.remove(number)

    def open_next(self, client):
        numbers = [str(number) for number in range(1, self.SEATS + 1)]
        while True:
            # Whether one was made whose answer was lost nobody has to know: the next has another date.
            self.number += 1
            date = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400 * (10 + self.number)))
            body = {"date": date, "title": f"concert {self.number}", "seats": [{"number": n, "price": PRICE} for n in numbers]}
            status, _ = client.ask("POST", "/api/admin/concerts", body, headers={"X-Admin-Key": self.admin_key})
            if status == 200:
                self.date, self.left = date, numbers
                return


class Buyer(threading.Thread):
    """Buys one seat after another until `ends` is set. A buyer who gave up comes back as somebody else: what became of the
    last request is not known."""

    serials = iter(range(1, 10**9))  # over all buyers; next() of it is atomic
    journeys = 0

    def __init__(self, index, ports, hall, notes, ends, seed):
        super().__init__(name=f"buyer {index}", daemon=True)
        self.index, self.hall, self.notes, self.ends = index, hall, notes, ends
        self.chance = random.Random(f"{seed} {index}")
        self.client = Client(ports, notes, ends, self.chance)
        self.user = None
        self.lives = 0
        self.problem = None  # what ended the thread before its time

    def run(self):
        try:
            while not self.ends.is_set():
                try:
                    if self.user is None:
                        self.enter()
                    self.buy()
                    self.journeys += 1
                except GaveUp:
                    self.user = None
        except Exception as problem:  # pylint: disable=broad-except  # told by whoever waits for the thread
            self.problem = problem
        self.client.close()

    def enter(self):
        self.lives += 1
        user = f"buyer-{self.index}-{self.lives}"
        status, said = self.client.ask(
            "POST", "/api/admin/users", {"userId": user}, headers={"X-Admin-Key": self.hall.admin_key}
        )
        if status != 200 and said.get("code") != "user_exists":
            raise RuntimeError(f"a user was refused: {status} {said}")
        self.user = user

    def refused(self, said):
        self.notes.refusals.append(said.get("code"))

    def key(self, what):
        return f"{what}-{self.user}-{next(Buyer.serials)}"

    def buy(self):
        status, said = self.client.ask("POST", "/api/token", {"userId": self.user})
        if status != 200:
            self.user = None  # who was lost with a primary, say, comes back as somebody else
            return self.refused(said)
        token = said["token"]
        hold = self.hold(token)
        if hold is None:
            return None
        amount = PRICE + next(Buyer.serials)
        status, said = self.client.ask(
            "POST", "/api/payment/recharge", {"userId": self.user, "amount": amount}, self.key("recharge"), token
        )
        if status != 200:
            return self.refused(said)
        self.notes.recharges.append(Recharge(self.user, amount))
        body = {"userId": self.user, "reservationId": hold[0], "token": token}
        status, said = self.client.ask("POST", "/api/payment", body, self.key("pay"), token)
        if status != 200:
            return self.refused(said)
        self.notes.payments.append(Payment(id_of(said["paymentId"]), hold[1], said["amount"]))
        return None

    def await_turn(self, token):
        while True:
            status, said = self.client.ask("POST", "/api/token/peek", {"tokenId": token}, writes=False)
            if status != 200:
                self.refused(said)
                return False
            if said["isTurn"]:
                return True
            if self.ends.wait(min(said["nextPollMs"], 500) / 1000):
                raise GaveUp

    def hold(self, token):
        """(the reservation's id as text, Hold), or None."""
        for _ in range(50):
            if not self.await_turn(token):
                return None
            date, number = self.hall.pick(self.client)
            body = {"userId": self.user, "date": date, "seatNumber": number, "token": token}
            status, said = self.client.ask("POST", "/api/reservations", body, self.key("hold"), token)
            if status == 200:
                self.hall.gone(date, number)
                hold = Hold(id_of(said["reservationId"]), self.user, date, number)
                self.notes.holds.append(hold)
                return said["reservationId"], hold
            self.refused(said)
            if said.get("code") == "seat_unavailable":
                self.hall.gone(date, number)
            elif said.get("code") == "hold_limit":
                # One of an earlier journey is live yet, which was refused halfway: somebody else goes on.
                self.user = None
                raise GaveUp
            elif said.get("code") != "not_your_turn":
                return None
        return None
