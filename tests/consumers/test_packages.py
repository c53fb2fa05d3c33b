"""What is handed out: Debian packages that install and remove cleanly, the service that one of them has, and a source distribution
for Python that builds without the checkout."""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

from installed import BUILD, HERE, ROOT, run

DEPLOY = ROOT / "examples/deploy"
ARE_PRIVILEGED = os.geteuid() == 0


def files_of(top):
    """What is below, but what dpkg itself keeps."""
    kept = {"var/lib/dpkg", "var/log"}
    return {
        str(path.relative_to(top))
        for path in top.rglob("*")
        if not path.is_dir() and not any(str(path.relative_to(top)).startswith(one) for one in kept)
    }


class DebianPackages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="boxoffice-packages-")
        cls.addClassCleanup(scratch.cleanup)
        cls.top = Path(scratch.name)
        # Fast rather than small.
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", cls.top, "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip", cwd=cls.top)
        cls.packages = {path.name.split("_")[0]: path for path in cls.top.glob("*.deb")}

    def fields(self, package):
        text = run("dpkg-deb", "-f", self.packages[package])
        return dict(line.split(": ", 1) for line in text.splitlines() if re.match(r"\S+: ", line))

    def test_there_are_three(self):
        self.assertEqual(sorted(self.packages), ["boxoffice-server", "libboxoffice-dev", "libboxoffice0"])
        for name in self.packages:
            version = re.search(r'VERSION "([0-9.]+)"', (ROOT / "include/boxoffice/version.hpp").read_text()).group(1)
            self.assertEqual(self.fields(name)["Version"], version)

    def test_what_they_need_is_said_and_is_in_debian(self):
        """The shared objects' packages are found by dpkg-shlibdeps; all that is named is installed here, since it was built with it."""
        needs = {name: re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?(?:, |$)", self.fields(name)["Depends"]) for name in self.packages}
        self.assertLessEqual({"libsqlite3-0", "libsodium23", "libfmt9", "libc6"}, set(needs["libboxoffice0"]))
        self.assertLessEqual({"libboxoffice0", "libexpected-dev", "libsqlitecpp-dev"}, set(needs["libboxoffice-dev"]))
        self.assertLessEqual({"libdate-tz3", "tzdata"}, set(needs["boxoffice-server"]))
        for name in {one for some in needs.values() for one in some} - set(self.packages):
            self.assertEqual(run("dpkg-query", "-W", "-f=${db:Status-Status}", name), "installed", name)

    def test_all_files_are_roots_and_nobody_else_may_write_them(self):
        for name, path in self.packages.items():
            for line in run("dpkg-deb", "-c", path).splitlines():
                mode, owner = line.split()[:2]
                self.assertEqual(owner, "root/root", f"{name}: {line}")
                if not mode.startswith("l"):
                    self.assertNotRegex(mode, r"^.....w|^........w", f"{name}: {line}")

    @unittest.skipUnless(ARE_PRIVILEGED, "dpkg gives files to root")
    def test_they_install_serve_and_remove_without_a_trace(self):
        root = self.top / "root"
        admin = root / "var/lib/dpkg"
        for folder in ("info", "updates"):
            (admin / folder).mkdir(parents=True)
        (admin / "status").touch()
        dpkg = ("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless", "--log=/dev/null")
        run(*dpkg, "-i", *self.packages.values())
        (libraries,) = (path.parent for path in root.rglob("libboxoffice.so"))

        said = run(root / "usr/bin/boxoffice_server", "--help")
        self.assertIn("Serves a box office over HTTP", said)
        run(root / "usr/bin/boxoffice_copy", "--help")
        flags = run("pkg-config", "--cflags", "--libs", "boxoffice", PKG_CONFIG_PATH=libraries / "pkgconfig").split()
        run("cc", "-std=c99", HERE / "call.c", *flags, "-o", self.top / "call")
        self.assertEqual(run(self.top / "call", LD_LIBRARY_PATH=libraries), "user: 1\n")

        settings = root / "etc/default/boxoffice-server"
        settings.write_text("BOXOFFICE_FLAGS=--port 8081\n")
        run(*dpkg, "-r", *self.packages)
        self.assertEqual(files_of(root), {"etc/default/boxoffice-server"})  # the operator's own
        run(*dpkg, "-P", "boxoffice-server")
        self.assertEqual(files_of(root), set())


class Service(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not here")
    def test_the_unit_is_one_and_is_closed(self):
        with tempfile.TemporaryDirectory(prefix="boxoffice-unit-") as scratch:
            unit = Path(scratch) / "boxoffice-server.service"
            text = (DEPLOY / unit.name).read_text(encoding="utf-8")
            self.assertIn("/usr/bin/boxoffice_server", text)
            unit.write_text(text.replace("/usr/bin/boxoffice_server", "/bin/true"), encoding="utf-8")
            done = subprocess.run(["systemd-analyze", "verify", unit], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            said = run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
            self.assertIn("Overall exposure level", said)

    def test_its_command_takes_a_database(self):
        """As README says: with an address there is nothing to back up into."""
        text = (DEPLOY / "boxoffice-server.service").read_text(encoding="utf-8")
        line = re.search(r"^ExecStart=/usr/bin/boxoffice_server (.*)$", text, re.MULTILINE).group(1)
        self.assertIn("BOXOFFICE_BACKUP=", (DEPLOY / "boxoffice-server.default").read_text(encoding="utf-8"))
        values = {"${BOXOFFICE_DB}": "postgresql:///nobody?host=/nonexistent", "$BOXOFFICE_BACKUP": "", "$BOXOFFICE_FLAGS": "--port 0"}
        for name, value in values.items():
            line = line.replace(name, value)
        said = run(BUILD / "examples/boxoffice_server", *line.split(), fails=True)
        self.assertRegex(said, r"^boxoffice_server: .*storage")  # the database is not there; the flags are fine

    def test_its_flags_are_the_servers(self):
        known = set(re.findall(r"^ +(--[a-z-]+)", run(BUILD / "examples/boxoffice_server", "--help"), re.MULTILINE))
        for name in ("boxoffice-server.service", "boxoffice-server.default", "Containerfile", "README.md"):
            text = (DEPLOY / name).read_text(encoding="utf-8")
            used = set()
            for line in text.splitlines():
                if re.search(r"^ExecStart=|BOXOFFICE_FLAGS=|podman run|^ENTRYPOINT|^- .*`--", line):
                    used |= set(re.findall(r"(?<=[\s\"])--[a-z-]+", line))
            self.assertLessEqual(used, known, name)

    def test_the_container_copies_what_is_there_and_needs_what_the_package_needs(self):
        text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
        for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
            for source in sources.split():
                self.assertTrue((ROOT / source).exists(), source)
        self.assertIn("\nUSER 65532", text)
        linked = run("ldd", BUILD / "examples/boxoffice_server")
        for library, package in re.findall(r"^\s+(lib(?:fmt|pq|sodium|sqlite3|date-tz|z)\S*) => (\S+)", linked, re.MULTILINE):
            owner = run("dpkg", "-S", f"*/{os.path.basename(os.path.realpath(package))}").split(":")[0]
            self.assertIn(f" {owner} ", text, library)


class SourceDistribution(unittest.TestCase):
    def test_it_has_all_that_cmake_wants(self):
        """That what is carried along configures, and that each source that it names is there; compiling it is what `pip wheel` does."""
        with tempfile.TemporaryDirectory(prefix="boxoffice-sdist-") as scratch:
            top = Path(scratch)
            shutil.copytree(ROOT / "bindings/python", top / "checkout/bindings/python",
                            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            for name in ("CMakeLists.txt", "LICENSE", "capi", "include", "src"):
                (top / "checkout" / name).symlink_to(ROOT / name)
            run("/usr/bin/python3", "setup.py", "-q", "sdist", "--dist-dir", top / "dist", cwd=top / "checkout/bindings/python")
            (archive,) = (top / "dist").iterdir()
            with tarfile.open(archive) as packed:
                packed.extractall(top / "unpacked")
            (source,) = (top / "unpacked").iterdir()
            switches = [f"-DBOXOFFICE_{name}=OFF" for name in ("TESTS", "EXAMPLES", "INSTALL")]
            run("cmake", "-G", "Ninja", "-S", source / "library", "-B", top / "build", *switches)
            compiled = run("ninja", "-t", "inputs", "boxoffice_capi", cwd=top / "build")
            self.assertIn("/library/src/engine/executing.cpp\n", compiled)
            self.assertIn("/library/capi/", compiled)
            for name in ("engine", "sqlite", "postgres", "memory"):
                here = {path.name for path in (ROOT / "src" / name).iterdir()}
                self.assertEqual({path.name for path in (source / "library/src" / name).iterdir()}, here)


if __name__ == "__main__":
    unittest.main()
