// SPDX-License-Identifier: MIT
//
// AFD, the driver under Winsock, and its poll request: it completes when a socket has one of the events asked for, or
// when a time has passed. This is what select() itself is made of; wepoll, mio and libuv use it the same way. It is the
// one way to ask Windows for the readiness of many sockets that reports to a completion port.
//
// Thread safety: that of each function; a Poll belongs to one thread at a time, but `done` may be asked by any.
#pragma once

#include <cstdint>

#include "core/base/status.h"
#include "core/platform/windows/win32.h"
// After it.
#include <winternl.h>

namespace rota::platform::afd {

inline constexpr uint32_t kReceive = 0x001, kReceiveExpedited = 0x002, kSend = 0x004, kDisconnect = 0x008,
                          kAbort = 0x010, kLocalClose = 0x020, kAccept = 0x080, kConnectFail = 0x100;

// A use of Winsock: counted by the system, so that each part of the engine has its own.
class Winsock {
 public:
  Winsock() = default;
  ~Winsock();
  Winsock(const Winsock&) = delete;
  Winsock& operator=(const Winsock&) = delete;
  Status start();

 private:
  bool started_ = false;
};

// A handle that poll requests are made on. nullptr: the system's last error says why.
HANDLE open_device();

// The socket below all layers that Winsock may have been given. kNotSocket, kBadDescriptor.
Status base_socket(SOCKET socket, SOCKET& base);

// One request. From start until done the kernel writes into it: it must stay where it is.
class Poll {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  Poll() = default;
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  // `timeout`: in units of 100 ns, negative: from now on. When it is done, `event` is set (nullptr: none), and, unless
  // `context` is nullptr, `device`'s completion port gets a packet with it. Done before or not: it is all the same.
  Status start(HANDLE device, HANDLE event, void* context, SOCKET base, uint32_t events, int64_t timeout);
  // It will be done soon.
  void cancel(HANDLE device);
  // acquire: what it has found is there.
  bool done() const;

  // Once done.
  uint32_t events() const;
  bool cancelled() const;
  bool failed() const;

 private:
  struct Entry {
    HANDLE socket;
    ULONG events;
    NTSTATUS status;
  };
  struct Request {
    LARGE_INTEGER timeout;
    ULONG count;
    ULONG exclusive;
    Entry entries[1];
  };

  IO_STATUS_BLOCK status_{};
  Request request_{};
};

}  // namespace rota::platform::afd
