"""What whoever runs the server sets up: where the admin key comes from, copies of the database, the request log, names and
addresses."""

import os
import re
import signal
import sqlite3
import stat
import time
import unittest

from server import ADMIN_KEY
from support import NO_PATH, PATIENCE, CommandLineTest, Server, bearer, day, only_server, run, seats, until


class InADirectory(CommandLineTest):
    def start(self, **flags):
        server = Server(**flags)
        self.addCleanup(server.close)
        return server


@only_server
class AdminKeys(InADirectory):
    def audit(self, server, key):
        return server.get("/api/admin/audit", {"X-Admin-Key": key}).status

    def write(self, text, mode=0o600):
        with open(self.path("key"), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path("key"), mode)
        return self.path("key")

    def test_from_a_file(self):
        server = self.start(admin_key_file=self.write("from a file\n"))
        self.assertEqual((self.audit(server, "from a file"), self.audit(server, "other")), (200, 401))
        with open(f"/proc/{server.process.pid}/cmdline", "rb") as line:
            self.assertNotIn(b"from a file", line.read())
        self.assertNotIn("admin key", server.errors())

    def test_a_file_that_others_can_read_is_told(self):
        server = self.start(admin_key_file=self.write("from a file\n", 0o644))
        self.assertEqual(self.audit(server, "from a file"), 200)
        self.assertIn("others on this machine can read the admin key", server.errors())

    def test_from_the_environment(self):
        server = self.start(admin_key=None, variables={"BOXOFFICE_ADMIN_KEY": "from outside"})
        self.assertEqual((self.audit(server, "from outside"), self.audit(server, "other")), (200, 401))
        self.assertEqual(self.audit(self.start(variables={"BOXOFFICE_ADMIN_KEY": "from outside"}), ADMIN_KEY), 200)

    def test_bad_ones(self):
        self.assert_bad_start("--admin-key-file", self.path("none"), named="none")
        self.assert_bad_start("--admin-key-file", self.write("\n"), named="key")
        self.assert_bad_start("--admin-key-file", self.write("k"), "--admin-key", "k", named="--admin-key-file")

    def test_help_says_what_shows(self):
        said = run("--help").stdout
        self.assertRegex(said, r"--admin-key KEY .*list of processes")
        self.assertIn("BOXOFFICE_ADMIN_KEY", said)


@only_server
class Backups(InADirectory):
    def rows(self, path, query):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.addCleanup(database.close)
        return database.execute(query).fetchall()

    def test_a_copy_of_a_file_that_is_being_served(self):
        server = self.start(db=self.path("house.db"))
        server.furnish(["ann"], [(day(1), "Winter", seats(1, 2))])
        said = run("--db", self.path("house.db"), "--backup", self.path("copy.db"))
        self.assertEqual((said.returncode, said.stderr), (0, ""), said)
        self.assertIn("copy.db", said.stdout)
        self.assertEqual(self.rows(self.path("copy.db"), "SELECT external_id FROM users"), [("ann",)])
        self.assert_bad_start("--db", self.path("house.db"), "--backup", self.path("copy.db"), named="copy.db")
        again = self.start(db=self.path("copy.db"))
        self.assertEqual(again.get("/api/concert/date")["dates"], [day(1)])
        self.assertEqual(again.audit(), [])

    def test_tokens_are_good_where_a_backup_that_has_the_key_is_restored(self):
        server = self.start(db=self.path("house.db"))
        server.furnish(["ann"])
        token = server.post("/api/token", {"userId": "ann"})["token"]
        for flags, wanted in (([], 401), (["--with-keys"], 200)):
            copy = self.path(f"copy-{len(flags)}.db")
            self.assertEqual(run("--db", self.path("house.db"), "--backup", copy, *flags).returncode, 0)
            restored = self.path(f"restored-{len(flags)}.db")
            said = run("--restore", copy, "--db", restored)
            self.assertEqual((said.returncode, said.stderr), (0, ""), said)
            self.assertIn("restored", said.stdout)
            again = self.start(db=restored)
            self.assertEqual(again.get("/api/balance", bearer(token), userId="ann").status, wanted)
            # As it is, the copy is another house, whatever keys it has.
            again = self.start(db=copy)
            self.assertEqual(again.get("/api/balance", bearer(token), userId="ann").status, 401)

    def test_bad_ones(self):
        self.assert_bad_start("--backup", self.path("copy.db"), named="--db")
        self.assert_bad_start("--db", ":memory:", "--backup", self.path("copy.db"), named="--db")
        self.assert_bad_start("--db", self.path("none.db"), "--backup", self.path("copy.db"), named="none.db")
        self.assertFalse(os.path.exists(self.path("none.db")))
        self.assert_bad_start("--with-keys", named="--backup")
        self.assert_bad_start("--restore", self.path("copy.db"), named="--db")
        self.assert_bad_start("--restore", self.path("none.db"), "--db", self.path("y.db"), named="none.db")
        self.assertFalse(os.path.exists(self.path("y.db")))
        self.assert_bad_start("--backup-dir", self.directory, named="--db")
        self.assert_bad_start("--db", self.path("x.db"), "--backup-dir", self.path("none"), named="--backup-dir")

    def test_over_http_into_the_servers_own_directory(self):
        os.mkdir(self.path("copies"))
        server = self.start(db=self.path("house.db"), backup_dir=self.path("copies"))
        server.furnish(["ann"])
        admin = {"X-Admin-Key": ADMIN_KEY}
        outside = {"path": "../outside.db", "file": "/tmp/outside.db"}
        names = set()
        for body in (None, {}, outside):
            answer = server.send("POST", "/api/admin/backup", body, admin)
            self.assertEqual(answer.status, 200, answer)
            copy = os.path.join(self.path("copies"), answer["file"])
            self.assertEqual(self.rows(copy, "SELECT external_id FROM users"), [("ann",)])
            self.assertEqual(answer["bytes"], os.path.getsize(copy))
            names.add(answer["file"])
            time.sleep(0.002)
        self.assertEqual(len(names), 3)
        self.assertEqual(set(os.listdir(self.path("copies"))), names)
        self.assertEqual(server.post("/api/admin/backup", {}, {"X-Admin-Key": "other"}).status, 401)
        self.assertEqual(server.post("/api/admin/backup", {}).status, 401)

    def test_without_a_directory_there_are_none(self):
        server = self.start(db=self.path("house.db"))
        answer = server.post("/api/admin/backup", {}, {"X-Admin-Key": ADMIN_KEY})
        self.assertEqual((answer.status, answer["error"]), (404, NO_PATH))


LINE = re.compile(
    r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z client=(\S+) method=(\S+) path=(\S+) status=(\d+) us=(\d+) bytes=(\d+)"
)


@only_server
class RequestLog(InADirectory):
    def lines(self, path):
        with open(path, encoding="ascii") as file:
            return [LINE.fullmatch(line) or self.fail(line) for line in file.read().splitlines()]

    def test_a_line_for_each_request_and_nothing_of_the_people(self):
        server = self.start(request_log=self.path("requests.log"))
        server.furnish(["ann-of-the-log"])
        token = server.post("/api/token", {"userId": "ann-of-the-log"})["token"]
        server.get("/api/balance", bearer(token), userId="ann-of-the-log")
        server.get("/api/concert/seat", date="2030-01-01")
        server.send("GET", f"/api/token?token={token}", check=False)
        server.exchange(b"GARBAGE\r\n\r\n")
        wanted = [
            ("POST", "/api/admin/users", "200"),
            ("POST", "/api/token", "200"),
            ("GET", "/api/balance?userId", "200"),
            ("GET", "/api/concert/seat?date=2030-01-01", "404"),
            ("GET", "/api/token?token", "405"),
            ("-", "-", "400"),
        ]
        path = self.path("requests.log")
        until(lambda: len(self.lines(path)) == len(wanted), "a line for each request")
        found = self.lines(path)
        self.assertEqual([line.group(2, 3, 4) for line in found], wanted)
        self.assertEqual({line[1] for line in found}, {"127.0.0.1"})
        self.assertTrue(all(int(line[6]) > 50 for line in found))
        with open(path, encoding="ascii") as file:
            text = file.read()
        for secret in ("ann-of", token, ADMIN_KEY.split()[-1]):
            self.assertNotIn(secret, text)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o007, 0)

    def test_it_goes_on_in_a_new_file_after_sighup(self):
        server = self.start(request_log=self.path("requests.log"))
        server.get("/healthz")
        until(lambda: len(self.lines(self.path("requests.log"))) == 1, "a line")
        os.rename(self.path("requests.log"), self.path("requests.log.1"))
        server.process.send_signal(signal.SIGHUP)
        until(lambda: os.path.exists(self.path("requests.log")), "a new file")
        server.get("/readyz")
        until(lambda: [line[3] for line in self.lines(self.path("requests.log"))] == ["/readyz"], "a line in it")
        self.assertEqual(len(self.lines(self.path("requests.log.1"))), 1)

    def test_on_the_standard_output(self):
        server = self.start(request_log="-")
        server.get("/healthz")
        self.assertEqual(LINE.fullmatch(server.read_line().strip())[3], "/healthz")

    def test_what_cannot_be_written_is_a_bad_flag(self):
        self.assert_bad_start("--request-log", self.path("no/such/directory"), named="--request-log")


@only_server
class Addresses(InADirectory):
    """D6: --host took numbers only."""

    def test_localhost(self):
        server = self.start(host="localhost", name="localhost")
        self.assertEqual(server.get("/healthz").status, 200)

    def test_ipv6_in_brackets_and_without(self):
        for host in ("[::1]", "::1"):
            try:
                server = self.start(host=host, name="[::1]")
            except AssertionError as error:
                if "Cannot assign" in str(error) or "not supported" in str(error):
                    self.skipTest("no IPv6 on this machine")
                raise
            import http.client

            connection = http.client.HTTPConnection("::1", server.port, timeout=PATIENCE)
            self.addCleanup(connection.close)
            self.assertEqual(server.send("GET", "/healthz", connection=connection).status, 200)

    def test_other_names_are_bad_flags(self):
        for host in ("tickets.example", "[127.0.0.1", "[]", "256.0.0.1"):
            self.assert_bad_start("--host", host, "--port", "0", named="--host")


if __name__ == "__main__":
    unittest.main()
