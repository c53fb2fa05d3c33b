"""What the tests share: where things are, an office in a file with a concert, programs that are started and ended."""

import datetime
import importlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SOURCES = ROOT / "bindings" / "python" / "src"
PATIENCE = 30  # seconds that anything may take before it counts as hung
DATE = datetime.date(2030, 12, 24)

if not os.environ.get("BOXOFFICE_LIBRARY"):
    print("tests/hosts: set BOXOFFICE_LIBRARY=<path of libboxoffice.so>", file=sys.stderr)
    os._exit(2)  # unittest would take an exception for a test that failed, once for each file
LIBRARY = Path(os.environ["BOXOFFICE_LIBRARY"]).resolve()
os.environ["BOXOFFICE_LIBRARY"] = str(LIBRARY)
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.dont_write_bytecode = True
if str(SOURCES) not in sys.path:
    sys.path.insert(0, str(SOURCES))

import boxoffice  # noqa: E402


class HostTest(unittest.TestCase):
    """Has a folder of its own in `self.folder`, and the path of an office in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boxoffice-hosts-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.db = self.folder / "sale.db"

    def make_house(self, seats=4, price=1_000, **options):
        """An office in `self.db` with one concert; a context manager."""
        office = boxoffice.open(self.db, **options)
        self.addCleanup(office.close)
        room = office.find_room("main").id
        hall = [boxoffice.NewSeat(f"A-{n}", price, "stalls", "A") for n in range(1, seats + 1)]
        office.create_concert(DATE, "Winter", room, hall)
        return office

    def start(self, *command, **variables):
        """A program, killed at the end of the test if it still runs. Its stderr goes to `self.log`."""
        log = open(self.folder / "log", "ab")
        self.addCleanup(log.close)
        self.log = self.folder / "log"
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(SOURCES), **variables},
        )
        self.addCleanup(end, process)
        return process

    def read_line(self, process):
        """The next line of its stdout."""
        line = b""
        latest = time.monotonic() + PATIENCE
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], max(0, latest - time.monotonic()))
            piece = os.read(process.stdout.fileno(), 1) if ready else b""
            if not piece:
                self.fail(f"stdout ended or was silent after {line!r}; stderr: {self.log.read_text()}")
            line += piece
        return line.decode().rstrip("\n")

    def stop(self, process, how=signal.SIGTERM):
        """Ends it with a signal; returns its exit status."""
        process.send_signal(how)
        return process.wait(PATIENCE)

    def wait_for(self, condition, what):
        latest = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > latest:
                log = self.log.read_text() if hasattr(self, "log") else ""
                self.fail(f"waited {PATIENCE} s for {what}; stderr: {log}")
            time.sleep(0.01)


def end(process):
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


def needs(program, package):
    """Skips a test without the program, which a package of Debian has."""
    return unittest.skipUnless(shutil.which(program), f"no {program} here (Debian: {package})")


def needs_module(name, package):
    try:
        __import__(name)
    except ImportError:
        return unittest.skip(f"no module {name} here (Debian: {package})")
    return lambda test: test


def load(folder, name, also=()):
    """A module of an example. Its neighbours may bear the names of another example's: none of them stays."""
    names = (name, *also)
    for one in names:
        sys.modules.pop(one, None)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        for one in names:
            sys.modules.pop(one, None)
