"""The tests of the Python package; the standard library's unittest runs them all."""
