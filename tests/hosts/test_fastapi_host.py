"""The office in FastAPI: the story over HTTP, refusals, retries, many at once without a thread each, a clean end."""

import asyncio
import signal
import sys
import threading
import unittest
import urllib.request
from contextlib import asynccontextmanager
from unittest import mock

import statuses
from support import DATE, EXAMPLES, HostTest, boxoffice, load, needs_module

FOLDER = EXAMPLES / "fastapi_host"


@needs_module("fastapi", "python3-fastapi")
@needs_module("httpx", "python3-httpx")
class FastApiTest(HostTest):
    def setUp(self):
        super().setUp()
        self.module = load(FOLDER, "app", also=("errors", "models"))

    @asynccontextmanager
    async def client(self, seats=4, **options):
        """A client of the application, in this process and on this loop; the house is made before it."""
        import httpx

        with self.make_house(seats, **options) as office:
            office.batch(boxoffice.CreateUser(f"user-{n}") for n in range(200)).check()
        app = self.module.app
        with mock.patch.dict("os.environ", {"BOXOFFICE_DB": str(self.db)}):
            async with app.router.lifespan_context(app):
                async with httpx.AsyncClient(app=app, base_url="http://test", timeout=60) as client:
                    yield client

    async def enter(self, client, user):
        answer = await client.post("/join", json={"user": user})
        self.assertEqual(answer.status_code, 200, answer.text)
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def assert_refused(self, answer, status, code):
        self.assertEqual((answer.status_code, answer.json()["code"]), (status, code), answer.text)
        self.assertEqual("Retry-After" in answer.headers, status in (429, 503))
        self.assertEqual(answer.headers.get("WWW-Authenticate"), "Bearer" if status == 401 else None)

    def test_the_story(self):
        async def story():
            async with self.client() as client:
                me = await self.enter(client, "user-1")
                turn = (await client.get("/turn", headers=me)).json()
                self.assertEqual((turn["is_turn"], turn["position"]), (True, 1))
                concert = (await client.get("/concerts")).json()[0]
                self.assertEqual((concert["date"], concert["title"]), (str(DATE), "Winter"))
                seats = (await client.get(f"/concerts/{concert['id']}/seats")).json()
                self.assertEqual([seat["label"] for seat in seats["seats"]], ["A-1", "A-2", "A-3", "A-4"])
                recharge = {"url": "/recharges", "json": {"amount": 1_500}, "headers": {**me, "Idempotency-Key": "r-1"}}
                for _ in range(2):  # sent again: one effect
                    self.assertEqual((await client.post(**recharge)).json(), {"balance": 1_500})
                recharge["json"] = {"amount": 2_000}
                self.assert_refused(await client.post(**recharge), 422, "idempotency_conflict")
                hold = {"url": "/holds", "json": {"seat": seats["seats"][1]["id"]}, "headers": {**me, "Idempotency-Key": "h-1"}}
                held, again = await asyncio.gather(client.post(**hold), client.post(**hold))
                self.assertEqual(again.json(), held.json())
                self.assertEqual((held.status_code, held.json()["price"]), (200, 1_000))
                changed = (await client.get(f"/concerts/{concert['id']}/seats?since={seats['version']}")).json()
                self.assertEqual([(one["label"], one["state"]) for one in changed["seats"]], [("A-2", "held")])
                mine = (await client.get("/reservations", headers=me)).json()
                self.assertEqual([(one["seat"], one["state"]) for one in mine], [("A-2", "held")])
                pay = {
                    "url": "/payments",
                    "json": {"reservation": held.json()["reservation"]},
                    "headers": {**me, "Idempotency-Key": "p-1"},
                }
                first, again = await asyncio.gather(client.post(**pay), client.post(**pay))
                self.assertEqual((first.json()["balance"], first.json()), (500, again.json()))
                mine = (await client.get("/reservations", headers=me)).json()
                self.assertEqual([(one["seat"], one["state"]) for one in mine], [("A-2", "confirmed")])
                older = await client.get(f"/reservations?before={mine[0]['id']}", headers=me)
                self.assertEqual(older.json(), [])

        asyncio.run(story())
        with boxoffice.open(self.db) as office:
            self.assertEqual(office.audit(), [])

    def test_refusals(self):
        async def story():
            async with self.client(active_capacity=2, queue_capacity=1) as client:
                first, second = await self.enter(client, "user-1"), await self.enter(client, "user-2")
                waits = await self.enter(client, "user-3")
                self.assertFalse((await client.get("/turn", headers=waits)).json()["is_turn"])
                self.assert_refused(await client.post("/join", json={"user": "user-4"}), 429, "queue_full")
                self.assert_refused(await client.post("/join", json={"user": "nobody"}), 400, "unknown_user")
                self.assert_refused(await client.get("/concerts/0000000000001/seats"), 404, "unknown_concert")
                self.assert_refused(await client.get("/concerts/x/seats"), 400, "invalid_argument")
                concert = (await client.get("/concerts")).json()[0]["id"]
                seats = [one["id"] for one in (await client.get(f"/concerts/{concert}/seats")).json()["seats"]]

                def hold(who, seat, key):
                    return client.post("/holds", json={"seat": seat}, headers={**who, "Idempotency-Key": key})

                self.assert_refused(await hold(waits, seats[0], "h-1"), 429, "not_your_turn")
                held = (await hold(first, seats[0], "h-1")).json()
                self.assert_refused(await hold(second, seats[0], "h-1"), 409, "seat_unavailable")
                self.assert_refused(await hold(first, seats[1], "h-2"), 409, "hold_limit")
                self.assert_refused(await hold(first, "0000000000001", "h-3"), 404, "unknown_seat")
                pay = {"url": "/payments", "json": {"reservation": held["reservation"]}}
                self.assert_refused(
                    await client.post(**pay, headers={**first, "Idempotency-Key": "p-1"}), 400, "insufficient_points"
                )
                self.assert_refused(
                    await client.post(**pay, headers={**second, "Idempotency-Key": "p-1"}), 400, "reservation_mismatch"
                )
                for body in (b"", b"{", b"[]", b'{"user": null}', b'{"user": ""}'):
                    self.assert_refused(await client.post("/join", content=body), 400, "invalid_argument")
                forged = {"Authorization": first["Authorization"][:-1] + "~"}
                for wrong in ({}, forged, {"Authorization": "Basic eA=="}):
                    self.assert_refused(await client.get("/reservations", headers=wrong), 401, "invalid_token")
                    self.assert_refused(await client.get("/turn", headers=wrong), 401, "invalid_token")
                for amount in (0, -1, 10**12 + 1, "many", None):
                    answer = await client.post(
                        "/recharges", json={"amount": amount}, headers={**first, "Idempotency-Key": "r-1"}
                    )
                    self.assert_refused(answer, 400, "invalid_argument")
                for key in ({}, {"Idempotency-Key": "k" * 256}, {"Idempotency-Key": "a b"}):
                    answer = await client.post("/recharges", json={"amount": 1}, headers={**first, **key})
                    self.assert_refused(answer, 400, "invalid_argument")

        asyncio.run(story())

    def test_two_hundred_at_once_hold_no_thread_and_share_commits(self):
        async def story():
            async with self.client(seats=20, price=10) as client:
                before = threading.active_count()
                most = 0
                concert = (await client.get("/concerts")).json()[0]["id"]

                async def buy(number):
                    nonlocal most
                    me = await self.enter(client, f"user-{number}")
                    await client.post("/recharges", json={"amount": 10}, headers={**me, "Idempotency-Key": "r"})
                    most = max(most, threading.active_count())
                    seats = (await client.get(f"/concerts/{concert}/seats")).json()["seats"]
                    seat = seats[number % len(seats)]["id"]
                    held = await client.post("/holds", json={"seat": seat}, headers={**me, "Idempotency-Key": "h"})
                    if held.status_code == 409:
                        return 0
                    given = {"reservation": held.json()["reservation"]}
                    paid = await client.post("/payments", json=given, headers={**me, "Idempotency-Key": "p"})
                    return paid.json()["amount"]

                paid = await asyncio.gather(*[buy(number) for number in range(200)])
                self.assertEqual(sum(paid), 20 * 10)
                self.assertLessEqual(most, before + 5)  # those of the office: one that decides, four that ask
                stats = await self.module.app.state.office.commit_stats()
                self.assertLess(stats.commits, stats.commands / 3)

        asyncio.run(story())

    def test_a_closed_office_and_a_fault_are_503_and_500(self):
        async def story():
            async with self.client() as client:
                office = self.module.app.state.office
                for error, status in ((boxoffice.Busy("a secret"), 503), (boxoffice.Storage("a secret"), 500)):
                    with mock.patch.object(type(office), "concerts", side_effect=error), self.assertLogs("uvicorn.error"):
                        answer = await client.get("/concerts")
                    self.assert_refused(answer, status, error.name)
                    self.assertNotIn("secret", answer.text)
                await office.close()
                with self.assertLogs("uvicorn.error"):
                    self.assert_refused(await client.post("/join", json={"user": "user-1"}), 503, "invalid_handle")

        asyncio.run(story())

    @needs_module("uvicorn", "python3-uvicorn")
    def test_uvicorn_serves_it_and_sigterm_closes_it(self):
        self.make_house().close()
        process = self.start(
            *(sys.executable, "-m", "uvicorn", "--app-dir", FOLDER, "app:app", "--port", "0", "--limit-concurrency", "100"),
            BOXOFFICE_DB=str(self.db),
        )
        self.wait_for(lambda: b"running on" in self.log.read_bytes(), "uvicorn")
        address = self.log.read_text().partition("running on ")[2].split()[0]
        with urllib.request.urlopen(f"{address}/concerts", timeout=30) as answer:
            self.assertEqual(answer.status, 200)
        self.stop(process, signal.SIGTERM)
        self.assertNotIn("ResourceWarning", self.log.read_text())
        self.assertIn("Application shutdown complete", self.log.read_text())
        with boxoffice.open(self.db, holds_per_user=2, adopt_rules=True):  # refused while anybody has it open
            pass


class StatusTest(unittest.TestCase):
    def test_statuses_are_those_of_the_cpp_host(self):
        errors = load(FOLDER, "errors")
        statuses.compare(self, errors.STATUS_OF)


if __name__ == "__main__":
    unittest.main()
