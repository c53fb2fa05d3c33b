"""What those who run the server look at: health, readiness, metrics, the description, the page; and unknown paths."""

import json
import re
import unittest

import contract
from support import METHOD, NO_PATH, TOKEN, HttpTest, bearer, day, only_server

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')


def read_metrics(text):
    """Prometheus' text format 0.0.4: {name: {labels: value}} and {family: type}. Anything else is an AssertionError."""
    samples, types = {}, {}
    if not text.endswith("\n"):
        raise AssertionError("the last line has no end")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            if family in types or kind not in ("counter", "gauge", "histogram", "summary", "untyped"):
                raise AssertionError(line)
            types[family] = kind
        elif line.startswith("# HELP ") or not line:
            continue
        else:
            match = SAMPLE.fullmatch(line)
            if not match:
                raise AssertionError(f"not a sample: {line!r}")
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
            of_name = samples.setdefault(match[1], {})
            key = tuple(sorted(labels.items()))
            if key in of_name:
                raise AssertionError(f"twice: {line!r}")
            of_name[key] = float(match[3])
            family = re.sub("_(bucket|sum|count)$", "", match[1])
            if match[1] not in types and types.get(family) != "histogram":
                raise AssertionError(f"no TYPE before {line!r}")
    return samples, types


@only_server
class Operations(HttpTest):
    def test_health_and_readiness(self):
        for path in ("/healthz", "/readyz"):
            answer = self.server.get(path)
            self.assertEqual((answer.status, answer.json()), (200, {"status": "ok"}))

    def test_the_description_is_the_file(self):
        answer = self.server.get("/openapi.json")
        self.assertEqual(answer.json(), json.loads(contract.DESCRIPTION.read_text(encoding="utf-8")))
        again = self.server.get("/openapi.json", {"If-None-Match": answer.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_the_page_and_its_files(self):
        page = self.server.get("/")
        self.assertEqual(page.status, 200)
        self.assertIn("<html", page.body.decode().lower())
        self.assertEqual(self.server.get("/", {"If-None-Match": page.headers["etag"]}).status, 304)
        policy = page.headers["content-security-policy"]
        self.assertIn("default-src 'self'", policy)
        self.assertNotIn("unsafe", policy)
        files = set(re.findall(r'(?:src|href)="(/?[\w.-]+\.(?:js|css|svg))"', page.body.decode()))
        for name in files:
            with self.subTest(file=name):
                answer = self.server.get("/" + name.lstrip("/"))
                self.assertEqual((answer.status, answer.headers["x-content-type-options"]), (200, "nosniff"))
                again = self.server.get("/" + name.lstrip("/"), {"If-None-Match": answer.headers["etag"]})
                self.assertEqual(again.status, 304)
        self.assertFalse(re.search(r'(?:src|href)="https?:', page.body.decode()), "something from elsewhere")

    def test_head_is_get_without_the_body(self):
        for path in ("/", "/healthz", "/api/concert/date", "/openapi.json"):
            with self.subTest(path=path):
                head, get = self.server.send("HEAD", path), self.server.send("GET", path)
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(int(head.headers.get("content-length", len(get.body))), len(get.body))


@only_server
class Metrics(HttpTest):
    one_server_a_test = True

    def read(self):
        answer = self.server.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertIn("version=0.0.4", answer.headers["content-type"])
        return read_metrics(answer.body.decode())

    def find(self, samples, **labels):
        """The families of counters that have these labels' values."""
        return {
            name: value
            for name, of_name in samples.items()
            for key, value in of_name.items()
            if all(dict(key).get(label) == wanted for label, wanted in labels.items())
        }

    def test_requests_are_counted_by_route_and_status(self):
        user, token = self.new_buyer()
        before, _ = self.read()
        for _ in range(5):
            self.balance(user, token)
        for _ in range(3):
            self.balance("nobody", token)
        for name in ("/nope", "/api/nope?x=1", "/etc/passwd"):
            self.server.send("GET", name)
        after, types = self.read()
        counters = [name for name, kind in types.items() if kind == "counter" and "request" in name]
        self.assertEqual(len(counters), 1, counters)

        def count(samples, status):
            return sum(
                value
                for key, value in samples[counters[0]].items()
                if "/api/balance" in " ".join(dict(key).values()) and status in dict(key).values()
            )

        self.assertEqual(
            (count(after, "200") - count(before, "200"), count(after, "404") - count(before, "404")), (5, 3)
        )
        routes = {" ".join(dict(key).values()) for key in after[counters[0]]}
        self.assertFalse([route for route in routes if "nope" in route or "passwd" in route], "raw paths as labels")

    def test_histograms_add_up(self):
        user, token = self.new_buyer()
        for _ in range(20):
            self.balance(user, token)
            self.peek(token)
        samples, types = self.read()
        families = [name for name, kind in types.items() if kind == "histogram"]
        self.assertGreaterEqual(len(families), 2, "latencies and batch sizes")
        seen = 0
        for family in families:
            for key, count in samples[f"{family}_count"].items():
                buckets = [
                    (float(dict(one)["le"]), value)
                    for one, value in samples[f"{family}_bucket"].items()
                    if tuple(pair for pair in one if pair[0] != "le") == key
                ]
                ordered = [value for _, value in sorted(buckets)]
                self.assertEqual(ordered, sorted(ordered), f"{family} is not cumulative")
                self.assertEqual((sorted(buckets)[-1][0], ordered[-1]), (float("inf"), count))
                self.assertIn(key, samples[f"{family}_sum"])
                seen += count
        self.assertGreaterEqual(seen, 40)

    def test_gauges_show_the_house(self):
        names = ("waiting", "admitted", "held", "sold")

        def gauges():
            samples, types = self.read()
            found = {}
            for name in names:
                mine = [
                    (family, dict(key), value)
                    for family, of_name in samples.items()
                    if types.get(family) == "gauge"
                    for key, value in of_name.items()
                    if name in family.split("_") or name in dict(key).values()
                ]
                self.assertEqual(len(mine), 1, f"{name}: {mine}")
                found[name] = mine[0][2]
            return found

        self.assertEqual(gauges(), {"waiting": 0, "admitted": 0, "held": 0, "sold": 0})
        user, token = self.new_buyer(100)
        self.pay(user, token, self.held(user, token, "1"))
        self.held(*self.new_buyer(), "2")
        self.new_buyer()
        self.assertEqual(gauges(), {"waiting": 0, "admitted": 2, "held": 1, "sold": 1})


class Paths(HttpTest):
    known = {
        "/api/token/peek": {"POST"},
        "/api/concert/date": {"GET"},
        "/api/concert/seat": {"GET"},
        "/api/payment/recharge": {"POST"},
        "/api/balance": {"GET"},
        "/api/payment": {"POST"},
    }
    more = {
        "/api/token": {"POST", "DELETE"},
        "/api/reservations": {"GET", "POST"},
        "/api/concert/map": {"GET"},
        "/api/reservations/0ARYZVZXW377R": {"GET", "DELETE"},
        "/healthz": {"GET"},
        "/readyz": {"GET"},
        "/metrics": {"GET"},
        "/openapi.json": {"GET"},
        "/": {"GET"},
        "/api/admin/users": {"GET", "POST"},
        "/house": {"GET"},
        "/api/admin/audit": {"GET"},
    }

    def check_methods(self, paths):
        for path, served in paths.items():
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "BREW", "get"} - served:
                with self.subTest(method=method, path=path):
                    answer = self.server.send(method, path)
                    self.assert_refused(answer, 405, "method_not_allowed", METHOD)
                    self.assertEqual(
                        set(answer.headers["allow"].replace(" ", "").split(",")) - {"HEAD", "OPTIONS"}, served
                    )

    def test_other_methods_are_told_which_there_are(self):
        self.check_methods(self.known)

    @only_server
    def test_other_methods_of_the_other_paths(self):
        self.check_methods(self.more)

    def test_unknown_paths(self):
        for path in (
            "/nope",
            "/api",
            "/api/",
            "/api/tokens",
            "/api/token/",
            "/api/token/peek/x",
            "//api/token",
            "/API/TOKEN",
            "/api/concert",
            "/api/payment/recharge/",
            "/favicon.ico.bak",
            "/index.html/",
            "/api/admin/nope",
        ):
            for method in ("GET", "POST"):
                with self.subTest(path=path, method=method):
                    answer = self.server.send(method, path, b"{}" if method == "POST" else None, check=False)
                    self.assert_refused(answer, 404, "not_found", NO_PATH)

    def test_no_file_of_the_house_is_served(self):
        for path in (
            "/../etc/passwd",
            "/..%2f..%2fetc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/....//etc/passwd",
            "/.git/config",
            "/web/../../main.cpp",
            "/index.html/../../main.cpp",
            "/..\\..\\etc\\passwd",
            "/etc/passwd%00.html",
            "/api/reservations/../../etc/passwd",
            "/file:///etc/passwd",
            "/%00",
            "/api/concert/../token",
        ):
            with self.subTest(path=path):
                answer = self.server.send("GET", path, check=False)
                self.assertIn(answer.status, (400, 404), answer)
                self.assertIn(answer["code"], ("not_found", "invalid_argument"))
                self.assertNotIn(b"root:", answer.body)

    @only_server
    def test_a_path_may_be_escaped(self):
        _, token = self.new_buyer()
        answer = self.server.send("GET", "/%61pi/balance?userId=nobody", headers=bearer(token), check=False)
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer["code"], "unknown_user")


@only_server
class WithoutTheBearerCheck(HttpTest):
    """--auth none: a gateway in front vouches for userId."""

    flags = {"auth": "none"}

    def test_the_user_is_who_the_request_says(self):
        user, token = self.new_buyer()
        answer = self.server.post("/api/payment/recharge", {"userId": user, "amount": 5})
        self.assertEqual((answer.status, answer["newBalance"]), (200, 5))
        self.assertEqual(self.server.get("/api/balance", userId=user)["currentBalance"], 5)
        reservation = self.held(user, token, self.new_seat())
        listed = self.server.get("/api/reservations", userId=user)["reservations"]
        self.assertEqual([one["reservationId"] for one in listed], [reservation])

    def test_a_place_in_line_is_still_its_users_own(self):
        user, token = self.new_buyer()
        self.assert_refused(self.hold(self.new_user(), token, "1"), 401, "invalid_token", TOKEN)
        self.assert_refused(self.hold(user, "A" * 68, "1", on=day(1)), 401, "invalid_token", TOKEN)


if __name__ == "__main__":
    unittest.main()
