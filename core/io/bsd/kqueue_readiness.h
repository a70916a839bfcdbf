// SPDX-License-Identifier: MIT
//
// What a descriptor is ready for right now, asked of a kqueue made for the question: unlike poll(2) it tells the end of
// what the peer sends from the end of both, on every BSD.
//
// `System` is KqueueSystem, or the double in tests.
//
// Thread safety: any thread.
#pragma once

#include <errno.h>
#include <time.h>

#include <cstdint>

#include "core/base/status.h"
#include "core/io/bsd/kqueue_translate.h"
#include "core/io/ready.h"
#include "core/io/unix/descriptor.h"
#include "core/platform/os_error.h"

namespace rota::io {

// The bits of ready.h, with kReadClosed and kError also when not asked for them. kBadDescriptor.
template <class System>
Status kqueue_readiness(intptr_t descriptor, bool read, bool write, uint32_t& ready) {
  using Kevent = typename System::Event;
  ready = 0;
  const Status kind = check_has_readiness(descriptor);
  if (kind == Status::kNotSupported) {
    ready = (read ? kReadable : 0) | (write ? kWritable : 0);  // a file: always
    return Status::kOk;
  }
  if (!ok(kind)) return kind;
  const int kq = System::open_queue();
  if (kq < 0) return platform::last_os_error();
  Kevent changes[2] = {};
  for (Kevent& change : changes) {
    change.ident = static_cast<uintptr_t>(descriptor);
    change.flags = System::kAdd | System::kReceipt;
  }
  changes[0].filter = System::kRead;
  changes[1].filter = System::kWrite;
  // A filter that does not exist, or whose other end is gone, tells so in its answer.
  Kevent events[2] = {};
  if (System::kevent(kq, changes, 2, changes, 2, nullptr) == 2) {
    for (const Kevent& change : changes) {
      if (change.data == EPIPE) ready |= kReadable | kWritable | kError;
    }
    constexpr timespec kNow{};
    const int count = System::kevent(kq, nullptr, 0, events, 2, &kNow);
    for (int i = 0; i < count; ++i) ready |= ready_of<System>(events[i]);
  }
  System::close_queue(kq);
  ready &= kReadable | kWritable | kReadClosed | kError;
  // Whoever tries to write is told of an end or an error at once; but an end of reading is nothing to a writer.
  if (!read) ready &= ~kReadable;
  if (!write) ready &= ~kWritable;
  return Status::kOk;
}

}  // namespace rota::io
