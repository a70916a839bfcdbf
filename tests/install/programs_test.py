# SPDX-License-Identifier: MIT
"""Programs outside the tree, in C and C++, built by gcc and clang against what is installed, through pkg-config and
through CMake, with the shared and with the static library; run where it was installed, and after it was moved."""

import itertools
import os
import shutil
import unittest

import support

FORMS = {"shared": ("rota", "rota"), "static": ("rota-static", "static")}  # pkg-config's and CMake's names


class Programs(unittest.TestCase):
    def check(self, program, language, form):
        """It runs, and is linked in the form asked for."""
        self.assertEqual(support.run(program), support.PROGRAMS[language])
        self.assertEqual("librota.so.0" in support.needed(program), form == "shared")
        self.assertIn("rota_runtime_create", {name for kind, name in support.symbols(program) if
                                     kind == ("U" if form == "shared" else "T")})

    def through_pkg_config(self, prefix, compiler, language, form):
        libdir = os.path.join(prefix, "lib")
        flags = support.pkg_config(libdir, "--cflags", "--libs", FORMS[form][0]) + ["-Wl,-rpath," + libdir]
        program = os.path.join(support.scratch("-".join((self.id(), compiler, language, form))), "program")
        self.check(support.compile_program(compiler, language, flags, program), language, form)
        return program

    def through_cmake(self, prefix, compiler, languages=("c", "cc")):
        build = support.scratch("-".join((self.id(), compiler)))
        pairs = list(itertools.product(languages, FORMS))
        targets = ["%s_%s" % (language, FORMS[form][1]) for language, form in pairs]
        support.build_with_cmake(support.CONSUMER, build, compiler, "-DCMAKE_PREFIX_PATH=" + prefix, targets=targets)
        for target, (language, form) in zip(targets, pairs):
            self.check(os.path.join(build, target), language, form)

    def test_cmake_gcc(self):
        self.through_cmake(support.installed(), "gcc")

    def test_cmake_clang(self):
        self.through_cmake(support.installed(), "clang")

    def test_a_wholly_static_program(self):
        """Libs.private of rota.pc is enough for a program without any shared library."""
        libdir = os.path.join(support.installed(), "lib")
        flags = ["-static"] + support.pkg_config(libdir, "--static", "--cflags", "--libs", "rota")
        program = support.compile_program("gcc", "c", flags, os.path.join(support.scratch(self.id()), "program"))
        self.assertEqual(support.run(program), support.PROGRAMS["c"])
        self.assertEqual(support.needed(program), set())

    def test_a_version_that_is_not_installed_is_refused(self):
        for version in ("99", "0.99", "0.0.9"):
            done = support.configure(support.CONSUMER, support.scratch(self.id() + version), "gcc",
                                     "-DCMAKE_PREFIX_PATH=" + support.installed(), "-DWANTED_VERSION=" + version)
            self.assertNotEqual(done.returncode, 0, version)
            self.assertIn("compatible with requested version", " ".join(done.stderr.split()))

    def test_the_version_that_is_installed_is_accepted(self):
        version = support.pkg_config(os.path.join(support.installed(), "lib"), "--modversion", "rota")[0]
        for wanted in (version, version.rpartition(".")[0]):
            done = support.configure(support.CONSUMER, support.scratch(self.id() + wanted), "gcc",
                                     "-DCMAKE_PREFIX_PATH=" + support.installed(), "-DWANTED_VERSION=" + wanted)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_installation_may_be_moved(self):
        original, moved = os.path.join(support.SCRATCH, "original"), os.path.join(support.SCRATCH, "elsewhere", "rota")
        shutil.copytree(support.installed(), original, symlinks=True)
        program = self.through_pkg_config(original, "gcc", "c", "shared")
        os.makedirs(os.path.dirname(moved))
        os.rename(original, moved)
        self.assertNotEqual(support.attempt(program).returncode, 0)
        self.assertEqual(support.run(program, env={"LD_LIBRARY_PATH": os.path.join(moved, "lib")}),
                         support.PROGRAMS["c"])
        for form in FORMS:
            self.through_pkg_config(moved, "clang", "c", form)
        self.through_cmake(moved, "gcc", ["c"])


def add_pkg_config_tests():
    for compiler, language, form in itertools.product(support.COMPILERS, support.PROGRAMS, FORMS):
        def test(self, compiler=compiler, language=language, form=form):
            self.through_pkg_config(support.installed(), compiler, language, form)
        setattr(Programs, "test_pkg_config_%s_%s_%s" % (compiler, language, form), test)


add_pkg_config_tests()

if __name__ == "__main__":
    unittest.main()
