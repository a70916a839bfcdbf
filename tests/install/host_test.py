# SPDX-License-Identifier: MIT
"""Hosts that have of their own what is inside librota.a. Each test also shows that without what tools/prelink does the
same host would not link, or not work."""

import os
import unittest

import support

SOURCES = os.path.join(support.TREE, ".cache/src")
ABSEIL = [os.path.join(SOURCES, "abseil/absl", name) for name in (
    "base/log_severity.cc", "base/internal/raw_logging.cc", "base/internal/throw_delegate.cc", "strings/ascii.cc")]
INCLUDES = ["-I" + os.path.join(SOURCES, "abseil"), "-I" + os.path.join(SOURCES, "mimalloc/include")]
# A function of that name, as an inline function is compiled: whoever of its group comes first stays.
TRAP = """\
.section .text.{0},"axG",@progbits,{0},comdat
.weak {0}
.type {0}, @function
{0}: ud2
"""


class OwnDependencies(unittest.TestCase):
    """A host with its own mimalloc and Abseil."""

    def build(self, compiler, folder, library):
        """The host, linked with `library`: what the linker said, and the program."""
        c, cxx = support.COMPILERS[compiler]
        objects = []
        allocator = os.path.join(folder, "mimalloc.o")
        support.run(c, "-w", "-O1", "-DMI_MALLOC_OVERRIDE", "-fno-builtin-malloc", *INCLUDES, "-c",
                    os.path.join(SOURCES, "mimalloc/src/static.c"), "-o", allocator)
        for source in [os.path.join(support.HERE, "host/host.cc"), *ABSEIL]:
            objects.append(os.path.join(folder, os.path.basename(source) + ".o"))
            support.run(cxx, "-std=c++20", "-O1", *INCLUDES, "-I" + os.path.join(support.installed(), "include"), "-c",
                        source, "-o", objects[-1])
        program = os.path.join(folder, "host")
        return support.attempt(cxx, "-o", program, allocator, *objects, library, "-lm", "-pthread"), program

    def check(self, compiler):
        folder = support.scratch(self.id())
        linked, program = self.build(compiler, folder, os.path.join(support.installed(), "lib/librota.a"))
        self.assertEqual((linked.returncode, linked.stderr), (0, ""))
        self.assertEqual(support.run(program), "the host ran\n")

    def test_links_and_runs_with_gcc(self):
        self.check("gcc")

    def test_links_and_runs_with_clang(self):
        self.check("clang")

    def test_would_not_link_if_the_names_inside_were_visible(self):
        folder = support.scratch(self.id())
        visible = os.path.join(folder, "librota.a")
        support.run("objcopy", "--wildcard", "--globalize-symbol=mi_*",
                    os.path.join(support.installed(), "lib/librota.a"), visible)
        linked, _ = self.build("gcc", folder, visible)
        self.assertNotEqual(linked.returncode, 0)
        self.assertIn("multiple definition of `mi_malloc", linked.stderr)


class SameNames(unittest.TestCase):
    """A host that has an inline function, of its own making, for every name inside the library: none may be called."""

    def traps(self, folder):
        """An object with such functions, and how many."""
        library = os.path.join(support.installed(), "lib/librota.a")
        runtime = {name for file in ("libstdc++.so.6", "libc.so.6", "libm.so.6", "libgcc_s.so.1") for _, name in
                   support.symbols(support.run("g++", "-print-file-name=" + file).strip(), "-D", "--defined-only")}
        names = {name for kind, name in support.symbols(library, "--defined-only") if kind in "tW"}
        names = sorted(n for n in names if n.replace("_", "a").isalnum() and n not in runtime)
        source = os.path.join(folder, "traps.s")
        with open(source, "w", encoding="utf-8") as file:
            file.write("".join(TRAP.format(name) for name in names) + ".section .note.GNU-stack,\"\",@progbits\n")
        support.run("gcc", "-c", source, "-o", os.path.join(folder, "traps.o"))
        return os.path.join(folder, "traps.o"), len(names)

    def run_with(self, folder, library, linker):
        """The consumer's program with the traps before the library; its exit status, or None if it did not link."""
        traps, count = self.traps(folder)
        self.assertGreater(count, 300)
        program = os.path.join(folder, "program-" + linker)
        linked = support.attempt(
            "clang-19", "-fuse-ld=" + linker, os.path.join(support.CONSUMER, "program.c"), traps, library,
            "-I" + os.path.join(support.installed(), "include"), "-o", program, "-lstdc++", "-lm", "-pthread")
        return support.attempt(program).returncode if linked.returncode == 0 else None

    def test_the_library_keeps_to_its_own_functions(self):
        library = os.path.join(support.installed(), "lib/librota.a")
        for linker in ("bfd", "gold", "lld-19"):
            self.assertEqual(self.run_with(support.scratch(self.id() + linker), library, linker), 0, linker)

    def test_would_fall_into_the_hosts_if_the_names_inside_were_visible(self):
        folder = support.scratch(self.id())
        weak = os.path.join(folder, "librota.a")
        support.run("objcopy", "--wildcard", "--globalize-symbol=_ZN*", "--weaken-symbol=_ZN*",
                    os.path.join(support.installed(), "lib/librota.a"), weak)
        self.assertNotEqual(self.run_with(folder, weak, "bfd"), 0)


if __name__ == "__main__":
    unittest.main()
