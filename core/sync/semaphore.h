// SPDX-License-Identifier: MIT
//
// Semaphore: permits, handed out first come first served: a large request is not overtaken by small
// ones.
//
// The word: permits free (32 bits) | kClosed | kWanted. Without kWanted, taking and giving back are
// one compare-and-swap each. With it, somebody is in line, everything happens under the lock, and
// permits given back go to the line, from the front, as far as they reach.
//
//                    acquire: too few permits
//   free, no line ------------------------------> free, line --+
//       | ^                                        |   | ^     | add: granted as far as they reach
//       | +----------------------------------------+   | +-----+
//       |    the last in line is granted or cancels    |
//       | close                                        | close: the line ends with kClosed
//       +---------------------> closed <---------------+
//
// Thread safety: any thread.
// Invariants: kWanted exactly while the line is not empty; the first in line wants more than is
// free.
#pragma once

#include "core/sync/lock_word.h"
#include "core/sync/object.h"

namespace rota::sync {

class Semaphore final : public Object<Semaphore> {
 public:
  static constexpr uint32_t kTag = 0x73656d61;

  Semaphore(task::Home& home, uint32_t permits) : Object(home), word_(permits * kOne) {}

  // kOk, kAgain, kClosed.
  Status try_acquire(uint32_t permits);
  // An operation that completes holding the permits (its caller's reference), or with kClosed.
  Result<task::Header*> acquire(uint32_t permits);
  // Gives permits back, or adds new ones; kOverflow when more would be free than can be counted.
  Status add(uint32_t permits);
  uint32_t available() const { return permits_in(word_.read()); }
  // kAlready the second time.
  Status close();

 private:
  friend class Object<Semaphore>;
  friend class Waiter<Semaphore>;

  using Wish = uint32_t;  // permits
  static constexpr uint64_t kClosed = 2, kWanted = 4, kOne = 8;

  static uint32_t permits_in(uint64_t word) { return static_cast<uint32_t>(word / kOne); }

  // Takes from the front of the line whom `word` has permits for; the word without those permits,
  // and without kWanted when nobody is left.
  uint64_t grant(uint64_t word, Line<Semaphore>& granted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(word_);
  void leave(Waiter<Semaphore>& waiter);
  void abandon() { (void)close(); }

  LockWord word_;
  Line<Semaphore> line_ ABSL_GUARDED_BY(word_);
};

}  // namespace rota::sync
