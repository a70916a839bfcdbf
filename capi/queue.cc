// SPDX-License-Identifier: MIT
#include "capi/handle.h"
#include "core/platform/clock.h"
#include "core/runtime/host_queue.h"
#include "core/runtime/runtime.h"
#include "core/task/group.h"

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Delivery;
using runtime::HostQueue;
using runtime::Runtime;

extern "C" {

rota_status rota_queue_create(rota_runtime* runtime, rota_queue** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<HostQueue*> made = HostQueue::create(self->scheduler(), self->hosted());
  if (!made.ok()) return c(made.status());
  *out = handle<rota_queue>(made.value());
  return ROTA_OK;
}

rota_queue* rota_queue_clone(rota_queue* queue) { return clone<HostQueue>(queue); }
void rota_queue_release(rota_queue* queue) { release<HostQueue>(queue); }

rota_status rota_queue_handle(rota_queue* queue, intptr_t* out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = -1;
  HostQueue* self = object<HostQueue>(queue);
  if (self == nullptr) return ROTA_EINVAL;
  *out = self->handle();
  return ROTA_OK;
}

rota_status rota_queue_run(rota_queue* queue, uint32_t max_items, uint64_t budget_ns, uint32_t* out_ran) {
  const uint64_t deadline =
      budget_ns == ROTA_FOREVER ? ROTA_FOREVER : platform::deadline_after(platform::now_ns(), budget_ns);
  return rota_queue_run_until(queue, ROTA_PRIORITY_LOW, max_items, deadline, out_ran);
}

rota_status rota_queue_run_until(rota_queue* queue, uint32_t floor, uint32_t max_items, uint64_t deadline_ns,
                                 uint32_t* out_ran) {
  if (out_ran != nullptr) *out_ran = 0;
  HostQueue* self = object<HostQueue>(queue);
  if (self == nullptr || floor >= task::kPriorities) return ROTA_EINVAL;
  const task::CurrentGroup none(nullptr);  // what is run is not the caller's
  uint32_t ran = 0;
  const Status status = self->run(static_cast<task::Priority>(floor), max_items, deadline_ns, ran);
  if (out_ran != nullptr) *out_ran = ran;
  return c(status);
}

rota_status rota_queue_pop(rota_queue* queue, rota_completion* out, uint32_t capacity, uint32_t* out_count) {
  if (out_count == nullptr) return ROTA_EINVAL;
  *out_count = 0;
  HostQueue* self = object<HostQueue>(queue);
  if (self == nullptr || out == nullptr || capacity == 0) return ROTA_EINVAL;
  const task::CurrentGroup none(nullptr);
  rota_completion* next = out;
  const auto take = [](void* place, const Delivery::Completion& completion) {
    auto*& free = *static_cast<rota_completion**>(place);
    *free++ = {.task = handle_of(completion.target),
               .user1 = completion.user1,
               .user2 = completion.user2,
               .status = c(completion.status),
               .zero = 0};
  };
  return c(self->pop(take, &next, capacity, *out_count));
}

}  // extern "C"
