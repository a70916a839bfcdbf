# SPDX-License-Identifier: MIT
"""How the extension is compiled where there is no Bazel: from a source distribution (tools/wheel --sdist makes it), or in a
checkout whose dependencies tools/setup has laid out.

ROTA_EXTENSION=FILE takes a finished one instead, which is how tools/wheel makes the wheel of what Bazel built.
"""

import glob
import os
import shutil
import sysconfig

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = os.path.dirname(os.path.abspath(__file__))
# In a source distribution everything is below; in a checkout, where it always is.
PACKED = os.path.isdir(os.path.join(HERE, "engine"))
ENGINE = "engine" if PACKED else os.path.join("..", "..")
ABSEIL, MIMALLOC, QUEUE = (
    ("deps/abseil", "deps/mimalloc", "deps/concurrentqueue")
    if PACKED else ("../../.cache/src/abseil", "../../.cache/src/mimalloc", "/usr/include"))

# A free-threaded interpreter has no limited API before 3.15: one wheel for each version of those.
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
WARNINGS = ["-Wall", "-Wextra"]
CXX = ["-std=c++20", "-O2", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-ffunction-sections", "-pthread"]


def sources(*patterns):
    """Our own, without tests and other systems' sides."""
    found = sorted(path for pattern in patterns for path in glob.glob(pattern))
    return [path for path in found if not path.endswith("_test.cc")]


class BuildExtension(build_ext):
    """Compiles the engine, which is C++ without exceptions, its one C file, and the binding."""

    def build_extension(self, ext):
        """Each part has its own flags."""
        target = self.get_ext_fullpath(ext.name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        finished = os.environ.get("ROTA_EXTENSION")
        if finished:
            shutil.copyfile(finished, target)
            return
        includes = [ENGINE, f"{ENGINE}/capi/include", ABSEIL, QUEUE, f"{MIMALLOC}/include"]
        python = self.include_dirs + ext.include_dirs
        core = sources(*(f"{ENGINE}/core/{part}" for part in ("*/*.cc", "*/linux/*.cc")))
        objects = self.compile(core, includes, CXX + WARNINGS + ["-fno-exceptions", "-fno-rtti"])
        objects += self.compile(sources(f"{ENGINE}/capi/*.cc"), includes, CXX + WARNINGS, [("ROTA_BUILDING", None)])
        objects += self.compile([f"{MIMALLOC}/src/static.c"], includes,
                                ["-O2", "-w", "-fvisibility=hidden", "-fno-builtin-malloc", "-ftls-model=local-dynamic"],
                                [("MI_STATIC_LIB", None), ("NDEBUG", None)])
        objects += self.compile(sources("src/*.cc"), [f"{ENGINE}/capi/include"] + python,
                                CXX + WARNINGS + ["-fno-exceptions", "-fno-rtti"], ext.define_macros)
        self.compiler.link_shared_object(objects, target, target_lang="c++", extra_postargs=[
            "-pthread", "-Wl,--version-script,rota_py.lds", "-Wl,--gc-sections", "-Wl,-z,now", "-Wl,-S"])

    def compile(self, files, includes, flags, macros=()):
        """The objects of `files`, in folders that keep same names apart."""
        return self.compiler.compile(files, output_dir=self.build_temp, include_dirs=includes, macros=list(macros),
                                     extra_postargs=flags + ["-fPIC"], depends=[])


os.chdir(HERE)
setup(
    ext_modules=[
        Extension(
            "rota._rota",
            sources=[],
            py_limited_api=not FREE_THREADED,
            define_macros=[("ROTA_PY_FULL_API", None)] if FREE_THREADED else [],
        )
    ],
    cmdclass={"build_ext": BuildExtension},
    options={"bdist_wheel": {} if FREE_THREADED else {"py_limited_api": "cp311"}},
)
