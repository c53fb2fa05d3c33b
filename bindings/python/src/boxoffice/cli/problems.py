"""How a command ends when it does not do what was asked: the exit codes, and who raises what."""

from __future__ import annotations

#: It was done.
DONE = 0
#: It was refused, could not be done, or what was looked at is not sound.
REFUSED = 1
#: The command line itself is wrong: nothing was tried.
WRONG_USAGE = 2
#: Ctrl-C and a reader that went away, as shells say it of processes that the signal ended.
INTERRUPTED = 130
BROKEN_PIPE = 141


class Failed(Exception):
    """One line that says what could not be done, for people; ends the command with REFUSED."""


class WrongUsage(Exception):
    """The command line is wrong in a way that argparse cannot see; ends it with WRONG_USAGE."""
