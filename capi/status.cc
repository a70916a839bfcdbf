// SPDX-License-Identifier: MIT
#include "core/base/status.h"

#include "capi/handle.h"

namespace {

struct Named {
  rota_status status;
  const char* name;
  const char* message;
};

constexpr Named kNames[] = {
#define ROTA_STATUS_ROW(enumerator, number, name, message) {number, "ROTA_" name, message},
    ROTA_STATUS_LIST(ROTA_STATUS_ROW)
#undef ROTA_STATUS_ROW
};

// The header's numbers are the engine's.
static_assert(ROTA_OK == static_cast<int>(rota::Status::kOk) &&
              ROTA_PENDING == static_cast<int>(rota::Status::kPending));
#define ROTA_SAME(c_name, enumerator) static_assert((c_name) == static_cast<int>(rota::Status::enumerator))
ROTA_SAME(ROTA_EINVAL, kInvalid);
ROTA_SAME(ROTA_ENOMEM, kNoMemory);
ROTA_SAME(ROTA_ECANCELED, kCancelled);
ROTA_SAME(ROTA_ETIMEDOUT, kTimedOut);
ROTA_SAME(ROTA_ESHUTDOWN, kShutdown);
ROTA_SAME(ROTA_EDEADLK, kDeadlock);
ROTA_SAME(ROTA_EALREADY, kAlready);
ROTA_SAME(ROTA_EBUSY, kBusy);
ROTA_SAME(ROTA_EAGAIN, kAgain);
ROTA_SAME(ROTA_ECLOSED, kClosed);
ROTA_SAME(ROTA_ENOTSUP, kNotSupported);
ROTA_SAME(ROTA_EOVERFLOW, kOverflow);
ROTA_SAME(ROTA_EEXCEPTION, kException);
ROTA_SAME(ROTA_EMISSED, kMissed);
ROTA_SAME(ROTA_EPERM, kNotPermitted);
ROTA_SAME(ROTA_EACCES, kAccess);
ROTA_SAME(ROTA_EADDRINUSE, kAddressInUse);
ROTA_SAME(ROTA_EADDRNOTAVAIL, kAddressNotAvailable);
ROTA_SAME(ROTA_EAFNOSUPPORT, kAddressFamily);
ROTA_SAME(ROTA_EBADF, kBadDescriptor);
ROTA_SAME(ROTA_ECONNABORTED, kConnectionAborted);
ROTA_SAME(ROTA_ECONNREFUSED, kConnectionRefused);
ROTA_SAME(ROTA_ECONNRESET, kConnectionReset);
ROTA_SAME(ROTA_EHOSTUNREACH, kHostUnreachable);
ROTA_SAME(ROTA_EIO, kIo);
ROTA_SAME(ROTA_EISCONN, kIsConnected);
ROTA_SAME(ROTA_EMFILE, kProcessFiles);
ROTA_SAME(ROTA_EMSGSIZE, kMessageSize);
ROTA_SAME(ROTA_ENAMETOOLONG, kNameTooLong);
ROTA_SAME(ROTA_ENETUNREACH, kNetworkUnreachable);
ROTA_SAME(ROTA_ENFILE, kSystemFiles);
ROTA_SAME(ROTA_ENOBUFS, kNoBuffers);
ROTA_SAME(ROTA_ENOENT, kNotFound);
ROTA_SAME(ROTA_ENOTCONN, kNotConnected);
ROTA_SAME(ROTA_ENOTSOCK, kNotSocket);
ROTA_SAME(ROTA_EPIPE, kBrokenPipe);
ROTA_SAME(ROTA_EPROTO, kProtocol);
ROTA_SAME(ROTA_EEXIST, kExists);
ROTA_SAME(ROTA_EINTR, kInterrupted);
ROTA_SAME(ROTA_ENOSYS, kNotImplemented);
ROTA_SAME(ROTA_EUNKNOWN, kUnknown);
#undef ROTA_SAME

const Named* find(rota_status status) {
  for (const Named& named : kNames) {
    if (named.status == status) return &named;
  }
  return nullptr;
}

}  // namespace

extern "C" {

uint32_t rota_version(void) { return ROTA_VERSION_MAJOR << 16 | ROTA_VERSION_MINOR << 8 | ROTA_VERSION_PATCH; }

const char* rota_status_name(rota_status status) {
  const Named* named = find(status);
  return named == nullptr ? "ROTA_UNKNOWN_STATUS" : named->name;
}

const char* rota_status_message(rota_status status) {
  const Named* named = find(status);
  return named == nullptr ? "not a status of this library" : named->message;
}

}  // extern "C"
