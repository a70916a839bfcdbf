# SPDX-License-Identifier: MIT
"""Which comment of a header belongs to which declaration.

rota.h documents in plain comments: above a declaration, behind it on its line, or above the first of a paragraph for all
of it. A comment that nothing follows introduces its section, and a line of dashes with a title begins one.
"""

import re

BANNER = re.compile(r"^-{10,}\s*(.*?)\s*$", re.DOTALL)


class Comment:
    """One comment: its text without decoration, and where it stands (`alone`: with no code before it on its line)."""

    def __init__(self, raw, first, last, alone):
        self.text = plain_text(raw)
        self.first = first
        self.last = last
        self.alone = alone


def plain_text(raw):
    """The words of a comment: lines of a paragraph joined, paragraphs a blank line apart."""
    body = re.sub(r"^/\*|\*/$", "", raw) if raw.startswith("/*") else raw[2:]
    lines = [re.sub(r"^\s*\*\s?", "", line).strip() for line in body.splitlines()]
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


class Comments:
    """The comments of one file, asked about by the lines that a declaration takes."""

    def __init__(self, comments):
        self._comments = comments
        self._used = set()
        self._group_until = 0  # the paragraph read last: its end and what is said above it
        self._group_doc = ""
        self.sections = [("", 1)]  # (title, line)
        for comment in comments:
            banner = BANNER.match(comment.text)
            if banner and comment.alone:
                self.sections.append((banner.group(1), comment.first))
                self._used.add(comment)

    def take(self, first, last):
        """(doc, group_doc) of the declaration on these lines; ask in the order of the file.

        doc is its own; group_doc what is said above the paragraph it stands in, if that is not its own.
        """
        above = self._find(lambda c: c.alone and c.last == first - 1)
        behind = self._find(lambda c: not c.alone and first <= c.first <= last)
        if above:
            self._group_doc = above
        elif first != self._group_until + 1:
            self._group_doc = ""
        self._group_until = last
        doc = behind or above
        return doc, "" if self._group_doc == doc else self._group_doc

    def inside(self, first, last):
        """The doc of a struct's field: behind it, else above it."""
        return (self._find(lambda c: not c.alone and first <= c.first <= last)
                or self._find(lambda c: c.alone and c.last == first - 1))

    def section_of(self, line):
        return [title for title, start in self.sections if start <= line][-1]

    def introductions(self):
        """{section title: text} of the comments that no declaration took."""
        texts = {}
        for comment in self._comments:
            if comment not in self._used and comment.alone:
                texts.setdefault(self.section_of(comment.first), []).append(comment.text)
        return {title: "\n\n".join(parts) for title, parts in texts.items()}

    def _find(self, belongs):
        found = next((c for c in self._comments if c not in self._used and belongs(c)), None)
        if not found:
            return ""
        self._used.add(found)
        return found.text
