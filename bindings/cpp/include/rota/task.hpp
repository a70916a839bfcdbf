// SPDX-License-Identifier: MIT
//
// rota::task<T>: a lazy coroutine. Awaiting one task inside another runs it inline, in the same engine task.
//
// A chain of awaits never grows the stack, whatever the compiler and the optimisation: no coroutine resumes another.
// Each root has a trampoline (detail::chain) that knows the innermost frame. Awaiting a child makes the child innermost
// and returns to the trampoline; an ending child makes its parent innermost and returns to the trampoline.
//
//   chain --top--> leaf frame --parent--> ... --parent--> root frame
//     \--waits--> the operation the leaf awaits; polled again before the leaf is resumed
//
// For the same reason a chain dropped at an await is destroyed in a loop, from the leaf to the root; the awaiter that
// owned a frame is told that it is gone.
//
// Thread safety: a task belongs to one thread at a time. Errors: exceptions reach whoever awaits.
#pragma once

#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>

#include "rota/error.hpp"
#include "rota/operation.hpp"

namespace rota {

template <class T = void>
class task;
template <class T>
class try_task;

namespace detail {

class chain;

// What the trampoline knows of a coroutine: the untyped part of its promise.
struct frame {
  chain* home = nullptr;             // set when it starts
  frame* parent = nullptr;           // who awaits it; null for a root
  frame** owner = nullptr;           // the pointer that owns it while it is awaited
  std::coroutine_handle<> handle{};  // itself
};

// The trampoline. Trivial on purpose: whoever embeds it calls drop.
class chain {
 public:
  // Runs until the root has ended (true) or something is pending (false).
  bool run(rota_context* cx) noexcept {
    cx_ = cx;
    if (poll_ != nullptr) {
      if (poll_(waits_, cx) == ROTA_PENDING) return false;
      poll_ = nullptr;
    }
    while (top_ != nullptr) {
      top_->handle.resume();
      if (poll_ != nullptr) return false;  // it has just been polled
    }
    return true;
  }

  void start(frame& root) noexcept {
    root.home = this;
    top_ = &root;
  }
  void push(frame& child, frame& parent) noexcept {
    child.home = this;
    child.parent = &parent;
    top_ = &child;
  }
  void pop() noexcept { top_ = top_->parent; }

  void wait(void* operation, rota_status (*poll)(void*, rota_context*)) noexcept {
    waits_ = operation;
    poll_ = poll;
  }
  [[nodiscard]] rota_context* context() const noexcept { return cx_; }

  // Destroys the frames of a chain that is not running, all but the root's, which whoever started it owns.
  void drop() noexcept {
    poll_ = nullptr;
    while (top_ != nullptr && top_->parent != nullptr) {
      frame& gone = *std::exchange(top_, top_->parent);
      if (gone.owner != nullptr) *gone.owner = nullptr;
      gone.handle.destroy();
    }
    top_ = nullptr;
  }

 private:
  frame* top_ = nullptr;  // the innermost frame; null before the start and after the end
  void* waits_ = nullptr;
  rota_status (*poll_)(void*, rota_context*) = nullptr;
  rota_context* cx_ = nullptr;  // valid during run
};

// Awaits an operation; Op may be a reference.
template <class Op>
class operation_awaiter {
 public:
  using op_type = std::remove_reference_t<Op>;
  explicit operation_awaiter(Op&& op) : op_(std::forward<Op>(op)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
    chain& home = *waiter.promise().home;
    if (poll(this, home.context()) != ROTA_PENDING) return false;
    home.wait(this, &poll);
    return true;
  }
  auto await_resume() {
    if constexpr (op_type::throws) {
      return op_.finish(status_).value();
    } else {
      return op_.finish(status_);
    }
  }

 private:
  static rota_status poll(void* self, rota_context* cx) {
    auto* me = static_cast<operation_awaiter*>(self);
    return me->status_ = me->op_.poll(cx);
  }

  Op op_;
  rota_status status_ = ROTA_PENDING;
};

template <class T>
struct promise;

// Awaits a task and owns its frame meanwhile.
template <class T, bool kThrows>
class task_awaiter {
 public:
  explicit task_awaiter(promise<T>* child) noexcept : child_(child) {}
  task_awaiter(const task_awaiter&) = delete;
  task_awaiter& operator=(const task_awaiter&) = delete;
  ~task_awaiter() {
    if (child_ != nullptr) child_->handle.destroy();
  }

  [[nodiscard]] bool await_ready() const noexcept { return child_ == nullptr; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiter) noexcept {
    frame& parent = waiter.promise();
    child_->owner = &child_;
    parent.home->push(*child_, parent);
  }
  auto await_resume() -> std::conditional_t<kThrows, T, result<T>> {
    // Await a task once: a task that was moved from has nothing to give.
    result<T> end = child_ == nullptr ? result<T>(failure{ROTA_EINVAL}) : take();
    if constexpr (kThrows) {
      return std::move(end).value();
    } else {
      return end;
    }
  }

 private:
  result<T> take() { return std::move(static_cast<promise<T>*>(child_)->end); }

  frame* child_;
};

struct final_awaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
    ended.promise().home->pop();
  }
  void await_resume() const noexcept {}
};

template <class T>
struct promise_base : frame {
  result<T> end;

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept {
#if ROTA_HPP_EXCEPTIONS
    end = result<T>(std::current_exception());
#else
    std::terminate();
#endif
  }

  template <class U>
  auto await_transform(task<U>&& awaited) noexcept {
    return task_awaiter<U, true>(awaited.release());
  }
  template <class U>
  auto await_transform(try_task<U>&& awaited) noexcept {
    return task_awaiter<U, false>(awaited.inner.release());
  }
  // The operand lives in the waiting frame until the whole expression has ended, so a reference will do.
  template <class Op>
    requires operation<std::remove_reference_t<Op>>
  auto await_transform(Op&& op) noexcept {
    return operation_awaiter<std::remove_reference_t<Op>&>(op);
  }
  template <class Handle>
    requires joinable<std::remove_reference_t<Handle>>
  auto await_transform(Handle&& handle) {
    refuse_unnamed<Handle>();
    return operation_awaiter<decltype(handle.join())>(handle.join());
  }
};

template <class T>
struct promise : promise_base<T> {
  task<T> get_return_object() noexcept {
    this->handle = std::coroutine_handle<promise>::from_promise(*this);
    return task<T>(this);
  }
  template <class U = T>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    this->end = result<T>::success(std::forward<U>(value));
  }
};

template <>
struct promise<void> : promise_base<void> {
  task<void> get_return_object() noexcept;
  void return_void() noexcept { end = result<void>::success(); }
};

}  // namespace detail

/// A coroutine that has not begun. It runs when it is awaited (`co_await f()`, `co_await std::move(t)`: once), spawned,
/// joined, selected or given to block_on; destroyed before that it never runs. T: void, a value that can be moved, or a
/// reference. What the coroutine throws is thrown where it is awaited; co_await rota::try_(t) gives a result<T>
/// instead. It may be destroyed at any await and leaks nothing. Its parameters and locals belong to its frame:
/// references it was given must outlive it.
template <class T>
class [[nodiscard]] task {
 public:
  using value_type = T;
  using promise_type = detail::promise<T>;

  /// No coroutine: awaiting it fails with ROTA_EINVAL.
  task() = default;
  task(task&& other) noexcept : promise_(other.release()) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      reset();
      promise_ = other.release();
    }
    return *this;
  }
  ~task() { reset(); }

  /// False when it was moved from or awaited.
  explicit operator bool() const noexcept { return promise_ != nullptr; }

  // For the rest of rota.hpp: gives the frame away; explicit ownership follows.
  [[nodiscard]] promise_type* release() noexcept { return std::exchange(promise_, nullptr); }
  explicit task(promise_type* promise) noexcept : promise_(promise) {}

 private:
  void reset() noexcept {
    if (promise_type* gone = release()) gone->handle.destroy();
  }
  promise_type* promise_ = nullptr;
};

/// What rota::try_(task) gives: awaited it never throws, but gives a result<T> (exceptions of the task included).
template <class T>
class [[nodiscard]] try_task {
 public:
  task<T> inner;
};
template <class T>
[[nodiscard]] try_task<T> try_(task<T>&& inner) noexcept {
  return {std::move(inner)};
}

inline task<void> detail::promise<void>::get_return_object() noexcept {
  handle = std::coroutine_handle<promise>::from_promise(*this);
  return task<void>(this);
}

}  // namespace rota
