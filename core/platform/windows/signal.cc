// SPDX-License-Identifier: MIT
#include "core/platform/signal.h"

#include "core/platform/clock.h"
#include "core/platform/os_error.h"
#include "core/platform/thread.h"

namespace rota::platform {

// --- members

SignalMember::~SignalMember() {
  if (set_ == nullptr) {
    if (event_ != nullptr) ::CloseHandle(event_);
    return;
  }
  base::MutexLock lock(set_->mutex_);
  base::IntrusiveList<SignalMember>::remove(*this);
}

Status SignalMember::open_event() {
  event_ = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  return event_ == nullptr ? last_os_error() : Status::kOk;
}

intptr_t SignalMember::handle() const { return reinterpret_cast<intptr_t>(event_); }

void SignalMember::reset() {
  if (set_ == nullptr) ::ResetEvent(event_);
}

// --- sets

SignalSet::~SignalSet() {
  if (event_ != nullptr) ::CloseHandle(event_);
}

Status SignalSet::open() {
  event_ = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  return event_ == nullptr ? last_os_error() : Status::kOk;
}

Status SignalSet::add(SignalMember& member) {
  if (member.event_ != nullptr) ::CloseHandle(member.event_);
  member.event_ = whole_->event_;
  member.set_ = whole_;
  {
    base::MutexLock lock(whole_->mutex_);
    whole_->members_.push_back(member);
  }
  settle();
  return Status::kOk;
}

Status SignalSet::add(SignalSet& other) {
  SignalSet& whole = *other.whole_;
  base::IntrusiveList<SignalMember> moving;
  {
    base::MutexLock lock(mutex_);
    moving.splice_back(members_);
  }
  whole_ = &whole;
  while (SignalMember* member = moving.pop_front()) {
    member->event_ = nullptr;  // this set's own, closed with it
    const Status status = whole.add(*member);
    if (!ok(status)) return status;
  }
  return Status::kOk;
}

void SignalSet::settle() {
  SignalSet& whole = *whole_;
  base::MutexLock lock(whole.mutex_);
  ::ResetEvent(whole.event_);
  bool any = false;
  whole.members_.for_each([&any](SignalMember& member) { any = any || member.raised(); });
  if (any) ::SetEvent(whole.event_);
}

// --- signals

void Signal::raise() {
  // seq_cst, as the look in `raised`: before the event is set, for who settles in between.
  up_.store(true, base::memory_order_seq_cst);
  signal();
}

void Signal::clear() {
  up_.store(false, base::memory_order_seq_cst);
  reset();
}

// --- alarms

Alarm::~Alarm() {
  stop();
  if (socket_ != INVALID_SOCKET) ::closesocket(socket_);
  if (device_ != nullptr) ::CloseHandle(device_);
}

Status Alarm::open() {
  if (const Status status = winsock_.start(); !ok(status)) return status;
  device_ = afd::open_device();
  if (device_ == nullptr) return last_os_error();
  const SOCKET made =
      ::WSASocketW(AF_INET, SOCK_DGRAM, IPPROTO_UDP, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (made == INVALID_SOCKET) return last_os_error();
  socket_ = made;
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) return last_os_error();
  if (const Status status = afd::base_socket(made, base_socket_); !ok(status)) return status;
  return open_event();
}

void Alarm::stop() {
  if (!started_) return;
  request_.cancel(device_);
  // The kernel writes into the request until then.
  while (!request_.done()) yield_thread();
  started_ = false;
}

void Alarm::set(uint64_t deadline_ns) {
  const bool same = deadline_ns == deadline_ns_.load(base::memory_order_relaxed);
  // A request ends with the thread that made it: done is not due.
  if (same && (deadline_ns == kForever || (started_ && !request_.done()))) return;
  stop();
  deadline_ns_.store(deadline_ns, base::memory_order_seq_cst);
  reset();
  if (deadline_ns == kForever) return;
  const uint64_t now = now_ns();
  if (deadline_ns <= now) {
    signal();
    return;
  }
  constexpr uint64_t kNsPerUnit = 100;
  const uint64_t units = (deadline_ns - now - 1) / kNsPerUnit + 1;
  const Status status =
      request_.start(device_, event_handle(), nullptr, base_socket_, afd::kLocalClose, -static_cast<int64_t>(units));
  started_ = ok(status);
  // Better too early than never: the host looks, finds nothing, and the next call sets it again.
  if (!started_) signal();
}

bool Alarm::raised() const {
  const uint64_t deadline_ns = deadline_ns_.load(base::memory_order_seq_cst);
  return deadline_ns != kForever && now_ns() >= deadline_ns;
}

}  // namespace rota::platform
