// SPDX-License-Identifier: MIT
#include "core/io/windows/iocp_poller.h"

#include "core/io/contract/poller_contract.h"
#include "tests/support/socket.h"

namespace rota::io::contract {

struct Iocp {
  using Poller = IocpPoller;
  using Set = platform::SignalSet;
  static constexpr bool kTellsReadClosed = false;   // Wine does not as long as there are bytes to read
  static constexpr bool kTellsOwnShutdown = false;  // AFD tells of the peer only
  static constexpr bool kTellsUrgent = true;
  static constexpr bool kForgetsClosed = false;  // the table does not hear of it; rota.h has the host deregister first

  static bool resets_are_told() { return os_resets_are_told() != 0; }
  static bool send_urgent(os::Handle socket) { return ::send(static_cast<SOCKET>(socket), "!", 1, MSG_OOB) == 1; }
  static bool readable(const Set& set) {
    return ::WaitForSingleObject(reinterpret_cast<HANDLE>(set.handle()), 0) == WAIT_OBJECT_0;
  }
  // Handles have no limit of a process but memory. Wine's are descriptors of Linux, of which one socket takes two.
  static uint32_t sockets() { return 12'000; }
};

ROTA_POLLER_CONTRACT(Iocp);

}  // namespace rota::io::contract
