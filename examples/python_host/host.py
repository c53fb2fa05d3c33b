"""The box office behind Python's own HTTP server: the seed's eight endpoints. See README.md."""

import argparse, json, re, signal, sys, threading
from contextlib import suppress
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import boxoffice as bo

BODY_MAX, REQUESTS_MAX, JSON = 64 * 1024, 1024, "application/json; charset=utf-8"
FLAGS = dict(db=":memory:", host="127.0.0.1", port=8080, capacity=200, queue_capacity=10**6, hold_seconds=300,
             arrive_seconds=60, active_seconds=300, turn_attempts=3, turn_interval_ms=50, time_zone="this machine's")
TOKEN, PARAMETER = "잘못되었거나 이미 만료된 토큰입니다.", "잘못된 요청 파라미터 입니다."
ROUTES = {  # the method, and what is said of a malformed request
    "/api/token": ("POST", "잘못된 사용자 ID"), "/api/token/peek": ("POST", TOKEN),
    "/api/concert/date": ("GET", PARAMETER), "/api/concert/seat": ("GET", "잘못된 형식의 날짜입니다."),
    "/api/reservations": ("POST", "잘못된 형식의 요청 파라미터입니다."), "/api/balance": ("GET", PARAMETER),
    "/api/payment/recharge": ("POST", PARAMETER), "/api/payment": ("POST", "잘못된 결제 요청입니다.")}
ANSWERS = {code: (status, text) for status, text, codes in (  # what is said of everything else
    (404, "찾을 수 없는 좌석 번호입니다.", "unknown_concert unknown_seat"), (413, "요청 본문이 너무 큽니다.", "payload_too_large"),
    (500, "서버 오류가 발생했습니다.", "storage internal out_of_memory"), (405, "허용되지 않은 메서드입니다.", "method_not_allowed"),
    (422, "이미 다른 요청에 사용된 멱등성 키입니다.", "idempotency_conflict"), (400, "잔액이 부족합니다.", "insufficient_points"),
    (503, "서버가 혼잡합니다. 잠시 후 다시 시도해 주세요.", "busy clock_jump"), (429, "아직 대기 순서가 아닙니다.", "not_your_turn"),
    (400, "예약 시간이 만료되었습니다.", "hold_expired hold_released"), (409, "동시에 예약할 수 있는 좌석 수를 초과했습니다.", "hold_limit"),
    (400, "이미 결제된 예약입니다.", "already_paid payment_pending"), (404, "찾을 수 없는 경로입니다.", "not_found"),
    (400, "예약 정보가 일치하지 않습니다.", "reservation_mismatch"), (404, "찾을 수 없는 사용자입니다.", "/api/balance:unknown_user"),
    (401, TOKEN, "invalid_token token_expired token_completed token_left"),
    (409, "이미 예약되었거나 선택할 수 없는 좌석입니다.", "seat_unavailable"), (409, "지금은 예매할 수 없는 콘서트입니다.", "not_on_sale"),
    (429, "대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요.", "queue_full")) for code in codes.split()}
HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "1"}, 503: {"Retry-After": "1"}}


def need(condition, message, code="invalid_argument", **more):
    if not condition:
        error = bo.Error(message)
        error.name, error.more = code, more
        raise error


def today():  # at the venue
    return office.now().astimezone(zone).date()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # a request that names none is answered with a status, too
    disable_nagle_algorithm = True
    timeout = 10

    def __getattr__(self, name):  # do_POST, do_PUT and whatever comes
        return self.do_GET if name.startswith("do_") else super().__getattribute__(name)

    def do_GET(self):
        length = ",".join(self.headers.get_all("Content-Length", ["0"]))
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,20}", length):
            return self.send_error(400)
        body = self.rfile.read(int(length)) if int(length) <= BODY_MAX else b""
        path, _, query = self.requestline.split()[1].partition("?")
        method, malformed = ROUTES.get(path, ("", "잘못된 요청입니다."))
        with slots:
            try:
                need(int(length) <= BODY_MAX, f"at most {BODY_MAX} bytes", "payload_too_large")
                need(len(body) == int(length), "the body is cut off")
                need(method == self.command, "not served", "method_not_allowed" if method else "not_found")
                self.read(query, body)
                self.send(200, getattr(self, path[5:].replace("/", "_"))(), {"Cache-Control": "no-store"})
            except (bo.Error, ValueError, TypeError, RecursionError) as error:
                code, said = getattr(error, "name", "invalid_argument"), getattr(error, "detail", str(error))
                code = code.replace("place_", "token_")  # the contract's word
                status, text = ANSWERS.get(code) or ANSWERS.get(f"{path}:{code}", (400, malformed))
                content = {"error": text, "code": code, "message": said, **getattr(error, "more", {})}
                self.send(status, content, {"Allow": method} if status == 405 else HEADERS.get(status, {}))

    def read(self, query, body):
        pairs = parse_qsl(re.sub("%(?![0-9a-fA-F]{2})", "%ff", query), True, errors="strict")
        self.given = {**json.loads(body.decode())} if self.command == "POST" else dict(reversed(pairs))
        json.dumps(self.given, ensure_ascii=False).encode()  # a lone surrogate is no text
        key = re.sub('^"(.*)"$', r"\1", self.headers.get("Idempotency-Key", "none"))
        need(re.fullmatch("[!-~]{1,255}", key), "Idempotency-Key: 1 to 255 visible ASCII characters")
        self.key = key if "Idempotency-Key" in self.headers else None
        self.bearer = "".join(re.findall(r"^(?i:bearer) +(\S+)$", self.headers.get("Authorization", "")))

    def send(self, status, content, headers):
        body = json.dumps(content, ensure_ascii=False, default=lambda t: f"{t:%FT%T.%f}"[:-3] + "Z").encode()
        if "availableSeats" in content:
            headers, known = {"ETag": f'"{hash(body):x}"'}, self.headers.get("If-None-Match", "")
            status = 304 if headers["ETag"] in known or known == "*" else 200
        self.send_response(status)
        self.send_header("Connection", "close" if self.close_connection or status == 413 else "keep-alive")
        for name, value in {"Content-Type": JSON, "Content-Length": len(body), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if status == 304 or self.command == "HEAD" else body)

    def get(self, name, kinds=str, default=None):
        value = self.given.get(name, default)
        need(isinstance(value, kinds) and not isinstance(value, bool), f"{name}: not of its type")
        return value

    def caller(self, token, otherwise="invalid_token"):
        name, claims, user = self.get("userId"), office.authenticate(token), None
        with suppress(bo.UnknownUser):
            user = office.find_user(name)
        need(user == claims.user, "the token is not this user's", otherwise)
        return claims

    def in_turn(self, command, what):  # the engine looks at the key first, and then at the turn
        token = self.get("token", default="")
        claims = self.caller(token)
        with suppress(bo.NotYourTurn):
            return command(claims.user, claims.token, what, self.key)
        with suppress(bo.Refused):
            office.await_turn(token, flags.turn_attempts, timedelta(milliseconds=flags.turn_interval_ms))
        return command(claims.user, claims.token, what, self.key)

    def concerts(self):
        text, day, only = self.get("date", default=""), date.min, self.get("concertId", default="*")
        with suppress(ValueError):
            day = date.fromisoformat(text)
        need(str(day) == text and day.year >= 1970, "a day, written yyyy-mm-dd", "invalid_date")
        return [one for one in office.concerts(day) if one.date == day and only in ("*", bo.id_text(one.id))]

    def the_one(self, concerts):
        need(concerts, "no such concert on that date", "unknown_concert")
        several = [{"concertId": bo.id_text(one.id), "title": one.title} for one in concerts]
        need(len(concerts) == 1, "several concerts are on that date", "ambiguous_concert", concerts=several)
        return concerts[0].id

    def token(self):
        place = office.join(office.find_user(self.get("userId")), office.find_room().id)
        text = office.token_text(place.claims)
        return {"token": text, "expirationTime": place.identity_until, "position": place.position}

    def token_peek(self):
        turn = office.peek(self.get("tokenId", default=""))
        wait = None if turn.estimated_wait is None else turn.estimated_wait.total_seconds()
        return {"isTurn": turn.is_turn, "occurredTime": turn.occurred_at, "expirationTime": turn.deadline,
                "position": turn.position, "ahead": turn.ahead, "estimatedWaitSeconds": wait,
                "nextPollMs": turn.next_poll // timedelta(milliseconds=1)}

    def concert_date(self):
        return {"dates": [str(day) for day in office.dates(today())]}

    def concert_seat(self):
        concert = self.the_one(self.concerts())
        free = [seat.number for seat in office.available_seats(concert)]
        return {"date": self.get("date"), "availableSeats": free, "concertId": bo.id_text(concert)}

    def reservations(self):
        concerts, number, seat = self.concerts(), str(self.get("seatNumber", (int, str))), 0
        with suppress(bo.Error):  # what is missing is told after token, key and turn: seat 0 is unknown, too
            seat = office.find_seat(self.the_one(concerts), number).id
        past = seat and concerts[0].date < today()  # refused where a missing seat is, but a key's answer stays
        try:
            held = self.in_turn(office.hold_seat, 0 if past else seat)
        except bo.IdempotencyConflict:
            held = self.in_turn(office.hold_seat, seat)
        except bo.UnknownSeat:
            need(not past, "the concert is not on sale now", "not_on_sale")
            office.find_seat(self.the_one(concerts), number)
            raise
        return {"reservationId": bo.id_text(held.reservation), "status": "Reserved",
                "expirationTime": held.deadline}

    def payment_recharge(self):
        amount = self.get("amount", int)
        need(1 <= amount <= 10**12, "amount: 1 to 10^12")
        recharged = office.recharge(self.caller(self.bearer).user, amount, self.key)
        return {"userId": self.get("userId"), "newBalance": recharged.balance}

    def balance(self):
        need(self.get("userId"), "userId: empty")
        user = self.caller(self.bearer, "unknown_user").user
        return {"userId": self.get("userId"), "currentBalance": office.balance(user)}

    def payment(self):
        text, reservation = self.get("reservationId"), 0
        with suppress(bo.InvalidArgument):
            reservation = bo.parse_id(text)
        paid = self.in_turn(office.pay, reservation)
        return {"paymentId": bo.id_text(paid.payment), "reservationId": text, "status": "Confirmed",
                "amount": paid.amount, "newBalance": paid.balance, "paymentTime": paid.paid_at}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS, allow_abbrev=False)
    parser.add_argument("--demo", action="store_true", help="fill an empty database with users and concerts")
    for name, value in FLAGS.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value, help=f"({value})")
    flags = parser.parse_args()
    try:
        zone = None if flags.time_zone == FLAGS["time_zone"] else ZoneInfo(flags.time_zone)
    except (ValueError, LookupError, OSError):
        parser.error(f"argument --time-zone: expected a zone such as Asia/Seoul, found {flags.time_zone!r}")
    slots = threading.Semaphore(REQUESTS_MAX)
    office = bo.open(flags.db, active_capacity=flags.capacity, queue_capacity=flags.queue_capacity,
                     hold_ttl=timedelta(0, flags.hold_seconds), arrive_ttl=timedelta(0, flags.arrive_seconds),
                     active_ttl=timedelta(0, flags.active_seconds))
    if flags.demo and not (office.stats().users or office.concerts(date(1970, 1, 1))):
        office.batch(bo.CreateUser(f"user-{number}") for number in range(1, 101)).check()
        seats = [bo.NewSeat(str(number), price=100) for number in range(1, 51)]
        for days in (1, 2, 3):
            office.create_concert(today() + timedelta(days), "Demo", office.find_room().id, seats)
    ThreadingHTTPServer.request_queue_size = REQUESTS_MAX
    with office, ThreadingHTTPServer((flags.host, flags.port), Handler) as server:
        server.handle_error = lambda *_: print(repr(sys.exc_info()[1]), file=sys.stderr)
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"listening on http://{flags.host}:{server.server_port}", flush=True)
        server.serve_forever(poll_interval=0.05)
        for _ in range(REQUESTS_MAX):  # with all slots taken, every answer is sent and no other begins
            slots.acquire()
