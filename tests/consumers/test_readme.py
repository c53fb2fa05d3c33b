"""What README says to paste and to type, done in a clean folder, twice on the same file: its programs are the files that it names, its
build files find an installed boxoffice, its lines make a sale.
"""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from installed import BUILD, ROOT, cached, install, run

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = ROOT / "examples/quickstart"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOLD = re.compile(r"\w[\w -]* is sold, balance: (\d+)\n$")


def section(title):
    """The text below a heading, to the next of its level."""
    (level, rest) = re.search(rf"^(#+) {re.escape(title)}\n(.*)", README, re.MULTILINE | re.DOTALL).groups()
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="boxoffice-readme-")
        cls.addClassCleanup(scratch.cleanup)
        cls.top = Path(scratch.name)
        cls.prefix = install(cls.top)
        cls.libraries = cls.prefix / cached("CMAKE_INSTALL_LIBDIR")

    def follow(self, title, files):
        """Does what a section says in a folder of its own, which has `files` (name there: name here): writes the files that its
        blocks name in their first line, and types its lines. Twice, so that the second run has the first one's file. What the last
        line said."""
        work = self.top / title.replace(" ", "_")
        for name, source in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, work / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            else:
                shutil.copy(ROOT / source, work / name)
        lines = []
        for language, text in BLOCK.findall(section(title)):
            if language == "sh":
                lines += text.splitlines()
            else:
                (work / re.match(r"# (\S+)\n", text).group(1)).write_text(text, encoding="utf-8")
        self.assertTrue(lines, title)
        for _ in ("a first time", "again"):
            shutil.rmtree(work / "build", ignore_errors=True)
            for line in lines:
                said = run("sh", "-ec", line, cwd=work, CMAKE_PREFIX_PATH=self.prefix, PKG_CONFIG_PATH=self.libraries / "pkgconfig",
                           LD_LIBRARY_PATH=self.libraries, BOXOFFICE_LIBRARY=BUILD / "libboxoffice.so")
        return int(SOLD.search(said).group(1))

    def test_the_programs_are_the_ones_in_the_examples(self):
        for language, name in (("cpp", "sale.cpp"), ("c", "sale.c"), ("python", "sale.py")):
            blocks = [text for of, text in BLOCK.findall(README) if of == language]
            self.assertEqual(blocks[0], (PROGRAMS / name).read_text(encoding="utf-8"), name)

    def test_cmake(self):
        self.assertEqual(self.follow("With CMake", {"sale.cpp": PROGRAMS / "sale.cpp"}), 2_000)

    def test_meson(self):
        self.assertEqual(self.follow("With Meson", {"sale.cpp": PROGRAMS / "sale.cpp"}), 2_000)

    def test_pkg_config_for_cxx_and_c(self):
        # Two programs, two runs of each, on one file.
        files = {name: PROGRAMS / name for name in ("sale.cpp", "sale.c")}
        self.assertEqual(self.follow("With pkg-config", files), 4_000)
        # And a third one, in Python.
        said = run("/usr/bin/python3", PROGRAMS / "sale.py", cwd=self.top / "With_pkg-config", PYTHONPATH=ROOT / "bindings/python/src",
                   BOXOFFICE_LIBRARY=BUILD / "libboxoffice.so")
        self.assertEqual(SOLD.search(said).group(1), "5000")

    def test_python_of_debian_where_no_index_is_reached(self):
        self.assertEqual(self.follow("With Python", {name: name for name in ("bindings/python", "examples/quickstart")}), 2_000)

    def test_the_tutorial_prints_what_it_says(self):
        """Its pieces, one after another in one program."""
        text = (ROOT / "examples/guides/tutorial.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```(python|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        program = "\n".join(code for language, code in blocks if language == "python")
        said = run("/usr/bin/python3", "-W", "error", "-c", program, PYTHONPATH=ROOT / "bindings/python/src",
                   BOXOFFICE_LIBRARY=BUILD / "libboxoffice.so")
        self.assertEqual(said, "".join(code for language, code in blocks if language == "text"))


if __name__ == "__main__":
    unittest.main()
