"""The package, its tests and generator, its benchmark and the examples are clean under mypy
--strict."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import unittest

from .support import PACKAGE, ROOT, SOURCE

#: Debian's, where another interpreter's comes first.
MYPY = "/usr/bin/mypy" if os.path.exists("/usr/bin/mypy") else shutil.which("mypy")


class MypyTest(unittest.TestCase):
    def check(self, *paths: object) -> None:
        if MYPY is None:
            self.skipTest("needs mypy")
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [MYPY, "--strict", "--cache-dir", cache, "--config-file", "", *map(str, paths)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                universal_newlines=True,
                cwd=PACKAGE,
                env={**os.environ, "MYPYPATH": str(SOURCE)},
            )
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_package(self) -> None:
        for version in ("3.9", "3.11"):
            self.check("--python-version", version, SOURCE / "boxoffice")

    def test_the_examples_and_the_benchmark(self) -> None:
        examples = ROOT / "examples" / "python"
        self.check(
            examples / "sale.py", examples / "sale_aio.py", PACKAGE / "bench" / "bench.py"
        )

    def test_the_tests(self) -> None:
        self.check("-p", "tests")

    def test_the_generator(self) -> None:
        self.check("c_header.py", "generate_structures.py")


if __name__ == "__main__":
    unittest.main()
