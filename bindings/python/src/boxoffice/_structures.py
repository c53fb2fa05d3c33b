"""``capi/boxoffice.h`` in ctypes: every structure, and the types of every function.

Names are those of the header without the prefix. The tests parse the header and compare, and
compare sizes and offsets with a C compiler's. Nothing here is public.
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_void_p,
)
from typing import Any, Dict, List, Tuple, Type

NEVER = 2**63 - 1
ID_TEXT_SIZE = 14
TOKEN_TEXT_SIZE = 69
TRANSACTION_KEY_SIZE = 256
EXTERNAL_ID_MAX = 255

OK = 0
INVALID_HANDLE = 214
CLOSED = 215
FORKED = 306
INTERNAL = 303
PAYMENT_DECLINED = 119
UNKNOWN_PAYMENT = 207


class Office(ctypes.Structure):
    """Opaque: a slot and a generation in the shape of a pointer."""


class Error(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("code", c_int32), ("message", c_char * 248)]


class RoomLimits(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("active_capacity", c_int64),
        ("queue_capacity", c_int64),
        ("admissions_per_second", c_int64),
        ("arrive_ttl_us", c_int64),
        ("active_ttl_us", c_int64),
        ("waiting_ttl_us", c_int64),
    ]


ClockRead = CFUNCTYPE(c_int64, c_void_p)
ClockWait = CFUNCTYPE(None, c_void_p, c_int64)


class Clock(ctypes.Structure):
    _fields_ = [
        ("wall_us", ClockRead),
        ("steady_us", ClockRead),
        ("wait_us", ClockWait),
        ("context", c_void_p),
    ]


class PaymentRequest(ctypes.Structure):
    _fields_ = [
        ("payment", c_int64),
        ("reservation", c_int64),
        ("user", c_int64),
        ("amount", c_int64),
    ]


GatewayApprove = CFUNCTYPE(c_int32, c_void_p, POINTER(PaymentRequest), POINTER(c_char))
GatewayCancel = CFUNCTYPE(None, c_void_p, POINTER(PaymentRequest), c_char_p)


class Gateway(ctypes.Structure):
    _fields_ = [("approve", GatewayApprove), ("cancel", GatewayCancel), ("context", c_void_p)]


ReconcilerFind = CFUNCTYPE(c_int32, c_void_p, POINTER(PaymentRequest), POINTER(c_char))
ReconcilerCancel = CFUNCTYPE(c_int32, c_void_p, POINTER(PaymentRequest), c_char_p)


class Reconciler(ctypes.Structure):
    _fields_ = [("find", ReconcilerFind), ("cancel", ReconcilerCancel), ("context", c_void_p)]


LogWrite = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)


class Log(ctypes.Structure):
    _fields_ = [("write", LogWrite), ("context", c_void_p)]


class TokenKey(ctypes.Structure):
    _fields_ = [("id", c_int32), ("secret", c_uint8 * 16)]


class Options(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("durability", c_int32),
        ("main_room", POINTER(RoomLimits)),
        ("hold_ttl_us", c_int64),
        ("holds_per_user", c_int64),
        ("capture_ttl_us", c_int64),
        ("identity_ttl_us", c_int64),
        ("idempotency_ttl_us", c_int64),
        ("issue_limit", c_int64),
        ("clock_jump_max_us", c_int64),
        ("snapshot_age_max_us", c_int64),
        ("busy_timeout_us", c_int64),
        ("wal_size_max", c_int64),
        ("token_keys", POINTER(TokenKey)),
        ("token_key_count", c_size_t),
        ("clock", Clock),
        ("gateway", Gateway),
        ("log", Log),
        ("clock_skew_max_us", c_int64),
        ("accept_time", c_int32),
        ("adopt_rules", c_int32),
        ("event_ttl_us", c_int64),
        ("reconciler", Reconciler),
    ]


class Room(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("limits", RoomLimits),
        ("last_position", c_int64),
        ("serving", c_int64),
        ("name", c_char * 72),
    ]


class NewSeat(ctypes.Structure):
    _fields_ = [
        ("number", c_char_p),
        ("number_length", c_size_t),
        ("section", c_char_p),
        ("section_length", c_size_t),
        ("row", c_char_p),
        ("row_length", c_size_t),
        ("price", c_int64),
        ("x", c_double),
        ("y", c_double),
        ("label", c_char_p),
        ("label_length", c_size_t),
        ("is_blocked", c_int32),
        ("reserved", c_int32),
    ]


class Concert(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("room", c_int64),
        ("created_at_us", c_int64),
        ("date", c_char * 16),
        ("title", c_char * 208),
    ]


class Seat(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("concert", c_int64),
        ("price", c_int64),
        ("x", c_double),
        ("y", c_double),
        ("held_until_us", c_int64),
        ("state", c_int32),
        ("is_mine", c_int32),
        ("number", c_char * 72),
        ("section", c_char * 72),
        ("row", c_char * 72),
        ("label", c_char * 72),
    ]


class SeatCounts(ctypes.Structure):
    _fields_ = [("available", c_int64), ("held", c_int64), ("sold", c_int64), ("blocked", c_int64)]


class Date(ctypes.Structure):
    _fields_ = [("text", c_char * 16)]


class Claims(ctypes.Structure):
    _fields_ = [("token", c_int64), ("user", c_int64), ("room", c_int64), ("position", c_int64)]


class Joined(ctypes.Structure):
    _fields_ = [
        ("claims", Claims),
        ("identity_until_us", c_int64),
        ("state", c_int32),
        ("again", c_int32),
    ]


class Arrived(ctypes.Structure):
    _fields_ = [("deadline_us", c_int64), ("turn_until_us", c_int64)]


class Peeked(ctypes.Structure):
    _fields_ = [
        ("is_turn", c_int32),
        ("reserved", c_int32),
        ("occurred_at_us", c_int64),
        ("position", c_int64),
        ("ahead", c_int64),
        ("estimated_wait_us", c_int64),
        ("next_poll_us", c_int64),
        ("deadline_us", c_int64),
    ]


class Held(ctypes.Structure):
    _fields_ = [
        ("reservation", c_int64),
        ("seat", c_int64),
        ("price", c_int64),
        ("deadline_us", c_int64),
    ]


class Reservation(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("user", c_int64),
        ("seat", c_int64),
        ("concert", c_int64),
        ("token", c_int64),
        ("payment", c_int64),
        ("price", c_int64),
        ("held_at_us", c_int64),
        ("deadline_us", c_int64),
        ("finished_at_us", c_int64),
        ("state", c_int32),
        ("reserved", c_int32),
        ("seat_number", c_char * 72),
        ("date", c_char * 16),
        ("seat_label", c_char * 72),
        ("seat_section", c_char * 72),
        ("seat_row", c_char * 72),
    ]


class Recharged(ctypes.Structure):
    _fields_ = [("transfer", c_int64), ("balance", c_int64)]


class Transfer(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("from", c_int64),
        ("to", c_int64),
        ("amount", c_int64),
        ("payment", c_int64),
        ("at_us", c_int64),
        ("kind", c_int32),
        ("reserved", c_int32),
    ]


class Paid(ctypes.Structure):
    _fields_ = [
        ("payment", c_int64),
        ("reservation", c_int64),
        ("amount", c_int64),
        ("balance", c_int64),
        ("paid_at_us", c_int64),
    ]


class PaymentBegun(ctypes.Structure):
    _fields_ = [
        ("payment", c_int64),
        ("reservation", c_int64),
        ("amount", c_int64),
        ("deadline_us", c_int64),
    ]


class PaymentStep(ctypes.Structure):
    _fields_ = [
        ("state", c_int32),
        ("reserved", c_int32),
        ("at_us", c_int64),
        ("transaction_key", c_char * TRANSACTION_KEY_SIZE),
    ]


class Payment(ctypes.Structure):
    _fields_ = [
        ("id", c_int64),
        ("reservation", c_int64),
        ("user", c_int64),
        ("amount", c_int64),
        ("requested_at_us", c_int64),
        ("deadline_us", c_int64),
        ("finished_at_us", c_int64),
        ("state", c_int32),
        ("step_count", c_int32),
        ("transaction_key", c_char * TRANSACTION_KEY_SIZE),
        ("steps", PaymentStep * 4),
    ]


class Reconciled(ctypes.Structure):
    _fields_ = [
        ("taken_back", c_int64),
        ("uncharged", c_int64),
        ("open", c_int64),
        ("next", c_int64),
    ]


class Command(ctypes.Structure):
    _fields_ = [
        ("kind", c_int32),
        ("reserved", c_uint32),
        ("user", c_int64),
        ("token", c_int64),
        ("room", c_int64),
        ("seat", c_int64),
        ("reservation", c_int64),
        ("payment", c_int64),
        ("amount", c_int64),
        ("text_offset", c_uint32),
        ("text_length", c_uint32),
        ("key_offset", c_uint32),
        ("key_length", c_uint32),
    ]


class Outcome(ctypes.Structure):
    _fields_ = [
        ("status", c_int32),
        ("state", c_int32),
        ("id", c_int64),
        ("position", c_int64),
        ("amount", c_int64),
        ("balance", c_int64),
        ("time_us", c_int64),
        ("time2_us", c_int64),
        ("flag", c_int32),
        ("reserved", c_int32),
    ]


class Ticked(ctypes.Structure):
    _fields_ = [("expired", c_int64), ("more", c_int32), ("reserved", c_int32)]


class Stats(ctypes.Structure):
    _fields_ = [
        ("users", c_int64),
        ("waiting", c_int64),
        ("admitted", c_int64),
        ("seats", SeatCounts),
    ]


class Event(ctypes.Structure):
    _fields_ = [
        ("sequence", c_int64),
        ("at_us", c_int64),
        ("user", c_int64),
        ("room", c_int64),
        ("token", c_int64),
        ("concert", c_int64),
        ("seat", c_int64),
        ("reservation", c_int64),
        ("payment", c_int64),
        ("amount", c_int64),
        ("deadline_us", c_int64),
        ("kind", c_int32),
        ("reserved", c_int32),
    ]


class Violation(ctypes.Structure):
    _fields_ = [("rule", c_char * 8), ("detail", c_char * 248)]


#: The header's name of each structure that it defines.
STRUCTURES: Dict[str, Type[ctypes.Structure]] = {
    "boxoffice_error": Error,
    "boxoffice_room_limits": RoomLimits,
    "boxoffice_clock": Clock,
    "boxoffice_payment_request": PaymentRequest,
    "boxoffice_gateway": Gateway,
    "boxoffice_reconciler": Reconciler,
    "boxoffice_log": Log,
    "boxoffice_token_key": TokenKey,
    "boxoffice_options": Options,
    "boxoffice_room": Room,
    "boxoffice_new_seat": NewSeat,
    "boxoffice_concert": Concert,
    "boxoffice_seat": Seat,
    "boxoffice_seat_counts": SeatCounts,
    "boxoffice_date": Date,
    "boxoffice_claims": Claims,
    "boxoffice_joined": Joined,
    "boxoffice_arrived": Arrived,
    "boxoffice_peeked": Peeked,
    "boxoffice_held": Held,
    "boxoffice_reservation": Reservation,
    "boxoffice_recharged": Recharged,
    "boxoffice_transfer": Transfer,
    "boxoffice_paid": Paid,
    "boxoffice_payment_begun": PaymentBegun,
    "boxoffice_payment_step": PaymentStep,
    "boxoffice_payment": Payment,
    "boxoffice_reconciled": Reconciled,
    "boxoffice_command": Command,
    "boxoffice_outcome": Outcome,
    "boxoffice_ticked": Ticked,
    "boxoffice_stats": Stats,
    "boxoffice_event": Event,
    "boxoffice_violation": Violation,
}

_office = POINTER(Office)
_error = POINTER(Error)
_id = POINTER(c_int64)
_count = POINTER(c_size_t)
_limits = POINTER(RoomLimits)
_text = (c_char_p, c_size_t)

#: The result and the arguments of every function of the header.
FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "boxoffice_version": (c_char_p, []),
    "boxoffice_abi": (c_int32, []),
    "boxoffice_status_name": (c_char_p, [c_int32]),
    "boxoffice_status_message": (c_char_p, [c_int32]),
    "boxoffice_id_text": (c_int32, [c_int64, POINTER(c_char), _error]),
    "boxoffice_id_parse": (c_int32, [*_text, _id, _error]),
    "boxoffice_open": (c_int32, [*_text, POINTER(Options), POINTER(_office), _error]),
    "boxoffice_close": (c_int32, [POINTER(_office)]),
    "boxoffice_restore": (c_int32, [*_text, *_text, _error]),
    "boxoffice_backup": (c_int32, [_office, *_text, c_int32, _error]),
    "boxoffice_now": (c_int32, [_office, _id, _error]),
    "boxoffice_create_user": (c_int32, [_office, *_text, _id, _error]),
    "boxoffice_find_user": (c_int32, [_office, *_text, _id, _error]),
    "boxoffice_create_room": (c_int32, [_office, *_text, _limits, _id, _error]),
    "boxoffice_change_room": (c_int32, [_office, c_int64, _limits, _error]),
    "boxoffice_find_room": (c_int32, [_office, *_text, POINTER(Room), _error]),
    "boxoffice_create_concert": (
        c_int32,
        [_office, *_text, *_text, c_int64, POINTER(NewSeat), c_size_t, _id, _error],
    ),
    "boxoffice_add_seats": (c_int32, [_office, c_int64, POINTER(NewSeat), c_size_t, _error]),
    "boxoffice_block_seat": (c_int32, [_office, c_int64, _error]),
    "boxoffice_unblock_seat": (c_int32, [_office, c_int64, _error]),
    "boxoffice_find_concert": (c_int32, [_office, *_text, POINTER(Concert), _error]),
    "boxoffice_get_concert": (c_int32, [_office, c_int64, POINTER(Concert), _error]),
    "boxoffice_list_concerts": (
        c_int32,
        [_office, *_text, POINTER(Concert), c_size_t, _count, _error],
    ),
    "boxoffice_list_dates": (c_int32, [_office, *_text, POINTER(Date), c_size_t, _count, _error]),
    "boxoffice_list_available_seats": (
        c_int32,
        [_office, c_int64, POINTER(Seat), c_size_t, _count, _error],
    ),
    "boxoffice_list_seats": (
        c_int32,
        [_office, c_int64, c_int64, POINTER(Seat), c_size_t, _count, _error],
    ),
    "boxoffice_find_seat": (c_int32, [_office, c_int64, *_text, c_int64, POINTER(Seat), _error]),
    "boxoffice_count_seats": (c_int32, [_office, c_int64, POINTER(SeatCounts), _error]),
    "boxoffice_join": (c_int32, [_office, c_int64, c_int64, POINTER(Joined), _error]),
    "boxoffice_token_text": (c_int32, [_office, POINTER(Claims), POINTER(c_char), _error]),
    "boxoffice_authenticate": (c_int32, [_office, *_text, POINTER(Claims), _error]),
    "boxoffice_peek": (c_int32, [_office, *_text, POINTER(Peeked), _error]),
    "boxoffice_await_turn": (c_int32, [_office, *_text, c_int32, c_int64, POINTER(Peeked), _error]),
    "boxoffice_arrive": (c_int32, [_office, c_int64, c_int64, POINTER(Arrived), _error]),
    "boxoffice_leave": (c_int32, [_office, c_int64, c_int64, _id, _error]),
    "boxoffice_hold_seat": (
        c_int32,
        [_office, c_int64, c_int64, c_int64, *_text, POINTER(Held), _error],
    ),
    "boxoffice_release_hold": (c_int32, [_office, c_int64, c_int64, _error]),
    "boxoffice_get_reservation": (
        c_int32,
        [_office, c_int64, c_int64, POINTER(Reservation), _error],
    ),
    "boxoffice_list_reservations": (
        c_int32,
        [_office, c_int64, c_int64, POINTER(Reservation), c_size_t, _count, _error],
    ),
    "boxoffice_recharge": (
        c_int32,
        [_office, c_int64, c_int64, *_text, POINTER(Recharged), _error],
    ),
    "boxoffice_balance": (c_int32, [_office, c_int64, _id, _error]),
    "boxoffice_list_transfers": (
        c_int32,
        [_office, c_int64, c_int64, POINTER(Transfer), c_size_t, _count, _error],
    ),
    "boxoffice_pay": (c_int32, [_office, c_int64, c_int64, c_int64, *_text, POINTER(Paid), _error]),
    "boxoffice_begin_payment": (
        c_int32,
        [_office, c_int64, c_int64, c_int64, *_text, POINTER(PaymentBegun), _error],
    ),
    "boxoffice_capture_payment": (
        c_int32,
        [_office, c_int64, c_int64, c_int64, c_int64, *_text, *_text, POINTER(Paid), _error],
    ),
    "boxoffice_fail_payment": (c_int32, [_office, c_int64, c_int64, c_int64, *_text, _error]),
    "boxoffice_get_payment": (c_int32, [_office, c_int64, c_int64, POINTER(Payment), _error]),
    "boxoffice_list_unreconciled_payments": (
        c_int32,
        [_office, c_int64, POINTER(Payment), c_size_t, _count, _error],
    ),
    "boxoffice_reconcile_payments": (
        c_int32,
        [_office, c_int64, c_int64, POINTER(Reconciled), _error],
    ),
    "boxoffice_reconcile_payment": (c_int32, [_office, c_int64, *_text, _error]),
    "boxoffice_execute": (
        c_int32,
        [_office, POINTER(Command), c_size_t, c_char_p, c_size_t, POINTER(Outcome), _error],
    ),
    "boxoffice_tick": (c_int32, [_office, c_int64, POINTER(Ticked), _error]),
    "boxoffice_get_stats": (c_int32, [_office, POINTER(Stats), _error]),
    "boxoffice_list_events": (
        c_int32,
        [_office, c_int64, POINTER(Event), c_size_t, _count, _error],
    ),
    "boxoffice_event_name": (c_char_p, [c_int32]),
    "boxoffice_audit": (c_int32, [_office, POINTER(Violation), c_size_t, _count, _error]),
}


def declare(library: ctypes.CDLL) -> None:
    """Gives every function its types. Raises AttributeError if the library lacks one."""
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments


_CODES: Dict[Any, str] = {c_int32: "i", c_uint32: "I", c_int64: "q", c_double: "d"}


def _format(structure: Type[ctypes.Structure]) -> str:
    out: List[str] = []
    end = 0
    for field in structure._fields_:
        name, kind = field[0], field[1]
        member = getattr(structure, name)
        out.append(f"{member.offset - end}x")
        end = member.offset + member.size
        if isinstance(kind, type) and issubclass(kind, ctypes.Structure):
            out.append(_format(kind))
        elif isinstance(kind, type) and issubclass(kind, ctypes.Array):
            array: Any = kind
            if array._type_ is c_char:
                out.append(f"{array._length_}s")
            else:
                out.append(_format(array._type_) * int(array._length_))
        else:
            out.append(_CODES[kind])
    out.append(f"{ctypes.sizeof(structure) - end}x")
    return "".join(out)


def layout(structure: Type[ctypes.Structure]) -> struct.Struct:
    """The same layout for the struct module, which reads a whole structure at once: many times
    faster than member by member. Nested structures are flattened; texts come as bytes of their full
    size."""
    return struct.Struct("=" + _format(structure))
