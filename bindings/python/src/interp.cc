// SPDX-License-Identifier: MIT
#include "interp.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <new>

#include "state.h"

namespace rota_py {
namespace {

std::atomic<uint32_t> forks{0};
// All there are, for after_fork_in_child. Never shrinks.
std::mutex all_mutex;
Interp* all = nullptr;

// A thread of a blocking pool belongs to one runtime, and so to one interpreter.
thread_local PyThreadState* thread_state = nullptr;
thread_local bool attached = false;

}  // namespace

void frozen_if_ended(void (*body)(void* arg), void* arg) {
  const auto freeze = [](void*) {
    for (;;) pause();
  };
  // Without exceptions these macros are C's: the unwinding stops at the handler.
  pthread_cleanup_push(freeze, nullptr);
  body(arg);
  pthread_cleanup_pop(0);
}

uint32_t fork_generation() { return forks.load(std::memory_order_relaxed); }

Interp::Interp(State* state) : interpreter_(PyInterpreterState_Get()), state_(state) {
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(nullptr, nullptr, Interp::after_fork_in_child); });
  std::lock_guard<std::mutex> lock(all_mutex);
  next_ = all;
  all = this;
}

void Interp::after_fork_in_child() {
  forks.fetch_add(1, std::memory_order_relaxed);
  // The thread that forked may go on, and its thread state with it; what it runs for the parent's engine may not.
  attached = false;
  new (&all_mutex) std::mutex;
  for (Interp* interp = all; interp != nullptr; interp = interp->next_) {
    new (&interp->mutex_) std::mutex;
    new (&interp->empty_) std::condition_variable;
    interp->inside_ = 0;
    interp->cores = nullptr;
  }
}

bool Interp::enter() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) return false;
  ++inside_;
  return true;
}

void Interp::leave() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (--inside_ == 0) empty_.notify_all();
}

bool Interp::on_pool_thread() { return attached; }

bool Interp::attach() {
  if (!enter()) return false;
  const bool first = thread_state == nullptr;
  if (first) thread_state = PyThreadState_New(interpreter_);
  if (thread_state == nullptr) {
    leave();
    return false;
  }
  PyEval_RestoreThread(thread_state);
  attached = true;
  if (first) call_helper(state_->thread_starts);
  return true;
}

void Interp::detach() {
  attached = false;
  PyEval_SaveThread();
  leave();
}

void Interp::thread_stops() {
  if (thread_state == nullptr || !enter()) return;
  PyThreadState* mine = std::exchange(thread_state, nullptr);
  PyEval_RestoreThread(mine);
  call_helper(state_->thread_stops);
  PyThreadState_Clear(mine);
  PyEval_SaveThread();
  PyThreadState_Delete(mine);
  leave();
}

void Interp::close(double timeout_s) {
  constexpr std::chrono::milliseconds kSlice(50);  // how long Ctrl-C may take
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_s);
  for (;;) {
    bool empty;
    {
      Released released;
      std::unique_lock<std::mutex> lock(mutex_);
      closed_ = true;
      empty = empty_.wait_for(lock, kSlice, [this] { return inside_ == 0; });
    }
    if (empty || std::chrono::steady_clock::now() >= deadline || PyErr_CheckSignals() != 0) return;
  }
}

}  // namespace rota_py
