# SPDX-License-Identifier: MIT
"""The Debian packages: what dpkg says of them, and programs built against what they hold."""

import glob
import gzip
import os
import re
import unittest

import support

NAMES = ("librota0", "librota-dev")


class Deb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.scratch("debs")
        support.run(os.path.join(support.TREE, "tools/deb"), cls.folder, timeout=1800)
        cls.packages = {name: glob.glob(os.path.join(cls.folder, name + "_*.deb"))[0] for name in NAMES}
        cls.root = support.scratch("deb-root")
        cls.multiarch = support.run("dpkg-architecture", "-qDEB_HOST_MULTIARCH").strip()
        cls.libdir = os.path.join(cls.root, "usr/lib", cls.multiarch)
        # A package database of its own: dpkg checks, unpacks and configures as it would on the machine.
        for name in ("info", "updates", "triggers"):
            os.makedirs(os.path.join(cls.root, "var/lib/dpkg", name))
        open(os.path.join(cls.root, "var/lib/dpkg/status"), "w", encoding="utf-8").close()
        support.run("dpkg", "--root=" + cls.root, "--force-depends", "--force-not-root", "--force-script-chrootless",
                    "--install", *cls.packages.values())

    def field(self, name, field):
        return support.run("dpkg-deb", "--field", self.packages[name], field).strip()

    def test_fields_are_filled(self):
        for name in NAMES:
            for field in ("Version", "Architecture", "Maintainer", "Section", "Description", "Installed-Size"):
                self.assertTrue(self.field(name, field), "%s: %s" % (name, field))
            self.assertEqual(self.field(name, "Architecture"), support.run("dpkg", "--print-architecture").strip())

    def test_the_library_depends_on_the_run_time_libraries_alone(self):
        names = set(re.findall(r"(?:^|, )([\w.+-]+)", self.field("librota0", "Depends")))
        self.assertIn("libc6", names)
        self.assertLessEqual(names, {"libc6", "libgcc-s1", "libstdc++6"})

    def test_the_headers_come_with_their_own_library(self):
        self.assertIn("librota0 (= %s)" % self.field("librota0", "Version"), self.field("librota-dev", "Depends"))

    def test_dpkg_has_both_installed_and_unchanged(self):
        for name in NAMES:
            self.assertIn("install ok installed", support.run("dpkg", "--root=" + self.root, "--status", name))
            self.assertEqual(support.run("dpkg", "--root=" + self.root, "--verify", name), "")
        # And would notice.
        with open(os.path.join(self.root, "usr/include/rota/export.h"), "a", encoding="utf-8") as file:
            file.write("/* changed */\n")
        done = support.attempt("dpkg", "--root=" + self.root, "--verify", "librota-dev")
        self.assertIn("export.h", done.stdout)

    def test_files_belong_to_root_and_to_one_package(self):
        seen = set()
        for package in self.packages.values():
            for line in support.run("dpkg-deb", "--contents", package).splitlines():
                mode, owner, name = line.split()[0], line.split()[1], line.split()[5]
                self.assertEqual(owner, "root/root")
                self.assertRegex(mode, r"^(drwxr-xr-x|-rw-r--r--|lrwxrwxrwx)$", name)
                if not mode.startswith("d"):
                    self.assertNotIn(name, seen)
                    seen.add(name)

    def test_documents_are_where_debian_wants_them(self):
        for name in NAMES:
            doc = os.path.join(self.root, "usr/share/doc", name)
            with open(os.path.join(doc, "copyright"), encoding="utf-8") as file:
                text = file.read()
            for word in ("MIT License", "Apache License", "Microsoft", "Desrochers"):
                self.assertIn(word, text)
            with gzip.open(os.path.join(doc, "changelog.gz"), "rt") as file:
                self.assertIn("Changelog", file.read())

    def test_the_libraries_are_stripped(self):
        for name in ("librota.so.0", "librota.a"):
            self.assertNotIn(".debug_info", support.run("readelf", "-SW", os.path.join(self.libdir, name)))

    def test_programs_build_against_what_is_in_them(self):
        for form, package in (("shared", "rota"), ("static", "rota-static")):
            # The prefix is /usr: the root stands before everything, as for a cross build.
            flags = support.run("pkg-config", "--cflags", "--libs", package, env={
                "PKG_CONFIG_SYSROOT_DIR": self.root, "PKG_CONFIG_LIBDIR": os.path.join(self.libdir, "pkgconfig"),
                "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"}).split()
            program = support.compile_program("gcc", "c", flags + ["-Wl,-rpath," + self.libdir],
                                              os.path.join(support.scratch("deb-" + form), "program"))
            self.assertEqual(support.run(program), support.PROGRAMS["c"])
            self.assertEqual("librota.so.0" in support.needed(program), form == "shared")

    def test_cmake_finds_what_is_in_them(self):
        build = support.scratch("deb-cmake")
        support.build_with_cmake(support.CONSUMER, build, "gcc", targets=["c_rota"],
                                 *["-Drota_DIR=" + os.path.join(self.libdir, "cmake/rota")])
        self.assertEqual(support.run(os.path.join(build, "c_rota")), support.PROGRAMS["c"])

    def test_pkg_config_names_no_folder_of_the_system(self):
        flags = support.run("pkg-config", "--cflags", "--libs", "rota", env={
            "PKG_CONFIG_LIBDIR": os.path.join(self.libdir, "pkgconfig")})
        self.assertEqual(flags.split(), ["-lrota"])


if __name__ == "__main__":
    unittest.main()
