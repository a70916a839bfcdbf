// SPDX-License-Identifier: MIT
#include "core/net/socket.h"

#include "core/platform/clock.h"

namespace rota::net {
namespace {

// How long a full descriptor table is left to empty itself before the next try.
constexpr uint64_t kRoomRetryNs = 20'000'000;

}  // namespace

Result<Socket*> Socket::adopt(const scheduler::Services& services, os::Handle handle, Role role, uint32_t assumed) {
  Result<io::Registration*> registration = services.io.add(handle, assumed);
  if (!registration.ok()) {
    os::close(handle);
    return registration.status();
  }
  auto* socket = services.arena.make<Socket>(services, handle, role, *registration.value());
  if (socket != nullptr) return socket;
  services.io.remove(*registration.value());
  os::close(handle);
  return Status::kNoMemory;
}

Result<Socket*> Socket::listen(const scheduler::Services& services, const Address& address,
                               const os::TcpOptions& options) {
  Result<os::Handle> handle = os::open_stream(address, options);
  if (!handle.ok()) return handle.status();
  if (const Status status = os::bind_and_listen(handle.value(), address, options); !ok(status)) {
    os::close(handle.value());
    return status;
  }
  return adopt(services, handle.value(), Role::kListener, 0);
}

// --- operations

bool Socket::enter() { return (ops_.fetch_add(1, base::memory_order_acq_rel) & kClosed) == 0; }

void Socket::leave() {
  if (ops_.fetch_sub(1, base::memory_order_acq_rel) - 1 != kClosed) return;
  // One that came in late, was told that it is closed, and left, may see the same: the exchange picks one.
  uint32_t closed = kClosed;
  if (ops_.compare_exchange_strong(closed, kClosed | kGone, base::memory_order_acq_rel)) os::close(handle_);
}

template <class Call>
Status Socket::at_once(Call call) {
  Inside inside(*this);
  return inside.closed() ? Status::kClosed : call();
}

// try_once(seen) makes the system call: kAgain uses up the readiness that was seen, anything else is the answer.
template <class Try>
Status Socket::attempt(task::Context& context, io::Direction direction, Role role, Try try_once) {
  if (role != role_) return role == Role::kListener ? Status::kInvalid : Status::kNotConnected;
  if (!context.spend()) return Status::kPending;
  Inside inside(*this);
  if (inside.closed()) return Status::kClosed;
  for (;;) {
    io::Registration::Seen seen;
    if (const Status status = registration_.poll_ready(direction, context, seen); !ok(status)) {
      return context.spent(status);
    }
    const Status status = try_once(seen);
    if (status != Status::kAgain) return context.spent(status);
    registration_.clear_ready(direction, seen);
  }
}

Status Socket::poll_read(task::Context& context, void* buffer, size_t len, size_t& count) {
  count = 0;
  if (len == 0) return nothing_to_move();
  return attempt(context, io::Direction::kRead, Role::kStream, [&](io::Registration::Seen seen) {
    const Status status = os::read(handle_, buffer, len, count);
    // Less than asked for: the queue was empty behind it, and the next bytes are a new event. That saves the read that
    // would only say so. Not where urgent data may have stopped the read.
    const bool emptied = count != 0 && count < len && (seen.ready() & io::kUrgent) == 0;
    if (ok(status) && emptied) registration_.clear_ready(io::Direction::kRead, seen);
    return status;
  });
}

Status Socket::poll_write(task::Context& context, const os::Buffer* buffers, size_t buffer_count, size_t& count) {
  count = 0;
  size_t total = 0;
  for (size_t i = 0; i < buffer_count; ++i) {
    if (buffers[i].len > SIZE_MAX - total) return Status::kOverflow;
    total += buffers[i].len;
  }
  if (total == 0) return nothing_to_move();
  return attempt(context, io::Direction::kWrite, Role::kStream, [&](io::Registration::Seen seen) {
    const Status status = os::write(handle_, buffers, buffer_count, count);
    if (ok(status) && count < total) registration_.clear_ready(io::Direction::kWrite, seen);
    return status;
  });
}

// Done, without waiting for anything.
Status Socket::nothing_to_move() {
  if (role_ != Role::kStream) return Status::kNotConnected;
  return at_once([] { return Status::kOk; });
}

Status Socket::poll_accept(task::Context& context, Socket*& accepted) {
  accepted = nullptr;
  return attempt(context, io::Direction::kRead, Role::kListener, [&](io::Registration::Seen) {
    Result<os::Handle> handle = os::accept(handle_);
    if (handle.ok()) {
      Result<Socket*> made = adopt(services_, handle.value(), Role::kStream, io::kWritable);
      if (made.ok()) accepted = made.value();
      return made.status();
    }
    switch (handle.status()) {
      case Status::kProcessFiles:
      case Status::kSystemFiles:
      case Status::kNoBuffers:
      case Status::kNoMemory:
        return wait_for_room(context);
      default:
        return handle.status();
    }
  });
}

// No event will tell when a descriptor is free again.
Status Socket::wait_for_room(task::Context& context) {
  time::Timer* timer = room_timer_.load(base::memory_order_acquire);
  if (timer == nullptr) {
    time::Timer* made = time::Timer::create(services_.arena, services_.timers);
    if (made == nullptr) return Status::kNoMemory;
    const uint64_t retry = platform::deadline_after(platform::now_ns(), kRoomRetryNs);
    if (const Status status = made->start(retry); !ok(status)) {
      made->unref();
      return status;
    }
    if (room_timer_.compare_exchange_strong(timer, made, base::memory_order_acq_rel, base::memory_order_acquire)) {
      timer = made;
    } else {
      made->unref();
    }
  }
  // Set already by another accept that found no room: that one's end is this one's too.
  Status status = timer->poll(context);
  if (!ok(status)) return status;
  status = timer->start(platform::deadline_after(platform::now_ns(), kRoomRetryNs));
  if (!ok(status)) return status;
  status = timer->poll(context);
  // It fired in this very moment: what woke others must wake this task too.
  if (ok(status)) context.yield();
  return ok(status) ? Status::kPending : status;
}

Status Socket::poll_connected(task::Context& context) {
  return attempt(context, io::Direction::kWrite, Role::kStream, [&](io::Registration::Seen) {
    const Status status = os::connected(handle_);
    return status == Status::kPending ? Status::kAgain : status;
  });
}

// --- at once

Status Socket::shutdown(os::Half half) {
  if (role_ != Role::kStream) return Status::kNotConnected;
  return at_once([&] { return os::shutdown(handle_, half); });
}

Status Socket::set_option(os::Option option, int64_t value) {
  return at_once([&] { return os::set_option(handle_, option, value); });
}
Status Socket::get_option(os::Option option, int64_t& value) {
  return at_once([&] { return os::get_option(handle_, option, value); });
}
Status Socket::local_address(Address& address) {
  return at_once([&] { return os::local_address(handle_, address); });
}
Status Socket::peer_address(Address& address) {
  return at_once([&] { return os::peer_address(handle_, address); });
}
Status Socket::native(os::Handle& handle) {
  return at_once([&] {
    handle = handle_;
    return Status::kOk;
  });
}

Status Socket::close() {
  // As one of those inside, so that the descriptor lives until it is out of the driver.
  Inside inside(*this);
  if ((ops_.fetch_or(kClosed, base::memory_order_acq_rel) & kClosed) != 0) return Status::kAlready;
  (void)services_.io.deregister(registration_);
  return Status::kOk;
}

void Socket::last_reference() {
  (void)close();
  services_.io.release(registration_);
  if (time::Timer* timer = room_timer_.load(base::memory_order_acquire)) timer->unref();
  services_.arena.destroy(this);
}

}  // namespace rota::net
