// SPDX-License-Identifier: MIT
//
// rota::select: the first of several awaitables to end, inside one engine task; the others are destroyed where they
// wait.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "rota/join.hpp"
#include "rota/strand.hpp"

namespace rota {

/// Which argument of select was first, and what it gave: std::get<i>(s.value) with i == s.index.
template <class... Ts>
struct selected {
  std::size_t index;
  std::variant<detail::non_void_t<Ts>...> value;
};

/// The same for a vector of equal tasks.
template <class T>
struct selected_any {
  std::size_t index;
  detail::non_void_t<T> value;
};

namespace detail {

template <class... Ts>
class select_operation {
 public:
  using value_type = selected<Ts...>;
  static constexpr bool throws = true;

  explicit select_operation(task<Ts>&&... children) : children_(strand<Ts>(std::move(children))...) {}

  rota_status poll(rota_context* cx) {
    const bool won = any_strand(children_, rotation_.first(), [&](auto& child, auto index) {
      if (!child.poll(cx)) return false;
      end<index.value>(child.take());
      return true;
    });
    if (!won) return rotation_.swept(cx, sizeof...(Ts)), ROTA_PENDING;
    // The losers go now, not when the result has been used.
    std::apply([](auto&... child) { (child.drop(), ...); }, children_);
    return ROTA_OK;
  }
  result<value_type> finish(rota_status) { return std::move(end_); }

 private:
  template <std::size_t I, class T>
  void end(result<T>&& given) {
    if (given.ok()) {
      std::variant<non_void_t<Ts>...> value(std::in_place_index<I>, value_or_monostate(std::move(given)));
      end_ = value_type{I, std::move(value)};
    } else {
      end_ = given.template as_failure<value_type>();
    }
  }

  std::tuple<strand<Ts>...> children_;
  rotation rotation_;
  result<value_type> end_;
};

template <class T>
class select_any_operation {
 public:
  using value_type = selected_any<T>;
  static constexpr bool throws = true;

  explicit select_any_operation(std::vector<task<T>>&& children) {
    children_.reserve(children.size());
    for (task<T>& child : children) children_.emplace_back(std::move(child));
  }

  rota_status poll(rota_context* cx) {
    if (children_.empty()) return ROTA_EINVAL;
    const std::size_t count = children_.size();
    const std::size_t first = rotation_.first();
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t i = (first + n) % count;
      if (!children_[i].poll(cx)) continue;
      result<T> end = children_[i].take();
      if (end.ok()) {
        end_ = value_type{i, value_or_monostate(std::move(end))};
      } else {
        end_ = end.template as_failure<value_type>();
      }
      children_.clear();
      return ROTA_OK;
    }
    rotation_.swept(cx, count);
    return ROTA_PENDING;
  }
  result<value_type> finish(rota_status status) {
    if (status != ROTA_OK) return failure{status};
    return std::move(end_);
  }

 private:
  std::vector<strand<T>> children_;
  rotation rotation_;
  result<value_type> end_;
};

}  // namespace detail

/// `auto first = co_await rota::select(f(), rota::sleep(1s));` When several are ready the first in order wins (any of
/// them when they spend the budget of a poll: more than a hundred waits). When the winner threw, that is thrown.
/// Exactly the winner's effect happens: a lock or value a loser had just got is given back as far as that is possible
/// (see channel::send).
template <awaitable... As>
  requires(sizeof...(As) > 0)
[[nodiscard]] auto select(As&&... children) {
  return detail::select_operation<detail::awaited_t<As>...>(detail::to_task(std::forward<As>(children))...);
}

/// The same for any number of one type. Errors: ROTA_EINVAL for an empty vector.
template <class T>
  requires(!std::is_reference_v<T>)
[[nodiscard]] detail::select_any_operation<T> select(std::vector<task<T>> children) {
  return detail::select_any_operation<T>(std::move(children));
}

}  // namespace rota
