// SPDX-License-Identifier: MIT
#include "core/platform/kqueue_double/fake_kqueue.h"

#include <errno.h>

#include <map>
#include <memory>
#include <mutex>

#include "core/platform/clock.h"
#include "core/platform/kqueue_double/queue.h"

namespace rota::platform::fake {
namespace {

std::mutex queues_mutex;
std::map<int, std::shared_ptr<Queue>> queues;

std::shared_ptr<Queue> queue_of(int kq) {
  std::lock_guard lock(queues_mutex);
  const auto found = queues.find(kq);
  return found == queues.end() || !found->second->is_ours() ? nullptr : found->second;
}

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

int kqueue() {
  auto queue = std::make_shared<Queue>();
  std::lock_guard lock(queues_mutex);
  // One that a parent had under this number is of no use to a child.
  queues[queue->handle()] = queue;
  return queue->handle();
}

void close_kqueue(int kq) {
  std::lock_guard lock(queues_mutex);
  queues.erase(kq);
}

void settle_kernel(int kq) {
  if (const std::shared_ptr<Queue> queue = queue_of(kq)) queue->settle();
}

int kevent(int kq, const Event* changes, int change_count, Event* events, int event_count, const timespec* timeout,
           bool has_except) {
  const std::shared_ptr<Queue> queue = queue_of(kq);
  if (queue == nullptr) return fail(EBADF);
  if (timeout != nullptr && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1'000'000'000)) {
    return fail(EINVAL);
  }
  int told = 0;
  for (int i = 0; i < change_count; ++i) {
    const int error = queue->apply(changes[i], has_except);
    if (error == 0 && (changes[i].flags & KqueueBase::kReceipt) == 0) continue;
    if (told == event_count) return error == 0 ? told : fail(error);
    events[told] = changes[i];
    events[told].flags = static_cast<uint16_t>(changes[i].flags | KqueueBase::kError);
    events[told].data = error;
    ++told;
  }
  // Then the event list is what the changes came to.
  if (told != 0 || event_count == 0) return told;
  const bool bounded = timeout != nullptr;
  const uint64_t span =
      bounded ? static_cast<uint64_t>(timeout->tv_sec) * 1'000'000'000u + static_cast<uint64_t>(timeout->tv_nsec) : 0;
  const uint64_t deadline = bounded ? deadline_after(now_ns(), span) : kForever;
  for (;;) {
    if (const int count = queue->collect(events, event_count); count != 0) return count;
    const uint64_t now = now_ns();
    if (bounded && now >= deadline) return 0;
    const uint64_t left = deadline - now;
    const timespec rest{.tv_sec = static_cast<time_t>(left / 1'000'000'000u),
                        .tv_nsec = static_cast<long>(left % 1'000'000'000u)};
    if (queue->wait(bounded ? &rest : nullptr) < 0) return -1;
  }
}

}  // namespace rota::platform::fake
