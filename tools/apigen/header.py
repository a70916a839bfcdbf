# SPDX-License-Identifier: MIT
"""Reads rota.h with libclang into plain data: what capi/abi/rota_api.json holds.

The header is read for a machine of 64 and for one of 32 bits, with no header of the system but the compiler's own: the
result is the same wherever this runs. What the ABI's contracts forbid is refused here.
"""

import os
import re

from clang import cindex
from clang.cindex import CursorKind, TokenKind, TypeKind

from apigen.comments import Comment, Comments

TARGETS = {"lp64": "x86_64-unknown-linux-gnu", "ilp32": "armv7-unknown-linux-gnueabihf"}
SCALARS = {
    "char", "void", "size_t", "intptr_t", "uintptr_t", "float", "double",
    *("%s%d_t" % (sign, bits) for sign in ("int", "uint") for bits in (8, 16, 32, 64)),
}
STATUS = re.compile(r"ROTA_(OK|PENDING|E[A-Z]+)$")
# What follows from a name, where the header says it once for all in its contracts.
BY_NAME = [
    (re.compile(r"_(clone|share)$"), "One more reference; returns its argument. NULL gives NULL."),
    (re.compile(r"_release$"), "Drops a reference. NULL is fine."),
    (re.compile(r"_options_init$"),
     "Fills `options` with the defaults. `size` is sizeof *options as the caller was compiled."),
]


class ApiError(Exception):
    """The header holds what the ABI does not allow, or what nobody documented."""


def parse(include_dir, target, extra=""):
    """The translation unit of a file that includes rota.h and then says `extra`."""
    arguments = ["-x", "c", "-std=c11", "-ffreestanding", "-nostdlibinc", "-target", target, "-I", include_dir]
    source = "#include <rota/rota.h>\n" + extra
    unit = cindex.Index.create().parse(
        "api.c", args=arguments, unsaved_files=[("api.c", source)],
        options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [str(d) for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    if errors:
        raise ApiError("rota.h does not compile: " + "; ".join(errors))
    return unit


def in_header(cursor):
    file = cursor.location.file
    return file is not None and os.path.basename(file.name) == "rota.h"


def read_comments(unit, path):
    """All comments of the header, in order."""
    file = unit.get_file(path)
    end = cindex.SourceLocation.from_offset(unit, file, os.path.getsize(path))
    start = cindex.SourceLocation.from_offset(unit, file, 0)
    comments, code_line = [], 0
    for token in unit.get_tokens(extent=cindex.SourceRange.from_locations(start, end)):
        first, last = token.extent.start.line, token.extent.end.line
        if token.kind == TokenKind.COMMENT:
            comments.append(Comment(token.spelling, first, last, first != code_line))
        else:
            code_line = last
    return comments


def type_text(type_, where):
    """A type as the interface writes it: `const char*`, `rota_task**`, `rota_task* const*`, `uint8_t[16]`."""
    if type_.kind == TypeKind.CONSTANTARRAY:
        return "%s[%d]" % (type_text(type_.element_type, where), type_.element_count)
    text = re.sub(r"\s*\*\s*", "*", type_.spelling)
    text = text.replace("*const*", "* const*")
    base = re.sub(r"^const |(\* const)?\**$", "", text)
    by_value = "*" not in text
    if not re.fullmatch(r"(const )?\w+(\** const\*|\**)", text) or not (base in SCALARS or base.startswith("rota_")):
        raise ApiError("%s: the ABI has no type '%s' (contract 8)" % (where, type_.spelling))
    if by_value and type_.get_canonical().kind in (TypeKind.RECORD, TypeKind.ENUM, TypeKind.BOOL):
        raise ApiError("%s: '%s' may only be passed by pointer (contract 8)" % (where, type_.spelling))
    return text


def signature(type_, parameters, where):
    """What a function and a callback have in common."""
    if type_.get_canonical().kind != TypeKind.FUNCTIONPROTO or type_.is_function_variadic():
        raise ApiError("%s: needs a full parameter list and no '...'" % where)
    named = []
    for number, parameter in enumerate(parameters):
        if not parameter.spelling:
            raise ApiError("%s: parameter %d has no name" % (where, number + 1))
        named.append({"name": parameter.spelling,
                      "type": type_text(parameter.type, "%s(%s)" % (where, parameter.spelling))})
    return {"returns": type_text(type_.get_result(), where), "parameters": named}


def pointee_function(type_):
    """The function type that a callback's type points to, or None."""
    # The canonical type tells what it is; the written one keeps the names of the types in it.
    is_function = type_.get_canonical().get_pointee().kind == TypeKind.FUNCTIONPROTO
    return type_.get_pointee() if is_function else None


def parameters_of(cursor):
    return [c for c in cursor.get_children() if c.kind == CursorKind.PARM_DECL]


def read_field(cursor, comments, where):
    function = pointee_function(cursor.type)
    if function and cursor.type.kind == TypeKind.POINTER:
        field = {"name": cursor.spelling, "callback": signature(function, parameters_of(cursor), where)}
    else:
        field = {"name": cursor.spelling, "type": type_text(cursor.type, where)}
    if cursor.is_bitfield():
        raise ApiError("%s: the ABI has no bit-fields (contract 8)" % where)
    field["doc"] = comments.inside(cursor.extent.start.line, cursor.extent.end.line)
    return field


def read_typedef(cursor, comments):
    """An alias, an opaque handle, a callback or a struct."""
    name, underlying = cursor.spelling, cursor.underlying_typedef_type
    record = underlying.get_canonical()
    if record.kind == TypeKind.RECORD:
        declaration = record.get_declaration()
        if declaration.spelling != name:
            raise ApiError("%s: a struct and its typedef have one name" % name)
        if record.get_size() < 0:
            return {"name": name, "kind": "handle"}
        fields = [read_field(f, comments, "%s.%s" % (name, f.spelling)) for f in record.get_fields()]
        return {"name": name, "kind": "struct", "fields": fields}
    function = pointee_function(underlying)
    if function:
        return {"name": name, "kind": "callback", **signature(function, parameters_of(cursor), name)}
    return {"name": name, "kind": "alias", "type": type_text(underlying, name)}


def layouts(include_dir, structs):
    """{struct: {model: {size, align, offsets}}} on machines of 64 and of 32 bits."""
    found = {name: {} for name in structs}
    for model, target in TARGETS.items():
        for cursor in parse(include_dir, target).cursor.get_children():
            if cursor.kind == CursorKind.STRUCT_DECL and cursor.is_definition() and cursor.spelling in found:
                offsets = {f.spelling: f.get_field_offsetof() // 8 for f in cursor.type.get_fields()}
                found[cursor.spelling][model] = {
                    "size": cursor.type.get_size(), "align": cursor.type.get_align(), "offsets": offsets}
    return found


def constant_values(include_dir, names):
    """{macro: (value, type)}, as the compiler sees them; macros that are no number are refused."""
    extra = "".join("enum { value_%s = (%s) }; static __typeof__(%s) type_%s;\n" % (n, n, n, n) for n in names)
    unit = parse(include_dir, TARGETS["lp64"], extra)
    values, types = {}, {}
    for cursor in unit.cursor.get_children():
        if cursor.kind == CursorKind.ENUM_DECL:
            for value in cursor.get_children():
                values[value.spelling[len("value_"):]] = value.enum_value
        elif cursor.kind == CursorKind.VAR_DECL:
            canonical = cursor.type.get_canonical()
            signed = canonical.kind in (TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG)
            types[cursor.spelling[len("type_"):]] = "%sint%d_t" % ("" if signed else "u", canonical.get_size() * 8)
    return {n: (values[n], "rota_status" if STATUS.match(n) and types[n] == "int32_t" else types[n]) for n in names}


def macros(unit):
    """The constants that the header defines: neither its guard nor what takes arguments."""
    for cursor in unit.cursor.get_children():
        if cursor.kind == CursorKind.MACRO_DEFINITION and in_header(cursor):
            tokens = [t.spelling for t in cursor.get_tokens()]
            if len(tokens) < 2:
                continue
            if cursor.extent.start.offset + len(tokens[0]) == list(cursor.get_tokens())[1].extent.start.offset:
                raise ApiError("%s: the ABI has no macros with arguments (contract 8)" % cursor.spelling)
            yield cursor


def read_contracts(text):
    """The comment on top of the file: what it is about, the numbered contracts, and what follows them."""
    paragraphs = text.split("\n\n")
    number = next(i for i, p in enumerate(paragraphs) if re.match(r"1\. ", p))
    contracts = re.split(r"(?:^|\s)\d+\. (?=[`A-Z])", paragraphs[number])[1:]
    about = [p for p in paragraphs[:number] if not p.startswith("SPDX")]
    return {"about": "\n\n".join(about), "contracts": contracts, "after_contracts": "\n\n".join(paragraphs[number + 1:])}


def read(root):
    """The whole interface."""
    include_dir = os.path.join(root, "capi", "include")
    path = os.path.join(include_dir, "rota", "rota.h")
    unit = parse(include_dir, TARGETS["lp64"])
    comments = Comments(read_comments(unit, path))
    macro_cursors = list(macros(unit))
    values = constant_values(include_dir, [m.spelling for m in macro_cursors])

    cursors = macro_cursors + [c for c in unit.cursor.get_children()
                               if in_header(c) and c.kind in (CursorKind.TYPEDEF_DECL, CursorKind.FUNCTION_DECL)]
    cursors.sort(key=lambda c: c.extent.start.line)
    api = {"constants": [], "types": [], "functions": []}
    for cursor in cursors:
        kind, entry = read_entry(cursor, comments, values)
        entry["section"] = comments.section_of(cursor.location.line)
        entry["doc"], entry["group_doc"] = comments.take(cursor.extent.start.line, cursor.extent.end.line)
        if kind == "functions":
            document_function(entry)
        api[kind].append(entry)
    structs = [t for t in api["types"] if t["kind"] == "struct"]
    for name, layout in layouts(include_dir, [s["name"] for s in structs]).items():
        next(s for s in structs if s["name"] == name)["layout"] = layout
    introductions = comments.introductions()
    number = {n: values["ROTA_VERSION_" + n][0] for n in ("MAJOR", "MINOR", "PATCH")}
    return {
        "version": "%(MAJOR)d.%(MINOR)d.%(PATCH)d" % number,
        "abi": values["ROTA_ABI_VERSION"][0],
        **read_contracts(introductions.get("", "")),
        "sections": [{"title": title, "doc": introductions.get(title, "")} for title, _ in comments.sections[1:]],
        **api,
    }


def read_entry(cursor, comments, values):
    name = cursor.spelling
    if cursor.kind == CursorKind.MACRO_DEFINITION:
        value, type_ = values[name]
        return "constants", {"name": name, "value": value, "type": type_}
    if cursor.kind == CursorKind.TYPEDEF_DECL:
        return "types", read_typedef(cursor, comments)
    return "functions", {"name": name, **signature(cursor.type, list(cursor.get_arguments()), name)}


def document_function(entry):
    """A function has words of its own, or its name says it, or it stands in a paragraph that has."""
    if not entry["doc"]:
        entry["doc"] = next((doc for name, doc in BY_NAME if name.search(entry["name"])), "")
        if entry["doc"]:
            entry["group_doc"] = ""
    if not entry["doc"] and not entry["group_doc"]:
        raise ApiError("%s is not documented" % entry["name"])
