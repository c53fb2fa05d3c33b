"""A wheel with the library inside, installed in a clean environment where there is no compiler,
runs a sale."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Any, Dict, List

from .support import PACKAGE, ROOT
import boxoffice  # noqa: E402
from boxoffice import _library, _version  # noqa: E402

# One whose setuptools, wheel and pip are the system's packages.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


def missing() -> List[str]:
    """What this test needs and the interpreter does not have."""
    wanted = {
        "pip": "python3-pip",
        "setuptools": "python3-setuptools",
        "wheel": "python3-wheel",
        "ensurepip": "python3-venv",
    }
    out = []
    for module, package in wanted.items():
        if (
            subprocess.run([PYTHON, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode
            != 0
        ):
            out.append(package)
    return out


def library_file() -> str:
    """The library that these tests run with."""
    return os.path.realpath(_library.load()._name)


class WheelTest(unittest.TestCase):
    def setUp(self) -> None:
        lacking = missing()
        if lacking:
            self.skipTest(f"{PYTHON} needs {', '.join(lacking)}")
        if not os.path.isfile(library_file()):
            self.skipTest("the library was loaded by name; set BOXOFFICE_LIBRARY to its file")
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.clean: Dict[str, str] = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PIP_", "BOXOFFICE_", "LD_", "VIRTUAL_ENV"))
        }

    def run_in(self, *command: Any, env: Dict[str, str]) -> str:
        done = subprocess.run(
            [str(one) for one in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            cwd=self.scratch,
            env=env,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_the_wheel_works_without_a_compiler(self) -> None:
        source = self.scratch / "source"
        shutil.copytree(
            PACKAGE,
            source,
            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".mypy_cache"),
        )
        before = sorted(path for path in source.rglob("*") if "egg-info" not in str(path))
        wheels = self.scratch / "wheels"
        self.run_in(
            PYTHON,
            "-m",
            "pip",
            "wheel",
            "--no-build-isolation",
            "--no-index",
            "--no-deps",
            "-w",
            wheels,
            source,
            env={**self.clean, "BOXOFFICE_LIBRARY": library_file()},
        )
        after = sorted(path for path in source.rglob("*") if "egg-info" not in str(path))
        self.assertEqual(before, after)  # the source tree stays as it was

        (wheel,) = wheels.iterdir()
        version = boxoffice.__version__
        self.assertRegex(wheel.name, rf"^boxoffice-{version}-py3-none-linux_\w+\.whl$")
        with zipfile.ZipFile(wheel) as archive:
            names = set(archive.namelist())
            metadata = archive.read(f"boxoffice-{version}.dist-info/METADATA").decode()
        self.assertIn(f"boxoffice/_lib/libboxoffice.so.{_version.ABI}", names)
        self.assertIn("boxoffice/py.typed", names)
        self.assertIn(f"\nVersion: {version}\n", metadata)
        modules = {str(path.relative_to(PACKAGE / "src")) for path in (PACKAGE / "src").rglob("*.py")}
        self.assertEqual({name for name in names if name.endswith(".py")}, modules)

        home = self.scratch / "venv"
        self.run_in(PYTHON, "-m", "venv", home, env=self.clean)
        nothing = self.scratch / "empty"
        nothing.mkdir()
        bare = {**self.clean, "PATH": str(nothing)}  # neither a compiler nor anything else
        self.run_in(
            home / "bin/python", "-m", "pip", "install", "--no-index", "--no-deps", wheel, env=bare
        )
        where = self.run_in(
            home / "bin/python",
            "-c",
            "from boxoffice import _library; print(_library.load()._name)",
            env=bare,
        )
        self.assertTrue(where.startswith(str(home)), where)
        self.assertIn("_lib/libboxoffice.so", where)
        for name in ("sale", "sale_aio"):
            example = ROOT / "examples" / "python" / f"{name}.py"
            path = self.scratch / f"{name}.db"
            said = self.run_in(home / "bin/python", example, path, env=bare)
            self.assertIn("audit: clean", said)
        said = self.run_in(home / "bin/boxoffice", "audit", "--db", self.scratch / "sale.db", env=bare)
        self.assertEqual(said, "sound\n")
        typed = self.run_in(
            home / "bin/python",
            "-c",
            "import boxoffice, os;"
            "print(os.path.exists(os.path.join(os.path.dirname(boxoffice.__file__), 'py.typed')))",
            env=bare,
        )
        self.assertEqual(typed, "True\n")

    def test_without_a_library_the_build_says_what_to_do(self) -> None:
        source = self.scratch / "alone" / "bindings" / "python"
        shutil.copytree(
            PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        )
        done = subprocess.run(
            [
                PYTHON,
                "-m",
                "pip",
                "wheel",
                "--no-build-isolation",
                "--no-index",
                "--no-deps",
                "-w",
                self.scratch,
                source,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            env=self.clean,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no C library to put into the wheel", done.stdout)


class VersionTest(unittest.TestCase):
    def test_one_version(self) -> None:
        self.assertEqual(boxoffice.__version__, "0.1.0")
        self.assertEqual(boxoffice.library_version(), boxoffice.__version__)
        header = (ROOT / "include" / "boxoffice" / "version.hpp").read_text(encoding="utf-8")
        self.assertIn(f'#define BOXOFFICE_VERSION "{boxoffice.__version__}"', header)

    def test_no_requirements(self) -> None:
        spec = importlib.util.find_spec("boxoffice")
        assert spec is not None
        self.assertNotIn("dependencies", (PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
