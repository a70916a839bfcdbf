// SPDX-License-Identifier: MIT
//
// Interp: what one interpreter's engine threads need to know about it: how to attach to it, and that it ends.
//
//   open ---- atexit: close() ----> closed: nobody attaches any more; who is inside has left, or is given up
//
// A thread of a blocking pool makes its thread state at its first Python function and keeps it until it stops. It
// attaches only inside the gate, so that after close() has waited no thread of ours touches an interpreter that is
// being taken apart. A function that outlives the wait is frozen at its next step in Python: CPython before 3.14 ends
// such a thread with pthread_exit, whose unwinding must not reach the engine's frames (see frozen()).
//
// Thread safety: all of it. Lifetime: never freed; one for each interpreter that imports the module.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "py.h"

namespace rota_py {

struct State;
class Core;

// Which fork this process is: handles made before the last fork belong to the parent.
uint32_t fork_generation();

class Interp {
 public:
  explicit Interp(State* state);

  // On a thread of a pool, which holds no GIL: attaches it. False: the interpreter ends; nothing Python may be touched.
  bool attach();
  void detach();
  // The thread ends: takes its thread state down. A thread hook.
  void thread_stops();
  // Whether this thread is attached by attach(): it runs a function for the engine.
  static bool on_pool_thread();

  // With the GIL: waits until nobody is attached, at most `timeout_s`, and lets nobody attach again. False: time
  // passed, or a signal's handler raised (the exception is set).
  void close(double timeout_s);
  bool ending() const { return ending_; }
  void set_ending() { ending_ = true; }

  State* state() const { return state_; }

  // The runtimes that are open, for the end of the interpreter. Under mutex().
  std::mutex& mutex() { return mutex_; }
  Core* cores = nullptr;

  // In a forked child: what other threads held is free again.
  static void after_fork_in_child();

 private:
  bool enter();
  void leave();

  PyInterpreterState* const interpreter_;
  State* const state_;
  std::mutex mutex_;
  std::condition_variable empty_;
  uint32_t inside_ = 0;
  bool closed_ = false;
  bool ending_ = false;
  Interp* next_ = nullptr;
};

// Runs body(arg), which takes the GIL or runs Python, on a thread of the engine. When CPython ends the thread in it
// (the interpreter is gone), stays here until the process is.
void frozen_if_ended(void (*body)(void* arg), void* arg);

}  // namespace rota_py
