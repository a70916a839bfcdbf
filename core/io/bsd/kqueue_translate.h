// SPDX-License-Identifier: MIT
//
// What an event of kqueue says in the words of ready.h.
//
// Thread safety: plain functions.
#pragma once

#include <cstdint>

#include "core/io/ready.h"

namespace rota::io {

// EV_EOF on the read filter: the peer sends no more; on the write filter: nothing can be sent any more. Then fflags is
// the socket's error.
template <class System>
uint32_t ready_of(const typename System::Event& event) {
  constexpr uint32_t kBoth = kReadable | kWritable;
  if ((event.flags & System::kError) != 0) return kBoth | kError;
  const bool ended = (event.flags & System::kEof) != 0;
  const uint32_t error = ended && event.fflags != 0 ? kBoth | kError : 0;
  if (event.filter == System::kRead) {
    constexpr uint32_t kMayBeUrgent = System::kExcept == 0 ? kUrgent : 0;
    return kReadable | kMayBeUrgent | (ended ? kReadClosed : 0) | error;
  }
  if (event.filter == System::kWrite) return kWritable | (ended ? kWriteClosed : 0) | error;
  if (event.filter == System::kUser) return kBoth | kReadClosed | kWriteClosed;  // a pipe without its other end
  return kReadable | kUrgent;
}

template <class System>
Event translate(const typename System::Event& event) {
  return {.token = reinterpret_cast<uint64_t>(event.udata), .ready = ready_of<System>(event)};
}

}  // namespace rota::io
