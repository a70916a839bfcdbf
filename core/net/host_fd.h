// SPDX-License-Identifier: MIT
//
// HostFd: readiness of a descriptor that the host owns. Level-triggered on top of an edge-triggered driver: each poll
// asks the system what is so now; only when that is nothing does it wait for an event. In between, no event is lost:
//
//   1. look      remember the driver's word (its tick counts events)
//   2. ask       the system, without waiting: ready? answer
//   3. forget    what the driver knew, unless an event came in since 1
//   4. wait      unless an event came in since 3; if one did, begin again
//
// An event between 1 and 3 keeps its readiness in the word, so 4 does not wait.
//
// Thread safety: any thread, any number of tasks. Lifetime: counted; the last reference deregisters.
#pragma once

#include <cstdint>

#include "core/base/counted.h"
#include "core/base/result.h"
#include "core/io/driver.h"
#include "core/scheduler/services.h"
#include "core/task/context.h"

namespace rota::net {

class HostFd final : public base::Counted<HostFd> {
 public:
  static constexpr uint32_t kTag = 0x68666420;

  static Result<HostFd*> create(const scheduler::Services& services, intptr_t descriptor);
  HostFd(const scheduler::Services& services, intptr_t descriptor, io::Registration& registration)
      : services_(services), descriptor_(descriptor), registration_(registration) {}

  // kOk: `ready` is what of `interest` (io::kReadable | io::kWritable) it is ready for, with io::kReadClosed and
  // io::kError when they hold. kPending: the task is woken when that may change. kClosed after deregister. Spends
  // budget.
  Status poll(task::Context& context, uint32_t interest, uint32_t& ready);
  // kAlready: it was.
  Status deregister() { return services_.io.deregister(registration_) ? Status::kOk : Status::kAlready; }

  const scheduler::Services& services() const { return services_; }
  void last_reference();

 private:
  Status wait(task::Context& context, uint32_t interest);

  const scheduler::Services& services_;
  const intptr_t descriptor_;
  io::Registration& registration_;
};

}  // namespace rota::net
