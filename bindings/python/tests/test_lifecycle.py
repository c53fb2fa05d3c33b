"""Opening, closing, forgetting, forking, exiting."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest
import warnings
import weakref
from pathlib import Path
from typing import Any, Callable

from .support import SOURCE, House, VirtualClock, memory, run_python
import boxoffice  # noqa: E402

WAITER = """
    import datetime, threading, time
    import boxoffice

    class Clock:
        def wall(self): return datetime.datetime.now(datetime.timezone.utc)
        def steady(self): return datetime.timedelta(seconds=time.monotonic())
        def wait(self, span): entered.set(); time.sleep(span.total_seconds())

    def wait_for_turn():
        try:
            office.await_turn(text, 1000, datetime.timedelta(milliseconds=MILLISECONDS))
        except boxoffice.Error:
            pass

    entered = threading.Event()
    office = boxoffice.open(":memory:", active_capacity=0, clock=CLOCK)
    text = office.token_text(office.join(office.create_user("mina"), office.find_room().id).claims)
    for _ in range(4):
        threading.Thread(target=wait_for_turn, daemon=True).start()
    if CLOCK is None: time.sleep(0.2)
    else: entered.wait()
    print("end")
"""


class CloseTest(unittest.TestCase):
    def test_closing_twice(self) -> None:
        office = memory()
        self.assertFalse(office.closed)
        office.close()
        office.close()
        self.assertTrue(office.closed)
        self.assertIn("closed", repr(office))

    def test_use_after_close(self) -> None:
        with memory() as office:
            events = office.events()
        uses: "list[Callable[[], Any]]" = [
            office.now,
            office.stats,
            office.audit,
            lambda: office.create_user("x"),
            lambda: next(events),
            lambda: office.batch([boxoffice.Tick()]),
            lambda: office.seats(boxoffice.ConcertId(1)),
        ]
        for use in uses:
            with self.assertRaises(boxoffice.InvalidHandle):
                use()

    def test_another_office_does_not_revive_a_closed_one(self) -> None:
        first = memory()
        first.close()
        with memory() as second:
            second.create_user("mina")
            with self.assertRaises(boxoffice.InvalidHandle):
                first.find_user("mina")
            first.close()
            second.now()

    def test_with_closes_also_after_an_exception(self) -> None:
        with self.assertRaises(KeyError), memory() as office:
            raise KeyError
        self.assertTrue(office.closed)

    def test_many(self) -> None:
        offices = [memory() for _ in range(100)]
        for office in offices:
            office.close()

    def test_an_office_is_not_pickled(self) -> None:
        with memory() as office, self.assertRaises(TypeError):
            pickle.dumps(office)

    def test_a_failed_open_leaves_nothing(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for _ in range(3):
                with self.assertRaises(boxoffice.InvalidOptions):
                    memory(holds_per_user=-1)
            gc.collect()


class GarbageTest(unittest.TestCase):
    def test_a_forgotten_office_is_closed_and_told_of(self) -> None:
        office = memory()
        gone = weakref.ref(office)
        with self.assertWarns(ResourceWarning):
            del office
            gc.collect()
        self.assertIsNone(gone())

    def test_one_with_callbacks_too(self) -> None:
        clock = VirtualClock()
        office = memory(clock=clock)
        gone = weakref.ref(office)
        with self.assertWarns(ResourceWarning):
            del office
            gc.collect()
        self.assertIsNone(gone())

    def test_callbacks_live_as_long_as_the_office(self) -> None:
        with memory(clock=VirtualClock(), log=lambda error: None) as office:
            gc.collect()
            for _ in range(1_000):
                office.now()

    def test_in_a_cycle(self) -> None:
        office: Any = memory(clock=VirtualClock())
        office.itself = office
        with self.assertWarns(ResourceWarning):
            del office
            gc.collect()

    def test_iterators_hold_the_office(self) -> None:
        with memory() as office:
            House(office)
            self.assertEqual(next(office.events()).sequence, 1)


@unittest.skipUnless(hasattr(os, "fork"), "needs fork")
class ForkTest(unittest.TestCase):
    def in_child(self, work: Callable[[], Any]) -> None:
        """`work` returns a true value in a child."""
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(30)
                os._exit(0 if work() else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)

    def test_a_child_may_not_use_it_and_may_close_it(self) -> None:
        for clock in (None, VirtualClock()):
            with memory(clock=clock) as office:
                user = office.create_user("mina")

                def work() -> bool:
                    try:
                        office.balance(user)
                    except boxoffice.Forked:
                        office.close()
                        office.close()
                        return office.closed
                    return False

                self.in_child(work)
                self.assertEqual(office.balance(user), 0)

    def test_a_child_opens_its_own(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "sale.db"
            other = Path(scratch) / "other.db"

            def work() -> bool:
                for own_path in (path, other):
                    with boxoffice.open(own_path) as own:
                        own.create_user("juno")
                return True

            boxoffice.open(path).close()  # before the fork
            with boxoffice.open(Path(scratch) / "third.db"):  # another file may be open
                self.in_child(work)
            with boxoffice.open(path) as office:
                self.assertTrue(office.find_user("juno"))
                self.assertEqual(office.audit(), [])

    def test_a_child_that_exits_as_python_does(self) -> None:
        for clock in ("None", "Clock()"):
            done = run_python(
                WAITER.replace("MILLISECONDS", "20").replace("CLOCK", clock)
                + "    import os, sys\n"
                + "    child = os.fork()\n"
                + "    if child == 0: sys.exit(7)\n"
                + "    print(os.WEXITSTATUS(os.waitpid(child, 0)[1]))\n"
            )
            self.assertEqual((done.returncode, done.stdout.split()), (0, ["end", "7"]), done.stderr)


class ExitTest(unittest.TestCase):
    def test_leaving_it_open(self) -> None:
        for options in ("", ", log=print"):
            with tempfile.TemporaryDirectory() as scratch:
                path = os.path.join(scratch, "sale.db")
                done = run_python(
                    f"""
                    import boxoffice
                    office = boxoffice.open({path!r}{options})
                    print(office.create_user("mina") > 0)
                    """
                )
                self.assertEqual((done.returncode, done.stdout), (0, "True\n"), done.stderr)
                self.assertNotIn("Traceback", done.stderr)
                with boxoffice.open(path) as office:
                    self.assertTrue(office.find_user("mina"))
                    self.assertEqual(office.audit(), [])

    def test_using_it_in_an_exit_handler(self) -> None:
        done = run_python(
            """
            import atexit
            import boxoffice
            office = boxoffice.open(":memory:", log=print)
            atexit.register(lambda: print(office.stats().users))
            """
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "0\n", ""))

    def test_daemon_threads_inside(self) -> None:
        for clock in ("None", "Clock()"):
            for milliseconds in ("1", "20"):
                program = WAITER.replace("MILLISECONDS", milliseconds).replace("CLOCK", clock)
                for _ in range(3):
                    done = run_python(program)
                    self.assertEqual((done.returncode, done.stdout), (0, "end\n"), done.stderr)

    def test_a_daemon_thread_that_never_comes_back(self) -> None:
        program = WAITER.replace("MILLISECONDS", "60000")
        for clock in ("None", "Clock()"):
            done = run_python(program.replace("CLOCK", clock))
            self.assertEqual((done.returncode, done.stdout), (0, "end\n"), done.stderr)

    def test_an_interrupt_while_a_clock_waits(self) -> None:
        program = """
            import datetime, threading, time
            import boxoffice

            class Clock:
                def wall(self): return datetime.datetime.now(datetime.timezone.utc)
                def steady(self): return datetime.timedelta(seconds=time.monotonic())
                def wait(self, span):
                    print("waiting", flush=True)
                    threading.Event().wait(60)

            with boxoffice.open(":memory:", active_capacity=0, clock=Clock()) as office:
                mina, room = office.create_user("mina"), office.find_room().id
                text = office.token_text(office.join(mina, room).claims)
                office.await_turn(text, 1000, datetime.timedelta(minutes=1))
            """
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        ) as process:
            assert process.stdout
            said = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        self.assertEqual((said, process.returncode), ("waiting\n", -signal.SIGINT), errors)
        self.assertIn("KeyboardInterrupt", errors)


class LoadTest(unittest.TestCase):
    def test_an_override_that_is_wrong_lists_what_was_tried(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            text = Path(scratch) / "text.so"
            text.write_text("not a library " * 100, encoding="utf-8")
            for wrong, reason in (
                ("/no/such/library.so", "no such file"),
                (str(text), "invalid ELF header"),
                ("libc.so.6", "not this library"),
            ):
                done = run_python(
                    """
                    import boxoffice
                    try:
                        boxoffice.open(":memory:")
                    except boxoffice.LibraryNotFound as error:
                        print(error)
                    """,
                    BOXOFFICE_LIBRARY=wrong,
                )
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"{wrong} (BOXOFFICE_LIBRARY)", done.stdout)
                self.assertIn(reason, done.stdout)

    def test_without_an_override_bundled_comes_before_the_checkouts_and_the_systems(self) -> None:
        done = run_python(
            """
            from boxoffice import _library
            print([place for place, _ in _library.candidates()])
            print([path for _, path in _library.candidates()])
            """,
            BOXOFFICE_LIBRARY="",
        )
        places, paths = done.stdout.splitlines()
        self.assertTrue(places.startswith("['bundled', 'checkout', 'system'"), done.stderr)
        self.assertIn("boxoffice/_lib/libboxoffice.so.0", paths)

    def test_importing_needs_no_library(self) -> None:
        done = run_python(
            "import boxoffice; print(boxoffice.__version__)",
            BOXOFFICE_LIBRARY="/no/such/library.so",
        )
        self.assertEqual(done.stdout, boxoffice.__version__ + "\n", done.stderr)


if __name__ == "__main__":
    unittest.main()
