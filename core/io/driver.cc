// SPDX-License-Identifier: MIT
#include "core/io/driver.h"

namespace rota::io {

void Driver::close() {
  poller_.close();
  slab_.clear();
}

Status Driver::poll(uint64_t timeout_ns) {
  // Nothing to look at: a runtime without descriptors makes no system calls for them.
  if (timeout_ns == 0 && registrations() == 0 && !poller_.unfinished()) return Status::kOk;
  uint32_t count = 0;
  if (const Status status = poller_.poll(timeout_ns, count); !ok(status)) return status;
  uint32_t events = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const Event event = poller_.event(i);
    if (event.token == Poller::kWakeToken) continue;
    ++events;
    Registration* slot = slab_.at(static_cast<uint32_t>(event.token));
    if (slot != nullptr) slot->set_ready(static_cast<uint32_t>(event.token >> 32), event.ready);
  }
  if (events != 0) events_.add(events);
  return Status::kOk;
}

Result<Registration*> Driver::add(intptr_t descriptor, uint32_t assumed) {
  Registration* slot;
  uint32_t generation;
  {
    base::MutexLock lock(slab_.mutex);
    if (shut_down_) return Status::kShutdown;
    slot = slab_.take();
    if (slot == nullptr) return Status::kNoMemory;
    // Before the queue has it: the first event may come in at once.
    generation = slot->open(descriptor, assumed | Poller::kAssumed);
  }
  registrations_.fetch_add(1, base::memory_order_relaxed);
  const Status status = poller_.add(descriptor, token(*slot, generation), slot->entry());
  if (ok(status)) return slot;
  registrations_.fetch_sub(1, base::memory_order_relaxed);
  (void)slot->close();
  release(*slot);
  return status;
}

bool Driver::deregister(Registration& registration) {
  if (!registration.close()) return false;
  poller_.del(registration.descriptor(), registration.entry());
  registrations_.fetch_sub(1, base::memory_order_relaxed);
  return true;
}

void Driver::release(Registration& registration) {
  base::MutexLock lock(slab_.mutex);
  slab_.give(registration);
}

void Driver::shut_down() {
  {
    base::MutexLock lock(slab_.mutex);
    if (shut_down_) return;
    shut_down_ = true;
  }
  // Chunks and opened slots stay as they are from here on.
  slab_.for_each([](Registration& slot) { slot.shut_down(); });
  poller_.shut_down();
}

}  // namespace rota::io
