// SPDX-License-Identifier: MIT
#include "core/platform/thread.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <bit>
#include <initializer_list>

#include "core/platform/os_error.h"

namespace rota::platform {
namespace {

// A number on some systems, a pointer on others.
uintptr_t to_handle(pthread_t thread) { return std::bit_cast<uintptr_t>(thread); }
pthread_t to_thread(uintptr_t handle) { return std::bit_cast<pthread_t>(handle); }

}  // namespace

Status Thread::start(Main main, void* arg, size_t stack_size) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return Status::kNoMemory;
  if (stack_size != 0) {
    const size_t system_least = static_cast<size_t>(PTHREAD_STACK_MIN);
    const size_t least = system_least < kLeastStack ? kLeastStack : system_least;
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t size = stack_size < least ? least : stack_size;
    if (pthread_attr_setstacksize(&attributes, (size + page - 1) / page * page) != 0) {
      pthread_attr_destroy(&attributes);
      return Status::kInvalid;
    }
  }
  // The host's signals stay with the host's threads; but what a thread's own instructions raise must reach the host's
  // handlers, and its profiler every thread.
  sigset_t others, before;
  sigfillset(&others);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF}) sigdelset(&others, own);
  pthread_sigmask(SIG_SETMASK, &others, &before);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, main, arg);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) return status_of_os_error(error);
  handle_ = to_handle(thread);
  started_ = true;
  return Status::kOk;
}

void Thread::join() {
  if (!started_) return;
  started_ = false;
  const pthread_t thread = to_thread(handle_);
  if (pthread_equal(thread, pthread_self())) {
    pthread_detach(thread);
  } else {
    pthread_join(thread, nullptr);
  }
}

void yield_thread() { sched_yield(); }

}  // namespace rota::platform
