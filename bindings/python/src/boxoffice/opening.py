"""Opening an office, restoring one, and the text of ids: the functions that need no office."""

from __future__ import annotations

import ctypes
import datetime
import os
from ctypes import byref
from typing import Mapping, Optional, Union

from . import _convert as convert
from . import _structures as c
from ._callbacks import Callbacks, Clock, LogCallback, PaymentGateway
from ._handle import ERROR_SIZE
from ._library import load
from .answers import Durability, RoomLimits
from .errors import InvalidOptions
from .office import Office


def id_text(identity: int) -> str:
    """The 13 characters of an id. Mistakes: InvalidArgument (below 1)."""
    text = ctypes.create_string_buffer(c.ID_TEXT_SIZE)
    error = c.Error(ERROR_SIZE)
    status = load().boxoffice_id_text(convert.int64(identity, "id"), text, byref(error))
    if status:
        raise convert.raised(status, error)
    return text.value.decode()


def parse_id(text: str) -> int:
    """The id that 13 characters stand for. Mistakes: InvalidArgument."""
    raw = convert.text(text, "text")
    identity = ctypes.c_int64()
    error = c.Error(ERROR_SIZE)
    status = load().boxoffice_id_parse(raw, len(raw), byref(identity), byref(error))
    if status:
        raise convert.raised(status, error)
    return identity.value


def restore(backup: Union[str, "os.PathLike[str]"], path: Union[str, "os.PathLike[str]"]) -> None:
    """Puts a backup (what :meth:`Office.backup` made, or a file that was closed) at ``path``, where
    nothing may stand. It becomes the box office that it was made of; the backup stays.

    Mistakes: InvalidArgument (something is at ``path``, or a log that may hold sales; the backup
    is not whole). Faults: Storage, NotABoxoffice, NewerSchema, Busy.
    """
    source = convert.text(os.fspath(backup), "backup")
    target = convert.text(os.fspath(path), "path")
    error = c.Error(ERROR_SIZE)
    status = load().boxoffice_restore(source, len(source), target, len(target), byref(error))
    if status:
        raise convert.raised(status, error)


def open(  # noqa: A001
    path: Union[str, "os.PathLike[str]"],
    *,
    durability: Durability = Durability.FULL,
    active_capacity: int = 200,
    queue_capacity: int = 1_000_000,
    admissions_per_second: int = 0,
    arrive_ttl: datetime.timedelta = datetime.timedelta(minutes=1),
    active_ttl: datetime.timedelta = datetime.timedelta(minutes=5),
    waiting_ttl: datetime.timedelta = datetime.timedelta(hours=24),
    hold_ttl: datetime.timedelta = datetime.timedelta(minutes=5),
    holds_per_user: int = 1,
    capture_ttl: datetime.timedelta = datetime.timedelta(minutes=1),
    identity_ttl: datetime.timedelta = datetime.timedelta(hours=24),
    idempotency_ttl: datetime.timedelta = datetime.timedelta(hours=24),
    issue_limit: int = 2**62,
    clock_jump_max: datetime.timedelta = datetime.timedelta(hours=1),
    snapshot_age_max: datetime.timedelta = datetime.timedelta(milliseconds=25),
    busy_timeout: datetime.timedelta = datetime.timedelta(seconds=5),
    wal_size_max: int = 64 * 1024 * 1024,
    token_keys: Optional[Mapping[int, bytes]] = None,
    clock: Optional[Clock] = None,
    gateway: Optional[PaymentGateway] = None,
    log: Optional[LogCallback] = None,
    clock_skew_max: datetime.timedelta = datetime.timedelta(seconds=5),
    accept_time: bool = False,
    adopt_rules: bool = False,
    event_ttl: datetime.timedelta = datetime.timedelta(0),
) -> Office:
    """Opens the office in the file at ``path``, made if absent; ``":memory:"`` opens one in memory.

    The limits of the waiting room "main" (``active_capacity`` to ``waiting_ttl``, see
    :class:`RoomLimits`) count when the store is made; then the store's own hold, and
    :meth:`Office.change_room` changes them.

    - ``durability``: FULL survives power loss; NORMAL is weaker: it survives the process.
    - ``hold_ttl``: how long a hold lives. ``holds_per_user``: live holds at once, in all rooms
      together.
    - ``capture_ttl``: how long a payment that began keeps its seat.
    - ``identity_ttl``: how long a token proves its user. ``idempotency_ttl``: how long keys are
      remembered.
    - ``issue_limit``: points issued in all.
    - ``clock_jump_max``: how far the wall clock may run ahead of the steady one before it is a
      fault.
    - ``clock_skew_max``: how far the wall clock may be ahead of other offices that have the file
      open. A clock that is further off when the file is opened is the fault ClockJump;
      ``accept_time`` goes on from the file's time all the same.
    - ``adopt_rules``: ``hold_ttl``, ``holds_per_user``, ``capture_ttl``, ``identity_ttl``,
      ``idempotency_ttl`` and ``issue_limit`` must be what the file was first opened with (else
      InvalidOptions); with this they replace it, while nobody else has the file open.
    - ``snapshot_age_max``: how late the admissions of other processes may be seen; at most 50 ms.
    - ``busy_timeout``: how long a call waits for others. ``wal_size_max``: bytes.
    - ``token_keys``: secrets of 16 bytes by id (1 to 65535); the first signs, all are accepted.
      None: one is made and kept in the store, and then who can read the store can forge tokens.
    - ``event_ttl``: how long events are kept where no :meth:`Office.tick` tells what was consumed.
      Zero: for ever.
    - ``clock``, ``gateway``, ``log``: see :class:`Clock`, :class:`PaymentGateway`,
      :data:`LogCallback`.

    **Exceptions of callbacks** cannot pass through C. One of ``approve`` declines, and is the
    ``__cause__`` of the PaymentDeclined. One of the clock leaves the last known reading in force.
    When the call then fails, the exception is the error's ``__cause__``; when it succeeds, its
    answer stands (it was committed) and the exception goes to the logger "boxoffice"; but
    ``await_turn``, which changes nothing that a retry would repeat, raises it. A KeyboardInterrupt
    or SystemExit is always raised, when the call returns.

    Paths are text: a file name that is not valid UTF-8 is refused. Mistakes: InvalidOptions,
    InvalidArgument. Faults: Storage, NotABoxoffice, NewerSchema, WeakDurability, Busy, ClockJump,
    Forked (the parent of this process had the file open at the fork: close it before you fork).
    LibraryNotFound where there is no C library.
    """
    options = c.Options(struct_size=ctypes.sizeof(c.Options))
    room = convert.limits(
        RoomLimits(
            active_capacity,
            queue_capacity,
            admissions_per_second,
            arrive_ttl,
            active_ttl,
            waiting_ttl,
        )
    )
    options.main_room = ctypes.pointer(room)
    options.durability = convert.int32(durability, "durability")
    options.hold_ttl_us = convert.span(hold_ttl, "hold_ttl")
    options.holds_per_user = convert.int64(holds_per_user, "holds_per_user")
    options.capture_ttl_us = convert.span(capture_ttl, "capture_ttl")
    options.identity_ttl_us = convert.span(identity_ttl, "identity_ttl")
    options.idempotency_ttl_us = convert.span(idempotency_ttl, "idempotency_ttl")
    options.issue_limit = convert.int64(issue_limit, "issue_limit")
    options.clock_jump_max_us = convert.span(clock_jump_max, "clock_jump_max")
    options.snapshot_age_max_us = convert.span(snapshot_age_max, "snapshot_age_max")
    options.clock_skew_max_us = convert.span(clock_skew_max, "clock_skew_max")
    options.accept_time = 1 if accept_time else 0
    options.adopt_rules = 1 if adopt_rules else 0
    options.busy_timeout_us = convert.span(busy_timeout, "busy_timeout")
    options.wal_size_max = convert.int64(wal_size_max, "wal_size_max")
    options.event_ttl_us = convert.span(event_ttl, "event_ttl")
    if token_keys:
        keys = (c.TokenKey * len(token_keys))()
        for slot, (number, secret) in zip(keys, token_keys.items()):
            if not isinstance(secret, (bytes, bytearray)) or len(secret) != 16:
                raise InvalidOptions("token_keys: secrets of 16 bytes")
            slot.id = convert.int32(number, "token_keys")
            slot.secret[:] = secret
        options.token_keys = keys
        options.token_key_count = len(token_keys)
    callbacks = None
    if clock is not None or gateway is not None or log is not None:
        callbacks = Callbacks(clock, gateway, log)
        callbacks.fill(options)
    return Office(convert.text(os.fspath(path), "path"), options, callbacks)
