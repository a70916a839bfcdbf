// SPDX-License-Identifier: MIT
#include "core/io/windows/watched_socket.h"

#include "core/platform/thread.h"

namespace rota::io {
namespace {

namespace afd = platform::afd;

uint32_t translate(uint32_t events) {
  uint32_t ready = 0;
  if ((events & (afd::kReceive | afd::kAccept)) != 0) ready |= kReadable;
  if ((events & afd::kReceiveExpedited) != 0) ready |= kReadable | kUrgent;
  if ((events & afd::kSend) != 0) ready |= kWritable;
  if ((events & afd::kDisconnect) != 0) ready |= kReadable | kReadClosed;
  if ((events & afd::kAbort) != 0) ready |= kReadable | kWritable | kReadClosed | kWriteClosed | kError;
  if ((events & (afd::kConnectFail | afd::kLocalClose)) != 0) ready |= kReadable | kWritable | kError;
  return ready;
}

}  // namespace

void WatchedSocket::Request::ask(HANDLE event) {
  uint32_t state = kIdle;
  // Asked already, it is answered by what is so when its packet comes, or was: the waiter is there to be woken by it.
  if (!state_.compare_exchange_strong(state, kAsked, base::memory_order_acq_rel, base::memory_order_relaxed)) return;
  socket_.ref();
  void* const context = this;
  if (ok(poll_.start(socket_.device_.handle, event, context, socket_.base_, events_, afd::Poll::kNever))) return;
  // The owner's try will be told why.
  while (!::PostQueuedCompletionStatus(socket_.port_, 0, 0, static_cast<OVERLAPPED*>(context))) {
    platform::yield_thread();  // for want of memory in the kernel
  }
  if (event != nullptr) ::SetEvent(event);
}

WatchedSocket::Request::Answer WatchedSocket::Request::answered() {
  // Before it is idle: then it may be asked again.
  const bool again = poll_.cancelled();
  const uint32_t ready = poll_.failed() ? kReadable | kWritable | kError : translate(poll_.events());
  if (state_.exchange(kIdle, base::memory_order_acq_rel) == kForgotten) return {Answer::Kind::kForgotten, 0};
  return {again ? Answer::Kind::kAskAgain : Answer::Kind::kReport, ready};
}

bool WatchedSocket::Request::answer_waits() const {
  return state_.load(base::memory_order_acquire) != kIdle && poll_.done();
}

void WatchedSocket::ask(uint32_t ready, HANDLE event) {
  if ((ready & kReadable) != 0) read_.ask(event);
  if ((ready & kWritable) != 0) write_.ask(event);
}

uint32_t WatchedSocket::forget() {
  uint32_t out = 0;
  for (Request* request : {&read_, &write_}) {
    uint32_t state = Request::kAsked;
    if (!request->state_.compare_exchange_strong(state, Request::kForgotten, base::memory_order_acq_rel,
                                                 base::memory_order_relaxed)) {
      continue;
    }
    request->poll_.cancel(device_.handle);
    ++out;
  }
  return out;
}

void WatchedSocket::recall() {
  for (Request* request : {&read_, &write_}) {
    if (request->state_.load(base::memory_order_acquire) == Request::kIdle) continue;
    request->poll_.cancel(device_.handle);
    while (!request->poll_.done()) platform::yield_thread();
  }
}

}  // namespace rota::io
