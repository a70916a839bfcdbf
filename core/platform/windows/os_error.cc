// SPDX-License-Identifier: MIT
#include "core/platform/os_error.h"

#include "core/platform/windows/win32.h"

namespace rota::platform {

// Winsock's codes and the system's are of one numbering.
Status status_of_os_error(int code) {
  switch (code) {
    case ERROR_SUCCESS:
      return Status::kOk;
    case WSAEINVAL:
    case WSAEFAULT:
    case ERROR_INVALID_PARAMETER:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
      return Status::kInvalid;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
      return Status::kNoMemory;
    case WSAECANCELLED:
    case WSA_E_CANCELLED:
    case ERROR_OPERATION_ABORTED:
      return Status::kCancelled;
    case WSAETIMEDOUT:
    case ERROR_SEM_TIMEOUT:
    case ERROR_TIMEOUT:
      return Status::kTimedOut;
    case WSAEALREADY:
      return Status::kAlready;
    case WSAEINPROGRESS:
    case ERROR_BUSY:
    case ERROR_PIPE_BUSY:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
      return Status::kBusy;
    case WSAEWOULDBLOCK:
    case WSATRY_AGAIN:
      return Status::kAgain;
    case WSAEOPNOTSUPP:
    case WSAEPROTONOSUPPORT:
    case WSAESOCKTNOSUPPORT:
    case WSAENOPROTOOPT:
    case ERROR_NOT_SUPPORTED:
      return Status::kNotSupported;
    case ERROR_ARITHMETIC_OVERFLOW:
      return Status::kOverflow;
    case ERROR_PRIVILEGE_NOT_HELD:
      return Status::kNotPermitted;
    case WSAEACCES:
    case ERROR_ACCESS_DENIED:
      return Status::kAccess;
    case WSAEADDRINUSE:
      return Status::kAddressInUse;
    case WSAEADDRNOTAVAIL:
      return Status::kAddressNotAvailable;
    case WSAEAFNOSUPPORT:
    case WSAEPFNOSUPPORT:
      return Status::kAddressFamily;
    case WSAEBADF:
    case ERROR_INVALID_HANDLE:
      return Status::kBadDescriptor;
    case WSAECONNABORTED:
    case ERROR_CONNECTION_ABORTED:
      return Status::kConnectionAborted;
    case WSAECONNREFUSED:
    case ERROR_CONNECTION_REFUSED:
      return Status::kConnectionRefused;
    case WSAECONNRESET:
    case WSAENETRESET:
    case ERROR_NETNAME_DELETED:
      return Status::kConnectionReset;
    case WSAEHOSTUNREACH:
    case WSAEHOSTDOWN:
    case ERROR_HOST_UNREACHABLE:
      return Status::kHostUnreachable;
    case ERROR_GEN_FAILURE:
    case ERROR_CRC:
    case ERROR_IO_DEVICE:
      return Status::kIo;
    case WSAEISCONN:
      return Status::kIsConnected;
    case WSAEMFILE:
    case ERROR_TOO_MANY_OPEN_FILES:
      return Status::kProcessFiles;
    case WSAEMSGSIZE:
    case ERROR_MORE_DATA:
      return Status::kMessageSize;
    case WSAENAMETOOLONG:
    case ERROR_FILENAME_EXCED_RANGE:
      return Status::kNameTooLong;
    case WSAENETUNREACH:
    case WSAENETDOWN:
    case ERROR_NETWORK_UNREACHABLE:
      return Status::kNetworkUnreachable;
    case ERROR_NO_SYSTEM_RESOURCES:
      return Status::kSystemFiles;
    case WSAENOBUFS:
      return Status::kNoBuffers;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case WSAHOST_NOT_FOUND:
    case WSANO_DATA:
      return Status::kNotFound;
    case WSAENOTCONN:
      return Status::kNotConnected;
    case WSAENOTSOCK:
      return Status::kNotSocket;
    case WSAESHUTDOWN:
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
      return Status::kBrokenPipe;
    case WSAEPROTOTYPE:
      return Status::kProtocol;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return Status::kExists;
    case WSAEINTR:
      return Status::kInterrupted;
    case WSASYSNOTREADY:
    case WSAVERNOTSUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_FUNCTION:
      return Status::kNotImplemented;
    default:
      return Status::kUnknown;
  }
}

Status last_os_error() { return status_of_os_error(static_cast<int>(::GetLastError())); }

}  // namespace rota::platform
