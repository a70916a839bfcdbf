// SPDX-License-Identifier: MIT
//
// WatchedSocket: one socket in the IOCP backend, and the poll requests that ask for its readiness: one for each
// direction, so that wanting the other never has to take a request back.
//
// A request is the kernel's from the moment it is made until it is done, so a socket that is no longer watched lives on
// until its last request has come back through the port.
//
//              ask             its packet is taken from the port
//   kIdle ------------> kAsked ----------------------------------> kIdle    and reported
//                         |
//                         | forget (and cancel)
//                         v
//                    kForgotten --------------------------------> kIdle    and dropped
//
// Thread safety: ask by one thread at a time and never after forget (the registration's lock); answered by who polls;
// forget by the owner. Counted: one reference for the owner, one for each request that is out.
#pragma once

#include <cstdint>

#include "core/base/atomic.h"
#include "core/base/status.h"
#include "core/io/ready.h"
#include "core/platform/windows/afd.h"

namespace rota::io {

// A handle of AFD's that requests are made on. Cancelling takes time in proportion to what is pending on one, so each
// serves only so many sockets. The poller's lock.
struct AfdDevice {
  static constexpr uint32_t kMostSockets = 32;

  const HANDLE handle;
  uint32_t sockets = 0;
  AfdDevice* next = nullptr;            // of all
  AfdDevice* next_with_room = nullptr;  // of those with room
};

class WatchedSocket {
 public:
  class Request {
   public:
    // What a packet of it tells.
    struct Answer {
      enum class Kind : uint8_t {
        kReport,
        kAskAgain,  // nothing: the thread that asked has ended
        kForgotten
      };
      Kind kind;
      uint32_t ready;
    };

    Request(WatchedSocket& socket, uint32_t events) : socket_(socket), events_(events) {}
    WatchedSocket& socket() { return socket_; }

    // Asks, unless it is asked already. Whatever happens, a packet with this request comes to the device's port; when
    // the system refuses the request the answer is an error.
    void ask(HANDLE event);
    // Its packet has come: it may be asked again at once.
    Answer answered();
    // A packet is in the port, or on its way there.
    bool answer_waits() const;

   private:
    friend class WatchedSocket;

    WatchedSocket& socket_;
    const uint32_t events_;
    platform::afd::Poll poll_;
    static constexpr uint32_t kIdle = 0, kAsked = 1, kForgotten = 2;
    // Written by who asks, who forgets and who polls. acq_rel: each sees the others' use of poll_.
    base::Atomic<uint32_t> state_{kIdle};
  };

  WatchedSocket(intptr_t descriptor, SOCKET base, uint64_t token, AfdDevice& device, HANDLE port)
      : descriptor_(descriptor), base_(base), token_(token), device_(device), port_(port) {}

  intptr_t descriptor() const { return descriptor_; }
  uint64_t token() const { return token_; }
  AfdDevice& device() { return device_; }

  void ask(uint32_t ready, HANDLE event);
  // Nobody watches it any more. How many requests are out, whose packets are still to come and to be dropped.
  uint32_t forget();
  // Waits until the kernel has let go of both requests.
  void recall();
  bool answer_waits() const { return read_.answer_waits() || write_.answer_waits(); }

  void ref() { references_.fetch_add(1, base::memory_order_relaxed); }
  // True: that was the last one.
  bool unref() { return references_.fetch_sub(1, base::memory_order_acq_rel) == 1; }

  // The poller's lock.
  WatchedSocket* next = nullptr;  // in the table
  bool forgotten = false;

 private:
  const intptr_t descriptor_;
  const SOCKET base_;
  const uint64_t token_;
  AfdDevice& device_;
  const HANDLE port_;
  // acq_rel: what each did with it happens before it is freed.
  base::Atomic<uint32_t> references_{1};
  Request read_{*this, platform::afd::kReceive | platform::afd::kReceiveExpedited | platform::afd::kAccept |
                           platform::afd::kDisconnect | platform::afd::kAbort | platform::afd::kLocalClose |
                           platform::afd::kConnectFail};
  Request write_{
      *this, platform::afd::kSend | platform::afd::kAbort | platform::afd::kLocalClose | platform::afd::kConnectFail};
};

}  // namespace rota::io
