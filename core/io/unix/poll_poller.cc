// SPDX-License-Identifier: MIT
#include "core/io/unix/poll_poller.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/io/unix/descriptor.h"
#include "core/io/unix/system.h"
#include "core/platform/clock.h"
#include "core/platform/os_error.h"
#include "core/platform/thread.h"

namespace rota::io {
namespace {

constexpr uint32_t kLeastCapacity = 64;

short bits(int events) { return static_cast<short>(events); }

}  // namespace

Status PollPoller::open(const platform::Memory& memory) {
  memory_ = memory;
  if (const Status status = open_pipe(pipe_); !ok(status)) return status;
  base::MutexLock lock(mutex_);
  return grow(static_cast<uint32_t>(pipe_[0]) + 1) ? Status::kOk : Status::kNoMemory;
}

void PollPoller::close() {
  close_descriptor(pipe_[0]);
  close_descriptor(pipe_[1]);
  base::MutexLock lock(mutex_);
  memory_.free(slots_, capacity_ * sizeof(Slot));
  memory_.free(grown_looks_, grown_capacity_ * sizeof(pollfd));
  memory_.free(looks_, looks_capacity_ * sizeof(pollfd));
  slots_ = nullptr;
  grown_looks_ = looks_ = nullptr;
  capacity_ = grown_capacity_ = looks_capacity_ = high_ = looked_ = start_ = 0;
  // After a fork: who was inside is not here.
  inside_ = polling_ = false;
}

PollPoller::Slot* PollPoller::find(intptr_t fd) {
  if (fd < 0 || fd >= static_cast<intptr_t>(high_)) return nullptr;
  Slot& slot = slots_[fd];
  return slot.used ? &slot : nullptr;
}

// Room for descriptors below `least`, in both lists.
bool PollPoller::grow(uint32_t least) {
  if (least <= capacity_) return true;
  const uint32_t capacity = std::max({kLeastCapacity, least, capacity_ < UINT32_MAX / 2 ? capacity_ * 2 : least});
  auto* slots = static_cast<Slot*>(memory_.allocate(capacity * sizeof(Slot)));
  auto* looks = static_cast<pollfd*>(memory_.allocate(capacity * sizeof(pollfd)));
  if (slots == nullptr || looks == nullptr) {
    memory_.free(slots, capacity * sizeof(Slot));
    memory_.free(looks, capacity * sizeof(pollfd));
    return false;
  }
  std::copy_n(slots_, high_, slots);
  std::fill(slots + high_, slots + capacity, Slot{});
  memory_.free(slots_, capacity_ * sizeof(Slot));
  memory_.free(grown_looks_, grown_capacity_ * sizeof(pollfd));
  slots_ = slots;
  grown_looks_ = looks;
  capacity_ = grown_capacity_ = capacity;
  return true;
}

Status PollPoller::add(intptr_t fd, uint64_t token, Entry& entry) {
  if (const Status status = check_has_readiness(fd); !ok(status)) return status;
  base::MutexLock lock(mutex_);
  if (find(fd) != nullptr) return Status::kExists;
  const uint32_t index = static_cast<uint32_t>(fd);
  if (!grow(index + 1)) return Status::kNoMemory;
  high_ = std::max(high_, index + 1);
  slots_[index] = {.token = token, .armed = bits(kPollUrgent | kPollReadEnd), .muted = false, .used = true};
  entry.fd = fd;
  return Status::kOk;
}

void PollPoller::del(intptr_t fd, Entry& /*entry*/) {
  uint32_t round = 0;
  {
    base::MutexLock lock(mutex_);
    Slot* slot = find(fd);
    if (slot == nullptr) return;
    *slot = Slot{};
    while (high_ != 0 && !slots_[high_ - 1].used) --high_;
    const bool held = inside_ && fd < static_cast<intptr_t>(looked_) && looks_[fd].fd == fd;
    if (!held) return;
    round = rounds_.load(base::memory_order_relaxed);
    interrupt();
  }
  // It is on its way out, and takes no lock before that.
  while (rounds_.load(base::memory_order_acquire) == round) platform::yield_thread();
}

void PollPoller::want(Entry& entry, uint32_t ready) {
  base::MutexLock lock(mutex_);
  Slot* slot = find(entry.fd);
  if (slot == nullptr) return;
  int armed = slot->armed;
  if ((ready & kReadable) != 0) armed |= POLLIN | kPollReadEnd;
  if ((ready & kWritable) != 0) armed |= POLLOUT;
  if (armed == slot->armed && !slot->muted) return;
  slot->armed = bits(armed);
  slot->muted = false;
  interrupt();
}

void PollPoller::interrupt() {
  if (!polling_) return;
  polling_ = false;
  write_pipe();
}

void PollPoller::write_pipe() {
  // EAGAIN: it is full, and so readable.
  while (::write(pipe_[1], "", 1) < 0 && errno == EINTR) continue;
}

void PollPoller::wake() {
  if (!wake_pending_.exchange(true, base::memory_order_acq_rel)) write_pipe();
}

// The list for poll(2); how long it is.
uint32_t PollPoller::prepare() {
  base::MutexLock lock(mutex_);
  if (grown_looks_ != nullptr) {
    memory_.free(looks_, looks_capacity_ * sizeof(pollfd));
    looks_ = std::exchange(grown_looks_, nullptr);
    looks_capacity_ = std::exchange(grown_capacity_, 0);
  }
  const uint32_t count = std::max(high_, static_cast<uint32_t>(pipe_[0]) + 1);
  for (uint32_t fd = 0; fd < count; ++fd) {
    const Slot& slot = slots_[fd];
    const bool look = slot.used && !slot.muted;
    looks_[fd] = {.fd = look ? static_cast<int>(fd) : -1, .events = slot.armed, .revents = 0};
  }
  looks_[pipe_[0]] = {.fd = pipe_[0], .events = POLLIN, .revents = 0};
  looked_ = count;
  polling_ = inside_ = true;
  return count;
}

// What poll(2) found, as a batch; how large it is.
uint32_t PollPoller::collect(int got) {
  base::MutexLock lock(mutex_);
  polling_ = inside_ = false;
  rounds_.fetch_add(1, base::memory_order_release);
  if (got <= 0) return 0;
  uint32_t count = 0;
  if (looks_[pipe_[0]].revents != 0) {
    char bytes[256];
    while (::read(pipe_[0], bytes, sizeof bytes) > 0) continue;
    --got;
    if (wake_pending_.exchange(false, base::memory_order_acq_rel)) events_[count++] = {.token = kWakeToken, .ready = 0};
  }
  for (uint32_t i = 0; i < looked_ && got > 0; ++i) {
    const uint32_t fd = (start_ + i) % looked_;
    if (looks_[fd].revents == 0 || static_cast<int>(fd) == pipe_[0]) continue;
    --got;
    Slot* slot = find(static_cast<intptr_t>(fd));
    if (slot == nullptr) continue;
    if (count == kBatch) {
      start_ = fd;
      break;
    }
    const uint64_t token = slot->token;
    if (const uint32_t ready = report(*slot, looks_[fd].revents); ready != 0) {
      events_[count++] = {.token = token, .ready = ready};
    }
  }
  return count;
}

// Translates what was found, and disarms it.
uint32_t PollPoller::report(Slot& slot, short events) {
  if ((events & POLLNVAL) != 0) {
    slot = Slot{};
    return kReadable | kWritable | kError;
  }
  const bool reading = (slot.armed & POLLIN) != 0;
  uint32_t ready = 0;
  if ((events & POLLIN) != 0) ready |= kReadable | (kPollUrgent == 0 ? kUrgent : 0);
  if ((events & POLLOUT) != 0) ready |= kWritable;
  if ((events & kPollUrgent) != 0) ready |= kReadable | kUrgent;
  if ((events & kPollReadEnd) != 0) ready |= kReadable | kReadClosed;
  slot.armed = bits(slot.armed & ~events);
  if ((events & POLLHUP) != 0) {
    if (kHangUpIsBoth) {
      ready |= kReadable | kWritable | kReadClosed | kWriteClosed;
      slot.muted = true;
    } else {
      ready |= reading ? kReadable | kReadClosed : kWritable | kWriteClosed;
      slot.armed = bits(slot.armed & ~(reading ? POLLIN : POLLOUT));
    }
  }
  if ((events & POLLERR) != 0) {
    ready |= kReadable | kWritable | kError;
    slot.muted = true;
  }
  if (slot.muted) slot.armed = bits(slot.armed & ~(POLLIN | POLLOUT));
  return ready;
}

Status PollPoller::poll(uint64_t timeout_ns, uint32_t& count) {
  count = 0;
  const bool bounded = timeout_ns != 0 && timeout_ns != platform::kForever;
  const uint64_t deadline = bounded ? platform::deadline_after(platform::now_ns(), timeout_ns) : platform::kForever;
  for (;;) {
    const uint32_t looked = prepare();
    const int got = poll_for(looks_, looked, timeout_ns);
    const int error = errno;
    count = collect(got);
    if (count != 0) return Status::kOk;
    if (got < 0 && error != EINTR) return platform::status_of_os_error(error);
    if (timeout_ns == 0) return Status::kOk;
    if (!bounded) continue;
    const uint64_t now = platform::now_ns();
    if (now >= deadline) return Status::kOk;
    timeout_ns = deadline - now;
  }
}

Status PollPoller::after_fork() {
  close();
  wake_pending_.store(false, base::memory_order_relaxed);
  return open(memory_);
}

}  // namespace rota::io
