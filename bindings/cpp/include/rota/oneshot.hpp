// SPDX-License-Identifier: MIT
//
// rota::oneshot<T>: one value, once, between tasks and threads.
//
// Thread safety: any thread. Lifetime: recv borrows the oneshot; a value nobody received is destroyed with the last
// copy.
#pragma once

#include <memory>
#include <utility>

#include "rota/channel.hpp"

namespace rota {

/// A copy is another handle of the same oneshot: give one to each side. When it could not be made everything answers
/// ROTA_EINVAL.
template <class T>
class oneshot {
 public:
  using value_type = T;

  /// On the current runtime.
  oneshot() noexcept : oneshot(runtime_ref::current()) {}
  /// On `runtime`.
  explicit oneshot(runtime_ref runtime) noexcept
      : oneshot_(detail::create<handle_type>(
            [&](rota_oneshot** out) { return rota_oneshot_create(runtime.get(), &detail::delete_value<T>, out); })) {}
  /// ROTA_OK, or why it could not be made.
  [[nodiscard]] rota_status status() const noexcept { return oneshot_.status(); }

  /// Gives the value. ROTA_EALREADY when one was sent, ROTA_ECLOSED when closed; the value is then destroyed.
  rota_status send(T value) {
    auto owned = std::make_unique<T>(std::move(value));
    const rota_status status = rota_oneshot_send(oneshot_.get(), owned.get());
    if (status == ROTA_OK) (void)owned.release();
    return status;
  }
  /// `co_await o.recv()` gives a result<T>: ROTA_ECLOSED when closed without a value, ROTA_EALREADY when taken before.
  [[nodiscard]] auto recv() noexcept {
    return detail::receive_operation<T, rota_oneshot, rota_oneshot_recv_poll>(oneshot_.get());
  }
  /// A value; ROTA_EAGAIN: none yet; else as recv.
  result<T> try_recv() {
    void* value = nullptr;
    const rota_status status = rota_oneshot_try_recv(oneshot_.get(), &value);
    return detail::taken<T>(status, value);
  }
  /// Either side gives up. A value already sent can still be received.
  rota_status close() noexcept { return rota_oneshot_close(oneshot_.get()); }
  /// For calls of rota.h; borrowed. Its value is a T* by new.
  [[nodiscard]] rota_oneshot* get() const noexcept { return oneshot_.get(); }

 private:
  using handle_type = detail::handle<rota_oneshot, rota_oneshot_clone, rota_oneshot_release>;
  handle_type oneshot_;
};

}  // namespace rota
