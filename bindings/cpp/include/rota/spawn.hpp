// SPDX-License-Identifier: MIT
//
// rota::spawn and join_handle<T>: tasks that run on their own, on the workers.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "rota/strand.hpp"

namespace rota {

/// Nanoseconds for rota.h; below zero is zero, beyond 2^63 for ever.
[[nodiscard]] inline uint64_t to_ns(std::chrono::nanoseconds duration) noexcept {
  return duration.count() <= 0 ? 0 : static_cast<uint64_t>(duration.count());
}

template <class T>
class join_handle;

/// How to spawn, beyond the defaults.
struct spawn_options {
  std::string_view name{};            ///< for people; copied; at most 255 bytes
  uint32_t room = ROTA_ROOM_WORKERS;  ///< ROTA_ROOM_BLOCKING: each poll runs on the blocking pool and may block
  rota_queue* on = nullptr;           ///< not null: runs inside this queue's rota_queue_run, on the host's thread
  rota_group* group = nullptr;        ///< it becomes a member (group::get)
  /// It starts when all of these have ended (join_handle::get); borrowed during the call.
  std::span<rota_task* const> after{};
  uint32_t after_room = 0;                   ///< of edges that join_handle::after may add
  uint32_t priority = ROTA_PRIORITY_NORMAL;  ///< ROTA_PRIORITY_*
  uint32_t flags = 0;                        ///< ROTA_SPAWN_*
};

/// What a waiting thread may run meanwhile; see rota_help.
struct help_options {
  uint32_t what = ROTA_HELP_DESCENDANTS;  ///< ROTA_HELP_*
  uint32_t floor = ROTA_PRIORITY_NORMAL;  ///< for ROTA_HELP_PRIORITY
  rota_group* group = nullptr;            ///< whose members may be run
};

namespace detail {

// What a spawned task or job and its handle share; the last of the two frees it.
template <class T>
class shared {
 public:
  virtual ~shared() = default;
  void ref() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
  void unref() noexcept {
    // Release: what this side did to the result; acquire: whoever frees it sees what the other side did.
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  result<T> end;  // written before the engine's task is complete, read after

 private:
  std::atomic<uint32_t> refs_{1};
};

// The root of an engine task.
template <class T>
class root final : public shared<T> {
 public:
  explicit root(task<T>&& body) noexcept : body_(std::move(body)) {}

  static rota_status poll(void* self, rota_context* cx) {
    auto* me = static_cast<root*>(self);
    if (!me->body_.poll(cx)) return ROTA_PENDING;
    me->end = me->body_.take();
    return me->end.status();
  }
  static void drop(void* self) {
    auto* me = static_cast<root*>(self);
    me->body_.drop();
    me->unref();
  }

 private:
  strand<T> body_;
};

// Awaits a handle without owning it.
template <class T>
class join_handle_operation {
 public:
  using value_type = T;
  static constexpr bool throws = true;
  explicit join_handle_operation(join_handle<T>& handle) noexcept : handle_(&handle) {}

  rota_status poll(rota_context* cx) {
    rota_task* task = handle_->get();
    return task == nullptr ? handle_->status() : poller_.poll(task, cx);
  }
  result<T> finish(rota_status status) { return handle_->take(status); }

 private:
  join_handle<T>* handle_;
  task_poller poller_;
};

}  // namespace detail

/// A spawned task or blocking job, to be awaited in a task or waited for on a plain thread; either gives its result
/// once. Destroying the handle lets it run on (detach). Errors: what it threw; ROTA_ECANCELED when it was cancelled, or
/// the runtime shut down, before it ended; what the spawn itself failed with; ROTA_EALREADY the second time.
/// Thread safety: cancel and status from any thread, the rest from one at a time.
template <class T>
class join_handle {
 public:
  using value_type = T;

  /// No task: everything answers ROTA_EINVAL.
  join_handle() = default;
  join_handle(join_handle&& other) noexcept
      : task_(std::move(other.task_)),
        shared_(std::exchange(other.shared_, nullptr)),
        failed_(std::exchange(other.failed_, ROTA_EINVAL)) {}
  join_handle& operator=(join_handle&& other) noexcept {
    if (this != &other) {
      detach();
      task_ = std::move(other.task_);
      shared_ = std::exchange(other.shared_, nullptr);
      failed_ = std::exchange(other.failed_, ROTA_EINVAL);
    }
    return *this;
  }
  ~join_handle() { detach(); }

  /// `co_await handle` is this: an operation. The handle must outlive it. Dropping it does not cancel.
  [[nodiscard]] detail::join_handle_operation<T> join() & noexcept { return detail::join_handle_operation<T>(*this); }

  /// Asks it to stop: it is destroyed at the await where it is. ROTA_OK when the request was taken, ROTA_EALREADY when
  /// it has ended or was cancelled before, ROTA_EBUSY for a blocking job that runs.
  rota_status cancel() noexcept { return task_ ? rota_task_cancel(task_.get()) : failed_; }

  /// ROTA_PENDING while it runs; then ROTA_OK, ROTA_EEXCEPTION, ROTA_ECANCELED, ...
  [[nodiscard]] rota_status status() const noexcept { return task_ ? rota_task_status(task_.get()) : failed_; }

  /// Waits on a plain thread and gives the result. Throws also ROTA_EDEADLK on a worker or inside block_on.
  T wait() { return try_wait().value(); }
  /// The same without throwing. ROTA_ETIMEDOUT when the time passed first; the handle can then be used again.
  result<T> try_wait() { return wait_ns(ROTA_FOREVER); }
  result<T> try_wait(std::chrono::nanoseconds at_most) { return wait_ns(to_ns(at_most)); }

  /// The same, from anywhere, a worker too: this thread runs other tasks meanwhile (rota_task_help).
  T help(const help_options& how = {}) { return try_help(std::chrono::nanoseconds::max(), how).value(); }
  result<T> try_help(std::chrono::nanoseconds at_most, const help_options& how = {}) {
    if (!task_) return failure{failed_};
    rota_help raw{};
    raw.size = sizeof raw;
    raw.what = how.what;
    raw.floor = how.floor;
    raw.group = how.group;
    return ended(rota_task_help(task_.get(), &raw, at_most == at_most.max() ? ROTA_FOREVER : to_ns(at_most)));
  }

  /// Makes a task spawned with room for it (spawn_options::after_room) wait for another; see rota_task_after.
  rota_status after(rota_task* other) noexcept { return task_ ? rota_task_after(task_.get(), other) : failed_; }
  /// Starts a task spawned with ROTA_SPAWN_HELD.
  rota_status start() noexcept { return task_ ? rota_task_start(task_.get()) : failed_; }

  /// Lets go of it; it runs on.
  void detach() noexcept {
    task_.reset();
    if (shared_ != nullptr) std::exchange(shared_, nullptr)->unref();
    failed_ = ROTA_EINVAL;
  }

  /// The engine's task, borrowed: for rota_task_on_done and the like. Null when the spawn failed.
  [[nodiscard]] rota_task* get() const noexcept { return task_.get(); }

  // For the rest of rota.hpp.
  join_handle(rota_task* task, detail::shared<T>* state) noexcept : task_(task), shared_(state) {}
  explicit join_handle(rota_status failed) noexcept : failed_(failed) {}
  result<T> take(rota_status status) {
    if (shared_ == nullptr) return failure{status};
    detail::shared<T>* state = std::exchange(shared_, nullptr);
    result<T> end = std::move(state->end);
    state->unref();
    failed_ = ROTA_EALREADY;
    task_.reset();
    // Cancelled or shut down: there is no result, only how the task ended.
    if (end.status() == ROTA_PENDING) return failure{status};
    return end;
  }

 private:
  result<T> wait_ns(uint64_t timeout_ns) {
    if (!task_) return failure{failed_};
    return ended(rota_task_wait(task_.get(), timeout_ns));
  }
  // What a wait that answered `status` gives.
  result<T> ended(rota_status status) {
    if (rota_task_status(task_.get()) == ROTA_PENDING) return failure{status};
    return take(rota_task_status(task_.get()));
  }

  detail::task_ref task_;
  detail::shared<T>* shared_ = nullptr;
  rota_status failed_ = ROTA_EINVAL;
};

namespace detail {

// Awaits the result of a handle it owns.
template <class T>
class try_join_operation {
 public:
  using value_type = T;
  static constexpr bool throws = false;
  explicit try_join_operation(join_handle<T>&& handle) noexcept : handle_(std::move(handle)) {}

  rota_status poll(rota_context* cx) {
    return handle_.get() == nullptr ? handle_.status() : poller_.poll(handle_.get(), cx);
  }
  result<T> finish(rota_status status) { return handle_.take(status); }

 private:
  join_handle<T> handle_;
  task_poller poller_;
};

template <class T>
join_handle<T> spawn_on(rota_runtime* runtime, task<T>&& body, const spawn_options& options) {
  auto* state = new root<T>(std::move(body));
  state->ref();  // the handle's
  rota_spawn_desc desc{};
  desc.size = sizeof desc;
  desc.room = options.room;
  desc.poll = &root<T>::poll;
  desc.drop = &root<T>::drop;
  desc.state = state;
  desc.on = options.on;
  desc.name = options.name.data();
  desc.name_len = options.name.size();
  desc.group = options.group;
  desc.after = options.after.data();
  desc.after_count = static_cast<uint32_t>(options.after.size());
  desc.after_room = options.after_room;
  desc.priority = options.priority;
  desc.flags = options.flags;
  rota_task* task = nullptr;
  const rota_status status = rota_spawn(runtime, &desc, &task);
  if (status == ROTA_OK) return join_handle<T>(task, state);
  state->unref();
  return join_handle<T>(status);
}

}  // namespace detail

/// `co_await rota::try_(rota::spawn(f()))` gives a result<T>.
template <class Handle>
  requires(!std::is_lvalue_reference_v<Handle> && joinable<Handle>)
[[nodiscard]] auto try_(Handle&& handle) noexcept {
  detail::refuse_unnamed<Handle>();
  return detail::try_join_operation<typename Handle::value_type>(std::move(handle));
}

/// Spawns on the runtime this thread runs a task, job or block_on of. Never throws for a failed spawn: the handle
/// delivers the failure (ROTA_EINVAL when no runtime is current, ROTA_ESHUTDOWN, ROTA_ENOMEM, ...).
template <class T>
join_handle<T> spawn(task<T> body, const spawn_options& options = {}) {
  return detail::spawn_on(rota_current_runtime(), std::move(body), options);
}

}  // namespace rota
