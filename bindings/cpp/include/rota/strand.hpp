// SPDX-License-Identifier: MIT
//
// detail::strand<T>: a task with a trampoline of its own, polled by whoever embeds it: the root of an engine task, a
// child of join or select. And to_task, which makes a task of anything awaitable.
#pragma once

#include <cstddef>
#include <utility>

#include "rota/task.hpp"

namespace rota::detail {

// May be moved until it is first polled. Destroying it destroys the coroutine, wherever it waits.
template <class T>
class strand {
 public:
  explicit strand(task<T>&& body) noexcept : root_(body.release()) {}
  strand(strand&& other) noexcept : root_(std::exchange(other.root_, nullptr)) {}
  strand& operator=(strand&&) = delete;
  ~strand() { drop(); }

  // True once it has ended; its result is then there and its frame is gone.
  bool poll(rota_context* cx) noexcept {
    if (ended_) return true;
    if (root_ == nullptr) {
      end_ = failure{ROTA_EINVAL};
      return ended_ = true;
    }
    if (root_->home == nullptr) chain_.start(*root_);
    if (!chain_.run(cx)) return false;
    end_ = std::move(root_->end);
    std::exchange(root_, nullptr)->handle.destroy();
    return ended_ = true;
  }

  // The result, once it has ended.
  result<T> take() { return std::move(end_); }

  // Ends it where it waits. The strand must not be running.
  void drop() noexcept {
    chain_.drop();
    if (root_ != nullptr) std::exchange(root_, nullptr)->handle.destroy();
  }

 private:
  promise<T>* root_;
  chain chain_;
  bool ended_ = false;
  result<T> end_;
};

// Where each sweep over `count` strands begins. Children beyond the budget of one poll (128 operations) look pending,
// so a wide sweep begins at another child each time: that way each is reached.
class rotation {
 public:
  std::size_t next(std::size_t count) noexcept {
    if (count <= kNarrow) return 0;
    first_ = (first_ + kNarrow) % count;
    return first_;
  }

 private:
  static constexpr std::size_t kNarrow = 64;
  std::size_t first_ = 0;
};

template <class T>
task<T> to_task(task<T>&& body) noexcept {
  return std::move(body);
}
template <class T>
task<result<T>> to_task(try_task<T>&& body) {
  co_return co_await try_(std::move(body.inner));
}
template <operation Op>
auto to_task(Op op) -> task<std::conditional_t<Op::throws, typename Op::value_type, result<typename Op::value_type>>> {
  co_return co_await std::move(op);
}
template <class Handle>
  requires joinable<Handle>
auto to_task(Handle handle) -> task<typename Handle::value_type> {
  refuse_unnamed<Handle>();
  co_return co_await handle;
}

// What co_await gives for an A.
template <class A>
using awaited_t = typename decltype(to_task(std::declval<A&&>()))::value_type;

}  // namespace rota::detail

namespace rota {

/// Whatever can be awaited, joined, selected, or limited in time.
template <class A>
concept awaitable = !std::is_lvalue_reference_v<A> && requires(A&& a) { detail::to_task(std::forward<A>(a)); };

}  // namespace rota
