// SPDX-License-Identifier: MIT
//
// The "job system" that a physics library asks its host for, in the shape of Jolt's: it creates small jobs that wait
// for others by count, puts them into barriers, and waits for a barrier on the thread that makes the step. A program
// that has an engine for its tasks implements this interface over it, so that both share their threads.
//
// Here the interface is the example's own; with the real library, derive from its class and map name for name.
//
// Thread safety: all of it from any thread, unless it says otherwise.
#pragma once

#include <cstdint>
#include <functional>

class JobSystem {
 public:
  class Job {
   public:
    // Counts references; the last release frees it.
    virtual void add_reference() = 0;
    virtual void release() = 0;
    virtual bool is_done() const = 0;
    // `count` more jobs have to end before this one starts. Only as long as it cannot start anyway.
    virtual void add_dependency(uint32_t count) = 0;
    // `count` of those have ended. With the last one it starts.
    virtual void remove_dependency(uint32_t count) = 0;

   protected:
    ~Job() = default;
  };

  // A counted pointer to a job.
  class JobHandle {
   public:
    JobHandle() = default;
    // Takes over a reference.
    explicit JobHandle(Job* job) : job_(job) {}
    JobHandle(const JobHandle& other) : job_(other.job_) {
      if (job_ != nullptr) job_->add_reference();
    }
    JobHandle(JobHandle&& other) noexcept : job_(other.job_) { other.job_ = nullptr; }
    JobHandle& operator=(JobHandle other) noexcept {
      Job* mine = job_;
      job_ = other.job_;
      other.job_ = mine;
      return *this;
    }
    ~JobHandle() {
      if (job_ != nullptr) job_->release();
    }

    bool is_valid() const { return job_ != nullptr; }
    bool is_done() const { return job_ != nullptr && job_->is_done(); }
    void add_dependency(uint32_t count = 1) const { job_->add_dependency(count); }
    void remove_dependency(uint32_t count = 1) const { job_->remove_dependency(count); }
    Job* get() const { return job_; }

   private:
    Job* job_ = nullptr;
  };

  // A set of jobs to be waited for. Jobs may be added while somebody waits. A job is in one barrier at most.
  class Barrier {
   public:
    virtual void add_job(const JobHandle& job) = 0;

   protected:
    ~Barrier() = default;
  };

  enum class Wait : uint8_t {
    kDone,     // every job of the barrier has ended
    kRefused,  // waiting here could never end: this is a job's own thread, and what is left runs elsewhere
  };

  virtual ~JobSystem() = default;

  // How many jobs can run at a time, the waiting thread included.
  virtual uint32_t max_concurrency() const = 0;

  // A job that starts when `dependencies` others have been counted off, at once when that is 0. `name` is for people
  // and must live as long as the job.
  virtual JobHandle create_job(const char* name, std::function<void()> function, uint32_t dependencies = 0) = 0;

  // nullptr: no memory.
  virtual Barrier* create_barrier() = 0;
  // When nobody waits for it. What its jobs do is not stopped.
  virtual void destroy_barrier(Barrier* barrier) = 0;
  // Runs jobs of the barrier that can start on this thread, and otherwise waits for them.
  [[nodiscard]] virtual Wait wait_for_jobs(Barrier* barrier) = 0;
};
