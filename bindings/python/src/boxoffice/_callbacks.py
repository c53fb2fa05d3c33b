"""A host's clock, gateway and log, called from C.

An exception cannot cross C, so each is caught where it rises and kept for the call that is running
on that thread. No locks here: sets and dictionaries keyed by thread, so that a child of fork()
finds nothing held.
"""

from __future__ import annotations

import ctypes
import datetime
import logging
import time
from threading import get_ident
from typing import Any, Callable, Dict, Optional, Protocol, Set, Tuple

from . import _convert
from . import _structures as c
from .answers import PaymentId, PaymentRequest, ReservationId, UserId
from .errors import Closed, Error, Fault, InvalidArgument, error_of

logger = logging.getLogger("boxoffice")


class Clock(Protocol):
    """A clock of your own, for tests and simulations. Called on whatever thread calls the office,
    also while the office decides; it must not call the office.

    If a reading raises, the last known one stands in its place. See :func:`boxoffice.open` for what
    becomes of the exception.
    """

    def wall(self) -> datetime.datetime:
        """The time of day, aware. It may be set, also back."""
        ...

    def steady(self) -> datetime.timedelta:
        """Time since some fixed moment. A reading that goes back is taken as standing still."""
        ...

    def wait(self, span: datetime.timedelta) -> None:
        """Lets a span pass: sleeps, or moves a virtual clock (``Office.await_turn``)."""
        ...


class PaymentGateway(Protocol):
    """A payment gateway of your own, asked by ``Office.pay`` between begin and capture, outside any
    transaction, on the thread that pays. It must not call the office.

    **Reconciling.** The process can die, or the line to the gateway break, after it has charged and
    before the seat is sold. Such a payment fails, and ``Office.unreconciled_payments`` lists it.
    Call ``Office.reconcile_payments`` beside ``Office.tick``: it has the gateway take back what it
    charged, as far as the approval's key is written down or the gateway can be asked. For that give
    it a third method::

        def find(self, request: PaymentRequest) -> Optional[str]: ...

    which tells of a payment that failed ``capture_ttl`` or longer ago: the gateway's name for its
    approval (empty where cancelling goes by the payment), or None where it was not *and will not be*
    approved. It raises where that is not known. What stays listed a person looks up at the gateway
    by the payment's id, and says what came of it with ``Office.reconcile_payment``.
    """

    def approve(self, request: PaymentRequest) -> str:
        """Returns the gateway's name for the payment (up to 255 bytes, may be empty), or raises to
        decline. Where it is not known whether the payer was charged, raise an OSError (a
        ConnectionError or TimeoutError, say) or a Fault: the payment has failed all the same, and
        is listed for reconciling; so it is when what was returned could not be taken."""
        ...

    def cancel(self, request: PaymentRequest, transaction_key: str) -> None:
        """Takes an approval back: the payment could not be captured after all. May be called more
        than once. If it raises, the payment stays listed for reconciling."""
        ...


#: Told of every fault that a call meets, on the thread of that call, before it is raised.
LogCallback = Callable[[Error], None]


class Callbacks:
    """What one office calls back. Alive as long as the office is."""

    def __init__(
        self,
        clock: Optional[Clock],
        gateway: Optional[PaymentGateway],
        log: Optional[LogCallback],
    ) -> None:
        self._clock: Any = clock
        self._gateway: Any = gateway
        self._log: Any = log
        self._inside: Set[int] = set()  # threads in a callback
        self._active: Set[int] = set()  # threads in a call
        self._kept: Dict[int, BaseException] = {}  # the first exception of a thread's call
        self._stopped = False
        self._wall_us = 0
        self._steady_us = 0
        # The function objects must outlive the office.
        if clock is not None:
            self._wall_us = _convert.instant(
                clock.wall(), "clock.wall()"
            )  # a broken clock fails here
            self._steady_us = _convert.span(clock.steady(), "clock.steady()")
            self._c_clock = c.Clock(
                c.ClockWallUs(self._wall),
                c.ClockSteadyUs(self._steady),
                c.ClockWaitUs(self._wait),
            )
        if gateway is not None:
            self._c_gateway = c.Gateway(
                c.GatewayApprove(self._approve), c.GatewayCancel(self._cancel)
            )
            self._c_reconciler = c.Reconciler(cancel=c.ReconcilerCancel(self._try_cancel))
            if callable(getattr(gateway, "find", None)):
                self._c_reconciler.find = c.ReconcilerFind(self._find)
        if log is not None:
            self._c_log = c.Log(c.LogWrite(self._write))

    def fill(self, options: c.Options) -> None:
        if self._clock is not None:
            options.clock = self._c_clock
        if self._gateway is not None:
            options.gateway = self._c_gateway
            options.reconciler = self._c_reconciler
        if self._log is not None:
            options.log = self._c_log

    # ---- around a call --------------------------------------------------------------------------

    def run(self, call: Callable[[], int]) -> Tuple[int, Optional[BaseException]]:
        """A call's status, and the exception of a callback of it."""
        thread = get_ident()
        if thread in self._inside:
            raise InvalidArgument("a clock, gateway or log must not call its office")
        if self._stopped:
            raise Closed("the interpreter is exiting")
        self._active.add(thread)
        try:
            status = call()
        finally:
            self._active.discard(thread)
        kept = self._kept.pop(thread, None)
        if kept is not None and not isinstance(kept, Exception):
            raise kept  # KeyboardInterrupt, SystemExit: whatever the call came to
        return status, kept

    def has_gateway(self) -> bool:
        return self._gateway is not None

    def is_inside(self) -> bool:
        return get_ident() in self._inside

    def drain(self, seconds: float) -> bool:
        """Lets no more calls in and no more callbacks wait; True when nobody is inside, which is
        given some time."""
        self._stopped = True
        end = time.monotonic() + seconds
        while self._active and time.monotonic() < end:
            time.sleep(0.005)
        return not self._active

    def _guarded(self, work: Callable[[], Any]) -> bool:
        thread = get_ident()
        self._inside.add(thread)
        try:
            work()
            return True
        except BaseException as error:  # kept, and raised or logged by the call
            self._kept.setdefault(thread, error)
            return False
        finally:
            self._inside.discard(thread)

    # ---- the clock ------------------------------------------------------------------------------

    def _wall(self, context: Any) -> int:
        self._guarded(self._read_wall)
        return self._wall_us

    def _steady(self, context: Any) -> int:
        self._guarded(self._read_steady)
        return self._steady_us

    def _wait(self, context: Any, span_us: int) -> None:
        if self._stopped or get_ident() in self._kept:
            return  # the call is to end
        self._guarded(lambda: self._clock.wait(datetime.timedelta(microseconds=span_us)))

    def _read_wall(self) -> None:
        self._wall_us = _convert.instant(self._clock.wall(), "clock.wall()")

    def _read_steady(self) -> None:
        now = _convert.span(self._clock.steady(), "clock.steady()")
        self._steady_us = max(self._steady_us, now)

    # ---- the gateway ----------------------------------------------------------------------------

    def _approve(self, context: Any, request: Any, transaction_key: Any) -> int:
        answer = c.INTERNAL  # not known whether the payer was charged

        def ask() -> None:
            nonlocal answer
            try:
                name = self._gateway.approve(_request(request))
            except (OSError, Fault):
                raise
            except Exception:
                answer = c.PAYMENT_DECLINED
                raise
            _write_key(transaction_key, name, "approve()")

        return 0 if self._guarded(ask) else answer

    def _cancel(self, context: Any, request: Any, transaction_key: bytes) -> None:
        self._try_cancel(context, request, transaction_key)

    def _try_cancel(self, context: Any, request: Any, transaction_key: bytes) -> int:
        def cancel() -> None:
            self._gateway.cancel(_request(request), transaction_key.decode(errors="replace"))

        return 0 if self._guarded(cancel) else c.INTERNAL

    def _find(self, context: Any, request: Any, transaction_key: Any) -> int:
        answer = 0

        def ask() -> None:
            nonlocal answer
            name = self._gateway.find(_request(request))
            if name is None:
                answer = c.UNKNOWN_PAYMENT
            else:
                _write_key(transaction_key, name, "find()")

        return answer if self._guarded(ask) else c.INTERNAL

    # ---- the log --------------------------------------------------------------------------------

    def _write(self, context: Any, status: int, message: bytes) -> None:
        def tell() -> None:
            text = message.decode(errors="replace")
            error = error_of(status, "")
            error.args = (
                text[len(error.name) + 2 :] if text.startswith(error.name + ": ") else text,
            )
            self._log(error)

        self._guarded(tell)


def _write_key(transaction_key: Any, name: Any, what: str) -> None:
    raw = _convert.text(name, f"what {what} returned")
    if len(raw) >= c.TRANSACTION_KEY_SIZE or b"\0" in raw:
        raise InvalidArgument(f"what {what} returned: at most 255 bytes, none of them zero")
    ctypes.memmove(transaction_key, raw + b"\0", len(raw) + 1)


def _request(pointer: Any) -> PaymentRequest:
    row = pointer.contents
    return PaymentRequest(
        PaymentId(row.payment), ReservationId(row.reservation), UserId(row.user), row.amount
    )
