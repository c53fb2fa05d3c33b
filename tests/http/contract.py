"""Checks answers against examples/http_server/openapi.json: a JSON Schema validator of just the keywords used there,
and the rules by which an answer finds its schema.

A keyword that is not known here is an error, so that the description cannot say more than is checked.
"""

import json
import re
from datetime import date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "examples" / "http_server" / "openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
COMMON = {403: "ForeignOrigin", 415: "UnsupportedMediaType", 421: "Misdirected"}  # whatever the path
NOTES = {"description", "title", "default", "examples", "$comment"}  # say nothing that can be wrong of a value


class Broken(AssertionError):
    """An answer is not as described, or the description is not one."""


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: _is_number(v) and v == int(v),
    "number": _is_number,
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
}


def _same(a, b):
    return type(a) is type(b) and a == b if isinstance(a, bool) or isinstance(b, bool) else a == b


class Contract:
    """The description, and what was seen of it. Not for several threads at once."""

    def __init__(self, document):
        self.document = document
        self.seen = set()  # (method, path pattern, status)
        self.paths = []
        for pattern, item in document["paths"].items():
            regex = "".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", pattern)
            )
            self.paths.append((pattern, re.compile(regex + r"\Z"), item))
        self.paths.sort(key=lambda path: path[0].count("{"))  # a fixed path comes before one with parameters

    def resolve(self, value):
        while "$ref" in value:
            if not value["$ref"].startswith("#/"):
                raise Broken(f"a reference to elsewhere: {value['$ref']}")
            found = self.document
            for part in value["$ref"][2:].split("/"):
                if part not in found:
                    raise Broken(f"a dangling reference: {value['$ref']}")
                found = found[part]
            beside = {name: value[name] for name in value if name != "$ref" and name not in NOTES}
            value = {"allOf": [found, beside]} if beside else found
        return value

    # ---- JSON Schema

    def errors(self, schema, value, at="$"):
        """What is wrong with `value`, as texts; none: it is as the schema says."""
        schema = self.resolve(schema)
        out = []
        for keyword, rule in schema.items():
            if keyword in NOTES:
                continue
            check = getattr(self, "_" + keyword, None)
            if check is None:
                raise Broken(f"an unknown keyword: {keyword}")
            out += check(rule, value, at, schema) or []
        return out

    def _type(self, rule, value, at, _):
        allowed = [rule] if isinstance(rule, str) else rule
        if not any(TYPES[name](value) for name in allowed):
            return [f"{at}: {value!r} is not {' or '.join(allowed)}"]

    def _enum(self, rule, value, at, _):
        if not any(_same(value, one) for one in rule):
            return [f"{at}: {value!r} is not one of {rule}"]

    def _const(self, rule, value, at, _):
        if not _same(value, rule):
            return [f"{at}: {value!r} is not {rule!r}"]

    def _properties(self, rule, value, at, _):
        if isinstance(value, dict):
            return [
                e for name, one in rule.items() if name in value for e in self.errors(one, value[name], f"{at}.{name}")
            ]

    def _required(self, rule, value, at, _):
        if isinstance(value, dict):
            return [f"{at}: {name} is missing" for name in rule if name not in value]

    def _additionalProperties(self, rule, value, at, schema):
        if isinstance(value, dict):
            others = [name for name in value if name not in schema.get("properties", {})]
            if rule is False:
                return [f"{at}: {name} is not described" for name in others]
            return [e for name in others for e in self.errors(rule, value[name], f"{at}.{name}")]

    def _items(self, rule, value, at, _):
        if isinstance(value, list):
            return [e for i, one in enumerate(value) for e in self.errors(rule, one, f"{at}[{i}]")]

    def _minItems(self, rule, value, at, _):
        if isinstance(value, list) and len(value) < rule:
            return [f"{at}: fewer than {rule}"]

    def _maxItems(self, rule, value, at, _):
        if isinstance(value, list) and len(value) > rule:
            return [f"{at}: more than {rule}"]

    def _uniqueItems(self, rule, value, at, _):
        if rule and isinstance(value, list) and len({json.dumps(one, sort_keys=True) for one in value}) < len(value):
            return [f"{at}: something twice"]

    def _minLength(self, rule, value, at, _):
        if isinstance(value, str) and len(value) < rule:
            return [f"{at}: shorter than {rule}"]

    def _maxLength(self, rule, value, at, _):
        if isinstance(value, str) and len(value) > rule:
            return [f"{at}: longer than {rule}"]

    def _pattern(self, rule, value, at, _):
        if isinstance(value, str) and not re.search(rule, value):
            return [f"{at}: {value!r} does not match {rule}"]

    def _minimum(self, rule, value, at, _):
        if _is_number(value) and value < rule:
            return [f"{at}: {value} is below {rule}"]

    def _maximum(self, rule, value, at, _):
        if _is_number(value) and value > rule:
            return [f"{at}: {value} is above {rule}"]

    def _format(self, rule, value, at, _):
        readers = {
            "date": date.fromisoformat,
            "date-time": lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")),
        }
        if rule not in readers:
            raise Broken(f"an unknown format: {rule}")
        try:
            if isinstance(value, str):
                readers[rule](value)
        except ValueError:
            return [f"{at}: {value!r} is no {rule}"]

    def _allOf(self, rule, value, at, _):
        return [e for one in rule for e in self.errors(one, value, at)]

    def _oneOf(self, rule, value, at, _):
        tried = [self.errors(one, value, at) for one in rule]
        matches = sum(not errors for errors in tried)
        if matches != 1:
            return [f"{at}: {matches} alternatives match: {tried}"]

    # ---- answers

    def find(self, method, path):
        """The pattern and the operation; a pattern without an operation: another method's; neither: no such path."""
        for pattern, regex, item in self.paths:
            if regex.match(path):
                known = method.lower() if method.isupper() and method.lower() in METHODS else None  # "get" is no method
                return pattern, item.get("get" if known == "head" else known)
        return None, None

    def response_for(self, method, path, status):
        pattern, operation = self.find(method, path)
        common = self.document["components"]["responses"]
        if pattern is None or (operation is None and pattern == "/{file}" and status == 404):
            described = {404: common["NotFound"]}
        elif operation is None:
            described = {405: common["MethodNotAllowed"]}
        else:
            described = {int(code): response for code, response in operation["responses"].items()}
        if status in COMMON:
            described = {**described, status: common[COMMON[status]]}
        if status not in described:
            raise Broken(f"{method} {path}: {status} is not described ({', '.join(map(str, described))})")
        if operation is not None and status not in COMMON:
            self.seen.add(("GET" if method == "HEAD" else method, pattern, status))
        return self.resolve(described[status])

    def check(self, method, path, status, headers, body):
        """`headers`: lower-case names. Raises Broken with everything that is wrong."""
        self.check_body(
            self.response_for(method, path, status), method, status, headers, body, f"{method} {path} {status}"
        )

    def check_protocol(self, status, headers, body):
        """An answer to what is not a request: no route is known."""
        names = {
            400: "MalformedRequest",
            405: "MethodNotAllowed",
            408: "RequestTimeout",
            413: "PayloadTooLarge",
            414: "UriTooLong",
            431: "HeaderFieldsTooLarge",
            503: "Overloaded",
            **COMMON,
        }
        if status not in names:
            raise Broken(f"{status} is no answer to what is not a request")
        response = self.document["components"]["responses"][names[status]]
        self.check_body(response, "GET", status, headers, body, f"protocol {status}")

    def check_body(self, response, method, status, headers, body, what):
        wrong = []
        for name, header in response.get("headers", {}).items():
            header = self.resolve(header)
            if name.lower() not in headers:
                wrong += [f"{name} is missing"] if header.get("required") else []
                continue
            value = headers[name.lower()]
            is_whole = header["schema"].get("type") == "integer" and value.isascii() and value.isdigit()
            wrong += self.errors(header["schema"], int(value) if is_whole else value, name)
        content = response.get("content")
        if method == "HEAD":
            wrong += ["a body"] if body else []
        elif content is None:
            wrong += ["a body that is not described"] if body else []
        else:
            kind = headers.get("content-type", "").split(";")[0].strip()
            if kind not in content:
                wrong.append(f"Content-Type: {kind!r} is not one of {list(content)}")
            else:
                wrong += self.errors(content[kind]["schema"], self.read(kind, headers, body))
        if wrong:
            raise Broken(f"{what}: {'; '.join(wrong)}\n{body[:500]!r}")

    @staticmethod
    def read(kind, headers, body):
        text = body.decode()
        if not kind.startswith("image/") and "charset=utf-8" not in headers["content-type"].lower().replace(" ", ""):
            raise Broken(f"no charset in {headers['content-type']!r}")
        return json.loads(text) if kind == "application/json" else text


def load():
    return Contract(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
