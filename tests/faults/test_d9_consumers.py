"""D9: what a project that takes us in with add_subdirectory met: its own `date::date` beside ours, a unity build, and flags that
the headers cannot do with."""

import json
import os
import shlex
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = """
cmake_minimum_required(VERSION 3.25)
project(host LANGUAGES C CXX)
foreach(name IN ITEMS fmt::fmt tl::expected date::date)
    string(REPLACE "::" "_" own ${{name}})
    add_library(vendored_${{own}} INTERFACE)
    add_library(${{name}} ALIAS vendored_${{own}})
endforeach()
add_subdirectory("{root}" boxoffice)
add_executable(host "{root}/examples/quickstart/sale.cpp")
target_link_libraries(host PRIVATE boxoffice::sqlite boxoffice::capi)
"""


@unittest.skipUnless(shutil.which("cmake") and shutil.which("c++"), "needs cmake and a C++ compiler")
class ConsumerTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        (self.scratch / "CMakeLists.txt").write_text(HOST.format(root=ROOT))

    def configure(self, *flags):
        done = subprocess.run(
            ["cmake", "-S", self.scratch, "-B", self.scratch / "build", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads((self.scratch / "build/compile_commands.json").read_text())

    def test_dependencies_of_the_hosts_own_are_taken(self):
        self.configure()

    def test_a_unity_build_compiles(self):
        units = self.configure("-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=0")
        ours = [unit for unit in units if "/boxoffice/CMakeFiles/" in unit["file"]]
        # The engine, the SQLite store, the C ABI; and where libpq is, the PostgreSQL store.
        is_postgres = ["boxoffice_postgres" in unit["file"] for unit in ours]
        self.assertEqual(len(ours), 3 + any(is_postgres), [unit["file"] for unit in ours])

        def compile_one(unit):
            command = shlex.split(unit["command"])
            at = command.index("-o")
            del command[at : at + 2]
            done = subprocess.run(
                [*command, "-fsyntax-only"], cwd=unit["directory"], stderr=subprocess.PIPE, text=True
            )
            return done.returncode, done.stderr

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for status, errors in pool.map(compile_one, ours):
                self.assertEqual(status, 0, errors[:5000])

    def test_without_exceptions_the_header_says_so(self):
        done = subprocess.run(
            ["c++", "-std=c++20", "-E", "-fno-exceptions", f"-I{ROOT}/include", "-x", "c++", "-"],
            input="#include <boxoffice/error.hpp>\n",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("boxoffice needs exceptions", done.stderr)


if __name__ == "__main__":
    unittest.main()
