"""Public headers: each compiles alone, is light, drags nothing in, and leaves no macro behind."""

import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from sources import Finding, code_of, includes_of, public_headers, read

COMPILER = os.environ.get("CXX") or "g++"
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
CXX_20 = ("-x", "c++", "-std=c++20")
C_99 = ("-x", "c", "-std=c99")
# Never collect garbage: then the compiler's memory is what it allocated, which is the same each time and on any machine.
COUNTED = ("--param", "ggc-min-expand=10000", "--param", "ggc-min-heapsize=16777216")
C_HEADER = "capi/boxoffice.h"
MAIN = "include/boxoffice/boxoffice.hpp"
# Not to be dragged into a host's file: <mutex> only as itself, not as what the compiler's own headers make of it.
HEAVY = {
    "<sodium.h>": r"/sodium\.h$",
    "fmt": r"/fmt/\w+\.h$",
    "<date/date.h>": r"/date/date\.h$",
    "<mutex>": r"/mutex$",
    "SQLiteCpp": r"/SQLiteCpp/\w+\.h$",
    "<sqlite3.h>": r"/sqlite3\.h$",
    "<libpq-fe.h>": r"/libpq-fe\.h$",
    "nlohmann": r"/nlohmann/\w+\.hpp$",
}


class Compiled(NamedTuple):
    is_fine: bool
    said: str
    seconds: float  # of the processor, for the compiler and what it starts
    mebibytes: float
    included: list  # (depth, path), in order


def compile_alone(root, text, language=CXX_20):
    """Compiles a file with this text, without making anything of it."""
    with tempfile.TemporaryDirectory(prefix="boxoffice-tidy-") as directory, tempfile.TemporaryFile("w+") as errors:
        source = Path(directory) / "alone"
        source.write_text(text, encoding="utf-8")
        folders = [f"-I{Path(root) / folder}" for folder in ("include", "capi")]
        child = subprocess.Popen(
            [COMPILER, *language, *WARNINGS, "-fsyntax-only", "-H", *COUNTED, *folders, str(source)],
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, "LC_ALL": "C"},
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        lines = errors.read().splitlines()
    included = [(len(m[1]), m[2]) for m in (re.match(r"(\.+) (.+)$", line) for line in lines) if m]
    said = [line for line in lines if not re.match(r"\.+ |Multiple include guards|[^ ]+\.hp*$|/usr/", line)]
    return Compiled(child.returncode == 0, "\n".join(said), usage.ru_utime, usage.ru_maxrss / 1024, included)


def compile_headers(root):
    """What came of each public header, by path; of the C header twice, as C and as C++."""
    jobs = {path: (f'#include "{path[len("include/"):]}"\n', CXX_20) for path in public_headers(root)}
    if (Path(root) / C_HEADER).exists():
        jobs[C_HEADER] = ('#include "boxoffice.h"\nextern int a_file_needs_something;\n', C_99)
        jobs[f"{C_HEADER} as C++"] = ('#include "boxoffice.h"\n', CXX_20)
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        return dict(zip(jobs, pool.map(lambda job: compile_alone(root, *job), jobs.values())))


def check_alone(compiled):
    """Findings of headers that do not compile on their own."""
    found = []
    for path, result in compiled.items():
        if not result.is_fine:
            first = re.search(r"(?m)^(\S+?):(\d+):(?:\d+:)? .*(?:error|warning).*$", result.said)
            line = int(first[2]) if first and first[1].endswith(path.split(" ")[0].split("include/")[-1]) else 1
            found.append(Finding(path, line, "does not compile alone: " + (first[0] if first else result.said[:500])))
    return found


def check_heavy(root, compiled):
    """Findings of public headers that drag in what a host's file should not pay for: one for each that names it."""
    own = str(Path(root) / "include") + "/"
    payers = {}
    for path, result in compiled.items():
        way = []
        for depth, name in result.included:
            way[depth - 1 :] = [name]
            for heavy, pattern in HEAVY.items():
                if re.search(pattern, name):
                    by = [step for step in way if step.startswith(own)]
                    payers.setdefault((by[-1][len(own) :] if by else path, heavy), set()).add(path)
    found = []
    for (by, heavy), paths in payers.items():
        example = min(paths - {"include/" + by}, default="")
        others = f", and so do {len(paths) - 1} more, such as {example}" if example else ""
        found.append(Finding("include/" + by, 1, f"drags in {heavy}{others}"))
    return sorted(found)


def standard_headers(root, path=MAIN):
    """The standard headers that a header and ours below it name."""
    names, waiting, seen = set(), [path], set()
    while waiting:
        at = waiting.pop()
        if at in seen or not (Path(root) / at).exists():
            continue
        seen.add(at)
        for include in includes_of(read(root, at)):
            if include.name.startswith("boxoffice/"):
                waiting.append("include/" + include.name)
            elif re.fullmatch(r"[a-z_]+", include.name):
                names.add(include.name)
    return sorted(names)


class Weight(NamedTuple):
    """boxoffice.hpp beside a file that includes the standard headers it needs and tl/expected.hpp, and nothing of ours."""

    standard: tuple
    main: Compiled
    baseline: Compiled
    empty: Compiled

    def memory_ratio(self):
        """How much more the compiler allocates: it grows with what is read and instantiated, as its seconds do, and is
        the same on a busy machine."""
        return (self.main.mebibytes - self.empty.mebibytes) / (self.baseline.mebibytes - self.empty.mebibytes)

    def seconds_ratio(self):
        return self.main.seconds / self.baseline.seconds


def weigh(root, runs=3):
    """The best of some runs of each, one after the other."""
    standard = standard_headers(root)
    baseline = "".join(f"#include <{name}>\n" for name in [*standard, "tl/expected.hpp"])

    def best(text):
        return min((compile_alone(root, text) for _ in range(runs)), key=lambda one: one.seconds)

    return Weight(tuple(standard), best('#include "boxoffice/boxoffice.hpp"\n'), best(baseline), best("\n"))


def table(compiled, weight):
    lines = [f"{'compiles alone':44}{'user s':>8}{'MiB':>8}"]
    rows = {"(standard headers and tl/expected.hpp)": weight.baseline, **compiled} if weight else compiled
    lines += [f"{path:44}{one.seconds:8.2f}{one.mebibytes:8.0f}" for path, one in rows.items()]
    return "\n".join(lines)


def check_macros(root):
    """Macros without the library's prefix that outlive a public header. (BOXOFFICE_ is the prefix; an #undef ends one.)"""
    found = []
    paths = public_headers(root) + ([C_HEADER] if (Path(root) / C_HEADER).exists() else [])
    for path in paths:
        alive = {}
        for number, line in enumerate(code_of(read(root, path)).splitlines(), 1):
            match = re.match(r"\s*#\s*(define|undef)\s+(\w+)", line)
            if match and match[1] == "undef":
                alive.pop(match[2], None)
            elif match and not match[2].startswith("BOXOFFICE_"):
                alive[match[2]] = number
        found += [Finding(path, number, f"the macro {name} outlives the header") for name, number in alive.items()]
    return found
