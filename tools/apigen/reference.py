# SPDX-License-Identifier: MIT
"""The reference: docs/reference, a page for each function, one for the types, one for the constants, and an index."""

import re

NOTE = "<!-- Written by tools/api from rota.h: do not edit. -->\n"
LEADS = re.compile(r"\s+(?=(?:Errors|Returns|Calls back|The task may end with)\b)")
# What is code already; names: of the interface, of parameters, families as ROTA_TCP_*; and what Markdown takes for markup.
TOKENS = re.compile(r"`([^`]*)`|((?:\b|\*)[A-Za-z]+(?:_[A-Za-z0-9]+)+(?:_\*)?)|([*_<>|\[\]\\])")


class Links:
    """Turns names of the interface into links to where they are explained."""

    def __init__(self, api):
        self._targets = {f["name"]: f["name"] + ".md" for f in api["functions"]}
        self._targets.update({t["name"]: "types.md#" + t["name"] for t in api["types"]})
        self._targets.update({c["name"]: "constants.md#" + c["name"].lower() for c in api["constants"]})

    def name(self, word):
        """`word` as code, linked if it is a name of the interface."""
        target = self._targets.get(word)
        return "[`%s`](%s)" % (word, target) if target else "`%s`" % word

    def prose(self, text, itself=""):
        """A header's comment as Markdown; `itself` is the page's own name, which needs no link."""
        def replace(match):
            code, word, mark = match.groups()
            if code is not None:
                return "`%s`" % code
            if word is not None:
                return "`%s`" % word if word == itself else self.name(word)
            return "\\" + mark
        return TOKENS.sub(replace, text)


def paragraphs(text):
    """Errors and callbacks begin a paragraph of their own."""
    return "\n\n".join(LEADS.sub("\n\n", p) for p in text.split("\n\n"))


def declaration(entry):
    """The function as C declares it, a parameter a line when it is long."""
    listed = ["%s %s" % (p["type"], p["name"]) for p in entry["parameters"]] or ["void"]
    line = "%s %s(%s);" % (entry["returns"], entry["name"], ", ".join(listed))
    if len(line) <= 100:
        return line
    return "%s %s(\n    %s);" % (entry["returns"], entry["name"], ",\n    ".join(listed))


def callback_text(entry, name):
    listed = ", ".join("%s %s" % (p["type"], p["name"]) for p in entry["parameters"])
    return "%s (*%s)(%s)" % (entry["returns"], name, listed)


def base(type_):
    return re.sub(r"^const |[*\[].*$", "", type_)


def words(entry, links):
    text = "\n\n".join(part for part in (entry["doc"], entry["group_doc"]) if part)
    return links.prose(paragraphs(text), entry["name"])


def first_sentence(entry):
    text = entry["doc"] or entry["group_doc"]
    return re.split(r"(?<=[.:;]) (?=[A-Z*`])", text.split("\n\n")[0])[0].rstrip(":;")


def function_page(entry, api, links):
    lines = [NOTE, "# " + entry["name"] + "\n", "```c\n" + declaration(entry) + "\n```\n", words(entry, links) + "\n"]
    named = [b for b in dict.fromkeys(base(p["type"]) for p in entry["parameters"]) if b.startswith("rota_")]
    if named:
        lines.append("Types: " + ", ".join(links.name(n) for n in named) + "\n")
    if entry["returns"] == "rota_status":
        lines.append("Returns a [`rota_status`](constants.md#version-status), which may also be one of "
                     "[those every function may return](README.md#every-function).\n")
    lines.append("The [contracts](README.md#contracts) hold here too: ownership, delivery, thread safety.\n")
    section = next(s for s in api["sections"] if s["title"] == entry["section"])
    if section["doc"]:
        lines.append("## In this section\n\n" + links.prose(section["doc"]) + "\n")
    others = [f["name"] for f in api["functions"] if f["section"] == entry["section"] and f is not entry]
    if others:
        lines.append("See also: " + ", ".join(links.name(n) for n in others) + "\n")
    return "\n".join(lines)


def layout_cell(entry, field):
    return "%d / %d" % tuple(entry["layout"][m]["offsets"][field] for m in ("lp64", "ilp32"))


def type_entry(entry, links):
    lines = ["## %s\n" % entry["name"]]
    if entry["kind"] == "handle":
        lines.append("An opaque handle.\n")
    elif entry["kind"] == "alias":
        lines.append("```c\ntypedef %s %s;\n```\n" % (entry["type"], entry["name"]))
    elif entry["kind"] == "callback":
        lines.append("```c\ntypedef %s;\n```\n" % callback_text(entry, entry["name"]))
    if words(entry, links):
        lines.append(words(entry, links) + "\n")
    if entry["kind"] == "struct":
        sizes = tuple(entry["layout"][m]["size"] for m in ("lp64", "ilp32"))
        lines.append("%d bytes where pointers have 64 bits, %d where they have 32.\n" % sizes)
        lines.append("| offset (64 / 32) | field | type | |\n|---|---|---|---|")
        for f in entry["fields"]:
            type_ = callback_text(f["callback"], "") if "callback" in f else f["type"]
            lines.append("| %s | `%s` | `%s` | %s |" % (
                layout_cell(entry, f["name"]), f["name"], type_, links.prose(f["doc"].replace("\n\n", " "))))
        lines.append("")
    return "\n".join(lines)


def types_page(api, links):
    return "\n".join([NOTE, "# Types\n"] + [type_entry(t, links) for t in api["types"]])


def constants_page(api, links):
    lines = [NOTE, "# Constants\n"]
    for section in api["sections"]:
        rows = [c for c in api["constants"] if c["section"] == section["title"]]
        if not rows:
            continue
        lines.append("## %s\n\n| name | value | type | |\n|---|---|---|---|" % section["title"])
        for c in rows:
            lines.append('| <a id="%s"></a>`%s` | %d | `%s` | %s |' % (
                c["name"].lower(), c["name"], c["value"], c["type"], words(c, links).replace("\n\n", " ")))
        lines.append("")
    return "\n".join(lines)


def index_page(api, links):
    lines = [NOTE, "# Reference of rota.h, version %s\n" % api["version"],
             "Every function has a page; [types](types.md) and [constants](constants.md) have one each. The same as "
             "data: [rota_api.json](../../capi/abi/rota_api.json).\n"]
    for section in api["sections"]:
        functions = [f for f in api["functions"] if f["section"] == section["title"]]
        if functions:
            lines.append("## %s\n\n| function | |\n|---|---|" % section["title"])
            lines += ["| %s | %s |" % (links.name(f["name"]), links.prose(first_sentence(f))) for f in functions]
            lines.append("")
    lines.append("## Contracts\n")
    lines += ["%d. %s" % (n, links.prose(c)) for n, c in enumerate(api["contracts"], 1)]
    lines.append("\n## Every function\n\n" + links.prose(api["after_contracts"]) + "\n")
    return "\n".join(lines)


def render(api):
    """{file name: text} of all pages."""
    links = Links(api)
    pages = {f["name"] + ".md": function_page(f, api, links) for f in api["functions"]}
    pages["types.md"] = types_page(api, links)
    pages["constants.md"] = constants_page(api, links)
    pages["README.md"] = index_page(api, links)
    return pages
