// SPDX-License-Identifier: MIT
//
// Operations: what a coroutine waits for in the end. An operation is polled in the engine task its coroutine runs in,
// so waiting allocates nothing. Everything awaitable in rota.hpp is a task, an operation, or has a join() that gives
// one; your own type is awaitable as soon as it fulfils the concept.
//
// Lifetime: an operation may be moved until it is first polled, then stays in place. Destroying it earlier than it is
// complete cancels it. Thread safety: belongs to one task.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "rota/error.hpp"

namespace rota {

/// `poll` answers ROTA_PENDING after arranging for the polling task to be woken, else the final status; it is not
/// called again after that. `finish`, called once, turns that status into the result. Neither may throw. With `throws`,
/// co_await gives the bare value and throws what failed; otherwise it gives the result<value_type>.
template <class Op>
concept operation = requires(Op& op, rota_context* cx, rota_status status) {
  typename Op::value_type;
  { op.poll(cx) } -> std::same_as<rota_status>;
  { op.finish(status) } -> std::same_as<result<typename Op::value_type>>;
  { Op::throws } -> std::convertible_to<bool>;
};

/// Things whose end can be awaited without giving them up: join_handle.
template <class T>
concept joinable = requires(T& t) {
  { t.join() } -> operation;
};

namespace detail {

// What was made from a lambda with captures that g++ 12 may destroy twice (see error.hpp).
template <class T>
concept to_be_named = requires { typename T::to_be_named; };

template <class T>
constexpr void refuse_unnamed() {
  static_assert(!to_be_named<T>,
                "g++ 12 destroys twice what a lambda inside a co_await expression captured; write\n"
                "    rota::join_handle<T> job = rota::spawn_blocking(...); co_await job;");
}

}  // namespace detail

/// What rota::try_ makes of an operation: the same, awaited to its result.
template <operation Op>
class try_operation {
 public:
  using value_type = typename Op::value_type;
  static constexpr bool throws = false;
  explicit try_operation(Op&& op) : op_(std::move(op)) {}
  rota_status poll(rota_context* cx) { return op_.poll(cx); }
  result<value_type> finish(rota_status status) { return op_.finish(status); }

 private:
  Op op_;
};

/// `co_await rota::try_(x)` never throws: it gives x's result<T>. x is an operation, a task (see task.hpp) or a
/// join_handle.
template <operation Op>
  requires(!std::is_lvalue_reference_v<Op>)
[[nodiscard]] try_operation<Op> try_(Op&& op) {
  return try_operation<Op>(std::move(op));
}
template <joinable T>
[[nodiscard]] auto try_(T& handle) {
  return try_(handle.join());
}

namespace detail {

// A reference to a rota_task, counted.
class task_ref {
 public:
  task_ref() = default;
  explicit task_ref(rota_task* task) noexcept : task_(task) {}
  task_ref(task_ref&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  task_ref& operator=(task_ref&& other) noexcept {
    if (this != &other) reset(std::exchange(other.task_, nullptr));
    return *this;
  }
  ~task_ref() { reset(); }

  void reset(rota_task* task = nullptr) noexcept {
    if (task_ != nullptr) rota_task_release(task_);
    task_ = task;
  }
  [[nodiscard]] rota_task* get() const noexcept { return task_; }
  [[nodiscard]] rota_task* release() noexcept { return std::exchange(task_, nullptr); }
  explicit operator bool() const noexcept { return task_ != nullptr; }

 private:
  rota_task* task_ = nullptr;
};

// Polls a rota_task on behalf of one coroutine.
class task_poller {
 public:
  rota_status poll(rota_task* task, rota_context* cx) noexcept {
    // Looking is free, while polling spends budget, and a wide join looks at each child at every wake-up.
    if (look_ != look::no) {
      const rota_status seen = rota_task_status(task);
      if (seen != ROTA_PENDING || look_ == look::woken) return seen;
    }
    const rota_status status = rota_task_poll(task, cx);
    // Pending may also mean that the budget is spent. If some is left now, there was some then: the task's end will
    // wake this one, which holds until it ends. If none is left, this task runs again at once, and looks again then.
    if (status == ROTA_PENDING) look_ = rota_budget(cx) == ROTA_OK ? look::woken : look::again;
    return status;
  }

 private:
  enum class look : unsigned char { no, again, woken };
  look look_ = look::no;
};

// Gives up an operation that may already have had its effect. `undo(user1, user2, happened)` is called exactly once:
// here in almost every case, or by a worker a moment later when the operation is ending just now.
template <void (*undo)(void* user1, void* user2, bool happened)>
void abandon(rota_task* task, void* user1, void* user2) noexcept {
  rota_status status = rota_task_cancel(task);
  if (status == ROTA_EALREADY) {
    status = rota_task_status(task);
    if (status == ROTA_PENDING) {
      const rota_status told = rota_task_on_done(
          task, nullptr, [](rota_task*, rota_status end, void* u1, void* u2) { undo(u1, u2, end == ROTA_OK); }, user1,
          user2);
      if (told == ROTA_OK) return rota_task_release(task);
      status = ROTA_OK;
    }
    rota_task_release(task);
    return undo(user1, user2, status == ROTA_OK);
  }
  rota_task_release(task);
  undo(user1, user2, false);
}

// The task of an operation under way.
class task_wait {
 public:
  [[nodiscard]] bool started() const noexcept { return static_cast<bool>(task_); }
  void start(rota_task* task) noexcept { task_.reset(task); }
  rota_status poll(rota_context* cx) noexcept {
    const rota_status status = poller_.poll(task_.get(), cx);
    // The polling itself may fail (ROTA_ENOMEM); then the task goes on, and is still to be given up.
    if (status != ROTA_PENDING && rota_task_status(task_.get()) != ROTA_PENDING) task_.reset();
    return status;
  }
  // Calls `undo` as detail::abandon does, unless the operation has ended or never began.
  template <void (*undo)(void* user1, void* user2, bool happened)>
  void abandon(void* user1, void* user2) noexcept {
    detail::abandon<undo>(task_.release(), user1, user2);
  }
  void cancel() noexcept {
    if (task_) (void)rota_task_cancel(task_.get());
  }

 private:
  task_ref task_;
  task_poller poller_;
};

}  // namespace detail
}  // namespace rota
