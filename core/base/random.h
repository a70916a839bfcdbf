// SPDX-License-Identifier: MIT
//
// Random: a small fast generator for choosing where to start stealing. Not for anything secret.
// Algorithm: xorshift64* (S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled").
//
// Thread safety: one per thread.
#pragma once

#include <cstdint>

namespace rota::base {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}

  // A number in [0, bound); bound is not 0.
  uint32_t below(uint32_t bound) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    const uint64_t high = (state_ * 0x2545f4914f6cdd1du) >> 32;
    return static_cast<uint32_t>((high * bound) >> 32);
  }

 private:
  uint64_t state_;
};

}  // namespace rota::base
