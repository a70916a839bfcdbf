// SPDX-License-Identifier: MIT
//
// Group: a line of Python functions, and those threads of the runtime's blocking pool that run them, at most so many at
// a time. Each Executor has one, and each runtime one for spawn.
//
//   submit -> line -> a runner (a job of the blocking pool): attaches to Python once, runs until the line is empty
//
// Runners are asked for one at a time: the next one by the one that found more than it takes itself. So 100,000 short
// functions are run by few threads under long holds of the GIL, and 500 that wait are soon waited for by 500 threads.
// A sticky group's runners keep their threads until it is closed: what an initializer set up belongs to a thread.
//
// Thread safety: all of it; nothing holds the mutex while it waits for the GIL. Lifetime: counted. It does not hold its
// core; whoever holds a group does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "core.h"
#include "waiter.h"

namespace rota_py {

// Something to do on a thread that is attached to Python.
struct Item {
  Item* next = nullptr;
  void (*run)(Item& item) = nullptr;
  void (*cancel)(Item& item) = nullptr;  // instead of run; a function of the user's only, not a duty of our own
};

class Group {
 public:
  // `on_start` (may be null) is called by each runner first; a false result ends the runner.
  static Group* make(Core& core, uint32_t max, bool sticky, PyObject* on_start);
  Group* ref();
  // False: its last reference is gone.
  bool try_ref() { return try_ref_count(refs_); }
  void unref();

  // A function: taken over; on an error it is still the caller's. ROTA_ESHUTDOWN: closed. Its run or cancel calls
  // finish_job() before anybody can see that it is done.
  rota_status submit(Item& item);
  void finish_job(bool ran);
  // A duty, from any thread. It never fails: without a thread to run it, it waits for
  // cancel_all().
  void post(Item& item);

  // No more jobs; what is in line is still run.
  void close();
  bool closed() const;
  // Everything that waits in line, as a list; the caller runs or cancels each.
  Item* take_all();
  // With the GIL: cancels the functions in line, and does the duties in line on this thread.
  void cancel_all();
  // Cancels the functions in line, but for the first ones that a thread is free for: ThreadPoolExecutor would have
  // begun them.
  void cancel_excess();
  // With the GIL, when no function is in line any more: lets go of on_start.
  void forget_on_start();
  // Waits until nothing is in line and nothing runs. With the GIL.
  Waiter::Woken wait(double timeout_s);

  // The most jobs that were in line or running at once, up to max: as many threads a plain executor would have.
  uint32_t most_seen() const;
  // Whether this thread is one of its runners.
  bool inside() const;
  Core& core() const { return core_; }
  Group* next = nullptr;  // Core's list

 private:
  struct Runner;

  Group(Core& core, uint32_t max, bool sticky, PyObject* on_start)
      : core_(core), max_(max), sticky_(sticky), on_start_(on_start) {
    Py_XINCREF(on_start_);
  }
  ~Group();

  bool wants_runner() const { return starting_ == 0 && idle_ == 0 && active_ < max_; }
  rota_status start_runner();
  static rota_status run(void* runner);
  static void drop(void* runner);
  void serve(Runner& runner);
  bool begin();
  Item* take();
  bool sleep();
  void leave();
  bool quiet() const { return first_ == nullptr && active_ == idle_; }

  Core& core_;
  const uint32_t max_;
  const bool sticky_;
  PyObject* on_start_;  // under the GIL and the mutex
  std::atomic<uint32_t> refs_{1};

  mutable std::mutex mutex_;
  std::condition_variable work_;  // sticky: idle runners
  // All under the mutex.
  Item* first_ = nullptr;
  Item** end_ = &first_;
  uint32_t jobs_ = 0;     // in line or running
  uint32_t running_ = 0;  // taken out of the line and not finished
  uint32_t most_ = 0;
  uint32_t starting_ = 0;  // asked for, not attached yet
  uint32_t active_ = 0;    // attached, or idle
  uint32_t idle_ = 0;
  bool closed_ = false;
  Waiter* waiters_ = nullptr;
};

}  // namespace rota_py
