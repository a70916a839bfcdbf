// SPDX-License-Identifier: MIT
//
// rota::runtime: the engine's one handle, and how to set it up.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "rota/blocking.hpp"
#include "rota/spawn.hpp"

namespace rota {

/// `rota::runtime rt(rota::runtime_options().workers(2).name("game"));`
class runtime_options {
 public:
  runtime_options() noexcept { rota_runtime_options_init(&raw_, sizeof raw_); }

  /// Worker threads: ROTA_WORKERS_AUTO (one per core), 1..ROTA_WORKERS_MAX, or 0: hosted, see rota_queue.
  runtime_options& workers(uint32_t count) noexcept { return raw_.workers = count, *this; }
  /// Most blocking threads: ROTA_BLOCKING_AUTO or 0..ROTA_BLOCKING_MAX.
  runtime_options& blocking_max(uint32_t count) noexcept { return raw_.blocking_max = count, *this; }
  /// How long an idle blocking thread stays.
  runtime_options& blocking_keep_alive(std::chrono::nanoseconds time) noexcept {
    return raw_.blocking_keep_alive_ns = to_ns(time), *this;
  }
  /// Bytes for each thread's stack.
  runtime_options& stack_size(uint64_t bytes) noexcept { return raw_.stack_size = bytes, *this; }
  /// Begins each thread's name; at most 8 bytes are used.
  runtime_options& name(std::string_view text) { return name_.assign(text), *this; }
  /// Where the engine takes its memory from; must live until the runtime is made. Coroutine frames are not the
  /// engine's.
  runtime_options& allocator(const rota_allocator* from) noexcept { return raw_.allocator = from, *this; }
  /// Most threads the engine ever has at a time, of all kinds.
  runtime_options& threads_max(uint32_t count) noexcept { return raw_.threads_max = count, *this; }
  /// Threads of the host that may work for the runtime at a time; see rota::guest.
  runtime_options& guests_max(uint32_t count) noexcept { return raw_.guests_max = count, *this; }
  /// Told of each poll; must live until the runtime is made.
  runtime_options& profiler(const rota_profiler* calls) noexcept { return raw_.profiler = calls, *this; }
  /// Called as threads start and stop; must live until the runtime is made.
  runtime_options& hooks(const rota_thread_hooks* calls) noexcept { return raw_.hooks = calls, *this; }

  /// For rota_runtime_create; valid as long as this object is not changed.
  [[nodiscard]] rota_runtime_options raw() const noexcept {
    rota_runtime_options copy = raw_;
    if (!name_.empty()) {
      copy.name = name_.data();
      copy.name_len = name_.size();
    }
    return copy;
  }

 private:
  rota_runtime_options raw_{};
  std::string name_;
};

/// A reference to a runtime; the last one to go shuts it down (rota_runtime_release says what that waits for).
/// Thread safety: all but moving and destroying may be called from any thread.
class runtime {
 public:
  /// Starts one. Throws: ROTA_EINVAL, ROTA_ENOMEM, ROTA_EAGAIN (threads could not be started), ...
  explicit runtime(const runtime_options& options = {}) : runtime(create(options).value()) {}
  /// The same without throwing.
  static result<runtime> create(const runtime_options& options = {}) noexcept {
    const rota_runtime_options raw = options.raw();
    rota_runtime* made = nullptr;
    const rota_status status = rota_runtime_create(&raw, &made);
    if (status != ROTA_OK) return failure{status};
    return runtime(made);
  }
  /// Takes over a reference.
  explicit runtime(rota_runtime* owned) noexcept : runtime_(owned) {}
  /// One more reference to the runtime current on this thread; get() is null when there is none.
  [[nodiscard]] static runtime current() noexcept { return runtime(rota_runtime_clone(rota_current_runtime())); }

  runtime(runtime&& other) noexcept : runtime_(std::exchange(other.runtime_, nullptr)) {}
  runtime& operator=(runtime&& other) noexcept {
    std::swap(runtime_, other.runtime_);
    return *this;
  }
  ~runtime() { rota_runtime_release(runtime_); }
  /// One more reference to the same runtime.
  [[nodiscard]] runtime clone() const noexcept { return runtime(rota_runtime_clone(runtime_)); }

  /// Runs a task on the calling thread and gives its result, or throws what it threw. Errors: ROTA_EDEADLK on a thread
  /// of a runtime or inside another block_on, ROTA_ECANCELED when the runtime shuts down meanwhile, ROTA_ESHUTDOWN, ...
  template <awaitable A>
  auto block_on(A&& body) -> detail::awaited_t<A> {
    return try_block_on(std::forward<A>(body)).value();
  }
  /// The same without throwing: a result<T>.
  template <awaitable A>
  auto try_block_on(A&& body) -> result<detail::awaited_t<A>> {
    return run(detail::to_task(std::forward<A>(body)));
  }

  /// Spawns on the workers. Failures are delivered by the handle.
  template <class T>
  join_handle<T> spawn(task<T> body, const spawn_options& options = {}) {
    return detail::spawn_on(runtime_, std::move(body), options);
  }
  /// Runs f() on the blocking pool; see rota::spawn_blocking.
  template <class F>
    requires std::is_invocable_v<std::decay_t<F>&>
  auto spawn_blocking(F&& f) {
    return detail::spawn_blocking_on(runtime_, std::forward<F>(f));
  }

  /// Cancels what is not complete and waits at most `at_most`; see rota_runtime_shutdown.
  rota_status shutdown(std::chrono::nanoseconds at_most) noexcept {
    return rota_runtime_shutdown(runtime_, to_ns(at_most));
  }
  rota_status shutdown() noexcept { return rota_runtime_shutdown(runtime_, ROTA_FOREVER); }

  /// Number of workers; 0 when hosted.
  [[nodiscard]] uint32_t workers() const noexcept { return rota_runtime_workers(runtime_); }
  /// The runtime's clock, since its own beginning of time.
  [[nodiscard]] std::chrono::nanoseconds now() const noexcept {
    return std::chrono::nanoseconds(static_cast<int64_t>(rota_now(runtime_)));
  }
  /// The counters.
  [[nodiscard]] rota_metrics metrics() const noexcept {
    rota_metrics read{};
    rota_metrics_read(runtime_, &read, sizeof read);
    return read;
  }
  /// For calls of rota.h; borrowed.
  [[nodiscard]] rota_runtime* get() const noexcept { return runtime_; }

 private:
  template <class T>
  struct local_root {
    detail::strand<T> body;
    static rota_status poll(void* self, rota_context* cx) {
      return static_cast<local_root*>(self)->body.poll(cx) ? ROTA_OK : ROTA_PENDING;
    }
    static void drop(void* self) { static_cast<local_root*>(self)->body.drop(); }
  };

  template <class T>
  result<T> run(task<T>&& body) {
    // On this stack: the engine has dropped it when rota_block_on returns.
    local_root<T> state{detail::strand<T>(std::move(body))};
    rota_spawn_desc desc{};
    desc.size = sizeof desc;
    desc.poll = &local_root<T>::poll;
    desc.drop = &local_root<T>::drop;
    desc.state = &state;
    const rota_status status = rota_block_on(runtime_, &desc);
    if (status != ROTA_OK) return failure{status};
    return state.body.take();
  }

  rota_runtime* runtime_ = nullptr;
};

}  // namespace rota
