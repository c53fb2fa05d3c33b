"""The files that a house has: text as people save it, and the CSV of spreadsheets, in and out."""

from __future__ import annotations

import csv
import io
from typing import Iterable, List, NamedTuple, Sequence, Union

from .output import in_quotes, one_line
from .problems import Failed

_SEPARATORS = ",;\t"
#: Where a spreadsheet would begin to compute, also in the wide forms of East Asian keyboards; and
#: what some programs skip before.
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", " ", "＝", "＋", "－", "＠")


def read_text(path: str) -> str:
    """A file of UTF-8, without the mark that spreadsheets put in front."""
    try:
        with open(path, "rb") as file:
            raw = file.read()
    except OSError as error:
        raise Failed(f"{one_line(path)}: cannot be read: {error.strerror}") from None
    is_utf16 = raw[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        len(raw) >= 2 and (raw[0] == 0) != (raw[1] == 0)
    )
    if is_utf16:
        raise Failed(f"{one_line(path)}: this is UTF-16; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Failed(
            f'{one_line(path)}: line {line}: expected UTF-8, found other bytes; save it as UTF-8 '
            '("CSV UTF-8")'
        ) from None


# ---- reading CSV --------------------------------------------------------------------------------


class Record(NamedTuple):
    """The fields that were asked for, and the line where the record begins."""

    line: int
    fields: List[str]


def _separator_of(path: str, text: str) -> str:
    """As a first line `sep=;` says; else the one that stands most often in the first line with a
    text."""
    first = text.split("\n", 1)[0].rstrip("\r")
    if first[:4].strip().lower() == "sep=":
        if len(first) != 5 or first[4] not in _SEPARATORS:
            raise Failed(
                f"{path}: line 1: expected sep= with a comma, a semicolon or a tab, found "
                + in_quotes(first)
            )
        return first[4]
    lines = (line for line in text.splitlines() if line.strip(",;\t "))
    header = next(lines, "")
    return max(_SEPARATORS, key=lambda one: header.count(one))  # of equals the first: a comma


def _records(path: str, text: str) -> Iterable[Record]:
    """All that have a text in some field."""
    separator = _separator_of(path, text)
    has_separator_line = text[:4].strip().lower() == "sep="
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begin = 1
    try:
        for fields in reader:
            is_it = has_separator_line and begin == 1
            if not is_it and any(field.strip(" \t") for field in fields):
                yield Record(begin, fields)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise Failed(f"{path}: line {begin}: expected CSV: {error}") from None


def read_csv(path: str, columns: Sequence[str], optional: Sequence[str] = ()) -> List[Record]:
    """A file with a header: the columns asked for, in that order, then the optional ones, empty
    where the file does not have them. Fields stand between commas, semicolons or tabs; rows without
    a text are skipped, and so are other columns; capitals and blanks around a column's name do not
    matter."""
    text, path = read_text(path), one_line(path)
    if "\0" in text:
        raise Failed(f"{path}: line {text[: text.index(chr(0))].count(chr(10)) + 1}: a NUL byte")
    records = iter(_records(path, text))
    header = next(records, None)
    if header is None:
        raise Failed(f"{path}: line 1: expected a header {','.join(columns)}, found nothing")
    where = f"{path}: line {header.line}"
    names = [name.strip(" \t").lower() for name in header.fields]
    for name in (*columns, *optional):
        if names.count(name) > 1:
            raise Failed(f'{where}: expected each column once, found "{name}" twice')
    for name in columns:
        if name not in names:
            raise Failed(
                f'{where}: expected the columns {",".join(columns)}; "{name}" is missing among '
                + in_quotes(",".join(names))
            )
    places = [names.index(name) if name in names else None for name in (*columns, *optional)]
    out = []
    for line, fields in records:
        if len(fields) != len(names):
            raise Failed(
                f"{path}: line {line}: expected {len(names)} fields as in the header, found "
                f"{len(fields)}"
            )
        out.append(Record(line, ["" if at is None else fields[at] for at in places]))
    return out


# ---- writing CSV --------------------------------------------------------------------------------


def _cell(value: Union[str, int]) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front: whoever named
    a category would otherwise have their words carried out on the machine of who opens the
    file."""
    if isinstance(value, int):
        return str(value)
    is_quoted = any(one in value for one in ',;"\t\r\n') or value[:1] == " " or value[-1:] == " "
    text = "'" + value if value.startswith(_FORMULA_BEGINNINGS) else value
    return '"' + text.replace('"', '""') + '"' if is_quoted else text


def to_csv(rows: Iterable[Sequence[Union[str, int]]]) -> bytes:
    """As the HTTP host writes it, byte for byte: UTF-8 with the mark by which Excel knows it, lines
    that end in CR LF, quotes where a text needs them."""
    lines = (",".join(map(_cell, row)) + "\r\n" for row in rows)
    return b"\xef\xbb\xbf" + "".join(lines).encode()
