// SPDX-License-Identifier: MIT
//
// TCP.
#include "core/net/socket.h"

#include <cstddef>
#include <cstring>

#include "capi/connect_poll.h"
#include "capi/engine_task.h"
#include "capi/handle.h"
#include "capi/options.h"
#include "core/net/connect.h"
#include "core/runtime/runtime.h"

namespace rota::capi {
namespace {

using net::Address;
using net::Socket;
using runtime::Runtime;
namespace os = net::os;

// A read or write of more moves this much.
constexpr size_t kMostBytes = size_t{1} << 30;
size_t at_most(size_t len) { return len < kMostBytes ? len : kMostBytes; }

constexpr rota_tcp_options kDefaults{
    .size = sizeof(rota_tcp_options), .flags = 0, .backlog = 0, .recv_buffer = 0, .send_buffer = 0, .zero = 0};
constexpr uint32_t kDefaultBacklog = 1024;

Status convert(const rota_tcp_options* given, os::TcpOptions& options) {
  rota_tcp_options known = kDefaults;
  if (given != nullptr) {
    if (const Status status = read_options(given, known); !ok(status)) return status;
  }
  if ((known.flags & ~(ROTA_TCP_REUSE_PORT | ROTA_TCP_V6_ONLY)) != 0 || known.zero != 0) return Status::kInvalid;
  options.reuse_port = (known.flags & ROTA_TCP_REUSE_PORT) != 0;
  options.v6_only = (known.flags & ROTA_TCP_V6_ONLY) != 0;
  options.backlog = known.backlog == 0 ? kDefaultBacklog : known.backlog;
  options.recv_buffer = known.recv_buffer;
  options.send_buffer = known.send_buffer;
  return Status::kOk;
}

Runtime& runtime_of(const Socket& socket) { return Runtime::of(socket.services().home); }

rota_status connect(Runtime& runtime, const char* host, size_t host_len, uint16_t port, const rota_tcp_options* given,
                    rota_socket** out_socket, rota_task** out) {
  os::TcpOptions options;
  if (const Status status = convert(given, options); !ok(status)) return c(status);
  if (runtime.closed()) return ROTA_ESHUTDOWN;
  return start_connect(
      runtime, net::Connect::make(runtime.services(), host, host_len, port, options, give_socket, out_socket), out);
}

rota_status listen(Runtime& runtime, const char* host, size_t host_len, uint16_t port, const rota_tcp_options* given,
                   rota_socket** out_socket) {
  os::TcpOptions options;
  if (const Status status = convert(given, options); !ok(status)) return c(status);
  if (runtime.closed()) return ROTA_ESHUTDOWN;
  Address address;
  if (!Address::parse(host, host_len, port, address)) return ROTA_EINVAL;
  Result<Socket*> made = Socket::listen(runtime.services(), address, options);
  if (!made.ok()) return c(made.status());
  *out_socket = handle<rota_socket>(made.value());
  return ROTA_OK;
}

rota_status accept(Socket& listener, task::Context& context, rota_socket** out_socket) {
  Socket* accepted = nullptr;
  const Status status = listener.poll_accept(context, accepted);
  if (ok(status)) *out_socket = handle<rota_socket>(accepted);
  return c(status);
}

// Everything, over as many polls as it takes. `out_count` may be null.
class WriteAll {
 public:
  WriteAll(Socket& socket, const void* buffer, size_t len, size_t* out_count)
      : socket_(socket), data_(static_cast<const char*>(buffer)), left_(len), out_count_(out_count) {}

  Status operator()(task::Context& context) {
    do {
      const os::Buffer rest{data_, at_most(left_)};
      size_t count = 0;
      if (const Status status = socket_->poll_write(context, &rest, 1, count); !ok(status)) return status;
      data_ += count;
      left_ -= count;
      if (out_count_ != nullptr) *out_count_ += count;
    } while (left_ != 0);
    return Status::kOk;
  }

 private:
  base::Ref<Socket> socket_;
  const char* data_;
  size_t left_;
  size_t* const out_count_;
};

// A copy of the caller's array of buffers, for as long as the task lives.
class WriteVector {
 public:
  // Null `parts()`: no memory.
  WriteVector(Socket& socket, const rota_buffer* buffers, size_t count, size_t* out_count)
      : socket_(socket), count_(count), out_count_(out_count) {
    platform::Arena& arena = socket.services().arena;
    parts_ = static_cast<os::Buffer*>(arena.allocate(bytes()));
    for (size_t i = 0; parts_ != nullptr && i < count_; ++i) parts_[i] = {buffers[i].data, buffers[i].len};
  }
  WriteVector(WriteVector&& other) noexcept
      : socket_(*other.socket_), parts_(other.parts_), count_(other.count_), out_count_(other.out_count_) {
    other.parts_ = nullptr;
  }
  WriteVector& operator=(WriteVector&&) = delete;
  ~WriteVector() {
    if (parts_ != nullptr) socket_->services().arena.free(parts_, bytes());
  }
  const os::Buffer* parts() const { return parts_; }

  Status operator()(task::Context& context) { return socket_->poll_write(context, parts_, count_, *out_count_); }

 private:
  size_t bytes() const { return count_ * sizeof(os::Buffer) + 1; }  // never none

  base::Ref<Socket> socket_;
  os::Buffer* parts_;
  const size_t count_;
  size_t* const out_count_;
};

bool valid_buffers(const rota_buffer* buffers, size_t count) {
  if (count == 0) return true;
  if (buffers == nullptr) return false;
  for (size_t i = 0; i < count; ++i) {
    if (buffers[i].data == nullptr && buffers[i].len != 0) return false;
  }
  return true;
}

rota_status write_address(Status (Socket::*which)(Address&), rota_socket* socket, char* buffer, size_t capacity,
                          size_t* out_len, uint16_t* out_port) {
  if (out_len != nullptr) *out_len = 0;
  if (out_port != nullptr) *out_port = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || out_len == nullptr || (buffer == nullptr && capacity != 0)) return ROTA_EINVAL;
  Address address;
  if (const Status status = (self->*which)(address); !ok(status)) return c(status);
  char text[Address::kTextCapacity];
  const size_t length = address.format(text);
  *out_len = length;
  if (out_port != nullptr) *out_port = address.port();
  if (length > capacity) return ROTA_EOVERFLOW;
  std::memcpy(buffer, text, length);
  return ROTA_OK;
}

}  // namespace
}  // namespace rota::capi

using namespace rota;        // NOLINT
using namespace rota::capi;  // NOLINT
using net::Socket;
using runtime::Runtime;
namespace os = net::os;

extern "C" {

rota_status rota_tcp_options_init(rota_tcp_options* options, size_t size) {
  return c(write_options(options, size, kDefaults));
}

rota_status rota_tcp_connect(rota_runtime* runtime, const char* host, size_t host_len, uint16_t port,
                             const rota_tcp_options* options, rota_socket** out_socket, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_socket != nullptr) *out_socket = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr || host == nullptr || host_len == 0 || out_socket == nullptr || out == nullptr) {
    return ROTA_EINVAL;
  }
  return connect(*self, host, host_len, port, options, out_socket, out);
}

rota_status rota_tcp_listen(rota_runtime* runtime, const char* host, size_t host_len, uint16_t port,
                            const rota_tcp_options* options, rota_socket** out_socket) {
  if (out_socket == nullptr) return ROTA_EINVAL;
  *out_socket = nullptr;
  Runtime* self = object<Runtime>(runtime);
  if (self == nullptr || host == nullptr || host_len == 0) return ROTA_EINVAL;
  return listen(*self, host, host_len, port, options, out_socket);
}

rota_status rota_tcp_accept(rota_socket* listener, rota_socket** out_socket, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_socket != nullptr) *out_socket = nullptr;
  Socket* self = object<Socket>(listener);
  if (self == nullptr || out_socket == nullptr || out == nullptr) return ROTA_EINVAL;
  auto poll = [kept = base::Ref<Socket>(*self), out_socket](task::Context& context) {
    return static_cast<Status>(accept(*kept, context, out_socket));
  };
  return start(runtime_of(*self), poll, out);
}

rota_status rota_tcp_accept_poll(rota_socket* listener, rota_context* cx, rota_socket** out_socket) {
  if (out_socket == nullptr) return ROTA_EINVAL;
  *out_socket = nullptr;
  Socket* self = object<Socket>(listener);
  if (self == nullptr || cx == nullptr) return ROTA_EINVAL;
  return accept(*self, *context_of(cx), out_socket);
}

rota_status rota_socket_read(rota_socket* socket, void* buffer, size_t len, size_t* out_count, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_count != nullptr) *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || (buffer == nullptr && len != 0) || out_count == nullptr || out == nullptr) return ROTA_EINVAL;
  auto poll = [kept = base::Ref<Socket>(*self), buffer, len = at_most(len), out_count](task::Context& context) {
    return kept->poll_read(context, buffer, len, *out_count);
  };
  return start(runtime_of(*self), poll, out);
}

rota_status rota_socket_read_poll(rota_socket* socket, rota_context* cx, void* buffer, size_t len, size_t* out_count) {
  if (out_count == nullptr) return ROTA_EINVAL;
  *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || cx == nullptr || (buffer == nullptr && len != 0)) return ROTA_EINVAL;
  return c(self->poll_read(*context_of(cx), buffer, at_most(len), *out_count));
}

rota_status rota_socket_write(rota_socket* socket, const void* buffer, size_t len, size_t* out_count, rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_count != nullptr) *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || (buffer == nullptr && len != 0) || out_count == nullptr || out == nullptr) return ROTA_EINVAL;
  auto poll = [kept = base::Ref<Socket>(*self), part = os::Buffer{buffer, at_most(len)},
               out_count](task::Context& context) { return kept->poll_write(context, &part, 1, *out_count); };
  return start(runtime_of(*self), poll, out);
}

rota_status rota_socket_write_poll(rota_socket* socket, rota_context* cx, const void* buffer, size_t len,
                                   size_t* out_count) {
  if (out_count == nullptr) return ROTA_EINVAL;
  *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || cx == nullptr || (buffer == nullptr && len != 0)) return ROTA_EINVAL;
  const os::Buffer part{buffer, at_most(len)};
  return c(self->poll_write(*context_of(cx), &part, 1, *out_count));
}

rota_status rota_socket_write_all(rota_socket* socket, const void* buffer, size_t len, size_t* out_count,
                                  rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_count != nullptr) *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || (buffer == nullptr && len != 0) || out == nullptr) return ROTA_EINVAL;
  WriteAll poll(*self, buffer, len, out_count);
  return start(runtime_of(*self), poll, out);
}

rota_status rota_socket_writev(rota_socket* socket, const rota_buffer* buffers, size_t buffer_count, size_t* out_count,
                               rota_task** out) {
  if (out != nullptr) *out = nullptr;
  if (out_count != nullptr) *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || out_count == nullptr || out == nullptr) return ROTA_EINVAL;
  if (buffer_count > os::kMostBuffers) return ROTA_EOVERFLOW;
  if (!valid_buffers(buffers, buffer_count)) return ROTA_EINVAL;
  WriteVector poll(*self, buffers, buffer_count, out_count);
  if (poll.parts() == nullptr) return ROTA_ENOMEM;
  return start(runtime_of(*self), poll, out);
}

rota_status rota_socket_writev_poll(rota_socket* socket, rota_context* cx, const rota_buffer* buffers,
                                    size_t buffer_count, size_t* out_count) {
  if (out_count == nullptr) return ROTA_EINVAL;
  *out_count = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || cx == nullptr) return ROTA_EINVAL;
  if (buffer_count > os::kMostBuffers) return ROTA_EOVERFLOW;
  if (!valid_buffers(buffers, buffer_count)) return ROTA_EINVAL;
  // The same two words.
  static_assert(sizeof(rota_buffer) == sizeof(os::Buffer) &&
                offsetof(rota_buffer, data) == offsetof(os::Buffer, data) &&
                offsetof(rota_buffer, len) == offsetof(os::Buffer, len));
  return c(self->poll_write(*context_of(cx), reinterpret_cast<const os::Buffer*>(buffers), buffer_count, *out_count));
}

rota_status rota_socket_shutdown(rota_socket* socket, uint32_t how) {
  Socket* self = object<Socket>(socket);
  if (self == nullptr || how > ROTA_SHUTDOWN_BOTH) return ROTA_EINVAL;
  return c(self->shutdown(static_cast<os::Half>(how)));
}

rota_status rota_socket_close(rota_socket* socket) {
  Socket* self = object<Socket>(socket);
  return self == nullptr ? ROTA_EINVAL : c(self->close());
}

rota_status rota_socket_set_option(rota_socket* socket, uint32_t option, int64_t value) {
  Socket* self = object<Socket>(socket);
  if (self == nullptr || option < ROTA_SOCKET_NODELAY || option > ROTA_SOCKET_LINGER) return ROTA_EINVAL;
  return c(self->set_option(static_cast<os::Option>(option), value));
}

rota_status rota_socket_get_option(rota_socket* socket, uint32_t option, int64_t* out_value) {
  if (out_value == nullptr) return ROTA_EINVAL;
  *out_value = 0;
  Socket* self = object<Socket>(socket);
  if (self == nullptr || option < ROTA_SOCKET_NODELAY || option > ROTA_SOCKET_LINGER) return ROTA_EINVAL;
  return c(self->get_option(static_cast<os::Option>(option), *out_value));
}

rota_status rota_socket_local_address(rota_socket* socket, char* buffer, size_t capacity, size_t* out_len,
                                      uint16_t* out_port) {
  return write_address(&Socket::local_address, socket, buffer, capacity, out_len, out_port);
}

rota_status rota_socket_peer_address(rota_socket* socket, char* buffer, size_t capacity, size_t* out_len,
                                     uint16_t* out_port) {
  return write_address(&Socket::peer_address, socket, buffer, capacity, out_len, out_port);
}

rota_status rota_socket_native(rota_socket* socket, intptr_t* out) {
  if (out == nullptr) return ROTA_EINVAL;
  *out = -1;
  Socket* self = object<Socket>(socket);
  return self == nullptr ? ROTA_EINVAL : c(self->native(*out));
}

rota_socket* rota_socket_clone(rota_socket* socket) { return clone<Socket>(socket); }
void rota_socket_release(rota_socket* socket) { release<Socket>(socket); }

}  // extern "C"
