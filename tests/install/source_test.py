# SPDX-License-Identifier: MIT
"""A host's CMake project that builds rota with itself."""

import os
import unittest

import support

SOURCE = os.path.join(support.HERE, "from_source")
# Without optimisation it takes a third of the time, and what is looked at is whether it builds and runs.
QUICK = ("-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DROTA_SOURCE=" + support.TREE)


def files(prefix):
    return sorted(os.path.relpath(os.path.join(folder, name), prefix)
                  for folder, _, names in os.walk(prefix) for name in names)


class FromSource(unittest.TestCase):
    def build_and_run(self, compiler, *options):
        build = support.scratch(self.id())
        support.build_with_cmake(SOURCE, build, compiler, *QUICK, *options)
        for language, said in support.PROGRAMS.items():
            for library in ("rota", "static"):
                self.assertEqual(support.run(os.path.join(build, "%s_%s" % (language, library))), said)
        return build

    def test_fetch_content_with_clang(self):
        """Dependencies are those that FetchContent would have downloaded; here it is told where they lie."""
        fetched = os.path.join(support.TREE, ".cache/src")
        self.build_and_run(
            "clang", "-DUSE_FETCH_CONTENT=ON", "-DROTA_DEPS=archive",
            "-DFETCHCONTENT_SOURCE_DIR_ROTA_ABSEIL=" + os.path.realpath(os.path.join(fetched, "abseil")),
            "-DFETCHCONTENT_SOURCE_DIR_ROTA_MIMALLOC=" + os.path.realpath(os.path.join(fetched, "mimalloc")),
            "-DFETCHCONTENT_SOURCE_DIR_ROTA_CONCURRENTQUEUE=/usr/include/concurrentqueue")

    def test_add_subdirectory_with_gcc_and_the_host_installs_rota_too(self):
        """The same files as tools/install lays out; the libraries differ in bytes only."""
        prefix = os.path.join(support.SCRATCH, "host-prefix")
        build = self.build_and_run("gcc", "-DROTA_INSTALL=ON", "-DCMAKE_INSTALL_LIBDIR=lib")
        support.run("cmake", "--install", build, "--prefix", prefix)
        self.assertEqual(files(prefix), files(support.installed()))
        for name in files(prefix):
            if "librota." not in name:
                with open(os.path.join(prefix, name), "rb") as one, \
                        open(os.path.join(support.installed(), name), "rb") as other:
                    self.assertEqual(one.read(), other.read(), name)

    def test_dependencies_that_are_nowhere_are_named(self):
        done = support.configure(SOURCE, support.scratch(self.id()), "gcc", *QUICK, "-DROTA_DEPS=somewhere")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ROTA_DEPS is 'somewhere'", done.stderr)


if __name__ == "__main__":
    unittest.main()
