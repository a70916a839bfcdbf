// SPDX-License-Identifier: MIT
#include "examples/job_system/rota_job_system.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace {

class RotaJob final : public JobSystem::Job {
 public:
  RotaJob(rota_runtime* runtime, const char* name, std::function<void()> function, uint32_t dependencies)
      : runtime_(runtime), name_(name), function_(std::move(function)), dependencies_(dependencies) {}

  void add_reference() override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  bool is_done() const override { return state_.load(std::memory_order_acquire) == State::kDone; }
  void add_dependency(uint32_t count) override { dependencies_.fetch_add(count, std::memory_order_relaxed); }
  void remove_dependency(uint32_t count) override {
    // acq_rel: what the jobs before this one wrote is seen by it, whichever was the last.
    if (dependencies_.fetch_sub(count, std::memory_order_acq_rel) == count) start();
  }

  // Its last dependency has ended: offers it to the workers, and to who waits for it.
  void start() {
    state_.store(State::kReady, std::memory_order_release);
    announce();
    add_reference();
    rota_spawn_desc desc{};
    desc.size = sizeof desc;
    desc.poll = poll;
    desc.drop = drop;
    desc.state = this;
    desc.name = name_;
    desc.name_len = std::strlen(name_);
    // Without a worker to do it, who called does: a job is never lost. `this` may be gone after a good spawn only if
    // nobody holds it, and who counts dependencies off does.
    if (rota_spawn(runtime_, &desc, nullptr) != ROTA_OK) (void)run_if_ready();
  }

  // Runs it here if nobody else has begun to.
  bool run_if_ready() {
    State ready = State::kReady;
    if (!state_.compare_exchange_strong(ready, State::kRunning, std::memory_order_acq_rel)) return false;
    const Ending ending(*this);  // also when it throws, which rota catches on a worker
    function_();
    return true;
  }

  // Has `events` get a permit whenever it becomes ready or done.
  void watch(rota_semaphore* events) { events_.store(rota_semaphore_clone(events), std::memory_order_seq_cst); }

 private:
  enum class State : uint8_t { kWaiting, kReady, kRunning, kDone };

  class Ending {
   public:
    explicit Ending(RotaJob& job) : job_(job) {}
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    ~Ending() {
      job_.function_ = nullptr;  // what it holds goes before anybody learns that it has ended
      // seq_cst, here and in watch: either this sees the barrier, or add_job's own permit comes after it.
      job_.state_.store(State::kDone, std::memory_order_seq_cst);
      job_.announce();
    }

   private:
    RotaJob& job_;
  };

  ~RotaJob() { rota_semaphore_release(events_.load(std::memory_order_relaxed)); }

  static rota_status poll(void* state, rota_context*) {
    (void)static_cast<RotaJob*>(state)->run_if_ready();
    return ROTA_OK;
  }
  static void drop(void* state) { static_cast<RotaJob*>(state)->release(); }

  void announce() {
    rota_semaphore* events = events_.load(std::memory_order_seq_cst);
    if (events != nullptr) (void)rota_semaphore_add(events, 1);
  }

  rota_runtime* const runtime_;
  const char* const name_;
  std::function<void()> function_;  // whoever set kRunning
  std::atomic<uint32_t> references_{1};
  std::atomic<uint32_t> dependencies_;
  std::atomic<State> state_{State::kWaiting};
  std::atomic<rota_semaphore*> events_{nullptr};  // owned; set once
};

class RotaBarrier final : public JobSystem::Barrier {
 public:
  explicit RotaBarrier(rota_semaphore* events) : events_(events) {}
  ~RotaBarrier() { rota_semaphore_release(events_); }
  RotaBarrier(const RotaBarrier&) = delete;
  RotaBarrier& operator=(const RotaBarrier&) = delete;

  void add_job(const JobSystem::JobHandle& handle) override {
    static_cast<RotaJob*>(handle.get())->watch(events_);
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(handle);
    }
    (void)rota_semaphore_add(events_, 1);  // who waits looks again
  }

  JobSystem::Wait wait() {
    while (true) {
      // Permits up to here are about what the next look sees.
      while (rota_semaphore_try_acquire(events_, 1) == ROTA_OK) continue;
      switch (help()) {
        case Help::kAllDone:
          return JobSystem::Wait::kDone;
        case Help::kRanSome:
          continue;
        case Help::kNothingReady:
          if (!sleep()) return JobSystem::Wait::kRefused;
      }
    }
  }

 private:
  enum class Help : uint8_t { kAllDone, kRanSome, kNothingReady };

  // One look at every job: forgets those that are done, and runs those that can start.
  Help help() {
    std::vector<JobSystem::JobHandle> jobs;
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(jobs_, [](const JobSystem::JobHandle& job) { return job.is_done(); });
      jobs = jobs_;
    }
    if (jobs.empty()) return Help::kAllDone;
    bool ran = false;
    for (const JobSystem::JobHandle& job : jobs) ran = static_cast<RotaJob*>(job.get())->run_if_ready() || ran;
    return ran ? Help::kRanSome : Help::kNothingReady;
  }

  // Until there is a permit. False on a thread of the engine, which rota never lets wait.
  bool sleep() {
    rota_task* acquired = nullptr;
    if (rota_semaphore_acquire(events_, 1, &acquired) != ROTA_OK) return false;
    const rota_status status = rota_task_wait(acquired, ROTA_FOREVER);
    if (status != ROTA_OK) (void)rota_task_cancel(acquired);
    rota_task_release(acquired);
    return status == ROTA_OK;
  }

  rota_semaphore* const events_;
  std::mutex mutex_;
  std::vector<JobSystem::JobHandle> jobs_;  // by mutex_
};

}  // namespace

JobSystem::JobHandle RotaJobSystem::create_job(const char* name, std::function<void()> function,
                                               uint32_t dependencies) {
  auto* job = new RotaJob(runtime_, name, std::move(function), dependencies);
  JobHandle handle(job);
  if (dependencies == 0) job->start();
  return handle;
}

JobSystem::Barrier* RotaJobSystem::create_barrier() {
  rota_semaphore* events = nullptr;
  if (rota_semaphore_create(runtime_, 0, &events) != ROTA_OK) return nullptr;
  auto* barrier = new (std::nothrow) RotaBarrier(events);
  if (barrier == nullptr) rota_semaphore_release(events);
  return barrier;
}

void RotaJobSystem::destroy_barrier(Barrier* barrier) { delete static_cast<RotaBarrier*>(barrier); }

JobSystem::Wait RotaJobSystem::wait_for_jobs(Barrier* barrier) { return static_cast<RotaBarrier*>(barrier)->wait(); }
