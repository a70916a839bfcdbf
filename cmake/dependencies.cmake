# SPDX-License-Identifier: MIT
#
# Finds what rota is built with, and sets, each a folder:
#   ROTA_ABSEIL_DIR           #include "absl/base/thread_annotations.h", a header without code
#   ROTA_CONCURRENTQUEUE_DIR  #include "concurrentqueue/concurrentqueue.h"
#   ROTA_MIMALLOC_DIR         mimalloc's sources: src/static.c
# Set them yourself to use your own. Otherwise ROTA_DEPS chooses, as for Bazel (third_party/README.md): `system` takes what
# tools/setup lays out on Debian 12, `archive` downloads the releases pinned in third_party/deps.bzl.
include_guard(GLOBAL)
include(FetchContent)

set(_fetched "${PROJECT_SOURCE_DIR}/.cache/src")
if(EXISTS "${_fetched}/mimalloc/src/static.c")
  set(_deps_default system)
else()
  set(_deps_default archive)
endif()
set(ROTA_DEPS "${_deps_default}" CACHE STRING "where rota's dependencies come from: system or archive")
set_property(CACHE ROTA_DEPS PROPERTY STRINGS system archive)

# Downloads the release of `name` that deps.bzl pins into `folder`, and sets `result` to where its files are.
function(rota_fetch name folder result)
  file(READ "${PROJECT_SOURCE_DIR}/third_party/deps.bzl" pins)
  if(NOT pins MATCHES "\"${name}\": struct\\([^)]*url = \"([^\"]*)\"[^)]*sha256 = \"([^\"]*)\"")
    message(FATAL_ERROR "rota: third_party/deps.bzl pins no ${name}")
  endif()
  # There is no such folder in it: it is unpacked, and its own CMake files are left alone.
  FetchContent_Declare(rota_${name} URL "${CMAKE_MATCH_1}" URL_HASH "SHA256=${CMAKE_MATCH_2}"
    SOURCE_DIR "${folder}" SOURCE_SUBDIR no-cmake-here DOWNLOAD_EXTRACT_TIMESTAMP TRUE)
  FetchContent_MakeAvailable(rota_${name})
  set(${result} "${rota_${name}_SOURCE_DIR}" PARENT_SCOPE)
endfunction()

set(_unpacked "${PROJECT_BINARY_DIR}/dependencies")
if(ROTA_DEPS STREQUAL "archive")
  if(NOT ROTA_ABSEIL_DIR)
    rota_fetch(abseil "${_unpacked}/abseil" ROTA_ABSEIL_DIR)
  endif()
  if(NOT ROTA_MIMALLOC_DIR)
    rota_fetch(mimalloc "${_unpacked}/mimalloc" ROTA_MIMALLOC_DIR)
  endif()
  if(NOT ROTA_CONCURRENTQUEUE_DIR)
    rota_fetch(concurrentqueue "${_unpacked}/concurrentqueue" _queue)
    get_filename_component(ROTA_CONCURRENTQUEUE_DIR "${_queue}" DIRECTORY)
  endif()
elseif(NOT ROTA_DEPS STREQUAL "system")
  message(FATAL_ERROR "rota: ROTA_DEPS is '${ROTA_DEPS}'; it must be 'system' or 'archive'")
endif()

find_path(ROTA_ABSEIL_DIR absl/base/thread_annotations.h HINTS "${_fetched}/abseil" NO_CMAKE_FIND_ROOT_PATH)
find_path(ROTA_CONCURRENTQUEUE_DIR concurrentqueue/concurrentqueue.h)
find_path(ROTA_MIMALLOC_DIR src/static.c HINTS "${_fetched}/mimalloc" NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
foreach(name ABSEIL CONCURRENTQUEUE MIMALLOC)
  if(NOT ROTA_${name}_DIR)
    message(FATAL_ERROR "rota: ROTA_${name}_DIR was not found. Run tools/setup (Debian 12), or say -DROTA_DEPS=archive")
  endif()
endforeach()
