// SPDX-License-Identifier: MIT
//
// Slab: the registrations' memory. Type-stable: a slot is a Registration from its chunk's first day until the slab
// goes, so an event may look at a slot whose use has ended. Chunks double, so that an index finds its slot without a
// search.
//
// Thread safety: take and give by any thread; at by any thread, for an index that was handed out; clear by nobody else.
#pragma once

#include <bit>
#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/mutex.h"
#include "core/io/registration.h"

namespace rota::io {

class Slab {
 public:
  Slab(platform::Arena& arena, Poller& poller) : arena_(arena), poller_(poller) {}
  ~Slab() { clear(); }
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  // A slot that is not in use; nullptr: no memory.
  Registration* take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void give(Registration& slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // nullptr: there is no such slot.
  Registration* at(uint32_t index) const {
    const Place place = place_of(index);
    if (place.chunk >= kChunks) return nullptr;
    // acquire: pairs with grow.
    Registration* chunk = chunks_[place.chunk].load(base::memory_order_acquire);
    return chunk == nullptr ? nullptr : chunk + place.offset;
  }

  // Every slot there is, in use or not.
  template <class F>
  void for_each(F f) {
    for (uint32_t i = 0; i < kChunks; ++i) {
      Registration* chunk = chunks_[i].load(base::memory_order_acquire);
      for (uint32_t j = 0; chunk != nullptr && j < kFirst << i; ++j) f(chunk[j]);
    }
  }

  // Frees all of it. Nothing is in use any more.
  void clear();

  base::Mutex mutex;

 private:
  static constexpr uint32_t kFirstBits = 5, kFirst = 1u << kFirstBits, kChunks = 24;

  struct Place {
    uint32_t chunk, offset;
  };
  // Chunk k begins at index kFirst * (2^k - 1).
  static Place place_of(uint32_t index) {
    const uint64_t position = uint64_t{index} + kFirst;
    const uint32_t chunk = static_cast<uint32_t>(std::bit_width(position)) - 1 - kFirstBits;
    return {chunk, static_cast<uint32_t>(position - (uint64_t{kFirst} << chunk))};
  }

  bool grow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  platform::Arena& arena_;
  Poller& poller_;
  // Written under the lock, read by the driver without.
  base::Atomic<Registration*> chunks_[kChunks] = {};
  uint32_t grown_ ABSL_GUARDED_BY(mutex) = 0;
  Registration* free_ ABSL_GUARDED_BY(mutex) = nullptr;
};

}  // namespace rota::io
