"""What a command says: its answer on the standard output, as text or JSON, and how far it is on the
standard error."""

from __future__ import annotations

import json
import sys
import threading
import time
import unicodedata
from typing import Any, Iterable, List, Mapping, Optional, Sequence

_PLAIN_PROGRESS_SECONDS = 10.0


def one_line(text: str) -> str:
    """Fit for one line of a terminal: somebody else's text could move its cursor or colour it."""
    return "".join("?" if unicodedata.category(one) in ("Cc", "Cs") else one for one in text)


def in_quotes(text: str) -> str:
    """The same, in quotes, a long one cut."""
    cut = text if len(text) <= 80 else text[:80] + "…"
    return f'"{one_line(cut)}"'


def counted(number: int, one: str) -> str:
    """"1 seat", "1,248 seats"."""
    return f"{number:,} {one}" + ("" if number == 1 else "s")


def _width(text: str) -> int:
    """Columns of a terminal: Korean takes two a character."""
    marks = sum(1 for one in text if unicodedata.combining(one))
    return len(text) - marks + sum(1 for one in text if unicodedata.east_asian_width(one) in "WF")


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> List[str]:
    """Lines of columns; numbers to the right, with commas. No rows: no lines."""
    cells = [[f"{one:,}" if _is_number(one) else one_line(str(one)) for one in row] for row in rows]
    listed = [list(titles), *cells]
    if len(listed) == 1:
        return []
    widths = [max(map(_width, column)) for column in zip(*listed)]
    # A title stands where its column does: to the right, if that is of numbers.
    first_row = next(iter(cells))
    right = [one.replace(",", "").lstrip("-").isdecimal() for one in first_row]
    return [_table_line(row, widths, right) for row in listed]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _table_line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    out = []
    for text, width, is_right in zip(row, widths, right):
        blanks = " " * (width - _width(text))
        out.append(blanks + text if is_right else text + blanks)
    return "  ".join(out).rstrip()


class Output:
    """Where a command's words go. An answer is printed once, when all of it is there, so that who
    reads JSON gets one whole object or none."""

    def __init__(self, is_json: bool) -> None:
        self.is_json = is_json

    def answer(self, value: Mapping[str, Any], lines: Iterable[str]) -> None:
        """``value`` as one line of JSON, or the lines for people."""
        if self.is_json:
            print(json.dumps(value, ensure_ascii=False), flush=True)
            return
        for line in lines:
            print(line)
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Beside the answer, on the standard error: what a program does not want to read."""
        print(f"boxoffice: {one_line(text)}", file=sys.stderr, flush=True)


class Progress:
    """How far long work is, on the standard error: on a terminal a line that is written over, else
    one every ten seconds, so that a log is not flooded. ``show`` may be called as often as one
    likes."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._shown = 0
        self._last = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_terminal and self._shown:
            print("\r" + " " * self._shown + "\r", end="", file=sys.stderr, flush=True)

    def show(self, text: str) -> None:
        now = time.monotonic()
        if self._is_terminal:
            padded = text.ljust(self._shown)
            print("\r" + padded, end="", file=sys.stderr, flush=True)
            self._shown = len(text)
        elif now - self._last >= _PLAIN_PROGRESS_SECONDS:
            print(f"boxoffice: {text}", file=sys.stderr, flush=True)
            self._last = now


class Elapsed:
    """Progress of a single call that does not tell how far it is: the seconds that it has taken,
    shown from another thread."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Elapsed:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        begin = time.monotonic()
        with Progress() as progress:
            while not self._ended.wait(1.0):
                progress.show(f"{self._what}: {int(time.monotonic() - begin)} s")
