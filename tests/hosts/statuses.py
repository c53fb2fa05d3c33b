"""The statuses of a Python host beside those of the C++ host."""

import re

from support import EXAMPLES, boxoffice


def compare(test, status_of):
    """`status_of` is the host's table, by the engine's names. What is in neither is 500."""
    table = (EXAMPLES / "http_server" / "errors.cpp").read_text()
    of_cpp = {name: int(status) for name, status in re.findall(r"ErrorRule\{ErrorCode::(\w+), (\d+),", table)}
    test.assertGreater(len(of_cpp), 40)
    stopping = {"closed": 503, "invalid_handle": 503}  # the C++ host has its own words for that
    names = {one.name for one in vars(boxoffice.errors).values() if isinstance(one, type) and getattr(one, "code", 0)}
    test.assertEqual({name: status_of.get(name, 500) for name in names}, {name: 500 for name in names} | of_cpp | stopping)
    test.assertEqual(set(status_of) - names, set())
