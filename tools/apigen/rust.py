# SPDX-License-Identifier: MIT
"""Rust declarations: what the crate rota-sys is made of."""

import re

WIDTH = 100
SCALARS = {
    "char": "c_char", "void": "c_void", "size_t": "usize", "intptr_t": "isize", "uintptr_t": "usize",
    "float": "f32", "double": "f64",
    **{"%sint%d_t" % (u, bits): "%s%d" % ("u" if u else "i", bits) for u in ("", "u") for bits in (8, 16, 32, 64)},
}
KEYWORDS = {
    "as", "async", "await", "box", "const", "crate", "dyn", "else", "enum", "extern", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "match", "mod", "move", "mut", "priv", "pub", "ref", "static", "super", "trait", "try", "type",
    "unsafe", "use", "virtual", "where", "while", "yield",
}
HEAD = """\
// SPDX-License-Identifier: MIT
//
// Written by tools/api from rota.h: do not edit.
#![allow(non_camel_case_types)]
#![allow(clippy::all, rustdoc::all)]

use core::ffi::{c_char, c_void};
use core::marker::{PhantomData, PhantomPinned};
"""
HANDLE = """\
#[repr(C)]
pub struct %s {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}
"""


def identifier(name):
    return "r#" + name if name in KEYWORDS else name


def rust_type(text):
    """`const char*` is *const c_char, `rota_task**` is *mut *mut rota_task, `rota_task* const*` is *const *mut rota_task."""
    array = re.fullmatch(r"(.*)\[(\d+)\]", text)
    if array:
        return "[%s; %s]" % (rust_type(array.group(1)), array.group(2))
    constant, base, stars, outer = re.fullmatch(r"(const )?(\w+)(\**)( const\*)?", text).groups()
    result = SCALARS.get(base, base)
    for depth in range(len(stars)):
        result = ("*const " if constant and depth == 0 else "*mut ") + result
    return "*const " + result if outer else result


def returns(entry):
    return "" if entry["returns"] == "void" else " -> " + rust_type(entry["returns"])


def parameters(entry):
    return ["%s: %s" % (identifier(p["name"]), rust_type(p["type"])) for p in entry["parameters"]]


def call(indent, before, entry, after):
    """A parameter list on one line if it fits, else one parameter a line: as rustfmt does it."""
    listed = parameters(entry)
    head = "%s%s(%s)" % (indent, before, ", ".join(listed))
    if len(head + after) <= WIDTH:
        return head + after
    inner = "".join("%s    %s,\n" % (indent, p) for p in listed)
    return "%s%s(\n%s%s)%s" % (indent, before, inner, indent, after)


def callback(indent, before, entry, after):
    """An optional function pointer; C's NULL is None."""
    option = "Option<unsafe extern \"C\" fn(%s)%s>%s" % (", ".join(parameters(entry)), returns(entry), after)
    for line in (indent + before + option, indent + "    " + option):
        if len(line) <= WIDTH:
            return line if line.startswith(indent + before) else indent + before.rstrip() + "\n" + line
    inner = call(indent + "    ", "unsafe extern \"C\" fn", entry, returns(entry))
    return "%s%sOption<\n%s,\n%s>%s" % (indent, before, inner, indent, after)


def doc(entry, indent=""):
    text = entry["doc"] or entry.get("group_doc", "")
    escaped = re.sub(r"([\[\]<>*])", r"\\\1", text)
    return "".join((indent + "/// " + line).rstrip() + "\n" for line in escaped.split("\n")) if text else ""


def struct(entry):
    lines = [doc(entry) + "#[repr(C)]\n#[derive(Clone, Copy, Debug)]\npub struct %s {" % entry["name"]]
    for field in entry["fields"]:
        name = "pub %s: " % identifier(field["name"])
        body = callback("    ", name, field["callback"], ",") if "callback" in field else \
            "    %s%s," % (name, rust_type(field["type"]))
        lines.append(doc(field, "    ") + body)
    return "\n".join(lines) + "\n}\n"


def layout_checks(entry):
    """The compiler refuses a struct that is not laid out as C lays it out."""
    name, text = entry["name"], ""
    for model, width in (("lp64", 64), ("ilp32", 32)):
        layout = entry["layout"][model]
        text += "#[cfg(target_pointer_width = \"%d\")]\nconst _: () = {\n" % width
        text += "    assert!(core::mem::size_of::<%s>() == %d);\n" % (name, layout["size"])
        for field, offset in layout["offsets"].items():
            text += "    assert!(core::mem::offset_of!(%s, %s) == %d);\n" % (name, identifier(field), offset)
        text += "};\n"
    return text


def type_item(entry):
    if entry["kind"] == "handle":
        return doc(entry) + HANDLE % entry["name"]
    if entry["kind"] == "struct":
        return struct(entry) + layout_checks(entry)
    before = "pub type %s = " % entry["name"]
    if entry["kind"] == "callback":
        return doc(entry) + callback("", before, entry, ";") + "\n"
    return doc(entry) + "%s%s;\n" % (before, rust_type(entry["type"]))


def render(api):
    """The whole file."""
    parts = [HEAD]
    parts += [type_item(t) for t in api["types"]]
    constants = ""
    for constant in api["constants"]:
        value = "%s::MAX" % rust_type(constant["type"]) if constant["value"] in (2**32 - 1, 2**64 - 1) \
            else str(constant["value"])
        constants += doc(constant) + "pub const %s: %s = %s;\n" % (
            constant["name"], rust_type(constant["type"]), value)
    parts.append(constants)
    functions = "\n".join(
        doc(f, "    ") + call("    ", "pub fn " + f["name"], f, returns(f) + ";") + "\n" for f in api["functions"])
    parts.append("extern \"C\" {\n" + functions + "}\n")
    return "\n".join(parts)
