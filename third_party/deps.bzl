# SPDX-License-Identifier: MIT
"""Where the dependencies come from: this system's own packages, or pinned release archives.

The environment variable ROTA_DEPS chooses:
  system   (the default) what tools/setup laid out: Debian's packages and Debian's source packages. Offline.
  archive  the release archives below, downloaded by Bazel and checked against their sha256.
The targets that a dependency offers are the same both ways; third_party/README.md lists them.
"""

# The versions are those of Debian 12, so that both ways build the same thing.
_ARCHIVES = {
    "abseil": struct(
        url = "https://github.com/abseil/abseil-cpp/archive/refs/tags/20220623.1.tar.gz",
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
    ),
    "bazel_skylib": struct(
        url = "https://github.com/bazelbuild/bazel-skylib/releases/download/1.0.3/bazel-skylib-1.0.3.tar.gz",
        sha256 = "1c531376ac7e5a180e0237938a2536de0c54d93f5c278634818e0efc952dd56c",
        strip_prefix = "",
    ),
    "concurrentqueue": struct(
        url = "https://github.com/cameron314/concurrentqueue/archive/refs/tags/v1.0.3.tar.gz",
        sha256 = "eb37336bf9ae59aca7b954db3350d9b30d1cab24b96c7676f36040aa76e915e8",
        strip_prefix = "concurrentqueue-1.0.3",
    ),
    "curl_source": struct(
        url = "https://github.com/curl/curl/releases/download/curl-7_88_1/curl-7.88.1.tar.gz",
        sha256 = "cdb38b72e36bc5d33d5b8810f8018ece1baa29a8f215b4495e495ded82bbf3c7",
        strip_prefix = "curl-7.88.1",
    ),
    "doctest": struct(
        url = "https://github.com/doctest/doctest/archive/refs/tags/v2.4.9.tar.gz",
        sha256 = "19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856",
        strip_prefix = "doctest-2.4.9",
    ),
    "mimalloc": struct(
        url = "https://github.com/microsoft/mimalloc/archive/refs/tags/v2.0.9.tar.gz",
        sha256 = "4a29edae32a914a706715e2ac8e7e4109e25353212edeed0888f4e3e15db5850",
        strip_prefix = "mimalloc-2.0.9",
    ),
}

# Ours take the place of a dependency's own, where it has any.
_BUILD_FILES = ["BUILD", "BUILD.bazel"]

def _lay_out_system(ctx):
    if not ctx.attr.system:
        return
    path = ctx.attr.system
    if not path.startswith("/"):
        # Relative: into what tools/setup fetched, beside the WORKSPACE file.
        path = str(ctx.path(Label("//:WORKSPACE")).dirname) + "/.cache/src/" + path
    source = ctx.path(path)
    if not source.exists:
        fail(("%s is not at %s. Run tools/setup (Debian 12), or build with --repo_env=ROTA_DEPS=archive " +
              "to download the pinned release instead.") % (ctx.name, path))
    if ctx.attr.system_subdir:
        ctx.symlink(source, ctx.attr.system_subdir)
        return
    for entry in source.readdir():
        if ctx.attr.build_file and entry.basename in _BUILD_FILES:
            continue
        ctx.symlink(entry, entry.basename)

def _lay_out_archive(ctx):
    archive = _ARCHIVES.get(ctx.name)
    if archive == None:
        return
    ctx.download_and_extract(
        url = archive.url,
        sha256 = archive.sha256,
        stripPrefix = archive.strip_prefix,
        output = ctx.attr.archive_subdir,
    )

def _rota_dependency_impl(ctx):
    mode = ctx.os.environ.get("ROTA_DEPS", "system")
    if mode == "system":
        _lay_out_system(ctx)
    elif mode == "archive":
        _lay_out_archive(ctx)
    else:
        fail("ROTA_DEPS is '%s'; it must be 'system' or 'archive'" % mode)
    if ctx.attr.build_file:
        ctx.delete("BUILD.bazel")
        ctx.delete("BUILD")
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")

_rota_dependency = repository_rule(
    implementation = _rota_dependency_impl,
    attrs = {
        "archive_subdir": attr.string(doc = "where in the repository the archive is unpacked"),
        "build_file": attr.label(doc = "our BUILD file; without one, the dependency's own"),
        "system": attr.string(doc = "system mode: an absolute folder, or one below .cache/src"),
        "system_subdir": attr.string(doc = "system mode: the name that folder gets in the repository"),
    },
    environ = ["ROTA_DEPS"],
    local = True,
)

def rota_dependencies():
    """Declares every outside repository that rota builds with."""
    _rota_dependency(
        name = "abseil",
        system = "abseil",
    )
    _rota_dependency(
        name = "bazel_skylib",
        system = "/usr/share/bazel/tools/skylib",
    )
    _rota_dependency(
        name = "concurrentqueue",
        archive_subdir = "concurrentqueue",
        build_file = "//third_party:concurrentqueue.BUILD",
        system = "/usr/include/concurrentqueue",
        system_subdir = "concurrentqueue",
    )
    _rota_dependency(
        name = "curl",
        build_file = "//third_party:curl.BUILD",
    )
    # Fetched for Windows alone: see curl.BUILD.
    _rota_dependency(
        name = "curl_source",
        build_file = "//third_party:curl_source.BUILD",
        system = "curl",
    )
    _rota_dependency(
        name = "doctest",
        build_file = "//third_party:doctest.BUILD",
        system = "/usr/include/doctest",
        system_subdir = "doctest",
    )
    _rota_dependency(
        name = "mimalloc",
        build_file = "//third_party:mimalloc.BUILD",
        system = "mimalloc",
    )
    _rota_dependency(
        name = "python_headers",
        build_file = "//third_party:python_headers.BUILD",
        system = "/usr/include/python3.11",
        system_subdir = "python3.11",
    )
