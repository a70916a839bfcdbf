// SPDX-License-Identifier: MIT
#include "core/io/ready.h"
#include "core/net/os_socket.h"
#include "core/platform/os_error.h"
#include "core/platform/windows/afd.h"

namespace rota::net::os {

namespace afd = platform::afd;

// Not WSAPoll: before Windows 10 2004 it does not tell of a connect that has failed.
Status readiness(Handle descriptor, bool read, bool write, uint32_t& ready) {
  ready = 0;
  SOCKET base;
  if (const Status status = afd::base_socket(static_cast<SOCKET>(descriptor), base); !ok(status)) return status;
  uint32_t interest = afd::kDisconnect | afd::kAbort | afd::kLocalClose | afd::kConnectFail;
  if (read) interest |= afd::kReceive | afd::kReceiveExpedited | afd::kAccept;
  if (write) interest |= afd::kSend;
  // Without a time to wait the request is done when the call returns; it is made on the socket itself.
  afd::Poll look;
  const Status status = look.start(reinterpret_cast<HANDLE>(base), nullptr, nullptr, base, interest, 0);
  if (!ok(status)) return status;
  while (!look.done()) ::SwitchToThread();
  const uint32_t events = look.events();
  if ((events & (afd::kReceive | afd::kReceiveExpedited | afd::kAccept)) != 0) ready |= io::kReadable;
  if ((events & afd::kSend) != 0) ready |= io::kWritable;
  if ((events & afd::kDisconnect) != 0) ready |= (read ? io::kReadable : 0) | io::kReadClosed;
  // Whoever tries is told at once: that is readiness for both.
  if ((events & afd::kAbort) != 0) ready |= io::kReadable | io::kWritable | io::kReadClosed;
  if ((events & (afd::kConnectFail | afd::kLocalClose)) != 0) ready |= io::kReadable | io::kWritable | io::kError;
  return Status::kOk;
}

}  // namespace rota::net::os
