"""The contract with three threads that read and write: connections are spread over them, and everything is as with one."""

import unittest

import test_connections
import test_idempotency
import test_malformed
import test_reservations
import test_shutdown
import test_token
from support import IS_PYTHON

THREADED = (
    test_connections.Connections,
    test_connections.ConnectionLimit,
    test_idempotency.Replays,
    test_malformed.Lines,
    test_malformed.SlowRequests,
    test_reservations.Holding,
    test_shutdown.Shutdown,
    test_shutdown.RequestsUnderWay,
    test_token.Peeking,
    test_token.TheTurnLoop,
)


class OnThreeThreads:
    """Not a test of its own: `flags` of a class may be replaced by its setUp, and so the number is put in at the last."""

    @staticmethod
    def open_house(owner):
        owner.flags = {**owner.flags, "io_threads": 3}
        test_connections.HttpTest.open_house(owner)


def load_tests(loader, standard_tests, pattern):
    del standard_tests, pattern
    suite = unittest.TestSuite()
    if not IS_PYTHON:  # which has a thread for each connection
        for base in THREADED:
            case = type(f"{base.__name__}OnThreeThreads", (OnThreeThreads, base), {"__module__": __name__})
            suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main()
