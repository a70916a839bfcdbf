// SPDX-License-Identifier: MIT
//
// ParallelFor: one parallel loop. See rota_parallel_for in rota.h, and ADR 25. One block holds the shared part and the
// tasks that help:
//
//   [ ParallelFor | Helper | Helper | ... ]
//
// Chunks are numbers; `next_` hands them out. Whoever takes part goes through the door first:
//
//   door_ = how many are inside, and whether it is closed
//   enter: +1, unless closed        leave: -1; the last one to leave a closed door ends the loop
//
// The body and what it works on are touched only inside. The caller of a loop is never counted: it closes the door when
// the chunks have run out, and waits for those inside, each of whom is in the middle of a chunk. A helper that comes
// later finds it closed. A loop that is a task (start) is ended by whoever is last.
//
// Who sees what: enter and leave are read-modify-writes with acquire and release on the one word, so what was done
// inside happens before the end of the loop, whoever ends it.
//
// Thread safety: any thread. Lifetime: a reference for each helper, one for the caller (run) or the handle (start), and
// for start one for the loop itself, until it ends.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/result.h"
#include "core/platform/parker.h"
#include "core/scheduler/scheduler.h"
#include "core/task/group.h"
#include "core/task/header.h"

namespace rota::scheduler {

// A loop as the C interface describes it.
struct Loop {
  using Function = void (*)();
  // Who calls the functions of the C interface (and catches what they throw).
  Status (*call)(const Loop& loop, size_t begin, size_t end);
  void (*dropped)(const Loop& loop);

  Function body;
  Function drop;
  void* user;
  size_t count;
  size_t grain;          // 0: chosen
  uint32_t threads_max;  // 0: no limit
  task::Priority priority;
  const void* profiler;  // the caller's
  const char* name;
  size_t name_len;
  uint64_t id;
};

class ParallelFor final : public task::Owned {
 public:
  // Does the loop; this thread takes part. Whatever the answer, the loop is not dropped yet.
  static Status run(Scheduler& scheduler, const Loop& loop);
  // Begins it as an operation, which is the caller's reference, and drops the loop at its end. On an error the loop is
  // still the caller's. kClosed; kShutdown; kNoMemory.
  static Result<task::Header*> start(Scheduler& scheduler, const Loop& loop, task::Group* group);

 private:
  struct Helper;
  static constexpr uint32_t kClosed = 1u << 31;
  // A helper of a loop that is a task gives way to others after this long.
  static constexpr uint64_t kTurnNs = 500'000;

  ParallelFor(Scheduler& scheduler, const Loop& loop, uint32_t participants, uint32_t helpers, bool task);
  ~ParallelFor() = default;

  static ParallelFor* make(Scheduler& scheduler, const Loop& loop, bool task);
  void submit_helpers(Scheduler& scheduler);
  // Chunks until there are none (true), or until the turn is over.
  bool work(uint64_t until_ns);
  bool stop(Status status);
  bool enter();
  void leave();
  // How many are inside.
  uint32_t close() { return door_.fetch_or(kClosed, base::memory_order_acq_rel) & ~kClosed; }
  void wait_for_those_inside();
  void end();
  Helper* helpers();
  static Status cancel(task::Header& header);
  static task::Task* take(task::Header& header, task::State::Take& how, const task::Home& home);
  static void destroy(task::Header& header);

  static constexpr task::VTable kVTable{
      .poll = nullptr, .drop_state = nullptr, .cancel = cancel, .destroy = destroy, .take = take};

  const Loop loop_;
  const uint64_t grain_;
  const uint64_t chunks_;
  const uint32_t helpers_;
  const bool task_;
  task::Member member_;  // of the loop that is a task
  task::Group* group_;   // whose member a chunk's children are
  platform::Parker parker_;
  alignas(base::kCacheLine) base::Atomic<uint64_t> next_{0};  // relaxed: chunks are published by the door
  alignas(base::kCacheLine) base::Atomic<uint32_t> door_{0};
  base::Atomic<Status> failed_{Status::kOk};
};

}  // namespace rota::scheduler
