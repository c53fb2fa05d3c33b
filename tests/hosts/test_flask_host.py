"""The office in Flask: the story over HTTP, refusals, threads after one seat, workers that are forked."""

import concurrent.futures
import contextlib
import json
import os
import signal
import sys
import unittest
import urllib.error
import urllib.request
from unittest import mock

import statuses
from support import EXAMPLES, HostTest, boxoffice, load, needs_module

FOLDER = EXAMPLES / "flask_host"

#: Opens the office, then forks, as a server would that has opened before it forks its workers.
EARLY = """
import os, sys
sys.path.insert(0, sys.argv[1])
import app
if sys.argv[2] == "early":
    app.house.open()
child = os.fork()
if child == 0:
    answer = app.app.test_client().get("/concerts")
    print(answer.status_code, answer.text, flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


@needs_module("flask", "python3-flask")
class FlaskTest(HostTest):
    def setUp(self):
        super().setUp()
        self.module = load(FOLDER, "app", also=("errors",))
        variables = mock.patch.dict(os.environ, {"BOXOFFICE_DB": str(self.db)})
        variables.start()
        self.addCleanup(variables.stop)
        self.addCleanup(self.module.house.close)
        self.client = self.module.app.test_client()

    def fill(self, *arguments, **options):
        with self.make_house(*arguments, **options) as office:
            office.batch(boxoffice.CreateUser(f"user-{n}") for n in range(50)).check()

    def enter(self, user):
        answer = self.client.post("/join", json={"user": user})
        self.assertEqual(answer.status_code, 200, answer.text)
        return {"Authorization": f"Bearer {answer.json['token']}"}

    def post(self, path, who, key, **given):
        return self.module.app.test_client().post(path, json=given, headers={**who, "Idempotency-Key": key})

    def assert_refused(self, answer, status, code):
        self.assertEqual((answer.status_code, answer.json["code"]), (status, code), answer.text)
        self.assertEqual("Retry-After" in answer.headers, status in (429, 503))
        self.assertEqual("WWW-Authenticate" in answer.headers, status == 401)

    def seats(self):
        concert = self.client.get("/concerts").json[0]["id"]
        return self.client.get(f"/concerts/{concert}/seats").json

    def test_the_story(self):
        self.fill()
        me = self.enter("user-1")
        self.assertTrue(self.client.get("/turn", headers=me).json["is_turn"])
        seats = self.seats()
        self.assertEqual([one["label"] for one in seats["seats"]], ["A-1", "A-2", "A-3", "A-4"])
        for _ in range(2):
            self.assertEqual(self.post("/recharges", me, "r-1", amount=1_500).json, {"balance": 1_500})
        self.assert_refused(self.post("/recharges", me, "r-1", amount=2_000), 422, "idempotency_conflict")
        held = self.post("/holds", me, "h-1", seat=seats["seats"][1]["id"]).json
        self.assertEqual(self.post("/holds", me, "h-1", seat=seats["seats"][1]["id"]).json, held)
        concert = self.client.get("/concerts").json[0]["id"]
        changed = self.client.get(f"/concerts/{concert}/seats?since={seats['version']}").json["seats"]
        self.assertEqual([(one["label"], one["state"]) for one in changed], [("A-2", "held")])
        paid = self.post("/payments", me, "p-1", reservation=held["reservation"])
        self.assertEqual(paid.json["balance"], 500)
        self.assertEqual(self.post("/payments", me, "p-1", reservation=held["reservation"]).json, paid.json)
        mine = self.client.get("/reservations", headers=me).json
        self.assertEqual([(one["seat"], one["state"]) for one in mine], [("A-2", "confirmed")])
        self.assertEqual(self.client.get(f"/reservations?before={mine[0]['id']}", headers=me).json, [])

    def test_refusals(self):
        self.fill(active_capacity=1, queue_capacity=1)
        first, waits = self.enter("user-1"), self.enter("user-2")
        self.assert_refused(self.client.post("/join", json={"user": "user-3"}), 429, "queue_full")
        self.assert_refused(self.client.post("/join", json={"user": "nobody"}), 400, "unknown_user")
        seat = self.seats()["seats"][0]["id"]
        self.assert_refused(self.post("/holds", waits, "h", seat=seat), 429, "not_your_turn")
        self.assert_refused(self.post("/holds", first, "h-1", seat="0000000000001"), 404, "unknown_seat")
        self.assertEqual(self.post("/holds", first, "h", seat=seat).status_code, 200)
        self.assert_refused(self.post("/holds", first, "h-2", seat=seat), 409, "hold_limit")
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eA=="}):
            self.assert_refused(self.client.get("/reservations", headers=wrong), 401, "invalid_token")
            self.assert_refused(self.client.get("/turn", headers=wrong), 401, "invalid_token")
        for amount in (0, -1, 10**12 + 1, True, 1.0, "1", None):
            self.assert_refused(self.post("/recharges", first, "r", amount=amount), 400, "invalid_argument")
        self.assert_refused(self.post("/recharges", first, "", amount=1), 400, "invalid_argument")
        for body in (b"", b"[]", b"{", b'"x"'):
            answer = self.client.post("/join", data=body, content_type="application/json")
            self.assert_refused(answer, 400, "invalid_argument")

    def test_threads_after_one_seat(self):
        self.fill(seats=1)
        seat = self.seats()["seats"][0]["id"]
        buyers = [self.enter(f"user-{n}") for n in range(16)]
        with concurrent.futures.ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(lambda who: self.post("/holds", who, "h", seat=seat).status_code, buyers))
        self.assertEqual(sorted(answers), [200] + [409] * 15)

    def test_a_fault_is_told_by_its_name_alone(self):
        self.fill()
        for error, status in ((boxoffice.Busy("a secret"), 503), (boxoffice.Storage("a secret"), 500)):
            with mock.patch.object(boxoffice.Office, "concerts", side_effect=error), self.assertLogs("boxoffice"):
                answer = self.client.get("/concerts")
            self.assert_refused(answer, status, error.name)
            self.assertNotIn("secret", answer.text)

    def test_opened_before_a_fork_it_is_forked_opened_after_it_serves(self):
        self.fill()
        for when, status, said in (("early", 500, "forked"), ("late", 200, "Winter")):
            process = self.start(sys.executable, "-c", EARLY, FOLDER, when)
            answer = process.stdout.read().decode()
            self.assertEqual(process.wait(), 0, self.log.read_text())
            self.assertTrue(answer.startswith(f"{status} "), answer)
            self.assertIn(said, answer)

    @needs_module("gunicorn", "gunicorn")
    def test_gunicorn_forks_workers_that_share_the_file(self):
        self.fill()
        process = self.start(
            *(sys.executable, "-m", "gunicorn", "--config", FOLDER / "gunicorn.conf.py", "--chdir", FOLDER),
            *("--bind", "127.0.0.1:0", "app:app"),
        )
        self.wait_for(lambda: self.log.read_text().count("Booting worker") == 2, "two workers")
        address = self.log.read_text().partition("Listening at: ")[2].split()[0]

        def ask(path, who={}, key=None, **given):
            headers = {**who, "Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
            body = json.dumps(given).encode() if given else None
            with contextlib.closing(
                urllib.request.urlopen(urllib.request.Request(address + path, body, headers), timeout=30)
            ) as answer:
                return json.load(answer)

        me = {"Authorization": "Bearer " + ask("/join", user="user-1")["token"]}
        concert = ask("/concerts")[0]["id"]
        for number in range(20):  # whichever worker takes it
            self.assertEqual(ask("/recharges", me, f"r-{number}", amount=100)["balance"], 100 * (number + 1))
        seats = ask(f"/concerts/{concert}/seats")["seats"]
        held = ask("/holds", me, "h", seat=seats[0]["id"])
        self.assertEqual(ask("/payments", me, "p", reservation=held["reservation"])["balance"], 1_000)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            ask("/holds", me, "h-2", seat=seats[0]["id"])
        with refused.exception as answer:  # the turn was over with the payment
            self.assertEqual((answer.code, json.load(answer)["code"]), (429, "not_your_turn"))
        self.assertEqual(self.stop(process, signal.SIGTERM), 0)
        self.assertNotIn("Warning", self.log.read_text())
        with boxoffice.open(self.db, holds_per_user=2, adopt_rules=True) as office:  # refused while anybody has it open
            self.assertEqual(office.audit(), [])


class StatusTest(unittest.TestCase):
    def test_statuses_are_those_of_the_cpp_host(self):
        statuses.compare(self, load(FOLDER, "errors").STATUS_OF)

    def test_both_hosts_answer_alike(self):
        other = EXAMPLES / "fastapi_host" / "errors.py"
        self.assertEqual((FOLDER / "errors.py").read_text(), other.read_text())


if __name__ == "__main__":
    unittest.main()
