"""Puts the C library into the wheel, which is therefore one of a platform but of every Python 3.

The library is, in this order:

1. the file that the environment variable BOXOFFICE_LIBRARY names;
2. ``build/release/libboxoffice.so`` of the checkout that this directory is in: what others install
   is the optimised build, never whichever was made last;
3. built here with cmake (Release, the target ``boxoffice_capi``), where there is one: from the
   checkout, or from the sources that a source distribution carries in ``library``.

One that was built with a sanitizer is refused: no plain interpreter can load it.

Everything else is in pyproject.toml.
"""

import atexit
import os
import re
import runpy
import shutil
import subprocess
import tempfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build import build
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from wheel.bdist_wheel import bdist_wheel

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VARIABLE = "BOXOFFICE_LIBRARY"
RELEASE = ROOT / "build" / "release" / "libboxoffice.so"
CARRIED = HERE / "library"  # in a source distribution: what cmake needs of the checkout
SOURCES = ("CMakeLists.txt", "LICENSE", "capi", "include", "src")
NEEDS = (
    "cmake 3.25, a C++20 compiler, pkg-config, and the development packages of fmt, tl-expected, "
    "date, SQLiteCpp, SQLite and libsodium; on Debian: apt-get install cmake g++ pkg-config "
    "libfmt-dev libexpected-dev libhowardhinnant-date-dev libsqlitecpp-dev libsqlite3-dev "
    "libsodium-dev"
)


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
        return loadable(path)
    is_carried = CARRIED.is_dir()
    if not is_carried and RELEASE.is_file():
        return loadable(RELEASE)
    root = CARRIED if is_carried else ROOT
    if (root / "CMakeLists.txt").is_file() and shutil.which("cmake"):
        return build_library(root, scratch)
    raise SystemExit(
        "boxoffice: no C library to put into the wheel. Build it first "
        "(cmake --preset release && cmake --build --preset release --target boxoffice_capi), "
        f"or set {VARIABLE} to libboxoffice.so, or let this build it, which needs {NEEDS}."
    )


def loadable(library):
    checkout = runpy.run_path(str(HERE / "src/boxoffice/_checkout.py"))
    if library.stat().st_size == 0:
        raise SystemExit(f"boxoffice: {library} is empty; build it anew")
    if checkout["is_sanitized"](library):
        raise SystemExit(
            f"boxoffice: {library} was built with a sanitizer, so that no plain Python can load it. "
            f"Name another in {VARIABLE}, or build one: "
            "cmake --preset release && cmake --build --preset release --target boxoffice_capi"
        )
    return library.resolve()


def build_library(root, scratch):
    switches = ["TESTS", "EXAMPLES", "INSTALL"]
    try:
        subprocess.run(
            ["cmake", "-S", root, "-B", scratch, "-DCMAKE_BUILD_TYPE=Release"]
            + [f"-DBOXOFFICE_{name}=OFF" for name in switches],
            check=True,
        )
        subprocess.run(
            ["cmake", "--build", scratch, "--parallel", "--target", "boxoffice_capi"], check=True
        )
    except subprocess.CalledProcessError:
        raise SystemExit(
            f"boxoffice: cmake could not build the C library; what is missing stands above. It needs {NEEDS}. "
            f"Or set {VARIABLE} to a libboxoffice.so."
        ) from None
    return (Path(scratch) / "libboxoffice.so").resolve()


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
            return  # an editable install finds the library as a checkout does: see _library.py
        target = Path(self.build_lib) / "boxoffice" / "_lib" / f"libboxoffice.so.{abi()}"
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copyfile(find_library(scratch), target)
        target.chmod(0o755)


class SourcesOfAll(sdist):
    """With the C++ sources, so that a wheel can be built from it alone."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        root = CARRIED if CARRIED.is_dir() else ROOT
        if not (root / "CMakeLists.txt").is_file():
            raise SystemExit(f"boxoffice: no C++ sources in {root} to put into a source distribution")
        for name in SOURCES:
            source, target = root / name, Path(base_dir) / CARRIED.name / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("*.egg-info", "__pycache__")
                shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


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
        "sdist": SourcesOfAll,
    },
)
