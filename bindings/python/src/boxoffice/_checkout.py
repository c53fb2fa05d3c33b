"""Finds the C library in the builds of a checkout. Also run by setup.py, so it imports nothing of
the package."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Optional

# Symbols that only a library built with a sanitizer asks for; a plain interpreter cannot load it.
_SANITIZED = re.compile(rb"__(?:asan|tsan|msan)_init|__ubsan_handle_")


def is_sanitized(library: Path) -> bool:
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return _SANITIZED.search(view) is not None


def newest_build(root: Path) -> Optional[Path]:
    """The newest ``build/*/libboxoffice.so`` below `root` without a sanitizer in it."""
    built = sorted(root.glob("build/*/libboxoffice.so"), key=lambda path: path.stat().st_mtime)
    for path in reversed(built):
        if path.stat().st_size > 0 and not is_sanitized(path):
            return path.resolve()
    return None
