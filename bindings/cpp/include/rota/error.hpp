// SPDX-License-Identifier: MIT
//
// How rota.hpp reports failures: rota::error (thrown), rota::result<T> (returned), and the rule which of them is used.
//
//  - What fails in an ordinary run (sockets, descriptors, channels, oneshots) is awaited to a result<T>: ask it.
//  - What fails only when the runtime shuts down, memory is out or a task was cancelled (sleep, lock, join, a spawned
//    task, ...) is awaited to its plain value and throws. `co_await rota::try_(x)` gives a result<T> instead.
//
// Compiled with -fno-exceptions everything is available in the result form. Where an exception would have been thrown
// the program then ends with a message: that happens only to those who ignored the result form. One program must not
// mix units compiled with and without exceptions.
//
// Thread safety: values; each belongs to one thread at a time.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "rota/rota.h"

#if defined(__cpp_exceptions)
#define ROTA_HPP_EXCEPTIONS 1
#else
#define ROTA_HPP_EXCEPTIONS 0
#endif

// g++ 12 destroys twice what a lambda captured, and the members of an aggregate, when the lambda or the braces are
// written inside a co_await expression: `co_await f([s = std::string()] {})`. Where rota.hpp can see it, it refuses to
// compile.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#define ROTA_HPP_AWAIT_DESTROYS_TWICE 1
#else
#define ROTA_HPP_AWAIT_DESTROYS_TWICE 0
#endif

namespace rota {

/// What is thrown: a status of rota.h. what() is its sentence for people.
class error : public std::exception {
 public:
  explicit error(rota_status status) noexcept : status_(status) {}
  /// The negative status, as ROTA_ECANCELED.
  [[nodiscard]] rota_status status() const noexcept { return status_; }
  [[nodiscard]] const char* what() const noexcept override { return rota_status_message(status_); }

 private:
  rota_status status_;
};

/// A status on its way into a result<T>: `return rota::failure{ROTA_ECLOSED};`
struct failure {
  rota_status status;
};

namespace detail {

// Throws error(status); without exceptions says what happened and ends the program.
[[noreturn]] inline void raise(rota_status status) {
#if ROTA_HPP_EXCEPTIONS
  throw error(status);
#else
  std::fprintf(stderr, "rota: %s (%s) where the result was not asked for\n", rota_status_message(status),
               rota_status_name(status));
  std::terminate();
#endif
}

[[noreturn]] inline void raise(std::exception_ptr exception) {
#if ROTA_HPP_EXCEPTIONS
  std::rethrow_exception(std::move(exception));
#else
  (void)exception;
  raise(ROTA_EEXCEPTION);
#endif
}

// The status of a rota::error, ROTA_EEXCEPTION for any other.
inline rota_status status_of(const std::exception_ptr& exception) noexcept {
#if ROTA_HPP_EXCEPTIONS
  try {
    std::rethrow_exception(exception);
  } catch (const error& e) {
    return e.status() < 0 ? e.status() : ROTA_EEXCEPTION;
  } catch (...) {
  }
#else
  (void)exception;
#endif
  return ROTA_EEXCEPTION;
}

// How a T is kept: void as nothing, a reference as a pointer.
template <class T>
struct stored {
  using type = T;
};
template <>
struct stored<void> {
  using type = std::monostate;
};
template <class T>
struct stored<T&> {
  using type = T*;
};
template <class T>
using stored_t = typename stored<T>::type;

// What stands for T where void cannot: std::monostate.
template <class T>
using non_void_t = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

}  // namespace detail

/// A value, or why there is none: a status, or an exception of the user's. T may be void, move-only, or a reference.
template <class T = void>
class [[nodiscard]] result {
 public:
  using value_type = T;

  /// Nothing yet: status() is ROTA_PENDING.
  result() noexcept : state_(std::in_place_index<0>, ROTA_PENDING) {}
  /// A failure. A status that is none (0 or more) becomes ROTA_EINVAL.
  result(failure why) noexcept : state_(std::in_place_index<0>, why.status < 0 ? why.status : ROTA_EINVAL) {}
  /// An exception: status() is that of a rota::error, else ROTA_EEXCEPTION; value() throws it again.
  result(std::exception_ptr exception) noexcept : state_(std::in_place_index<2>, std::move(exception)) {}
  /// A value.
  template <class U = T>
    requires(!std::is_void_v<T> && !std::is_reference_v<T> && std::is_constructible_v<detail::stored_t<T>, U> &&
             !std::is_same_v<std::remove_cvref_t<U>, result> && !std::is_same_v<std::remove_cvref_t<U>, failure> &&
             !std::is_same_v<std::remove_cvref_t<U>, std::exception_ptr>)
  result(U&& value) : state_(std::in_place_index<1>, std::forward<U>(value)) {}

  /// A success made from `args`; for a reference from the referred object, for void from nothing.
  template <class... Args>
  static result success(Args&&... args) {
    result made;
    if constexpr (std::is_reference_v<T>) {
      made.state_.template emplace<1>(std::addressof(args)...);
    } else {
      made.state_.template emplace<1>(std::forward<Args>(args)...);
    }
    return made;
  }
  /// ROTA_OK is the success of a result<void>, anything else a failure.
  static result from(rota_status status) noexcept
    requires std::is_void_v<T>
  {
    return status == ROTA_OK ? success() : result(failure{status});
  }

  /// True when there is a value.
  [[nodiscard]] bool ok() const noexcept { return state_.index() == 1; }
  explicit operator bool() const noexcept { return ok(); }

  /// ROTA_OK with a value, else the reason.
  [[nodiscard]] rota_status status() const noexcept {
    if (ok()) return ROTA_OK;
    const rota_status* why = std::get_if<0>(&state_);
    return why != nullptr ? *why : detail::status_of(*std::get_if<2>(&state_));
  }
  /// The exception, or null.
  [[nodiscard]] std::exception_ptr exception() const noexcept {
    const std::exception_ptr* held = std::get_if<2>(&state_);
    return held != nullptr ? *held : nullptr;
  }

  /// The value. Without one: throws the exception, or error(status()); without exceptions ends the program.
  std::add_lvalue_reference_t<T> value() & {
    require();
    if constexpr (std::is_reference_v<T>) {
      return **std::get_if<1>(&state_);
    } else if constexpr (!std::is_void_v<T>) {
      return *std::get_if<1>(&state_);
    }
  }
  /// The same, moved out.
  T value() && {
    require();
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(**std::get_if<1>(&state_));
    } else if constexpr (!std::is_void_v<T>) {
      return std::move(*std::get_if<1>(&state_));
    }
  }
  /// The value, or `other` without one.
  template <class U>
    requires(!std::is_void_v<T> && !std::is_reference_v<T>)
  T value_or(U&& other) && {
    return ok() ? std::move(*std::get_if<1>(&state_)) : static_cast<T>(std::forward<U>(other));
  }

  /// Passes a failure on to a result of another type; must not be ok().
  template <class U>
  result<U> as_failure() const {
    if (std::exception_ptr held = exception()) return result<U>(std::move(held));
    return result<U>(failure{status()});
  }

 private:
  void require() const {
    if (ok()) return;
    if (std::exception_ptr held = exception()) detail::raise(std::move(held));
    detail::raise(status());
  }

  std::variant<rota_status, detail::stored_t<T>, std::exception_ptr> state_;
};

}  // namespace rota
