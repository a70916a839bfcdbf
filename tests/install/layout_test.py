# SPDX-License-Identifier: MIT
"""What tools/install lays out: the files, their sizes, what they need, and what they show."""

import os
import re
import unittest

import support

MOST_BYTES = {"lib/librota.so": 600 * 1024, "lib/librota.a": 1400 * 1024}


class Layout(unittest.TestCase):
    def setUp(self):
        self.prefix = support.installed()

    def path(self, name):
        return os.path.join(self.prefix, name)

    def test_every_file_is_there(self):
        for name in ("include/rota/rota.h", "include/rota/export.h", "include/rota/rota.hpp", "lib/librota.a",
                     "lib/pkgconfig/rota.pc", "lib/pkgconfig/rota-static.pc", "lib/cmake/rota/rota-config.cmake",
                     "lib/cmake/rota/rota-config-version.cmake"):
            self.assertTrue(os.path.isfile(self.path(name)), name)

    def test_the_shared_library_is_found_by_its_soname(self):
        dynamic = support.run("readelf", "-dW", self.path("lib/librota.so"))
        soname = re.search(r"\(SONAME\).*\[(.*)\]", dynamic).group(1)
        self.assertEqual(soname, "librota.so.0")
        self.assertEqual(os.readlink(self.path("lib/librota.so")), soname)
        self.assertRegex(os.readlink(self.path("lib/" + soname)), r"^librota\.so\.\d+\.\d+\.\d+$")

    def test_sizes_are_those_of_an_embeddable_library(self):
        for name, most in MOST_BYTES.items():
            size = os.path.getsize(self.path(name))
            self.assertLess(size, most, name)
            self.assertGreater(size, 100 * 1024, name)

    def test_the_shared_library_needs_run_time_libraries_alone(self):
        self.assertLessEqual(support.needed(self.path("lib/librota.so")), support.RUNTIME_LIBRARIES)

    def test_the_shared_library_exports_the_interface_alone(self):
        self.assertEqual(self.shown("lib/librota.so", "-D"), self.interface())

    def test_the_static_library_shows_the_interface_alone(self):
        self.assertEqual(self.shown("lib/librota.a"), self.interface())

    def test_the_static_library_has_no_groups_that_a_host_could_share(self):
        self.assertIn("There are no section groups", support.run("readelf", "-gW", self.path("lib/librota.a")))

    def test_the_static_library_needs_what_run_time_libraries_offer(self):
        """Nothing of Abseil, mimalloc or our own is left to be found elsewhere."""
        wanted = {name for kind, name in support.symbols(self.path("lib/librota.a")) if kind in "Uw"}
        for name in sorted(wanted):
            self.assertNotRegex(name, r"absl|^_?mi_|moodycamel|rota")

    def shown(self, library, *options):
        """What others can bind to: kinds of local things are in lower case, except u, unique in the process."""
        return {name for kind, name in support.symbols(self.path(library), "--defined-only", *options)
                if kind.isupper() or kind == "u"}

    def interface(self):
        with open(self.path("include/rota/rota.h"), encoding="utf-8") as file:
            return set(re.findall(r"^ROTA_API [^;(]*?\b(rota_\w+)\(", file.read(), re.MULTILINE))

    def test_licences_of_what_is_inside_are_there(self):
        words = {"LICENSE": "MIT", "third_party/abseil": "Apache License", "third_party/mimalloc": "Microsoft",
                 "third_party/concurrentqueue": "Desrochers"}
        for name, word in words.items():
            with open(self.path("share/doc/rota/" + name), encoding="utf-8") as file:
                self.assertIn(word, file.read(), name)

    def test_no_file_knows_where_it_was_built_or_installed(self):
        for folder, _, names in os.walk(self.prefix):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                for place in (self.prefix, support.TREE):
                    self.assertNotIn(place.encode(), content, name)


if __name__ == "__main__":
    unittest.main()
