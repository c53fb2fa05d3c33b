"""The checks of this folder can fail: each is shown a small tree with one thing wrong, and one without."""

import tempfile
import textwrap
import unittest
from pathlib import Path

import headers
import includes
import invariants
import layers
import reports
import shape

PUBLIC = "include/boxoffice/one.hpp"


class Planted(unittest.TestCase):
    def tree(self, files):
        directory = tempfile.TemporaryDirectory(prefix="boxoffice-tidy-")
        self.addCleanup(directory.cleanup)
        for path, text in files.items():
            at = Path(directory.name) / path
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(textwrap.dedent(text), encoding="utf-8")
        return directory.name

    def assert_finds(self, check, files, *wanted):
        """The check finds exactly these: each is path:line and a word of what is said."""
        found = [str(finding) for finding in check(self.tree(files))]
        self.assertEqual(len(found), len(wanted), found)
        for one, (where, word) in zip(found, wanted):
            self.assertTrue(one.startswith(where + ": "), one)
            self.assertIn(word, one)


class Shape(Planted):
    def test_length(self):
        self.assert_finds(shape.check_length, {"src/long.cpp": "//\n" * 701}, ("src/long.cpp:701", "701 lines"))
        self.assert_finds(shape.check_length, {"src/long.cpp": "//\n" * 700, "capi/boxoffice.h": "//\n" * 900})

    def test_words_left_over(self):
        text = """\
            /// - begin(), read() and commit() wait at most `wait_max` each (try_begin() not at all); then `busy`, with
            /// nothing
            ///   changed.
            """
        self.assert_finds(shape.check_wreckage, {PUBLIC: text}, (f"{PUBLIC}:2", "nothing"))
        whole = """\
            /// - begin(), read() and commit() wait at most `wait_max` each (try_begin() not at all); then `busy`, with
            ///   nothing changed.
            /// Another sentence, which ends where the other began to be long and longer, and then it ends right here
            /// at last.
            /// - the next of a list
            """
        self.assert_finds(shape.check_wreckage, {PUBLIC: whole})

    def test_rules_that_run_on(self):
        text = "# ---- encoding\n# ---------------------------------------- A command is\n# packed.\n"
        self.assert_finds(shape.check_wreckage, {"a.py": text}, ("a.py:2", "ruled line"))

    def test_staircases(self):
        text = "#define LIST(X) \\\n    X(a) X(b) \\\n        X(c) X(d) \\\n            X(e)  \\\n                X(f)\n"
        self.assert_finds(shape.check_wreckage, {PUBLIC: text}, (f"{PUBLIC}:2", "staircase"))
        self.assert_finds(shape.check_wreckage, {PUBLIC: "#define LIST(X) \\\n    X(a) \\\n    X(b) \\\n    X(c)\n"})

    @unittest.skipUnless(shape.clang_format(), "no clang-format here")
    def test_format(self):
        files = {".clang-format": "BasedOnStyle: Google\n", PUBLIC: "int one;\nint  two;\nint  three;\n"}
        self.assert_finds(shape.check_format, files, (f"{PUBLIC}:2", "clang-format"))
        self.assert_finds(shape.check_format, {**files, PUBLIC: "int one;\n"})


class Includes(Planted):
    def test_unused(self):
        text = """\
            #include <map>
            #include <optional>
            // std::map
            const char* one = "std::map";
            std::optional<int> two;
            """
        self.assert_finds(includes.check_includes, {PUBLIC: text}, (f"{PUBLIC}:1", "<map>"))

    def test_digits_with_marks_do_not_hide_code(self):
        text = "#include <map>\nint one = 1'000;\nstd::map<int, int> two;\nint three = 2'000;\n"
        self.assert_finds(includes.check_includes, {PUBLIC: text})

    def test_twice(self):
        text = "#include <map>\n#include <map>\nstd::map<int, int> one;\n"
        self.assert_finds(includes.check_includes, {PUBLIC: text}, (f"{PUBLIC}:2", "in line 1"))

    def test_missing(self):
        text = "#include <map>\nstd::map<int, std::string> one;\n"
        self.assert_finds(includes.check_missing, {PUBLIC: text}, (f"{PUBLIC}:2", "<string>"))
        self.assert_finds(includes.check_missing, {PUBLIC: "#include <string>\n" + text})


class Layers(Planted):
    def test_each_layer(self):
        ours = {
            "include/boxoffice/ids.hpp": "",
            "include/boxoffice/office.hpp": "",
            "include/boxoffice/domain/seating.hpp": "",
            "src/engine/batch.hpp": "",
            "src/engine/crypto.hpp": "",
            "src/memory/tables.hpp": "",
            "src/sql/row_io.hpp": "",
            "src/sqlite/rows.hpp": "",
            "src/postgres/pages.hpp": "",
            "examples/onsale/plan.hpp": "",
        }
        for path, include, is_allowed in (
            ("include/boxoffice/domain/one.hpp", '"boxoffice/domain/seating.hpp"', True),
            ("include/boxoffice/domain/one.hpp", '"boxoffice/ids.hpp"', True),
            ("include/boxoffice/domain/one.hpp", '"boxoffice/office.hpp"', False),
            ("include/boxoffice/domain/one.hpp", '"engine/batch.hpp"', False),
            ("include/boxoffice/domain/one.hpp", "<mutex>", False),
            ("include/boxoffice/domain/one.hpp", "<sodium.h>", False),
            ("include/boxoffice/domain/one.hpp", "<vector>", True),
            ("include/boxoffice/one.hpp", '"boxoffice/domain/seating.hpp"', True),
            ("include/boxoffice/one.hpp", "<date/date.h>", False),
            ("include/boxoffice/one.hpp", "<fmt/format.h>", False),
            ("src/engine/one.cpp", '"engine/batch.hpp"', True),
            ("src/engine/one.cpp", '"memory/tables.hpp"', False),
            ("src/engine/one.cpp", '"sqlite/rows.hpp"', False),
            ("src/engine/one.cpp", "<sodium.h>", False),
            ("src/engine/one.cpp", "<date/date.h>", True),
            ("src/engine/one.hpp", "<date/date.h>", False),
            ("src/engine/crypto.cpp", "<sodium.h>", True),
            ("src/engine/crypto.cpp", '"engine/batch.hpp"', False),
            ("src/engine/decisions/one.cpp", '"engine/batch.hpp"', True),
            ("src/engine/decisions/one.cpp", "<mutex>", False),
            ("src/memory/one.cpp", '"memory/tables.hpp"', True),
            ("src/memory/one.cpp", '"engine/batch.hpp"', False),
            ("src/sql/one.hpp", '"sqlite/rows.hpp"', False),
            ("src/sql/one.hpp", "<sqlite3.h>", False),
            ("src/sqlite/one.cpp", '"sql/row_io.hpp"', True),
            ("src/sqlite/one.cpp", '"memory/tables.hpp"', False),
            ("src/sqlite/one.cpp", "<SQLiteCpp/SQLiteCpp.h>", True),
            ("src/sqlite/one.cpp", "<libpq-fe.h>", False),
            ("src/postgres/one.cpp", "<libpq-fe.h>", True),
            ("src/postgres/one.cpp", '"sql/row_io.hpp"', True),
            ("src/postgres/one.cpp", '"sqlite/rows.hpp"', False),
            ("src/postgres/one.cpp", "<sqlite3.h>", False),
            ("src/sqlite/one.cpp", '"postgres/pages.hpp"', False),
            ("capi/one.cpp", '"boxoffice/office.hpp"', True),
            ("capi/one.cpp", '"engine/batch.hpp"', False),
            ("examples/quickstart/sale.cpp", "<boxoffice/office.hpp>", True),
            ("examples/quickstart/sale.cpp", '"engine/batch.hpp"', False),
            ("examples/onsale/one.cpp", '"onsale/plan.hpp"', True),
            ("examples/onsale/one.cpp", "<sqlite3.h>", False),
            ("tests/one_test.cpp", '"sqlite/rows.hpp"', True),
        ):
            with self.subTest(path=path, include=include):
                wanted = [] if is_allowed else [(f"{path}:1", include)]
                self.assert_finds(layers.check_layers, {**ours, path: f"#include {include}\n"}, *wanted)

    def test_public_headers_do_not_need_src(self):
        self.assert_finds(layers.check_nesting, {PUBLIC: '\n#include "engine/batch.hpp"\n'}, (f"{PUBLIC}:2", "engine/"))


class Headers(Planted):
    def compiled(self, check):
        return lambda root: check(headers.compile_headers(root))

    def test_alone(self):
        check = self.compiled(headers.check_alone)
        self.assert_finds(check, {PUBLIC: "#pragma once\n\nstd::size_t one;\n"}, (f"{PUBLIC}:3", "std"))
        self.assert_finds(check, {PUBLIC: "#pragma once\ninline int f(long l) { return l; }\n"}, (f"{PUBLIC}:2", "conv"))
        self.assert_finds(check, {PUBLIC: "#pragma once\n#include <cstddef>\n"})
        # The C header as C99 and as C++.
        self.assert_finds(check, {"capi/boxoffice.h": "bool one(void);\n"}, ("capi/boxoffice.h:1", "bool"))
        self.assert_finds(check, {"capi/boxoffice.h": "int one(int class);\n"}, ("capi/boxoffice.h as C++:1", "error"))

    def test_heavy(self):
        files = {
            "include/boxoffice/two.hpp": '#pragma once\n#include "boxoffice/one.hpp"\n',
            PUBLIC: "#pragma once\n#include <mutex>\n",
        }
        check = lambda root: headers.check_heavy(root, headers.compile_headers(root))  # noqa: E731
        self.assert_finds(check, files, (f"{PUBLIC}:1", "<mutex>, and so do 1 more, such as include/boxoffice/two.hpp"))
        self.assert_finds(check, {PUBLIC: "#pragma once\n#include <memory>\n"})

    def test_weight(self):
        root = self.tree({headers.MAIN: "#pragma once\n#include <cstdint>\n"})
        light = headers.weigh(root, runs=1)
        self.assertEqual(light.standard, ("cstdint",))
        self.assertLess(light.memory_ratio(), 1.1)
        instances = "template <int n> struct S : S<n - 1> { int m[n]; };\ntemplate <> struct S<0> {};\ninline S<500> s;\n"
        many = "".join(instances.replace("S", f"S{i}").replace("s;", f"s{i};") for i in range(5))
        heavy = headers.weigh(self.tree({headers.MAIN: "#pragma once\n#include <cstdint>\n" + many}), runs=1)
        self.assertGreater(heavy.memory_ratio(), 1.5)

    def test_macros(self):
        text = "#define BOXOFFICE_ONE 1\n#define TRY(x) x\n#define X(y) y\n#undef X\n// #define NOT 1\n"
        self.assert_finds(headers.check_macros, {PUBLIC: text}, (f"{PUBLIC}:2", "TRY"))


class Invariants(Planted):
    AUDIT = """\
        class Audit {
            std::vector<Violation> report_all() {
                check_seats();
                // check_users();
                return {};
            }
            void check_seats() { report("S1", "a seat"); }
            void check_users() { report("U1", "a user"); }
            void check_one(const Seat& seat);
        };
        """

    def files(self, table, test):
        return {invariants.AUDIT: self.AUDIT, invariants.DOCUMENT: table, "tests/audit/audit_test.cpp": test}

    def test_walked(self):
        self.assert_finds(invariants.check_walked, self.files("", ""), (f"{invariants.AUDIT}:8", "check_users()"))

    def test_invariants(self):
        check = invariants.check_invariants
        table = "| S1* | seats |\n| U1* | users |\n| C1 | not of the audit |\n"
        both = 'Rules{"S1"}, Rules{"U1"}'
        self.assert_finds(check, self.files(table, both))
        self.assert_finds(check, self.files(table, 'Rules{"S1"}'), (f"{invariants.DOCUMENT}:2", "no test"))
        self.assert_finds(check, self.files(table.replace("U1*", "U1"), both), (f"{invariants.AUDIT}:8", "U1"))
        self.assert_finds(check, self.files(table + "| X1* | x |\n", both), (f"{invariants.DOCUMENT}:4", "never reports X1"))


class Reports(Planted):
    TREE = {
        "tests/one_test.cpp": 'TEST_CASE("a seat is sold once",\n          "[x]") {}\n// "only words"\n',
        "tests/web/two.test.mjs": 'story("a page", [], async () => {});\n',
        "tests/http/test_three.py": "class Three:\n    def test_it(self):\n        pass\n",
    }

    def found(self, here, *wanted):
        table = f"| report | there | here |\n|---|---|---|\n| a/b#1, c#2 | sold twice | {here} |\n"
        self.assert_finds(reports.check_reports, {**self.TREE, reports.DOCUMENT: table}, *wanted)

    def test_reports(self):
        at = f"{reports.DOCUMENT}:3"
        self.found('`one_test.cpp`: "a seat is sold once"; `web/two.test.mjs`: "a page"; `http/test_three.py`: "test_it"')
        self.found("none: there is no such thing here")
        self.found('`one_test.cpp`: "a seat is sold"', (at, "no test"))
        self.found('`one_test.cpp`: "only words"', (at, "no test"))
        self.found('`one.cpp`: "a seat is sold once"', (at, "no test"))
        self.found('`http/test_three.py`: "test_i"', (at, "no test"))
        self.found("seen to", (at, "neither"))
        self.assert_finds(reports.check_reports, {reports.DOCUMENT: "words"}, (f"{reports.DOCUMENT}:1", "gone"))


if __name__ == "__main__":
    unittest.main()
