// SPDX-License-Identifier: MIT
//
// Entry: one timer in a wheel. Embed it in what is to be woken.
//
// Thread safety: all fields belong to the wheel's lock while it is armed, to the owner otherwise; `wheel_` alone is
// read by others, to find the lock.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/intrusive_list.h"

namespace rota::time {

class Wheel;

struct EntryTag {};

class Entry : public base::ListNode<EntryTag> {
 public:
  // Called without any lock when the deadline has passed (`closed` false) or the timers are shut down (true). The entry
  // is no longer armed, and may be freed or armed again inside.
  using Fire = void (*)(Entry& entry, bool closed);

  explicit Entry(Fire fire) : fire_(fire) {}
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  friend class Wheel;

  const Fire fire_;
  uint64_t deadline_ns_ = 0;
  // The wheel it is in; nullptr: not armed. Written under the wheel's lock; acquire/release: a remover that reads it
  // from outside sees the wheel it names.
  base::Atomic<Wheel*> wheel_{nullptr};
};

}  // namespace rota::time
