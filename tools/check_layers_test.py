#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of check_layers: what the layers forbid is found, what they allow is not."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_layers  # noqa: E402  pylint: disable=wrong-import-position

LAYERS, SELECTORS = check_layers.load_rules(".")


def complaints(path, line):
    return [text for _, text in check_layers.check_file(path, [line], LAYERS, SELECTORS)]


class Includes(unittest.TestCase):
    def test_downwards_is_allowed(self):
        self.assertEqual(complaints("core/task/run.cc", '#include "core/base/atomic.h"'), [])
        self.assertEqual(complaints("core/scheduler/worker.h", '#include "core/time/wheel.h"'), [])
        self.assertEqual(complaints("capi/task.cc", '#include "core/runtime/runtime.h"'), [])

    def test_the_same_room_is_allowed(self):
        self.assertEqual(complaints("core/io/linux/epoll.cc", '#include "core/io/driver.h"'), [])

    def test_upwards_is_found(self):
        self.assertTrue(complaints("core/base/result.h", '#include "core/platform/memory.h"'))
        self.assertTrue(complaints("core/scheduler/worker.cc", '#include "core/runtime/runtime.h"'))
        self.assertTrue(complaints("core/runtime/runtime.cc", '#include "capi/handle.h"'))

    def test_siblings_are_found(self):
        self.assertTrue(complaints("core/time/wheel.cc", '#include "core/io/driver.h"'))
        self.assertTrue(complaints("core/net/tcp.cc", '#include "core/fs/file.h"'))

    def test_core_does_not_know_the_c_interface(self):
        self.assertTrue(complaints("core/task/run.cc", '#include "rota/rota.h"'))
        self.assertTrue(complaints("core/task/run.cc", "#include <rota/rota.h>"))

    def test_a_binding_sees_only_the_c_interface(self):
        path = "bindings/cpp/include/rota/rota.hpp"
        self.assertEqual(complaints(path, "#include <rota/rota.h>"), [])
        self.assertTrue(complaints(path, '#include "core/task/run.h"'))
        self.assertTrue(complaints(path, '#include "capi/handle.h"'))

    def test_a_unit_test_may_look_up(self):
        self.assertEqual(complaints("core/task/run_test.cc", '#include "core/scheduler/worker.h"'), [])

    def test_an_unknown_room_is_found(self):
        self.assertTrue(complaints("core/task/run.cc", '#include "core/nowhere/x.h"'))
        self.assertTrue(complaints("core/nowhere/x.h", '#include "core/base/check.h"'))


class Platforms(unittest.TestCase):
    def test_a_platform_condition_is_found(self):
        self.assertTrue(complaints("core/io/driver.h", "#if defined(__linux__)"))
        self.assertTrue(complaints("core/io/driver.cc", "#ifdef _WIN32"))
        self.assertTrue(complaints("capi/task.cc", "  #  elif __APPLE__"))

    def test_selectors_may_ask(self):
        self.assertEqual(complaints("core/platform/spin.h", "#if defined(__x86_64__)"), [])
        self.assertEqual(complaints("capi/include/rota/export.h", "#if defined(_WIN32)"), [])

    def test_other_conditions_are_fine(self):
        self.assertEqual(complaints("core/platform/memory.cc", "#if defined(ROTA_SYSTEM_MALLOC)"), [])
        self.assertEqual(complaints("capi/include/rota/rota.h", "#ifdef __cplusplus"), [])


if __name__ == "__main__":
    unittest.main()
