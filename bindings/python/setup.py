"""Puts the C library into the wheel, which is therefore one of a platform but of every Python 3.

The library is, in this order:

1. the file that the environment variable BOXOFFICE_LIBRARY names;
2. the newest ``build/*/libboxoffice.so`` of the checkout that this directory is in;
3. built here with cmake (Release, the target ``boxoffice_capi``), where there is one.

Everything else is in pyproject.toml.
"""

import atexit
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build import build
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VARIABLE = "BOXOFFICE_LIBRARY"


def abi():
    """The ABI number that the package is written for: it is in the library's SONAME."""
    text = (HERE / "src/boxoffice/_version.py").read_text(encoding="utf-8")
    return re.search(r"^ABI = (\d+)$", text, re.MULTILINE).group(1)


def find_library(scratch):
    """The library's file; `scratch` is a directory to build it in."""
    named = os.environ.get(VARIABLE)
    if named:
        path = Path(named)
        if not path.is_file():
            raise SystemExit(f"{VARIABLE} names {named}, which is not a file")
        return path.resolve()
    built = sorted(ROOT.glob("build/*/libboxoffice.so"), key=lambda path: path.stat().st_mtime)
    if built:
        return built[-1].resolve()
    if (ROOT / "CMakeLists.txt").is_file() and shutil.which("cmake"):
        subprocess.run(
            [
                "cmake",
                "-S",
                ROOT,
                "-B",
                scratch,
                "-DCMAKE_BUILD_TYPE=Release",
                "-DBOXOFFICE_TESTS=OFF",
                "-DBOXOFFICE_EXAMPLES=OFF",
                "-DBOXOFFICE_INSTALL=OFF",
            ],
            check=True,
        )
        subprocess.run(["cmake", "--build", scratch, "--target", "boxoffice_capi"], check=True)
        return (Path(scratch) / "libboxoffice.so").resolve()
    raise SystemExit(
        "boxoffice: no C library to put into the wheel. Build it first "
        "(cmake --preset release && cmake --build --preset release --target boxoffice_capi), "
        f"or set {VARIABLE} to libboxoffice.so, or install cmake and a C++20 compiler."
    )


class BuildElsewhere(build):
    """Builds in a temporary directory: a stale one in the source tree would get into the next
    wheel."""

    def initialize_options(self):
        super().initialize_options()
        self.build_base = tempfile.mkdtemp(prefix="boxoffice-wheel-")
        atexit.register(shutil.rmtree, self.build_base, ignore_errors=True)


class BuildWithLibrary(build_py):
    """Copies the library beside the modules, under its SONAME; the source tree stays as it is."""

    def run(self):
        super().run()
        if getattr(self, "editable_mode", False):
            return  # an editable install finds the library by BOXOFFICE_LIBRARY or the system's
        target = Path(self.build_lib) / "boxoffice" / "_lib" / f"libboxoffice.so.{abi()}"
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copyfile(find_library(scratch), target)
        target.chmod(0o755)


class PlatformWheel(bdist_wheel):
    """`py3-none-<platform>`: the library is called through ctypes, so any Python 3 will do."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class BinaryDistribution(Distribution):
    """Goes where binary packages go."""

    def has_ext_modules(self):
        return True


setup(
    distclass=BinaryDistribution,
    cmdclass={
        "build": BuildElsewhere,
        "build_py": BuildWithLibrary,
        "bdist_wheel": PlatformWheel,
    },
)
