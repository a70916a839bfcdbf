// SPDX-License-Identifier: MIT
//
// The words of readiness that the backends, the registrations and the rooms above share.
//
// Thread safety: plain values.
#pragma once

#include <cstdint>

namespace rota::io {

enum class Direction : uint32_t { kRead = 0, kWrite = 1 };

// What a descriptor is ready for. The closed bits are for good, on a stream: its peer cannot take them back.
inline constexpr uint32_t kReadable = 1;
inline constexpr uint32_t kWritable = 2;
inline constexpr uint32_t kReadClosed = 4;   // the peer sends no more: reading ends with what is in the queue
inline constexpr uint32_t kWriteClosed = 8;  // nobody reads any more: writing fails
inline constexpr uint32_t kError = 16;       // only told; it comes with kReadable and kWritable
// Urgent data came in once, or may have. It stops a read short of what is in the queue, so that a short read then says
// nothing. Stays.
inline constexpr uint32_t kUrgent = 32;
inline constexpr uint32_t kReadyBits = 63;

// The bits that let an operation of this direction try.
constexpr uint32_t ready_for(Direction direction) {
  return direction == Direction::kRead ? kReadable | kReadClosed : kWritable | kWriteClosed;
}
// Of these the one that a try can use up.
constexpr uint32_t used_up_by(Direction direction) { return direction == Direction::kRead ? kReadable : kWritable; }

// One report of a backend.
struct Event {
  uint64_t token;  // as given to add
  uint32_t ready;
};

}  // namespace rota::io
