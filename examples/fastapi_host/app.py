"""The box office in a FastAPI application.

    export BOXOFFICE_LIBRARY=… PYTHONPATH=bindings/python/src BOXOFFICE_DB=sale.db
    python3 -m uvicorn --app-dir examples/fastapi_host app:app --limit-concurrency 2000

No request holds a thread: its commands are submitted to the office, and those that are under way together share a commit.
"""

import asyncio
import logging
import os
from contextlib import asynccontextmanager, suppress
from typing import Any, AsyncIterator, List, Optional

from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

import boxoffice
import models
from boxoffice import ConcertId, ReservationId, SeatId, aio
from errors import answer_to

TICK_SECONDS = 10.0
RESERVATIONS_MAX = 100
log = logging.getLogger("uvicorn.error")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One office for the whole life of the process. It is opened here, and not when this file is imported: a server that
    forks its workers imports first, and what was open at a fork cannot be used after it."""
    async with aio.open(os.environ.get("BOXOFFICE_DB", "sale.db")) as office:
        app.state.office = office
        ticking = asyncio.create_task(tick(office))
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking


async def tick(office: aio.Office) -> None:
    """Housekeeping. Without it nothing is wrong, only untidy."""
    while True:
        try:
            ticked = await office.tick()
            await asyncio.sleep(0.0 if ticked.more else TICK_SECONDS)
        except boxoffice.Fault as error:
            log.error("tick: %s", error)
            await asyncio.sleep(TICK_SECONDS)


app = FastAPI(title="boxoffice")
# FastAPI(lifespan=lifespan) from 0.93 on; Debian 12 has 0.92, and there its router takes it.
app.router.lifespan_context = lifespan


# ---- what requests have in common ----------------------------------------------------------------


async def office_of(request: Request) -> aio.Office:
    """(FastAPI would give a dependency that is not `async` a thread of its pool, on every request.)"""
    office: aio.Office = request.app.state.office
    return office


async def caller_of(request: Request, authorization: str = Header("")) -> boxoffice.Claims:
    """Whose token this is. The acting user of every command comes from here, never from the body."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise boxoffice.InvalidToken("Authorization: Bearer and the token of your place")
    return await (await office_of(request)).authenticate(token.strip())


Office = Depends(office_of)
Caller = Depends(caller_of)
# Demanded of what moves points or seats: a client that heard no answer sends the same request again, and it has one effect.
Key = Header(alias="Idempotency-Key", min_length=1, max_length=255)


@app.exception_handler(boxoffice.Error)
async def refuse(request: Request, error: boxoffice.Error) -> JSONResponse:
    status, content, headers = answer_to(error)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    return JSONResponse(content, status, headers)


@app.exception_handler(RequestValidationError)
async def refuse_malformed(request: Request, error: RequestValidationError) -> JSONResponse:
    """400, where FastAPI has 422: that is for a key that was used for another request."""
    where = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
    return JSONResponse({"code": "invalid_argument", "message": where}, 400)


# ---- the story -----------------------------------------------------------------------------------


@app.post("/join", response_model=models.Place)
async def join(given: models.Entering, office: aio.Office = Office) -> Any:
    """A place in line. This is where your login belongs: whoever is let in here is that user."""
    user = await office.find_user(given.user)
    place = await office.join(user, (await office.find_room("main")).id)
    return models.Place(
        token=await office.token_text(place.claims),
        position=place.position,
        state=place.state.name.lower(),
        identity_until=place.identity_until,
    )


@app.get("/turn", response_model=models.Turn)
async def peek(office: aio.Office = Office, authorization: str = Header("")) -> Any:
    """Is it my turn? Whoever waits asks again after `next_poll_seconds`; asking costs the office next to nothing."""
    turn = await office.peek(authorization.partition(" ")[2].strip())
    return models.Turn(
        is_turn=turn.is_turn,
        position=turn.position,
        ahead=turn.ahead,
        estimated_wait_seconds=None if turn.estimated_wait is None else turn.estimated_wait.total_seconds(),
        next_poll_seconds=turn.next_poll.total_seconds(),
        deadline=turn.deadline,
    )


@app.get("/concerts", response_model=List[models.Concert])
async def concerts(office: aio.Office = Office) -> Any:
    today = (await office.now()).date()
    return [
        models.Concert(id=boxoffice.id_text(one.id), date=one.date, title=one.title) for one in await office.concerts(today)
    ]


@app.get("/concerts/{concert}/seats", response_model=models.Seats)
async def seats(concert: str, since: str = "", office: aio.Office = Office) -> Any:
    """All of them, or with `since` (the version of an answer before) what has changed."""
    changes = await office.seats_since(ConcertId(boxoffice.parse_id(concert)), since)
    return models.Seats(
        version=changes.version, is_whole=changes.is_whole, seats=[models.seat(one) for one in changes.seats]
    )


@app.post("/holds", response_model=models.Held)
async def hold(
    given: models.Holding, key: str = Key, office: aio.Office = Office, caller: boxoffice.Claims = Caller
) -> Any:
    """The seat is the caller's until the deadline. Before their turn: 429."""
    seat = SeatId(boxoffice.parse_id(given.seat))
    held = await office.hold_seat(caller.user, caller.token, seat, key)
    return models.Held(
        reservation=boxoffice.id_text(held.reservation),
        seat=boxoffice.id_text(held.seat),
        price=held.price,
        deadline=held.deadline,
    )


@app.post("/recharges", response_model=models.Recharged)
async def recharge(
    given: models.Recharging, key: str = Key, office: aio.Office = Office, caller: boxoffice.Claims = Caller
) -> Any:
    """Buys points. This is where your payment provider belongs, with its id of the payment as the key."""
    recharged = await office.recharge(caller.user, given.amount, key)
    return models.Recharged(balance=recharged.balance)


@app.post("/payments", response_model=models.Paid)
async def pay(
    given: models.Paying, key: str = Key, office: aio.Office = Office, caller: boxoffice.Claims = Caller
) -> Any:
    reservation = ReservationId(boxoffice.parse_id(given.reservation))
    paid = await office.pay(caller.user, caller.token, reservation, key)
    return models.Paid(
        payment=boxoffice.id_text(paid.payment),
        reservation=boxoffice.id_text(paid.reservation),
        amount=paid.amount,
        balance=paid.balance,
    )


@app.get("/reservations", response_model=List[models.Reservation])
async def reservations(
    before: Optional[str] = None, office: aio.Office = Office, caller: boxoffice.Claims = Caller
) -> Any:
    """The caller's own, newest first; `before` is the last one's id, for those that follow."""
    older = None if before is None else ReservationId(boxoffice.parse_id(before))
    found: List[models.Reservation] = []
    async for one in office.reservations(caller.user, older):
        found.append(models.reservation(one))
        if len(found) == RESERVATIONS_MAX:
            break
    return found
