# SPDX-License-Identifier: MIT
"""The macros that every BUILD file of rota uses: a room, a test, a test in C.

By convention a room's target has the name of its folder (//core/task), its files are found by glob, and each
x_test.cc beside them becomes a test //core/task:x_test.
"""

load("//tools:layers.bzl", "LAYERS")

_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Werror",
]

_CXX_COPTS = _WARNINGS + select({
    # Clang alone reads the lock contracts (core/base/mutex.h).
    "//tools/bazel:clang": ["-Wthread-safety"],
    "//conditions:default": [],
}) + select({
    "//tools/bazel:tsan": ["-fsanitize-ignorelist=tools/bazel/tsan_ignorelist.txt"],
    "//conditions:default": [],
})

_CORE_COPTS = [
    "-fno-exceptions",
    "-fno-rtti",
]

_C_COPTS = _WARNINGS + [
    "-std=c11",
    "-Wpedantic",
]

# The folders of a room that hold a system's side of its contracts, from what many systems share to what is one's own.
_PLATFORM_DIRS = {
    "@platforms//os:freebsd": ["unix", "bsd", "freebsd"],
    "@platforms//os:linux": ["unix", "linux"],
    "@platforms//os:osx": ["unix", "bsd", "darwin"],
    "@platforms//os:windows": ["windows"],
}

_IMPLICIT_DEPS = ["//tools/bazel:tsan_ignorelist"]

def _visibility(room, visible_to):
    """The rooms above this one by the layer table, what the caller adds, and whatever tests and measures."""
    above = [r for r in sorted(LAYERS) if room in LAYERS[r]]
    return ["//%s:__pkg__" % r for r in above + visible_to] + [
        "//tests:__subpackages__",
        "//bench:__subpackages__",
    ]

def _check_headers(name, hdrs, deps, copts):
    """Builds each header alone: it must not lean on what some .cc happens to include first."""
    if not hdrs:
        return
    package = native.package_name()
    units = [h[:-len(".h")].replace("/", "_") + ".header_check.cc" for h in hdrs]
    native.genrule(
        name = name + "_units",
        outs = units,
        cmd = " && ".join([
            "echo '#include \"%s/%s\"' > $(RULEDIR)/%s" % (package, h, u)
            for h, u in zip(hdrs, units)
        ]),
        tags = ["headers"],
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = units,
        copts = copts + ["-O0", "-g0"],
        linkstatic = 1,
        tags = ["headers"],
        deps = deps,
        visibility = ["//visibility:private"],
    )

def rota_room(
        name,
        srcs = None,
        hdrs = None,
        deps = [],
        platform_dirs = False,
        exceptions = False,
        visible_to = [],
        test_deps = [],
        tests = {},
        **kwargs):
    """A room of the engine: one cc_library, its unit tests, and a check that each header stands alone.

    Args:
      name: the target, by convention the folder's name.
      srcs: sources; by default every *.cc but tests.
      hdrs: headers; by default every *.h.
      deps: the rooms and libraries below.
      platform_dirs: also take the folders of the system that is built for (_PLATFORM_DIRS).
      exceptions: compile with exceptions and RTTI. Only capi, which must catch what callbacks throw.
      visible_to: packages, beside those the layer table lets in, that may depend on the room.
      test_deps: what the unit tests need besides the room.
      tests: options for single tests, by name: {"wheel_test": {"size": "medium"}}.
      **kwargs: for the cc_library.
    """
    room = native.package_name()
    if room not in LAYERS:
        fail("%s is not in tools/layers.bzl" % room)
    if srcs == None:
        srcs = native.glob(["*.cc"], exclude = ["*_test.cc"], allow_empty = True)
    if hdrs == None:
        hdrs = native.glob(["*.h"], allow_empty = True)
    copts = _CXX_COPTS + ([] if exceptions else _CORE_COPTS)

    platform_srcs = []
    if platform_dirs:
        platform_srcs = select({
            system: [f for folder in folders for f in _platform_files(folder)]
            for system, folders in _PLATFORM_DIRS.items()
        })

    native.cc_library(
        name = name,
        srcs = srcs + platform_srcs,
        hdrs = hdrs,
        copts = copts,
        # Clang then refuses a header of a room that is not a direct dependency; g++ knows no such check.
        features = ["layering_check"],
        # A room alone is no shared library: what it needs is in others.
        linkstatic = 1,
        deps = deps + _IMPLICIT_DEPS,
        visibility = _visibility(room, visible_to),
        **kwargs
    )
    _check_headers(name + "_headers", hdrs, deps + [":" + name], copts)

    for src in native.glob(["*_test.cc"], allow_empty = True):
        _unit_test(src, [":" + name] + deps + test_deps, exceptions, tests)
    if platform_dirs:
        for folder, compatible in _systems_of_folders().items():
            for src in native.glob([folder + "/*_test.cc"], allow_empty = True):
                _unit_test(src, [":" + name] + deps + test_deps, exceptions, tests, target_compatible_with = compatible)

def _unit_test(src, deps, exceptions, options, **kwargs):
    name = src[:-len(".cc")].replace("/", "_")
    kwargs.update(options.get(name, {}))
    rota_test(
        name = name,
        srcs = [src],
        deps = deps,
        exceptions = exceptions,
        **kwargs
    )

def _systems_of_folders():
    """For each platform folder, what target_compatible_with says for a test that stands in it."""
    systems = {}
    for system, folders in _PLATFORM_DIRS.items():
        for folder in folders:
            systems.setdefault(folder, {"//conditions:default": ["@platforms//os:none"]})[system] = []
    return {folder: select(choice) for folder, choice in systems.items()}

def _platform_files(folder):
    return native.glob([folder + "/*.cc", folder + "/*.h"], exclude = [folder + "/*_test.cc"], allow_empty = True)

def rota_test(name, srcs, deps = [], exceptions = False, copts = [], size = "small", **kwargs):
    """A doctest test; //tests:doctest_main gives it a main function that reports each case.

    Compiled as core is. With exceptions = True it may throw, and check what throws; for tests of the C++ binding.
    """
    main = "//tests:doctest_main_exceptions" if exceptions else "//tests:doctest_main"
    native.cc_test(
        name = name,
        srcs = srcs,
        copts = _CXX_COPTS + ([] if exceptions else _CORE_COPTS) + copts,
        deps = deps + _IMPLICIT_DEPS + [main],
        size = size,
        **kwargs
    )

def rota_c_test(name, srcs, deps = ["//capi:rota"], copts = [], size = "small", **kwargs):
    """A test in pure C11. It passes when main returns 0."""
    native.cc_test(
        name = name,
        srcs = srcs,
        copts = _C_COPTS + copts,
        deps = deps,
        size = size,
        **kwargs
    )

def rota_c_library(name, copts = [], **kwargs):
    """A library in C11, with our warnings: what tests and examples need of the system."""
    native.cc_library(
        name = name,
        copts = _C_COPTS + copts,
        linkstatic = 1,
        **kwargs
    )

def rota_binary(name, srcs, deps = [], c = False, copts = [], **kwargs):
    """An example or a benchmark, with our warnings: C++20 with exceptions, or C11."""
    native.cc_binary(
        name = name,
        srcs = srcs,
        copts = (_C_COPTS if c else _CXX_COPTS) + copts,
        deps = deps if c else deps + _IMPLICIT_DEPS,
        **kwargs
    )

def rota_python_test(name, script, args = [], data = [], size = "small", tags = [], **kwargs):
    """A test that is a Python 3 program; it passes when the program exits with 0.

    Not py_test: that needs an interpreter called `python`, which Debian does not have.
    """
    native.sh_test(
        name = name,
        srcs = ["//tools/bazel:run_python.sh"],
        args = ["$(location %s)" % script] + args,
        data = [script] + data,
        size = size,
        tags = tags + ["nosan"],
        **kwargs
    )
