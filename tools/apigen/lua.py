# SPDX-License-Identifier: MIT
"""LuaJIT: the declarations for ffi.cdef, and the constants as a table."""

HEAD = """\
-- SPDX-License-Identifier: MIT
--
-- Written by tools/api from rota.h: do not edit.
--
-- Declares the interface to the ffi library, once, and returns its constants: require("rota_cdef").ROTA_OK is 0. What has
-- 64 bits is a uint64_t cdata.
local ffi = require("ffi")
"""


def declare(type_, name):
    """`rota_task** out`, `uint8_t key[16]`."""
    if type_.endswith("]"):
        base, _, size = type_.partition("[")
        return "%s %s[%s" % (base, name, size)
    return "%s %s" % (type_, name)


def parameter_list(entry):
    return ", ".join(declare(p["type"], p["name"]) for p in entry["parameters"]) or "void"


def function_pointer(entry, name):
    return "%s (*%s)(%s)" % (entry["returns"], name, parameter_list(entry))


def type_item(entry):
    name, kind = entry["name"], entry["kind"]
    if kind == "handle":
        return "typedef struct %s %s;" % (name, name)
    if kind == "alias":
        return "typedef %s;" % declare(entry["type"], name)
    if kind == "callback":
        return "typedef %s;" % function_pointer(entry, name)
    fields = "".join("  %s;\n" % (function_pointer(f["callback"], f["name"]) if "callback" in f else
                                  declare(f["type"], f["name"])) for f in entry["fields"])
    return "typedef struct %s {\n%s} %s;" % (name, fields, name)


def number(constant):
    return "%d%s" % (constant["value"], {"uint64_t": "ULL", "int64_t": "LL"}.get(constant["type"], ""))


def render(api):
    """The whole file."""
    declarations = [type_item(t) for t in api["types"]]
    declarations += ["%s %s(%s);" % (f["returns"], f["name"], parameter_list(f)) for f in api["functions"]]
    constants = "".join("  %s = %s,\n" % (c["name"], number(c)) for c in api["constants"])
    return "%s\nffi.cdef([[\n%s\n]])\n\nreturn {\n%s}\n" % (HEAD, "\n".join(declarations), constants)
