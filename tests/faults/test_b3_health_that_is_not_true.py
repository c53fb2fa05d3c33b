"""B3: a store that could not be written to, and a server that called itself healthy and ready; and a line in its log for
every request that failed."""

import fcntl
import os
import subprocess
import tempfile
import unittest

from support import CROWDED, HttpTest, bearer, only_server, until


@only_server
class Readiness(HttpTest):
    one_server_a_test = True

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="boxoffice-http-")
        self.addCleanup(directory.cleanup)
        self.file = os.path.join(directory.name, "house.db")
        self.flags = {"db": self.file}
        super().setUp()

    def assert_not_ready(self, code, words):
        answer = until(
            lambda: (said := self.server.get("/readyz")).status == 503 and words in said["message"] and said,
            f"not ready: {words}",
        )
        self.assert_refused(answer, 503, code, CROWDED)

    def test_another_process_holds_the_store(self):
        with open(self.file + "-lock", "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_not_ready("busy", "another process holds the store")
            self.assertEqual(self.server.get("/healthz").status, 200)  # a restart would not help
            self.assertEqual(self.server.get("/api/concert/date").status, 200)
        until(lambda: self.server.get("/readyz").status == 200, "ready again")

    def test_the_file_has_gone(self):
        os.rename(self.file, self.file + ".away")
        self.assert_not_ready("storage", "has gone")
        self.assertEqual(self.server.get("/healthz").status, 200)  # a new process would make an empty house
        with open(self.file, "wb"):
            pass
        self.assert_not_ready("storage", "another than the one opened")
        os.rename(self.file + ".away", self.file)
        # What this process had open was moved under it: it writes no more, and lets itself be restarted.
        self.assert_not_ready("storage", "")
        until(lambda: self.server.get("/healthz").status == 503, "to be restarted", 30)


@only_server
class AFullDisk(HttpTest):
    """On a small file system of its own, where this machine lets us make one."""

    one_server_a_test = True

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="boxoffice-http-")
        self.addCleanup(os.rmdir, self.directory)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", self.directory], stderr=subprocess.DEVNULL, check=False
        )
        if mounted.returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.directory], check=True)
        self.flags = {"db": os.path.join(self.directory, "house.db")}
        super().setUp()

    def free(self):
        at = os.statvfs(self.directory)
        return at.f_bavail * at.f_frsize

    def test_readiness_says_so_until_there_is_room_and_the_log_stays_short(self):
        user, token = self.new_buyer()
        filler = os.path.join(self.directory, "filler")
        with open(filler, "wb") as file:
            file.write(b"x" * max(0, self.free() - 100_000))
        refused = until(lambda: (said := self.recharge(user, token, 1)).status != 200 and said, "a full disk")
        self.assertIn(refused.status, (500, 503))
        answer = self.server.get("/readyz")
        self.assert_refused(answer, 503, "storage", CROWDED)
        self.assertIn("disk", answer["message"])
        self.assertEqual(self.server.get("/healthz").status, 200)  # a restart would not help
        for _ in range(300):
            self.assertIn(self.recharge(user, token, 1).status, (200, 500, 503))
        self.assertLess(len(self.server.errors().splitlines()), 40)
        os.remove(filler)


if __name__ == "__main__":
    unittest.main()
