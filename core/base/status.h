// SPDX-License-Identifier: MIT
//
// Status: what every room of the engine answers with. The numbers are those of rota.h (capi/status.cc asserts it) and
// never change.
//
// Thread safety: plain values.
#pragma once

#include <cstdint>

namespace rota {

// X(enumerator, number, name without the prefix, message)
#define ROTA_STATUS_LIST(X)                                                    \
  X(kOk, 0, "OK", "success")                                                   \
  X(kPending, 1, "PENDING", "not complete yet")                                \
  X(kInvalid, -1, "EINVAL", "an argument is invalid")                          \
  X(kNoMemory, -2, "ENOMEM", "out of memory")                                  \
  X(kCancelled, -3, "ECANCELED", "cancelled before it was complete")           \
  X(kTimedOut, -4, "ETIMEDOUT", "the time limit passed")                       \
  X(kShutdown, -5, "ESHUTDOWN", "the runtime is shut down")                    \
  X(kDeadlock, -6, "EDEADLK", "waiting on this thread would never end")        \
  X(kAlready, -7, "EALREADY", "it has happened already")                       \
  X(kBusy, -8, "EBUSY", "held by somebody else")                               \
  X(kAgain, -9, "EAGAIN", "not possible right now; try again later")           \
  X(kClosed, -10, "ECLOSED", "closed")                                         \
  X(kNotSupported, -11, "ENOTSUP", "not supported by this library or system")  \
  X(kOverflow, -12, "EOVERFLOW", "a number is beyond what is possible")        \
  X(kException, -13, "EEXCEPTION", "a foreign exception ended the call")       \
  X(kMissed, -14, "EMISSED", "messages were lost to a slow receiver")          \
  X(kNotPermitted, -15, "EPERM", "not the owner, or not permitted")            \
  X(kAccess, -16, "EACCES", "permission denied")                               \
  X(kAddressInUse, -17, "EADDRINUSE", "address already in use")                \
  X(kAddressNotAvailable, -18, "EADDRNOTAVAIL", "address not available")       \
  X(kAddressFamily, -19, "EAFNOSUPPORT", "address family not supported")       \
  X(kBadDescriptor, -20, "EBADF", "not an open descriptor")                    \
  X(kConnectionAborted, -21, "ECONNABORTED", "connection aborted")             \
  X(kConnectionRefused, -22, "ECONNREFUSED", "connection refused")             \
  X(kConnectionReset, -23, "ECONNRESET", "connection reset by the peer")       \
  X(kHostUnreachable, -24, "EHOSTUNREACH", "host unreachable")                 \
  X(kIo, -25, "EIO", "input/output error")                                     \
  X(kIsConnected, -26, "EISCONN", "already connected")                         \
  X(kProcessFiles, -27, "EMFILE", "too many open descriptors in this process") \
  X(kMessageSize, -28, "EMSGSIZE", "message too long")                         \
  X(kNameTooLong, -29, "ENAMETOOLONG", "name too long")                        \
  X(kNetworkUnreachable, -30, "ENETUNREACH", "network unreachable")            \
  X(kSystemFiles, -31, "ENFILE", "too many open descriptors in the system")    \
  X(kNoBuffers, -32, "ENOBUFS", "no buffer space available")                   \
  X(kNotFound, -33, "ENOENT", "no such file, host or entry")                   \
  X(kNotConnected, -34, "ENOTCONN", "not connected")                           \
  X(kNotSocket, -35, "ENOTSOCK", "not a socket")                               \
  X(kBrokenPipe, -36, "EPIPE", "the other side no longer reads")               \
  X(kProtocol, -37, "EPROTO", "protocol error")                                \
  X(kExists, -38, "EEXIST", "exists already")                                  \
  X(kInterrupted, -39, "EINTR", "interrupted by a signal")                     \
  X(kNotImplemented, -40, "ENOSYS", "not implemented by the system")           \
  X(kUnknown, -41, "EUNKNOWN", "a system error without a name")

enum class [[nodiscard]] Status : int32_t {
#define ROTA_STATUS_ENUMERATOR(enumerator, number, name, message) enumerator = number,
  ROTA_STATUS_LIST(ROTA_STATUS_ENUMERATOR)
#undef ROTA_STATUS_ENUMERATOR
};

constexpr bool ok(Status s) { return s == Status::kOk; }

}  // namespace rota
