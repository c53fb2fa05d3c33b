"""Finds and loads the C library, once, at the first use."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
from pathlib import Path
from typing import Iterator, List, Tuple

from . import _checkout, _layouts
from ._version import ABI, __version__
from .errors import LibraryNotFound

#: Names a library file to use instead of all others.
VARIABLE = "BOXOFFICE_LIBRARY"

SONAME = f"libboxoffice.so.{ABI}"


def candidates() -> Iterator[Tuple[str, str]]:
    """Where to look, in order: what each place is, and a path or name for the loader.

    An override is the only candidate: one that does not work must not be passed over in silence.
    """
    override = os.environ.get(VARIABLE)
    if override:
        yield VARIABLE, override
        return
    bundled = Path(__file__).resolve().parent / "_lib"
    yield "bundled", str(bundled / SONAME)
    # An editable install, or a checkout on PYTHONPATH: <root>/bindings/python/src/boxoffice.
    above = Path(__file__).resolve().parents
    if len(above) > 4 and (above[4] / "capi" / "boxoffice.h").is_file():
        built = _checkout.newest_build(above[4])
        yield "checkout", str(built or above[4] / "build" / "*" / "libboxoffice.so")
    found = ctypes.util.find_library("boxoffice")
    if found and found != SONAME:
        yield "system", found
    yield "system", SONAME


def _load(path: str) -> ctypes.CDLL:
    if os.sep in path and not os.path.exists(path):
        raise LibraryNotFound("no such file")
    try:
        library = ctypes.CDLL(path)  # a CDLL: the interpreter's lock is released for every call
    except OSError as error:
        raise LibraryNotFound(str(error)) from None
    try:
        library.boxoffice_abi.restype = ctypes.c_int32
        library.boxoffice_version.restype = ctypes.c_char_p
        abi = library.boxoffice_abi()
        version = library.boxoffice_version().decode()
        if abi != ABI:
            raise LibraryNotFound(f"its ABI is {abi}, this package needs {ABI}")
        if version.split(".")[:2] != __version__.split(".")[:2]:
            raise LibraryNotFound(f"its version is {version}, this package is {__version__}")
        _layouts.declare(library)
    except AttributeError as error:
        raise LibraryNotFound(f"it is not this library: {error}") from None
    return library


@functools.lru_cache(maxsize=None)
def load() -> ctypes.CDLL:
    """The library, with all its functions typed. Raises LibraryNotFound, which lists the paths
    tried."""
    tried: List[str] = []
    for place, path in candidates():
        try:
            return _load(path)
        except LibraryNotFound as error:
            tried.append(f"  {path} ({place}): {error.detail}")
    raise LibraryNotFound(
        "no usable libboxoffice; tried\n"
        + "\n".join(tried)
        + f"\nset {VARIABLE} to the library's file"
    )


def library_version() -> str:
    """The version of the C library that is loaded ("0.1.0")."""
    return str(load().boxoffice_version().decode())
