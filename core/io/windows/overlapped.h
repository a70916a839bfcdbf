// SPDX-License-Identifier: MIT
//
// Overlapped: one read, write or wait for a client on a handle that has no readiness, such as a named pipe or a file.
// Windows reports its end through the poller's port.
//
//   start --> under way --its packet is taken from the port--> complete (what the system says)
//      |          |
//      |          +-- cancel: asks the system, which answers with a packet all the same
//      +-- refused, or complete at once: no packet
//
// The kernel has the caller's buffer until then, so cancelling does not complete it: its packet does.
//
// Thread safety: any thread. References: the caller's, and the port's until its packet is taken.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/intrusive_list.h"
#include "core/platform/windows/afd.h"
#include "core/task/header.h"

namespace rota::io {

class Overlapped;

// What is under way; the poller's.
class OverlappedOwner {
 public:
  // False: no more may begin.
  virtual bool enter(Overlapped& operation) = 0;
  virtual void leave(Overlapped& operation) = 0;
  // Set when one ends; nullptr: none.
  virtual HANDLE end_event() const = 0;

 protected:
  ~OverlappedOwner() = default;
};

class Overlapped final : public task::Operation, public base::ListNode<Overlapped> {
 public:
  enum class Kind : uint8_t { kRead, kWrite, kConnectPipe };

  // Starts one; the reference is the caller's. `buffer` and `*count` are borrowed until it is complete. nullptr: no
  // memory. What the system refuses completes it with an error.
  static Overlapped* start(OverlappedOwner& owner, task::Home& home, HANDLE handle, Kind kind, uint64_t offset,
                           void* buffer, uint32_t len, size_t* count);

  // For the poller: the packet of this one has come.
  static void ended(OVERLAPPED* overlapped);
  // It has ended, and its packet is in the port or on its way there.
  bool packet_waits() const;
  void ask_to_end() { ::CancelIoEx(handle_, &request_); }

 private:
  Overlapped(OverlappedOwner& owner, task::Home& home, HANDLE handle, Kind kind, size_t* count)
      : Operation(kVTable, home, 2), owner_(owner), handle_(handle), kind_(kind), count_(count) {}

  void finish(DWORD error, size_t moved);
  static Status cancel(task::Header& header);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{.poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy};

  OverlappedOwner& owner_;
  const HANDLE handle_;
  const Kind kind_;
  size_t* const count_;
  // What the kernel is given, and gives back.
  struct Request : OVERLAPPED {
    Overlapped* operation;
  } request_{};
};

}  // namespace rota::io
