"""Length, and lines that a formatter wrecked. What clang-format itself says is here, too."""

import re
import shutil
import subprocess

from sources import CXX, Finding, files, read

LINES_MAX = 700
LONG_FOR_A_REASON = {
    "capi/boxoffice.h": "the whole C interface is one header, as C users expect",
    "capi/libboxoffice.abi": "written by abidw",
    "bindings/python/src/boxoffice/_structures.py": "mirrors the C header, structure by structure",
    "examples/http_server/openapi.json": "the whole HTTP interface is one document",
    "tests/web/package-lock.json": "written by npm",
}
DATA = ("examples/data/",)
PLANTED = ("tests/tidy/",)  # these checks show what they look for
PROSE = (".md",)


def check_length(root):
    found = []
    for path in files(root):
        if path in LONG_FOR_A_REASON or path.startswith(DATA) or path.endswith(PROSE):
            continue
        try:
            count = len(read(root, path).splitlines())
        except UnicodeDecodeError:
            continue  # a picture
        if count > LINES_MAX:
            found.append(Finding(path, LINES_MAX + 1, f"{count} lines; a file has at most {LINES_MAX}"))
    return found


# A line of comment alone: indentation, marker, text.
_COMMENT = re.compile(r"^(\s*)(///?|//!|#:?|\*|--)\s+(\S.*)$")
_RULE_WITH_TEXT = re.compile(r"^\s*(?:///?|#:?|\*)\s*[-=*]{20,}\s+\w")


def _is_left_over(before, line, after):
    """A line too long for a formatter was broken, and the few words over were not joined to what follows:

    /// - commit() is all or nothing. It answers `internal` where a back-stop fires, and `out_of_memory` where
    /// memory runs out
    ///   (nothing changed, the store goes on).
    """
    comments = [_COMMENT.match(one) for one in (before, line, after)]
    if None in comments:
        return False
    first, left_over, following = comments
    return (
        first[1] == left_over[1] == following[1]
        and first[2] == left_over[2] == following[2]
        and len(before) >= 75
        and len(left_over[3]) <= 30
        and re.match(r"[a-z(`]", left_over[3]) is not None
        and left_over[3][-1] not in ".:;?!)"
        and re.match(r"[-*|\d]", following[3]) is None  # the next of a list
    )


def _is_staircase(lines):
    """Three lines of a macro, each further in than the last: a formatter took a list of names for calls of calls."""
    if len(lines) < 3 or not all(line.endswith("\\") and line.strip() != "\\" for line in lines):
        return False
    steps = [len(line) - len(line.lstrip()) for line in lines]
    return steps[1] - steps[0] == steps[2] - steps[1] == 4 and all(re.match(r"\s*\w+\(\w+\)", line) for line in lines)


def check_wreckage(root):
    found = []
    for path in files(root, *CXX, ".py", ".sh", ".js", ".mjs", ".css", ".sql", ".cmake", ".txt", ".build"):
        if path.startswith((*DATA, *PLANTED)):
            continue
        lines = read(root, path).splitlines()
        for at, line in enumerate(lines):
            triple = lines[at - 1 : at + 2] if at else []
            if len(triple) == 3 and _is_left_over(*triple):
                found.append(Finding(path, at + 1, f"words left over by a formatter: {line.strip()!r}"))
            if _RULE_WITH_TEXT.match(line):
                found.append(Finding(path, at + 1, "a ruled line runs on into text"))
            is_first = not _is_staircase(lines[at - 1 : at + 2] if at else [])
            if is_first and _is_staircase(lines[at : at + 3]):
                found.append(Finding(path, at + 1, "a formatter took a list of names for a staircase"))
    return found


def clang_format():
    """Its path, or None where it is not installed."""
    return shutil.which("clang-format")


def check_format(root):
    """One finding a file, where clang-format would first change it."""
    found = []
    paths = files(root, *CXX)
    for begin in range(0, len(paths), 50):
        said = subprocess.run(
            [clang_format(), "--dry-run", "-Werror", "--ferror-limit=1", *paths[begin : begin + 50]],
            cwd=root,
            stderr=subprocess.PIPE,
            text=True,
        ).stderr
        seen = set()
        for path, line in re.findall(r"(?m)^(.+?):(\d+):\d+: error: code should be clang-formatted", said):
            if path not in seen:
                seen.add(path)
                found.append(Finding(path, int(line), "clang-format would write it otherwise"))
    return found
