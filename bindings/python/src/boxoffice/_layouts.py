"""What is made of the generated structures: a library with typed functions, and layouts that read a
whole structure at once."""

from __future__ import annotations

import ctypes
import struct
from typing import Any, Dict, List, Type

from . import _structures as c


def declare(library: ctypes.CDLL) -> None:
    """Gives every function its types. Raises AttributeError if the library lacks one."""
    for name, (result, arguments) in c.FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments


_CODES: Dict[Any, str] = {
    ctypes.c_int32: "i",
    ctypes.c_uint32: "I",
    ctypes.c_int64: "q",
    ctypes.c_double: "d",
}


def is_reserved(name: str) -> bool:
    """Room to grow, by its name: zero, and nothing to read."""
    return name in ("reserved", "reserved32")


def _format(structure: Type[ctypes.Structure]) -> str:
    out: List[str] = []
    end = 0
    for field in structure._fields_:
        name, kind = field[0], field[1]
        if is_reserved(name):
            continue
        member = getattr(structure, name)
        out.append(f"{member.offset - end}x")
        end = member.offset + member.size
        if isinstance(kind, type) and issubclass(kind, ctypes.Structure):
            out.append(_format(kind))
        elif isinstance(kind, type) and issubclass(kind, ctypes.Array):
            array: Any = kind
            if array._type_ is ctypes.c_char:
                out.append(f"{array._length_}s")
            elif array._type_ in _CODES:
                out.append(_CODES[array._type_] * int(array._length_))
            else:
                out.append(_format(array._type_) * int(array._length_))
        else:
            out.append(_CODES[kind])
    out.append(f"{ctypes.sizeof(structure) - end}x")
    return "".join(out)


def layout(structure: Type[ctypes.Structure]) -> struct.Struct:
    """The same layout for the struct module, which reads a whole structure at once: many times
    faster than member by member. Nested structures are flattened; texts come as bytes of their full
    size; room to grow is passed over."""
    return struct.Struct("=" + _format(structure))


def packer(structure: Type[ctypes.Structure], *members: str) -> struct.Struct:
    """A layout that writes some members, named in the structure's order, and zero between them.
    The integers that it takes are of 64 bits, or of 32 without a sign."""
    out = ["="]
    end = 0
    for name in members:
        member = getattr(structure, name)
        kind = dict((one[0], one[1]) for one in structure._fields_)[name]
        out.append(f"{member.offset - end}x{_CODES[kind]}")
        end = member.offset + member.size
    return struct.Struct("".join(out) + f"{ctypes.sizeof(structure) - end}x")
