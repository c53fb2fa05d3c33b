"""openapi.json itself: nothing in it is beyond the checker, and its examples are as its schemas say."""

import copy
import json
import unittest

import contract
from support import only_server


def walk(value, at=""):
    """Every object of the document with its place."""
    if isinstance(value, dict):
        yield at, value
        for name, inner in value.items():
            yield from walk(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, f"{at}/{number}")


class Description(unittest.TestCase):
    def setUp(self):
        self.contract = contract.load()
        self.document = self.contract.document

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if method in contract.METHODS:
                    yield path, method, operation

    def test_every_reference_leads_somewhere(self):
        for at, value in walk(self.document):
            if "$ref" in value:
                with self.subTest(at=at):
                    self.contract.resolve(value)

    def test_every_component_is_used(self):
        used = {value["$ref"] for _, value in walk(self.document) if "$ref" in value}
        protocol = {"MalformedRequest", "MethodNotAllowed", "RequestTimeout", "UriTooLong", "HeaderFieldsTooLarge"}
        protocol |= set(contract.COMMON.values())
        for kind in ("schemas", "responses", "parameters", "headers", "examples"):
            for name in self.document["components"][kind]:
                if name not in protocol:
                    self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_example_is_as_its_schema_says(self):
        count = 0
        for at, value in walk(self.document):
            if "schema" in value and "examples" in value:
                for name, example in value["examples"].items():
                    count += 1
                    with self.subTest(at=at, example=name):
                        self.assertEqual(
                            self.contract.errors(value["schema"], self.contract.resolve(example)["value"]), []
                        )
        self.assertGreater(count, 40)

    def test_every_schemas_keywords_are_known(self):
        for at, value in walk(self.document):
            if "schema" in value and not at.endswith("/examples"):
                with self.subTest(at=at):
                    self.contract.errors(value["schema"], None)
                    self.contract.errors(value["schema"], {})
        for name, schema in self.document["components"]["schemas"].items():
            with self.subTest(schema=name):
                self.contract.errors(schema, {})

    def test_answers_are_strict(self):
        for path, method, operation in self.operations():
            for status, response in operation["responses"].items():
                for kind, content in self.contract.resolve(response).get("content", {}).items():
                    if kind != "application/json" or path == "/openapi.json":
                        continue
                    with self.subTest(path=path, method=method, status=status):
                        self.assertTrue(self.contract.errors(content["schema"], {}), "takes an empty object")
                        examples = self.contract.resolve(content["examples"])
                        for one in examples.values():
                            extra = {**self.contract.resolve(one)["value"], "surplus": 1}
                            self.assertTrue(self.contract.errors(content["schema"], extra), "takes any member")

    def test_operations_have_names_of_their_own(self):
        names = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(set(names)), len(names))
        tags = {tag["name"] for tag in self.document["tags"]}
        for path, method, operation in self.operations():
            self.assertTrue(operation["summary"] and set(operation["tags"]) <= tags, (path, method))

    def test_parameters_of_paths_are_described(self):
        for path, item in self.document["paths"].items():
            named = {
                self.contract.resolve(one)["name"]
                for one in item.get("parameters", [])
                if self.contract.resolve(one)["in"] == "path"
            }
            self.assertEqual(named, {part[1:-1] for part in path.split("/") if part.startswith("{")}, path)

    def test_effects_can_be_repeated(self):
        for path in (
            "/api/reservations",
            "/api/payment/recharge",
            "/api/payment",
            "/api/cancellations",
            "/api/admin/refunds",
        ):
            operation = self.document["paths"][path]["post"]
            self.assertIn("Idempotency-Key", [self.contract.resolve(one)["name"] for one in operation["parameters"]])
            self.assertIn("422", operation["responses"])

    def test_its_version_is_the_librarys(self):
        header = (contract.ROOT / "include" / "boxoffice" / "version.hpp").read_text(encoding="utf-8")
        self.assertIn(f'"{self.document["info"]["version"]}"', header)


class Checker(unittest.TestCase):
    """The checker sees what is wrong."""

    headers = {"content-type": "application/json; charset=utf-8"}

    def check(self, method, path, status, body, headers=None):
        contract.load().check(method, path, status, {**self.headers, **(headers or {})}, json.dumps(body).encode())

    def test_a_good_answer(self):
        self.check("GET", "/api/balance", 200, {"userId": "u", "currentBalance": 5})

    def test_wrong_answers(self):
        good = {"userId": "u", "currentBalance": 5}
        for wrong in (
            {},
            [],
            None,
            {"userId": "u"},
            {**good, "more": 1},
            {**good, "currentBalance": -1},
            {**good, "userId": 5},
            {**good, "currentBalance": 1.5},
            {**good, "currentBalance": True},
            {**good, "currentBalance": 2**53},
        ):
            with self.subTest(wrong=wrong), self.assertRaises(contract.Broken):
                self.check("GET", "/api/balance", 200, wrong)

    def test_wrong_statuses_paths_and_headers(self):
        refused = {"error": "찾을 수 없는 사용자입니다.", "code": "unknown_user", "message": "m"}
        self.check("GET", "/api/balance", 404, refused)
        for method, path, status, body in (
            ("GET", "/api/balance", 418, refused),
            ("GET", "/api/nope", 200, {}),
            ("POST", "/api/balance", 200, {}),
            ("GET", "/api/balance", 404, {**refused, "error": "x"}),
            ("GET", "/api/balance", 404, {**refused, "code": "x"}),
        ):
            with self.subTest(method=method, path=path, status=status), self.assertRaises(contract.Broken):
                self.check(method, path, status, body)
        with self.assertRaises(contract.Broken):
            self.check("GET", "/api/balance", 404, refused, {"content-type": "text/html; charset=utf-8"})
        queue = {"error": "대기열이 가득 찼습니다. 잠시 후 다시 시도해 주세요.", "code": "queue_full", "message": "m"}
        self.check("POST", "/api/token", 429, queue, {"retry-after": "1"})
        for headers in ({}, {"retry-after": "0"}, {"retry-after": "soon"}):
            with self.subTest(headers=headers), self.assertRaises(contract.Broken):
                self.check("POST", "/api/token", 429, queue, headers)

    def test_an_unknown_keyword_is_an_error(self):
        broken = contract.Contract(copy.deepcopy(contract.load().document))
        with self.assertRaises(contract.Broken):
            broken.errors({"type": "string", "dependentRequired": {}}, "x")
        with self.assertRaises(contract.Broken):
            broken.errors({"$ref": "#/components/schemas/Nope"}, "x")


@only_server
class EveryRouteIsDescribed(unittest.TestCase):
    """The routes that the server knows are those of the description."""

    def test_routes_of_the_metrics(self):
        import re
        from support import Server

        server = Server()
        self.addCleanup(server.close)
        described = {
            (method.upper(), path)
            for path, item in contract.load().document["paths"].items()
            for method in item
            if method in contract.METHODS
        }
        for method, path in described:
            server.send(method, re.sub(r"\{\w+\}", "x", path), check=False)
        text = server.get("/metrics").body.decode()
        known = set(re.findall(r'\b(GET|POST|PUT|PATCH|DELETE) (/[^"\s]*)', text))
        self.assertGreater(len(known), 10, "routes as labels")
        self.assertEqual(known - described, set())


if __name__ == "__main__":
    unittest.main()
