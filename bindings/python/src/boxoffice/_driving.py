"""One thread that decides, for commands that event loops submit: the ground of boxoffice.aio.

Commands of one turn of a loop go to C together, and come back together, so that crossing between
the threads costs once for all of them. No locks here, only single operations on dictionaries, lists
and deques: a child of fork() finds nothing held, and a garbage collection may come anywhere.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import datetime
import os
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import (
    Any,
    Callable,
    Deque,
    Dict,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    TypeVar,
)

from . import _structures as c
from . import commands as _commands
from ._callbacks import logger
from .errors import Closed, Error, Fault, Forked, InvalidHandle, Mistake
from .office import Office

_T = TypeVar("_T")

ASKING_THREADS = 4
COMMANDS_MAX = 1_000  # that go to C together: as many as a commit carries with profit
ARENA_SOON = 1 << 20  # bytes of texts with which they go at once
_WAIT_US = 60_000_000  # an empty submission wakes the thread; this is for when there is no memory
_EXIT_PATIENCE = 2.0  # seconds that the thread gets to end when the interpreter exits

_open: Set[Driving] = set()


def _at_exit() -> None:
    """Before the interpreter goes: a thread that then came back from C would bring the process
    down. Registered after the handles' own, so it runs before it."""
    for driving in list(_open):
        driving.end()
    for driving in list(_open):
        driving.join(_EXIT_PATIENCE)


atexit.register(_at_exit)


class _Asked(NamedTuple):
    """Who waits for the outcomes of some commands of a submission, from `begin` on."""

    future: asyncio.Future[bytes]
    begin: int
    number: int


class _Inbox:
    """What one event loop has to send, and what it was told."""

    def __init__(self, driving: Driving, loop: asyncio.AbstractEventLoop) -> None:
        self.driving = driving
        self.loop = loop
        self.told: Deque[Tuple[List[_Asked], bytes]] = deque()
        self.is_woken = False
        self.clear()

    def clear(self) -> None:
        self.buffer = bytearray()
        self.arena = bytearray()
        self.asked: List[_Asked] = []
        self.count = 0

    # ---- on the loop ----------------------------------------------------------------------------

    def ask(self, commands: Sequence[_commands.Command]) -> asyncio.Future[bytes]:
        if self.count and (
            self.count + len(commands) > COMMANDS_MAX or len(self.arena) > ARENA_SOON
        ):
            self.send()
        _commands.append(commands, self.buffer, self.arena)
        future: asyncio.Future[bytes] = self.loop.create_future()
        if not self.asked:
            self.loop.call_soon(self.send)
        self.asked.append(_Asked(future, self.count, len(commands)))
        self.count += len(commands)
        return future

    def send(self) -> None:
        """Submits what has come together in this turn of the loop."""
        if not self.asked:
            return  # it went before
        asked, buffer, arena = self.asked, self.buffer, bytes(self.arena)
        self.clear()
        try:
            self.driving.submit(self, asked, buffer, arena)
        except Mistake as error:
            if isinstance(error, InvalidHandle):  # closed in this turn of the loop
                return _refuse(asked, _commands.error_for(Closed.code))
            if len(asked) == 1 or isinstance(error, Closed):
                return _refuse(asked, error)
            for one in asked:  # one of them is malformed, and none was taken: each alone
                begin = one.begin * _commands.COMMAND_SIZE
                own = buffer[begin : begin + one.number * _commands.COMMAND_SIZE]
                try:
                    self.driving.submit(self, [one._replace(begin=0)], own, arena)
                except Error as its_own:
                    _refuse([one], its_own)
        except Error as error:
            _refuse(asked, error)

    def deliver(self) -> None:
        """Gives all that was told to those who wait; who was cancelled hears nothing."""
        self.is_woken = False  # first: what is told from here on wakes again
        size = _commands.OUTCOME_SIZE
        while self.told:
            asked, outcomes = self.told.popleft()
            for future, begin, number in asked:
                if not future.done():
                    future.set_result(outcomes[begin * size : (begin + number) * size])

    # ---- on any thread --------------------------------------------------------------------------

    def tell(self, asked: List[_Asked], outcomes: bytes) -> None:
        self.told.append((asked, outcomes))
        if not self.is_woken:
            self.is_woken = True
            call_in(self.loop, self.deliver)


def _refuse(asked: Sequence[_Asked], error: Error) -> None:
    for one in asked:
        if not one.future.done():
            one.future.set_exception(type(error)(*error.args))


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def call_in(loop: asyncio.AbstractEventLoop, work: Callable[..., None], *arguments: Any) -> None:
    """On a loop of any thread; not at all where the loop is closed, since nobody waits there."""
    try:
        loop.call_soon_threadsafe(work, *arguments)
    except RuntimeError:
        pass


class Driving:
    """A synchronous office, the thread that drives it, and the threads that ask it. The thread
    keeps it alive until :meth:`end`, and closes the office."""

    def __init__(self, office: Office, asking: ThreadPoolExecutor) -> None:
        self.office = office
        self.asking = asking
        self.is_ending = False  # no more is taken
        self.is_over = False  # the office is closed
        self._process = os.getpid()
        self._library: Any = office._library
        self._tokens = count(1)
        self._submitted: Dict[int, Tuple[_Inbox, List[_Asked]]] = {}
        self._inboxes: Dict[asyncio.AbstractEventLoop, _Inbox] = {}
        self._sleeping: Set[asyncio.Future[None]] = set()
        self._ended: List[asyncio.Future[None]] = []
        # One function for all submissions, which lives as long as this; the context is a number.
        self._completion = c.CompletionTell(self._tell)
        self._thread = threading.Thread(target=self._drive, name="boxoffice-drive", daemon=True)
        self._thread.start()
        _open.add(self)

    # ---- what is asked of it --------------------------------------------------------------------

    def is_forked(self) -> bool:
        return os.getpid() != self._process

    def has_gateway(self) -> bool:
        callbacks = self.office._callbacks
        return callbacks is not None and callbacks.has_gateway()

    def check(self) -> None:
        """Raises where no more is taken."""
        if self.is_forked():
            raise _commands.error_for(Forked.code)
        if self.is_over:
            raise _commands.error_for(InvalidHandle.code)
        if self.is_ending:
            raise _commands.error_for(Closed.code)

    def ask(self, commands: Sequence[_commands.Command]) -> asyncio.Future[bytes]:
        """Takes the commands; the answer is their outcomes as they come from C. Mistakes are
        raised at once."""
        self.check()
        loop = asyncio.get_running_loop()
        inbox = self._inboxes.get(loop)
        if inbox is None:
            for other in [one for one in list(self._inboxes) if one.is_closed()]:
                self._inboxes.pop(other, None)
            inbox = self._inboxes[loop] = _Inbox(self, loop)
        return inbox.ask(commands)

    async def run(self, work: Callable[[], _T]) -> _T:
        """On one of the asking threads."""
        self.check()
        return await asyncio.get_running_loop().run_in_executor(self.asking, self._work, work)

    async def sleep(self, span: datetime.timedelta) -> None:
        """On the event loop's clock; the end of the office ends it with Closed."""
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        self._sleeping.add(over)
        timer = loop.call_later(span.total_seconds(), _finish, over)
        try:
            if not self.is_ending:
                await over
        finally:
            timer.cancel()
            self._sleeping.discard(over)
        if self.is_ending:
            raise _commands.error_for(Closed.code)

    def _work(self, work: Callable[[], _T]) -> _T:
        try:
            if not self.is_ending:
                return work()
        except InvalidHandle:
            if not self.is_ending:
                raise
        raise _commands.error_for(Closed.code)

    def submit(self, inbox: _Inbox, asked: List[_Asked], buffer: bytearray, arena: bytes) -> None:
        token = next(self._tokens)
        self._submitted[token] = inbox, asked
        try:
            self._submit(buffer, arena, token)
        except BaseException:
            self._submitted.pop(token, None)
            raise

    def _submit(self, buffer: bytearray, arena: bytes, token: int) -> None:
        number = len(buffer) // _commands.COMMAND_SIZE
        self.office._call(
            self._library.boxoffice_submit,
            c.Command.from_buffer(buffer) if number else None,
            number,
            arena,
            len(arena),
            ctypes.byref(c.Completion(self._completion, token)),
        )

    # ---- the thread -----------------------------------------------------------------------------

    def _tell(self, context: Any, outcomes: Any, count: int) -> None:
        try:
            submitted = self._submitted.pop(context or 0, None)
            if submitted is not None:
                inbox, asked = submitted
                size = count * _commands.OUTCOME_SIZE
                inbox.tell(asked, ctypes.string_at(outcomes, size) if size else b"")
        except BaseException:  # must not pass through C
            logger.exception("outcomes could not be told")

    def _drive(self) -> None:
        led = ctypes.c_int32()
        while not self.is_ending:
            try:
                self.office._call(self._library.boxoffice_drive, _WAIT_US, ctypes.byref(led))
            except (Closed, InvalidHandle, Forked):
                break  # closed by somebody else
            except BaseException as error:  # a host's clock or log: nobody is there to hear of it
                logger.error("the driving thread goes on", exc_info=error)
                if isinstance(error, Fault):
                    time.sleep(0.01)
        self.is_ending = True
        try:
            self.office.close()
        except Exception as error:
            logger.error("the office was not closed", exc_info=error)
        self.asking.shutdown()
        self.is_over = True
        _open.discard(self)
        for over in self._ended:
            call_in(over.get_loop(), _finish, over)

    # ---- the end --------------------------------------------------------------------------------

    def end(self) -> None:
        """Lets no more in, and has the thread close the office when it has done what it is at; from
        any thread, and again."""
        if self.is_forked():
            self.is_ending = self.is_over = True
            _open.discard(self)
            return self.office.close()
        if self.is_ending:
            return
        self.is_ending = True
        for sleeping in list(self._sleeping):
            call_in(sleeping.get_loop(), _finish, sleeping)
        # Wakes the thread. Past the callbacks' bookkeeping: a garbage collection may be what calls,
        # inside one of them.
        nothing = ctypes.byref(c.Completion(self._completion, None))
        self._library.boxoffice_submit(self.office._handle, None, 0, None, 0, nothing, None)

    async def ended(self) -> None:
        """When all is over, the threads too."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended.append(over)
        if not self.is_over:
            await over
        self.join()

    def join(self, seconds: Optional[float] = None) -> None:
        if not self.is_forked():
            self._thread.join(seconds)
