// SPDX-License-Identifier: MIT
//
// Threads of the engine. Contract for a platform: start a thread with a name and a stack size, without allocating from
// the C++ heap; join or detach it; say who the current one is; say how many cores this process may use.
//
// Thread safety: a Thread belongs to one owner at a time; the free functions may be called from anywhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/status.h"

namespace rota::platform {

class Thread {
 public:
  using Main = void* (*)(void* arg);  // what it returns is not looked at

  Thread() = default;
  Thread(Thread&& other) noexcept : handle_(other.handle_), started_(other.started_) { other.started_ = false; }
  Thread& operator=(Thread&& other) noexcept {
    handle_ = other.handle_;
    started_ = other.started_;
    other.started_ = false;
    return *this;
  }

  // What the engine's own calls need, and a little for the host's.
  static constexpr size_t kLeastStack = size_t{64} * 1024;

  // Starts main(arg). `stack_size` 0: the system's default; less than kLeastStack: that. kAgain when the system has no
  // thread to give.
  Status start(Main main, void* arg, size_t stack_size);
  // Waits for its end; detaches instead when called on that very thread. Nothing when not started.
  void join();

 private:
  uintptr_t handle_ = 0;
  bool started_ = false;
};

// Names the current thread, cut to what the system allows (15 bytes on Linux).
void set_thread_name(const char* name);
// A number for the current thread as debuggers show it.
uint64_t thread_id();
// Cores this process may use: affinity mask and cgroup CPU quota count. At least 1.
uint32_t available_cores();
// Gives the processor to another thread that is ready to run.
void yield_thread();

}  // namespace rota::platform
