"""How a command goes into an array and an arena, and how an outcome comes out.

A command is packed by a layout of the members that its kind reads; what is between is zero. What is
of any length goes to the arena. struct refuses ints that do not fit; bools it would take, so types
are looked at.
"""

from __future__ import annotations

import ctypes
import datetime
from typing import Any, Callable, Iterable, Sequence, Tuple

from . import _convert, _convert_sales
from . import _structures as c
from ._layouts import is_reserved, packer
from .answers import (
    Arrived,
    Claims,
    Held,
    Joined,
    NewSeat,
    OrderId,
    Paid,
    PaymentBegun,
    PaymentId,
    Recharged,
    ReservationId,
    RoomLimits,
    Ticked,
    TokenId,
    TransferId,
)
from .sales import Cancelled, HeldOrder, Refunded, Swept

# ---- encoding -----------------------------------------------------------------------------------

COMMAND_SIZE = ctypes.sizeof(c.Command)
ARENA_MAX = 0xFFFFFFFF
Encode = Callable[[bytearray, int, Any, bytearray], None]


def packer_of(*members: str) -> Callable[..., None]:
    return packer(c.Command, "kind", *members).pack_into


_KEY = ("key_offset", "key_length")
_TEXT = ("text_offset", "text_length")
_TEXT2 = ("text2_offset", "text2_length")
_LIST = ("list_offset", "list_count")


def store(arena: bytearray, raw: bytes) -> Tuple[int, int]:
    """Puts a text into the arena: its offset and length."""
    at = len(arena)
    arena += raw
    return at, len(raw)


def store_list(arena: bytearray, items: Sequence[bytes]) -> Tuple[int, int]:
    """Puts the items of a list into the arena, at a multiple of 8: their offset and how many."""
    arena += bytes(-len(arena) % 8)
    at = len(arena)
    for item in items:
        arena += item
    return at, len(items)


_SEAT_ITEM = [one[0] for one in c.SeatItem._fields_ if not is_reserved(one[0])]
_pack_seat_item = packer(c.SeatItem, *_SEAT_ITEM).pack


def store_seats(arena: bytearray, seats: Iterable[NewSeat]) -> Tuple[int, int]:
    items = []
    for seat in seats:
        texts, values = _convert.new_seat(seat)
        for name, raw in texts.items():
            values[name + "_offset"], values[name + "_length"] = store(arena, raw)
        items.append(_pack_seat_item(*[values[name] for name in _SEAT_ITEM]))
    return store_list(arena, items)


def store_limits(arena: bytearray, limits: RoomLimits) -> Tuple[int, int]:
    return store_list(arena, [bytes(_convert.limits(limits))])


def ids(kind: int, *members: str) -> Encode:
    """Commands of ids alone."""
    pack = packer_of(*members)

    def encode(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
        for value in command:
            if type(value) is not int:
                command = [_convert.int64(one, name) for one, name in zip(command, members)]
                break
        pack(buffer, at, kind, *command)

    return encode


def three_and_key(kind: int, third: str) -> Encode:
    """Commands of a user, a token, another id, and a key: the frequent ones, so this is quick about
    what is right."""
    pack = packer_of("user", "token", third, *_KEY)

    def encode(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
        user, token, other, key = command
        if type(user) is not int or type(token) is not int or type(other) is not int:
            user = _convert.int64(user, "user")
            token = _convert.int64(token, "token")
            other = _convert.int64(other, third)
        if key is None:
            pack(buffer, at, kind, user, token, other, 0, 0)
        else:
            raw = key.encode() if key.__class__ is str else _convert.text(key, "key")
            pack(buffer, at, kind, user, token, other, len(arena), len(raw))
            arena += raw

    return encode


def ids_and_transaction(kind: int, *members: str, has_key: bool = False) -> Encode:
    """Commands of ids, a gateway's name for a payment, and perhaps a key."""
    pack = packer_of(*members, *_TEXT, *(_KEY if has_key else ()))

    def encode(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
        ids = [_convert.int64(value, name) for value, name in zip(command, members)]
        name = _convert.text(command.transaction_key, "transaction_key")
        key = _convert.key(command.key) if has_key else b""
        places = [*store(arena, name), *(store(arena, key) if has_key else ())]
        pack(buffer, at, kind, *ids, *places)

    return encode


_pack_recharge = packer_of("user", "amount", *_KEY)
_pack_create_user = packer_of(*_TEXT)
_pack_create_room = packer_of(*_TEXT, *_LIST)
_pack_change_room = packer_of("room", *_LIST)
_pack_create_concert = packer_of("room", *_TEXT, *_TEXT2, *_LIST)
_pack_add_seats = packer_of("concert", *_LIST)


def recharge(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    user, amount, key = command
    if type(user) is not int or type(amount) is not int:
        user, amount = _convert.int64(user, "user"), _convert.int64(amount, "amount")
    if key is None:
        _pack_recharge(buffer, at, c.COMMAND_RECHARGE, user, amount, 0, 0)
    else:
        raw = key.encode() if key.__class__ is str else _convert.text(key, "key")
        _pack_recharge(buffer, at, c.COMMAND_RECHARGE, user, amount, len(arena), len(raw))
        arena += raw


def create_user(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    name = store(arena, _convert.text(command.external_id, "external_id"))
    _pack_create_user(buffer, at, c.COMMAND_CREATE_USER, *name)


def create_room(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    name = store(arena, _convert.text(command.name, "name"))
    limits = store_limits(arena, command.limits)
    _pack_create_room(buffer, at, c.COMMAND_CREATE_ROOM, *name, *limits)


def change_room(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    room = _convert.int64(command.room, "room")
    limits = store_limits(arena, command.limits)
    _pack_change_room(buffer, at, c.COMMAND_CHANGE_ROOM, room, *limits)


def create_concert(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    room = _convert.int64(command.room, "room")
    title = store(arena, _convert.text(command.title, "title"))
    day = store(arena, _convert.day(command.date, "date"))
    seats = store_seats(arena, command.seats)
    _pack_create_concert(buffer, at, c.COMMAND_CREATE_CONCERT, room, *title, *day, *seats)


def add_seats(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    seats = store_seats(arena, command.seats)
    _pack_add_seats(buffer, at, c.COMMAND_ADD_SEATS, concert, *seats)


_pack_hold_seats = packer_of("flag", "user", "token", "concert", "amount", *_KEY, *_LIST)
_pack_change_concert = packer_of("flag", "room", "concert", *_TEXT, *_TEXT2, "version", "time_us")
_pack_change_sale = packer_of("concert", *_LIST, "version")
_pack_create_type = packer_of("concert", "amount", *_TEXT, "type")
_pack_call_off = packer_of("concert", *_TEXT)
_pack_cancel = packer_of("user", *_KEY, *_LIST)
_pack_refund = packer_of("flag", "reservation", "amount", *_TEXT, *_KEY)
_pack_price_item = packer(c.PriceItem, "category_offset", "category_length", "type", "price").pack


def store_array(arena: bytearray, rows: Any) -> Tuple[int, int]:
    """Puts an array of structures or ids into the arena."""
    at, _ = store_list(arena, [bytes(rows)])
    return at, len(rows)


def hold_seats(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    who = [_convert.int64(getattr(command, name), name) for name in ("user", "token", "concert")]
    has_total = command.expect_total is not None
    total = _convert.int64(command.expect_total, "expect_total") if has_total else 0
    key = store(arena, _convert.key(command.key))
    items = store_array(arena, _convert_sales.order_items(command.items))
    _pack_hold_seats(buffer, at, c.COMMAND_HOLD_SEATS, int(has_total), *who, total, *key, *items)


def change_concert(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    is_hidden = _convert.flag(command.is_hidden, "is_hidden")
    title = store(arena, _convert.text(command.title, "title"))
    day = store(arena, _convert.day(command.date, "date"))
    version = _convert.int64(command.version, "version")
    start = _convert.optional_instant(command.starts_at, "starts_at")
    room = _convert.optional_id(command.room, "room")
    places = (*title, *day, version, start)
    _pack_change_concert(buffer, at, c.COMMAND_CHANGE_CONCERT, is_hidden, room, concert, *places)


def change_sale(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    terms = store_list(arena, [bytes(_convert_sales.terms(command.terms))])
    version = _convert.int64(command.version, "version")
    _pack_change_sale(buffer, at, c.COMMAND_CHANGE_SALE, concert, *terms, version)


def set_tariff(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    items = []
    for one in _convert_sales.listed(command.prices, "prices"):
        category, kind, price = _convert_sales.price(one)
        items.append(_pack_price_item(*store(arena, category), kind, price))
    prices = store_list(arena, items)
    version = _convert.int64(command.version, "version")
    _pack_change_sale(buffer, at, c.COMMAND_SET_TARIFF, concert, *prices, version)


def create_type(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    most = _convert.int64(command.max_per_order, "max_per_order")
    name = store(arena, _convert.text(command.name, "name"))
    needs = _convert.optional_id(command.needs, "needs")
    _pack_create_type(buffer, at, c.COMMAND_CREATE_TYPE, concert, most, *name, needs)


def call_off(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    concert = _convert.int64(command.concert, "concert")
    reason = store(arena, _convert.text(command.reason, "reason"))
    _pack_call_off(buffer, at, c.COMMAND_CALL_OFF, concert, *reason)


def cancel(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    user = _convert.int64(command.user, "user")
    key = store(arena, _convert.key(command.key))
    ids = store_array(arena, _convert_sales.ids(command.reservations, "reservation"))
    _pack_cancel(buffer, at, c.COMMAND_CANCEL, user, *key, *ids)


def refund(buffer: bytearray, at: int, command: Any, arena: bytearray) -> None:
    reservation = _convert.int64(command.reservation, "reservation")
    amount = _convert.int64(command.amount, "amount")
    takes_back = _convert.flag(command.cancel, "cancel")
    reason = store(arena, _convert.text(command.reason, "reason"))
    key = store(arena, _convert.text(command.key, "key"))
    _pack_refund(buffer, at, c.COMMAND_REFUND, takes_back, reservation, amount, *reason, *key)


# ---- decoding -----------------------------------------------------------------------------------

LAYOUT = _convert.LAYOUTS[c.Outcome]
OUTCOME_SIZE = LAYOUT.size
_Fields = Tuple[Any, ...]  # as in the structure
Decode = Callable[[Any, _Fields], Any]
_time = _convert.time
_deadline = _convert.deadline


def nothing(command: Any, fields: _Fields) -> None:
    return None


def identity(command: Any, fields: _Fields) -> int:
    return int(fields[2])


def amount(command: Any, fields: _Fields) -> int:
    return int(fields[4])


def joined(command: Any, fields: _Fields) -> Joined:
    _, state, token, position, _, _, until, _, again, _, _ = fields
    claims = Claims(TokenId(token), command.user, command.room, position)
    return Joined(claims, _convert.place_state(state), again == 1, _deadline(until))


def arrived(command: Any, fields: _Fields) -> Arrived:
    return Arrived(_deadline(fields[6]), _deadline(fields[7]))


def held(command: Any, fields: _Fields) -> Held:
    return Held(ReservationId(fields[2]), command[2], fields[4], _deadline(fields[6]))


def recharged(command: Any, fields: _Fields) -> Recharged:
    return Recharged(TransferId(fields[2]), fields[5])


def paid(command: Any, fields: _Fields) -> Paid:
    return Paid(PaymentId(fields[2]), command[2], fields[4], fields[5], _time(fields[6]), ())


def begun(command: Any, fields: _Fields) -> PaymentBegun:
    return PaymentBegun(PaymentId(fields[2]), command[2], fields[4], _deadline(fields[6]))


def ticked(command: Any, fields: _Fields) -> Ticked:
    return Ticked(fields[4], fields[8] == 1)


def held_order(command: Any, fields: _Fields) -> HeldOrder:
    return HeldOrder(OrderId(ReservationId(fields[2])), _deadline(fields[6]), fields[4], ())


def changed(command: Any, fields: _Fields) -> int:
    return int(fields[4])


def called_off(command: Any, fields: _Fields) -> datetime.datetime:
    return _time(fields[6])


def swept(command: Any, fields: _Fields) -> Swept:
    return Swept(fields[4], fields[9], fields[10], fields[8] == 1)


def cancelled(command: Any, fields: _Fields) -> Cancelled:
    return Cancelled(fields[4], fields[5], ())


def refunded(command: Any, fields: _Fields) -> Refunded:
    return Refunded(command.reservation, command.amount, fields[4])
