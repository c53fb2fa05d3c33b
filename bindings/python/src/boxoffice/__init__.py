"""An embeddable box office: waiting room, seats, timed holds, prepaid points and payments, in one
SQLite file or in memory, with no server.

    import boxoffice

    with boxoffice.open("sale.db") as office:
        mina = office.create_user("mina")
        office.recharge(mina, 50_000, key="recharge-1")

Every refusal, mistake and fault is a class below :class:`Error`; see :mod:`boxoffice.errors`. What
is answered is in :mod:`boxoffice.answers` and :mod:`boxoffice.sales` (orders, terms, prices,
refunds), what goes into a batch in :mod:`boxoffice.commands`.

Types: ids and points are int; instants are aware datetimes, spans timedeltas, dates dates. Threads:
any method from any thread; calls release the interpreter's lock.
"""

from ._callbacks import Clock, LogCallback, PaymentGateway
from ._json import to_dict
from . import answers, commands, errors, sales
from ._convert import event_names
from ._library import library_version
from ._version import __version__
from .answers import *  # noqa: F403
from .commands import *  # noqa: F403
from .errors import *  # noqa: F403
from .office import Office
from .opening import id_text, open, parse_id, restore  # noqa: A004
from .sales import *  # noqa: F403

__all__ = [
    "Clock",
    "LogCallback",
    "Office",
    "PaymentGateway",
    "__version__",
    "event_names",
    "id_text",
    "library_version",
    "open",
    "parse_id",
    "restore",
    "to_dict",
]
__all__ += answers.__all__
__all__ += commands.__all__
__all__ += errors.__all__
__all__ += sales.__all__
