// SPDX-License-Identifier: MIT
//
// Sleeps, timeouts, timers, intervals.
#include "capi/engine_task.h"
#include "capi/handle.h"
#include "core/platform/clock.h"
#include "core/runtime/runtime.h"
#include "core/time/interval.h"
#include "core/time/sleep.h"
#include "core/time/timeout.h"
#include "core/time/timer.h"

namespace rota::capi {
namespace {

using runtime::Runtime;
using time::Interval;
using time::Timer;

// Delays beyond this (292 years) mean for ever.
constexpr uint64_t kLongestDelay = INT64_MAX;

uint64_t deadline_in(uint64_t now_ns, uint64_t delay_ns) {
  return delay_ns > kLongestDelay ? platform::kForever : platform::deadline_after(now_ns, delay_ns);
}

rota_status sleep_until(rota_runtime* runtime, uint64_t now_ns, uint64_t deadline_ns, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  auto* sleep = time::Sleep::start(self->services().timers, self->services().home, now_ns, deadline_ns);
  if (sleep == nullptr) return ROTA_ENOMEM;
  *out = handle_of(sleep);
  return ROTA_OK;
}

rota_status timeout(task::Header& target, uint64_t delay_ns, rota_task** out) {
  Runtime& runtime = Runtime::of(*target.home);
  Timer* timer = Timer::create(runtime.arena(), runtime.services().timers);
  if (timer == nullptr) return ROTA_ENOMEM;
  Status status = timer->start(deadline_in(platform::now_ns(), delay_ns));
  if (ok(status)) {
    time::Timeout poll(target, *timer);
    status = static_cast<Status>(start(runtime, poll, out));
    if (!ok(status)) poll.forget();
  }
  timer->unref();
  return c(status);
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using runtime::Runtime;
using time::Interval;
using time::Timer;

extern "C" {

rota_status rota_sleep(rota_runtime* runtime, uint64_t delay_ns, rota_task** out) {
  const uint64_t now = platform::now_ns();
  return sleep_until(runtime, now, deadline_in(now, delay_ns), out);
}

rota_status rota_sleep_until(rota_runtime* runtime, uint64_t deadline_ns, rota_task** out) {
  return sleep_until(runtime, platform::now_ns(), deadline_ns, out);
}

rota_status rota_timeout(rota_task* task, uint64_t delay_ns, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  task::Header* target = task_of(task);
  return target == nullptr ? ROTA_EINVAL : timeout(*target, delay_ns, out);
}

rota_status rota_timer_create(rota_runtime* runtime, rota_timer** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Timer* timer = Timer::create(self->arena(), self->services().timers);
  if (timer == nullptr) return ROTA_ENOMEM;
  *out = handle<rota_timer>(timer);
  return ROTA_OK;
}

rota_status rota_timer_start(rota_timer* timer, uint64_t delay_ns) {
  return rota_timer_start_at(timer, deadline_in(platform::now_ns(), delay_ns));
}

rota_status rota_timer_start_at(rota_timer* timer, uint64_t deadline_ns) {
  Timer* self = object<Timer>(timer);
  return self == nullptr ? ROTA_EINVAL : c(self->start(deadline_ns));
}

rota_status rota_timer_stop(rota_timer* timer) {
  Timer* self = object<Timer>(timer);
  return self == nullptr ? ROTA_EINVAL : c(self->stop());
}

rota_status rota_timer_poll(rota_timer* timer, rota_context* cx) {
  Timer* self = object<Timer>(timer);
  return self == nullptr || cx == nullptr ? ROTA_EINVAL : c(self->poll(*context_of(cx)));
}

rota_timer* rota_timer_clone(rota_timer* timer) { return clone<Timer>(timer); }
void rota_timer_release(rota_timer* timer) { release<Timer>(timer); }

rota_status rota_interval_create(rota_runtime* runtime, uint64_t period_ns, uint32_t missed, rota_interval** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr || period_ns == 0 || missed > ROTA_MISSED_DELAY) return ROTA_EINVAL;
  if (self->closed()) return ROTA_ESHUTDOWN;
  Result<Interval*> made = Interval::create(self->services().home, self->services().timers, period_ns,
                                            static_cast<Interval::Missed>(missed));
  if (!made.ok()) return c(made.status());
  *out = handle<rota_interval>(made.value());
  return ROTA_OK;
}

rota_status rota_interval_poll(rota_interval* interval, rota_context* cx, uint64_t* out_deadline_ns) {
  if (out_deadline_ns != nullptr) *out_deadline_ns = 0;
  Interval* self = object<Interval>(interval);
  if (self == nullptr || cx == nullptr) return ROTA_EINVAL;
  uint64_t due = 0;
  const Status status = self->poll(*context_of(cx), due);
  if (out_deadline_ns != nullptr) *out_deadline_ns = due;
  return c(status);
}

rota_status rota_interval_tick(rota_interval* interval, rota_task** out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = nullptr;
  Interval* self = object<Interval>(interval);
  if (self == nullptr) return ROTA_EINVAL;
  auto poll = [kept = base::Ref<Interval>(*self)](task::Context& context) {
    uint64_t due;
    return kept->poll(context, due);
  };
  return start(Runtime::of(self->home()), poll, out);
}

rota_interval* rota_interval_clone(rota_interval* interval) { return clone<Interval>(interval); }
void rota_interval_release(rota_interval* interval) { release<Interval>(interval); }

}  // extern "C"
