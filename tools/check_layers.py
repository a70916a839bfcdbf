#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails when a file includes upwards or sideways, or asks for its platform where only selectors may.

Usage: check_layers.py [WORKSPACE-FILE]. The rules are in tools/layers.bzl.
"""

import os
import re
import sys

SOURCE_SUFFIXES = (".h", ".hpp", ".cc", ".cpp", ".c")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif|elifdef|elifndef)\b(.*)")
PLATFORM_MACRO = re.compile(
    r"\b(_WIN32|_WIN64|WIN32|__MINGW\w*|__CYGWIN__|_MSC_VER|__APPLE__|__MACH__|TARGET_OS_\w+|__linux__|__linux|linux"
    r"|__ANDROID__|__FreeBSD__|__NetBSD__|__OpenBSD__|__unix__|__GLIBC__|__x86_64__|_M_X64|_M_IX86|__i386__"
    r"|__aarch64__|_M_ARM64|__arm__|__riscv|__powerpc\w*|__s390x__)(?![\w])")


def load_rules(root):
    """layers.bzl is Starlark that is Python too: literals and list sums."""
    rules = {}
    with open(os.path.join(root, "tools", "layers.bzl"), encoding="utf-8") as file:
        exec(file.read(), {"__builtins__": {}}, rules)  # pylint: disable=exec-used
    return rules["LAYERS"], rules["SELECTORS"]


def room_of(path, layers):
    """The room that a path from the workspace root belongs to, or None."""
    return next((room for room in layers if path.startswith(room + "/")), None)


def is_test(path):
    """Tests, and the suites of contracts, sit beside the code but may use what is above it."""
    return os.path.splitext(path)[0].endswith("_test") or "/contract/" in path


def check_include(path, target, layers):
    """Why `path` may not include `target`, or None."""
    room = room_of(path, layers)
    if room is None:
        return "is in no room of tools/layers.bzl"
    if room == "bindings":
        if target.startswith(("core/", "capi/", "absl/")):
            return "a binding may include only rota.h"
        return None
    if target.startswith("bindings/"):
        return "the engine knows no binding"
    if target.startswith("rota/"):
        return None if room == "capi" else "only capi knows rota.h"
    if not target.startswith(("core/", "capi/")):
        return None
    other = room_of(target, layers)
    if other is None:
        return "names no room"
    if other != room and other not in layers[room]:
        return "%s may not include %s" % (room, other)
    return None


def check_file(path, lines, layers, selectors):
    """Yields (line number, complaint)."""
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include and not is_test(path):
            complaint = check_include(path, include.group(2), layers)
            if complaint:
                yield number, '"%s": %s' % (include.group(2), complaint)
        condition = CONDITION.match(line)
        if condition and path.startswith(("core/", "capi/")) and path not in selectors:
            macro = PLATFORM_MACRO.search(condition.group(2))
            if macro:
                yield number, "%s: a platform #if belongs in a selector header" % macro.group(1)


def source_files(root):
    """Paths from `root` of everything the rules are about."""
    for top in ("core", "capi", "bindings"):
        for folder, _, names in os.walk(os.path.join(root, top), followlinks=True):
            for name in names:
                if name.endswith(SOURCE_SUFFIXES):
                    yield os.path.relpath(os.path.join(folder, name), root)


def main(argv):
    # Under Bazel the file is a link: the tree is where it points to.
    root = os.path.dirname(os.path.realpath(argv[1] if len(argv) > 1 else "WORKSPACE"))
    layers, selectors = load_rules(root)
    files = sorted(source_files(root))
    complaints = 0
    for path in files:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for number, text in check_file(path, file, layers, selectors):
                print("%s:%d: %s" % (path, number, text))
                complaints += 1
    print("%d files, %d complaints" % (len(files), complaints))
    # Finding nothing to look at must not pass for finding nothing wrong.
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
