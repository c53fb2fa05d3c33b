"""The box office in a Flask application: blocking calls on the threads of the server.

    export BOXOFFICE_LIBRARY=… PYTHONPATH=bindings/python/src BOXOFFICE_DB=sale.db
    python3 -m gunicorn --config examples/flask_host/gunicorn.conf.py app:app

or, to try it, `python3 examples/flask_host/app.py`: the threaded server of Flask, which is not for production.
"""

import atexit
import os
import threading
from itertools import islice
from typing import Any, Callable, Dict, Optional, Tuple, TypeVar

from flask import Flask, Response, jsonify, request

import boxoffice
from boxoffice import ConcertId, ReservationId, SeatId
from errors import answer_to

POINTS_MAX = 10**12
RESERVATIONS_MAX = 100
TICK_SECONDS = 10.0

app = Flask("boxoffice")
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024

T = TypeVar("T")


class House:
    """The one office of this process, opened when it is first needed.

    Not when this file is imported: a server that forks its workers may have imported it before (gunicorn --preload), and an
    office, or its file, that was open at a fork cannot be used in the child: Forked.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.office: Optional[boxoffice.Office] = None
        self.stop = threading.Event()

    def open(self) -> boxoffice.Office:
        with self.lock:
            if self.office is None:
                self.office = boxoffice.open(os.environ.get("BOXOFFICE_DB", "sale.db"))
                self.stop.clear()
                threading.Thread(target=self.tick, args=(self.office,), daemon=True).start()
            return self.office

    def close(self) -> None:
        """Waits for the calls inside."""
        with self.lock:
            self.stop.set()
            if self.office is not None:
                self.office.close()
                self.office = None

    def tick(self, office: boxoffice.Office) -> None:
        """Housekeeping. Without it nothing is wrong, only untidy."""
        pause = TICK_SECONDS
        while not self.stop.wait(pause):
            try:
                pause = 0.0 if office.tick().more else TICK_SECONDS
            except boxoffice.Fault as error:
                pause = TICK_SECONDS
                app.logger.error("tick: %s", error)
            except boxoffice.Mistake:  # it was closed
                return


house = House()
atexit.register(house.close)


# ---- what requests have in common ----------------------------------------------------------------


def caller() -> boxoffice.Claims:
    """Whose token this is. The acting user of every command comes from here, never from the body."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise boxoffice.InvalidToken("Authorization: Bearer and the token of your place")
    return house.open().authenticate(token.strip())


def key() -> str:
    """Demanded of what moves points or seats: who heard no answer sends the same request again, and it has one effect."""
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        raise boxoffice.InvalidArgument("Idempotency-Key: missing")
    return given


def member(name: str, kind: Callable[..., T]) -> T:
    """A member of the body, of just this type: to Python true is an int."""
    given = request.get_json(silent=True)
    value = given.get(name) if isinstance(given, dict) else None
    if type(value) is not kind:
        raise boxoffice.InvalidArgument(f"{name}: missing, or not of its type")
    return value  # type: ignore[return-value]


@app.errorhandler(boxoffice.Error)
def refuse(error: boxoffice.Error) -> Tuple[Response, int, Dict[str, str]]:
    status, content, headers = answer_to(error)
    if status >= 500:
        app.logger.error("%s %s: %s", request.method, request.path, error)
    return jsonify(content), status, headers


def time_text(time: Any) -> Optional[str]:
    return None if time is None else time.isoformat()


# ---- the story -----------------------------------------------------------------------------------


@app.post("/join")
def join() -> Any:
    """A place in line. This is where your login belongs: whoever is let in here is that user."""
    office = house.open()
    place = office.join(office.find_user(member("user", str)), office.find_room("main").id)
    return {
        "token": office.token_text(place.claims),  # ids are their text: 64 bits do not survive JavaScript's JSON
        "position": place.position,
        "state": place.state.name.lower(),
        "identity_until": time_text(place.identity_until),
    }


@app.get("/turn")
def peek() -> Any:
    """Is it my turn? Whoever waits asks again after `next_poll_seconds`. (await_turn would hold a thread for each who waits.)"""
    turn = house.open().peek(request.headers.get("Authorization", "").partition(" ")[2].strip())
    return {
        "is_turn": turn.is_turn,
        "position": turn.position,
        "ahead": turn.ahead,
        "next_poll_seconds": turn.next_poll.total_seconds(),
        "deadline": time_text(turn.deadline),
    }


@app.get("/concerts")
def concerts() -> Any:
    office = house.open()
    listed = office.concerts(office.now().date())
    return jsonify([{"id": boxoffice.id_text(one.id), "date": str(one.date), "title": one.title} for one in listed])


@app.get("/concerts/<concert>/seats")
def seats(concert: str) -> Any:
    """All of them, or with `since` (the version of an answer before) what has changed."""
    changes = house.open().seats_since(ConcertId(boxoffice.parse_id(concert)), request.args.get("since", ""))
    return {
        "version": changes.version,
        "is_whole": changes.is_whole,
        "seats": [
            {"id": boxoffice.id_text(one.id), "label": one.label, "price": one.price, "state": one.state.name.lower()}
            for one in changes.seats
        ],
    }


@app.post("/holds")
def hold() -> Any:
    """The seat is the caller's until the deadline. Before their turn: 429."""
    me = caller()
    held = house.open().hold_seat(me.user, me.token, SeatId(boxoffice.parse_id(member("seat", str))), key())
    return {
        "reservation": boxoffice.id_text(held.reservation),
        "price": held.price,
        "deadline": time_text(held.deadline),
    }


@app.post("/recharges")
def recharge() -> Any:
    """Buys points. This is where your payment provider belongs, with its id of the payment as the key."""
    me, amount = caller(), member("amount", int)
    if not 1 <= amount <= POINTS_MAX:
        raise boxoffice.InvalidArgument("amount: 1 to 10^12")
    return {"balance": house.open().recharge(me.user, amount, key()).balance}


@app.post("/payments")
def pay() -> Any:
    me = caller()
    reservation = ReservationId(boxoffice.parse_id(member("reservation", str)))
    paid = house.open().pay(me.user, me.token, reservation, key())
    return {"payment": boxoffice.id_text(paid.payment), "amount": paid.amount, "balance": paid.balance}


@app.get("/reservations")
def reservations() -> Any:
    """The caller's own, newest first; `before` is the last one's id, for those that follow."""
    before = request.args.get("before")
    older = None if before is None else ReservationId(boxoffice.parse_id(before))
    found = islice(house.open().reservations(caller().user, older), RESERVATIONS_MAX)
    return jsonify(
        [
            {
                "id": boxoffice.id_text(one.id),
                "date": str(one.date),
                "seat": one.seat_label,
                "price": one.price,
                "state": one.state.name.lower(),
                "deadline": time_text(one.deadline),
            }
            for one in found
        ]
    )


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "8000")), threaded=True)
