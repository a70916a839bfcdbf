// SPDX-License-Identifier: MIT
#include "core/platform/os_error.h"

#include <errno.h>

namespace rota::platform {

// ESHUTDOWN of a socket is not the runtime's: it is a broken pipe.
Status status_of_os_error(int code) {
  if (code == ENOTSUP) return Status::kNotSupported;  // the same number as EOPNOTSUPP on some systems
  switch (code) {
    case 0:
      return Status::kOk;
    case ESHUTDOWN:
      return Status::kBrokenPipe;
    case EINVAL:
      return Status::kInvalid;
    case ENOMEM:
      return Status::kNoMemory;
    case ECANCELED:
      return Status::kCancelled;
    case ETIMEDOUT:
      return Status::kTimedOut;
    case EDEADLK:
      return Status::kDeadlock;
    case EALREADY:
      return Status::kAlready;
    case EBUSY:
      return Status::kBusy;
    case EAGAIN:
      return Status::kAgain;
    case EOPNOTSUPP:
      return Status::kNotSupported;
    case EOVERFLOW:
      return Status::kOverflow;
    case EPERM:
      return Status::kNotPermitted;
    case EACCES:
      return Status::kAccess;
    case EADDRINUSE:
      return Status::kAddressInUse;
    case EADDRNOTAVAIL:
      return Status::kAddressNotAvailable;
    case EAFNOSUPPORT:
      return Status::kAddressFamily;
    case EBADF:
      return Status::kBadDescriptor;
    case ECONNABORTED:
      return Status::kConnectionAborted;
    case ECONNREFUSED:
      return Status::kConnectionRefused;
    case ECONNRESET:
      return Status::kConnectionReset;
    case EHOSTUNREACH:
      return Status::kHostUnreachable;
    case EIO:
      return Status::kIo;
    case EISCONN:
      return Status::kIsConnected;
    case EMFILE:
      return Status::kProcessFiles;
    case EMSGSIZE:
      return Status::kMessageSize;
    case ENAMETOOLONG:
      return Status::kNameTooLong;
    case ENETUNREACH:
      return Status::kNetworkUnreachable;
    case ENFILE:
      return Status::kSystemFiles;
    case ENOBUFS:
      return Status::kNoBuffers;
    case ENOENT:
      return Status::kNotFound;
    case ENOTCONN:
      return Status::kNotConnected;
    case ENOTSOCK:
      return Status::kNotSocket;
    case EPIPE:
      return Status::kBrokenPipe;
    case EPROTO:
      return Status::kProtocol;
    case EEXIST:
      return Status::kExists;
    case EINTR:
      return Status::kInterrupted;
    case ENOSYS:
      return Status::kNotImplemented;
    default:
      return Status::kUnknown;
  }
}

Status last_os_error() { return status_of_os_error(errno); }

}  // namespace rota::platform
