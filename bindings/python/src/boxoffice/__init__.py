"""An embeddable box office: waiting room, seats, timed holds, prepaid points and payments, in one
SQLite file or in memory, with no server.

    import boxoffice

    with boxoffice.open("sale.db") as office:
        mina = office.create_user("mina")
        office.recharge(mina, 50_000, key="recharge-1")

Every refusal, mistake and fault is a class below :class:`Error`; see :mod:`boxoffice.errors`. What
is answered is in :mod:`boxoffice.answers`, what goes into a batch in :mod:`boxoffice.commands`.

Types: ids and points are int; instants are aware datetimes, spans timedeltas, dates dates. Threads:
any method from any thread; calls release the interpreter's lock.
"""

from ._callbacks import Clock, LogCallback, PaymentGateway
from ._library import library_version
from ._version import __version__
from .answers import (
    CASH,
    AccountId,
    Arrived,
    Claims,
    Concert,
    ConcertId,
    Durability,
    Event,
    Held,
    Joined,
    NewSeat,
    Paid,
    Payment,
    PaymentBegun,
    PaymentId,
    PaymentRequest,
    PaymentState,
    PaymentStep,
    Peeked,
    PlaceState,
    Recharged,
    Reconciled,
    Reservation,
    ReservationId,
    ReservationState,
    Room,
    RoomId,
    RoomLimits,
    Seat,
    SeatCounts,
    SeatId,
    SeatState,
    Stats,
    Ticked,
    TokenId,
    Transfer,
    TransferId,
    TransferKind,
    UserId,
    Violation,
)
from .commands import (
    BeginPayment,
    BlockSeat,
    CapturePayment,
    Arrive,
    Command,
    CreateUser,
    FailPayment,
    HoldSeat,
    Join,
    Leave,
    Outcome,
    Outcomes,
    Pay,
    Recharge,
    ReleaseHold,
    Tick,
    UnblockSeat,
)
from .errors import *  # noqa: F403
from .errors import __all__ as _errors
from .office import Office
from .opening import id_text, open, parse_id, restore  # noqa: A004

__all__ = [
    "CASH",
    "AccountId",
    "BeginPayment",
    "BlockSeat",
    "CapturePayment",
    "Arrive",
    "Arrived",
    "Claims",
    "Clock",
    "Command",
    "Concert",
    "ConcertId",
    "CreateUser",
    "Durability",
    "Event",
    "FailPayment",
    "Held",
    "HoldSeat",
    "Join",
    "Joined",
    "Leave",
    "LogCallback",
    "NewSeat",
    "Office",
    "Outcome",
    "Outcomes",
    "Paid",
    "Pay",
    "Payment",
    "PaymentBegun",
    "PaymentGateway",
    "PaymentId",
    "PaymentRequest",
    "PaymentState",
    "PaymentStep",
    "Peeked",
    "PlaceState",
    "Recharge",
    "Recharged",
    "Reconciled",
    "ReleaseHold",
    "Reservation",
    "ReservationId",
    "ReservationState",
    "Room",
    "RoomId",
    "RoomLimits",
    "Seat",
    "SeatCounts",
    "SeatId",
    "SeatState",
    "Stats",
    "Tick",
    "Ticked",
    "TokenId",
    "Transfer",
    "TransferId",
    "TransferKind",
    "UnblockSeat",
    "UserId",
    "Violation",
    "__version__",
    "id_text",
    "library_version",
    "open",
    "parse_id",
    "restore",
]
__all__ += _errors
