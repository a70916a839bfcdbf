// SPDX-License-Identifier: MIT
//
// rota::join: several awaitables at once inside one engine task. They overlap where they wait and never run in
// parallel; for that, spawn them. Every wake-up of the task looks at each child that is not ready, and waits on
// sockets, channels and the like spend the poll's budget of 128 even then: a wider join of those works, but keeps a
// core busy. Beyond a hundred, spawn.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "rota/strand.hpp"

namespace rota {
namespace detail {

// Keeps the first exception of several results.
class first_failure {
 public:
  template <class T>
  void look(const result<T>& end) {
    if (!end.ok() && !failed_) {
      failed_ = true;
      why_ = end.template as_failure<void>();
    }
  }
  explicit operator bool() const noexcept { return failed_; }
  template <class T>
  result<T> get() const {
    return why_.as_failure<T>();
  }

 private:
  bool failed_ = false;
  result<void> why_;
};

template <class T>
detail::non_void_t<T> value_or_monostate(result<T>&& end) {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(end).value();
  }
}

template <class... Ts>
class join_operation {
 public:
  using value_type = std::tuple<non_void_t<Ts>...>;
  static constexpr bool throws = true;

  explicit join_operation(task<Ts>&&... children) : children_(strand<Ts>(std::move(children))...) {}

  rota_status poll(rota_context* cx) {
    bool all = true;
    (void)any_strand(children_, rotation_.first(), [&](auto& child, auto) {
      all &= child.poll(cx);
      return false;
    });
    if (!all) rotation_.swept(cx, sizeof...(Ts));
    return all ? ROTA_OK : ROTA_PENDING;
  }
  result<value_type> finish(rota_status) {
    auto ends = std::apply([](auto&... child) { return std::tuple<result<Ts>...>(child.take()...); }, children_);
    first_failure failed;
    std::apply([&](auto&... end) { (failed.look(end), ...); }, ends);
    if (failed) return failed.get<value_type>();
    return std::apply([](auto&... end) { return result<value_type>::success(value_or_monostate(std::move(end))...); },
                      ends);
  }

 private:
  std::tuple<strand<Ts>...> children_;
  rotation rotation_;
};

template <class T>
class join_all_operation {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, void, std::vector<non_void_t<T>>>;
  static constexpr bool throws = true;

  explicit join_all_operation(std::vector<task<T>>&& children) {
    children_.reserve(children.size());
    for (task<T>& child : children) children_.emplace_back(std::move(child));
  }

  rota_status poll(rota_context* cx) {
    const std::size_t count = children_.size();
    const std::size_t first = rotation_.first();
    bool all = true;
    for (std::size_t i = first; i < count; ++i) all &= children_[i].poll(cx);
    for (std::size_t i = 0; i < first; ++i) all &= children_[i].poll(cx);
    if (!all) rotation_.swept(cx, count);
    return all ? ROTA_OK : ROTA_PENDING;
  }
  result<value_type> finish(rota_status) {
    std::vector<result<T>> ends;
    ends.reserve(children_.size());
    first_failure failed;
    for (strand<T>& child : children_) failed.look(ends.emplace_back(child.take()));
    if (failed) return failed.get<value_type>();
    if constexpr (std::is_void_v<T>) {
      return result<void>::success();
    } else {
      value_type values;
      values.reserve(ends.size());
      for (result<T>& end : ends) values.push_back(std::move(end).value());
      return values;
    }
  }

 private:
  std::vector<strand<T>> children_;
  rotation rotation_;
};

}  // namespace detail

/// `auto [a, b] = co_await rota::join(f(), rota::sleep(1s));` Runs tasks, operations and join_handles together until
/// all have ended and gives a std::tuple of what they gave (std::monostate for void). When some failed, the first
/// exception in the order of the arguments is thrown, after all have ended. Dropped at an await it destroys them all.
template <awaitable... As>
  requires(sizeof...(As) > 0)
[[nodiscard]] auto join(As&&... children) {
  return detail::join_operation<detail::awaited_t<As>...>(detail::to_task(std::forward<As>(children))...);
}

/// The same for any number of one type: gives the std::vector of the values in their order (nothing for task<void>).
template <class T>
  requires(!std::is_reference_v<T>)
[[nodiscard]] detail::join_all_operation<T> join(std::vector<task<T>> children) {
  return detail::join_all_operation<T>(std::move(children));
}

}  // namespace rota
