// SPDX-License-Identifier: MIT
//
// Channel: many producers, one consumer at a time; bounded or not. Values of one producer arrive in
// their order, and all of them in the order they were put.
//
// Two locks, one for each end, each of them the low bit of the word that counts what went through
// that end:
//
//   tail_  sent << 4 | kSendersWait | kReceiverWaits | kClosed | lock
//   head_  received << 1 | lock
//
// A producer locks the tail (one compare-and-swap), writes the value, and publishes it by unlocking
// (one store); the same word tells it whether anybody waits for values, so a send wakes nobody
// without need. A consumer locks the head, and looks at the tail only when it has used up what it
// last saw there; a producer looks at the head only when what it last saw there would mean that the
// channel is full. So the two ends hardly ever touch each other's cache lines. (A queue without
// locks reserves a place with one read-modify-write and publishes it with a second: no cheaper, and
// it could not refuse a value when memory is out after the place is reserved. A moodycamel queue
// would not keep one order for all producers, and a ring would need its whole capacity in advance.)
//
// Everything else is the slow path, with both locks, head first: getting in line, leaving it,
// closing, and settle(), which lets values flow from waiting senders into the channel, and from the
// channel to waiting receivers, until nothing moves.
//
// Thread safety: any thread.
// Invariants, whenever neither lock is held and no send or receive is on its way to settle():
//   senders wait only while it is full, receivers only while it is empty; nobody waits when it is
//   closed.
#pragma once

#include "core/sync/drop.h"
#include "core/sync/lock_word.h"
#include "core/sync/object.h"
#include "core/sync/value_queue.h"
#include "core/task/context.h"

namespace rota::sync {

class Channel final : public Object<Channel> {
 public:
  static constexpr uint32_t kTag = 0x6368616e;

  // `capacity` 0: unbounded.
  Channel(task::Home& home, size_t capacity, Drop drop);
  ~Channel();

  // kOk takes the value over; kAgain: full; kClosed; kNoMemory.
  Status try_send(void* value);
  // An operation (its caller's reference) that takes the value over when it completes with kOk.
  Result<task::Header*> send(void* value);
  // kOk gives a value; kAgain: empty; kClosed: closed and empty.
  Status try_recv(void*& value);
  // The same from inside a poll, with kPending for kAgain. Spends budget.
  Status poll_recv(task::Context& context, void*& value);
  // An operation (its caller's reference) that writes *out before it completes with kOk.
  Result<task::Header*> recv(void** out);
  // kAlready the second time.
  Status close();
  // Values inside.
  size_t size() const;

 private:
  friend class Object<Channel>;
  friend class Waiter<Channel>;

  struct Wish {
    void* value;  // a sender's
    void** out;   // a receiver's; nullptr: it is a sender
  };

  static constexpr uint64_t kClosed = 2, kReceiverWaits = 4, kSendersWait = 8, kSent = 16;
  static constexpr uint64_t kReceived = 2;

  // Those whose wait is over, to be told when the locks are gone.
  struct Over;

  // Puts a value, if there is room and nobody is in line. kAgain, kClosed, kNoMemory: it was not
  // put.
  Status put(uint64_t tail, void* value) ABSL_EXCLUSIVE_LOCKS_REQUIRED(tail_);
  // Lets values flow; the new words, without flags.
  void flow(uint64_t& head, uint64_t& tail, Over& over) ABSL_EXCLUSIVE_LOCKS_REQUIRED(head_, tail_);
  // `tail` with the flags that who waits asks for.
  uint64_t flagged(uint64_t tail) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(head_, tail_);
  void settle();
  void leave(Waiter<Channel>& waiter);
  void abandon();

  const uint64_t capacity_;
  const Drop drop_;
  ValueQueue values_;  // put under the tail's lock, take under the head's

  alignas(base::kCacheLine) LockWord tail_{0};
  uint64_t received_seen_ ABSL_GUARDED_BY(tail_) = 0;

  alignas(base::kCacheLine) LockWord head_{0};
  uint64_t sent_seen_ ABSL_GUARDED_BY(head_) = 0;
  Line<Channel> senders_ ABSL_GUARDED_BY(head_);
  Line<Channel> receivers_ ABSL_GUARDED_BY(head_);
  task::WakerSet pollers_ ABSL_GUARDED_BY(head_);
};

}  // namespace rota::sync
