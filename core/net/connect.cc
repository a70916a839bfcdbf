// SPDX-License-Identifier: MIT
#include "core/net/connect.h"

#include "core/task/join.h"

namespace rota::net {

Result<Connect*> Connect::make(const scheduler::Services& services, const char* host, size_t length, uint16_t port,
                               const os::TcpOptions& options, void (*give)(void* out, Socket* socket), void* out) {
  auto* connect = services.arena.make<Connect>(services, options, give, out);
  if (connect == nullptr) return Status::kNoMemory;
  if (Address::parse(host, length, port, connect->address_)) return connect;
  Result<Resolution*> resolution = Resolution::start(services, host, length, port, connect->job_);
  if (!resolution.ok()) {
    connect->destroy();
    return resolution.status();
  }
  connect->resolution_ = resolution.value();
  return connect;
}

Result<Connect*> Connect::make(const scheduler::Services& services, const Address& address,
                               const os::TcpOptions& options, void (*give)(void* out, Socket* socket), void* out) {
  auto* connect = services.arena.make<Connect>(services, options, give, out);
  if (connect == nullptr) return Status::kNoMemory;
  connect->address_ = address;
  return connect;
}

Connect::~Connect() {
  if (job_ != nullptr) {
    (void)task::cancel(*job_);  // when it is only queued; else it runs to its end
    task::unref(*job_);
  }
  if (resolution_ != nullptr) resolution_->unref();
  if (attempt_ != nullptr) attempt_->unref();
}

Status Connect::poll(task::Context& context) {
  if (job_ != nullptr) {
    if (const Status status = poll_resolution(context); !ok(status)) return status;
  }
  for (;;) {
    if (attempt_ != nullptr) {
      const Status status = attempt_->poll_connected(context);
      if (status == Status::kPending) return status;
      if (ok(status)) {
        give_(out_, attempt_);
        attempt_ = nullptr;
        return Status::kOk;
      }
      last_error_ = status;
      attempt_->unref();
      attempt_ = nullptr;
      if (status == Status::kShutdown) return status;
    }
    const Address* address = next_address();
    if (address == nullptr) return last_error_;
    if (const Status status = begin(*address); !ok(status)) last_error_ = status;
  }
}

Status Connect::poll_resolution(task::Context& context) {
  const Status status = task::poll_join(*job_, context);
  if (status == Status::kPending) return status;
  task::unref(*job_);
  job_ = nullptr;
  return status;
}

const Address* Connect::next_address() {
  if (resolution_ == nullptr) return next_++ == 0 ? &address_ : nullptr;
  return next_ < resolution_->count() ? &resolution_->addresses()[next_++] : nullptr;
}

// Only then into the driver: a socket that was not told to connect counts as hung up.
Status Connect::begin(const Address& address) {
  Result<os::Handle> handle = os::open_stream(address, options_);
  if (!handle.ok()) return handle.status();
  const Status status = os::connect(handle.value(), address);
  if (!ok(status) && status != Status::kPending) {
    os::close(handle.value());
    return status;
  }
  Result<Socket*> adopted =
      Socket::adopt(services_, handle.value(), Socket::Role::kStream, ok(status) ? io::kWritable : 0);
  if (!adopted.ok()) return adopted.status();
  attempt_ = adopted.value();
  return Status::kOk;
}

}  // namespace rota::net
