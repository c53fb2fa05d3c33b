"""A strict reader of capi/boxoffice.h: what it does not understand is an error, not skipped.

The one reader of the header that there is: generate_structures.py writes the package's types from
it, and the tests of the package and of the library compare with it. It needs no library and nothing
of the package.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

HEADER = Path(__file__).resolve().parents[2] / "capi" / "boxoffice.h"


class Field(NamedTuple):
    """A member or a parameter. `kind` is the C type with single spaces, pointers as " *"; a
    function pointer's is "result (*)(arguments)"; `size` is an array's, or 0."""

    name: str
    kind: str
    size: int


class Header(NamedTuple):
    """All in the header's order. `macros` are those with a value, as it is written; `constants` are
    those of enumerations; `functions` have a result and parameters."""

    macros: Dict[str, str]
    constants: Dict[str, int]
    structures: Dict[str, List[Field]]
    opaque: List[str]
    functions: Dict[str, Tuple[str, List[Field]]]


_NAME = r"[A-Za-z_]\w*"


def _kind(text: str) -> str:
    return re.sub(r"\s*\*\s*", " *", " ".join(text.split())).strip()


def _field(text: str, macros: Dict[str, str]) -> Field:
    text = " ".join(text.split())
    pointer = re.fullmatch(rf"(.+?) ?\(\*({_NAME})\)\((.*)\)", text)
    if pointer:
        result, name, arguments = pointer.groups()
        kinds = ", ".join(_field(one, macros).kind for one in arguments.split(","))
        return Field(name, f"{_kind(result)} (*)({kinds})", 0)
    plain = re.fullmatch(rf"(.+?[ *])({_NAME})(?:\[(\w+)\])?", text)
    if not plain:
        raise ValueError(f"not a declaration: {text!r}")
    kind, name, size = plain.groups()
    return Field(name, _kind(kind), 0 if size is None else int(macros.get(size, size)))


def read() -> Header:
    """The header of this checkout. Raises ValueError where it is not understood."""
    text = HEADER.read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).replace("\\\n", " ")
    macros: Dict[str, str] = {}
    lines = []
    for line in text.splitlines():
        if line.startswith("#"):
            define = re.match(rf"#define ({_NAME})\s+(.+)$", line)
            if define:
                macros[define.group(1)] = " ".join(define.group(2).split())
        else:
            lines.append(line)
    text = " ".join(" ".join(lines).split())
    text = text.replace('extern "C" {', " ", 1)
    header = Header(macros, {}, {}, [], {})
    while text.strip():
        text = text.strip()
        if text == "}":  # of extern "C"
            break
        found = re.match(r"typedef int32_t boxoffice_status;", text)
        if not found:
            found = re.match(rf"typedef struct ({_NAME}) ({_NAME});", text)
            if found:
                header.opaque.append(found.group(2))
        if not found:
            found = re.match(r"enum \{(.*?)\};", text)
            if found:
                for item in filter(None, (one.strip() for one in found.group(1).split(","))):
                    name, value = item.split(" = ")
                    header.constants[name] = int(value)
        if not found:
            found = re.match(rf"typedef struct ({_NAME}) \{{(.*?)\}} ({_NAME});", text)
            if found:
                members = filter(None, (one.strip() for one in found.group(2).split(";")))
                header.structures[found.group(3)] = [_field(one, macros) for one in members]
        if not found:
            found = re.match(rf"BOXOFFICE_API (.+?[ *])({_NAME})\(([^()]*)\);", text)
            if found:
                result, name, arguments = found.groups()
                fields = (
                    []
                    if arguments == "void"
                    else [_field(one, macros) for one in arguments.split(",")]
                )
                header.functions[name] = (_kind(result), fields)
        if not found:
            raise ValueError(f"the header has what this does not understand: {text[:80]!r}")
        text = text[found.end() :]
    return header
