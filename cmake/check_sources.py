#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds CMake's list of sources against Bazel's.

  check_sources.py LABELS [SOURCES.cmake]          fails when SOURCES.cmake is not what follows from LABELS
  check_sources.py --write LABELS [SOURCES.cmake]  writes it

LABELS is what Bazel says //capi is made of (//cmake:bazel_sources); `tools/cmake_sources` does both in one.
"""

import os
import re
import sys

HEAD = """\
# SPDX-License-Identifier: MIT
#
# Written by tools/cmake_sources from Bazel's own list: do not edit. A list for each system's folders.
"""
# How Bazel's labels look, of our own sources.
LABEL = re.compile(r"^//((?:core|capi)[\w/]*):([\w/.]+\.cc)$")


def group_of(room, file):
    """The variable that a file is listed in: its room, and the system's folder it stands in."""
    if room.startswith("capi"):
        return "ROTA_CAPI_SOURCES"
    folder = os.path.dirname(file)
    return "ROTA_CORE_SOURCES" + ("_" + folder.upper().replace("/", "_") if folder else "")


def render(labels):
    groups = {}
    for label in labels:
        match = LABEL.match(label)
        if match:
            groups.setdefault(group_of(*match.groups()), []).append("%s/%s" % match.groups())
    text = HEAD
    for group in sorted(groups):
        text += "\nset(%s\n%s)\n" % (group, "\n".join("  " + path for path in sorted(groups[group])))
    return text, sum(len(paths) for paths in groups.values())


def main(argv):
    writing = argv[1] == "--write"
    labels_path, sources_path, *_ = argv[1 + writing:] + [os.path.join(os.path.dirname(argv[0]), "sources.cmake")]
    with open(labels_path, encoding="utf-8") as file:
        text, count = render(file.read().split())
    if count == 0:
        print("Bazel names no source: nothing was compared")
        return 1
    if writing:
        with open(sources_path, "w", encoding="utf-8") as file:
            file.write(text)
        return 0
    with open(sources_path, encoding="utf-8") as file:
        if file.read() != text:
            print("cmake/sources.cmake is not what Bazel builds: run tools/cmake_sources and commit what it writes")
            return 1
    print("%d sources" % count)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
