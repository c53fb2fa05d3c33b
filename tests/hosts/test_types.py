"""The webhooks are clean under mypy --strict. (So are the FastAPI and Flask hosts, by hand: their packages take mypy a minute.)"""

import os
import subprocess
import tempfile
import unittest

from support import EXAMPLES, SOURCES

#: Debian's, where another interpreter's comes first.
MYPY = "/usr/bin/mypy"
FOLDER = EXAMPLES / "webhooks"


@unittest.skipUnless(os.path.exists(MYPY), "no /usr/bin/mypy here (Debian: mypy)")
class TypesTest(unittest.TestCase):
    def test_webhooks(self):
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [MYPY, "--strict", "--python-version", "3.9", "--cache-dir", cache, "--config-file", "", *FOLDER.glob("*.py")],
                env={**os.environ, "MYPYPATH": f"{SOURCES}:{FOLDER}"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.assertEqual(done.returncode, 0, done.stdout)
