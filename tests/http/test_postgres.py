"""The server on a PostgreSQL database: several on one, and what it does not tell."""

import os
import subprocess
import unittest

from support import IS_PYTHON, PATIENCE, ROOT, CommandLineTest, Server, command, day, environment, only_server, until

CLUSTER = ROOT / "tests" / "support" / "postgres_cluster.sh"


def has_postgres():
    said = subprocess.run(
        command("--db", "postgresql://127.0.0.1:1/none", "--port", "0"),
        env=environment(), capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return "without libpq" not in said.stderr


@only_server(why="the Python host opens what its flag names, and tests/test_postgres.py shows that")
@unittest.skipIf(os.environ.get("BOXOFFICE_TEST_POSTGRES") == "off", "BOXOFFICE_TEST_POSTGRES=off")
class PostgresTest(CommandLineTest):
    @classmethod
    def setUpClass(cls):
        if not has_postgres():
            raise unittest.SkipTest("the server was built without libpq")
        cls.cluster = subprocess.Popen([CLUSTER, "fsync=on"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.address = cls.cluster.stdout.readline().strip()
        if not cls.address:
            raise RuntimeError(f"{CLUSTER} did not start")

    @classmethod
    def tearDownClass(cls):
        cls.cluster.communicate("")

    def serve(self, schema):
        server = Server(db=f"{self.address}&schema={schema}")
        self.addCleanup(server.close)
        return server

    def test_two_servers_sell_one_house(self):
        one, other = self.serve("two"), self.serve("two")
        one.furnish(["ann", "ben"], [(day(1), "Winter", [{"number": "1", "price": 100}])])
        tokens = {
            user: server.done(server.post("/api/token", {"userId": user}))["token"]
            for user, server in (("ann", one), ("ben", other))
        }

        def hold(server, user):
            body = {"userId": user, "date": day(1), "seatNumber": "1", "token": tokens[user]}
            return server.post("/api/reservations", body)

        held = hold(other, "ann")  # a token of one server is good at the other
        self.assertEqual(held.status, 200, held)
        self.assertEqual(hold(one, "ben").status, 409)
        until(
            lambda: one.get("/api/concert/seat", date=day(1))["availableSeats"] == [], "the other server's hold is seen"
        )
        self.assertEqual(one.audit(), [])

    def test_what_was_sold_is_there_after_a_restart(self):
        server = Server(db=f"{self.address}&schema=again")
        server.furnish(["ann"])
        server.close()
        server = self.serve("again")
        self.assertEqual(server.post("/api/token", {"userId": "ann"}).status, 200)

    def test_the_address_is_never_told(self):
        self.assert_bad_start("--port", "0", "--db", "postgresql://ann:s3cret@127.0.0.1:1/hall", named="PostgreSQL")
        self.assert_bad_start("--port", "0", "--db", "postgresql://ann:s3cret@h/hall?nonsense=1", named="PostgreSQL")
        said = subprocess.run(
            command("--port", "0", "--db", "postgresql://ann:s3cret@127.0.0.1:1/hall"),
            env=environment(), capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        for word in ("s3cret", "ann", "127.0.0.1", "hall"):
            self.assertNotIn(word, said.stderr + said.stdout)

    def test_files_are_of_sqlite(self):
        for flag in ("--backup", "--restore", "--backup-dir"):
            with self.subTest(flag=flag):
                self.assert_bad_start("--db", self.address, flag, self.path("copy.db"), named=flag)
