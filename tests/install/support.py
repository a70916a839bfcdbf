# SPDX-License-Identifier: MIT
"""What the install tests share: one installation, made once, and running commands."""

import functools
import os
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
CONSUMER = os.path.join(HERE, "consumer")
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang-19", "clang++-19")}
PROGRAMS = {"c": "the C program ran\n", "cc": "the C++ program ran\n"}
SCRATCH = tempfile.mkdtemp(prefix="rota-install-")
# `Libs` of both: what may be linked to is what libgcc, libc and the C++ library offer.
RUNTIME_LIBRARIES = {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2",
                     "ld-linux-aarch64.so.1"}


def scratch(name):
    """A new empty folder outside the tree."""
    folder = os.path.join(SCRATCH, name)
    os.makedirs(folder)
    return folder


def run(*command, env=None, cwd=None, timeout=300):
    """What a command printed; if it fails, so does the test, with all that it said."""
    done = attempt(*command, env=env, cwd=cwd, timeout=timeout)
    if done.returncode != 0:
        raise AssertionError("%s: exit status %d\n%s%s" % (
            " ".join(command), done.returncode, done.stdout, done.stderr))
    return done.stdout


def attempt(*command, env=None, cwd=None, timeout=300):
    return subprocess.run(command, env={**os.environ, **(env or {})}, cwd=cwd, timeout=timeout, capture_output=True,
                          text=True, check=False)


@functools.lru_cache(maxsize=None)
def installed():
    """A prefix that tools/install filled."""
    prefix = os.path.join(SCRATCH, "prefix")
    run(os.path.join(TREE, "tools/install"), prefix, timeout=1800)
    return prefix


def pkg_config(libdir, *arguments):
    text = run("pkg-config", *arguments, env={"PKG_CONFIG_PATH": os.path.join(libdir, "pkgconfig")})
    return text.split()


def language_flags(language):
    if language == "c":
        return ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fno-exceptions"]
    return ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", "-fno-rtti"]


def compile_program(compiler, language, flags, output):
    """Compiles a consumer's program as its author would; returns the program."""
    run(COMPILERS[compiler][language == "cc"], *language_flags(language),
        os.path.join(CONSUMER, "program." + language), "-o", output, *flags)
    return output


def configure(source, build, compiler, *options):
    c, cxx = COMPILERS[compiler]
    return attempt("cmake", "-S", source, "-B", build, "-DCMAKE_C_COMPILER=" + c, "-DCMAKE_CXX_COMPILER=" + cxx,
                   *options)


def build_with_cmake(source, build, compiler, *options, targets=()):
    done = configure(source, build, compiler, *options)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)
    run("cmake", "--build", build, "-j", str(os.cpu_count()), *(["--target", *targets] if targets else []),
        timeout=1800)


def needed(file):
    """The libraries that a file asks the loader for."""
    return {line.split("[")[1].rstrip("]") for line in run("readelf", "-dW", file).splitlines() if "(NEEDED)" in line}


def symbols(file, *options):
    """[(kind, name)] as nm prints them; versions are left out."""
    lines = (line.split() for line in run("nm", *options, file).splitlines())
    return [(fields[-2], fields[-1].split("@")[0]) for fields in lines if len(fields) >= 2]


def clean_up():
    shutil.rmtree(SCRATCH, ignore_errors=True)
