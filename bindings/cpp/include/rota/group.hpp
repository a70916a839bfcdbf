// SPDX-License-Identifier: MIT
//
// rota::group: tasks that are cancelled, waited for and helped as one; a module's, a level's. See rota_group_create.
//
// Thread safety: any thread. A copy is another handle of the same group. When it could not be made status() says so and
// every call answers with it.
#pragma once

#include <chrono>
#include <cstdint>

#include "rota/handle.hpp"
#include "rota/operation.hpp"
#include "rota/spawn.hpp"

namespace rota {
namespace detail {

using group_handle = handle<rota_group, rota_group_clone, rota_group_release>;

// Waits for a group's end. Dropping it does not cancel.
class group_operation {
 public:
  using value_type = void;
  static constexpr bool throws = true;
  explicit group_operation(group_handle group) noexcept : group_(std::move(group)) {}

  rota_status poll(rota_context* cx) {
    if (!group_) return group_.status();
    if (!end_.started()) {
      rota_task* task = nullptr;
      const rota_status status = rota_group_task(group_.get(), &task);
      if (status != ROTA_OK) return status;
      end_.start(task);
    }
    return end_.poll(cx);
  }
  result<void> finish(rota_status status) { return result<void>::from(status); }

 private:
  group_handle group_;
  task_wait end_;
};

}  // namespace detail

class group {
 public:
  explicit group(runtime_ref runtime = runtime_ref::current()) noexcept : group(runtime, nullptr) {}
  /// A group that is itself a member of `parent`.
  static group below(runtime_ref runtime, const group& parent) noexcept { return {runtime, parent.get()}; }

  /// Spawns a member; its children are members too. ROTA_ECLOSED, delivered by the handle, once it is closed.
  template <class T>
  join_handle<T> spawn(runtime_ref runtime, task<T> body, spawn_options options = {}) {
    if (!handle_) return join_handle<T>(handle_.status());
    options.group = handle_.get();
    return detail::spawn_on(runtime.get(), std::move(body), options);
  }

  /// Takes no more members.
  rota_status close() noexcept { return handle_ ? rota_group_close(handle_.get()) : handle_.status(); }
  /// Closes, and cancels every member.
  rota_status cancel() noexcept { return handle_ ? rota_group_cancel(handle_.get()) : handle_.status(); }
  /// Cancels and waits: after ROTA_OK no code of a member runs or will run; see rota_group_drain.
  rota_status drain(std::chrono::nanoseconds at_most) noexcept {
    return handle_ ? rota_group_drain(handle_.get(), to_ns(at_most)) : handle_.status();
  }
  rota_status drain() noexcept { return handle_ ? rota_group_drain(handle_.get(), ROTA_FOREVER) : handle_.status(); }
  /// `co_await g.join()`: until it is closed and its last member has left.
  [[nodiscard]] detail::group_operation join() const noexcept { return detail::group_operation(handle_); }

  /// Members now.
  [[nodiscard]] uint32_t size() const noexcept { return rota_group_size(handle_.get()); }
  /// For spawn_options and help_options; borrowed.
  [[nodiscard]] rota_group* get() const noexcept { return handle_.get(); }
  [[nodiscard]] rota_status status() const noexcept { return handle_.status(); }

 private:
  group(runtime_ref runtime, rota_group* parent) noexcept
      : handle_(detail::create<detail::group_handle>(
            [&](rota_group** out) { return rota_group_create(runtime.get(), parent, out); })) {}

  detail::group_handle handle_;
};

}  // namespace rota
