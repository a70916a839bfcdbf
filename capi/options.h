// SPDX-License-Identifier: MIT
//
// Reading options structs of callers that were compiled against an older or newer rota.h (contract 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/status.h"

namespace rota::capi {

// Options structs that claim to be larger than this are taken for a mistake rather than for a newer header.
inline constexpr size_t kLargestOptions = 4096;

// Copies what both sides know into `known`, whose remaining fields keep their values. `Options` begins with uint32_t
// size.
template <class Options>
Status read_options(const Options* given, Options& known) {
  uint32_t size;
  std::memcpy(&size, given, sizeof size);
  if (size < 2 * sizeof(uint32_t) || size > kLargestOptions) return Status::kInvalid;
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (size_t i = sizeof(Options); i < size; ++i) {
    if (bytes[i] != 0) return Status::kNotSupported;
  }
  std::memcpy(static_cast<void*>(&known), bytes, size < sizeof(Options) ? size : sizeof(Options));
  known.size = sizeof(Options);
  return Status::kOk;
}

// Writes defaults into a caller's struct of `size` bytes.
template <class Options>
Status write_options(Options* into, size_t size, const Options& defaults) {
  if (into == nullptr || size < 2 * sizeof(uint32_t) || size > kLargestOptions) return Status::kInvalid;
  auto* bytes = reinterpret_cast<unsigned char*>(into);
  std::memset(bytes, 0, size);
  std::memcpy(bytes, &defaults, size < sizeof(Options) ? size : sizeof(Options));
  const auto size32 = static_cast<uint32_t>(size);
  std::memcpy(bytes, &size32, sizeof size32);
  return Status::kOk;
}

}  // namespace rota::capi
