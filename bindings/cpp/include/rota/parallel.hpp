// SPDX-License-Identifier: MIT
//
// rota::parallel_for: a loop on all workers and the calling thread; rota::parallel, the same to be awaited.
//
//   rota::parallel_for(rt, vertices.size(), [&](size_t i) { move(vertices[i]); });
//   co_await rota::parallel(count, [p](size_t begin, size_t end) { ... });
//
// The body takes an index, or a range's begin and end. It is called on several threads at a time. The first exception
// stops the loop and is thrown by parallel_for (given by its result form, by the await).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rota/error.hpp"
#include "rota/handle.hpp"
#include "rota/operation.hpp"

namespace rota {

/// How to loop, beyond the defaults.
struct parallel_options {
  std::size_t grain = 0;                     ///< items a call gets; 0: chosen
  uint32_t threads_max = 0;                  ///< most threads that take part; 0: all
  uint32_t priority = ROTA_PRIORITY_NORMAL;  ///< of the tasks that help
  rota_group* group = nullptr;               ///< rota::parallel only
  std::string_view name{};                   ///< for a profiler; must outlive the loop
};

namespace detail {

template <class F>
concept loop_body = std::is_invocable_v<F&, std::size_t> || std::is_invocable_v<F&, std::size_t, std::size_t>;

// The body, and the first thing it threw.
template <class F>
class loop_state {
 public:
  template <class G>
  explicit loop_state(G&& body) : body_(std::forward<G>(body)) {}

  static rota_status call(void* self, std::size_t begin, std::size_t end) {
    auto* me = static_cast<loop_state*>(self);
#if ROTA_HPP_EXCEPTIONS
    try {
      me->call_body(begin, end);
    } catch (...) {
      if (!me->thrown_.exchange(true, std::memory_order_relaxed)) me->exception_ = std::current_exception();
      return ROTA_EEXCEPTION;
    }
#else
    me->call_body(begin, end);
#endif
    return ROTA_OK;
  }

  // Once the loop is over: its end happens after all that was thrown.
  result<void> take(rota_status status) {
    if (exception_ != nullptr) return result<void>(std::move(exception_));
    return result<void>::from(status);
  }

 private:
  void call_body(std::size_t begin, std::size_t end) {
    if constexpr (std::is_invocable_v<F&, std::size_t, std::size_t>) {
      body_(begin, end);
    } else {
      for (std::size_t i = begin; i < end; ++i) body_(i);
    }
  }

  F body_;
  std::atomic<bool> thrown_{false};
  std::exception_ptr exception_;
};

inline rota_parallel describe_loop(std::size_t count, const parallel_options& options) noexcept {
  rota_parallel loop{};
  loop.size = sizeof loop;
  loop.priority = options.priority;
  loop.count = count;
  loop.grain = options.grain;
  loop.threads_max = options.threads_max;
  loop.group = options.group;
  loop.name = options.name.data();
  loop.name_len = options.name.size();
  return loop;
}

// What an awaited loop and its operation share; the last of the two frees it.
template <class F>
class shared_loop : public loop_state<F> {
 public:
  using loop_state<F>::loop_state;
  static void unref(void* self) {
    auto* me = static_cast<shared_loop*>(self);
    if (me->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete me;
  }

 private:
  std::atomic<uint32_t> refs_{2};
};

// Dropped before its end it cancels the loop; the body lives on until the chunks that run have ended.
template <class F>
class parallel_operation {
 public:
  using value_type = void;
  static constexpr bool throws = true;
  template <class G>
  parallel_operation(std::size_t count, G&& body, const parallel_options& options)
      : loop_(describe_loop(count, options)), state_(new shared_loop<F>(std::forward<G>(body))) {}
  parallel_operation(parallel_operation&& other) noexcept
      : loop_(other.loop_), state_(std::exchange(other.state_, nullptr)), wait_(std::move(other.wait_)) {}
  parallel_operation& operator=(parallel_operation&&) = delete;
  ~parallel_operation() {
    wait_.cancel();
    if (state_ == nullptr) return;
    if (!given_) shared_loop<F>::unref(state_);
    shared_loop<F>::unref(state_);
  }

  rota_status poll(rota_context* cx) {
    if (!given_) {
      given_ = true;
      loop_.body = &loop_state<F>::call;
      loop_.user = static_cast<loop_state<F>*>(state_);
      loop_.drop = [](void* self) {
        shared_loop<F>::unref(static_cast<shared_loop<F>*>(static_cast<loop_state<F>*>(self)));
      };
      rota_task* task = nullptr;
      const rota_status status = rota_parallel_start(rota_context_runtime(cx), &loop_, &task);
      if (status != ROTA_OK) return status;
      wait_.start(task);
    }
    return wait_.poll(cx);
  }
  result<void> finish(rota_status status) { return state_->take(status); }

 private:
  rota_parallel loop_;
  shared_loop<F>* state_;
  bool given_ = false;
  task_wait wait_;
};

}  // namespace detail

/// Calls body for all of [0, count) and returns when all is done; this thread takes part. May be called from anywhere.
/// The result is a failure when the body threw (the first exception), ROTA_ENOMEM, ROTA_ESHUTDOWN.
template <class F>
  requires detail::loop_body<F>
result<void> try_parallel_for(runtime_ref runtime, std::size_t count, F&& body, const parallel_options& options = {}) {
  detail::loop_state<std::remove_reference_t<F>&> state(body);
  rota_parallel loop = detail::describe_loop(count, options);
  loop.body = &detail::loop_state<std::remove_reference_t<F>&>::call;
  loop.user = &state;
  return state.take(rota_parallel_for(runtime.get(), &loop));
}
/// The same; throws what failed.
template <class F>
  requires detail::loop_body<F>
void parallel_for(runtime_ref runtime, std::size_t count, F&& body, const parallel_options& options = {}) {
  try_parallel_for(runtime, count, std::forward<F>(body), options).value();
}

/// `co_await rota::parallel(count, body)`: the workers do it all. Keeps the body; dropping it cancels the loop.
/// Under g++ 12, give a body with captures a name before the co_await (error.hpp says why).
template <class F>
  requires detail::loop_body<std::decay_t<F>>
[[nodiscard]] detail::parallel_operation<std::decay_t<F>> parallel(std::size_t count, F&& body,
                                                                   const parallel_options& options = {}) {
  return {count, std::forward<F>(body), options};
}

}  // namespace rota
