# SPDX-License-Identifier: MIT
"""The layers: which room may include which. The one table, read twice: rota_room turns it into Bazel visibility, and
tools/check_layers.py holds each #include against it. (Plain literals only: Python reads it too.)

A room may include itself and every room on its list. Siblings of one layer are on none of each other's lists.
"""

_L0 = ["core/base"]

_L1 = _L0 + ["core/platform"]

_L2 = _L1 + ["core/task"]

_L3 = _L2 + ["core/time", "core/io", "core/blocking", "core/sync"]

_L4 = _L3 + ["core/scheduler"]

_L5 = _L4 + ["core/net", "core/fs", "core/process", "core/watch"]

_L6 = _L5 + ["core/runtime"]

LAYERS = {
    "core/base": [],
    "core/platform": _L0,
    "core/task": _L1,
    "core/time": _L2,
    "core/io": _L2,
    "core/blocking": _L2,
    "core/sync": _L2,
    "core/scheduler": _L3,
    "core/net": _L4,
    "core/fs": _L4,
    "core/process": _L4,
    "core/watch": _L4,
    "core/runtime": _L5,
    "capi": _L6,
    # A binding sees the C interface and nothing else.
    "bindings": [],
}

# The only files that may ask which system or processor they are compiled for: selector headers and the export header.
SELECTORS = [
    "capi/include/rota/export.h",
    "core/io/poller.h",
    "core/net/socket_headers.h",
    "core/platform/signal.h",
    "core/platform/spin.h",
]
