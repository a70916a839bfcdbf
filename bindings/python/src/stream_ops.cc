// SPDX-License-Identifier: MIT
#include "stream_ops.h"

#include <new>

namespace rota_py {
namespace {

struct ReadExactly {
  rota_socket* socket;
  char* buffer;
  size_t len;
  size_t* count;
  size_t* short_by;
};

rota_status poll_read(void* raw, rota_context* context) {
  auto& self = *static_cast<ReadExactly*>(raw);
  while (*self.count < self.len) {
    size_t got = 0;
    const rota_status status =
        rota_socket_read_poll(self.socket, context, self.buffer + *self.count, self.len - *self.count, &got);
    if (status != ROTA_OK) return status;
    if (got == 0) {
      *self.short_by = self.len - *self.count;
      return ROTA_OK;
    }
    *self.count += got;
  }
  return ROTA_OK;
}

rota_status spawn(rota_runtime* runtime, rota_poll_fn poll, rota_drop_fn drop, void* state, size_t size,
                  rota_task** out) {
  rota_spawn_desc desc{};
  desc.size = sizeof desc;
  desc.poll = poll;
  desc.drop = drop;
  desc.state = state;
  desc.state_size = size;
  return rota_spawn(runtime, &desc, out);
}

}  // namespace

rota_status read_exactly(rota_runtime* runtime, rota_socket* socket, char* buffer, size_t len, size_t* count,
                         size_t* short_by, rota_task** out) {
  ReadExactly state{rota_socket_clone(socket), buffer, len, count, short_by};
  const auto drop = [](void* raw) { rota_socket_release(static_cast<ReadExactly*>(raw)->socket); };
  return spawn(runtime, poll_read, drop, &state, sizeof state, out);
}

struct WriteLine::Write {
  WriteLine* line;
  rota_socket* socket;
  const char* data;
  size_t left;
  rota_waker* waker = nullptr;  // while it waits for its turn; under the line's mutex
  Write* next = nullptr;
};

WriteLine* WriteLine::make() { return new (std::nothrow) WriteLine; }

WriteLine* WriteLine::ref() {
  refs_.fetch_add(1, std::memory_order_relaxed);
  return this;
}

void WriteLine::unref() {
  if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

bool WriteLine::empty() {
  std::lock_guard<std::mutex> lock(mutex_);
  return first_ == nullptr;
}

rota_status WriteLine::write(rota_runtime* runtime, rota_socket* socket, const void* data, size_t len,
                             rota_task** out) {
  auto* write = new (std::nothrow) Write{ref(), rota_socket_clone(socket), static_cast<const char*>(data), len};
  if (write == nullptr) return ROTA_ENOMEM;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    *end_ = write;
    end_ = &write->next;
  }
  return spawn(runtime, poll, drop, write, 0, out);
}

rota_status WriteLine::poll(void* raw, rota_context* context) {
  auto& self = *static_cast<Write*>(raw);
  {
    std::lock_guard<std::mutex> lock(self.line->mutex_);
    if (self.line->first_ != &self) {
      if (self.waker == nullptr) self.waker = rota_waker_clone(context);
      return ROTA_PENDING;
    }
  }
  while (self.left != 0) {
    size_t count = 0;
    const rota_status status = rota_socket_write_poll(self.socket, context, self.data, self.left, &count);
    if (status != ROTA_OK) return status;
    self.data += count;
    self.left -= count;
  }
  return ROTA_OK;
}

// Written, failed or cancelled: out of the line, and the next one's turn.
void WriteLine::drop(void* raw) {
  auto* self = static_cast<Write*>(raw);
  WriteLine* line = self->line;
  rota_waker* woken = nullptr;
  {
    std::lock_guard<std::mutex> lock(line->mutex_);
    Write** link = &line->first_;
    while (*link != self) link = &(*link)->next;
    *link = self->next;
    if (line->end_ == &self->next) line->end_ = link;
    if (line->first_ != nullptr) woken = rota_waker_share(line->first_->waker);
  }
  if (woken != nullptr) rota_waker_wake(woken);
  rota_waker_release(woken);
  rota_waker_release(self->waker);
  rota_socket_release(self->socket);
  delete self;
  line->unref();
}

}  // namespace rota_py
