"""Writes the seed corpus of c_calls.cpp: short stories in its records of eight bytes.

    python3 tests/fuzz/make_corpus.py DIRECTORY

The numbers of the functions are read from functions.hpp; c_calls.cpp describes the records.
"""

import re
import sys
from pathlib import Path

SOURCE = (Path(__file__).parent / "functions.hpp").read_text()
TABLE = re.search(r"#define BOXOFFICE_C_FUNCTIONS\(X\)(.*?)\n\n", SOURCE, re.DOTALL)
assert TABLE
FUNCTIONS = {name: number for number, name in enumerate(re.findall(r"X\((\w+)\)", TABLE.group(1)))}
# What the world does: time passes, the wall clock goes back, ahead, anywhere, is set right; the gateway's next answers.
WORLD = {"wait": 0, "back": 4, "ahead": 5, "wall": 6, "right": 7, "gateway": 9}
COMMANDS = ("create_user block unblock join arrive leave hold release recharge pay begin capture fail tick "
            "create_room change_room create_concert add_seats reconcile hold_seats release_order change_concert change_sale "
            "set_tariff create_type call_off sweep_refunds cancel refund delete_concert").split()
MILLISECOND, MINUTE, HOLD_TTL, DAY, MONTH = 2, 7, 9, 13, 14
FILE, BACKUP, RESTORED = 240, 244, 245


def call(name, where=0, who=0, a=0, b=0, c=0, d=0, spoil=0):
    op = FUNCTIONS[name] if name in FUNCTIONS else len(FUNCTIONS) + WORLD[name]
    return bytes([op, where, who, a, b, c, d, spoil])


def batch(*commands, by="execute", **arguments):
    rows = [bytes([COMMANDS.index(name), 0, who, a, 0, 0, 0, 0]) for name, who, a in commands]
    return call(by, a=len(rows), **arguments) + b"".join(rows)


def submitted(*commands, **arguments):
    return batch(*commands, by="submit", **arguments)


def opened(**options):
    return call("open", **options) + call("create_concert")


def comes(who, points=True, where=0):
    rows = call("create_user", a=who, where=where) + call("join", who=who, where=where)
    return rows + (call("recharge", who=who, b=1, where=where) if points else b"")


def buys(who, seat, where=0):
    return call("peek", who=who, where=where) + call("hold_seat", who=who, a=seat, b=2, where=where) + \
        call("pay", who=who, b=3, where=where)


GATEWAY, ONE_INSIDE, RATE, SHORT_TTL, SHORT_HOLD = 1, 2, 4, 32, 64
QUERIES = b"".join(
    call(name)
    for name in FUNCTIONS
    if re.match("now|token|authenticate|find|get|list|count|balance|audit|id|version|abi|event|status", name)
)

STORIES = {
    "queries": opened() + comes(0) + buys(0, 0) + QUERIES,
    "sale": opened() + comes(0) + call("await_turn") + buys(0, 0) + call("tick") + call("audit"),
    "two-buyers": opened(b=ONE_INSIDE) + comes(0) + comes(1) + call("await_turn", who=1, a=2, b=2) + buys(0, 0)
        + buys(1, 0) + buys(1, 1),
    "leave": opened(b=ONE_INSIDE) + comes(0) + comes(1) + call("arrive") + call("hold_seat") + call("leave")
        + buys(1, 0),
    "hold-expires": opened() + comes(0) + call("hold_seat") + call("wait", a=HOLD_TTL) + call("pay")
        + call("tick") + buys(0, 0),
    "released": opened() + comes(0) + call("hold_seat") + call("release_hold") + call("pay")
        + call("hold_seat", a=1) + call("pay"),
    "begin-capture": opened() + comes(0) + call("hold_seat") + call("begin_payment", b=4)
        + call("capture_payment", b=5) * 2,
    "begin-fail": opened() + comes(0) + call("hold_seat") + call("begin_payment") + call("fail_payment", a=3) * 2
        + call("begin_payment") + call("wait", a=MINUTE) + call("capture_payment") + call("pay"),
    "gateway": opened(b=GATEWAY) + comes(0) + call("hold_seat")
        + b"".join(call("gateway", a=answer) + call("pay", b=6) for answer in (1, 3, 2, 7, 0)),
    "reconcile": opened() + comes(0) + call("hold_seat") + call("begin_payment") + call("fail_payment", a=3)
        + call("list_unreconciled_payments") + call("reconcile_payment") + call("reconcile_payment", a=3) * 2,
    "reconcile-sweep": opened(b=GATEWAY) + comes(0) + call("hold_seat")
        + b"".join(call("gateway", a=8) + call("pay") + call("gateway", a=answer) + call("wait", a=MINUTE)
                   + call("reconcile_payments") for answer in (4, 1, 2, 3, 0)) + call("audit"),
    "gateway-slow": opened(b=GATEWAY) + comes(0) + call("hold_seat") + call("gateway", a=5) + call("pay")
        + call("audit"),
    "gateway-jump": opened(b=GATEWAY) + comes(0) + call("hold_seat") + call("gateway", a=6) + call("pay")
        + call("right") + call("pay"),
    "blocked": opened() + comes(0) + call("block_seat") + call("hold_seat") + call("unblock_seat")
        + call("hold_seat") + call("block_seat"),
    "rooms": opened() + call("create_room", a=9) + call("change_room", a=1, b=2) + call("create_concert", who=1)
        + comes(0) + call("join", a=1) + call("hold_seat", a=5) + call("change_room", c=11)
        + call("wait", a=MILLISECOND) + call("tick"),
    "rate": opened(b=RATE) + b"".join(comes(who, False) for who in range(4))
        + b"".join(call("wait", a=5) + call("peek", who=who) for who in range(4)),
    "short-ttl": opened(b=SHORT_TTL | SHORT_HOLD) + comes(0) + call("hold_seat") + call("begin_payment")
        + call("wait", a=MILLISECOND) * 3 + call("capture_payment") + call("tick"),
    "batch-sale": opened() + batch(("create_user", 0, 1)) + batch(("join", 0, 0), ("recharge", 0, 200))
        + batch(("arrive", 0, 0), ("hold", 0, 0)) + batch(("begin", 0, 0))
        + batch(("capture", 0, 0), ("tick", 0, 0)),
    "batch-rest": opened() + comes(0) + batch(("block", 0, 1), ("unblock", 0, 1), ("hold", 0, 0))
        + batch(("begin", 0, 0)) + batch(("fail", 0, 0), ("release", 0, 0), ("leave", 0, 0))
        + batch(("pay", 0, 0)),
    "batch-arena": opened() + comes(0)
        + b"".join(call("execute", a=2) + bytes([8, 0, 0, 1, 2, 0, 0, 0]) + bytes([8, wrong, 0, 1, 2, 9, 0, 0])
                   for wrong in range(1, 7)),
    "batch-house": call("open") + batch(("create_concert", 0, 1), ("create_room", 0, 9), ("change_room", 0, 0))
        + comes(0) + batch(("add_seats", 0, 40), ("create_concert", 0, 2)) + buys(0, 0) + call("list_seats"),
    "batch-reconcile": opened() + comes(0) + call("hold_seat") + call("begin_payment") + call("fail_payment", a=3)
        + batch(("reconcile", 0, 0)) + call("list_unreconciled_payments"),
    "batch-lists": opened()
        + b"".join(call("execute", a=1) + bytes([COMMANDS.index(name), wrong, 0, 30, 2, 0, wrong, 0])
                   for name in ("create_room", "create_concert", "add_seats", "join") for wrong in range(7, 20)),
    "submit-sale": opened() + submitted(("create_user", 0, 1)) + call("drive")
        + submitted(("join", 0, 0), ("recharge", 0, 200)) + submitted(("tick", 0, 0)) + call("drive", a=4)
        + submitted(("arrive", 0, 0), c=1) + submitted(("hold", 0, 0)) + call("drive") * 3
        + submitted(("begin", 0, 0)) + call("peek") + submitted(("capture", 0, 0)) + call("tick") + call("audit"),
    "submit-house": call("open") + submitted(("create_concert", 0, 1), ("create_room", 0, 9)) + comes(0)
        + submitted(("add_seats", 0, 40)) + buys(0, 0) + call("list_seats"),
    "submit-close": opened() + comes(0) + submitted(("recharge", 0, 5), ("recharge", 0, 6)) + submitted(c=1)
        + call("close") + call("open") + call("drive", where=3, d=0) + call("submit", where=3, d=0),
    "submit-wrong": opened() + comes(0) + b"".join(submitted(("hold", 0, 0), b=wrong) for wrong in range(1, 6))
        + b"".join(call("drive", a=wait) for wait in range(8)) + call("drive", where=7 << 5),
    "submit-clock": opened() + comes(0) + submitted(("hold", 0, 0)) + call("ahead", a=DAY) + call("drive")
        + submitted(("hold", 0, 0)) + call("balance") + call("right") + call("drive") + buys(0, 0),
    "order": opened() + call("change_sale") + comes(0) + call("get_sale") + call("hold_seats") + call("get_order")
        + call("release_order") * 2 + call("hold_seats") + call("pay") + call("cancel", a=1) * 2 + call("get_sales_report")
        + call("get_cash_report") + call("audit"),
    "order-in-parts": opened() + call("change_sale") + comes(0) + call("hold_seats", b=1) + call("release_hold")
        + call("begin_payment") + call("release_hold") + call("capture_payment") + call("cancel"),
    "order-of-others": opened() + call("change_sale") + comes(0) + comes(1) + call("hold_seats") + call("hold_seats", who=1)
        + call("hold_seats", who=1, a=2, d=1) * 2 + call("hold_seats", who=1, c=251, d=12),
    "terms": opened() + comes(0)
        + b"".join(call("change_sale", c=c) + call("hold_seats") + call("release_order") for c in range(19)),
    "tariff": opened() + call("change_sale") + call("create_type", a=1) + call("create_type", a=2, b=1, c=1) + call("list_types")
        + call("set_tariff", b=1) + call("list_tariff") + comes(0) + call("hold_seats", c=1) + call("hold_seats", c=2)
        + call("pay") + call("set_tariff", b=3) + call("cancel", a=1),
    "house-refunds": opened() + comes(0) + buys(0, 0) + call("refund", a=30) * 2 + call("refund", a=30, b=1)
        + call("refund", a=41, b=2) + call("refund", a=40, b=3, c=1) + call("cancel"),
    "called-off": opened() + call("change_sale") + comes(0) + comes(1) + call("hold_seats") + call("pay")
        + call("hold_seat", who=1, a=2) + call("call_off", b=1) * 2 + call("get_call_off_reason") + call("pay", who=1)
        + call("cancel") + call("sweep_refunds", b=2) + call("sweep_refunds") + call("audit"),
    "called-off-by-ticks": opened() + comes(0) + buys(0, 0) + call("call_off", b=1) + call("tick") * 2 + call("balance"),
    "change-concert": opened() + call("change_concert") + call("change_concert", c=1) + call("list_concerts") + call("list_dates"),
    "delete-concert": opened() + call("create_concert") + call("list_seats", a=1) + call("delete_concert", d=1) * 2 + call("list_seats", a=1)
        + comes(0) + buys(0, 0) + call("delete_concert") + batch(("delete_concert", 0, 0)) + call("audit"),
    "batch-delete": opened() + call("create_concert") + comes(0) + batch(("hold", 0, 0), ("delete_concert", 0, 0), ("hold", 0, 0)),
    "move-concert": opened() + call("create_room", a=3) + comes(0) + call("change_concert", c=129) + call("hold_seat")
        + call("change_concert", c=128) + call("release_hold") + call("change_concert", c=128),
    "batch-order": opened() + comes(0) + batch(("change_sale", 0, 0), ("create_type", 0, 1), ("change_concert", 0, 0))
        + batch(("hold_seats", 0, 0)) + batch(("release_order", 0, 0), ("hold_seats", 0, 0), ("set_tariff", 0, 0))
        + batch(("pay", 0, 0)) + batch(("cancel", 0, 0), ("call_off", 0, 0), ("sweep_refunds", 0, 200)),
    "batch-reserved": opened()
        + b"".join(call("execute", a=1) + bytes([COMMANDS.index(name), 16, 0, 1, 2, 255, field, 0])
                   for name in ("create_concert", "add_seats", "set_tariff", "hold_seats") for field in range(8)),
    "batch-refund": opened() + comes(0) + buys(0, 0) + call("execute", a=1)
        + bytes([COMMANDS.index("refund"), 0, 0, 9, 3, 0, 0, 0]) + call("execute", a=1)
        + bytes([COMMANDS.index("refund"), 20, 0, 9, 4, 0, 0, 0]),
    "batch-wrong-orders": opened() + comes(0)
        + b"".join(call("execute", a=1) + bytes([COMMANDS.index(name), wrong, 0, 1, 2, 0, wrong, 0])
                   for name in ("hold_seats", "change_sale", "set_tariff", "cancel", "refund") for wrong in range(7, 21)),
    "clock": opened() + comes(0) + call("ahead", a=DAY) + call("peek") + call("audit") + call("right")
        + call("back", a=MONTH) + buys(0, 0) + call("wall", a=3) + call("wait", a=DAY) + call("join")
        + call("wall", a=4) + call("now"),
    "years": opened() + comes(0) + call("wait", a=15) * 4 + call("join") + buys(0, 0) + call("tick", a=9)
        + call("wait", a=DAY),
    "clock-at-the-end": call("wall", a=4) + call("wall", a=4) + opened() + comes(0) + buys(0, 0) + call("tick"),
    "clock-at-the-beginning": call("open") + call("wall", a=3) + opened() + comes(0) + buys(0, 0) + call("tick"),
    "forged": opened(b=ONE_INSIDE) + comes(0) + comes(1) + call("token_text", who=1, spoil=0xE3, d=0)
        + call("peek", who=1) + call("token_text", who=1, spoil=0xE3, d=1) + call("peek", who=1),
    "handles": opened() + opened(where=1) + call("close", where=3, d=3) + call("now", where=3, d=5)
        + call("close") + call("open") + call("now", where=3, d=0) + call("close", where=3, d=0)
        + call("audit", where=1),
    "options": b"".join(call("open", c=wrong, d=1) for wrong in range(36)),
    "edges": opened() + comes(0)
        + b"".join(call(name, spoil=0xE0 + n, d=3)
                   for name in ("join", "hold_seat", "pay", "recharge", "balance") for n in (0, 1, 2, 4)),
    "texts": call("open") + b"".join(call("create_user", a=text) for text in range(200, 256)),
    "dates": opened()
        + b"".join(call(name, a=text) for text in (0, 1, 2, *range(200, 211), 255)
                   for name in ("find_concert", "list_dates", "create_concert")),
    "seats": opened() + b"".join(call("add_seats", a=20 + 2 * n, c=n, b=1) for n in range(10)) + call("list_seats"),
    "too-small": opened() + comes(0)
        + b"".join(call(name, b=1 + n) for name in FUNCTIONS if name.startswith("list") for n in range(2)),
    "errors": opened()
        + b"".join(call("find_user", where=kind << 2, a=201) + call("now", where=kind << 2) for kind in range(8)),
    "nothing-to-answer": opened()
        + b"".join(call(name, where=7 << 5) for name in FUNCTIONS if name not in ("open", "close")),
    "file": opened(a=FILE) + comes(0) + buys(0, 0) + call("backup", a=BACKUP) + call("close")
        + call("open", a=FILE) + call("audit") + call("open", a=BACKUP, where=1) + call("peek", where=1),
    "restore": opened(a=FILE) + comes(0) + buys(0, 0) + call("backup", a=BACKUP) + call("close")
        + call("restore", a=BACKUP, b=RESTORED) * 2 + call("open", a=RESTORED) + call("audit") + call("balance"),
    "file-twice": opened(a=FILE) + call("open", a=FILE, where=1) + comes(0) + call("peek", where=1)
        + buys(0, 0, where=1),
    "no-file": b"".join(call("open", a=path) + call("backup", a=path) for path in range(246, 256)),
}


def main() -> None:
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    for name, story in STORIES.items():
        (into / name).write_bytes(story)


if __name__ == "__main__":
    main()
