"""The handle of an open office: its life, and how its functions are called."""

from __future__ import annotations

import atexit
import ctypes
import os
import warnings
import weakref
from ctypes import byref
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Type, TypeVar

from . import _convert as convert
from . import _structures as c
from ._callbacks import Callbacks, logger
from ._library import load
from .answers import UserId
from .errors import InvalidArgument, TooSmall, error_of

_T = TypeVar("_T")
_Self = TypeVar("_Self", bound="Handle")
_Function = Callable[..., int]
_Convert = Callable[[Tuple[Any, ...]], _T]

ERROR_SIZE = ctypes.sizeof(c.Error)
PAGE = 1000
_EXIT_PATIENCE = 2.0  # seconds that calls of daemon threads get to end when the interpreter exits

# Offices with callbacks: these must not be called once the interpreter is gone.
_calling_back: weakref.WeakSet[Handle] = weakref.WeakSet()


def _at_exit() -> None:
    for office in list(_calling_back):
        office._exit()


atexit.register(_at_exit)


class Handle:
    """What is the same of every call to an office; its methods are those of :class:`Office`."""

    def __init__(self, path: bytes, options: c.Options, callbacks: Optional[Callbacks]) -> None:
        self._closed = True  # until it is open
        self._library = load()
        self._callbacks = callbacks
        self._process = os.getpid()
        self._capacities: Dict[Type[ctypes.Structure], int] = {}
        self._handle = ctypes.POINTER(c.Office)()
        self._path = path
        error = c.Error(ERROR_SIZE)

        def call() -> int:
            status: int = self._library.boxoffice_open(
                path, len(path), byref(options), byref(self._handle), byref(error)
            )
            return status

        kept: Optional[BaseException] = None
        if callbacks is None:
            status = call()
        else:
            status, kept = callbacks.run(call)
        if status:
            raise convert.raised(status, error) from kept
        self._closed = False
        if callbacks is not None:
            _calling_back.add(self)
        if kept is not None:
            self.close()
            raise kept

    # ---- the handle -----------------------------------------------------------------------------

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<boxoffice.Office {self._path.decode()!r}, {state}>"

    def __reduce__(self) -> Any:
        raise TypeError("an office cannot be pickled; open one in the other process")

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed

    def close(self) -> None:
        """Closes, once; waits for calls inside, and ends those of ``await_turn``. Again: nothing.
        While another thread closes: returns at once. In a child of fork(): only marks this one
        closed. Not from a callback."""
        if self._closed:
            return
        if self._callbacks is not None and self._callbacks.is_inside():
            raise InvalidArgument("a clock, gateway or log must not call its office")
        self._closed = True
        handle = ctypes.cast(
            self._handle, ctypes.POINTER(c.Office)
        )  # a copy: C sets what it gets to NULL
        status = self._library.boxoffice_close(byref(handle))
        if status not in (c.OK, c.INVALID_HANDLE, c.CLOSED, c.FORKED):
            raise error_of(status, "")

    def __del__(self) -> None:
        # Also at the interpreter's exit, when modules may be gone: touches what is its own, and
        # never raises.
        try:
            if not self._closed:
                if os.getpid() == self._process:
                    warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self)
                self.close()
        except Exception:  # noqa: S110
            pass

    def _exit(self) -> None:
        """Before the interpreter goes: a thread that then came back from C into a callback would
        bring the process down. One that does not come back in time stays where it is, and the
        office open."""
        if self._closed or self._callbacks is None or os.getpid() != self._process:
            return
        if self._callbacks.drain(_EXIT_PATIENCE):
            self.close()

    # ---- calling --------------------------------------------------------------------------------

    def _call(self, function: _Function, *arguments: Any, strict: bool = False) -> None:
        """Calls with the handle before and the error behind. `strict`: a callback's exception is
        raised even where the call succeeds."""
        error = c.Error(ERROR_SIZE)
        if self._callbacks is None:
            status = function(self._handle, *arguments, byref(error))
            if status:
                raise convert.raised(status, error)
            return
        status, kept = self._callbacks.run(lambda: function(self._handle, *arguments, byref(error)))
        if kept is not None and strict:
            raise kept
        if status:
            raise convert.raised(status, error) from kept
        if kept is not None:
            logger.error("a callback raised; the call that it served stands", exc_info=kept)

    def _number(self, function: _Function, *arguments: Any) -> int:
        out = ctypes.c_int64()
        self._call(function, *arguments, byref(out))
        return out.value

    def _ask(
        self,
        function: _Function,
        structure: Type[ctypes.Structure],
        make: _Convert[_T],
        *arguments: Any,
        strict: bool = False,
    ) -> _T:
        out = structure()
        self._call(function, *arguments, byref(out), strict=strict)
        return make(convert.LAYOUTS[structure].unpack(out))

    def _rows(
        self,
        function: _Function,
        structure: Type[ctypes.Structure],
        make: _Convert[_T],
        capacity: int,
        *arguments: Any,
    ) -> List[_T]:
        """At most `capacity` rows. TooSmall has the count in it, as a second argument."""
        layout = convert.LAYOUTS[structure]
        raw = bytearray(layout.size * capacity)
        count = ctypes.c_size_t()
        try:
            self._call(function, *arguments, structure.from_buffer(raw), capacity, byref(count))
        except TooSmall as error:
            error.args = (error.detail, count.value)
            raise
        with memoryview(raw) as view, view[: layout.size * count.value] as used:
            return [make(fields) for fields in layout.iter_unpack(used)]

    def _all(
        self,
        function: _Function,
        structure: Type[ctypes.Structure],
        make: _Convert[_T],
        *arguments: Any,
        is_usual: bool = True,
    ) -> List[_T]:
        """A whole list, in an array that grows; the size that did is remembered, unless it is not
        ``is_usual`` for a list to be so long."""
        capacity = self._capacities.get(structure, 64) if is_usual else 64
        while True:
            try:
                return self._rows(function, structure, make, capacity, *arguments)
            except TooSmall as error:
                capacity = max(capacity * 2, int(error.args[1]))
                if is_usual:
                    self._capacities[structure] = capacity

    def _pages(
        self,
        function: _Function,
        structure: Type[ctypes.Structure],
        make: _Convert[_T],
        user: UserId,
        before: Optional[int],
    ) -> Iterator[_T]:
        who = convert.int64(user, "user")
        older = 0 if before is None else convert.int64(before, "before")

        def rows(older: int) -> Iterator[_T]:
            while True:
                page = self._rows(function, structure, make, PAGE, who, older)
                yield from page
                if len(page) < PAGE:
                    return
                last: Any = page[-1]
                older = last.id

        return rows(older)
