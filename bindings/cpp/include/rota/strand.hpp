// SPDX-License-Identifier: MIT
//
// detail::strand<T>: a task with a trampoline of its own, polled by whoever embeds it: the root of an engine task, a
// child of join or select. And to_task, which makes a task of anything awaitable.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
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

// Where each sweep over several strands begins. When the first of them have spent the budget of a poll (128
// operations), the rest only looks pending; so the next sweep begins further on, and each is reached in its turn.
class rotation {
 public:
  [[nodiscard]] std::size_t first() const noexcept { return first_; }
  // After a sweep over `count` strands with something still pending.
  void swept(rota_context* cx, std::size_t count) noexcept {
    if (rota_budget(cx) == ROTA_OK) {
      first_ = 0;
    } else {
      first_ = (first_ + (count > kStep ? kStep : 1)) % count;
    }
  }

 private:
  static constexpr std::size_t kStep = 31;  // prime: in time every child comes first
  std::size_t first_ = 0;
};

// Calls visit(strand, index) for each of a tuple's strands, beginning at `first`, until it answers true.
template <class Tuple, class Visit>
bool any_strand(Tuple& strands, std::size_t first, Visit&& visit) {
  constexpr std::size_t kCount = std::tuple_size_v<Tuple>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    for (std::size_t n = 0; n < kCount; ++n) {
      const std::size_t at = (first + n) % kCount;
      if (((I == at && visit(std::get<I>(strands), std::integral_constant<std::size_t, I>())) || ...)) return true;
    }
    return false;
  }(std::make_index_sequence<kCount>());
}

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
