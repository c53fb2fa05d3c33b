"""Every error that the box office answers with: one root, three ranges, a class for each status.

================  =========  ====================================================================
range             codes      what it means
================  =========  ====================================================================
:class:`Refused`  100 - 199  an expected answer to a well-formed request; tell the user
:class:`Mistake`  200 - 299  the caller asked for something that cannot be right; fix the request
:class:`Fault`    300 -      the engine or its storage could not do its work; nothing was
                             acknowledged
================  =========  ====================================================================

Numbers (:attr:`Error.code`) and names (:attr:`Error.name`) are stable. Catch a class, not a
message.
"""

from __future__ import annotations

from typing import Dict, Iterable, Tuple, Type

__all__ = [
    "AlreadyPaid",
    "AmbiguousConcert",
    "BalanceLimit",
    "Busy",
    "CalledOff",
    "CancelClosed",
    "ClockJump",
    "Closed",
    "Error",
    "Fault",
    "Forked",
    "GatewayRequired",
    "HoldExpired",
    "HoldLimit",
    "HoldReleased",
    "IdempotencyConflict",
    "InsufficientPoints",
    "Internal",
    "InvalidArgument",
    "InvalidDate",
    "InvalidHandle",
    "InvalidOptions",
    "InvalidToken",
    "IssueLimit",
    "LibraryNotFound",
    "Mistake",
    "NewerSchema",
    "NotABoxoffice",
    "NotOnSale",
    "NotPaid",
    "NotYourTurn",
    "OrderLimit",
    "OutOfMemory",
    "OutcomeUnknown",
    "PaymentDeclined",
    "PaymentFailed",
    "PaymentPending",
    "PlaceCompleted",
    "PlaceExpired",
    "PlaceLeft",
    "PriceChanged",
    "PurchaseLimit",
    "QueueFull",
    "Refused",
    "ReservationMismatch",
    "RoomExists",
    "SeatExists",
    "SeatUnavailable",
    "StaleVersion",
    "Storage",
    "TooSmall",
    "TypeExists",
    "SeatsHeld",
    "HasHistory",
    "TypeRule",
    "UnknownConcert",
    "UnknownPayment",
    "UnknownReservation",
    "UnknownRoom",
    "UnknownSeat",
    "UnknownType",
    "UnknownUser",
    "Unsupported",
    "UserExists",
    "WeakDurability",
]


class Error(Exception):
    """The root of everything that this package raises on purpose.

    ``code`` is the stable number, ``name`` the stable name ("seat_unavailable"), ``detail`` one
    English sentence that says what to do, with what the engine knows beside it; never another
    user's data. ``about`` is what a program wants to know of it, as numbers; SeatUnavailable,
    PriceChanged and NotOnSale say what they have there. In outcomes of a batch it is empty.
    """

    code: int = 0
    name: str = "error"
    about: Tuple[int, ...] = ()

    def __init__(self, detail: str = "", about: Iterable[int] = ()) -> None:
        super().__init__(detail)
        self.about = tuple(about)

    @property
    def detail(self) -> str:
        """What to do, in English; for people and logs, while the class is for programs."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}" if self.detail else self.name


class LibraryNotFound(Error):
    """No usable C library was found; ``detail`` lists the paths that were tried, and why each would
    not do."""

    name = "library_not_found"


class Refused(Error):
    """An expected answer to a well-formed request. Nothing was changed."""

    name = "refused"


class Mistake(Error):
    """The request cannot be right. Nothing was changed."""

    name = "mistake"


class Fault(Error):
    """The engine or its storage could not do its work. Nothing was acknowledged: retry with the
    same key."""

    name = "fault"


# ---- refused ------------------------------------------------------------------------------------


class NotYourTurn(Refused):
    """The place in the waiting room is not admitted; peek, and try again when it is."""

    code = 100
    name = "not_your_turn"


class QueueFull(Refused):
    """As many places wait as the room allows; try again later."""

    code = 101
    name = "queue_full"


class SeatUnavailable(Refused):
    """The seat is held, sold or blocked; choose another. Of an order, ``about`` has the ids of all
    seats that cannot be had."""

    code = 102
    name = "seat_unavailable"


class HoldLimit(Refused):
    """The user already holds as many seats as allowed; pay or release one first."""

    code = 103
    name = "hold_limit"


class HoldExpired(Refused):
    """The hold's deadline has passed; hold a seat again."""

    code = 104
    name = "hold_expired"


class HoldReleased(Refused):
    """The hold was released; hold a seat again."""

    code = 105
    name = "hold_released"


class AlreadyPaid(Refused):
    """The reservation is already paid."""

    code = 106
    name = "already_paid"


class InsufficientPoints(Refused):
    """The balance is below the price; recharge first."""

    code = 107
    name = "insufficient_points"


class ReservationMismatch(Refused):
    """No reservation of this user has that id."""

    code = 108
    name = "reservation_mismatch"


class IdempotencyConflict(Refused):
    """The idempotency key was used for another request; choose a new key."""

    code = 109
    name = "idempotency_conflict"


class PlaceExpired(Refused):
    """The place in the waiting room has expired; join again."""

    code = 110
    name = "place_expired"


class PlaceCompleted(Refused):
    """The place in the waiting room is completed; join again to buy more."""

    code = 111
    name = "place_completed"


class PlaceLeft(Refused):
    """The place in the waiting room was given up; join again."""

    code = 112
    name = "place_left"


class BalanceLimit(Refused):
    """The balance would exceed 2^53 - 1 points."""

    code = 113
    name = "balance_limit"


class IssueLimit(Refused):
    """The points issued in all would exceed ``issue_limit``."""

    code = 114
    name = "issue_limit"


class UserExists(Refused):
    """A user with that external id exists."""

    code = 115
    name = "user_exists"


class RoomExists(Refused):
    """A waiting room with that name exists."""

    code = 116
    name = "room_exists"


class SeatExists(Refused):
    """The concert has a seat with that number."""

    code = 117
    name = "seat_exists"


class PaymentPending(Refused):
    """A payment of this reservation is under way; capture or fail it first."""

    code = 118
    name = "payment_pending"


class PaymentDeclined(Refused):
    """The payment gateway declined; what it raised, if it did, is the ``__cause__``."""

    code = 119
    name = "payment_declined"


class PaymentFailed(Refused):
    """The payment has failed; begin a new one."""

    code = 120
    name = "payment_failed"


class NotOnSale(Refused):
    """The concert is not on sale now. Where the sale has not opened yet, ``about`` has when it
    does, in microseconds since 1970 UTC."""

    code = 121
    name = "not_on_sale"


class OrderLimit(Refused):
    """The order has more seats than one order may have; choose fewer."""

    code = 122
    name = "order_limit"


class PurchaseLimit(Refused):
    """The user would have more seats of this concert than one user may have."""

    code = 123
    name = "purchase_limit"


class PriceChanged(Refused):
    """The total is not the one that was expected; look at the prices again. ``about`` has the total
    now."""

    code = 124
    name = "price_changed"


class TypeRule(Refused):
    """The ticket types do not go together, or are not sold there; choose others."""

    code = 125
    name = "type_rule"


class CancelClosed(Refused):
    """The reservation can no longer be cancelled."""

    code = 126
    name = "cancel_closed"


class CalledOff(Refused):
    """The concert was called off."""

    code = 127
    name = "called_off"


class StaleVersion(Refused):
    """It was changed meanwhile; look at it again."""

    code = 128
    name = "stale_version"


class NotPaid(Refused):
    """The reservation is not paid, so there is nothing to cancel or refund."""

    code = 129
    name = "not_paid"


class TypeExists(Refused):
    """The concert has a ticket type with that name."""

    code = 130
    name = "type_exists"


class SeatsHeld(Refused):
    """Seats of the concert are held; try again when nobody holds one."""

    code = 131
    name = "seats_held"


class HasHistory(Refused):
    """Seats of the concert were held before, so it stays; hide it instead."""

    code = 132
    name = "has_history"


# ---- mistakes -----------------------------------------------------------------------------------


class InvalidArgument(Mistake, ValueError):
    """An argument is out of range, malformed, or of the wrong type."""

    code = 200
    name = "invalid_argument"


class InvalidToken(Mistake):
    """The token is not one of this box office, or too old; join for a new one."""

    code = 201
    name = "invalid_token"


class UnknownUser(Mistake, LookupError):
    """No such user."""

    code = 202
    name = "unknown_user"


class UnknownRoom(Mistake, LookupError):
    """No such waiting room."""

    code = 203
    name = "unknown_room"


class UnknownConcert(Mistake, LookupError):
    """No such concert."""

    code = 204
    name = "unknown_concert"


class UnknownSeat(Mistake, LookupError):
    """No such seat."""

    code = 205
    name = "unknown_seat"


class UnknownReservation(Mistake, LookupError):
    """No reservation of this user has that id."""

    code = 206
    name = "unknown_reservation"


class UnknownPayment(Mistake, LookupError):
    """No payment of this user has that id."""

    code = 207
    name = "unknown_payment"


class InvalidDate(Mistake, ValueError):
    """A concert's date is from the year 1970 on."""

    code = 208
    name = "invalid_date"


class AmbiguousConcert(Mistake, LookupError):
    """Several concerts are on that date; name one by its id."""

    code = 209
    name = "ambiguous_concert"


class GatewayRequired(Mistake):
    """This box office has a payment gateway; begin and capture the payment."""

    code = 210
    name = "gateway_required"


class InvalidOptions(Mistake, ValueError):
    """An option of :func:`boxoffice.open` is out of range."""

    code = 211
    name = "invalid_options"


class Unsupported(Mistake):
    """This store cannot do that."""

    code = 212
    name = "unsupported"


class TooSmall(Mistake):
    """A buffer was too small. The package sizes its buffers itself, so this does not reach its
    callers."""

    code = 213
    name = "too_small"


class InvalidHandle(Mistake):
    """The office is closed."""

    code = 214
    name = "invalid_handle"


class Closed(Mistake):
    """The office is being closed by another thread."""

    code = 215
    name = "closed"


class UnknownType(Mistake, LookupError):
    """No such ticket type of this concert."""

    code = 216
    name = "unknown_type"


# ---- faults -------------------------------------------------------------------------------------


class Storage(Fault):
    """The store failed; nothing was acknowledged."""

    code = 300
    name = "storage"


class Busy(Fault):
    """Another process held the store for longer than ``busy_timeout``; try again."""

    code = 301
    name = "busy"


class ClockJump(Fault):
    """The wall clock jumped ahead by more than ``clock_jump_max``; set it right, or open the office
    again."""

    code = 302
    name = "clock_jump"


class Internal(Fault):
    """The engine broke one of its own rules; nothing was committed. Please report it."""

    code = 303
    name = "internal"


class NotABoxoffice(Fault):
    """The file is not a box office database."""

    code = 304
    name = "not_a_boxoffice"


class NewerSchema(Fault):
    """The file was written by a newer version of boxoffice."""

    code = 305
    name = "newer_schema"


class Forked(Fault):
    """The office, or its file, was open in the parent at the ``fork()``; close before you fork."""

    code = 306
    name = "forked"


class OutOfMemory(Fault, MemoryError):
    """Memory ran out; nothing was acknowledged."""

    code = 307
    name = "out_of_memory"


class WeakDurability(Fault):
    """The store cannot promise the durability that was asked for."""

    code = 308
    name = "weak_durability"


class OutcomeUnknown(Fault):
    """The store was lost while committing: ask again with the same idempotency key."""

    code = 309
    name = "outcome_unknown"


def _by_code() -> Dict[int, Type[Error]]:
    classes: Dict[int, Type[Error]] = {}
    for parent in (Refused, Mistake, Fault):
        for one in parent.__subclasses__():
            classes[one.code] = one
    return classes


#: The class of each status number.
BY_CODE: Dict[int, Type[Error]] = _by_code()


def error_of(code: int, detail: str, about: Iterable[int] = ()) -> Error:
    """The exception for a status; of a number that this package does not know, one of its range."""
    known = BY_CODE.get(code)
    if known is not None:
        return known(detail, about)
    error = (Refused if code < 200 else Mistake if code < 300 else Fault)(detail, about)
    error.code = code
    return error
