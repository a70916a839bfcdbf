// SPDX-License-Identifier: MIT
#include "core/scheduler/parallel.h"

#include <new>

#include "core/platform/clock.h"
#include "core/platform/spin.h"
#include "core/scheduler/worker.h"
#include "core/task/context.h"
#include "core/task/owned_set.h"

namespace rota::scheduler {
namespace {

constexpr uint32_t kChunksEach = 8;
constexpr uint32_t kMostHelpers = 256;

uint64_t grain_of(const Loop& loop, uint32_t participants) {
  if (loop.grain != 0) return loop.grain;
  const uint64_t chosen = loop.count / (uint64_t{kChunksEach} * participants);
  return chosen == 0 ? 1 : chosen;
}

uint64_t chunks_of(size_t count, uint64_t grain) { return count / grain + (count % grain != 0 ? 1 : 0); }

}  // namespace

struct ParallelFor::Helper : task::Task {
  Helper(ParallelFor& of, task::Home& home) : Task(kVTable, home, 1), loop(of) { priority = of.loop_.priority; }

  static Status poll(task::Task& task, task::Context& context) {
    ParallelFor& loop = static_cast<Helper&>(task).loop;
    if (!loop.enter()) return Status::kOk;
    const bool over = loop.work(platform::now_ns() + kTurnNs);
    if (over && loop.task_) (void)loop.close();
    loop.leave();
    if (over) return Status::kOk;
    context.yield();
    return Status::kPending;
  }
  static void drop_state(task::Task&) {}
  // The memory is the loop's.
  static void destroy(task::Header& header) { task::unref(static_cast<Helper&>(header).loop); }

  static constexpr task::VTable kVTable{.poll = poll, .drop_state = drop_state, .cancel = nullptr, .destroy = destroy};

  ParallelFor& loop;
};

ParallelFor::Helper* ParallelFor::helpers() { return reinterpret_cast<Helper*>(this + 1); }

ParallelFor::ParallelFor(Scheduler& scheduler, const Loop& loop, uint32_t participants, uint32_t helpers, bool task)
    : Owned(kVTable, scheduler, 1 + helpers + (task ? 1 : 0), false),
      loop_(loop),
      grain_(grain_of(loop, participants)),
      chunks_(chunks_of(loop.count, grain_)),
      helpers_(helpers),
      task_(task),
      group_(task::CurrentGroup::get()) {
  for (uint32_t i = 0; i < helpers_; ++i) new (this->helpers() + i) Helper(*this, scheduler);
}

ParallelFor* ParallelFor::make(Scheduler& scheduler, const Loop& loop, bool task) {
  const Current* current = Current::get();
  const bool on_worker = current != nullptr && current->worker != nullptr && &current->scheduler == &scheduler;
  // Of a loop that is no task the caller is one; on a worker it is one of the workers.
  uint32_t participants = scheduler.parallelism() + (task || on_worker ? 0 : 1);
  if (participants == 0) participants = 1;
  if (loop.threads_max != 0 && loop.threads_max < participants) participants = loop.threads_max;
  const uint64_t chunks = chunks_of(loop.count, grain_of(loop, participants));
  if (chunks < participants) participants = chunks == 0 ? 1 : static_cast<uint32_t>(chunks);
  uint32_t helpers = participants - (task ? 0 : 1);
  if (helpers > kMostHelpers) helpers = kMostHelpers;
  void* block = scheduler.arena().allocate(sizeof(ParallelFor) + helpers * sizeof(Helper), alignof(ParallelFor));
  return block == nullptr ? nullptr : new (block) ParallelFor(scheduler, loop, participants, helpers, task);
}

void ParallelFor::submit_helpers(Scheduler& scheduler) {
  task::Task* tasks[kMostHelpers];
  for (uint32_t i = 0; i < helpers_; ++i) tasks[i] = helpers() + i;
  scheduler.submit_batch(tasks, helpers_);
}

// --- the door

bool ParallelFor::enter() {
  uint32_t now = door_.load(base::memory_order_relaxed);
  do {
    if ((now & kClosed) != 0) return false;
  } while (!door_.compare_exchange_weak(now, now + 1, base::memory_order_acq_rel, base::memory_order_relaxed));
  return true;
}

void ParallelFor::leave() {
  if (door_.fetch_sub(1, base::memory_order_acq_rel) != (kClosed | 1)) return;
  // The last one. Our helper's reference keeps the loop.
  if (task_) {
    end();
  } else {
    parker_.unpark();
  }
}

void ParallelFor::wait_for_those_inside() {
  // They are in the middle of a chunk: some patience before a system call.
  constexpr uint32_t kPauses = 2000;
  for (uint32_t i = 0; i < kPauses; ++i) {
    if (door_.load(base::memory_order_acquire) == kClosed) return;
    platform::spin_pause();
  }
  while (door_.load(base::memory_order_acquire) != kClosed) parker_.park();
}

// --- working

bool ParallelFor::work(uint64_t until_ns) {
  const task::CurrentGroup members(group_);
  for (;;) {
    if (next_.load(base::memory_order_relaxed) >= chunks_) return true;
    const uint64_t chunk = next_.fetch_add(1, base::memory_order_relaxed);
    if (chunk >= chunks_) return true;
    const uint64_t begin = chunk * grain_;
    const uint64_t end = loop_.count - begin < grain_ ? loop_.count : begin + grain_;
    const Status status = loop_.call(loop_, static_cast<size_t>(begin), static_cast<size_t>(end));
    if (!ok(status)) (void)stop(status);
    if (until_ns != platform::kForever && platform::now_ns() >= until_ns) return false;
  }
}

// True: it was not stopped before. relaxed: who asks has come through the door, or waited for those inside.
bool ParallelFor::stop(Status status) {
  Status none = Status::kOk;
  const bool first =
      failed_.compare_exchange_strong(none, status, base::memory_order_relaxed, base::memory_order_relaxed);
  next_.store(chunks_, base::memory_order_relaxed);
  return first;
}

Status ParallelFor::run(Scheduler& scheduler, const Loop& loop) {
  if (scheduler.closed()) return Status::kShutdown;
  if (loop.count == 0) return Status::kOk;
  ParallelFor* self = make(scheduler, loop, false);
  if (self == nullptr) return Status::kNoMemory;
  self->submit_helpers(scheduler);
  const Current* current = Current::get();
  // What only this thread could run goes where others find it: the loop may be long.
  if (current != nullptr && current->worker != nullptr) current->worker->expose();
  (void)self->work(platform::kForever);
  if (self->close() != 0) self->wait_for_those_inside();
  const Status status = self->failed_.load(base::memory_order_relaxed);
  task::unref(*self);
  return status;
}

// --- as a task

Result<task::Header*> ParallelFor::start(Scheduler& scheduler, const Loop& loop, task::Group* group) {
  if (scheduler.closed()) return Status::kShutdown;
  ParallelFor* self = make(scheduler, loop, true);
  if (self == nullptr) return Status::kNoMemory;
  self->group_ = group;
  if (group != nullptr) {
    if (const Status status = group->enter(self->member_, *self); !ok(status)) {
      task::unref(*self, 2 + self->helpers_);
      return status;
    }
  }
  task::ref(*self);
  scheduler.owned_set().insert_shared(*self);
  self->submit_helpers(scheduler);
  return static_cast<task::Header*>(self);
}

// The door is closed and nobody inside: whoever finds it so, several perhaps.
void ParallelFor::end() {
  if (!state.claim()) return;
  loop_.dropped(loop_);
  if (member_.group != nullptr) task::Group::leave(member_);
  const uint64_t references = home->owned()->remove(*this) ? 2 : 1;
  const Status status = failed_.load(base::memory_order_relaxed);
  task::complete(*this, status);
  task::unref(*this, references);
}

Status ParallelFor::cancel(task::Header& header) {
  auto& self = static_cast<ParallelFor&>(header);
  if (self.state.complete()) return Status::kAlready;
  const bool first = self.stop(Status::kCancelled);
  if (self.close() == 0) self.end();
  return first ? Status::kOk : Status::kAlready;
}

// A helper that has ended stays readable as long as the loop, and is not ready.
task::Task* ParallelFor::take(task::Header& header, task::State::Take& how, const task::Home& home) {
  auto& self = static_cast<ParallelFor&>(header);
  if (self.home != &home) return nullptr;
  for (uint32_t i = 0; i < self.helpers_; ++i) {
    how = self.helpers()[i].state.take();
    if (how != task::State::Take::kNo) return self.helpers() + i;
  }
  return nullptr;
}

void ParallelFor::destroy(task::Header& header) {
  auto& self = static_cast<ParallelFor&>(header);
  task::Home& home = *self.home;
  const size_t size = sizeof(ParallelFor) + self.helpers_ * sizeof(Helper);
  self.~ParallelFor();
  home.arena().free(&self, size, alignof(ParallelFor));
}

}  // namespace rota::scheduler
