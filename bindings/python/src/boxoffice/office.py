"""The office: one method for each function of the C library."""

from __future__ import annotations

import ctypes
import datetime
import os
from ctypes import byref
from typing import Any, Iterable, Iterator, List, Optional, Tuple, Union

from . import _convert as convert
from . import _convert_sales as sales
from . import _structures as c
from . import commands as _commands
from ._handle import PAGE
from ._selling import Selling
from .answers import (
    Arrived,
    Claims,
    CommitStats,
    Concert,
    ConcertId,
    Event,
    Held,
    Joined,
    NewSeat,
    Paid,
    Payment,
    PaymentBegun,
    PaymentId,
    Peeked,
    Recharged,
    Reconciled,
    Reservation,
    ReservationId,
    Room,
    RoomId,
    RoomLimits,
    Seat,
    SeatChanges,
    SeatCounts,
    SeatId,
    Stats,
    Ticked,
    TokenId,
    Transfer,
    UserId,
    Violation,
)
from .errors import InvalidArgument


class Office(Selling):
    """An open box office; made by :func:`boxoffice.open`.

    Use it in a ``with`` statement, or :meth:`close` it. Any method may be called from any thread at
    any time, and calls release the interpreter's lock. Closing waits for the calls inside; calls
    that come meanwhile raise Closed, later ones InvalidHandle. In a child of ``fork()`` every
    method raises Forked, and ``close`` does nothing. Close before you fork, and open one in the
    child: a file that was open at the fork cannot be opened there.

    Every method may raise a Fault; the docstrings name the refusals and mistakes. A refused command
    has changed nothing. Numbers that are not ints, naive datetimes, texts that are not str are
    InvalidArgument. A ``key`` is an idempotency key, 1 to 255 visible ASCII characters, which names
    the request, so that a retry has one effect. The acting ``user`` is one that you have
    authenticated.

    A call is not interrupted by Ctrl-C while it is inside C: KeyboardInterrupt comes when it
    returns.
    """

    # ---- the house ------------------------------------------------------------------------------

    def backup(self, path: Union[str, "os.PathLike[str]"], *, with_keys: bool = False) -> None:
        """Copies the live data to a new file, without the kept token keys unless asked. Mistakes:
        Unsupported (in memory), InvalidArgument (the file exists)."""
        raw = convert.text(os.fspath(path), "path")
        self._call(self._library.boxoffice_backup, raw, len(raw), 1 if with_keys else 0)

    def now(self) -> datetime.datetime:
        """The engine's time; it never runs backwards."""
        return convert.time(self._number(self._library.boxoffice_now))

    def stats(self) -> Stats:
        """How many users, places and seats there are."""
        return self._ask(self._library.boxoffice_get_stats, c.Stats, convert.stats)

    def commit_stats(self) -> CommitStats:
        """How many commands share a commit, and how long that takes. Waits for nobody."""
        function = self._library.boxoffice_get_commit_stats
        return self._ask(function, c.CommitStats, convert.commit_stats)

    def tick(self, events_consumed: int = 0) -> Ticked:
        """Retires what has expired, and prunes; also events up to the sequence that you have
        consumed or older than ``event_ttl`` (those about rooms, and the last one, stay). Some
        hundred rows at a time: tick again while ``more`` is True. Writes nothing where there is
        nothing to do. Without ticks nothing is wrong, only untidy."""
        up_to = convert.int64(events_consumed, "events_consumed")
        return self._ask(self._library.boxoffice_tick, c.Ticked, convert.ticked, up_to)

    def events(self, after: int = 0) -> Iterator[Event]:
        """The events after a sequence number, in commit order, read page by page as they are asked
        for. Ends at the newest: ask again after the last one's ``sequence``. Those that a tick
        pruned are not there.
        """
        return self._events(convert.int64(after, "after"))

    def _events(self, after: int) -> Iterator[Event]:
        function = self._library.boxoffice_list_events
        while True:
            page = self._rows(function, c.Event, convert.event, PAGE, after)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].sequence

    def audit(self) -> List[Violation]:
        """Recomputes everything that must hold from the rows; an empty list is a clean house."""
        capacity = 16
        while True:
            layout = convert.LAYOUTS[c.Violation]
            raw = bytearray(layout.size * capacity)
            count = ctypes.c_size_t()
            self._call(
                self._library.boxoffice_audit, c.Violation.from_buffer(raw), capacity, byref(count)
            )
            if count.value <= capacity:
                used = bytes(raw[: layout.size * count.value])
                return [convert.violation(fields) for fields in layout.iter_unpack(used)]
            capacity = count.value

    # ---- users ----------------------------------------------------------------------------------

    def create_user(self, external_id: str) -> UserId:
        """A buyer known to you by an external id: 1 to 255 bytes of UTF-8 without control
        characters. Refusals: UserExists."""
        raw = convert.text(external_id, "external_id")
        return UserId(self._number(self._library.boxoffice_create_user, raw, len(raw)))

    def find_user(self, external_id: str) -> UserId:
        """Mistakes: UnknownUser."""
        raw = convert.text(external_id, "external_id")
        return UserId(self._number(self._library.boxoffice_find_user, raw, len(raw)))

    # ---- waiting rooms --------------------------------------------------------------------------

    def create_room(self, name: str, limits: RoomLimits = RoomLimits()) -> RoomId:
        """A queue in front of one or more concerts. Refusals: RoomExists."""
        raw = convert.text(name, "name")
        given = convert.limits(limits)
        return RoomId(
            self._number(self._library.boxoffice_create_room, raw, len(raw), byref(given))
        )

    def change_room(self, room: RoomId, limits: RoomLimits) -> None:
        """Lowering a capacity only stops admission; nobody is sent away. Mistakes: UnknownRoom."""
        given = convert.limits(limits)
        self._call(self._library.boxoffice_change_room, convert.int64(room, "room"), byref(given))

    def find_room(self, name: str = "main") -> Room:
        """Mistakes: UnknownRoom; "main" always exists."""
        raw = convert.text(name, "name")
        return self._ask(self._library.boxoffice_find_room, c.Room, convert.room, raw, len(raw))

    # ---- concerts and seats ---------------------------------------------------------------------

    def create_concert(
        self, date: datetime.date, title: str, room: RoomId, seats: Iterable[NewSeat] = ()
    ) -> ConcertId:
        """With its first seats, so that a concert is never seen half-made. ``title`` is up to 200
        bytes. Refusals: SeatExists. Mistakes: InvalidDate, UnknownRoom."""
        day = convert.day(date, "date")
        name = convert.text(title, "title")
        rows, count = _new_seats(seats)
        room = RoomId(convert.int64(room, "room"))
        return ConcertId(
            self._number(
                self._library.boxoffice_create_concert,
                day,
                len(day),
                name,
                len(name),
                room,
                rows,
                count,
            )
        )

    def add_seats(self, concert: ConcertId, seats: Iterable[NewSeat]) -> None:
        """All or none. Refusals: SeatExists. Mistakes: UnknownConcert."""
        rows, count = _new_seats(seats)
        self._call(
            self._library.boxoffice_add_seats, convert.int64(concert, "concert"), rows, count
        )

    def block_seat(self, seat: SeatId) -> None:
        """Off sale; blocked already: fine. Refusals: SeatUnavailable (held or sold). Mistakes:
        UnknownSeat."""
        self._call(self._library.boxoffice_block_seat, convert.int64(seat, "seat"))

    def unblock_seat(self, seat: SeatId) -> None:
        """Back on sale; not blocked: fine. Mistakes: UnknownSeat."""
        self._call(self._library.boxoffice_unblock_seat, convert.int64(seat, "seat"))

    def find_concert(self, date: datetime.date) -> Concert:
        """The only concert on a date. Mistakes: UnknownConcert, AmbiguousConcert, InvalidDate."""
        day = convert.day(date, "date")
        return self._ask(
            self._library.boxoffice_find_concert, c.Concert, convert.concert, day, len(day)
        )

    def get_concert(self, concert: ConcertId) -> Concert:
        """Mistakes: UnknownConcert."""
        identity = convert.int64(concert, "concert")
        return self._ask(self._library.boxoffice_get_concert, c.Concert, convert.concert, identity)

    def concerts(self, since: datetime.date) -> List[Concert]:
        """Every concert from a date on that is not hidden, by date."""
        day = convert.day(since, "since")
        return self._all(
            self._library.boxoffice_list_concerts, c.Concert, convert.concert, day, len(day)
        )

    def dates(self, since: datetime.date) -> List[datetime.date]:
        """The dates from one on that have a seat available now, ascending; hidden concerts, and those
        called off, do not count."""
        day = convert.day(since, "since")
        return self._all(self._library.boxoffice_list_dates, c.Date, convert.date, day, len(day))

    def available_seats(self, concert: ConcertId) -> List[Seat]:
        """Seats that can be held now, in natural order of their numbers (2 before 10). Mistakes:
        UnknownConcert."""
        identity = convert.int64(concert, "concert")
        return self._all(
            self._library.boxoffice_list_available_seats, c.Seat, convert.seat, identity
        )

    def seats(self, concert: ConcertId, user: Optional[UserId] = None) -> List[Seat]:
        """Every seat as ``user`` sees it (None: nobody), in natural order. Mistakes:
        UnknownConcert."""
        identity = convert.int64(concert, "concert")
        who = 0 if user is None else convert.int64(user, "user")
        return self._all(self._library.boxoffice_list_seats, c.Seat, convert.seat, identity, who)

    def seats_since(
        self, concert: ConcertId, version: str = "", user: Optional[UserId] = None
    ) -> SeatChanges:
        """The seats that stand otherwise now than at ``version``, which an answer before this one
        had, in whichever process; all of them where it is not known here (none, of before this
        process first looked, or many changes ago). With a ``user`` their own seats are among them
        always. Where nothing has changed it costs as little as a peek, and for a user reading their
        reservations. Mistakes: UnknownConcert."""
        identity = convert.int64(concert, "concert")
        who = 0 if user is None else convert.int64(user, "user")
        raw = convert.text(version, "version")
        changes = c.SeatChanges()
        function = self._library.boxoffice_list_seats_since
        arguments = (identity, who, raw, len(raw), byref(changes))
        seats = self._all(function, c.Seat, convert.seat, *arguments, is_usual=False)
        return convert.seat_changes(changes, seats)

    def find_seat(self, concert: ConcertId, number: str, user: Optional[UserId] = None) -> Seat:
        """One seat by its number, as ``user`` sees it. Mistakes: UnknownSeat."""
        identity = convert.int64(concert, "concert")
        raw = convert.text(number, "number")
        who = 0 if user is None else convert.int64(user, "user")
        function = self._library.boxoffice_find_seat
        return self._ask(function, c.Seat, convert.seat, identity, raw, len(raw), who)

    def count_seats(self, concert: ConcertId) -> SeatCounts:
        """Mistakes: UnknownConcert."""
        identity = convert.int64(concert, "concert")
        function = self._library.boxoffice_count_seats
        return self._ask(function, c.SeatCounts, convert.plain(SeatCounts), identity)

    # ---- tokens and turns -----------------------------------------------------------------------

    def join(self, user: UserId, room: RoomId) -> Joined:
        """A place in line, admitted at once while there is room; again: the live place.
        ``token_text(joined.claims)`` is the buyer's to keep. Refusals: QueueFull. Mistakes:
        UnknownUser, UnknownRoom."""
        who, where = convert.int64(user, "user"), convert.int64(room, "room")
        return self._ask(self._library.boxoffice_join, c.Joined, convert.joined, who, where)

    def token_text(self, claims: Claims) -> str:
        """A token as text: 68 URL-safe characters. The store does not have it."""
        if not isinstance(claims, Claims):
            raise InvalidArgument(f"claims: a Claims, not {type(claims).__name__}")
        given = c.Claims(
            convert.int64(claims.token, "token"),
            convert.int64(claims.user, "user"),
            convert.int64(claims.room, "room"),
            convert.int64(claims.position, "position"),
        )
        text = ctypes.create_string_buffer(c.TOKEN_TEXT_SIZE)
        self._call(self._library.boxoffice_token_text, byref(given), text)
        return text.value.decode()

    def authenticate(self, token: str) -> Claims:
        """Whose token this is; says nothing of the turn. Mistakes: InvalidToken (forged, or too
        old)."""
        raw = convert.text(token, "token")
        return self._ask(
            self._library.boxoffice_authenticate, c.Claims, convert.plain(Claims), raw, len(raw)
        )

    def peek(self, token: str) -> Peeked:
        """Is it this token's turn? The first peek of an admitted place claims it. While it waits,
        this reads no store and waits for no writer. Refusals: PlaceExpired, PlaceCompleted,
        PlaceLeft. Mistakes: InvalidToken.
        """
        raw = convert.text(token, "token")
        return self._ask(self._library.boxoffice_peek, c.Peeked, convert.peeked, raw, len(raw))

    def await_turn(self, token: str, attempts_max: int, interval: datetime.timedelta) -> Peeked:
        """Peeks up to ``attempts_max`` times, ``interval`` (up to a minute) apart on the office's
        clock; other threads go on meanwhile, but Ctrl-C does not interrupt it: for that, loop over
        :meth:`peek` yourself. :meth:`close` ends it. Refusals: NotYourTurn when the attempts run
        out; those of peek. Mistakes: Closed."""
        raw = convert.text(token, "token")
        attempts = convert.int32(attempts_max, "attempts_max")
        pause = convert.span(interval, "interval")
        function = self._library.boxoffice_await_turn
        return self._ask(
            function, c.Peeked, convert.peeked, raw, len(raw), attempts, pause, strict=True
        )

    def arrive(self, user: UserId, token: TokenId) -> Arrived:
        """Shows up without a peek. Refusals: NotYourTurn, PlaceExpired, PlaceCompleted,
        PlaceLeft."""
        who, place = convert.int64(user, "user"), convert.int64(token, "token")
        function = self._library.boxoffice_arrive
        return self._ask(function, c.Arrived, convert.plain(Arrived), who, place)

    def leave(self, user: UserId, token: TokenId) -> int:
        """Gives the place up and releases its holds; returns how many. Refusals: PlaceCompleted,
        PlaceExpired."""
        return self._number(
            self._library.boxoffice_leave,
            convert.int64(user, "user"),
            convert.int64(token, "token"),
        )

    # ---- holds ----------------------------------------------------------------------------------

    def hold_seat(
        self, user: UserId, token: TokenId, seat: SeatId, key: Optional[str] = None
    ) -> Held:
        """The seat is the user's until the deadline: an order of one. Refusals: NotYourTurn,
        CalledOff, NotOnSale, HoldLimit, PurchaseLimit, SeatUnavailable, IdempotencyConflict.
        Mistakes: InvalidToken, UnknownSeat."""
        name = convert.key(key)
        return self._ask(
            self._library.boxoffice_hold_seat,
            c.Held,
            convert.plain(Held),
            convert.int64(user, "user"),
            convert.int64(token, "token"),
            convert.int64(seat, "seat"),
            name,
            len(name),
        )

    def release_hold(self, user: UserId, reservation: ReservationId) -> None:
        """The others of its order stay. Released already: fine. Refusals: AlreadyPaid, HoldExpired,
        PaymentPending (the gateway is asked for all of the order: release that). Mistakes:
        UnknownReservation."""
        self._call(
            self._library.boxoffice_release_hold,
            convert.int64(user, "user"),
            convert.int64(reservation, "reservation"),
        )

    def get_reservation(self, user: UserId, reservation: ReservationId) -> Reservation:
        """One of the user's own. Mistakes: UnknownReservation (also for another's)."""
        who = convert.int64(user, "user")
        identity = convert.int64(reservation, "reservation")
        function = self._library.boxoffice_get_reservation
        return self._ask(function, c.Reservation, convert.reservation, who, identity)

    def reservations(
        self, user: UserId, before: Optional[ReservationId] = None
    ) -> Iterator[Reservation]:
        """The user's own, newest first, older than ``before``; read page by page as they are asked
        for."""
        function = self._library.boxoffice_list_reservations
        return self._pages(function, c.Reservation, convert.reservation, user, before)

    # ---- points ---------------------------------------------------------------------------------

    def recharge(self, user: UserId, amount: int, key: Optional[str] = None) -> Recharged:
        """Buys 1 to 10^12 points. Refusals: BalanceLimit, IssueLimit, IdempotencyConflict.
        Mistakes: UnknownUser."""
        name = convert.key(key)
        return self._ask(
            self._library.boxoffice_recharge,
            c.Recharged,
            convert.plain(Recharged),
            convert.int64(user, "user"),
            convert.int64(amount, "amount"),
            name,
            len(name),
        )

    def balance(self, user: UserId) -> int:
        """The user's points: 0 to 2^53 - 1. Mistakes: UnknownUser."""
        return self._number(self._library.boxoffice_balance, convert.int64(user, "user"))

    def transfers(self, user: UserId, before: Optional[int] = None) -> Iterator[Transfer]:
        """Of the user's account, newest first, older than the transfer ``before``; read page by
        page as they are asked for. Mistakes (when the first is asked for): UnknownUser."""
        function = self._library.boxoffice_list_transfers
        return self._pages(function, c.Transfer, convert.transfer, user, before)

    # ---- payments -------------------------------------------------------------------------------

    def pay(
        self,
        user: UserId,
        token: TokenId,
        reservation: ReservationId,
        key: Optional[str] = None,
    ) -> Paid:
        """Pays an order, what of it is still held, by the id of its first reservation: points move,
        the seats are sold; with a gateway, it is asked between. Refusals: NotYourTurn,
        ReservationMismatch (also of another than the first), CalledOff, HoldExpired, HoldReleased,
        AlreadyPaid, PaymentPending, InsufficientPoints, IdempotencyConflict, PaymentDeclined.
        Mistakes: InvalidToken."""
        name = convert.key(key)
        return self._paid(
            self._library.boxoffice_pay,
            convert.int64(user, "user"),
            convert.int64(token, "token"),
            convert.int64(reservation, "reservation"),
            name,
            len(name),
        )

    def begin_payment(
        self,
        user: UserId,
        token: TokenId,
        reservation: ReservationId,
        key: Optional[str] = None,
    ) -> PaymentBegun:
        """For a gateway that cannot be a callback: begin, ask it, then capture or fail. Keeps the
        seat for ``capture_ttl``. Refusals: as of :meth:`pay`."""
        name = convert.key(key)
        return self._ask(
            self._library.boxoffice_begin_payment,
            c.PaymentBegun,
            convert.plain(PaymentBegun),
            convert.int64(user, "user"),
            convert.int64(token, "token"),
            convert.int64(reservation, "reservation"),
            name,
            len(name),
        )

    def capture_payment(
        self,
        user: UserId,
        token: TokenId,
        reservation: ReservationId,
        payment: PaymentId,
        transaction_key: str = "",
        key: Optional[str] = None,
    ) -> Paid:
        """Points move, the seats are sold. ``transaction_key`` is the gateway's name for the payment.
        Captured already: answers again. Refusals: PaymentFailed, CalledOff, HoldExpired,
        HoldReleased, InsufficientPoints, IdempotencyConflict. Mistakes: UnknownPayment,
        InvalidToken."""
        theirs = convert.text(transaction_key, "transaction_key")
        name = convert.key(key)
        return self._paid(
            self._library.boxoffice_capture_payment,
            convert.int64(user, "user"),
            convert.int64(token, "token"),
            convert.int64(reservation, "reservation"),
            convert.int64(payment, "payment"),
            theirs,
            len(theirs),
            name,
            len(name),
        )

    def _paid(self, function: Any, *arguments: Any) -> Paid:
        out, items = c.Paid(), (c.PaidItem * c.ORDER_SIZE_MAX)()
        self._call(function, *arguments, byref(out), items)
        return sales.paid(out, items)

    def fail_payment(
        self,
        user: UserId,
        reservation: ReservationId,
        payment: PaymentId,
        transaction_key: str = "",
    ) -> None:
        """The gateway declined (no ``transaction_key``); or it approved, and the payment cannot be
        captured (the approval's: take it back then, and call :meth:`reconcile_payment`). Failed
        already: fine, and what is new of it is written down. Where it is not known whether the
        payer was charged, do not call this: when its time runs out the payment fails, and is
        listed. The hold stays until its deadline. Refusals: AlreadyPaid. Mistakes:
        UnknownPayment."""
        theirs = convert.text(transaction_key, "transaction_key")
        self._call(
            self._library.boxoffice_fail_payment,
            convert.int64(user, "user"),
            convert.int64(reservation, "reservation"),
            convert.int64(payment, "payment"),
            theirs,
            len(theirs),
        )

    def get_payment(self, user: UserId, payment: PaymentId) -> Payment:
        """One of the user's own, with its history. Mistakes: UnknownPayment (also for
        another's)."""
        who, identity = convert.int64(user, "user"), convert.int64(payment, "payment")
        function = self._library.boxoffice_get_payment
        return self._ask(function, c.Payment, convert.payment, who, identity)

    def unreconciled_payments(self, after: Optional[PaymentId] = None) -> Iterator[Payment]:
        """Everybody's payments that failed with nobody knowing whether their payer was charged, the
        oldest first; read page by page as they are asked for. What is captured or declined is never
        among them. See :class:`PaymentGateway`."""
        return self._unreconciled(0 if after is None else convert.int64(after, "after"))

    def _unreconciled(self, after: int) -> Iterator[Payment]:
        function = self._library.boxoffice_list_unreconciled_payments
        while True:
            page = self._rows(function, c.Payment, convert.payment, PAGE, after)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].id

    def reconcile_payments(self, limit: int = 100, after: Optional[PaymentId] = None) -> Reconciled:
        """The sweep over these; call it beside :meth:`tick`, from one process or several. For up to
        ``limit`` (1 to 1,000) of them after ``after`` the gateway takes back what it charged, and
        that is written down; go on after the answer's ``next``. An approval may be cancelled twice.
        A gateway that raises leaves its payment listed, and the exception goes to the logger
        "boxoffice". Without a gateway all stay listed."""
        most = convert.int64(limit, "limit")
        begin = 0 if after is None else convert.int64(after, "after")
        function = self._library.boxoffice_reconcile_payments
        return self._ask(function, c.Reconciled, convert.reconciled, most, begin)

    def reconcile_payment(self, payment: PaymentId, transaction_key: str = "") -> None:
        """Says of one of them that its payer is charged nothing, or no more: you took the approval
        ``transaction_key`` back, or (empty) there is none. Reconciled already: fine. Refusals:
        AlreadyPaid, PaymentPending (its time has not run out). Mistakes: UnknownPayment,
        InvalidArgument (another transaction key is written down)."""
        theirs = convert.text(transaction_key, "transaction_key")
        self._call(
            self._library.boxoffice_reconcile_payment,
            convert.int64(payment, "payment"),
            theirs,
            len(theirs),
        )

    # ---- many commands at once ------------------------------------------------------------------

    def batch(self, commands: Iterable[_commands.Command]) -> _commands.Outcomes:
        """Executes the commands in order, and returns an outcome for each: what the method of its
        name would return, or the error that it would raise (returned, not raised: a refused command
        changes nothing and stops nobody). They share one transaction, but for a Tick, which has one
        of its own, and for one that cannot be decided (a damaged row, no memory): its outcome is
        that Fault, and the others are done.

        Raises a Fault when it is that of every command, and InvalidArgument (InvalidDate of a date
        that there is none of) when a command is malformed, whose index is named; then none of them
        was acknowledged. Errors in outcomes have the engine's sentence, without the details that a
        single call gives; a HeldOrder or Cancelled comes without its items.
        """
        listed = tuple(commands)
        buffer, arena = _commands.encode(listed)
        raw = bytearray(len(listed) * _commands.OUTCOME_SIZE)
        self._call(
            self._library.boxoffice_execute,
            c.Command.from_buffer(buffer) if listed else None,
            len(listed),
            bytes(arena),
            len(arena),
            c.Outcome.from_buffer(raw) if listed else None,
        )
        return _commands.Outcomes(listed, raw)


def _new_seats(seats: Iterable[NewSeat]) -> Tuple[Any, int]:
    listed = list(seats)
    rows = (c.NewSeat * len(listed))()
    for row, seat in zip(rows, listed):
        texts, values = convert.new_seat(seat)
        for name, raw in texts.items():
            setattr(row, name, raw)  # the array keeps the bytes alive
            setattr(row, name + "_length", len(raw))
        for name, value in values.items():
            setattr(row, name, value)
    return rows, len(listed)
