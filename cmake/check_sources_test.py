#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of check_sources: a source that CMake does not know, or that is no more, is found."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_sources  # noqa: E402  pylint: disable=wrong-import-position

LABELS = ["//capi:task.cc", "//core/io:driver.cc", "//core/io:linux/epoll_poller.cc", "//core/io:driver.h", "@x//:y.cc"]


class Sources(unittest.TestCase):
    def check(self, bazel, cmake):
        """What the check says when Bazel lists `bazel` and CMake's file was written for `cmake`."""
        with tempfile.TemporaryDirectory() as folder:
            labels, sources = os.path.join(folder, "labels"), os.path.join(folder, "sources.cmake")
            with open(labels, "w", encoding="utf-8") as file:
                file.write("\n".join(cmake))
            check_sources.main(["check", "--write", labels, sources])
            with open(labels, "w", encoding="utf-8") as file:
                file.write("\n".join(bazel))
            return check_sources.main(["check", labels, sources])

    def test_the_same_is_fine(self):
        self.assertEqual(self.check(LABELS, LABELS[::-1]), 0)

    def test_a_new_source_is_found(self):
        self.assertEqual(self.check(LABELS + ["//core/io:slab.cc"], LABELS), 1)

    def test_a_source_that_is_gone_is_found(self):
        self.assertEqual(self.check(LABELS[:2], LABELS), 1)

    def test_a_source_that_moved_to_another_system_is_found(self):
        self.assertEqual(self.check(LABELS, [l.replace("linux", "windows") for l in LABELS]), 1)

    def test_no_sources_at_all_are_not_fine(self):
        self.assertEqual(self.check([], LABELS), 1)

    def test_systems_have_lists_of_their_own(self):
        text, count = check_sources.render(LABELS)
        self.assertEqual(count, 3)
        self.assertIn("set(ROTA_CORE_SOURCES_LINUX\n  core/io/linux/epoll_poller.cc)", text)
        self.assertNotIn("driver.h", text)


if __name__ == "__main__":
    unittest.main()
