"""B1: another process holds the store's lock, as one does that was stopped in the middle of a commit. Reads stood still
with the commands behind it (29.7 s), commands waited one after another, and SIGTERM took 99 s."""

import fcntl
import os
import signal
import tempfile
import threading
import time
import unittest

from support import CROWDED, HttpTest, bearer, only_server, until


@only_server
class AStuckWriter(HttpTest):
    one_server_a_test = True
    more = {}

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="boxoffice-http-")
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "house.db")
        self.flags = {"db": path, "workers": 4, **self.more}  # fewer than there are buyers
        super().setUp()
        self.buyers = [self.new_buyer() for _ in range(24)]
        self.lock = open(path + "-lock", "r+")
        self.addCleanup(self.lock.close)

    def hold_the_store(self):
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def recharge_all(self):
        """A recharge of every buyer at once: the threads, and (seconds, status or what went wrong) as they end."""
        ends, begin = [], time.monotonic()

        def run(user, token):
            try:
                answer = self.server.send(
                    "POST", "/api/payment/recharge", {"userId": user, "amount": 1}, bearer(token), check=False
                )
                end = answer.status
            except OSError as error:  # nobody can say whether it was done
                end = type(error).__name__
            except Exception as error:  # pylint: disable=broad-except
                end = type(error).__name__
            ends.append((time.monotonic() - begin, end))

        threads = [threading.Thread(target=run, args=buyer) for buyer in self.buyers]
        for thread in threads:
            thread.start()
        return threads, ends

    def queued(self):
        text = self.server.send("GET", "/metrics", check=False).body.decode()
        return int(text.split("\nboxoffice_http_queued ")[1].split("\n")[0])

    def test_reads_go_on_and_commands_end_together(self):
        self.hold_the_store()
        threads, ends = self.recharge_all()
        until(lambda: self.queued() > 0, "commands that wait for a worker")
        user, token = self.buyers[0]
        begin = time.monotonic()
        for path in ("/healthz", "/api/concert/date", f"/api/balance?userId={user}", "/api/reservations", "/metrics"):
            self.assertEqual(self.server.send("GET", path, headers=bearer(token)).status, 200, path)
        took = time.monotonic() - begin
        self.assertEqual(ends, [], "the commands ended before the reads")
        for thread in threads:
            thread.join()
        self.assertEqual({end for _, end in ends}, {503})
        # The store's own wait is five seconds; nobody waits for it twice.
        self.assertLess(max(seconds for seconds, _ in ends), 9)
        self.assertLess(took, 4)
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        self.assertEqual(self.recharge(user, token, 1)["newBalance"], 1)

    def test_commands_that_waited_too_long_are_told_so_in_words(self):
        self.hold_the_store()
        threads, _ = self.recharge_all()
        until(lambda: self.queued() > 0, "commands that wait for a worker")
        user, token = self.buyers[0]
        self.assertIn(self.recharge(user, token, 1)["code"], ("overloaded", "busy"))
        for thread in threads:
            thread.join()


@only_server
class SigtermWithAStuckWriter(AStuckWriter):
    more = {"drain_timeout": 2}
    test_reads_go_on_and_commands_end_together = None
    test_commands_that_waited_too_long_are_told_so_in_words = None

    def test_it_ends_in_time_and_what_waited_is_told_that_nothing_was_done(self):
        self.hold_the_store()
        user, token = self.buyers[0]
        threads, ends = self.recharge_all()
        until(lambda: self.queued() > 0, "commands that wait for a worker")
        begin = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(15), 0)
        took = time.monotonic() - begin
        for thread in threads:
            thread.join()
        answered = [end for _, end in ends if end == 503]
        # Four workers are at one each; of those nobody knows what will become, and they have no answer.
        self.assertGreaterEqual(len(answered), len(self.buyers) - 4, ends)
        self.assertNotIn(200, [end for _, end in ends])
        self.assertLess(took, 4.5)
        self.assertIn("the store did not answer in time", self.server.errors())
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        from support import Server

        again = Server(db=self.flags["db"])
        self.addCleanup(again.close)
        self.assertEqual(again.audit(), [])
        self.assertEqual(again.get("/api/balance", bearer(token), userId=user)["currentBalance"], 0)

    def test_a_second_signal_ends_it_at_once(self):
        self.hold_the_store()
        threads, _ = self.recharge_all()
        until(lambda: self.queued() > 0, "commands that wait for a worker")
        self.server.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(15), 0)
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    unittest.main()
