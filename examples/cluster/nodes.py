"""The processes: etcd, PostgreSQL nodes under Patroni, boxoffice_server. All of them listen on loopback only and keep their files
below one folder; what is started here is stopped here."""

import http.client
import json
import os
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS = 90
STOP_SECONDS = 15


class Trouble(Exception):
    """What went wrong, in words for whoever ran the program."""


def programs(*beside):
    """Where PostgreSQL's programs are. Throws Trouble where they, or what is needed beside them, are not here."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    missing = [name for name in beside if shutil.which(name) is None]
    if not found:
        missing.append("a PostgreSQL server below /usr/lib/postgresql")
    if missing:
        raise Trouble(f"missing: {', '.join(missing)} (Debian: postgresql patroni etcd-server util-linux)")
    return found[-1].parent


def pick_ports(count, first=None):
    """So many ports, from `first` on where one is given, else any that are free. Throws Trouble."""
    taken, ports = [], []
    try:
        for index in range(count):
            one = socket.socket()
            taken.append(one)
            # As the servers do: what an earlier run left in TIME_WAIT is free.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", 0 if first is None else first + index))
                one.listen()
            except OSError as problem:
                raise Trouble(f"port {first + index} is in use or not for us ({problem.strerror}); --port: another") from None
            ports.append(one.getsockname()[1])
    finally:
        for one in taken:
            one.close()
    return ports


def await_that(condition, seconds, what, alive=lambda: None, pause=0.05):
    """Asks until the condition holds, and returns what it said. `alive` throws where waiting is of no use."""
    until = time.monotonic() + seconds
    while True:
        said = condition()
        if said:
            return said
        alive()
        if time.monotonic() > until:
            raise Trouble(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Process:
    """A program whose output goes to a log. It ends with us, however we end."""

    def __init__(self, name, command, log, environment=None, **options):
        self.name, self.log = name, Path(log)
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=options.pop("stdout", file),
                stderr=file,
                env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
                start_new_session=True,  # Ctrl-C is for us, who stop things in their order
                **options,
            )

    def check(self):
        if self.process.poll() is not None:
            lines = self.log.read_text(errors="replace").splitlines()[-15:]
            raise Trouble(f"{self.name} ended with status {self.process.returncode}; its log ends:\n" + "\n".join(lines))

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def signal_group(self, number):
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def wait(self):
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Etcd(Process):
    """One member: the failures told here are PostgreSQL's. In production: three, on three machines."""

    def __init__(self, folder, client_port, peer_port):
        self.port = client_port
        client, peer = f"http://127.0.0.1:{client_port}", f"http://127.0.0.1:{peer_port}"
        super().__init__(
            "etcd",
            ["etcd", "--name", "etcd", "--data-dir", folder / "etcd", "--listen-client-urls", client,
             "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
             "--initial-cluster", f"etcd={peer}"],
            folder / "etcd.log",
        )  # fmt: skip
        await_that(self.is_healthy, START_SECONDS, "etcd is healthy", self.check)

    def is_healthy(self):
        return get_json(self.port, "/health").get("health") == "true"


def get_json(port, path):
    """What a small server on loopback says, whatever the status; {} where it says nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        said = json.loads(connection.getresponse().read())
        return said if isinstance(said, dict) else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def is_gone(pid):
    """Does it run no more? (A zombie does not.)"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


class Postgres:
    """A PostgreSQL server, as far as its processes go. Whoever starts it puts its files at `data`."""

    def __init__(self, name, data):
        self.name, self.data = name, Path(data)

    def postmaster(self):
        """Its process id, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in command else None  # not somebody else, who got the number since

    def backends(self, titles=""):
        """The postmaster's children, those whose title holds `titles`."""
        postmaster = self.postmaster()
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                if parent == postmaster and titles in (status.parent / "cmdline").read_text(errors="replace"):
                    found.append(int(status.parent.name))
            except (OSError, ValueError):
                continue
        return found

    def kill(self):
        """SIGKILL for the postmaster and all of its backends, until all are gone. Throws Trouble."""
        postmaster = self.postmaster()
        if postmaster is None:
            raise Trouble(f"{self.name} has no postmaster to kill")
        os.kill(postmaster, signal.SIGSTOP)  # so that it makes no new ones
        children = self.backends()
        for pid in (postmaster, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        await_that(lambda: all(map(is_gone, (postmaster, *children))), STOP_SECONDS, "all that was killed is gone", pause=0.002)

    def signal_postmaster(self, number):
        postmaster = self.postmaster()
        if postmaster is not None:
            try:
                os.kill(postmaster, number)
            except ProcessLookupError:
                pass

    def wait_stopped(self):
        until = time.monotonic() + STOP_SECONDS
        while self.postmaster() is not None:
            self.signal_postmaster(signal.SIGQUIT if time.monotonic() < until else signal.SIGKILL)
            time.sleep(0.05)


class Node(Postgres):
    """One PostgreSQL server and the Patroni that minds it."""

    def __init__(self, name, folder, bin_dir, port, rest_port, etcd_port, passwords, is_synchronous):
        super().__init__(name, folder / name / "data")
        self.port, self.rest_port = port, rest_port
        self.folder = folder / name
        self.folder.mkdir(mode=0o700)
        users = {"superuser": "postgres", "replication": "replicator", "rewind": "rewinder"}
        configuration = {
            "scope": "boxoffice",
            "name": name,
            "restapi": {"listen": f"127.0.0.1:{rest_port}", "connect_address": f"127.0.0.1:{rest_port}"},
            "etcd3": {"host": f"127.0.0.1:{etcd_port}"},
            "bootstrap": {
                "dcs": {
                    # As fast as Patroni takes them. In production its defaults forgive a slow network more.
                    "ttl": 20,
                    "loop_wait": 1,
                    "retry_timeout": 3,
                    "primary_start_timeout": 0,  # a postmaster that died: fail over, rather than start it again in its place
                    "synchronous_mode": is_synchronous,
                    # Also where no standby is left: then nobody is told that something was bought.
                    "synchronous_mode_strict": is_synchronous,
                    "postgresql": {
                        "use_pg_rewind": True,
                        # A new primary acknowledges nothing before the standby that is left follows it. With slots it would
                        # be turned away until Patroni has made its slot there, 2 s; and who is turned away comes again after
                        # the interval, by default 5 s.
                        "use_slots": False,
                        "parameters": {
                            "wal_retrieve_retry_interval": "200ms",
                            "wal_keep_size": "1GB",  # in the place of slots: so long a node may be away
                            "max_connections": 100,
                            "shared_buffers": "64MB",
                        },
                    },
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{port}",
                "connect_address": f"127.0.0.1:{port}",
                "data_dir": str(self.data),
                "bin_dir": str(bin_dir),
                "pgpass": str(self.folder / "pgpass"),
                "authentication": {
                    what: {"username": user, "password": passwords[user]} for what, user in users.items()
                },
                "parameters": {"unix_socket_directories": str(self.folder), "password_encryption": "scram-sha-256"},
                "pg_hba": [
                    "host replication replicator 127.0.0.1/32 scram-sha-256",
                    "host all all 127.0.0.1/32 scram-sha-256",
                ],
            },
        }
        file = self.folder / "patroni.yml"
        file.touch(mode=0o600)
        file.write_text(json.dumps(configuration, indent=2))  # JSON is YAML
        self.patroni = None

    def start(self):
        command = ["patroni", self.folder / "patroni.yml"]
        self.patroni = Process(f"Patroni of {self.name}", command, self.folder / "patroni.log", cwd=self.folder)

    def check(self):
        self.patroni.check()

    def state(self):
        """What Patroni says of it: {} where it does not answer."""
        return get_json(self.rest_port, "/patroni")

    def is_primary(self):
        """Does it take writes just now? Patroni asks PostgreSQL for the answer."""
        said = self.state()
        return said.get("state") == "running" and said.get("role") in ("master", "primary")

    def stop(self):
        # Patroni would start again what we stop; its group has what it runs just now (pg_basebackup, pg_rewind).
        if self.patroni is not None:
            self.patroni.signal_group(signal.SIGKILL)
        self.signal_postmaster(signal.SIGQUIT)

    def wait_stopped(self):
        if self.patroni is not None:
            self.patroni.wait()
        super().wait_stopped()


class Cluster:
    """etcd and the nodes. `start` throws Trouble; `stop` may be called whatever has been started."""

    NODES = 3

    def __init__(self, folder, first_port, is_synchronous):
        self.folder, self.is_synchronous = folder, is_synchronous
        self.bin_dir = programs("etcd", "patroni", "setpriv")
        ports = pick_ports(2 + 2 * self.NODES, first_port)
        self.etcd_ports = ports[:2]
        self.passwords = {user: secrets.token_hex(16) for user in ("postgres", "replicator", "rewinder", "boxoffice")}
        self.etcd = None
        self.nodes = [
            Node(f"node{i + 1}", folder, self.bin_dir, *ports[2 + 2 * i : 4 + 2 * i], ports[0], self.passwords, is_synchronous)
            for i in range(self.NODES)
        ]
        # Where libpq looks for passwords: they stand in no address and no list of processes.
        self.password_file = folder / "passwords"
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(
            "".join(f"127.0.0.1:*:*:{user}:{self.passwords[user]}\n" for user in ("postgres", "boxoffice"))
        )
        self.environment = {"PGPASSFILE": str(self.password_file)}

    def start(self):
        self.etcd = Etcd(self.folder, *self.etcd_ports)
        self.nodes[0].start()
        await_that(self.nodes[0].is_primary, START_SECONDS, "the first node is the primary", self.nodes[0].check)
        for node in self.nodes[1:]:
            node.start()
        self.await_whole(START_SECONDS)
        self.ask(
            self.primary(),
            "postgres",
            f"CREATE ROLE boxoffice LOGIN PASSWORD '{self.passwords['boxoffice']}'; "
            "CREATE DATABASE boxoffice OWNER boxoffice",
        )

    def check(self):
        """Throws where something ended that was not told to."""
        self.etcd.check()
        for node in self.nodes:
            node.check()

    def primary(self):
        """The node that takes writes, or None."""
        return next((node for node in self.nodes if node.is_primary()), None)

    def is_whole(self):
        """One primary, everybody else behind it, and (where it is to be so) one of them in step."""
        members = get_json(self.nodes[0].rest_port, "/cluster").get("members", [])
        roles = sorted(one.get("role") for one in members if one.get("state") in ("running", "streaming"))
        wanted = ["leader", "replica", "sync_standby"] if self.is_synchronous else ["leader", "replica", "replica"]
        # etcd may be behind what the servers are.
        return roles == wanted and self.is_replicating()

    def is_replicating(self):
        primary = self.primary()
        if primary is None:
            return False
        try:
            count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
            return self.ask(primary, "postgres", count).strip() == str(self.NODES - 1)
        except Trouble:
            return False

    def await_whole(self, seconds):
        await_that(self.is_whole, seconds, "a primary and two standbys", self.check, 0.2)

    def address(self):
        """For boxoffice_server: every node, whichever is the primary."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://boxoffice@{hosts}/boxoffice"

    def psql(self, node, user, database):
        return [str(self.bin_dir / "psql"), "-h", "127.0.0.1", "-p", str(node.port), "-U", user, "-d", database]

    def ask(self, node, database, sql):
        """Runs a script as the superuser, each statement by itself; what it said. Throws Trouble."""
        said = subprocess.run(
            [*self.psql(node, "postgres", database), "-XAtq", "-v", "ON_ERROR_STOP=1"],
            input=sql,
            capture_output=True,
            env={**os.environ, **self.environment},
            check=False,
            text=True,
        )
        if said.returncode != 0:
            raise Trouble(f"psql on {node.name}: {said.stderr.strip()}")
        return said.stdout

    def stop(self):
        for node in self.nodes:
            node.stop()
        for node in self.nodes:
            node.wait_stopped()
        if self.etcd is not None:
            self.etcd.signal(signal.SIGTERM)
            self.etcd.wait()


class Host(Process):
    """A boxoffice_server on `address`."""

    def __init__(self, name, binary, address, folder, admin_key_file, flags=(), environment=None):
        super().__init__(
            name,
            [binary, "--db", address, "--port", "0", "--admin-key-file", admin_key_file, *flags],
            folder / f"{name}.log",
            environment,
            stdout=subprocess.PIPE,
        )
        line = b""
        until = time.monotonic() + START_SECONDS
        while not line.endswith(b"\n") and time.monotonic() < until:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                piece = os.read(self.process.stdout.fileno(), 4096)
                line += piece
                if not piece:
                    self.process.wait()
                    self.check()
        match = re.match(rb"listening on http://127\.0\.0\.1:(\d+)\n", line)
        if match is None:
            self.stop()
            raise Trouble(f"{name} did not start to listen")
        self.port = int(match[1])

    def audit(self, admin_key, seconds=900):
        """The violations, in the engine's words. Throws Trouble."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", "/api/admin/audit", headers={"X-Admin-Key": admin_key})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as problem:
            raise Trouble(f"the audit was not answered: {problem}") from problem
        finally:
            connection.close()
        if answer.status != 200:
            raise Trouble(f"the audit was answered {answer.status}: {said}")
        return [f"{one['rule']}: {one['detail']}" for one in said["violations"]]

    def stop(self):
        self.signal(signal.SIGTERM)
        self.wait()
        self.process.stdout.close()
