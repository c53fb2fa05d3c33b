#!/usr/bin/env python3
"""Plants bugs in a copy of the product, one at a time, and asks whether the tests see them.

All bugs of mutations.py are compiled into one copy at once, each as `planted(17) ? wrong : right`, so that one build is enough;
which one is planted the variable BOXOFFICE_PLANTED of the process says. Each is then run against the tests that are to catch
it, and where these pass against every runner. What counts as caught: a summary of the runner with a failed case, a crash, or a
test that does not end; the same tests pass with nothing planted, or nothing is believed.

    planted.py --short          only: is every fragment still there exactly once, and every test file that is named
    planted.py                  builds build/planted, and runs all
    planted.py --only 17        the one of that number, or those with that text in their name or file
    planted.py --list           the table

The last line on stdout is a summary; exit 1: one was not caught, or there are fewer than 45; 2: it could not be found out.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutations import MUTATIONS  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
WORK = ROOT / "build/planted"
LEAST = 45
MARKS = re.compile("[«»‹›]")
EXPRESSION = re.compile("«(.*)»", re.S)
STATEMENTS = re.compile("‹(.*)›", re.S)
RUNNERS = {
    "unit": "boxoffice_tests",
    "unit+pg": "boxoffice_tests",
    "c": "boxoffice_c_tests",
    "http": "boxoffice_http_tests",
    "copy": "boxoffice_copy_tests",
}

HEADER = """#pragma once
// Which bug of mutations.py is planted in this process: the number in BOXOFFICE_PLANTED; 0 is none.
#include <cstdlib>
inline const int boxoffice_planted = [] {
    const char* const number = std::getenv("BOXOFFICE_PLANTED");
    return number == nullptr ? 0 : std::atoi(number);
}();
constexpr bool planted(int number) {
    return !__builtin_is_constant_evaluated() && boxoffice_planted == number;
}
"""


class Problem(Exception):
    """It cannot be found out whether the bugs are caught."""


class Bug:
    def __init__(self, number, row):
        self.number = number
        self.name, self.file, self.original, self.instead, tests = row
        self.runner, *self.tests = tests.split()
        self.fragment = MARKS.sub("", self.original)


def say(words):
    print(words, file=sys.stderr, flush=True)


def problems_of(bugs):
    """What is wrong with the table: fragments that are gone or there twice, tests that are not there."""
    found = []
    names = set()
    sources = {}
    for bug in bugs:
        where = f"{bug.number} '{bug.name}' ({bug.file})"
        if bug.name in names:
            found.append(f"{where}: the name is there twice")
        names.add(bug.name)
        if bug.runner not in RUNNERS or (bug.runner != "c" and not bug.tests):
            found.append(f"{where}: no tests")
        if (EXPRESSION.search(bug.original) is None) == (STATEMENTS.search(bug.original) is None):
            found.append(f"{where}: mark an expression with «», or statements with ‹›")
        if EXPRESSION.search(bug.original) and not bug.instead:
            found.append(f"{where}: nothing instead of an expression")
        if bug.file not in sources:
            path = ROOT / bug.file
            sources[bug.file] = path.read_text(encoding="utf-8") if path.exists() else ""
        count = sources[bug.file].count(bug.fragment)
        if count != 1:
            found.append(f"{where}: the fragment is there {count} times: {bug.fragment}")
        found += [f"{where}: no test file {test}_test.cpp" for test in bug.tests
                  if not any((ROOT / "tests").glob(f"*/{test}_test.cpp"))]
    return found


def schema_of(variants):
    """The fragment with all bugs of the same place in it, none of them active unless it is asked for."""
    first = variants[0]
    if match := EXPRESSION.search(first.original):
        text = f"({match[1]})"
        for bug in reversed(variants):
            text = f"(planted({bug.number}) ? ({bug.instead}) : {text})"
    else:
        match = STATEMENTS.search(first.original)
        text = f"{{ {match[1]} }}"
        for bug in reversed(variants):
            text = f"if (planted({bug.number})) {{ {bug.instead} }} else {text}"
        text = f"{{ {text} }}"
    return first.original[:match.start()] + text + first.original[match.end():]


def write_if_new(path, text):
    """So that nothing is compiled again for nothing."""
    if path.exists() and path.read_bytes() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


def make_tree(bugs):
    tree = WORK / "tree"
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    for stale in [path for path in tree.rglob("*") if path.is_file() and str(path.relative_to(tree)) not in set(files)]:
        stale.unlink()
    places = {}
    for bug in bugs:
        places.setdefault((bug.file, bug.original), []).append(bug)
    for name in files:
        text = (ROOT / name).read_bytes()
        for (file, _), variants in places.items():
            if file != name:
                continue
            fragment = variants[0].fragment.encode()
            if text.count(fragment) != 1:
                raise Problem(f"{name}: another bug is planted within the place of '{variants[0].name}'")
            text = text.replace(fragment, schema_of(variants).encode())
        write_if_new(tree / name, text)
        shutil.copymode(ROOT / name, tree / name)
    write_if_new(WORK / "planted.hpp", HEADER.encode())
    return tree


def build(bugs, jobs):
    tree = make_tree(bugs)
    log = WORK / "build.log"
    flags = f"-include {WORK / 'planted.hpp'} -w"
    configure = ["cmake", "-S", str(tree), "-B", str(WORK / "build"), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                 "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DCMAKE_C_FLAGS_DEBUG=-O0", f"-DCMAKE_CXX_FLAGS={flags}",
                 "-DBOXOFFICE_UNITY=ON", "-DBOXOFFICE_EXAMPLES=ON"]
    compile_all = ["cmake", "--build", str(WORK / "build"), f"-j{jobs}", "--target", *sorted(set(RUNNERS.values()))]
    with open(log, "wb") as out:
        for step in (configure, compile_all):
            if subprocess.run(step, stdout=out, stderr=out, check=False).returncode != 0:
                raise Problem(f"the copy with the bugs does not build: {log}")


class Run:
    """One run of a runner: what it said, and what is to be made of it."""

    def __init__(self, runner, tests, planted, timeout):
        command = [str(WORK / "build/tests" / RUNNERS[runner])]
        if runner != "c":
            command += ["-a", "-w", "NoTests"]
            if tests:
                command += ["-#", ",".join(f"[#{test}_test]" for test in tests)]
        env = dict(os.environ, BOXOFFICE_PLANTED=str(planted))
        if runner != "unit+pg":
            env["BOXOFFICE_TEST_POSTGRES"] = "off"
        begin = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=WORK, start_new_session=True) as child:
            try:
                out, _ = child.communicate(timeout=timeout)
                self.is_late = False
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGTERM)
                try:
                    out, _ = child.communicate(timeout=3)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                    out, _ = child.communicate()
                self.is_late = True
        self.seconds = time.monotonic() - begin
        self.text = out.decode("utf-8", "replace")
        self.status = child.returncode
        self.command = f"BOXOFFICE_PLANTED={planted} {' '.join(command)}"

    def failed_count(self):
        if match := re.search(r"^test cases:.*?(\d+) failed", self.text, re.M):
            return int(match[1])
        if match := re.search(r"^\d+ passed, (\d+) failed", self.text, re.M):
            return int(match[1])
        return 0

    def failed_case(self):
        """Catch2 writes the name of a case between two lines of dashes, with its sections below it; the C runner a line."""
        if match := re.search(r"^-{60,}\n((?:.+\n)+?)-{60,}$", self.text, re.M):
            return " ".join(line.strip() for line in match[1].splitlines() if not re.match(r"  \S", line))
        match = re.search(r"^(?:.*/)?(\w+\.c:\d+)", self.text, re.M)
        return match[1] if match else None

    def has_passed(self):
        all_passed = re.search(r"^All tests passed \(\d+ assertions? in [1-9]", self.text, re.M) or \
            re.search(r"^[1-9]\d* passed, 0 failed", self.text, re.M)
        return self.status == 0 and bool(all_passed)

    def caught_by(self):
        """What caught the bug, or nothing: it passed. Anything else says nothing of the bug."""
        if self.is_late:
            return "a test that did not end"
        if self.failed_count() > 0:
            return self.failed_case() or "a failed case"
        if self.status < 0:
            return f"a crash ({signal.Signals(-self.status).name})"
        if self.has_passed():
            return None
        raise Problem(f"neither passed nor failed: {self.command}\n{self.text[-2000:]}")


def control(bugs, patience):
    """With nothing planted the same tests pass; how long they take is what the bugs' runs are given, many times."""
    times = {}
    for key in sorted({(bug.runner, *bug.tests) for bug in bugs}):
        run = Run(key[0], key[1:], 0, patience)
        if not run.has_passed():
            raise Problem(f"with nothing planted this does not pass: {run.command}\n{run.text[-2000:]}")
        times[key] = run.seconds
    return times


def catch(bug, times):
    """(what caught it or None, seconds, whether it was one of those that were to)"""
    seconds = 0.0
    run = Run(bug.runner, bug.tests, bug.number, 30 + 10 * times[(bug.runner, *bug.tests)])
    seconds += run.seconds
    if by := run.caught_by():
        return by, seconds, True
    for runner in ("unit", "c", "http", "copy", "unit+pg"):
        run = Run(runner, [], bug.number, 1800)
        seconds += run.seconds
        if by := run.caught_by():
            return f"{by} [{runner}]", seconds, False
    return None, seconds, False


def run_all(bugs, total, jobs):
    begin = time.monotonic()
    build(MUTANTS, jobs)
    say(f"built in {time.monotonic() - begin:.0f} s")
    times = control(bugs, 1800)
    say(f"nothing planted: {len(times)} sets of tests pass in {sum(times.values()):.0f} s")
    survivors, unexpected = [], 0
    for bug in bugs:
        by, seconds, expected = catch(bug, times)
        unexpected += by is not None and not expected
        if by is None:
            survivors.append(bug)
        print(f"{bug.number:3} | {bug.name} | {Path(bug.file).name} | {by or 'SURVIVES'} | {seconds:.1f} s", flush=True)
    print(f"planted: bugs={total} run={len(bugs)} caught={len(bugs) - len(survivors)} by_other_tests={unexpected} "
          f"seconds={time.monotonic() - begin:.0f} found={len(survivors)}")
    return 1 if survivors or total < LEAST else 0


MUTANTS = [Bug(number, row) for number, row in enumerate(MUTATIONS, 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="look only whether the table fits the sources")
    parser.add_argument("--only", help="a number, or a text in the name or file")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=1, help="of the build")
    options = parser.parse_args()
    if options.list:
        for bug in MUTANTS:
            print(f"{bug.number:3} | {bug.name} | {bug.file} | {bug.runner} {' '.join(bug.tests)}")
        return 0
    wrong = problems_of(MUTANTS)
    for line in wrong:
        print(line)
    if options.short or wrong:
        too_few = len(MUTANTS) < LEAST
        print(f"planted: bugs={len(MUTANTS)} files={len({bug.file for bug in MUTANTS})} found={len(wrong) + too_few}")
        return 1 if wrong or too_few else 0
    chosen = MUTANTS
    if options.only:
        chosen = [bug for bug in MUTANTS if options.only == str(bug.number) or
                  (not options.only.isdigit() and (options.only in bug.name or options.only in bug.file))]
        if not chosen:
            parser.error(f"--only {options.only}: none is that")
    try:
        return run_all(chosen, len(MUTANTS), options.jobs)
    except Problem as problem:
        print(problem)
        print(f"planted: bugs={len(MUTANTS)} found=unknown")
        return 2


if __name__ == "__main__":
    sys.exit(main())
