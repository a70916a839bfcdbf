// SPDX-License-Identifier: MIT
#include "core/io/linux/epoll_poller.h"

#include <errno.h>
#include <limits.h>
#include <linux/time_types.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/platform/clock.h"
#include "core/platform/os_error.h"

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

namespace rota::io {
namespace {

constexpr uint64_t kNsPerMs = 1'000'000;
constexpr uint64_t kNsPerS = 1'000'000'000;

uint32_t translate(uint32_t events) {
  uint32_t ready = 0;
  if ((events & EPOLLIN) != 0) ready |= kReadable;
  if ((events & EPOLLOUT) != 0) ready |= kWritable;
  if ((events & EPOLLPRI) != 0) ready |= kReadable | kUrgent;
  if ((events & EPOLLRDHUP) != 0) ready |= kReadable | kReadClosed;
  if ((events & EPOLLHUP) != 0) ready |= kReadable | kWritable | kReadClosed | kWriteClosed;
  if ((events & EPOLLERR) != 0) ready |= kReadable | kWritable | kError;
  return ready;
}

// Up, never down: not before the time asked for.
int milliseconds(uint64_t timeout_ns) {
  const uint64_t ms = timeout_ns / kNsPerMs + (timeout_ns % kNsPerMs != 0 ? 1 : 0);
  return ms < INT_MAX ? static_cast<int>(ms) : INT_MAX;
}

void close_fd(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

}  // namespace

Status EpollPoller::open(const platform::Memory&) { return make(); }

Status EpollPoller::make() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) return platform::last_os_error();
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) return platform::last_os_error();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kWakeToken;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0 ? Status::kOk : platform::last_os_error();
}

void EpollPoller::close() {
  close_fd(epoll_);
  close_fd(wake_);
}

Status EpollPoller::add(intptr_t fd, uint64_t token, Entry&) {
  if (fd < 0 || fd > INT_MAX) return Status::kBadDescriptor;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
  event.data.u64 = token;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, static_cast<int>(fd), &event) == 0) return Status::kOk;
  switch (errno) {
    case EPERM:
      return Status::kNotSupported;  // a file or folder: always "ready"
    case ENOSPC:
      return Status::kNoMemory;  // the user's limit of watches
    default:
      return platform::last_os_error();
  }
}

void EpollPoller::del(intptr_t fd, Entry&) {
  epoll_event unused{};
  // Fails only when the owner has closed the descriptor already, and with it what there was to delete.
  (void)::epoll_ctl(epoll_, EPOLL_CTL_DEL, static_cast<int>(fd), &unused);
}

int EpollPoller::wait(uint64_t timeout_ns) {
  const int batch = static_cast<int>(kBatch);
  if (timeout_ns == platform::kForever) return ::epoll_wait(epoll_, events_, batch, -1);
  if (timeout_ns == 0) return ::epoll_wait(epoll_, events_, batch, 0);
  if (has_pwait2_) {
    __kernel_timespec timeout{.tv_sec = static_cast<__kernel_time64_t>(timeout_ns / kNsPerS),
                              .tv_nsec = static_cast<long long>(timeout_ns % kNsPerS)};
    const long count = ::syscall(SYS_epoll_pwait2, epoll_, events_, batch, &timeout, nullptr, size_t{0});
    // EPERM: a sandbox that does not know the call.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(count);
    has_pwait2_ = false;
  }
  return ::epoll_wait(epoll_, events_, batch, milliseconds(timeout_ns));
}

Status EpollPoller::poll(uint64_t timeout_ns, uint32_t& count) {
  count = 0;
  const bool bounded = timeout_ns != 0 && timeout_ns != platform::kForever;
  const uint64_t deadline = bounded ? platform::deadline_after(platform::now_ns(), timeout_ns) : platform::kForever;
  for (;;) {
    const int got = wait(timeout_ns);
    if (got > 0) {
      count = static_cast<uint32_t>(got);
      break;
    }
    if (got < 0 && errno != EINTR) return platform::last_os_error();
    if (timeout_ns == 0) break;
    if (bounded) {
      // Interrupted, or the timeout was more than one call can take.
      const uint64_t now = platform::now_ns();
      if (now >= deadline) break;
      timeout_ns = deadline - now;
    }
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (events_[i].data.u64 == kWakeToken) {
      wake_pending_.exchange(false, base::memory_order_acq_rel);
      break;
    }
  }
  return Status::kOk;
}

Event EpollPoller::event(uint32_t index) const {
  return {.token = events_[index].data.u64, .ready = translate(events_[index].events)};
}

void EpollPoller::wake() {
  if (wake_pending_.exchange(true, base::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  while (::write(wake_, &one, sizeof one) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return;
    // The counter is full, after 2^64 wakes: empty it, for only a write is an edge.
    uint64_t count;
    [[maybe_unused]] const ssize_t read = ::read(wake_, &count, sizeof count);
  }
}

Status EpollPoller::after_fork() {
  // Closing is safe: the queue is the parent's as long as it has its own descriptors. Deleting from it would not be.
  close();
  wake_pending_.store(false, base::memory_order_relaxed);
  return make();
}

}  // namespace rota::io
