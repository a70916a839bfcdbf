// SPDX-License-Identifier: MIT
//
// Core: a runtime of the engine, as every Python object of it holds it.
//
// Thread safety: all of it. Lifetime: counted; runtimes, tasks, streams, queued functions hold one. In a forked child
// nothing of the parent's is touched, and nothing freed.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "rota/rota.h"
#include "state.h"

namespace rota_py {

class Group;

// One more reference, unless the last one is gone already.
inline bool try_ref_count(std::atomic<uint32_t>& refs) {
  uint32_t count = refs.load(std::memory_order_relaxed);
  while (count != 0) {
    if (refs.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

class Core {
 public:
  struct Options {
    uint32_t workers;
    uint32_t blocking_max;
    uint64_t keep_alive_ns;
    const char* name;
    size_t name_len;
    double exit_timeout_s;
  };
  // With the GIL. nullptr: an exception is set.
  static Core* make(State& state, const Options& options);

  Core* ref();
  // False: its last reference is gone.
  bool try_ref() { return try_ref_count(refs_); }
  void unref();

  rota_runtime* runtime() const { return runtime_; }
  State& state() const { return state_; }
  Group& jobs() const { return *jobs_; }
  double exit_timeout_s() const { return exit_timeout_s_; }

  bool closed() const { return closed_.load(std::memory_order_acquire); }
  bool forked() const { return generation_ != fork_generation(); }
  // Ready to start something; otherwise RuntimeError is set.
  bool usable() const;

  // With the GIL; see Runtime.shutdown. A negative time limit is none. 1: done; 0: the time passed; -1: an exception
  // is set.
  int shutdown(bool wait, bool cancel, double timeout_s);
  // At the end of the interpreter.
  static void shutdown_all(Interp& interp);

  // Groups register while they live.
  void add(Group& group);
  void remove(Group& group);

 private:
  Core(State& state, double exit_timeout_s);
  ~Core() = default;
  int end_groups(bool wait, bool cancel, double timeout_s);
  void shutdown_at_exit();

  State& state_;
  Interp& interp_;
  const uint32_t generation_;
  const double exit_timeout_s_;
  rota_runtime* runtime_ = nullptr;
  Group* jobs_ = nullptr;
  std::atomic<bool> closed_{false};
  std::atomic<uint32_t> refs_{1};
  Core* next_ = nullptr;     // Interp's list, under its mutex
  Group* groups_ = nullptr;  // under Interp's mutex
};

}  // namespace rota_py
