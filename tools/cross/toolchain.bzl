# SPDX-License-Identifier: MIT
"""One C++ toolchain for another system: a platform, a compiler, and what the linker is told.

A toolchain is chosen by the platform alone (tools/cross/cross.bazelrc), so every select() on @platforms//os:* and
@platforms//cpu:* sees the system that is built for, and tools that run during the build stay native.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "artifact_name_pattern",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
    "with_feature_set",
)

_COMPILE = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
    ACTION_NAMES.linkstamp_compile,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.cpp_module_compile,
    ACTION_NAMES.cpp_module_codegen,
]

_LINK = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

# What Bazel asks for by name; it runs the compiler, the archiver and strip.
_TOOLS = ["ar", "cpp", "gcc", "gcov", "ld", "nm", "objcopy", "objdump", "strip"]

_FILE_NAMES = {
    "windows": [
        ("executable", "", ".exe"),
        ("dynamic_library", "", ".dll"),
        ("interface_library", "", ".if.lib"),
    ],
    "darwin": [("dynamic_library", "lib", ".dylib")],
}

def _flags(actions, flags, when = []):
    if not flags:
        return []
    return [flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = [with_feature_set(features = when)] if when else [],
    )]

def _features(ctx):
    compile_flags = feature(
        name = "default_compile_flags",
        enabled = True,
        flag_sets = _flags(_COMPILE, ctx.attr.compile_flags) +
                    _flags(_COMPILE, ["-O2", "-DNDEBUG", "-ffunction-sections", "-fdata-sections"], ["opt"]),
    )

    # After the libraries: what they need from the system must follow them.
    link_flags = feature(
        name = "default_link_flags",
        enabled = True,
        flag_sets = _flags(_LINK, ctx.attr.link_flags),
    )
    features = [
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "supports_pic", enabled = True),
        # Without it each cc_library x would claim the name of a shared library x, which capi gives to the real one.
        feature(name = "supports_dynamic_linker", enabled = True),
        compile_flags,
        link_flags,
    ]
    if ctx.attr.file_names == "windows":
        import_library = flag_group(
            flags = ["-Wl,--out-implib,%{interface_library_output_path}"],
            expand_if_available = "interface_library_output_path",
        )
        features += [
            feature(
                name = "import_library",
                enabled = True,
                flag_sets = [flag_set(
                    actions = [ACTION_NAMES.cpp_link_dynamic_library, ACTION_NAMES.cpp_link_nodeps_dynamic_library],
                    flag_groups = [import_library],
                )],
            ),
            feature(name = "supports_interface_shared_libraries", enabled = True),
            # Windows finds a DLL beside the program.
            feature(name = "copy_dynamic_libraries_to_binary", enabled = True),
            feature(name = "targets_windows", enabled = True),
        ]
    return features

def _cross_toolchain_config_impl(ctx):
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = ctx.label.name,
        host_system_name = "local",
        target_system_name = ctx.attr.triple,
        target_cpu = ctx.attr.triple.partition("-")[0],
        target_libc = "unknown",
        compiler = ctx.attr.compiler,
        abi_version = "unknown",
        abi_libc_version = "unknown",
        tool_paths = [
            tool_path(name = name, path = ctx.attr.tools.get(name, "/bin/false"))
            for name in _TOOLS
        ],
        cxx_builtin_include_directories = ctx.attr.include_dirs,
        artifact_name_patterns = [
            artifact_name_pattern(category_name = category, prefix = prefix, extension = extension)
            for category, prefix, extension in _FILE_NAMES.get(ctx.attr.file_names, [])
        ],
        features = _features(ctx),
    )

_cross_toolchain_config = rule(
    implementation = _cross_toolchain_config_impl,
    attrs = {
        "compile_flags": attr.string_list(),
        "compiler": attr.string(),
        "file_names": attr.string(),
        "include_dirs": attr.string_list(),
        "link_flags": attr.string_list(),
        "tools": attr.string_dict(),
        "triple": attr.string(),
    },
    provides = [CcToolchainConfigInfo],
)

def cross_toolchain(
        name,
        constraints,
        triple,
        compiler,
        tools,
        include_dirs,
        files = [],
        file_names = "",
        compile_flags = [],
        link_flags = []):
    """Declares the platform `name`, and the toolchain that serves it.

    Args:
      name: the platform; the toolchain is called after it.
      constraints: its processor, its system, and what sets it apart from another platform with both.
      triple: as compilers name it.
      compiler: "gcc" or "clang": what select() on the compiler sees.
      tools: paths by Bazel's names: "gcc" (the C and C++ compiler, which also links), "ar", "strip".
      include_dirs: where the compiler's own headers lie.
      files: what the tools need from this workspace.
      file_names: "windows" or "darwin"; otherwise files are named as on Linux.
      compile_flags: for C and C++ alike.
      link_flags: for programs and shared libraries; they come after all libraries.
    """
    native.platform(
        name = name,
        constraint_values = constraints,
    )
    _cross_toolchain_config(
        name = name + "_config",
        compile_flags = compile_flags,
        compiler = compiler,
        file_names = file_names,
        include_dirs = include_dirs,
        link_flags = link_flags,
        tools = tools,
        triple = triple,
    )
    native.filegroup(
        name = name + "_files",
        srcs = files,
    )
    all_files = ":%s_files" % name
    native.cc_toolchain(
        name = name + "_cc",
        all_files = all_files,
        ar_files = all_files,
        as_files = all_files,
        compiler_files = all_files,
        dwp_files = all_files,
        linker_files = all_files,
        objcopy_files = all_files,
        strip_files = all_files,
        supports_param_files = True,
        toolchain_config = ":%s_config" % name,
    )
    native.toolchain(
        name = name + "_toolchain",
        exec_compatible_with = [
            "@platforms//cpu:x86_64",
            "@platforms//os:linux",
        ],
        target_compatible_with = constraints,
        toolchain = ":%s_cc" % name,
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )

def gnu_tools(triple, suffix = ""):
    """The tools of a cross compiler that Debian packages."""
    return {
        # g++ would compile .c files as C++.
        "gcc": "/usr/bin/%s-gcc%s" % (triple, suffix),
        "ar": "/usr/bin/%s-ar" % triple,
        "cpp": "/usr/bin/%s-cpp%s" % (triple, suffix),
        "nm": "/usr/bin/%s-nm" % triple,
        "objcopy": "/usr/bin/%s-objcopy" % triple,
        "objdump": "/usr/bin/%s-objdump" % triple,
        "strip": "/usr/bin/%s-strip" % triple,
    }

# The version is a file, so that another compiler is another build.
ZIG_FILES = [
    "zig",
    "zig-ar",
    "zig-requirements.txt",
]

def zig_tools(compiler):
    """The tools of zig, with the script that is its compiler."""
    return {
        "gcc": compiler,
        "ar": "zig-ar",
    }
