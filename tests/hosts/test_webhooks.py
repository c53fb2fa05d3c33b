"""Webhooks: every event at each receiver, in order, whatever fails in between."""

import collections
import http.client
import http.server
import json
import random
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
import unittest

from support import EXAMPLES, PATIENCE, HostTest, boxoffice, needs

WEBHOOKS = EXAMPLES / "webhooks"
sys.path.insert(0, str(WEBHOOKS))

import deliver  # noqa: E402
import outbox  # noqa: E402
import sender  # noqa: E402
import signing  # noqa: E402

SECRET = "whsec_" + "A" * 32
QUICK = ("--poll", "0.02", "--backoff", "0.02", "--backoff-max", "0.1", "--timeout", "5")


class Request:
    def __init__(self, headers, body):
        self.headers, self.body = headers, body
        self.id = headers["webhook-id"]
        self.content = json.loads(body)
        self.type = self.content["type"]
        self.sequence = self.content["data"].get("sequence")


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what comes. `answer(request)` is the status, or None to hang up without one; it may take its time."""

    daemon_threads = True

    def __init__(self, answer=lambda request: 200, port=0):
        self.requests = []  # all that came, in order
        self.accepted = []  # and those that were answered with 2xx
        self.hangs_up = False  # after each answer
        self.retry_after = None
        self.answer = answer
        super().__init__(("127.0.0.1", port), ReceiverHandler)
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hooks?from=office"

    def handle_error(self, request, client_address):
        pass  # a sender that was killed

    def end(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class ReceiverHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(headers, self.rfile.read(int(headers["content-length"])))
        self.server.requests.append(request)
        status = self.server.answer(request)
        if status is None:
            self.close_connection = True
            return
        if 200 <= status < 300:
            self.server.accepted.append(request)
        self.send_response(status)
        self.send_header("Content-Length", "2")
        if self.server.retry_after and status >= 300:
            self.send_header("Retry-After", self.server.retry_after)
        self.end_headers()
        self.wfile.write(b"ok")
        self.close_connection = self.server.hangs_up

    def log_message(self, *_):
        pass


class WebhooksTest(HostTest):
    def receiver(self, *arguments, **named):
        server = Receiver(*arguments, **named)
        self.addCleanup(server.end)
        return server

    def configure(self, **receivers):
        """Writes receivers.json: name=(url or server) or name={members}."""
        listed = []
        for name, given in receivers.items():
            members = given if isinstance(given, dict) else {"url": getattr(given, "url", given)}
            listed.append({"name": name, "secrets": [SECRET], **members})
        (self.folder / "receivers.json").write_text(json.dumps({"receivers": listed}))

    def deliver(self, *flags, **variables):
        process = self.start(*self.command(*flags), **variables)
        self.assertRegex(self.read_line(process), "^delivering to ")
        return process

    def command(self, *flags):
        program = [sys.executable, "-W", "error", WEBHOOKS / "deliver.py", "--db", self.db]
        return [*program, "--receivers", "receivers.json", "--state", "state", *QUICK, *flags]

    def run_once(self, *flags):
        """For what ends by itself: status, stdout and stderr."""
        process = self.start(*self.command(*flags))
        status = process.wait(PATIENCE)
        return status, process.stdout.read().decode(), self.log.read_text()

    def cursor(self, name):
        return outbox.CursorFile(self.folder / "state" / f"{name}.cursor").read()

    def assert_in_order(self, server, sequences):
        """Each was accepted, none before an earlier one; a repetition is of the last one, and the same to the byte."""
        firsts = list(dict.fromkeys(request.sequence for request in server.accepted))
        self.assertEqual(firsts, list(sequences))
        for before, after in zip(server.requests, server.requests[1:]):
            if after.sequence == before.sequence:
                self.assertEqual((after.id, after.body), (before.id, before.body))
            else:
                self.assertEqual(after.sequence, before.sequence + 1)
                self.assertIn(before.sequence, [request.sequence for request in server.accepted])
        ids = collections.defaultdict(set)
        for request in server.requests:
            ids[request.sequence].add(request.id)
        self.assertEqual({len(of_one) for of_one in ids.values()}, {1})


def last(office):
    return outbox.newest(office).sequence


class DeliveringTest(WebhooksTest):
    def test_every_event_is_posted_signed_and_in_order(self):
        office = self.make_house()
        server = self.receiver()
        self.configure(crm=server)
        process = self.deliver()
        mina = office.create_user("mina")
        office.recharge(mina, 5_000)
        self.wait_for(lambda: len(server.accepted) == last(office), "all events")
        self.assert_in_order(server, range(1, last(office) + 1))
        self.assertEqual(self.stop(process), 0)
        for request, event in zip(server.accepted, office.events()):
            self.assertEqual(request.type, event.name)
            self.assertEqual(signing.verify([SECRET], request.headers, request.body), request.id)
            for member in ("user", "concert", "seat"):
                given = request.content["data"].get(member)
                self.assertEqual(given and boxoffice.parse_id(given), getattr(event, member))
        recharged = server.accepted[-1].content
        self.assertEqual((recharged["type"], recharged["data"]["amount"]), ("points_recharged", 5_000))
        self.assertEqual(self.cursor("crm").sequence, last(office))

    def test_started_again_it_goes_on_where_it_was(self):
        office = self.make_house()
        server = self.receiver()
        self.configure(crm=server)
        process = self.deliver()
        self.wait_for(lambda: len(server.accepted) == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        office.create_user("mina")
        process = self.deliver()
        self.wait_for(lambda: len(server.accepted) == last(office), "the new event")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual([request.sequence for request in server.requests], list(range(1, last(office) + 1)))

    def test_500s_and_refusals_are_tried_again_and_nothing_overtakes(self):
        answers = [500, 503, 404, 301, None]
        turns = iter(answers * 3)
        office = self.make_house()
        server = self.receiver(lambda request: next(turns, 200) if len(server.requests) % 2 else 200)
        self.configure(crm=server)
        process = self.deliver()
        for number in range(10):
            office.create_user(f"user-{number}")
        self.wait_for(lambda: len(server.accepted) >= last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assert_in_order(server, range(1, last(office) + 1))
        self.assertGreater(len(server.requests), len(server.accepted))
        self.assertIn("status 500", self.log.read_text())

    def test_an_answer_that_comes_too_late_counts_as_none(self):
        office = self.make_house()
        slow = iter([1.5])

        def answer(request):
            time.sleep(next(slow, 0) if request.sequence == 2 else 0)
            return 200

        server = self.receiver(answer)
        self.configure(crm=server)
        process = self.deliver("--timeout", "0.5")
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assert_in_order(server, range(1, last(office) + 1))
        self.assertGreater([request.sequence for request in server.requests].count(2), 1)
        self.assertIn("TimeoutError", self.log.read_text())

    def test_a_connection_that_was_closed_meanwhile_is_no_failure(self):
        office = self.make_house()
        server = self.receiver()
        self.configure(crm=server)
        server.hangs_up = True  # and does not say so
        process = self.deliver("--backoff", "60", "--backoff-max", "60")  # a failure would be seen by its waiting
        for number in range(3):
            office.create_user(f"user-{number}")
            self.wait_for(lambda: len(server.accepted) == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual(self.log.read_text(), "")

    def test_a_receiver_says_how_long_it_is_to_be_left_alone(self):
        office = self.make_house()
        refusals = iter([503, 429])
        server = self.receiver(lambda request: next(refusals, 200))
        server.retry_after = "1"
        self.configure(crm=server)
        process = self.deliver("--backoff-max", "0.3")
        self.wait_for(lambda: len(server.accepted) == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual(self.log.read_text().count("in 0.3 s"), 2)  # not for longer than it waits at most

    @needs("openssl", "openssl")
    def test_https_is_trusted_where_its_certificate_is(self):
        office = self.make_house()
        made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        given = ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
        subprocess.run([*made.split(), *given], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)
        server = self.receiver()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.configure(good=f"https://localhost:{server.server_port}/", other=f"https://127.0.0.1:{server.server_port}/")
        process = self.deliver()  # that the certificate is nobody's is told, and nothing sent
        self.wait_for(lambda: "CERTIFICATE_VERIFY_FAILED" in self.log.read_text(), "an attempt")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual(server.requests, [])
        process = self.deliver(SSL_CERT_FILE=str(self.folder / "cert.pem"))
        self.wait_for(lambda: self.cursor("good").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual(self.cursor("other").sequence, 0)  # the certificate is another name's
        self.assertEqual(len(server.accepted), last(office))

    def doCleanups_of(self, server):
        """It was ended by hand."""
        self._cleanups = [one for one in self._cleanups if one[0] != server.end]

    def test_a_receiver_that_is_down_delays_only_itself(self):
        office = self.make_house()
        gone = self.receiver()
        port = gone.server_port
        gone.end()
        self.doCleanups_of(gone)
        up = self.receiver()
        self.configure(down=f"http://127.0.0.1:{port}/hooks", up=up)
        process = self.deliver()
        for number in range(20):
            office.create_user(f"user-{number}")
        self.wait_for(lambda: len(up.accepted) == last(office), "all events, of the one that is up")
        self.assertEqual(self.cursor("down"), outbox.Cursor())
        back = self.receiver(port=port)
        self.wait_for(lambda: len(back.accepted) == last(office), "all events, of the one that was down")
        self.assertEqual(self.stop(process), 0)
        self.assert_in_order(up, range(1, last(office) + 1))
        self.assert_in_order(back, range(1, last(office) + 1))

    def test_a_receiver_that_hangs_delays_only_itself(self):
        office = self.make_house()
        go_on = threading.Event()
        self.addCleanup(go_on.set)
        hangs, up = self.receiver(lambda request: 200 if go_on.wait(PATIENCE) else 500), self.receiver()
        self.configure(hangs=hangs, up=up)
        process = self.deliver("--timeout", "20")
        for number in range(10):
            office.create_user(f"user-{number}")
        self.wait_for(lambda: len(up.accepted) == last(office), "all events, of the one that answers")
        self.assertEqual(hangs.accepted, [])
        go_on.set()
        self.wait_for(lambda: len(hangs.accepted) == last(office), "all events, of the one that hung")
        self.assertEqual(self.stop(process), 0)
        self.assert_in_order(hangs, range(1, last(office) + 1))

    def test_only_the_events_that_a_receiver_wants(self):
        office = self.make_house()
        server = self.receiver()
        self.configure(crm={"url": server.url, "events": ["points_recharged"]})
        process = self.deliver()
        mina = office.create_user("mina")
        office.recharge(mina, 5_000)
        office.create_user("juno")
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "the cursor past what is not wanted")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual([request.type for request in server.requests], ["points_recharged"])


class CrashTest(WebhooksTest):
    def test_a_crash_between_delivery_and_cursor_repeats_the_same_id(self):
        office = self.make_house()
        victim = []

        def answer(request):
            if request.sequence == 2 and victim:
                victim.pop().kill()  # it was delivered; the answer, and so the cursor, never comes
            return 200

        server = self.receiver(answer)
        self.configure(crm=server)
        victim.append(self.start(*self.command()))
        process = victim[0]
        process.wait(PATIENCE)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertEqual(self.cursor("crm").sequence, 1)
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual([request.sequence for request in server.requests], [1, 2, 2])
        self.assertEqual(server.requests[1].id, server.requests[2].id)
        self.assertEqual(server.requests[1].body, server.requests[2].body)

    def test_killed_again_and_again_nothing_is_lost_and_nothing_overtakes(self):
        chance = random.Random(20261126)
        office = self.make_house()
        victims = []

        def answer(request):
            if victims and chance.random() < 0.2:
                victims.pop().kill()
                time.sleep(0.05)
            return 500 if chance.random() < 0.1 else 200

        server = self.receiver(answer)
        self.configure(crm=server)
        office.batch(boxoffice.CreateUser(f"user-{number}") for number in range(100)).check()
        for _ in range(5):
            process = self.start(*self.command())
            victims.append(process)
            process.wait(PATIENCE)
            self.assertEqual(process.returncode, -signal.SIGKILL)
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        self.assert_in_order(server, range(1, last(office) + 1))

    def test_the_sample_receiver_takes_each_once_and_nothing_forged(self):
        office = self.make_house()
        (self.folder / "secret").write_text(signing.new_secret() + "\n" + SECRET)
        command = [sys.executable, "-W", "error", WEBHOOKS / "receiver.py", "--port", "0"]
        sample = self.start(*command, "--secret-file", "secret", "--db", "received.db")
        url = self.read_line(sample).partition("listening on ")[2]
        self.configure(crm=url)
        for number in range(3):
            process = self.deliver()
            office.create_user(f"user-{number}")
            self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
            self.assertEqual(self.stop(process, signal.SIGKILL), -signal.SIGKILL)
            if number < 2:  # as if the last ones had been delivered without the cursor
                outbox.CursorFile(self.folder / "state" / "crm.cursor").write(outbox.Cursor(1))
        message = next(outbox.messages(office, outbox.Cursor()))
        host, _, port = url.partition("//")[2].partition(":")
        now = int(time.time())
        for secret, at, status in ((SECRET, now, 204), (signing.new_secret(), now, 401), (SECRET, now - 301, 401)):
            connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
            headers = signing.sign([secret], message.id, at, message.body)
            connection.request("POST", "/", message.body, headers)
            self.assertEqual(connection.getresponse().status, status)
            connection.close()
        self.assertEqual(self.stop(sample), 0)
        database = sqlite3.connect(self.folder / "received.db")
        received = database.execute("SELECT id, type FROM received ORDER BY rowid").fetchall()
        database.close()
        self.assertEqual(received, [(m.id, m.type) for m in outbox.messages(office, outbox.Cursor())])
        self.assertIn("was here already", self.log.read_text())


class GapTest(WebhooksTest):
    def test_events_that_were_pruned_before_they_were_accepted_are_told(self):
        office = self.make_house()
        server = self.receiver()
        self.configure(crm=server)
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        before = last(office)
        for number in range(3):
            office.create_user(f"user-{number}")
        office.create_room("side")
        office.create_user("user-3")
        office.create_user("user-4")
        while office.tick(events_consumed=last(office)).more:  # another consumer has had them
            pass
        kept = [event.sequence for event in office.events(before)]
        self.assertEqual(kept, [before + 4, before + 6])  # that about a room, and the last one
        del server.requests[:]
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        told = [(r.type, r.content["data"].get("first"), r.content["data"].get("last")) for r in server.requests]
        self.assertEqual(
            told,
            [
                ("outbox.gap", before + 1, before + 3),
                ("room_created", None, None),
                ("outbox.gap", before + 5, before + 5),
                ("user_created", None, None),
            ],
        )
        self.assertEqual(self.log.read_text().count("GAP"), 2)

    def test_with_prune_only_what_every_receiver_has_is_forgotten(self):
        office = self.make_house()
        down = threading.Event()
        up, other = self.receiver(), self.receiver(lambda request: 200 if down.is_set() else 500)
        self.configure(up=up, other=other)
        process = self.deliver("--prune")
        for number in range(5):
            office.create_user(f"user-{number}")
        self.wait_for(lambda: self.cursor("up").sequence == last(office), "all events at one")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual(self.stop(self.deliver("--prune")), 0)  # its first tick comes at once
        self.assertEqual(len(list(office.events())), last(office))
        down.set()
        process = self.deliver()
        self.wait_for(lambda: self.cursor("other").sequence == last(office), "all events at the other")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual(self.stop(self.deliver("--prune")), 0)
        self.assertEqual(len(list(office.events())), 2)  # that about a room, and the last one
        self.assertNotIn("GAP", self.log.read_text())

    def test_another_history_under_the_cursor_is_refused(self):
        office = self.make_house()
        office.backup(self.folder / "backup.db", with_keys=True)
        server = self.receiver()
        self.configure(crm=server)
        for number in range(3):
            office.create_user(f"user-{number}")
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        office.close()
        for path in self.folder.glob("sale.db*"):
            path.unlink()
        boxoffice.restore(self.folder / "backup.db", self.db)
        status, _, said = self.run_once()
        self.assertEqual((status, said.count("\n")), (2, 1), said)
        self.assertIn("restored from an older backup", said)
        with boxoffice.open(self.db) as office:  # it goes on: the same sequences for other events
            for number in range(4):
                office.create_user(f"other-{number}")
            status, _, said = self.run_once()
            self.assertEqual(status, 2)
            self.assertIn("is another one than was sent", said)
            (self.folder / "state" / "crm.cursor").unlink()
            process = self.deliver("--from-now")
            office.create_user("after")
            self.wait_for(lambda: self.cursor("crm").sequence == last(office), "what is new")
            self.assertEqual(self.stop(process), 0)
            self.assertEqual(server.accepted[-1].sequence, last(office))
            after = server.accepted[-1].content["data"]
            self.assertEqual(boxoffice.parse_id(after["user"]), office.find_user("after"))
            self.assertEqual(len(server.requests), 6)  # and nothing before it


class OperatingTest(WebhooksTest):
    def test_sigterm_finishes_what_is_being_posted(self):
        self.make_house()
        inside, go_on = threading.Event(), threading.Event()

        def answer(request):
            inside.set()
            go_on.wait(PATIENCE)
            return 200

        server = self.receiver(answer)
        self.configure(crm=server)
        process = self.deliver("--timeout", "20")
        self.assertTrue(inside.wait(PATIENCE))
        process.terminate()
        time.sleep(0.2)
        self.assertIsNone(process.poll())
        go_on.set()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(len(server.requests), 1)
        self.assertEqual(self.cursor("crm").sequence, 1)

    def test_sigterm_does_not_wait_for_a_pause_to_end(self):
        self.make_house()
        server = self.receiver(lambda request: 500)
        self.configure(crm=server)
        process = self.deliver("--backoff", "3600", "--backoff-max", "3600")
        self.wait_for(lambda: server.requests, "the first attempt")
        begin = time.monotonic()
        self.assertEqual(self.stop(process), 0)
        self.assertLess(time.monotonic() - begin, PATIENCE / 2)

    def test_two_do_not_deliver_from_one_state(self):
        self.make_house()
        self.configure(crm=self.receiver())
        process = self.deliver()
        status, _, said = self.run_once()
        self.assertEqual(status, 2)
        self.assertIn("another process delivers from there", said)
        self.assertEqual(self.stop(process), 0)

    def test_an_operator_passes_over_what_a_receiver_can_never_take(self):
        office = self.make_house()
        server = self.receiver(lambda request: 400 if request.sequence == 2 else 200)
        self.configure(crm=server)
        office.create_user("mina")
        process = self.deliver()
        self.wait_for(lambda: len(server.requests) >= 3, "attempts")
        self.assertEqual(self.stop(process), 0)
        for wrong in ("crm=1", "crm=99", "erp=2", "crm"):
            self.assertEqual(self.run_once("--skip", wrong)[0], 2, wrong)
        status, said, _ = self.run_once("--skip", "crm=2")
        self.assertEqual((status, said), (0, "crm: passes over events 2 to 2\n"))
        self.assertGreater(self.cursor("crm").at, 0)  # or a restored office would not be known for one
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "the rest")
        self.assertEqual(self.stop(process), 0)
        self.assertEqual([request.sequence for request in server.accepted], [1, 3])

    def test_a_bad_start_is_one_line(self):
        office = self.make_house()
        office.close()
        good = {"name": "crm", "url": "http://localhost/", "secrets": [SECRET]}
        for wrong in (
            {**good, "name": "C R M"},
            {**good, "url": "ftp://localhost/"},
            {**good, "url": "http://user@localhost/"},
            {**good, "url": "http://localhost:99999/"},
            {**good, "url": "http://localhost/a b"},
            {**good, "url": "http://localhost/\u00e9"},
            {**good, "secrets": []},
            {**good, "secrets": ["whsec_c2hvcnQ="]},
            {**good, "kinds": []},
            {**good, "events": ["reservation_confirmd"]},  # or all would be passed over
            {**good, "url": "http://hooks..example.com/"},  # or the others' delivery would end with its look-up
            {"name": "crm"},
            7,
        ):
            (self.folder / "receivers.json").write_text(json.dumps({"receivers": [wrong]}))
            with self.assertRaises(deliver.BadStart):
                deliver.read_receivers(self.folder / "receivers.json")
        status, _, said = self.run_once()
        self.assertEqual((status, said.count("\n")), (2, 1), said)
        self.configure(crm="http://127.0.0.1:9/")
        for flags in (
            ["--rule", "hold_ttl=60"],
            ["--rule", "nothing=1"],
            ["--db", "slip.db"],
            ["--db", "postgresql://u:s3cret@127.0.0.1:1/x"],
            ["--db", "host=127.0.0.1 password=s3cret"],
        ):
            (self.folder / "log").unlink(missing_ok=True)
            status, _, said = self.run_once(*flags)
            self.assertEqual((status, said.count("\n")), (2, 1), said)
            self.assertNotIn("s3cret", said)
        self.assertFalse((self.folder / "slip.db").exists())
        (self.folder / "state" / "crm.cursor").write_text("{")
        self.assertIn("is not a cursor", self.run_once()[2])

    def test_help_says_what_the_exit_status_means(self):
        said = subprocess.run([sys.executable, WEBHOOKS / "deliver.py", "--help"], stdout=subprocess.PIPE, check=True)
        self.assertIn(b"Exit status: 0 after that", said.stdout)

    def test_no_token_key_is_kept_for_it(self):
        key = {1: b"0123456789abcdef"}
        office = self.make_house(token_keys=key)
        server = self.receiver()
        self.configure(crm=server)
        process = self.deliver()
        self.wait_for(lambda: self.cursor("crm").sequence == last(office), "all events")
        self.assertEqual(self.stop(process), 0)
        database = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)
        self.assertEqual(database.execute("SELECT count(*) FROM token_keys").fetchone(), (0,))
        database.close()


class SigningTest(unittest.TestCase):
    #: The example of the specification's own libraries.
    EXAMPLE = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    def test_the_signature_of_the_specification(self):
        self.assertEqual(signing.signature(*self.EXAMPLE), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_what_is_not_genuine(self):
        secret, message, at, body = self.EXAMPLE
        headers = dict(signing.sign([secret], message, at, body))
        self.assertEqual(signing.verify([secret], headers, body, at), message)
        for now in (at - signing.WINDOW, at + signing.WINDOW):
            self.assertEqual(signing.verify([secret], headers, body, now), message)
        for now in (at - signing.WINDOW - 1, at + signing.WINDOW + 1):
            with self.assertRaises(signing.NotGenuine):
                signing.verify([secret], headers, body, now)
        wrong = [({}, body)]
        wrong += [({**headers, name: headers[name] + "0"}, body) for name in headers]
        wrong += [({**headers, name: ""}, body) for name in headers]
        wrong += [(headers, body + b" ")]
        wrong += [({**headers, "webhook-timestamp": "١"}, body), ({**headers, "webhook-signature": "v1,é"}, body)]
        for given, text in wrong:
            with self.assertRaises(signing.NotGenuine):
                signing.verify([secret], given, text, at)

    def test_a_secret_is_changed_without_a_refusal(self):
        old, new = signing.new_secret(), signing.new_secret()
        headers = signing.sign([new, old], "1-1", 1_000, b"{}")
        for known in ([old], [old, new], [new]):
            self.assertEqual(signing.verify(known, headers, b"{}", 1_000), "1-1")


class OutboxTest(unittest.TestCase):
    def test_the_newest_is_found_without_reading_all(self):
        with boxoffice.open(":memory:") as office:
            for number in range(20):
                self.assertEqual(outbox.newest(office).sequence, list(office.events())[-1].sequence)
                office.create_user(f"user-{number}")
            office.tick(10_000)
            self.assertEqual(outbox.newest(office).sequence, list(office.events())[-1].sequence)

    def test_waiting_doubles_up_to_the_most_and_differs_by_chance(self):
        pace = sender.Pace(backoff=1.0, backoff_max=60.0)
        for failures, most in ((1, 1.0), (2, 2.0), (6, 32.0), (7, 60.0), (10_000, 60.0)):
            pauses = {pace.pause(failures) for _ in range(100)}
            self.assertGreater(len(pauses), 50)
            self.assertTrue(all(most / 2 <= pause <= most for pause in pauses))


if __name__ == "__main__":
    unittest.main()
