"""Whoever uses boxoffice, by each way of finding it: projects out of the tree that find an installed boxoffice (CMake, pkg-config,
of a prefix that was moved) or have it in their own (add_subdirectory, Meson subproject), with warnings as errors.

BOXOFFICE_BUILD names a CMake build, whole. What a host would compile of boxoffice itself is taken from there (built_before.py),
so that this takes a minute or two; BOXOFFICE_COMPILE_ALL=1 has it compiled, which takes ten.
"""

import filecmp
import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from installed import BUILD, HERE, LIBRARY, ROOT, cached, install, postgres_cluster, run, tree

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror")
SOLD = "balance: 400\n"
CALLED = "user: 1\n"
CXX_PACKAGES = ("fmt", "tl-expected", "date", "SQLiteCpp", "SQLite3", "PkgConfig", "Threads")


class Consumers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="boxoffice-consumers-")
        cls.addClassCleanup(scratch.cleanup)
        cls.top = Path(scratch.name)
        cls.prefix = install(cls.top)
        cls.libdir = cached("CMAKE_INSTALL_LIBDIR")
        cls.has_postgres = (cls.prefix / cls.libdir / "libboxoffice_postgres.a").is_file()
        # Hosts compile boxoffice through this.
        compiling = os.environ.get("BOXOFFICE_COMPILE_ALL")
        cls.launcher = [] if compiling else [str(HERE / "built_before.py")]

    def setUp(self):
        self.work = self.top / self.id().rsplit(".", 1)[1]
        self.work.mkdir()

    def configure(self, name, *options, into="build", prefix=None, **how):
        return run("cmake", "-G", "Ninja", "-S", HERE / name, "-B", self.work / into, f"-DCMAKE_PREFIX_PATH={prefix or self.prefix}",
                   *options, **how)

    def build(self, *targets, into="build"):
        return run("cmake", "--build", self.work / into, *(("--target",) + targets if targets else ()), BOXOFFICE_BUILD=BUILD)

    def program(self, name, into="build", **environment):
        return run(self.work / into / name, **environment)

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, PKG_CONFIG_PATH=self.prefix / self.libdir / "pkgconfig").split()

    # ---- CMake, installed ------------------------------------------------------------------------------------------------

    def test_cmake_finds_a_prefix_that_was_moved(self):
        self.configure("cmake_find", "-DLANGUAGES=C;CXX", "-DREQUIRED=core;sqlite;capi")
        self.build()
        self.assertEqual(self.program("in_memory"), SOLD)
        self.assertEqual(self.program("in_file"), SOLD)
        self.assertEqual(self.program("call"), CALLED)

    def test_without_components_all_are_found(self):
        self.configure("cmake_find", "-DLANGUAGES=C;CXX")
        programs = re.findall(r"^(\w+): C\w*_EXECUTABLE_LINKER", run("ninja", "-t", "targets", "all", cwd=self.work / "build"), re.MULTILINE)
        self.assertEqual(sorted(programs), ["call", "in_file", "in_memory"])

    def sells_in_a_database(self, program):
        """Sold, and what a host has of its address is not told to its readers."""
        with postgres_cluster() as address:
            self.assertEqual(run(program, address), SOLD)
        said = run(program, "postgresql:///nobody?host=/nonexistent&password=secret", fails=True)
        self.assertRegex(said, r"^sale_in_postgres: storage")
        self.assertNotRegex(said, "nonexistent|secret|nobody")

    def test_cmake_finds_the_postgresql_store(self):
        if not self.has_postgres:
            said = self.configure("cmake_find", "-DLANGUAGES=CXX", "-DREQUIRED=postgres", fails=True)
            self.assertIn("boxoffice was built without libpq", " ".join(said.split()))
            return
        self.configure("cmake_find", "-DLANGUAGES=CXX", "-DREQUIRED=postgres")
        self.build("in_database")
        self.sells_in_a_database(self.work / "build/in_database")
        hidden = "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON"
        said = self.configure("cmake_find", "-DLANGUAGES=CXX", "-DREQUIRED=postgres", hidden, into="hidden", fails=True)
        self.assertIn("component 'postgres' needs what was not found: libsodium, libpq.", " ".join(said.split()))

    def test_nothing_installed_names_where_it_was_built(self):
        for name in tree(self.prefix):
            if not LIBRARY.search(name):
                text = (self.prefix / name).read_text()
                for place in (str(self.top), str(BUILD), str(ROOT)):
                    self.assertNotIn(place, text, name)
        for library in (self.prefix / self.libdir).glob("*.so"):
            self.assertNotIn("RUNPATH", run("readelf", "-d", library))

    def abi_version(self):
        return os.path.realpath(self.prefix / self.libdir / "libboxoffice.so").split(".so.")[1]

    def test_a_component_that_is_missing_is_named(self):
        said = self.configure("cmake_find", "-DLANGUAGES=C", "-DREQUIRED=capi;redis", fails=True)
        self.assertIn("boxoffice has no component 'redis'; it has: core, sqlite, postgres, capi", " ".join(said.split()))

    def test_an_optional_component_that_is_missing_is_just_not_found(self):
        said = self.configure("cmake_find", "-DLANGUAGES=C", "-DREQUIRED=capi", "-DOPTIONAL=redis")
        self.assertIn("capi: TRUE", said)
        self.assertIn("redis: FALSE", said)

    def test_the_c_library_needs_nothing_else(self):
        hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in CXX_PACKAGES]
        said = self.configure("cmake_find", "-DLANGUAGES=C", "-DREQUIRED=capi", "-DOPTIONAL=sqlite", *hidden)
        self.assertIn("sqlite: FALSE", said)
        self.build()
        self.assertEqual(self.program("call"), CALLED)

    def test_what_a_component_needs_and_was_not_found_is_named(self):
        hidden = "-DCMAKE_DISABLE_FIND_PACKAGE_SQLiteCpp=ON"
        said = self.configure("cmake_find", "-DLANGUAGES=CXX", "-DREQUIRED=sqlite", hidden, fails=True)
        self.assertIn("component 'sqlite' needs what was not found: SQLiteCpp.", " ".join(said.split()))

    def test_a_version_is_compatible_within_its_minor_version(self):
        major, minor, _ = cached("CMAKE_PROJECT_VERSION").split(".")
        asked = {
            f"{major}.{minor}": False, cached("CMAKE_PROJECT_VERSION"): False, f"{major}.{minor}.0...{major}.99": False,
            f"{major}.{minor}.999": True, f"{major}.{int(minor) + 1}": True, f"{int(major) + 1}.0": True,
            f"{major}.{int(minor) + 1}...{major}.99": True, "0.0.9": True,
        }
        for number, (version, fails) in enumerate(asked.items()):
            with self.subTest(version=version):
                self.configure("cmake_find", "-DLANGUAGES=C", "-DREQUIRED=capi", f"-DVERSION={version}", into=str(number), fails=fails)

    # ---- pkg-config ------------------------------------------------------------------------------------------------------

    def test_pkg_config_alone_builds_a_c_program(self):
        flags = self.pkg_config("--cflags", "--libs", "boxoffice")
        run("cc", "-std=c99", *WARNINGS, HERE / "call.c", *flags, "-o", self.work / "call")
        self.assertEqual(self.program("call", into="", LD_LIBRARY_PATH=self.prefix / self.libdir), CALLED)
        self.assertEqual(self.pkg_config("--modversion", "boxoffice"), [cached("CMAKE_PROJECT_VERSION")])
        self.assertEqual(self.pkg_config("--print-requires", "--print-requires-private", "boxoffice"), [])

    def build_with_pkg_config(self, compiler, module, *options, main="sale.cpp"):
        flags = self.pkg_config("--cflags", "--libs", module)
        sources = [HERE / main, HERE / "sell_one.cpp"]
        run(compiler, "-std=c++20", *WARNINGS, *options, *sources, *flags, "-o", self.work / "sale")
        return self.work / "sale"

    def test_pkg_config_alone_builds_a_cxx_program(self):
        self.assertEqual(run(self.build_with_pkg_config("g++", "boxoffice-sqlite", "-DSQLITE")), SOLD)

    def test_pkg_config_alone_builds_a_program_on_postgresql(self):
        if not self.has_postgres:
            self.skipTest("boxoffice was built without libpq")
        self.sells_in_a_database(self.build_with_pkg_config("g++", "boxoffice-postgres", main="sale_in_postgres.cpp"))

    def test_pkg_config_alone_builds_a_cxx_program_in_memory_with_clang(self):
        self.assertEqual(run(self.build_with_pkg_config("clang++", "boxoffice-core")), SOLD)

    # ---- CMake, in the tree of a host -------------------------------------------------------------------------------------

    def test_a_host_has_it_in_its_tree_and_exports_a_library_of_its_own(self):
        launcher = f"-DCMAKE_CXX_COMPILER_LAUNCHER={';'.join(self.launcher)}"
        self.configure("cmake_subdirectory", f"-DBOXOFFICE_SOURCE={ROOT}", launcher)
        self.build()
        self.assertEqual(self.program("host"), SOLD)
        self.assertEqual(self.program("call"), CALLED)
        # Its install is its own, unless it asks.
        run("cmake", "--install", self.work / "build", "--prefix", self.work / "installed")
        theirs = ["bin/host", "include/sale.hpp", "lib/cmake/counter/counter-config-noconfig.cmake",
                  "lib/cmake/counter/counter-config.cmake", "lib/libcounter.a"]
        self.assertEqual(tree(self.work / "installed"), theirs)
        run("cmake", "--install", self.work / "build", "--prefix", self.work / "runtime", "--component", "boxoffice_runtime")
        names = [f"libboxoffice.so.{self.abi_version().split('.')[0]}", f"libboxoffice.so.{self.abi_version()}"]
        self.assertEqual([Path(name).name for name in tree(self.work / "runtime")], names)
        # Who uses its library finds boxoffice where it is installed.
        both = f"-DCMAKE_PREFIX_PATH={self.prefix};{self.work / 'installed'}"
        self.configure("cmake_exported", both, into="user")
        self.build(into="user")
        self.assertEqual(self.program("user", into="user"), SOLD)
        # Asked, it installs all of boxoffice.
        self.configure("cmake_subdirectory", "-DBOXOFFICE_INSTALL=ON")
        run("cmake", "--install", self.work / "build", "--prefix", self.work / "all", BOXOFFICE_BUILD=BUILD)
        self.assertLessEqual(set(tree(self.prefix)), set(tree(self.work / "all")))

    # ---- Meson -----------------------------------------------------------------------------------------------------------

    def meson(self, *arguments):
        return run("meson", *arguments, BOXOFFICE_BUILD=BUILD, CXX=" ".join([*self.launcher, "c++"]))

    def test_meson_installs_the_same_tree_as_cmake(self):
        build, staged = self.work / "build", self.work / "staged"
        only = ("--native-file", ROOT / "src/install/libraries_only.ini")
        self.meson("setup", build, ROOT, *only, "--prefix=/usr/local", f"--libdir={self.libdir}")
        self.meson("compile", "-C", build)
        self.meson("install", "-C", build, "--destdir", staged)
        prefix = staged / "usr/local"
        self.assertEqual(tree(prefix), tree(self.prefix))
        texts = [name for name in tree(prefix) if not LIBRARY.search(name)]
        _, different, unreadable = filecmp.cmpfiles(prefix, self.prefix, texts, shallow=False)
        self.assertEqual((different, unreadable), ([], []))
        self.assertFalse((build / "tests").exists() or (build / "examples").exists())
        # And it is found, and serves.
        self.configure("cmake_find", "-DLANGUAGES=C", "-DREQUIRED=capi", prefix=prefix, into="found")
        self.build(into="found")
        self.assertEqual(self.program("call", into="found"), CALLED)

    def test_meson_takes_it_as_a_subproject_and_installs_the_hosts_own(self):
        host = self.work / "host"
        shutil.copytree(HERE / "meson_subproject", host)
        for name in ("sale.cpp", "sale.hpp", "sell_one.cpp", "call.c"):
            shutil.copy(HERE / name, host)
        (host / "subprojects").mkdir()
        (host / "subprojects/boxoffice").symlink_to(ROOT)
        build = self.work / "build"
        self.meson("setup", build, host)
        self.meson("compile", "-C", build)
        self.assertEqual(self.program("host"), SOLD)
        self.assertEqual(self.program("call"), CALLED)
        self.meson("install", "-C", build, "--destdir", self.work / "installed")
        self.assertEqual(tree(self.work / "installed"), ["usr/local/bin/host"])
        # Asked, it installs boxoffice too.
        ask = host / "subprojects/boxoffice/src/install/install_with_host.ini"
        self.meson("setup", self.work / "asked", host, "--native-file", ask)
        plan = run("meson", "introspect", "--installed", self.work / "asked")
        for name in ("libboxoffice_sqlite.a", "boxoffice.h", "boxoffice-config.cmake", "boxoffice-sqlite.pc", "include/boxoffice"):
            self.assertIn(name, plan)

    # ---- the tests themselves ----------------------------------------------------------------------------------------------

    def test_the_tests_link_version_3_of_catch2_where_it_is_found(self):
        stub = self.work / "catch2"  # Debian 12 has version 2, in /usr/include whatever one asks for
        shutil.copytree(HERE / "catch2_v3", stub)
        options = ("-DBOXOFFICE_EXAMPLES=OFF", f"-DCatch2_DIR={stub}", "-DBOXOFFICE_TEST_FOLDERS=points")
        run("cmake", "-G", "Ninja", "-S", ROOT, "-B", self.work / "build", *options)
        main = "tests/CMakeFiles/boxoffice_test_main.dir/support/catch_main.cpp.o"
        self.build(main)
        self.assertIn("U Catch::Session::run(int, char**)", run("nm", "-C", self.work / "build" / main))
        link = run("ninja", "-t", "commands", "-s", "tests/boxoffice_tests", cwd=self.work / "build")
        self.assertIn(str(stub / "libCatch2.a"), link)


if __name__ == "__main__":
    unittest.main()
