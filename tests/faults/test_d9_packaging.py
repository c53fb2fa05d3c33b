"""D9: the source distribution had no C++ in it, an editable install found no library, and a wheel took the newest build, a debug
one or even one with a sanitizer, which no plain interpreter can load.

BOXOFFICE_BUILD_SDIST=1 has the library of the source distribution really built (minutes); else only cmake's part is played.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
LIBRARY = os.environ.get("BOXOFFICE_LIBRARY", "")
SANITIZED = b"\0__tsan_init\0"
CMAKE = """#!/bin/sh
# Plays cmake: "builds" the library that it is given, and keeps what it was asked.
echo "$@" >> {asked}
case "$1" in
-S) mkdir -p "$4"; test -f "$2/CMakeLists.txt" || exit 1 ;;
--build) {build} ;;
esac
"""


def lacking():
    modules = {"pip": "python3-pip", "setuptools": "python3-setuptools", "wheel": "python3-wheel", "ensurepip": "python3-venv"}
    tried = {name: subprocess.run([PYTHON, "-c", f"import {name}"], stderr=subprocess.DEVNULL) for name in modules}
    return [modules[name] for name, done in tried.items() if done.returncode]


class PackagingTest(unittest.TestCase):
    def setUp(self):
        if lacking():
            self.skipTest(f"{PYTHON} needs {', '.join(lacking())}")
        if not os.path.isfile(LIBRARY):
            self.skipTest("set BOXOFFICE_LIBRARY to libboxoffice.so")
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)
        self.clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PIP_", "BOXOFFICE_", "LD_", "VIRTUAL_ENV"))
        }
        # A checkout of our own, so that nothing is left in the real one.
        self.checkout = self.scratch / "checkout"
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", ".mypy_cache")
        for name in ("capi", "include", "src", "bindings/python"):
            shutil.copytree(ROOT / name, self.checkout / name, ignore=ignored)
        for name in ("CMakeLists.txt", "LICENSE"):
            shutil.copyfile(ROOT / name, self.checkout / name)
        self.package = self.checkout / "bindings" / "python"

    def run_in(self, *command, status=0, **environment):
        done = subprocess.run(
            [str(one) for one in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.package,
            env={**self.clean, **environment},
            timeout=3000,
        )
        self.assertEqual(done.returncode != 0, status != 0, done.stdout)
        return done.stdout

    def built(self, name, content=None):
        """A build of the checkout's; they are made one after another."""
        path = self.checkout / "build" / name / "libboxoffice.so"
        path.parent.mkdir(parents=True)
        if content is None:
            shutil.copyfile(LIBRARY, path)
        else:
            path.write_bytes(content)
        self.stamp = getattr(self, "stamp", 1_000_000_000) + 1
        os.utime(path, (self.stamp, self.stamp))
        return path

    def sdist(self):
        self.run_in(PYTHON, "setup.py", "-q", "sdist", "-d", self.scratch / "dist")
        (archive,) = (self.scratch / "dist").iterdir()
        with tarfile.open(archive) as tar:
            names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
        return archive, names

    def fake_cmake(self, build):
        tools = self.scratch / "tools"
        tools.mkdir()
        script = tools / "cmake"
        script.write_text(CMAKE.format(asked=self.scratch / "asked", build=build))
        script.chmod(0o755)
        return f"{tools}:{self.clean.get('PATH', '')}"

    def wheel(self, source, **options):
        target = self.scratch / "wheels"
        flags = ("--no-build-isolation", "--no-index", "--no-deps", "-w", target)
        said = self.run_in(PYTHON, "-m", "pip", "wheel", *flags, source, **options)
        return said, list(target.glob("*.whl"))

    def test_a_source_distribution_has_all_that_the_library_is_made_of(self):
        _, names = self.sdist()
        made_of = [ROOT / "CMakeLists.txt", ROOT / "LICENSE"]
        for folder in ("capi", "include", "src"):
            made_of += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        missing = {f"library/{path.relative_to(ROOT)}" for path in made_of} - names
        self.assertEqual(missing, set())
        self.assertNotIn("library/tests", names)
        package = ROOT / "bindings/python"
        for path in (package / "src").rglob("*.py"):
            self.assertIn(str(path.relative_to(package)), names)

    def test_a_source_distribution_builds_its_library(self):
        archive, _ = self.sdist()
        if os.environ.get("BOXOFFICE_BUILD_SDIST"):
            _, (wheel,) = self.wheel(archive)
        else:
            path = self.fake_cmake(f'cp "{LIBRARY}" "$2/libboxoffice.so"')
            _, (wheel,) = self.wheel(archive, PATH=path)
            configured, built = (self.scratch / "asked").read_text().splitlines()
            self.assertIn("/library -B ", configured)
            self.assertIn("--target boxoffice_capi", built)
        home = self.scratch / "venv"
        self.run_in(PYTHON, "-m", "venv", home)
        self.run_in(home / "bin/python", "-m", "pip", "install", "--no-index", "--no-deps", wheel)
        said = self.run_in(home / "bin/python", ROOT / "examples/python/sale.py", self.scratch / "sale.db")
        self.assertIn("audit: clean", said)

    def test_what_a_source_distribution_lacks_is_named(self):
        archive, _ = self.sdist()
        said, wheels = self.wheel(archive, status=1, PATH=self.fake_cmake("echo no fmt here; exit 1"))
        self.assertEqual(wheels, [])
        self.assertIn("no fmt here", said)
        self.assertIn("cmake could not build the C library", said)
        self.assertIn("apt-get install cmake g++ pkg-config libfmt-dev", said)

    def test_a_wheel_takes_the_optimised_build_and_no_newer_one(self):
        release = self.built("release", Path(LIBRARY).read_bytes() + b"the optimised one")
        self.built("dev", b"not to be taken")
        self.built("tsan", b"not to be taken" + SANITIZED)
        _, (wheel,) = self.wheel(self.package)
        self.run_in(PYTHON, "-m", "zipfile", "-e", wheel, self.scratch / "inside")
        (inside,) = (self.scratch / "inside/boxoffice/_lib").iterdir()
        self.assertEqual(inside.read_bytes(), release.read_bytes())

    def test_without_an_optimised_build_a_wheel_has_one_made(self):
        self.built("dev", b"not to be taken")
        _, (wheel,) = self.wheel(self.package, PATH=self.fake_cmake(f'cp "{LIBRARY}" "$2/libboxoffice.so"'))
        self.assertIn("-DCMAKE_BUILD_TYPE=Release", (self.scratch / "asked").read_text())

    def test_a_sanitized_library_is_refused(self):
        release = self.built("release", Path(LIBRARY).read_bytes() + SANITIZED)
        for said, wheels in (
            self.wheel(self.package, status=1),
            self.wheel(self.package, status=1, BOXOFFICE_LIBRARY=self.built("tsan", SANITIZED)),
        ):
            self.assertEqual(wheels, [])
            self.assertIn("was built with a sanitizer, so that no plain Python can load it", said)
            self.assertIn("cmake --build --preset release --target boxoffice_capi", said)
        release.write_bytes(b"")
        said, _ = self.wheel(self.package, status=1)
        self.assertIn("is empty; build it anew", said)

    def test_an_editable_install_finds_the_build_of_its_checkout(self):
        home = self.scratch / "venv"
        self.run_in(PYTHON, "-m", "venv", "--system-site-packages", home)
        flags = ("--no-build-isolation", "--no-index", "--no-deps", "-e")
        self.run_in(home / "bin/python", "-m", "pip", "install", *flags, self.package)
        load = "import boxoffice; boxoffice.open(':memory:').close(); print(boxoffice._library.load()._name)"

        said = self.run_in(home / "bin/python", "-c", load, status=1)
        self.assertIn("LibraryNotFound", said)
        self.assertIn("build/*/libboxoffice.so (checkout): no such file", said)
        plain = self.built("dev")
        self.built("tsan", b"not to be taken" + SANITIZED)
        self.assertEqual(self.run_in(home / "bin/python", "-c", load).strip(), str(plain))
        said = self.run_in(home / "bin/python", "-c", load, status=1, BOXOFFICE_LIBRARY="/no/such/file.so")
        self.assertIn("/no/such/file.so (BOXOFFICE_LIBRARY)", said)


if __name__ == "__main__":
    unittest.main()
