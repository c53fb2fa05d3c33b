"""The command line: --help, what is wrong said in one line with exit status 2, --demo."""

import os
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

from support import IS_PYTHON, PATIENCE, CommandLineTest, HttpTest, Server, command, day, environment, only_server, run

WHOLE_NUMBERS = [
    "--port",
    "--capacity",
    "--queue-capacity",
    "--hold-seconds",
    "--arrive-seconds",
    "--active-seconds",
    "--turn-attempts",
    "--turn-interval-ms",
]
FLAGS = ["--db", "--host", "--demo", *WHOLE_NUMBERS]
if not IS_PYTHON:
    FLAGS += ["--auth", "--admin-key", "--event-hours"]


class CommandLine(CommandLineTest):
    def test_help_lists_every_flag(self):
        said = run("--help")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        for flag in FLAGS:
            self.assertRegex(said.stdout, rf"(?m){flag}\b")

    def test_bad_flags(self):
        for flag in WHOLE_NUMBERS:
            for value in ("x", "", "1.5", "1 2", "0x10") if flag == "--port" else ("x",):
                with self.subTest(flag=flag, value=value):
                    self.assert_bad_start(flag, value, named=flag)
        self.assert_bad_start("--capacity", named="--capacity")
        for arguments in (("--nonsense",), ("--dem",), ("nonsense",), ("-x",), ("--demo=yes",)):
            with self.subTest(arguments=arguments):
                self.assert_bad_start(*arguments, named=arguments[0].split("=")[0])

    def test_numbers_out_of_range(self):
        for flag in ("--capacity", "--queue-capacity", "--turn-interval-ms"):
            with self.subTest(flag=flag):
                self.assert_bad_start(flag, "-1", named=flag)
        for flag in ("--hold-seconds", "--arrive-seconds", "--active-seconds", "--turn-attempts"):
            for value in ("-1", "0"):
                with self.subTest(flag=flag, value=value):
                    self.assert_bad_start(flag, value, named=flag)
        for value in ("-1", "65536", "99999999999999999999"):
            with self.subTest(port=value):
                self.assert_bad_start("--port", value, named="--port")

    @only_server
    def test_bad_flags_of_the_server(self):
        self.assert_bad_start("--auth", "maybe", named="--auth")
        self.assert_bad_start("--auth", named="--auth")
        self.assert_bad_start("--admin-key", named="--admin-key")

    def test_a_database_that_cannot_be_used(self):
        with open(self.path("text"), "w", encoding="utf-8") as file:
            file.write("this is not a database\n" * 100)
        foreign = sqlite3.connect(self.path("foreign.db"))
        foreign.execute("CREATE TABLE other (x)")
        foreign.commit()
        foreign.close()
        for path in (self.path("text"), self.path("foreign.db"), self.directory, self.path("no/such/folder.db"), ""):
            with self.subTest(path=path):
                self.assert_bad_start("--port", "0", "--db", path)

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            self.assert_bad_start("--port", port, named=port)

    def test_a_host_that_is_not_here(self):
        for host in ("192.0.2.1", "not an address", ""):
            with self.subTest(host=host):
                self.assert_bad_start("--host", host, "--port", "0")

    @only_server
    def test_beyond_loopback_there_is_a_warning(self):
        process = subprocess.Popen(
            command("--host", "0.0.0.0", "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        try:
            self.assertRegex(process.stdout.readline().decode(), r"^listening on http://0\.0\.0\.0:\d+\n$")
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        self.assertIn(b"0.0.0.0", errors)


class Demo(unittest.TestCase):
    def start(self, **flags):
        server = Server(demo=True, **flags)
        self.addCleanup(server.close)
        return server

    def test_an_empty_box_office_is_filled(self):
        server = self.start()
        self.assertEqual(server.get("/api/concert/date")["dates"], [day(1), day(2), day(3)])
        for days in (1, 2, 3):
            self.assertEqual(
                server.get("/api/concert/seat", date=day(days))["availableSeats"], [str(n) for n in range(1, 51)]
            )
        for user, wanted in (("user-1", 200), ("user-100", 200), ("user-0", 400), ("user-101", 400)):
            self.assertEqual(server.post("/api/token", {"userId": user}).status, wanted)
        token = server.post("/api/token", {"userId": "user-7"})["token"]
        server.post("/api/payment/recharge", {"userId": "user-7", "amount": 100}, {"Authorization": f"Bearer {token}"})
        held = server.post("/api/reservations", {"userId": "user-7", "date": day(2), "seatNumber": 50, "token": token})
        paid = server.post("/api/payment", {"userId": "user-7", "reservationId": held["reservationId"], "token": token})
        self.assertEqual((paid.status, paid["amount"], paid["newBalance"]), (200, 100, 0))

    @only_server
    def test_the_second_concert_shows_what_terms_can_say_and_the_others_are_the_seeds(self):
        server = self.start()
        first, second, third = (server.get("/api/concert/map", date=day(days)).json() for days in (1, 2, 3))
        for seeds in (first, third):
            self.assertEqual((seeds["types"], seeds["prices"], seeds["startsAt"]), ([], [], None))
            self.assertEqual((seeds["sale"]["version"], seeds["sale"]["seatsPerOrder"]), (1, 1))
            self.assertEqual({seat["category"] for seat in seeds["seats"]}, {""})
        midnight = f"{day(2)}T00:00:00.000Z"
        self.assertEqual(second["startsAt"], f"{day(2)}T19:00:00.000Z")
        self.assertEqual(second["sale"]["seatsPerOrder"], 4)
        self.assertEqual(second["sale"]["refundSteps"], [{"until": midnight, "thousandths": 900}])
        self.assertEqual({seat["category"] for seat in second["seats"]}, {"R", "S", "A"})
        types = {one["name"]: one["type"] for one in second["types"]}
        token = server.post("/api/token", {"userId": "user-7"})["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        server.post("/api/payment/recharge", {"userId": "user-7", "amount": 300}, bearer)
        order = {"userId": "user-7", "date": day(2), "seatNumbers": [1, 2, 50], "token": token}
        order["types"] = [types["일반"], types["어린이"], types["어린이"]]
        held = server.post("/api/reservations", order)
        self.assertEqual((held.status, held["total"]), (200, 220))
        server.post("/api/payment", {"userId": "user-7", "reservationId": held["orderId"], "token": token})
        ids = [one["reservationId"] for one in held["seats"]]
        back = server.post("/api/cancellations", {"userId": "user-7", "reservationIds": ids}, bearer)
        self.assertEqual((back.status, back["refund"], back["newBalance"]), (200, 198, 278))
        self.assertEqual(server.audit(), [])

    @only_server
    def test_its_hall_has_a_plan(self):
        said = self.start().get("/api/concert/map", date=day(1))
        self.assertGreater(len(said["sections"]), 1)
        self.assertEqual(len({(seat["x"], seat["y"]) for seat in said["seats"]}), 50)

    @only_server(why="the Python host's README has the curl lines")
    def test_it_says_how_to_try_it(self):
        server = self.start()
        lines = [server.read_line() for _ in range(4)]
        self.assertEqual(sum(line.startswith("curl ") for line in lines), 3, lines)
        self.assertTrue(all(server.url in line for line in lines), lines)
        token = server.post("/api/token", {"userId": "user-1"})["token"]
        for line in lines:
            if line.startswith("curl "):
                quiet = line.replace("curl ", "curl -s -o /dev/null -w '%{http_code}' ", 1).replace("the token", token)
                said = subprocess.run(["/bin/sh", "-c", quiet], stdout=subprocess.PIPE, timeout=PATIENCE, text=True)
                self.assertEqual(said.stdout, "200", line)

    def test_a_database_that_is_not_empty_is_left_alone(self):
        with tempfile.TemporaryDirectory(prefix="boxoffice-http-") as directory:
            path = os.path.join(directory, "house.db")
            first = Server(db=path)
            first.furnish(["only-user"])
            first.close()
            second = Server(db=path, demo=True)
            self.assertEqual(second.get("/api/concert/date")["dates"], [])
            self.assertEqual(second.post("/api/token", {"userId": "user-1"}).status, 400)
            self.assertIn("demo", second.errors())
            second.close()

    def test_filling_twice_does_nothing_more(self):
        with tempfile.TemporaryDirectory(prefix="boxoffice-http-") as directory:
            for _ in range(2):
                server = Server(db=os.path.join(directory, "house.db"), demo=True)
                self.assertEqual(len(server.get("/api/concert/date")["dates"]), 3)
                self.assertEqual(len(server.get("/api/concert/seat", date=day(1))["availableSeats"]), 50)
                server.close()


class Restarting(HttpTest):
    one_server_a_test = True

    def test_flags_of_a_room_count_for_a_house_that_exists(self):
        if IS_PYTHON:
            self.skipTest("the Python host says that they count for a new database only")
        with tempfile.TemporaryDirectory(prefix="boxoffice-http-") as directory:
            path = os.path.join(directory, "house.db")
            Server(db=path, capacity=5).close()
            server = Server(db=path, capacity=1)
            self.addCleanup(server.close)
            server.furnish(["a", "b"])
            tokens = [server.post("/api/token", {"userId": user})["token"] for user in ("a", "b")]
            turns = [server.post("/api/token/peek", {"tokenId": token})["isTurn"] for token in tokens]
            self.assertEqual(turns, [True, False])


if __name__ == "__main__":
    unittest.main()
