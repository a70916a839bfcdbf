// SPDX-License-Identifier: MIT
#include "core/io/windows/iocp_poller.h"

#include <new>

#include "core/platform/clock.h"
#include "core/platform/os_error.h"
#include "core/platform/thread.h"

namespace rota::io {
namespace {

namespace afd = platform::afd;

// What a packet of the port is about.
constexpr ULONG_PTR kRequestKey = 0, kWakeKey = 1, kOperationKey = 2;

// How long shutting down waits for operations that were asked to end; Windows ends them at once.
constexpr uint64_t kLongestEndNs = 1'000'000'000, kEndSliceNs = 5'000'000;

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

// That it was called is all: it ends the wait.
void CALLBACK expired(void*, DWORD, DWORD) {}

}  // namespace

// --- opening and closing

Status IocpPoller::open(const platform::Memory& memory) {
  memory_ = memory;
  if (const Status status = winsock_.start(); !ok(status)) return status;
  port_ = ::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1);
  if (port_ == nullptr) return platform::last_os_error();
  if (const Status status = open_timer(); !ok(status)) return status;
  base::MutexLock lock(mutex_);
  return sockets_.open(memory) ? Status::kOk : Status::kNoMemory;
}

Status IocpPoller::open_timer() {
  // High resolution came with Windows 10 1803.
  for (const DWORD flags : {DWORD{CREATE_WAITABLE_TIMER_HIGH_RESOLUTION}, DWORD{0}}) {
    timer_ = ::CreateWaitableTimerExW(nullptr, nullptr, flags, TIMER_ALL_ACCESS);
    if (timer_ != nullptr) return Status::kOk;
  }
  return platform::last_os_error();
}

void IocpPoller::close() {
  base::MutexLock lock(mutex_);
  // Packets that nobody takes go with the port; the requests must have let go of their memory before.
  while (WatchedSocket* socket = sockets_.take_any()) {
    socket->recall();
    socket->~WatchedSocket();
    memory_.free(socket, sizeof(WatchedSocket), alignof(WatchedSocket));
  }
  while (AfdDevice* device = devices_) {
    devices_ = device->next;
    ::CloseHandle(device->handle);
    memory_.free(device, sizeof(AfdDevice));
  }
  devices_with_room_ = nullptr;
  for (HANDLE* handle : {&port_, &timer_}) {
    if (*handle != nullptr) ::CloseHandle(*handle);
    *handle = nullptr;
  }
}

Status IocpPoller::join(platform::SignalSet& set) {
  const Status status = set.add(static_cast<platform::SignalMember&>(*this));
  event_to_set_ = event_handle();
  return status;
}

// --- what is watched

Status IocpPoller::open_device() {
  void* block = memory_.allocate(sizeof(AfdDevice));
  if (block == nullptr) return Status::kNoMemory;
  const HANDLE handle = afd::open_device();
  if (handle != nullptr && ::CreateIoCompletionPort(handle, port_, kRequestKey, 0) != nullptr) {
    devices_ = devices_with_room_ = new (block) AfdDevice{.handle = handle, .next = devices_};
    return Status::kOk;
  }
  const Status status = platform::last_os_error();
  if (handle != nullptr) ::CloseHandle(handle);
  memory_.free(block, sizeof(AfdDevice));
  return status;
}

Status IocpPoller::take_device(AfdDevice*& device) {
  if (devices_with_room_ == nullptr) {
    if (const Status status = open_device(); !ok(status)) return status;
  }
  device = devices_with_room_;
  if (++device->sockets == AfdDevice::kMostSockets) devices_with_room_ = device->next_with_room;
  return Status::kOk;
}

void IocpPoller::give_device(AfdDevice& device) {
  if (device.sockets-- != AfdDevice::kMostSockets) return;
  device.next_with_room = devices_with_room_;
  devices_with_room_ = &device;
}

Status IocpPoller::add(intptr_t fd, uint64_t token, Entry& entry) {
  SOCKET base;
  const Status status = afd::base_socket(static_cast<SOCKET>(fd), base);
  if (status == Status::kNotSocket) return Status::kNotSupported;
  if (!ok(status)) return status;
  void* block = memory_.allocate(sizeof(WatchedSocket), alignof(WatchedSocket));
  if (block == nullptr) return Status::kNoMemory;
  base::MutexLock lock(mutex_);
  AfdDevice* device = nullptr;
  const Status found = sockets_.find(fd) != nullptr ? Status::kExists : take_device(device);
  if (!ok(found)) {
    memory_.free(block, sizeof(WatchedSocket), alignof(WatchedSocket));
    return found;
  }
  entry.socket = new (block) WatchedSocket(fd, base, token, *device, port_);
  sockets_.insert(*entry.socket);
  return Status::kOk;
}

void IocpPoller::del(intptr_t, Entry& entry) {
  WatchedSocket* socket = entry.socket;
  if (socket == nullptr) return;
  entry.socket = nullptr;
  {
    base::MutexLock lock(mutex_);
    socket->forgotten = true;
  }
  to_drop_.fetch_add(socket->forget(), base::memory_order_relaxed);
  unref(*socket);
}

void IocpPoller::unref(WatchedSocket& socket) {
  if (!socket.unref()) return;
  {
    base::MutexLock lock(mutex_);
    sockets_.remove(socket);
    give_device(socket.device());
  }
  socket.~WatchedSocket();
  memory_.free(&socket, sizeof(WatchedSocket), alignof(WatchedSocket));
}

void IocpPoller::want(Entry& entry, uint32_t ready) {
  if (entry.socket != nullptr) entry.socket->ask(ready, event_to_set_);
}

// --- overlapped operations

Status IocpPoller::associate(HANDLE handle) {
  if (::CreateIoCompletionPort(handle, port_, kOperationKey, 0) != nullptr) return Status::kOk;
  return platform::last_os_error();
}

bool IocpPoller::enter(Overlapped& operation) {
  base::MutexLock lock(mutex_);
  if (shut_down_) return false;
  under_way_.push_back(operation);
  operations_.fetch_add(1, base::memory_order_relaxed);
  return true;
}

void IocpPoller::leave(Overlapped& operation) {
  base::MutexLock lock(mutex_);
  base::IntrusiveList<Overlapped>::remove(operation);
  operations_.fetch_sub(1, base::memory_order_relaxed);
}

void IocpPoller::shut_down() {
  // What a driver of the system does not let go of keeps its block, and with it the runtime's memory.
  const uint64_t deadline = platform::deadline_after(platform::now_ns(), kLongestEndNs);
  for (;;) {
    {
      base::MutexLock lock(mutex_);
      shut_down_ = true;
      // Again and again: one that has just begun may not have been the system's yet.
      under_way_.for_each([](Overlapped& operation) { operation.ask_to_end(); });
      if (under_way_.empty()) return;
    }
    uint32_t count = 0;
    if (platform::now_ns() >= deadline || !ok(poll(kEndSliceNs, count))) return;
  }
}

// --- polling

// Packets into packets_; how many. Also returns for an APC.
uint32_t IocpPoller::take(uint64_t timeout_ns) {
  DWORD limit = INFINITE;
  bool timed = false;
  if (timeout_ns == 0) {
    limit = 0;
  } else if (timeout_ns != platform::kForever) {
    constexpr uint64_t kNsPerUnit = 100, kNsPerMs = 1'000'000, kMostNs = uint64_t{INT64_MAX};
    const uint64_t ns = timeout_ns < kMostNs ? timeout_ns : kMostNs;
    LARGE_INTEGER due;
    due.QuadPart = -static_cast<int64_t>((ns - 1) / kNsPerUnit + 1);
    timed = ::SetWaitableTimer(timer_, &due, 0, expired, nullptr, FALSE);
    if (!timed) limit = static_cast<DWORD>(ns / kNsPerMs < INFINITE - 1 ? ns / kNsPerMs + 1 : INFINITE - 1);
  }
  ULONG got = 0;
  if (!::GetQueuedCompletionStatusEx(port_, packets_, kBatch, &got, limit, timed)) got = 0;
  if (timed) ::CancelWaitableTimer(timer_);
  return got;
}

void IocpPoller::handle_packet(const OVERLAPPED_ENTRY& packet, uint32_t& count) {
  if (packet.lpCompletionKey == kWakeKey) {
    wake_pending_.exchange(false, base::memory_order_acq_rel);
    events_[count++] = {kWakeToken, 0};
    return;
  }
  if (packet.lpCompletionKey == kOperationKey) {
    Overlapped::ended(packet.lpOverlapped);
    return;
  }
  using Answer = WatchedSocket::Request::Answer;
  auto& request = *reinterpret_cast<WatchedSocket::Request*>(packet.lpOverlapped);
  WatchedSocket& socket = request.socket();
  const Answer answer = request.answered();
  switch (answer.kind) {
    case Answer::Kind::kReport:
      events_[count++] = {socket.token(), answer.ready};
      break;
    case Answer::Kind::kAskAgain:
      request.ask(event_to_set_);
      break;
    case Answer::Kind::kForgotten:
      to_drop_.fetch_sub(1, base::memory_order_relaxed);
      break;
  }
  unref(socket);
}

Status IocpPoller::poll(uint64_t timeout_ns, uint32_t& count) {
  count = 0;
  const bool bounded = timeout_ns != 0 && timeout_ns != platform::kForever;
  const uint64_t deadline = bounded ? platform::deadline_after(platform::now_ns(), timeout_ns) : platform::kForever;
  for (;;) {
    const uint32_t got = take(timeout_ns);
    bool ended = false;
    for (uint32_t i = 0; i < got; ++i) {
      ended = ended || packets_[i].lpCompletionKey == kOperationKey;
      handle_packet(packets_[i], count);
    }
    // What an operation's end has woken is to run.
    if (count != 0 || ended || timeout_ns == 0) return Status::kOk;
    if (bounded) {
      const uint64_t now = platform::now_ns();
      if (now >= deadline) return Status::kOk;
      timeout_ns = deadline - now;
    }
  }
}

void IocpPoller::wake() {
  if (wake_pending_.exchange(true, base::memory_order_acq_rel)) return;
  while (!::PostQueuedCompletionStatus(port_, 0, kWakeKey, nullptr)) {
    platform::yield_thread();  // for want of memory in the kernel
  }
  if (event_to_set_ != nullptr) ::SetEvent(event_to_set_);
}

bool IocpPoller::unfinished() const {
  return wake_pending_.load(base::memory_order_relaxed) || to_drop_.load(base::memory_order_relaxed) != 0 ||
         operations_.load(base::memory_order_relaxed) != 0;
}

bool IocpPoller::raised() const {
  if (wake_pending_.load(base::memory_order_acquire)) return true;
  base::MutexLock lock(mutex_);
  bool any = false;
  // Reading them only: the list is not changed under the lock.
  const_cast<base::IntrusiveList<Overlapped>&>(under_way_).for_each([&any](const Overlapped& operation) {
    any = any || operation.packet_waits();
  });
  return any || sockets_.any([](const WatchedSocket& socket) { return socket.answer_waits(); });
}

}  // namespace rota::io
