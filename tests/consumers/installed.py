"""What the tests of this folder share: a build that is installed, and commands that are run as by somebody who has just come."""

import contextlib
import os
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("BOXOFFICE_BUILD", ""))
LIBRARY = re.compile(r"\.a$|\.so(\.|$)")
CLUSTER = ROOT / "tests" / "support" / "postgres_cluster.sh"

# Debian's tools, and nothing that the caller's environment says about compiling.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not re.match(r"(C|CXX|CPP|LD|MESON|CMAKE|PKG_CONFIG|BOXOFFICE|PYTHON|VIRTUAL_ENV|DESTDIR)(_|[A-Z]*FLAGS|$)", name)
}
ENVIRONMENT["PATH"] = "/usr/bin:" + ENVIRONMENT.get("PATH", "")


def run(*command, fails=False, cwd=None, **environment):
    done = subprocess.run(
        [str(one) for one in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env={**ENVIRONMENT, **{name: str(value) for name, value in environment.items()}},
        timeout=1500,
    )
    if (done.returncode != 0) != fails:
        expected = "should have failed" if fails else f"failed ({done.returncode})"
        raise AssertionError(f"{' '.join(map(str, command))}\n{expected}:\n{done.stdout}")
    return done.stdout


def cached(name):
    """A value of the build's cache."""
    (value,) = re.findall(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE)
    return value


@contextlib.contextmanager
def postgres_cluster():
    """The address of a PostgreSQL that ends with this. It syncs, since an office asks for full durability."""
    with subprocess.Popen([CLUSTER, "fsync=on"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cluster:
        address = cluster.stdout.readline().strip()
        if not address:
            raise AssertionError(f"{CLUSTER} did not start")
        yield address
        cluster.communicate("")


def tree(top):
    return sorted(str(path.relative_to(top)) for path in top.rglob("*") if not path.is_dir())


def install(top):
    """A prefix below `top`: installed in one place, moved to another."""
    if not (BUILD / "CMakeCache.txt").is_file():
        raise AssertionError("set BOXOFFICE_BUILD to a CMake build of boxoffice")
    run("cmake", "--install", BUILD, "--prefix", top / "staged")
    prefix = top / "elsewhere" / "moved"
    prefix.parent.mkdir()
    (top / "staged").rename(prefix)
    return prefix
