"""The office in Node.js, through koffi: structures as the header has them, the story, errors as exceptions."""

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import EXAMPLES, ROOT, HostTest, boxoffice, needs
from boxoffice import _structures  # held to the header by bindings/python/tests/test_layout.py

FOLDER = EXAMPLES / "node"
OLDEST = 18

#: Sizes and offsets as koffi has them, and the words that stand for the enumerations' numbers.
LAYOUTS = """
import koffi from 'koffi'
import { structures } from './layouts.js'
const of = (type) => {
  const members = koffi.introspect(type).members
  return Object.fromEntries(Object.keys(members).map((name) => [name, [koffi.offsetof(type, name), koffi.sizeof(members[name].type)]]))
}
const all = Object.entries(structures).map(([name, type]) => [name, { size: koffi.sizeof(type), members: of(type) }])
console.log(JSON.stringify(Object.fromEntries(all)))
"""


@needs("node", "nodejs")
@needs("npm", "npm")
class NodeTest(HostTest):
    @classmethod
    def setUpClass(cls):
        version = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, check=True, text=True).stdout
        if int(version.strip("v\n").split(".")[0]) < OLDEST:
            raise unittest.SkipTest(f"node {version.strip()} here, {OLDEST} is needed")
        folder = tempfile.TemporaryDirectory(prefix="boxoffice-node-")
        cls.addClassCleanup(folder.cleanup)
        cls.work = Path(folder.name) / "node"
        shutil.copytree(FOLDER, cls.work, ignore=shutil.ignore_patterns("node_modules"))
        # What the lock file names, to the byte; nothing of it is run while it is installed.
        command = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=cls.work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode and any(word in done.stdout for word in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT")):
            raise unittest.SkipTest("npm reaches no registry, to fetch koffi from")
        if done.returncode:
            raise AssertionError(done.stdout)

    def node(self, *arguments):
        process = self.start("node", *arguments)
        said = process.stdout.read().decode()
        self.assertEqual(process.wait(), 0, said + self.log.read_text())
        return said

    def test_structures_are_those_of_the_header(self):
        (self.work / "dump.mjs").write_text(LAYOUTS)
        told = json.loads(self.node(self.work / "dump.mjs"))
        self.assertGreater(len(told), 10)
        for name, layout in told.items():
            structure = _structures.STRUCTURES[f"boxoffice_{name}"]
            expected = {field: getattr(structure, field) for field, *_ in structure._fields_}
            self.assertEqual(layout["size"], _structures.ctypes.sizeof(structure), name)
            self.assertEqual(list(layout["members"]), list(expected), name)
            for field, place in layout["members"].items():
                self.assertEqual(place, [expected[field].offset, expected[field].size], f"{name}.{field}")

    def test_words_are_those_of_the_enumerations(self):
        source = (FOLDER / "boxoffice.js").read_text()
        enums = {
            "SEAT_STATES": boxoffice.SeatState,
            "PLACE_STATES": boxoffice.PlaceState,
            "RESERVATION_STATES": boxoffice.ReservationState,
        }
        for name, enum in enums.items():
            words = [""] + [enum(number).name.lower() for number in range(1, len(enum) + 1)]
            line = f"const {name} = [{', '.join(repr(word) for word in words)}]"
            self.assertIn(line, source)
        header = (ROOT / "capi" / "boxoffice.h").read_text()
        for name in ("TOKEN_TEXT_SIZE", "ID_TEXT_SIZE"):
            number = header.partition(f"#define BOXOFFICE_{name} ")[2].split()[0]
            self.assertIn(f"const {name} = {number}\n", source)

    def test_what_it_promises(self):
        self.assertEqual(self.node(ROOT / "tests" / "hosts" / "node_checks.mjs", self.work / "boxoffice.js", self.db), "checked\n")
        with boxoffice.open(self.db) as office:
            self.assertEqual(office.audit(), [])
            self.assertEqual(office.stats().seats.sold, 1)

    def test_the_sale_twice_on_one_file(self):
        for label, balance in (("A-1", 1_000), ("A-2", 2_000)):
            said = self.node(self.work / "sale.js", self.db).splitlines()
            self.assertEqual(said[0], "refused, as it should be: hold_limit")
            self.assertEqual(said[1], f"겨울: {label} is sold, balance: {balance}")
        with boxoffice.open(self.db) as office:
            self.assertEqual(office.audit(), [])


if __name__ == "__main__":
    unittest.main()
