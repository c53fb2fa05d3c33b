"""What the tests share: a house with users and concerts, the words of the contract, and waiting for what must come."""

import datetime
import os
import subprocess
import tempfile
import time
import unittest

from server import ADMIN_KEY, CONTRACT, IS_PYTHON, PATIENCE, ROOT, Server, command, environment, read_answers

__all__ = ["CONTRACT", "IS_PYTHON", "PATIENCE", "ROOT", "Server", "command", "environment", "read_answers"]


def only_server(test=None, why="the Python host does not serve this"):
    """For what the Python host does not do: the seed's eight endpoints are all it has. Where it is not about what is
    served, @only_server(why="…") says what it is about."""
    mark = unittest.skipIf(IS_PYTHON, why)
    return mark(test) if test else mark


TOKEN = "잘못되었거나 이미 만료된 토큰입니다."
TURN, QUEUE_FULL = "아직 대기 순서가 아닙니다.", "대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요."
USER, NO_USER, DATE = "잘못된 사용자 ID", "찾을 수 없는 사용자입니다.", "잘못된 형식의 날짜입니다."
SEAT, HOLD, PARAMETER = "찾을 수 없는 좌석 번호입니다.", "잘못된 형식의 요청 파라미터입니다.", "잘못된 요청 파라미터 입니다."
TAKEN, HOLD_LIMIT = "이미 예약되었거나 선택할 수 없는 좌석입니다.", "동시에 예약할 수 있는 좌석 수를 초과했습니다."
NO_RESERVATION, FINISHED = "찾을 수 없는 예약입니다.", "이미 결제되었거나 만료된 예약입니다."
PAYMENT, MISMATCH, LATE = "잘못된 결제 요청입니다.", "예약 정보가 일치하지 않습니다.", "예약 시간이 만료되었습니다."
PAID, POOR, KEY = "이미 결제된 예약입니다.", "잔액이 부족합니다.", "이미 다른 요청에 사용된 멱등성 키입니다."
NO_PATH, METHOD, TOO_LARGE = "찾을 수 없는 경로입니다.", "허용되지 않은 메서드입니다.", "요청 본문이 너무 큽니다."
MEDIA, FOREIGN = "지원하지 않는 본문 형식입니다.", "다른 사이트에서 보낸 요청은 허용되지 않습니다."
MISDIRECTED, NOT_ON_SALE = "이 서버의 주소가 아닙니다.", "지금은 예매할 수 없는 콘서트입니다."
ORDER_LIMIT, PURCHASE_LIMIT = "한 번에 예매할 수 있는 좌석 수를 초과했습니다.", "한 사람이 예매할 수 있는 좌석 수를 초과했습니다."
PRICE, TYPE_RULE = "가격이 변경되었습니다. 다시 확인해 주세요.", "함께 예매할 수 없거나 판매하지 않는 권종입니다."
NO_TYPE, TYPE_EXISTS = "찾을 수 없는 권종입니다.", "이미 존재하는 권종입니다."
HAS_HISTORY = "예매 이력이 있어 삭제할 수 없는 콘서트입니다."
CANCEL_CLOSED, NOT_PAID = "취소할 수 없거나 취소 기한이 지난 예약입니다.", "결제되지 않은 예약입니다."
CALLED_OFF, STALE = "개최가 취소된 콘서트입니다.", "그 사이에 변경되었습니다. 다시 확인해 주세요."
NO_ROOM = "찾을 수 없는 대기열입니다."
NO_CONCERT, NO_ROOM_FOR = "찾을 수 없는 콘서트입니다.", "환불하면 잔액 한도를 초과합니다."
CROWDED = "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요."


def day(days):
    """The date so many days after today, as text. The servers of the tests have UTC's days."""
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days)).isoformat()


def parse_time(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)


def until(condition, what, patience=PATIENCE, interval=0.02):
    """Asks until the condition holds, and returns what it said."""
    deadline = time.monotonic() + patience
    while True:
        said = condition()
        if said:
            return said
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(interval)


def request(line, *headers, body=b""):
    """The bytes of a request, for what http.client would not send."""
    head = "\r\n".join([line, "Host: x", *headers, "", ""])
    return head.encode("latin-1") + body


def seats(*numbers, price=100, **more):
    return [{"number": str(number), "price": price, **more} for number in numbers]


def run(*arguments):
    """Runs the host with these flags, where it is to end by itself."""
    return subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        timeout=PATIENCE,
        text=True,
    )


class CommandLineTest(unittest.TestCase):
    """Tests of flags, with a directory for files."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="boxoffice-http-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def path(self, name):
        return os.path.join(self.directory, name)

    def assert_bad_start(self, *arguments, named=""):
        """One line that names what is wrong, and exit status 2."""
        said = run(*arguments)
        self.assertEqual((said.returncode, said.stdout), (2, ""), said)
        self.assertEqual(len(said.stderr.splitlines()), 1, said.stderr)
        self.assertIn(named, said.stderr)
        self.assertNotIn("Traceback", said.stderr)


class HttpTest(unittest.TestCase):
    """Tests of one server with one house: users u-1, u-2 … (new_user gives one nobody has used), and `concerts`.

    The server is the class's, or with `one_server_a_test` each test's own.
    """

    flags = {}
    concerts = ((1, "Winter", seats(*range(1, 61))),)
    user_count = 40
    one_server_a_test = False
    server = None

    @classmethod
    def setUpClass(cls):
        if not cls.one_server_a_test:
            cls.open_house(cls)
            cls.addClassCleanup(cls.server.close)

    def setUp(self):
        if self.one_server_a_test:
            self.open_house(self)
            self.addCleanup(self.server.close)

    @staticmethod
    def open_house(owner):
        owner.server = Server(**owner.flags)
        owner.users = iter([f"u-{number}" for number in range(1, owner.user_count + 1)])
        owner.seat_numbers = iter(range(1, 1000))
        users = [f"u-{number}" for number in range(1, owner.user_count + 1)]
        owner.concert_ids = owner.server.furnish(
            users, [(day(days), title, rows) for days, title, rows in owner.concerts]
        )

    def new_user(self):
        return next(self.users)

    def new_seat(self):
        """A seat of the first concert that no other test of the class has had."""
        return str(next(self.seat_numbers))

    # ---- requests

    def join(self, user):
        answer = self.server.post("/api/token", {"userId": user})
        self.assertEqual(answer.status, 200, answer)
        return answer["token"]

    def new_buyer(self, points=0):
        """A user in their turn, with points."""
        user = self.new_user()
        token = self.join(user)
        if points:
            self.assertEqual(self.recharge(user, token, points).status, 200)
        return user, token

    def peek(self, token):
        return self.server.post("/api/token/peek", {"tokenId": token})

    def leave(self, token):
        return self.server.send("DELETE", "/api/token", headers=bearer(token))

    def hold(self, user, token, seat, on=None, key=None, **more):
        body = {"userId": user, "date": on or day(1), "seatNumber": seat, "token": token, **more}
        return self.server.post("/api/reservations", body, keyed(key))

    def held(self, user, token, seat):
        answer = self.hold(user, token, seat)
        self.assertEqual(answer.status, 200, answer)
        return answer["reservationId"]

    def recharge(self, user, token, amount, key=None):
        body = {"userId": user, "amount": amount}
        return self.server.post("/api/payment/recharge", body, {**bearer(token), **keyed(key)})

    def balance(self, user, token):
        return self.server.get("/api/balance", bearer(token), userId=user)

    def pay(self, user, token, reservation, key=None):
        body = {"userId": user, "reservationId": reservation, "token": token}
        return self.server.post("/api/payment", body, keyed(key))

    def hold_all(self, user, token, numbers, on=None, key=None, **more):
        body = {"userId": user, "date": on or day(1), "seatNumbers": numbers, "token": token, **more}
        return self.server.post("/api/reservations", body, keyed(key))

    def held_all(self, user, token, numbers, **more):
        answer = self.hold_all(user, token, numbers, **more)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def cancel(self, user, token, *reservations, key=None):
        body = {"userId": user, "reservationIds": list(reservations)}
        return self.server.post("/api/cancellations", body, {**bearer(token), **keyed(key)})

    # ---- the house

    def house(self, method, path, body=None, key=None, **headers):
        return self.server.send(
            method, f"/api/admin/{path}", body, {"X-Admin-Key": ADMIN_KEY, **keyed(key), **headers}
        )

    def of_concert(self, method, rest="", body=None, concert=0, **headers):
        return self.house(method, f"concerts/{self.concert_ids[concert]}{rest}", body, **headers)

    def set_terms(self, concert=0, **terms):
        version = self.of_concert("GET", concert=concert)["sale"]["version"]
        answer = self.of_concert("PUT", "/sale", {"version": version, **terms}, concert)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def new_type(self, name, concert=0, **more):
        answer = self.of_concert("POST", "/types", {"name": name, **more}, concert)
        self.assertEqual(answer.status, 200, answer)
        return answer["type"]

    def set_prices(self, *rows, concert=0):
        """Rows as (category, type, price)."""
        version = self.of_concert("GET", concert=concert)["sale"]["version"]
        rows = [dict(zip(("category", "type", "price"), row)) for row in rows]
        answer = self.of_concert("PUT", "/tariff", {"version": version, "rows": rows}, concert)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    @staticmethod
    def in_seconds(seconds):
        """The time so many seconds from now, as the contract writes it."""
        then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def available(self, on=None, **query):
        answer = self.server.get("/api/concert/seat", date=on or day(1), **query)
        self.assertEqual(answer.status, 200, answer)
        return answer["availableSeats"]

    # ---- assertions

    def assert_refused(self, answer, status, code, error):
        """Exactly this status, code and Korean text, an English message, and the headers that belong to it."""
        self.assertEqual((answer.status, answer["code"], answer["error"]), (status, code, error), answer)
        self.assertRegex(answer["message"], "[a-z]")
        if status in (429, 503):
            self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        else:
            self.assertNotIn("retry-after", answer.headers)
        if status == 401:
            self.assertEqual(answer.headers["www-authenticate"], "Bearer")

    def assert_balance(self, user, token, points):
        answer = self.balance(user, token)
        self.assertEqual((answer.status, answer.json()), (200, {"userId": user, "currentBalance": points}))


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def keyed(key):
    return {} if key is None else {"Idempotency-Key": key}
