// SPDX-License-Identifier: MIT
//
// rota::spawn_blocking: code that blocks, on the threads made for it.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "rota/spawn.hpp"

namespace rota {
namespace detail {

template <class F>
using job_result_t = std::invoke_result_t<std::decay_t<F>&>;

template <class F>
class job final : public shared<job_result_t<F>> {
 public:
  using value_type = job_result_t<F>;
  template <class G>
  explicit job(G&& f) : f_(std::forward<G>(f)) {}

  static rota_status run(void* self) {
    auto* me = static_cast<job*>(self);
#if ROTA_HPP_EXCEPTIONS
    try {
      me->call();
    } catch (...) {
      me->end = result<value_type>(std::current_exception());
    }
#else
    me->call();
#endif
    return me->end.status();
  }
  static void drop(void* self) {
    auto* me = static_cast<job*>(self);
    me->f_.reset();  // what it captured goes with the job, not with its handle
    me->unref();
  }

 private:
  void call() {
    if constexpr (std::is_void_v<value_type>) {
      (*f_)();
      this->end = result<void>::success();
    } else {
      this->end = result<value_type>::success((*f_)());
    }
  }
  std::optional<F> f_;
};

// A handle that must be given a name before it is awaited.
template <class T>
class unnamed_handle : public join_handle<T> {
 public:
  using to_be_named = void;
  unnamed_handle(join_handle<T>&& other) noexcept : join_handle<T>(std::move(other)) {}
};

template <class F>
using job_handle = std::conditional_t<ROTA_HPP_AWAIT_DESTROYS_TWICE && !std::is_lvalue_reference_v<F> &&
                                          !std::is_trivially_destructible_v<F>,
                                      unnamed_handle<job_result_t<F>>, join_handle<job_result_t<F>>>;

template <class F>
job_handle<F> spawn_blocking_on(rota_runtime* runtime, F&& f) {
  using Job = job<std::decay_t<F>>;
  auto* state = new Job(std::forward<F>(f));
  state->ref();  // the handle's
  rota_task* task = nullptr;
  const rota_status status = rota_spawn_blocking(runtime, &Job::run, state, &Job::drop, &task);
  if (status == ROTA_OK) return join_handle<job_result_t<F>>(task, state);
  state->unref();
  return join_handle<job_result_t<F>>(status);
}

}  // namespace detail

/// `int n = co_await rota::spawn_blocking([] { return read_file(); });` Runs f() once on the blocking pool of the
/// current runtime; the handle gives what it returns or throws. Cancelling takes effect while it is queued
/// (ROTA_ECANCELED); afterwards cancel answers ROTA_EBUSY. Under g++ 12 a lambda that captures more than plain values
/// needs its handle named first: `rota::join_handle<int> job = rota::spawn_blocking([s] { ... }); co_await job;`.
/// Dropping the handle lets the job run. Errors, delivered by the handle: ROTA_EINVAL (no current runtime),
/// ROTA_ENOTSUP (no blocking pool), ROTA_EAGAIN, ROTA_ESHUTDOWN.
template <class F>
  requires std::is_invocable_v<std::decay_t<F>&>
auto spawn_blocking(F&& f) {
  return detail::spawn_blocking_on(rota_current_runtime(), std::forward<F>(f));
}

}  // namespace rota
