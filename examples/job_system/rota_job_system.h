// SPDX-License-Identifier: MIT
//
// JobSystem over rota: a job that can start is a task; whoever claims it first, a worker or the waiting thread, runs
// it.
//
//   waiting --(last dependency)--> ready --(claimed)--> running --> done
//
// A barrier is a list of jobs and a semaphore that gets a permit whenever one of them becomes ready or done: the
// waiting thread sleeps on that, and looks at the list again.
//
// Works on every kind of runtime; on a hosted one (workers = 0) the waiting thread runs everything. Thread safety and
// lifetime: as JobSystem says; the runtime is borrowed and must outlive the system and its jobs.
#pragma once

#include "examples/job_system/job_system.h"
#include "rota/rota.h"

class RotaJobSystem final : public JobSystem {
 public:
  explicit RotaJobSystem(rota_runtime* runtime) : runtime_(runtime) {}

  uint32_t max_concurrency() const override { return rota_runtime_workers(runtime_) + 1; }
  JobHandle create_job(const char* name, std::function<void()> function, uint32_t dependencies) override;
  Barrier* create_barrier() override;
  void destroy_barrier(Barrier* barrier) override;
  Wait wait_for_jobs(Barrier* barrier) override;

 private:
  rota_runtime* const runtime_;
};
