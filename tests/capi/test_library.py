"""The C library as an artefact: what it exports, what it is called, and that its versions agree.

Takes the library from BOXOFFICE_LIBRARY. Standard library only; needs nm, readelf, cc and c++.
"""

import ctypes
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python"))
import c_header  # noqa: E402

HEADER = c_header.HEADER
LIBRARY = os.environ["BOXOFFICE_LIBRARY"]


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def macro(name: str, path: Path = HEADER) -> str:
    found = re.search(rf"^#define {name} (\S+)", path.read_text(), re.MULTILINE)
    assert found, f"{name} is not in {path}"
    return found.group(1).strip('"')


class Exports(unittest.TestCase):
    def test_exports_are_exactly_the_committed_list(self) -> None:
        lines = [line.split() for line in run("nm", "-D", "--defined-only", LIBRARY).splitlines()]
        names = {line[-1].split("@")[0] for line in lines if line[-2] != "A"}
        committed = set((ROOT / "capi" / "symbols.txt").read_text().split())
        self.assertEqual(names, committed)
        self.assertGreater(len(committed), 40)

    def test_the_list_is_the_header(self) -> None:
        committed = set((ROOT / "capi" / "symbols.txt").read_text().split())
        self.assertEqual(set(c_header.read().functions), committed)

    def test_every_function_is_fuzzed_and_tried_over_a_store_that_throws(self) -> None:
        committed = set((ROOT / "capi" / "symbols.txt").read_text().split())
        fuzzed = re.findall(r"X\((\w+)\)", (ROOT / "tests/fuzz/functions.hpp").read_text())
        self.assertEqual({f"boxoffice_{name}" for name in fuzzed if name != "name"}, committed)
        tried = re.findall(r'^        \{"(\w+)"', (ROOT / "tests/capi/throwing_store_test.cpp").read_text(), re.MULTILINE)
        asks_no_store = {"version", "abi", "status_name", "status_message", "event_name", "id_text", "id_parse", "open", "close",
                         "restore", "now", "token_text", "authenticate", "get_commit_stats"}
        submitted = {"submit", "drive"}  # in a test of their own: what they meet is told in outcomes
        self.assertEqual({f"boxoffice_{name}" for name in asks_no_store | set(tried) | submitted}, committed)


class Tried(unittest.TestCase):
    """The C tests leave nothing out that the header has."""

    def test_every_kind_of_command_answers_in_a_batch_as_its_function(self) -> None:
        kinds = {name for name in c_header.read().constants if name.startswith("BOXOFFICE_COMMAND_")}
        tried = set(re.findall(r"\bBOXOFFICE_COMMAND_\w+", (ROOT / "tests/capi/outcomes.c").read_text()))
        self.assertEqual(tried, kinds)

    def test_every_text_of_a_seat_goes_in_and_comes_out(self) -> None:
        structures = c_header.read().structures
        said = {one.name for one in structures["boxoffice_new_seat"] if one.kind == "const char *"}
        listed = {one.name[: -len("_offset")] for one in structures["boxoffice_seat_item"] if one.name.endswith("_offset")}
        shown = {one.name for one in structures["boxoffice_seat"] if one.kind == "char"}
        tried = set(re.findall(r"SEAT_TEXT\((\w+), \"", (ROOT / "tests/capi/seats.c").read_text()))
        self.assertEqual((listed, shown, tried), (said, said, said))


class Versions(unittest.TestCase):
    def test_one_version_everywhere(self) -> None:
        core = ROOT / "include" / "boxoffice" / "version.hpp"
        parts = [macro(f"BOXOFFICE_VERSION_{part}") for part in ("MAJOR", "MINOR", "PATCH")]
        library = ctypes.CDLL(LIBRARY)
        library.boxoffice_version.restype = ctypes.c_char_p
        python = (ROOT / "bindings/python/src/boxoffice/_version.py").read_text()
        self.assertEqual(macro("BOXOFFICE_VERSION"), ".".join(parts))
        self.assertEqual(macro("BOXOFFICE_VERSION", core), ".".join(parts))
        self.assertEqual(library.boxoffice_version().decode(), ".".join(parts))
        self.assertIn(f'"{".".join(parts)}"', python)

    def test_the_soname_is_the_abi(self) -> None:
        abi = macro("BOXOFFICE_ABI")
        self.assertIn(f"[libboxoffice.so.{abi}]", run("readelf", "-d", LIBRARY))
        self.assertEqual(ctypes.CDLL(LIBRARY).boxoffice_abi(), int(abi))

    def test_the_errors_are_the_engines(self) -> None:
        table = re.findall(r"X\((\w+),\s+(\d+),", (ROOT / "include/boxoffice/error.hpp").read_text())
        header = {(name, value) for name, value in c_header.read().constants.items() if value >= 100}
        self.assertEqual({(f"BOXOFFICE_{name.upper()}", int(number)) for name, number in table}, header)

    def test_the_event_names_are_the_engines(self) -> None:
        library = ctypes.CDLL(LIBRARY)
        library.boxoffice_event_name.restype = ctypes.c_char_p
        events = re.findall(r"X\((\w+),\s*(\d+)\)", (ROOT / "include/boxoffice/domain/event.hpp").read_text())
        self.assertGreater(len(events), 20)
        for name, number in events:
            self.assertEqual(library.boxoffice_event_name(int(number)).decode(), name)


class Growth(unittest.TestCase):
    """What can be said later without a caller being compiled again."""

    #: By struct_size, at the end; made by the library alone; one value; tables of callbacks, beside which others will stand.
    WITHOUT_ROOM = {"error", "options"} | {"payment_request"} | {"date", "bucket"} | {"clock", "gateway", "reconciler", "log", "completion"}

    def test_every_structure_ends_with_room(self) -> None:
        structures = c_header.read().structures
        without = {name for name, members in structures.items()
                   if members[-1].name != "reserved" or members[-1].kind != "int64_t" or members[-1].size < 1}
        self.assertEqual(without, {f"boxoffice_{name}" for name in self.WITHOUT_ROOM})
        self.assertEqual({name for name in without if structures[name][0].name == "struct_size"},
                         {"boxoffice_error", "boxoffice_options"})

    def test_no_structure_has_room_that_nobody_named(self) -> None:
        """The compiler's own padding is neither zeroed nor looked at, so nothing could ever be said there."""
        with tempfile.TemporaryDirectory() as directory:
            source, binary = Path(directory, "sizes.c"), Path(directory, "sizes")
            lines = []
            for name, members in c_header.read().structures.items():
                sizes = " + ".join(f"sizeof((({name} *)0)->{one.name})" for one in members)
                lines.append(f'if (sizeof({name}) != {sizes}) puts("{name}");')
            source.write_text('#include <stdio.h>\n#include "boxoffice.h"\nint main(void) {' + "\n".join(lines) + "}\n")
            run("cc", "-std=c99", "-I", str(HEADER.parent), "-o", str(binary), str(source))
            self.assertEqual(run(str(binary)).split(), [])

    def test_every_command_of_the_engine_has_a_kind(self) -> None:
        engine = (ROOT / "include" / "boxoffice" / "commands.hpp").read_text()
        (variant,) = re.findall(r"using Command = std::variant<(.*?)>;", engine, re.DOTALL)
        names = {re.sub(r"(?<!^)(?=[A-Z])", "_", name.strip()).upper() for name in variant.split(",")}
        prefix = "BOXOFFICE_COMMAND_"
        kinds = {name[len(prefix):] for name in c_header.read().constants if name.startswith(prefix)}
        self.assertEqual(names, kinds)


class Header(unittest.TestCase):
    def compile(self, *command: str, suffix: str) -> None:
        with tempfile.TemporaryDirectory() as directory:
            source = Path(directory, "use" + suffix)
            source.write_text('#include "boxoffice.h"\nboxoffice_options options = BOXOFFICE_OPTIONS_INIT;\n'
                              "boxoffice_error error = BOXOFFICE_ERROR_INIT;\n"
                              "boxoffice_room_limits limits = BOXOFFICE_ROOM_LIMITS_INIT;\n")
            run(*command, "-Wall", "-Wextra", "-Werror", "-I", str(HEADER.parent), "-fsyntax-only", str(source))

    def test_it_is_c99(self) -> None:
        self.compile("cc", "-std=c99", "-pedantic", suffix=".c")

    def test_it_is_cpp(self) -> None:
        self.compile("c++", "-std=c++11", "-pedantic", suffix=".cpp")


if __name__ == "__main__":
    unittest.main()
