"""A primary dies under load, its synchronous standby takes over, and the hosts go on by themselves: nothing that was acknowledged
is lost or done twice. examples/cluster does the same with Patroni, again and again.

    BOXOFFICE_SERVER=build/dev/examples/boxoffice_server python3 tests/postgres/test_failover.py
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "cluster"))

import check
import failover
import nodes

SERVER = os.path.abspath(os.environ.get("BOXOFFICE_SERVER", "build/dev/examples/boxoffice_server"))
ADMIN_KEY = "a key for tests"
PATIENCE = 60  # seconds that anything may take before it counts as hung
BUYERS = 16


class Pair:
    """A primary and a standby on Unix sockets, below `folder`; as postgres where we are root."""

    def __init__(self, folder, standby_names):
        self.folder, self.standby_names = folder, standby_names
        self.bin_dir = nodes.programs()
        self.primary = nodes.Postgres("the primary", folder / "one" / "data")
        self.standby = nodes.Postgres("the standby", folder / "two" / "data")
        user = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.options = {} if os.geteuid() else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        for node in (self.primary, self.standby):
            node.data.parent.mkdir()
            os.chown(node.data.parent, user.pw_uid, user.pw_gid)

    def run(self, program, *arguments):
        said = subprocess.run(
            [self.bin_dir / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            timeout=PATIENCE,
            text=True,
            check=False,
            **self.options,
        )
        if said.returncode != 0:
            raise AssertionError(f"{program}: {said.stdout}")
        return said.stdout

    def start_node(self, node, **settings):
        folder = node.data.parent
        settings = {"listen_addresses": "", "unix_socket_directories": folder, "max_connections": 50, **settings}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self.run("pg_ctl", "-D", node.data, "-l", folder / "log", "-o", options, "-w", "start")

    def start(self):
        one = self.primary.data.parent
        self.run("initdb", "-D", self.primary.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start_node(self.primary)
        self.run("pg_basebackup", "-h", one, "-U", "postgres", "-D", self.standby.data, "-R", "--checkpoint=fast", "--no-sync")
        self.start_node(self.standby)
        # The standby, once it is the primary, acknowledges alone.
        self.run(*self.psql(self.primary), "-c", f"ALTER SYSTEM SET synchronous_standby_names = '{self.standby_names}'",
                 "-c", "SELECT pg_reload_conf()")  # fmt: skip

    def psql(self, node):
        return ["psql", "-h", node.data.parent, "-U", "postgres", "-XAtq"]

    def ask(self, node, query):
        return self.run(*self.psql(node), "-c", query).strip()

    def promote(self):
        self.run("pg_ctl", "-D", self.standby.data, "promote")

    def address(self):
        folders = ",".join(str(node.data.parent) for node in (self.primary, self.standby))
        return f"postgresql:///postgres?host={folders}&user=postgres"

    def stop(self):
        for node in (self.primary, self.standby):
            node.signal_postmaster(signal.SIGQUIT)
        for node in (self.primary, self.standby):
            node.wait_stopped()


@unittest.skipIf(os.environ.get("BOXOFFICE_TEST_POSTGRES") == "off", "BOXOFFICE_TEST_POSTGRES=off")
class Failover(unittest.TestCase):
    STANDBY_NAMES = "*"  # none: an acknowledgement waits for nobody, and this test fails
    LAG = 0.3  # seconds before the kill in which nothing reaches the standby

    def setUp(self):
        folder = Path(tempfile.mkdtemp(prefix="boxoffice-failover-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # so that the server gets to its own
        self.folder = folder
        self.pair = Pair(folder, self.STANDBY_NAMES)
        self.addCleanup(self.pair.stop)
        self.pair.start()
        key_file = folder / "admin_key"
        key_file.touch(mode=0o600)
        key_file.write_text(ADMIN_KEY)
        self.hosts = []
        for name in ("server1", "server2"):
            host = nodes.Host(name, SERVER, self.pair.address(), folder, key_file, ["--capacity", "12"])
            self.addCleanup(host.stop)
            self.hosts.append(host)

    def test_nothing_that_was_acknowledged_is_lost_with_the_primary(self):
        pair = self.pair
        with failover.Load(self.hosts, ADMIN_KEY, BUYERS, 1) as load:
            load.await_served(0.0, 0.0, PATIENCE)
            nodes.await_that(lambda: len(load.notes.payments) > 50, PATIENCE, "50 payments", load.check)
            for pid in pair.primary.backends("walsender"):
                os.kill(pid, signal.SIGSTOP)
            time.sleep(self.LAG)
            pair.primary.kill()
            begin = time.monotonic()
            before = len(load.notes.payments)
            pair.promote()
            load.await_served(begin, begin + PATIENCE, PATIENCE)
            nodes.await_that(lambda: len(load.notes.payments) > before + 50, PATIENCE, "50 payments more", load.check)
        load.check()
        notes = load.notes
        rows = check.read_rows([pair.bin_dir / "psql", *pair.psql(pair.standby)[1:]])
        found = check.judge(notes.recharges, notes.holds, notes.payments, rows)
        self.assertEqual((found.lost, found.twice), ([], []))
        missed = [what for what, said in check.plant(notes.recharges, notes.holds, notes.payments, rows).items() if not said]
        self.assertEqual(missed, [], "the check missed what was made up")
        for host in self.hosts:
            self.assertEqual(host.audit(ADMIN_KEY), [])


class Check(unittest.TestCase):
    def test_the_check_finds_what_is_made_up(self):
        said = subprocess.run(
            [sys.executable, "-B", failover.__file__, "--self-test"], stdout=subprocess.PIPE, text=True, check=False
        )
        self.assertEqual((said.returncode, said.stdout.count("found")), (0, 11), said.stdout)


if __name__ == "__main__":
    unittest.main()
