"""boxoffice.aio: cancelling, closing, several loops, forking, exiting."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import gc
import os
import signal
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Awaitable, Callable, Coroutine, Iterator, List, Tuple
from unittest import mock

from .aio_support import AioTest, GatedClock, open_memory, own_threads, until
from .support import VirtualClock, run_python
import boxoffice  # noqa: E402
from boxoffice import UserId, aio  # noqa: E402


@contextlib.contextmanager
def closed_without_being_asked(count: int) -> Iterator[None]:
    """So many synchronous offices are closed inside, and the threads end."""
    close = boxoffice.Office.close
    with mock.patch.object(boxoffice.Office, "close", autospec=True, side_effect=close) as spy:
        yield
        while own_threads():
            time.sleep(0.001)
        if spy.call_count != count:
            raise AssertionError(f"{spy.call_count} were closed, not {count}")


class CancelTest(AioTest):
    async def test_a_cancelled_command_may_be_done(self) -> None:
        clock = GatedClock()
        async with open_memory(clock=clock) as office:
            mina = await office.create_user("mina")
            clock.gate.clear()
            given_up = asyncio.create_task(office.recharge(mina, 5))
            other = asyncio.create_task(office.recharge(mina, 6))
            await until(clock.entered)
            given_up.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await given_up
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(office.recharge(mina, 7), 0.01)
            clock.gate.set()
            self.assertEqual((await other).balance, 11)
            self.assertEqual((await office.recharge(mina, 1)).balance, 19)
            self.assertEqual(office._driving._submitted, {})

    async def test_a_cancelled_opening_leaves_nothing(self) -> None:
        clock = GatedClock()
        begun, gate = threading.Event(), threading.Event()
        wall = clock.wall

        def slow() -> datetime.datetime:
            begun.set()
            gate.wait(30)
            return wall()

        with closed_without_being_asked(1), mock.patch.object(clock, "wall", slow):
            opening = asyncio.ensure_future(open_memory(clock=clock)._open())
            await until(begun)
            opening.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await opening
            gate.set()

    async def test_a_failed_opening_leaves_nothing(self) -> None:
        with closed_without_being_asked(0), self.assertRaises(boxoffice.InvalidOptions):
            await open_memory(holds_per_user=-1)

    async def test_an_opening_that_gets_no_thread_leaves_nothing(self) -> None:
        no_thread = mock.patch("boxoffice.aio.Driving", side_effect=RuntimeError("no thread"))
        with closed_without_being_asked(1), no_thread, self.assertRaises(RuntimeError):
            await open_memory()

    async def test_what_cannot_be_told_does_not_pass_through_c(self) -> None:
        async with open_memory() as office:
            mina = await office.create_user("mina")
            inbox = next(iter(office._driving._inboxes.values()))
            with mock.patch.object(inbox, "tell", side_effect=KeyError("inbox")):
                with self.assertLogs("boxoffice", "ERROR") as log:
                    with self.assertRaises(asyncio.TimeoutError):
                        await asyncio.wait_for(office.recharge(mina, 5), 0.2)
            self.assertIn("KeyError", log.output[0])
            self.assertEqual((await office.recharge(mina, 1)).balance, 6)

    async def test_a_clock_that_raises_does_not_end_the_driving(self) -> None:
        clock = VirtualClock()
        async with open_memory(clock=clock) as office:
            with self.assertLogs("boxoffice", "ERROR"):
                with mock.patch.object(clock, "wall", side_effect=SystemExit):
                    await office.create_user("mina")
                await office.create_user("juno")
            self.assertEqual((await office.stats()).users, 2)


class CloseTest(AioTest):
    async def test_work_in_flight(self) -> None:
        clock = GatedClock()
        office = await open_memory(clock=clock)
        mina = await office.create_user("mina")
        clock.gate.clear()
        deciding = asyncio.create_task(office.recharge(mina, 5))
        await until(clock.entered)
        waiting = asyncio.create_task(office.recharge(mina, 6))
        batch = asyncio.create_task(office.execute([boxoffice.Recharge(mina, 7)]))
        await asyncio.sleep(0.01)
        last = asyncio.create_task(office.recharge(mina, 8))  # submitted when it is closing
        closing = [asyncio.create_task(office.close()) for _ in range(2)]
        await asyncio.sleep(0.01)
        self.assertFalse(any(one.done() for one in closing))
        with self.assertRaises(boxoffice.Closed):
            await office.recharge(mina, 9)
        with self.assertRaises(boxoffice.Closed):
            await office.stats()
        clock.gate.set()
        self.assertEqual((await deciding).balance, 5)
        for one in (waiting, batch, last):
            with self.assertRaises(boxoffice.Closed):
                await one
        await asyncio.gather(*closing)
        self.assertTrue(office.closed)
        self.assertEqual(own_threads(), [])

    async def test_what_was_asked_and_not_sent_before_the_end(self) -> None:
        async with open_memory() as office:
            asked = office._driving.ask([boxoffice.CreateUser("mina")])
            office._driving.end()
            office._driving.join()
            with self.assertRaises(boxoffice.Closed):
                await asked

    async def test_what_was_done_stands_and_what_was_not_does_not(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "sale.db"
            office = await aio.open(path)
            mina = await office.create_user("mina")
            tasks = [asyncio.create_task(office.recharge(mina, 1)) for _ in range(5_000)]
            await asyncio.sleep(0.005)
            await office.close()
            came = await asyncio.gather(*tasks, return_exceptions=True)
            done = sum(isinstance(one, boxoffice.Recharged) for one in came)
            self.assertEqual(sum(isinstance(one, boxoffice.Closed) for one in came), 5_000 - done)
            async with aio.open(path) as again:
                self.assertEqual(await again.balance(mina), done)
                self.assertEqual(await again.audit(), [])

    async def test_use_after_close(self) -> None:
        async with open_memory() as office:
            events = office.events()
        uses: List[Callable[[], Awaitable[Any]]] = [
            lambda: office.create_user("mina"),
            lambda: office.stats(),
            lambda: office.execute([boxoffice.Tick()]),
            lambda: office.await_turn("none", 1),
            lambda: events.__anext__(),
        ]
        for use in uses:
            with self.assertRaises(boxoffice.InvalidHandle):
                await use()
        with self.assertRaises(boxoffice.InvalidHandle):
            office.events()
        await office.close()
        self.assertIn("boxoffice.aio.Office ':memory:', closed", repr(office))

    async def test_closing_goes_on_when_it_is_cancelled(self) -> None:
        clock = GatedClock()
        office = await open_memory(clock=clock)
        clock.gate.clear()
        made = asyncio.create_task(office.create_user("mina"))
        await until(clock.entered)
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(office.close(), 0.01)
        clock.gate.set()
        self.assertGreater(await made, 0)
        await office.close()
        self.assertEqual(own_threads(), [])

    async def test_two_offices(self) -> None:
        async with open_memory() as one, open_memory() as other:
            for count in range(50):
                await asyncio.gather(one.create_user(f"a{count}"), other.create_user(f"b{count}"))
            self.assertEqual(own_threads().count("boxoffice-drive"), 2)
            await one.close()
            with self.assertRaises(boxoffice.UnknownUser):
                await other.find_user("a1")
            self.assertGreater(await other.find_user("b49"), 0)

    async def test_a_forgotten_office_is_closed_and_told_of(self) -> None:
        office = await open_memory()
        await office.create_user("mina")
        driving = office._driving
        with self.assertWarns(ResourceWarning):
            del office
            gc.collect()
        await driving.ended()
        self.assertTrue(driving.office.closed)

    async def test_an_office_is_not_pickled(self) -> None:
        async with open_memory() as office:
            with self.assertRaises(TypeError):
                office.__reduce__()


class LoopsTest(unittest.TestCase):
    def test_one_after_the_other(self) -> None:
        async def recharge(office: aio.Office, user: UserId) -> int:
            return [(await office.recharge(user, 1)).balance for _ in range(10)][-1]

        async def begin() -> Tuple[aio.Office, UserId]:
            office = await open_memory()
            return office, await office.create_user("mina")

        office, mina = asyncio.run(begin())
        self.assertEqual(asyncio.run(recharge(office, mina)), 10)
        self.assertEqual(asyncio.run(recharge(office, mina)), 20)
        self.assertLessEqual(len(office._driving._inboxes), 2)  # those of loops that are gone go
        asyncio.run(office.close())
        self.assertEqual(own_threads(), [])

    def test_a_loop_that_ends_with_work_in_flight(self) -> None:
        clock = GatedClock()

        async def begin() -> Tuple[aio.Office, UserId]:
            office = await open_memory(clock=clock)
            mina = await office.create_user("mina")
            clock.gate.clear()
            asyncio.ensure_future(office.recharge(mina, 5))
            await until(clock.entered)
            return office, mina

        async def go_on() -> None:
            async with office:
                self.assertEqual((await office.recharge(mina, 6)).balance, 11)

        office, mina = asyncio.run(begin())
        with mock.patch("boxoffice._driving.logger") as logger:
            clock.gate.set()
            asyncio.run(go_on())
        self.assertEqual(logger.mock_calls, [])
        self.assertEqual(own_threads(), [])

    def test_in_two_threads_at_once(self) -> None:
        async def work(office: aio.Office, user: UserId) -> None:
            for _ in range(20):
                await asyncio.gather(*[office.recharge(user, 1) for _ in range(20)])

        async def main() -> int:
            async with open_memory() as office:
                mina = await office.create_user("mina")
                loop = asyncio.get_running_loop()
                runs = [
                    loop.run_in_executor(None, lambda: asyncio.run(work(office, mina)))
                    for _ in range(2)
                ]
                await asyncio.gather(work(office, mina), *runs)
                return await office.balance(mina)

        self.assertEqual(asyncio.run(main()), 1_200)
        self.assertEqual(own_threads(), [])


class ProcessTest(unittest.TestCase):
    def test_importing_boxoffice_does_not_import_asyncio(self) -> None:
        done = run_python("import sys, boxoffice; print('asyncio' in sys.modules)")
        self.assertEqual(done.stdout, "False\n", done.stderr)

    def test_leaving_it_open(self) -> None:
        for options in ("", ", log=print"):
            for ending in (
                "kept = asyncio.run(main()); del kept",
                "office = asyncio.run(main())",
                "sys.exit(asyncio.run(main()) and 0)",
            ):
                done = run_python(
                    f"""
                    import asyncio, sys
                    from boxoffice import aio
                    async def main():
                        office = await aio.open(":memory:"{options})
                        mina = await office.create_user("mina")
                        asyncio.ensure_future(office.recharge(mina, 5))
                        await asyncio.sleep(0)
                        print(mina > 0)
                        return office
                    {ending}
                    """
                )
                self.assertEqual((done.returncode, done.stdout), (0, "True\n"), done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_child_may_not_use_it_and_may_close_it(self) -> None:
        async def main() -> None:
            async with open_memory() as office:
                mina = await office.create_user("mina")
                await office.balance(mina)  # so that there are threads of each kind
                child = os.fork()
                if child == 0:
                    signal.alarm(30)
                    try:
                        os._exit(in_child(office, mina))
                    finally:
                        os._exit(99)
                _, status = os.waitpid(child, 0)
                self.assertEqual(status, 0)
                self.assertEqual((await office.recharge(mina, 5)).balance, 5)

        async def own() -> None:
            async with open_memory() as office:
                await office.create_user("juno")

        def in_child(office: aio.Office, mina: UserId) -> int:
            uses: List[Coroutine[Any, Any, Any]] = [
                office.recharge(mina, 5),
                office.balance(mina),
                office.execute([]),
            ]
            for use in uses:
                try:
                    use.send(None)  # the loop is the parent's
                    return 1
                except boxoffice.Forked:
                    pass
            for _ in range(2):
                with contextlib.suppress(StopIteration):
                    office.close().send(None)
                    return 2
            asyncio.run(own())
            return 0 if office.closed else 3

        asyncio.run(main())

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_child_that_exits_as_python_does(self) -> None:
        done = run_python(
            """
            import asyncio, os, sys
            from boxoffice import aio
            async def main():
                office = await aio.open(":memory:", log=print)
                await office.stats()
                return office
            office = asyncio.run(main())
            child = os.fork()
            if child == 0: sys.exit(7)
            print(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
            """
        )
        self.assertEqual((done.returncode, done.stdout), (0, "7\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
