"""The files that the checks read, and what a check says of one."""

import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

CXX = (".hpp", ".cpp", ".h", ".c")


class Finding(NamedTuple):
    path: str
    line: int
    said: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.said}"


class Include(NamedTuple):
    line: int
    name: str
    is_angled: bool


def files(root, *suffixes, under=""):
    """Paths below `root` that end so, sorted: what git tracks or would; of a tree without git, everything."""
    root = Path(root)
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout.split("\0")
        paths = [path for path in listed if path and (root / path).is_file()]
    else:
        paths = [
            os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names
        ]
        paths = [path for path in paths if not path.startswith("build/")]
    return sorted(path for path in set(paths) if path.endswith(suffixes or "") and path.startswith(under))


def read(root, path):
    return (Path(root) / path).read_text(encoding="utf-8")


_LITERALS = re.compile(
    r'R"(?P<fence>[^()\s\\"]{0,16})\(.*?\)(?P=fence)"'  # a raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z])'(?:\\.|[^'\\\n])*'"  # not the ' of 1'000
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)


def code_of(text):
    """The text without comments, and with empty literals; its lines stay where they were."""

    def blank(match):
        found = match[0]
        kept = "\n" * found.count("\n")
        return kept if found.startswith("/") else '""' + kept

    # An #include's name is no literal to be emptied.
    return "".join(
        line if re.match(r"\s*#\s*include\b", line) else piece
        for line, piece in zip(text.splitlines(True), _LITERALS.sub(blank, text).splitlines(True))
    )


def includes_of(text):
    """Every #include, where it stands. (One in a comment is none.)"""
    found = []
    for number, line in enumerate(code_of(text).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            found.append(Include(number, match[2], match[1] == "<"))
    return found


def public_headers(root):
    """What is installed for C++."""
    return files(root, ".hpp", under="include/")
