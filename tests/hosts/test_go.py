"""The office in Go, through cgo: vet, format, its own tests, and the sale twice on one file."""

import os
import subprocess

from support import EXAMPLES, LIBRARY, ROOT, HostTest, boxoffice, needs

FOLDER = EXAMPLES / "go"


@needs("go", "golang-go")
@needs("cc", "gcc")
class GoTest(HostTest):
    def setUp(self):
        super().setUp()
        # As installed: under the names that the linker and the loader look for.
        for name in ("libboxoffice.so", "libboxoffice.so.0"):
            (self.folder / name).symlink_to(LIBRARY)
        self.variables = {
            "CGO_ENABLED": "1",
            "CGO_CFLAGS": f"-I{ROOT / 'capi'} -Wall -Werror",
            "CGO_LDFLAGS": f"-L{self.folder}",
            "LD_LIBRARY_PATH": str(self.folder),
            "GOFLAGS": "-buildvcs=false -mod=readonly",
            "GOPROXY": "off",  # it has nothing to fetch
            "GOCACHE": str(ROOT / "build" / "go-cache"),  # the standard library's part of cgo takes a quarter of a minute
            "GOPATH": str(self.folder / "path"),
        }

    def run_in(self, folder, *command, **variables):
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **self.variables, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_it(self):
        self.assertEqual(self.run_in(FOLDER, "gofmt", "-l", "."), "")
        self.run_in(FOLDER, "go", "vet", "./...")
        # The collector runs all the time, and looks at every pointer there is: a handle among them would be found.
        self.run_in(FOLDER, "go", "test", "-count=1", "./...", GOGC="1", GODEBUG="invalidptr=1")
        self.run_in(FOLDER, "go", "build", "-o", self.folder / "sale", "./sale")
        for label, balance in (("A-1", 1_000), ("A-2", 2_000)):
            said = self.run_in(self.folder, self.folder / "sale", self.db)
            refused = "refused, as it should be: hold_limit\n"
            self.assertEqual(said, f"{refused}겨울: {label} is sold, balance: {balance}\n")
        with boxoffice.open(self.db) as office:
            self.assertEqual(office.audit(), [])
            self.assertEqual(office.stats().seats.sold, 2)
