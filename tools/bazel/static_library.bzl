# SPDX-License-Identifier: MIT
"""rota_static_library: one archive with everything inside, for programs built by other means than Bazel."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

def _impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    whole = []
    others = []
    for dep in ctx.attr.deps:
        for linker_input in dep[CcInfo].linking_context.linker_inputs.to_list():
            for library in linker_input.libraries:
                archive = library.pic_static_library or library.static_library
                if archive == None:
                    fail("%s has no static library" % linker_input.owner)
                (whole if library.alwayslink else others).append(archive)
    args = ctx.actions.args()
    args.add(ctx.outputs.out)
    args.add("--whole-archive")
    args.add_all(whole)
    args.add_all(["--no-whole-archive", "--start-group"])
    args.add_all(others)
    args.add("--end-group")
    ctx.actions.run(
        executable = ctx.executable._prelink,
        arguments = [args],
        inputs = depset(whole + others, transitive = [toolchain.all_files]),
        outputs = [ctx.outputs.out],
        env = {
            "AR": toolchain.ar_executable,
            "LD": toolchain.ld_executable,
            "NM": toolchain.nm_executable,
            "OBJCOPY": toolchain.objcopy_executable,
            "PATH": "/bin:/usr/bin",
        },
        mnemonic = "Prelink",
    )
    return [DefaultInfo(files = depset([ctx.outputs.out]))]

rota_static_library = rule(
    implementation = _impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo], doc = "libraries whose objects, with all below them, go in"),
        "out": attr.output(mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_prelink": attr.label(default = "//tools:prelink", allow_single_file = True, executable = True, cfg = "exec"),
    },
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
