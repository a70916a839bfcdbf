#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of tools/api: what it writes is true of rota.h as a C compiler sees it, a change anywhere makes --check fail, and
what the ABI does not allow is refused."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = os.path.join(os.path.dirname(os.path.realpath(__file__)), "api")
TREE = os.path.dirname(os.path.dirname(TOOL))
HEADER = "capi/include/rota/rota.h"
DATA = "capi/abi/rota_api.json"
ANCHOR = "ROTA_API uint32_t rota_version(void);"


def run(root, *options):
    return subprocess.run([TOOL, "--root", root, *options], capture_output=True, text=True, check=False)


class Tree(unittest.TestCase):
    """A copy of the header, with everything written from it."""

    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        shutil.copytree(os.path.join(TREE, "capi/include"), os.path.join(self.root, "capi/include"))
        self.assertEqual(run(self.root).returncode, 0)
        self.assertEqual(run(self.root, "--check").returncode, 0)

    def replace(self, path, old, new):
        full = os.path.join(self.root, path)
        with open(full, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))

    def assert_stale(self, *paths):
        result = run(self.root, "--check")
        self.assertNotEqual(result.returncode, 0)
        for path in paths:
            self.assertIn(path, result.stdout)


class Stale(Tree):
    EVERYWHERE = (DATA, "bindings/rust/rota-sys/src/ffi.rs", "bindings/lua/rota_cdef.lua")

    def test_a_new_function(self):
        self.replace(HEADER, ANCHOR, ANCHOR + "\n/* New. */\nROTA_API rota_status rota_new(rota_status status);")
        self.assert_stale(*self.EVERYWHERE, "docs/reference/rota_new.md", "docs/reference/README.md")
        self.assertEqual(run(self.root).returncode, 0)
        self.assertEqual(run(self.root, "--check").returncode, 0)

    def test_a_function_that_is_gone(self):
        self.replace(HEADER, ANCHOR, "")
        self.assert_stale(*self.EVERYWHERE, "of no function: docs/reference/rota_version.md")
        self.assertEqual(run(self.root).returncode, 0)
        self.assertFalse(os.path.exists(os.path.join(self.root, "docs/reference/rota_version.md")))

    def test_a_parameter_of_another_type(self):
        self.replace(HEADER, "rota_sleep(rota_runtime* runtime, uint64_t delay_ns",
                     "rota_sleep(rota_runtime* runtime, uint32_t delay_ns")
        self.assert_stale(*self.EVERYWHERE, "docs/reference/rota_sleep.md")

    def test_a_constant_of_another_value(self):
        self.replace(HEADER, "#define ROTA_EINVAL (-1)", "#define ROTA_EINVAL (-99)")
        self.assert_stale(*self.EVERYWHERE, "docs/reference/constants.md")

    def test_a_new_field(self):
        self.replace(HEADER, "  size_t len;\n} rota_buffer;", "  size_t len;\n  size_t more;\n} rota_buffer;")
        self.assert_stale(*self.EVERYWHERE, "docs/reference/types.md")

    def test_another_word_of_documentation(self):
        self.replace(HEADER, "Starts a task.", "Begins a task.")
        self.assert_stale(DATA, "docs/reference/rota_spawn.md")

    def test_a_derived_file_edited_by_hand(self):
        for path in (*self.EVERYWHERE, "docs/reference/rota_spawn.md", "docs/reference/types.md"):
            with self.subTest(path):
                self.replace(path, "rota_task", "rota_Task")
                self.assert_stale(path)
                self.assertEqual(run(self.root).returncode, 0)


class Refused(Tree):
    CASES = {
        "a struct by value": "/* X. */\nROTA_API rota_status rota_x(rota_buffer buffer);",
        "a bool": "/* X. */\nROTA_API _Bool rota_x(void);",
        "a long": "/* X. */\nROTA_API void rota_x(long number);",
        "an int": "/* X. */\nROTA_API void rota_x(int number);",
        "a variadic function": "/* X. */\nROTA_API void rota_x(uint32_t count, ...);",
        "an enum": "/* X. */\ntypedef enum rota_x { ROTA_X } rota_x;",
        "a bit-field": "/* X. */\ntypedef struct rota_x { uint32_t x : 3; } rota_x;",
        "a macro with arguments": "#define ROTA_X(x) (x)",
        "a parameter without a name": "/* X. */\nROTA_API void rota_x(uint32_t);",
        "a function that nobody documented": "\nROTA_API void rota_x(uint32_t number);",
        "what does not compile": "ROTA_API rota_nothing rota_x(void);",
    }

    def test_each_is_refused(self):
        for name, line in self.CASES.items():
            with self.subTest(name):
                self.replace(HEADER, ANCHOR, ANCHOR + "\n" + line)
                result = run(self.root)
                self.assertNotEqual(result.returncode, 0)
                self.assertTrue(result.stderr.startswith("api: "), result.stderr)
                self.replace(HEADER, ANCHOR + "\n" + line, ANCHOR)


def declared(function):
    parameters = ", ".join(p["type"] for p in function["parameters"]) or "void"
    return "%s %s(%s);" % (function["returns"], function["name"], parameters)


def claims(api):
    """A C program that compiles only if all that the data says is so."""
    lines = ["#include <rota/rota.h>"] + [declared(f) for f in api["functions"]]
    for constant in api["constants"]:
        suffix = "u" if constant["type"].startswith("u") else ""
        lines.append("_Static_assert(%s == %d%s, \"\");" % (constant["name"], constant["value"], suffix))
        lines.append("_Static_assert(sizeof(%s) == sizeof(%s), \"\");" % (constant["name"], constant["type"]))
    for struct in (t for t in api["types"] if t["kind"] == "struct"):
        layout = struct["layout"]["lp64" if MACHINE_BITS == 64 else "ilp32"]
        lines.append("_Static_assert(sizeof(%s) == %d, \"\");" % (struct["name"], layout["size"]))
        lines += ["_Static_assert(offsetof(%s, %s) == %d, \"\");" % (struct["name"], field, offset)
                  for field, offset in layout["offsets"].items()]
    return "\n".join(lines) + "\n"


MACHINE_BITS = 64 if sys.maxsize > 2**32 else 32


class Truth(Tree):
    def compiles(self, api):
        return subprocess.run(["cc", "-std=c11", "-Werror", "-fsyntax-only", "-x", "c", "-", "-I",
                               os.path.join(self.root, "capi/include")],
                              input=claims(api), capture_output=True, text=True, check=False)

    def test_a_c_compiler_agrees_with_the_data(self):
        with open(os.path.join(self.root, DATA), encoding="utf-8") as file:
            api = json.load(file)
        self.assertGreater(len(api["functions"]), 100)
        result = self.compiles(api)
        self.assertEqual(result.returncode, 0, result.stderr)
        # And would not agree with anything.
        api["functions"][5]["returns"] = "double"
        self.assertNotEqual(self.compiles(api).returncode, 0)

    def test_every_function_of_the_header_is_there(self):
        with open(os.path.join(self.root, HEADER), encoding="utf-8") as file:
            count = sum(line.startswith("ROTA_API ") for line in file)
        with open(os.path.join(self.root, DATA), encoding="utf-8") as file:
            self.assertEqual(len(json.load(file)["functions"]), count)


if __name__ == "__main__":
    unittest.main()
