#!/usr/bin/env python3
"""Writes the inputs that a target begins with: make_corpus.py TARGET DIRECTORY. The same each time."""

import json
import random
import sys
from pathlib import Path


def database():
    """Images whole, and each kind of damage at places that lead to others."""
    for image in range(4):
        for flags in range(4):
            yield f"whole-{image}-{flags}", bytes([image, flags])
    chance = random.Random(1)
    some = lambda count: bytes(chance.randrange(256) for _ in range(count))  # noqa: E731
    seal = bytes([10, 0])
    for image in (0, 1, 2):
        for file in range(4):
            for op in range(10):
                yield f"damage-{image}-{file}-{op}", bytes([image, 0, op, file]) + some(12)
        for n in range(8):  # pages of the log whose checksums are right
            yield f"sealed-{image}-{n}", bytes([image, 0]) + seal + bytes([1, 1]) + some(4)
        for n in range(12):  # the heads of pages, where cells and the pages below are named
            yield f"page-{image}-{n}", bytes([image, 2, 1, 0, chance.randrange(64), 0, chance.randrange(24)]) + some(3)
    for table in range(24):
        for column in chance.sample(range(16), 3):
            yield f"row-{table}-{column}", bytes([0, 0, 11, table, column, chance.randrange(6), chance.randrange(34)])
    for table in range(24):
        yield f"gone-{table}", bytes([0, 0, 11, table, 0, chance.choice([0, 1, 255]), 250])
    for n in range(12):  # several at a time
        some_rows = b"".join(bytes([11, chance.randrange(24), chance.randrange(16), chance.randrange(6), chance.randrange(34)]) for _ in range(6))
        yield f"rows-{n}", bytes([n % 2, 0]) + some_rows
    for at in range(0, 100, 4):  # SQLite's header
        yield f"header-{at}", bytes([0, 0, 9, 0, 0, at, chance.choice([0, 1, 2, 4, 127, 128, 255])])


def request(method, target, body=None, token=None, admin=False, key=None, **headers):
    """As http.cpp reads it."""
    lines = [f"{method} {target}"]
    if token is not None:
        lines.append(f"Authorization: Bearer $T{token}")
    if admin:
        lines.append("X-Admin-Key: $K0")
    if key:
        lines.append(f"Idempotency-Key: {key}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return "\n".join(lines) + "\n\n" + text


USERS = ("ann", "bob", "cat")
DAY = "2026-12-24"


def stories():
    """Every route, with what must come before it."""
    join = [request("POST", "/api/token", {"userId": name}) for name in USERS]
    me = {"userId": "ann"}
    turn = {"userId": "ann", "token": "$T0"}
    points = request("POST", "/api/payment/recharge", {**me, "amount": 1000}, 0, key="r")
    hold = request("POST", "/api/reservations", {**turn, "date": DAY, "seatNumber": "1"}, key="h")
    order = request("POST", "/api/reservations", {**turn, "date": DAY, "seatNumbers": ["2", "3"], "expectTotal": 200}, key="o")
    pay = request("POST", "/api/payment", {**turn, "reservationId": "$R0"}, key="p")
    bought = [join[0], points, hold, pay]
    cancel = request("POST", "/api/cancellations", {**me, "reservationIds": ["$R0"]}, 0, key="c")
    concerts = request("GET", "/api/admin/concerts?from=2026-01-01", admin=True)
    concert = {"date": "2026-12-30", "title": "\ud55c\uad6d", "seats": [{"number": "1", "price": 5, "section": "s", "row": "A", "x": 1, "y": 0.5}]}
    yield "peek", [join[0], request("POST", "/api/token/peek", {"tokenId": "$T0"}), request("DELETE", "/api/token", token=0)]
    yield "dates", [request("GET", "/api/concert/date"), request("HEAD", "/api/concert/date")]
    for what in ("seat", "map", "plan", "states", "programme"):
        ask = f"/api/concert/{what}?date={DAY}"
        yield what, [request("GET", ask), request("GET", ask, If_None_Match="$E0"), join[0], hold, request("GET", ask + "&since=$V0", token=0)]
        yield what + "-id", [concerts, request("GET", f"{ask}&concertId=$C0"), request("GET", f"{ask}&concertId=$I0")]
    yield "numbers", [request("GET", f"/api/concert/numbers?date={DAY}&seats=0,1,5")]
    yield "hold", [join[0], hold, hold, request("GET", "/api/reservations/$R0", token=0), request("DELETE", "/api/reservations/$R0", token=0)]
    yield "order", [join[0], order, request("GET", "/api/orders/$O0", token=0), request("DELETE", "/api/orders/$O0", token=0)]
    yield "bought", [*bought, pay, request("GET", "/api/reservations?userId=ann&limit=2", token=0), request("GET", "/api/transfers?limit=1&before=$F0", token=0), request("GET", "/api/balance", token=0)]
    yield "pages", [*bought, request("GET", "/api/reservations?before=$R0", token=0), request("GET", "/api/transfers?userId=ann", token=0)]
    yield "cancel", [*bought, cancel, cancel, request("GET", "/api/balance?userId=ann", token=0)]
    yield "another", [*bought, join[1], request("GET", "/api/reservations/$R0", token=1), request("GET", "/api/orders/$O0", token=1), request("GET", "/api/balance?userId=ann", token=1), request("POST", "/api/cancellations", {"reservationIds": ["$R0"]}, 1, key="x")]
    yield "wait", [*join, request("POST", "/api/token/peek", {"tokenId": "$T2"}), "@3", request("POST", "/api/token/peek", {"tokenId": "$T2"})]
    yield "late", [join[0], hold, "@4", request("POST", "/api/payment", {**turn, "reservationId": "$R0"}), "@7", "@7", request("GET", "/api/balance", token=0)]
    house = [
        ("users", [request("POST", "/api/admin/users", {"userId": "dan"}, admin=True), *bought, request("GET", "/api/admin/users?userId=ann&limit=5", admin=True)]),
        ("concerts", [concerts, request("POST", "/api/admin/concerts", concert, admin=True), request("GET", "/api/admin/concerts/$C0", admin=True)]),
        ("shown", [concerts, request("GET", "/api/admin/concerts/$I0", admin=True), request("GET", "/api/admin/concerts/$C0", admin=True)]),
        ("changed", [concerts, request("PATCH", "/api/admin/concerts/$C0", {"version": 1, "date": "2026-12-25", "title": "x", "startsAt": "2026-12-25T10:00:00.000Z", "isHidden": True}, admin=True)]),
        ("deleted", [request("POST", "/api/admin/concerts", concert, admin=True), request("DELETE", "/api/admin/concerts/$C0?version=1", admin=True)]),
        ("sale", [concerts, request("PUT", "/api/admin/concerts/$C0/sale", {"version": 2, "opensAt": "2026-12-01T11:00:00.000Z", "closesAt": None, "seatsPerOrder": 4, "seatsPerUser": 2, "isPaused": False, "holdSeconds": 60, "refundSteps": [{"until": "2026-12-20T00:00:00.000Z", "thousandths": 900}]}, admin=True)]),
        ("types", [concerts, request("POST", "/api/admin/concerts/$C0/types", {"name": "full", "maxPerOrder": 3}, admin=True), request("PUT", "/api/admin/concerts/$C0/tariff", {"version": 2, "rows": [{"category": "R", "type": "$Y0", "price": 70}, {"category": "R", "type": None, "price": 90}]}, admin=True), join[0], request("POST", "/api/reservations", {**turn, "date": DAY, "seatNumbers": ["1"], "types": ["$Y0"]})]),
        ("report", [concerts, *bought, cancel, request("GET", "/api/admin/concerts/$C0/report", admin=True), request("GET", "/api/admin/concerts/$C0/report", admin=True, Accept="text/csv"), request("GET", "/api/admin/concerts/$C0/report?format=csv", admin=True)]),
        ("refund", [concerts, *bought, request("POST", "/api/admin/refunds", {"reservationId": "$R0", "amount": 50, "cancel": False, "reason": "why"}, admin=True, key="f"), request("POST", "/api/admin/concerts/$C0/call-off", {"reason": "rain"}, admin=True), request("GET", "/api/balance", token=0)]),
        ("seats", [concerts, request("PUT", "/api/admin/concerts/$C0/seats", {"seatNumbers": ["4", 5], "isBlocked": True}, admin=True), request("GET", f"/api/concert/map?date={DAY}")]),
        ("room", [request("PUT", "/api/admin/rooms/main", {"activeCapacity": 1, "queueCapacity": 5, "admissionsPerSecond": 1}, admin=True), *join, "@0"]),
        ("looks", [request("GET", "/api/admin/stats", admin=True), request("GET", "/api/admin/audit", admin=True), request("POST", "/api/admin/backup", admin=True), request("GET", "/metrics")]),
    ]
    yield from house
    yield "files", [request("GET", path) for path in ("/healthz", "/readyz", "/", "/openapi.json", "/index.html", "/none", "/%00", "/..%2f")]
    yield "methods", [request(method, "/api/balance") for method in ("PUT", "get", "OPTIONS", "HEAD", "X")]
    yield "strangers", [
        request("POST", "/api/token", {"userId": "ann"}, Origin="http://evil.example", Host="evil.example"),
        request("POST", "/api/token", {"userId": "ann"}, Content_Type="text/plain"),
        request("GET", "/api/admin/stats"),
        request("GET", "/api/balance?userId=ann"),
    ]


def wire(text):
    """The same as it goes over the wire, with its length."""
    head, _, body = text.partition("\n\n")
    lines = head.split("\n")
    lines[0] += " HTTP/1.1"
    lines.insert(1, "Host: localhost")
    # Names are filled in later, each longer than what stands for it: chunks would not be right either.
    raw = body.encode()
    if body and "$" not in body:
        lines.append(f"Content-Length: {len(raw)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (raw if "$" not in body else b"")


def http():
    all_stories = list(stories())
    for name, blocks in all_stories:
        yield f"story-{name}", b"\0" + "\x1e".join(blocks).encode()
        yield f"bytes-{name}", bytes([1 + 2 * (len(name) % 8)]) + b"".join(wire(block) for block in blocks if not block.startswith("@"))
    chunked = b"POST /api/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7;a=b\r\n{\"user\r\nc\r\nId\":  \"ann\"}\r\n0\r\nX: y\r\n\r\n"
    continues = b"POST /api/token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n{\"userId\":\"bob\"}"
    yield "bytes-chunked", b"\x03" + chunked
    yield "bytes-continue", b"\x03" + continues
    yield "bytes-expect", b"\x01" + continues.replace(b"100-continue", b"200-ok")
    yield "bytes-both", b"\x01" + chunked.replace(b"Host: x", b"Host: x\r\nContent-Length: 5")
    yield "bytes-old", b"\x01GET /api/concert/date HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n"
    yield "bytes-long", b"\x01GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "bytes-large", b"\x01GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n"
    yield "bytes-big-body", b"\x01POST /api/token HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + b"{" * 2000
    yield "bytes-no-host", b"\x01GET / HTTP/1.1\r\n\r\n"
    yield "bytes-nothing", b"\x01\r\n\r\n\x00\x01\x02"
    yield "bytes-absolute", b"\x01GET http://localhost/api/concert/date?x=%41+ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\nGET"
    bodies = ['{"userId":"ann","userId":"bob"}', "[" * 70, '{"userId":' * 80, '{"userId":"\\ud800"}', '{"userId":1e400}', '{"amount":9223372036854775808}', "null", '"x"', "{}x", '{"userId":"ann","amount":1.5}', '{"userId":"ann","amount":-0}']
    for n, body in enumerate(bodies):
        for target in ("/api/token", "/api/payment/recharge"):
            yield f"body-{n}-{target[-5:]}", b"\0POST /api/token\n\n{\"userId\":\"ann\"}\x1ePOST " + target.encode() + b"\nAuthorization: Bearer $T0\n\n" + body.encode()


def plans():
    """For each reader (the order of plans.cpp) what it takes, and the borders of that."""
    seat = {"seat_number": "1", "seat_guid": "g1", "category": "s", "position": {"x": 1, "y": 2}}
    plan = {
        "name": "Hall",
        "categories": [{"name": "s", "color": "#fff"}, {"name": "\u00e9"}],
        "zones": [
            {"name": "z", "zone_id": "z1", "position": {"x": 10, "y": 0.5}, "rows": [{"row_number": "A", "row_number_position": "both", "position": {"x": 0, "y": 0}, "seats": [seat, {"seat_guid": "g2", "seat_number": 2}]}]},
            {"zone_id": 7, "rows": [{"row_number": 3, "seats": [{"seat_guid": "g3", "seat_number": "x" * 70, "category": "none"}]}]},
        ],
        "size": {"width": 100, "height": 50},
    }
    text = json.dumps(plan)
    texts = {
        0: [text, text + "\x1ecategory,points\ns,100\n\u00e9,0\n", text.replace("0.5", "1e308").replace('"x": 1,', '"x": 1e308,'), text.replace("g2", "g1"), text.replace('"z"', '"\\u0000"'), "[" * 100, "{}", text[:-5], text.replace("g3", "\\ud83c\\udfab"), text.replace('"Hall"', '""')],
        1: ["user,points\nann,5\nbob,\n", "sep=;\nUser ;Points\n\"a;\"\"b\";1\n", "\ufeffuser\tother\r\nann\tx\r\n\r\n\tx\r\n", "user\nann\rbob", 'user\n"ann', "user,user\na,b", 'user\n"a\nb"\n', "points\n5"],
        2: ["2026-12-24", "2026-02-29", "2028-02-29", "9999-12-31", "1970-01-01", "2026-12-24T19:00:00.000Z", "2026-12-24T19:00:00Z", "2026-12-24T24:00:00.5Z", "9999-12-31T23:59:59.999Z"],
        3: ["0ARYZVZXW377R", "7ZZZZZZZZZZZZ", "FZZZZZZZZZZZZ", "0000000000000", "0" * 31 + "1", "f" * 32, "-0", "007", "9223372036854775808"],
        4: ["", "\x05", "\0A\x43B", "A" * 68],
        5: ["a10\x1ea9\x1ea010", "\ud55c\uad6d", "\x7f\u0085", "9" * 40 + "\x1e" + "9" * 41, "0\x1e00\x1e000"],
        6: ['{"a":1,"userId":"u","amount":9007199254740993,"seats":[{"number":1}]}', '{"a":"2026-12-24T19:00:00.000Z","amount":1.0,"seats":["x",5]}', '{"a":null,"a":1}', "[" * 70, '{"a":1e999}', '{"a":"\\ud800"}', '{"a":-9223372036854775808,"amount":18446744073709551615}', '{"a":{"b":true},"userId":true}'],
        7: ["/api/x?a=%41+b&date=1", "http://localhost:1/x?y", "/%e2%82", "*", "/%00", "/a?a", "//x", "/?=&&a=%"],
        8: ["ann", "=1+1", "a,b", 'a"b', "a\r\nb", "a\rb", " ", "", "\t-x", "@x"],
        9: ["--port\x1e80", "--db=x", "--help", "--port=99999", "--hold-seconds\x1e60\x1e--allowed-host=x", "--x", "--admin-key\x1e" + "k" * 40, "--time-zone=Asia/Seoul", "--seed\x1e\xff"],
        10: ["a-key-of-the-house\n", "", "k" * 5000, "Asia/Seoul", "../../etc/passwd", "UTC", "a b\r\n", "\ufeffkey"],
    }
    for which, some in texts.items():
        for n, one in enumerate(some):
            yield f"{which}-{n}", bytes([which]) + one.encode()
    for n, one in enumerate((b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xff\xfeu\0", b"user\n\xe9\n")):
        for which in range(11):
            yield f"bytes-{which}-{n}", bytes([which]) + one


def c_threads():
    """Each thread sells: by right calls in the right order, with others' between."""
    chance = random.Random(2)

    def record(op, thread, handle=0, who=0, a=0, b=0, c=0, spoil=0):
        return bytes([op, thread, handle, who, a, b, c, spoil])

    for place in (0, 240):
        for shape in range(4) if place == 0 else (0, 3):
            for threads in range(3) if place == 0 else (1,):
                head = bytes([threads, place, shape])
                count = threads + 2
                sale = b"".join(
                    record(op, thread, who=thread, a=a, c=c)
                    for thread in range(count)
                    for op, a, c in ((9, 0, 0), (20, 0, 0), (3, thread, 0), (11, 0, 0), (17, 0, 0), (4, 5, 0), (12, 0, 1), (18, 0, 0))
                    for _ in range(2)
                )
                yield f"sale-{place}-{shape}-{threads}", head + sale
                points = b"".join(record(10, thread, who=0, b=0 if n % 2 else 130) for n in range(20) for thread in range(count))
                yield f"points-{place}-{shape}-{threads}", head + points + sale
                one_seat = b"".join(record(3, thread, who=thread, a=1) for _ in range(4) for thread in range(count))
                yield f"one-seat-{place}-{shape}-{threads}", head + one_seat
                closing = b"".join(record(26, 0, c=255 if n % 2 else 0) + record(op, 1, handle=210, who=1) for n in range(8) for op in (0, 21, 24, 25, 23, 29))
                yield f"closing-{place}-{shape}-{threads}", head + closing
                submitting = b"".join(record(24, 0, a=3, b=n) + record(25, 1, a=3) + record(24, 1, handle=210, a=2) + record(26, 2) for n in range(6))
                yield f"submitting-{place}-{shape}-{threads}", head + submitting
                paying = b"".join(record(op, thread, who=0, a=4, c=0) for op in (9, 9, 6, 14, 15, 16, 8, 0, 29, 7) for thread in range(count)) * 2
                yield f"paying-{place}-{shape}-{threads}", head + paying
    for op in range(30):
        for n in range(4):
            spoilt = b"".join(record(op, t, handle=(0, 245, 250, 251, 210)[n], who=t, a=chance.randrange(256), b=chance.randrange(256), c=255 if n == 1 else 0, spoil=(0xE0 + n, 0xF0, 0xF1, 0xE5)[n]) for t in (0, 1, 0, 1))
            yield f"wrong-{op}-{n}", bytes([0, 0, 0]) + spoilt
    names = b"".join(record(28, thread, a=5, b=b) for b in (1, 0, 2, 3) for thread in (0, 1))
    yield "names", bytes([0, 0, 0]) + names
    one_pays = (record(9, 0), record(3, 0, a=4), record(14, 0), record(15, 0), record(17, 0), record(0, 0), record(3, 0, a=5), record(14, 0, c=1), record(16, 0, c=1))
    yield "two-phases", bytes([0, 0, 0]) + b"".join(one_pays)
    every = b"".join(record(op, op, who=op, a=op) for op in range(30)) * 3
    yield "every", bytes([2, 0, 0]) + every


TARGETS = {"c_threads": c_threads, "database": database, "http": http, "plans": plans}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in TARGETS:
        print(f"make_corpus.py: expected one of {', '.join(TARGETS)}, and a directory", file=sys.stderr)
        return 2
    where = Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    for name, content in TARGETS[sys.argv[1]]():
        (where / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
