"""What happens to the files of an office in a process that does other things with them too."""

import datetime
import os
import shutil
import sys
import tempfile
import time
import unittest

from typing import Callable

from .support import SOURCE
import boxoffice  # noqa: E402
from boxoffice import errors  # noqa: E402

UTC = datetime.timezone.utc


class Ahead:
    """A clock ten years fast, as of a board without a battery."""

    def wall(self) -> datetime.datetime:
        now = datetime.datetime.now(UTC)
        return now + datetime.timedelta(days=3650)

    def steady(self) -> datetime.timedelta:
        return datetime.timedelta(seconds=time.monotonic())

    def wait(self, span: datetime.timedelta) -> None:
        time.sleep(span.total_seconds())


class Files(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "sale.db")

    def in_child(self, work: Callable[[], bool]) -> int:
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if work() else 1)
            except BaseException:
                os._exit(2)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_a_child_cannot_open_what_its_parent_has_open(self) -> None:
        def is_forked() -> bool:
            try:
                boxoffice.open(self.path)
            except errors.Forked:
                return True
            return False

        def sells() -> bool:
            with boxoffice.open(self.path) as own:
                return own.recharge(own.find_user("mina"), 7).balance == 7

        with boxoffice.open(self.path) as office:
            office.create_user("mina")
            self.assertEqual(self.in_child(is_forked), 0)
        self.assertEqual(self.in_child(sells), 0)
        with boxoffice.open(self.path) as office:
            self.assertEqual(office.balance(office.find_user("mina")), 7)

    def test_the_host_may_copy_its_own_files(self) -> None:
        with boxoffice.open(self.path) as office:
            mina = office.create_user("mina")
            office.recharge(mina, 1)
            shutil.copytree(self.folder, self.folder + ".copy")
            self.addCleanup(shutil.rmtree, self.folder + ".copy")
            code = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); import boxoffice; boxoffice.open(sys.argv[1]).close()"
            self.assertEqual(os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code, self.path), 0)
            office.recharge(mina, 2)
            self.assertEqual(office.audit(), [])
        with boxoffice.open(self.path) as office:
            self.assertEqual(office.balance(mina), 3)

    def test_a_copy_of_a_live_file_is_refused_and_a_backup_restored(self) -> None:
        live = os.path.join(self.folder, "live.db")
        backup = os.path.join(self.folder, "backup.db")
        restored = os.path.join(self.folder, "restored.db")
        with boxoffice.open(self.path) as office:
            mina = office.create_user("mina")
            office.recharge(mina, 5)
            shutil.copyfile(self.path, live)
            office.backup(backup)
        with self.assertRaisesRegex(errors.Storage, "while it was in use"):
            boxoffice.open(live)
        with self.assertRaisesRegex(errors.InvalidArgument, "not whole"):
            boxoffice.restore(live, restored)
        with self.assertRaisesRegex(errors.InvalidArgument, "it exists"):
            boxoffice.restore(backup, self.path)
        boxoffice.restore(backup, restored)
        with boxoffice.open(restored) as office:
            self.assertEqual(office.balance(mina), 5)

    def test_a_wrong_clock_is_refused_until_its_time_is_accepted(self) -> None:
        boxoffice.open(self.path).close()
        with boxoffice.open(self.path, clock=Ahead()) as office:
            office.create_user("mina")
        for _ in range(2):
            with self.assertRaisesRegex(errors.ClockJump, "accept_time"):
                boxoffice.open(self.path)
        with boxoffice.open(self.path, accept_time=True) as office:
            self.assertGreater(office.now(), datetime.datetime.now(UTC) + datetime.timedelta(days=3600))

    def test_what_hosts_must_agree_on(self) -> None:
        boxoffice.open(self.path).close()
        with self.assertRaisesRegex(errors.InvalidOptions, "holds_per_user"):
            boxoffice.open(self.path, holds_per_user=2)
        boxoffice.open(self.path, holds_per_user=2, adopt_rules=True).close()
        boxoffice.open(self.path, holds_per_user=2).close()
        with self.assertRaisesRegex(errors.InvalidOptions, "clock_skew_max"):
            boxoffice.open(self.path, holds_per_user=2, clock_skew_max=datetime.timedelta(0))


if __name__ == "__main__":
    unittest.main()
