"""The eight endpoints: what each reads of its request, asks of the office, and says."""

import datetime
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Tuple

import boxoffice
from errors import PARAMETER
from errors import TOKEN
from errors import Refusal
from errors import need

FIRST_YEAR = 1970
RECHARGE_MAX = 10**12
NO_SEAT = 0  # no seat has this id: to the engine it is an unknown one


@dataclass
class Request:
    """What a request says: the members of its body or query, and what two headers are for."""

    given: dict
    key: Optional[str]  # of Idempotency-Key
    bearer: str  # of Authorization, or empty

    def get(self, name, kinds=str, default=None):
        """A member, which must be of one of these types. (To Python true is a whole number; to JSON it is not.)"""
        value = self.given.get(name, default)
        need(isinstance(value, kinds) and not isinstance(value, bool), f"{name}: missing, or not of its type")
        return value


class Endpoints:
    """Answers requests. The methods below the line are named in ROUTES; each returns the content of a 200."""

    def __init__(self, office, time_zone, turn_attempts, turn_interval):
        self.office = office
        self.time_zone = time_zone
        self.turn_attempts = turn_attempts
        self.turn_interval = turn_interval

    def today(self):
        """The day at the venue."""
        return self.office.now().astimezone(self.time_zone).date()

    def caller(self, request, token, otherwise="invalid_token"):
        """The claims of a token, which must be that of the user who is named."""
        name = request.get("userId")
        claims = self.office.authenticate(token)
        user = None
        with suppress(boxoffice.UnknownUser):
            user = self.office.find_user(name)
        need(user == claims.user, "the token is not this user's", otherwise)
        return claims

    def in_turn(self, request, command, what):
        """Executes hold_seat or pay, waiting a little where it is not yet this user's turn.

        The engine looks at the key first and at the turn afterwards: so a request that is repeated has its answer without
        waiting, and only one that is too early waits.
        """
        token = request.get("token", default="")
        claims = self.caller(request, token)
        with suppress(boxoffice.NotYourTurn):
            return command(claims.user, claims.token, what, request.key)
        with suppress(boxoffice.Refused):
            self.office.await_turn(token, self.turn_attempts, self.turn_interval)
        return command(claims.user, claims.token, what, request.key)

    def concerts_asked_for(self, request):
        """Those on the `date`, or the one of them with the `concertId`."""
        text = request.get("date", default="")
        only = request.get("concertId", default="")
        day = None
        with suppress(ValueError):
            day = datetime.date.fromisoformat(text)
        is_day = day is not None and str(day) == text and day.year >= FIRST_YEAR
        need(is_day, "date: a day, written yyyy-mm-dd", "invalid_date")
        on_that_day = [concert for concert in self.office.concerts(day) if concert.date == day]
        return [concert for concert in on_that_day if "concertId" not in request.given or boxoffice.id_text(concert.id) == only]

    @staticmethod
    def the_one(concerts):
        need(concerts, "no such concert on that date", "unknown_concert")
        listed = [{"concertId": boxoffice.id_text(concert.id), "title": concert.title} for concert in concerts]
        need(len(concerts) == 1, "several concerts are on that date", "ambiguous_concert", concerts=listed)
        return concerts[0]

    # ---- the endpoints

    def issue_token(self, request):
        user = self.office.find_user(request.get("userId"))
        place = self.office.join(user, self.office.find_room().id)
        return {
            "token": self.office.token_text(place.claims),
            "expirationTime": place.identity_until,
            "position": place.position,
        }

    def peek(self, request):
        turn = self.office.peek(request.get("tokenId", default=""))
        wait = turn.estimated_wait
        return {
            "isTurn": turn.is_turn,
            "occurredTime": turn.occurred_at,
            "expirationTime": turn.deadline,
            "position": turn.position,
            "ahead": turn.ahead,
            "estimatedWaitSeconds": None if wait is None else wait.total_seconds(),
            "nextPollMs": turn.next_poll // datetime.timedelta(milliseconds=1),
        }

    def list_dates(self, request):
        del request
        return {"dates": [str(day) for day in self.office.dates(self.today())]}

    def list_seats(self, request):
        concert = self.the_one(self.concerts_asked_for(request)).id
        return {
            "date": request.get("date"),
            "availableSeats": [seat.number for seat in self.office.available_seats(concert)],
            "concertId": boxoffice.id_text(concert),
        }

    def reserve(self, request):
        """Holds a seat. That there is no such concert or seat, or that its day has passed, is told after what is wrong
        with token, key and turn: until then the seat is one that the engine does not know."""
        concerts = self.concerts_asked_for(request)
        number = str(request.get("seatNumber", (int, str)))
        seat = NO_SEAT
        with suppress(boxoffice.Error, Refusal):
            seat = self.office.find_seat(self.the_one(concerts).id, number).id
        is_past = seat != NO_SEAT and concerts[0].date < self.today()
        try:
            held = self.in_turn(request, self.office.hold_seat, NO_SEAT if is_past else seat)
        except boxoffice.IdempotencyConflict:
            # The key may have held this very seat while it was on sale; then its answer stays.
            held = self.in_turn(request, self.office.hold_seat, seat)
        except boxoffice.UnknownSeat:
            need(not is_past, "the concert is not on sale now", "not_on_sale")
            self.office.find_seat(self.the_one(concerts).id, number)  # says what it is that is missing
            raise
        return {
            "reservationId": boxoffice.id_text(held.reservation),
            "status": "Reserved",
            "expirationTime": held.deadline,
        }

    def recharge(self, request):
        amount = request.get("amount", int)
        need(1 <= amount <= RECHARGE_MAX, "amount: 1 to 10^12")
        user = self.caller(request, request.bearer).user
        recharged = self.office.recharge(user, amount, request.key)
        return {"userId": request.get("userId"), "newBalance": recharged.balance}

    def balance(self, request):
        need(request.get("userId"), "userId: empty")
        user = self.caller(request, request.bearer, "unknown_user").user
        return {"userId": request.get("userId"), "currentBalance": self.office.balance(user)}

    def pay(self, request):
        text = request.get("reservationId")
        reservation = 0
        with suppress(boxoffice.InvalidArgument):
            reservation = boxoffice.parse_id(text)
        paid = self.in_turn(request, self.office.pay, reservation)
        return {
            "paymentId": boxoffice.id_text(paid.payment),
            "reservationId": text,
            "status": "Confirmed",
            "amount": paid.amount,
            "newBalance": paid.balance,
            "paymentTime": paid.paid_at,
        }


@dataclass(frozen=True)
class Route:
    method: str  # the one that is served; empty for a path that is not
    endpoint: Optional[Callable]
    malformed: str  # what is said of a request that makes no sense
    answers: Dict[str, Tuple[int, str]] = field(default_factory=dict)  # codes that mean something else here


ROUTES = {
    "/api/token": Route("POST", Endpoints.issue_token, "잘못된 사용자 ID"),
    "/api/token/peek": Route("POST", Endpoints.peek, TOKEN),
    "/api/concert/date": Route("GET", Endpoints.list_dates, PARAMETER),
    "/api/concert/seat": Route("GET", Endpoints.list_seats, "잘못된 형식의 날짜입니다."),
    "/api/reservations": Route("POST", Endpoints.reserve, "잘못된 형식의 요청 파라미터입니다."),
    "/api/payment/recharge": Route("POST", Endpoints.recharge, PARAMETER),
    "/api/balance": Route("GET", Endpoints.balance, PARAMETER, {"unknown_user": (404, "찾을 수 없는 사용자입니다.")}),
    "/api/payment": Route("POST", Endpoints.pay, "잘못된 결제 요청입니다."),
}
NO_ROUTE = Route("", None, "잘못된 요청입니다.")
