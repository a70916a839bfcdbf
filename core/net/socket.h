// SPDX-License-Identifier: MIT
//
// Socket: a stream or listener, over TCP or in the Unix domain. Each operation tries the system call first and waits
// only when that says "not now", so the kernel holds no buffer between polls, and an operation can be dropped at any
// time.
//
// Closing while other threads are inside a system call:
//
//   ops_:  | closed | gone | operations inside : 30 |
//
//   OPEN --- close: no operation begins any more, waiters get kClosed ---> CLOSING --- the last one leaves ---> GONE
//
// The descriptor is given back to the system only in GONE, so its number cannot come to mean another file under
// somebody's feet.
//
// Thread safety: any thread; any number of tasks may read, write or accept on the same one.
// Lifetime: counted; tasks that work on it hold a reference. The last one closes.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/io/driver.h"
#include "core/net/os_socket.h"
#include "core/scheduler/services.h"
#include "core/task/context.h"
#include "core/time/timer.h"

namespace rota::net {

class Socket final : public base::Counted<Socket> {
 public:
  static constexpr uint32_t kTag = 0x736f636b;
  enum class Role : uint8_t { kStream, kListener };

  // Takes over `handle`, also when it fails. `assumed`: readiness to begin with (io::Driver::add).
  static Result<Socket*> adopt(const scheduler::Services& services, os::Handle handle, Role role, uint32_t assumed);
  // Binds and listens.
  static Result<Socket*> listen(const scheduler::Services& services, const Address& address,
                                const os::TcpOptions& options);

  Socket(const scheduler::Services& services, os::Handle handle, Role role, io::Registration& registration)
      : services_(services), handle_(handle), role_(role), registration_(registration) {}

  // --- each spends budget; kPending: the task is woken when to try again. After close: kClosed.

  // 0 bytes with kOk: the end of the stream (or len is 0).
  Status poll_read(task::Context& context, void* buffer, size_t len, size_t& count);
  // At most os::kMostBuffers.
  Status poll_write(task::Context& context, const os::Buffer* buffers, size_t buffer_count, size_t& count);
  // The result's reference is the caller's. A full descriptor table is waited out.
  Status poll_accept(task::Context& context, Socket*& accepted);
  // For a stream that was told to connect: kOk once it has.
  Status poll_connected(task::Context& context);

  // --- at once

  Status shutdown(os::Half half);
  // kAlready: closed before.
  Status close();
  Status set_option(os::Option option, int64_t value);
  Status get_option(os::Option option, int64_t& value);
  Status local_address(Address& address);
  Status peer_address(Address& address);
  Status native(os::Handle& handle);

  const scheduler::Services& services() const { return services_; }
  void last_reference();

 private:
  static constexpr uint32_t kClosed = 1u << 31, kGone = 1u << 30;

  // Inside an operation, while it lives and unless closed().
  class Inside {
   public:
    explicit Inside(Socket& socket) : socket_(socket), closed_(!socket.enter()) {}
    ~Inside() { socket_.leave(); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    bool closed() const { return closed_; }

   private:
    Socket& socket_;
    const bool closed_;
  };

  bool enter();
  void leave();
  template <class Try>
  Status attempt(task::Context& context, io::Direction direction, Role role, Try try_once);
  template <class Call>
  Status at_once(Call call);
  Status nothing_to_move();
  Status wait_for_room(task::Context& context);

  const scheduler::Services& services_;
  const os::Handle handle_;
  const Role role_;
  io::Registration& registration_;

  // acq_rel on each change: what an operation did happens before the descriptor is closed.
  base::Atomic<uint32_t> ops_{0};
  // Listener: set when the descriptor table was full; nullptr before the first time. acq_rel: its construction.
  base::Atomic<time::Timer*> room_timer_{nullptr};
};

}  // namespace rota::net
