"""The box office for asyncio.

    from boxoffice import aio

    async with aio.open("sale.db") as office:
        mina = await office.create_user("mina")
        await office.recharge(mina, 50_000, key="recharge-1")

Commands do not block the event loop and need no thread each: they are submitted, one thread of the
office's own decides, and as many share a commit as are under way. So thousands in flight
(:func:`asyncio.gather`) are the way to high rates. How many are is the caller's to limit. Queries
run on a few threads of the office's own.

**Cancelling** an await (also by :func:`asyncio.wait_for`) gives up the answer, not the command: it
may be done all the same. Name what must not be done twice with a ``key``, and ask again.

**Closing** waits for what is being decided; what was not yet is not done, and raises Closed. An
office may be used from several event loops, also one after the other.
"""

from __future__ import annotations

import asyncio
import datetime
import functools
import inspect
import re
import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Dict,
    Generator,
    Generic,
    Iterable,
    Iterator,
    Optional,
    Type,
    TypeVar,
)

from . import _convert as convert
from . import commands as _commands
from . import office as _office
from . import opening as _opening
from ._driving import ASKING_THREADS, Driving
from ._handle import PAGE, Handle
from .answers import Peeked
from .errors import Closed, Fault, InvalidArgument, NotYourTurn

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec

    _P = ParamSpec("_P")

_T = TypeVar("_T")

__all__ = ["Office", "Opening", "open"]

_INTERVAL_MAX = datetime.timedelta(minutes=1)


class Opening(Awaitable["Office"]):
    """An office that is being opened: ``await`` it, or use it in ``async with``, which closes."""

    def __init__(self, work: Callable[[], _office.Office]) -> None:
        self._work = work
        self._office: Optional[Office] = None

    def __await__(self) -> Generator[Any, None, Office]:
        return self._open().__await__()

    async def __aenter__(self) -> Office:
        self._office = await self
        return self._office

    async def __aexit__(self, *_: object) -> None:
        if self._office is not None:
            await self._office.close()

    async def _open(self) -> Office:
        asking = ThreadPoolExecutor(ASKING_THREADS, "boxoffice-ask")
        opened = asking.submit(self._work)
        try:
            office = await asyncio.wrap_future(opened)
        except BaseException:
            opened.add_done_callback(_close_opened)  # cancelled, say: nobody will have it
            asking.shutdown(wait=False)
            raise
        try:
            return Office(Driving(office, asking))
        except BaseException:  # no thread can be had
            office.close()
            asking.shutdown(wait=False)
            raise


def _close_opened(opened: Future[_office.Office]) -> None:
    if not opened.cancelled() and opened.exception() is None:
        opened.result().close()


def _as_opening(function: Callable[_P, _office.Office]) -> Callable[_P, Opening]:
    def opening(*arguments: _P.args, **options: _P.kwargs) -> Opening:
        return Opening(functools.partial(function, *arguments, **options))

    functools.update_wrapper(opening, function)
    opening.__module__ = __name__
    return opening


#: Opens an office, with the options and mistakes of :func:`boxoffice.open`:
#: ``async with aio.open(path) as office``, or ``office = await aio.open(path)``.
open = _as_opening(_opening.open)  # noqa: A001


class _Pages(Generic[_T]):
    """Reads on a thread of the office, page by page, as they are asked for."""

    def __init__(self, driving: Driving, rows: Iterator[_T]) -> None:
        self._driving = driving
        self._rows = rows
        self._page: Iterator[_T] = iter(())

    def __aiter__(self) -> AsyncIterator[_T]:
        return self

    async def __anext__(self) -> _T:
        for row in self._page:
            return row
        page = await self._driving.run(lambda: list(islice(self._rows, PAGE)))
        self._page = iter(page)
        for row in self._page:
            return row
        raise StopAsyncIteration


if TYPE_CHECKING:

    def _awaited(
        method: Callable[Concatenate[_office.Office, _P], _T]
    ) -> Callable[Concatenate[Office, _P], Coroutine[Any, Any, _T]]:
        ...

    def _paged(
        method: Callable[Concatenate[_office.Office, _P], Iterator[_T]]
    ) -> Callable[Concatenate[Office, _P], AsyncIterator[_T]]:
        ...


class Office:
    """An open box office; made by :func:`boxoffice.aio.open`.

    It has every method of :class:`boxoffice.Office`, with the same arguments, answers and errors,
    as a coroutine (``batch`` is :meth:`execute` here); and those that are iterators there are
    asynchronous ones. The commands are those of :mod:`boxoffice.commands`: their errors have the
    engine's sentence, without the details that a call of the synchronous office gives. Two of them,
    ``hold_seats`` and ``cancel``, whose answers are longer than an outcome, are asked as queries
    are, with all details; :meth:`execute` has them without their items. ``pay`` and
    ``capture_payment`` share commits, and answer without theirs (:meth:`get_order` has them). With
    a ``gateway``, ``pay`` keeps one of the office's few threads while the gateway is asked: ask one
    that is slow, or a coroutine itself, between ``begin_payment`` and ``capture_payment``.

    Exceptions of a ``clock`` or ``log`` go to the logger "boxoffice", since nobody waits for the
    thread that decides.

    Close it with ``async with`` or :meth:`close`. In a child of ``fork()`` every method raises
    Forked.
    """

    def __init__(self, driving: Driving) -> None:
        self._driving = driving
        self._sync = driving.office

    # ---- its life -------------------------------------------------------------------------------

    async def __aenter__(self) -> Office:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return repr(self._sync).replace("<boxoffice.Office", "<boxoffice.aio.Office")

    def __reduce__(self) -> Any:
        raise TypeError("an office cannot be pickled; open one in the other process")

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._driving.is_ending

    async def close(self) -> None:
        """Closes: waits for what is being decided or asked, ends the threads; those who still wait
        for a command or a turn get Closed. Goes on when it is cancelled. Again: waits for the
        same."""
        self._driving.end()
        if not self._driving.is_forked():
            await self._driving.ended()

    def __del__(self) -> None:
        # As Handle.__del__. May come on any thread, also the driving one: that is told to close.
        try:
            if not self._driving.is_ending:
                if not self._driving.is_forked():
                    warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self)
                self._driving.end()
        except Exception:  # noqa: S110
            pass

    # ---- commands -------------------------------------------------------------------------------

    async def execute(self, commands: Iterable[_commands.Command]) -> _commands.Outcomes:
        """Executes the commands in order, and returns an outcome for each, as
        :meth:`boxoffice.Office.batch` does."""
        listed = tuple(commands)
        outcomes = _commands.Outcomes(listed, await self._driving.ask(listed))
        errors = [error for _, error in outcomes.errors()]
        if errors and len(errors) == len(listed):
            if all(isinstance(error, (Fault, Closed)) for error in errors):
                raise errors[0]
        return outcomes

    async def _execute_one(self, command: Any) -> Any:
        try:
            outcomes = await self._driving.ask((command,))
        except InvalidArgument as error:
            error.args = (error.detail.replace("command 0: ", "", 1),)  # the only one
            raise
        return _commands.answer(command, outcomes)

    # ---- turns ----------------------------------------------------------------------------------

    async def await_turn(
        self, token: str, attempts_max: int, interval: Optional[datetime.timedelta] = None
    ) -> Peeked:
        """Peeks up to ``attempts_max`` times, ``interval`` (up to a minute) apart on the event
        loop's clock; None: each time as long as the peek says (``next_poll``). :meth:`close` ends
        it. Refusals: NotYourTurn when the attempts run out; those of peek. Mistakes: Closed."""
        attempts = convert.int32(attempts_max, "attempts_max")
        if interval is not None:
            convert.span(interval, "interval")
            if not datetime.timedelta() <= interval <= _INTERVAL_MAX:
                raise InvalidArgument("interval: 0 to a minute")
        if attempts < 1:
            raise InvalidArgument("attempts_max: 1 at least")
        while True:
            peeked = await self.peek(token)
            attempts -= 1
            if peeked.is_turn:
                return peeked
            if not attempts:
                raise _commands.error_for(NotYourTurn.code)
            await self._driving.sleep(peeked.next_poll if interval is None else interval)

    # ---- what comes of the synchronous office, for type checkers; _complete() does it -----------

    if TYPE_CHECKING:
        add_seats = _awaited(_office.Office.add_seats)
        arrive = _awaited(_office.Office.arrive)
        audit = _awaited(_office.Office.audit)
        authenticate = _awaited(_office.Office.authenticate)
        available_seats = _awaited(_office.Office.available_seats)
        backup = _awaited(_office.Office.backup)
        balance = _awaited(_office.Office.balance)
        begin_payment = _awaited(_office.Office.begin_payment)
        block_seat = _awaited(_office.Office.block_seat)
        call_off = _awaited(_office.Office.call_off)
        call_off_reason = _awaited(_office.Office.call_off_reason)
        cancel = _awaited(_office.Office.cancel)
        capture_payment = _awaited(_office.Office.capture_payment)
        cash_report = _awaited(_office.Office.cash_report)
        change_concert = _awaited(_office.Office.change_concert)
        change_room = _awaited(_office.Office.change_room)
        change_sale = _awaited(_office.Office.change_sale)
        commit_stats = _awaited(_office.Office.commit_stats)
        concerts = _awaited(_office.Office.concerts)
        count_seats = _awaited(_office.Office.count_seats)
        create_concert = _awaited(_office.Office.create_concert)
        create_room = _awaited(_office.Office.create_room)
        create_type = _awaited(_office.Office.create_type)
        create_user = _awaited(_office.Office.create_user)
        dates = _awaited(_office.Office.dates)
        delete_concert = _awaited(_office.Office.delete_concert)
        events = _paged(_office.Office.events)
        fail_payment = _awaited(_office.Office.fail_payment)
        find_concert = _awaited(_office.Office.find_concert)
        find_room = _awaited(_office.Office.find_room)
        find_seat = _awaited(_office.Office.find_seat)
        find_user = _awaited(_office.Office.find_user)
        get_concert = _awaited(_office.Office.get_concert)
        get_order = _awaited(_office.Office.get_order)
        get_payment = _awaited(_office.Office.get_payment)
        get_reservation = _awaited(_office.Office.get_reservation)
        get_sale = _awaited(_office.Office.get_sale)
        hold_seat = _awaited(_office.Office.hold_seat)
        hold_seats = _awaited(_office.Office.hold_seats)
        join = _awaited(_office.Office.join)
        leave = _awaited(_office.Office.leave)
        now = _awaited(_office.Office.now)
        pay = _awaited(_office.Office.pay)
        peek = _awaited(_office.Office.peek)
        recharge = _awaited(_office.Office.recharge)
        reconcile_payment = _awaited(_office.Office.reconcile_payment)
        reconcile_payments = _awaited(_office.Office.reconcile_payments)
        refund = _awaited(_office.Office.refund)
        release_hold = _awaited(_office.Office.release_hold)
        release_order = _awaited(_office.Office.release_order)
        reservations = _paged(_office.Office.reservations)
        sales_report = _awaited(_office.Office.sales_report)
        seats = _awaited(_office.Office.seats)
        seats_since = _awaited(_office.Office.seats_since)
        set_tariff = _awaited(_office.Office.set_tariff)
        stats = _awaited(_office.Office.stats)
        sweep_refunds = _awaited(_office.Office.sweep_refunds)
        tariff = _awaited(_office.Office.tariff)
        tick = _awaited(_office.Office.tick)
        token_text = _awaited(_office.Office.token_text)
        transfers = _paged(_office.Office.transfers)
        types = _awaited(_office.Office.types)
        unblock_seat = _awaited(_office.Office.unblock_seat)
        unreconciled_payments = _paged(_office.Office.unreconciled_payments)


#: Commands whose answer is more than an outcome says.
_ASKED = (_commands.HoldSeats, _commands.Cancel)


def _command(kind: Type[Any], method: Optional[Callable[..., Any]]) -> Callable[..., Any]:
    async def submit(self: Office, *arguments: Any, **named: Any) -> Any:
        is_asked = kind in _ASKED or (kind is _commands.Pay and self._driving.has_gateway())
        if is_asked and method is not None:
            return await self._driving.run(
                functools.partial(method, self._sync, *arguments, **named)
            )
        return await self._execute_one(kind(*arguments, **named))

    return submit


def _query(method: Callable[..., Any]) -> Callable[..., Any]:
    async def ask(self: Office, *arguments: Any, **named: Any) -> Any:
        return await self._driving.run(functools.partial(method, self._sync, *arguments, **named))

    return ask


def _list(method: Callable[..., Iterator[Any]]) -> Callable[..., Any]:
    def pages(self: Office, *arguments: Any, **named: Any) -> Any:
        self._driving.check()
        return _Pages(self._driving, method(self._sync, *arguments, **named))

    return pages


def _method_name(kind: Type[Any]) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _complete() -> None:
    """Gives the class a method for each command there is, and for each other one of the synchronous
    office."""
    methods = {
        name: one
        for name, one in inspect.getmembers(_office.Office, inspect.isfunction)
        if name not in vars(Handle)
    }
    made: Dict[str, Callable[..., Any]] = {}
    for kind in _commands.KINDS:
        name = _method_name(kind)
        made[name] = _command(kind, methods.get(name))
    for name, method in methods.items():
        if not name.startswith("_") and name != "batch" and name not in made:
            is_list = str(method.__annotations__["return"]).startswith("Iterator")
            made[name] = (_list if is_list else _query)(method)
    for name, one in made.items():
        if name not in vars(Office):
            if name in methods:
                functools.update_wrapper(one, methods[name])
            one.__module__ = __name__
            setattr(Office, name, one)


_complete()
