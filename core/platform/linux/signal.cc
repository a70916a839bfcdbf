// SPDX-License-Identifier: MIT
#include "core/platform/signal.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/platform/clock.h"
#include "core/platform/os_error.h"

namespace rota::platform {
namespace {

int fd(intptr_t handle) { return static_cast<int>(handle); }

void close_handle(intptr_t handle) {
  if (handle != kNoHandle) ::close(fd(handle));
}

Status keep(int opened, intptr_t& handle) {
  if (opened < 0) return last_os_error();
  handle = opened;
  return Status::kOk;
}

}  // namespace

Signal::~Signal() { close_handle(handle_); }
Status Signal::open() { return keep(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), handle_); }

void Signal::raise() {
  const uint64_t one = 1;
  // Fails only when the counter is full: then it is raised.
  [[maybe_unused]] const ssize_t written = ::write(fd(handle_), &one, sizeof one);
}

void Signal::clear() {
  uint64_t count;
  [[maybe_unused]] const ssize_t got = ::read(fd(handle_), &count, sizeof count);
}

Alarm::~Alarm() { close_handle(handle_); }
Status Alarm::open() { return keep(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), handle_); }

void Alarm::set(uint64_t deadline_ns) {
  if (deadline_ns == deadline_ns_ && deadline_ns == kForever) return;
  deadline_ns_ = deadline_ns;
  itimerspec when{};  // all zero: disarmed
  if (deadline_ns != kForever) {
    const uint64_t at = deadline_ns == 0 ? 1 : deadline_ns;
    when.it_value.tv_sec = static_cast<time_t>(at / 1'000'000'000u);
    when.it_value.tv_nsec = static_cast<long>(at % 1'000'000'000u);
  }
  ::timerfd_settime(fd(handle_), TFD_TIMER_ABSTIME, &when, nullptr);
}

SignalSet::~SignalSet() { close_handle(handle_); }
Status SignalSet::open() { return keep(::epoll_create1(EPOLL_CLOEXEC), handle_); }

Status SignalSet::add(intptr_t member) {
  epoll_event event{};
  event.events = EPOLLIN;
  return ::epoll_ctl(fd(handle_), EPOLL_CTL_ADD, fd(member), &event) == 0 ? Status::kOk : last_os_error();
}

// The system asks the members each time.
void SignalSet::settle() {}

}  // namespace rota::platform
