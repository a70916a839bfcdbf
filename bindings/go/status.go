// SPDX-License-Identifier: MIT

package rota

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
)

// Status is a negative status of the engine, as an error. The numbers are those of rota.h and never change.
//
// errors.Is finds it equal to what Go calls the same thing: a syscall.Errno, context.Canceled, os.ErrDeadlineExceeded,
// net.ErrClosed, fs.ErrNotExist and so on.
type Status int32

// The statuses of rota.h.
const (
	EINVAL        Status = C.ROTA_EINVAL        // an argument is wrong
	ENOMEM        Status = C.ROTA_ENOMEM        // memory could not be had
	ECANCELED     Status = C.ROTA_ECANCELED     // cancelled before it was complete
	ETIMEDOUT     Status = C.ROTA_ETIMEDOUT     // the time limit passed
	ESHUTDOWN     Status = C.ROTA_ESHUTDOWN     // the runtime is shut down or shutting down
	EDEADLK       Status = C.ROTA_EDEADLK       // waiting here could never end
	EALREADY      Status = C.ROTA_EALREADY      // it has happened already
	EBUSY         Status = C.ROTA_EBUSY         // held by somebody else now
	EAGAIN        Status = C.ROTA_EAGAIN        // not possible right now; try again later
	ECLOSED       Status = C.ROTA_ECLOSED       // the other side, or this handle, is closed
	ENOTSUP       Status = C.ROTA_ENOTSUP       // this library or system cannot do it
	EOVERFLOW     Status = C.ROTA_EOVERFLOW     // a number is beyond what is possible
	EEXCEPTION    Status = C.ROTA_EEXCEPTION    // a foreign exception ended the call or the task
	EMISSED       Status = C.ROTA_EMISSED       // messages were lost to a slow receiver
	EPERM         Status = C.ROTA_EPERM         // not the owner
	EACCES        Status = C.ROTA_EACCES        // permission denied by the system
	EADDRINUSE    Status = C.ROTA_EADDRINUSE    // address already in use
	EADDRNOTAVAIL Status = C.ROTA_EADDRNOTAVAIL // address not available
	EAFNOSUPPORT  Status = C.ROTA_EAFNOSUPPORT  // address family not supported
	EBADF         Status = C.ROTA_EBADF         // not an open descriptor
	ECONNABORTED  Status = C.ROTA_ECONNABORTED  // connection aborted
	ECONNREFUSED  Status = C.ROTA_ECONNREFUSED  // connection refused
	ECONNRESET    Status = C.ROTA_ECONNRESET    // connection reset by the peer
	EHOSTUNREACH  Status = C.ROTA_EHOSTUNREACH  // host unreachable
	EIO           Status = C.ROTA_EIO           // input/output error
	EISCONN       Status = C.ROTA_EISCONN       // already connected
	EMFILE        Status = C.ROTA_EMFILE        // too many open descriptors in the process
	EMSGSIZE      Status = C.ROTA_EMSGSIZE      // message too long
	ENAMETOOLONG  Status = C.ROTA_ENAMETOOLONG  // name too long
	ENETUNREACH   Status = C.ROTA_ENETUNREACH   // network unreachable
	ENFILE        Status = C.ROTA_ENFILE        // too many open descriptors in the system
	ENOBUFS       Status = C.ROTA_ENOBUFS       // no buffer space
	ENOENT        Status = C.ROTA_ENOENT        // no such file, host or entry
	ENOTCONN      Status = C.ROTA_ENOTCONN      // not connected
	ENOTSOCK      Status = C.ROTA_ENOTSOCK      // not a socket
	EPIPE         Status = C.ROTA_EPIPE         // the other side no longer reads
	EPROTO        Status = C.ROTA_EPROTO        // protocol error
	EEXIST        Status = C.ROTA_EEXIST        // exists already
	EINTR         Status = C.ROTA_EINTR         // interrupted by a signal
	ENOSYS        Status = C.ROTA_ENOSYS        // not implemented by the system
	EUNKNOWN      Status = C.ROTA_EUNKNOWN      // a system error without a name here
)

var errnos = map[Status]syscall.Errno{
	EINVAL: syscall.EINVAL, ENOMEM: syscall.ENOMEM, ECANCELED: syscall.ECANCELED, ETIMEDOUT: syscall.ETIMEDOUT,
	ESHUTDOWN: syscall.ESHUTDOWN, EDEADLK: syscall.EDEADLK, EALREADY: syscall.EALREADY, EBUSY: syscall.EBUSY,
	EAGAIN: syscall.EAGAIN, ENOTSUP: syscall.ENOTSUP, EOVERFLOW: syscall.EOVERFLOW, EPERM: syscall.EPERM,
	EACCES: syscall.EACCES, EADDRINUSE: syscall.EADDRINUSE, EADDRNOTAVAIL: syscall.EADDRNOTAVAIL,
	EAFNOSUPPORT: syscall.EAFNOSUPPORT, EBADF: syscall.EBADF, ECONNABORTED: syscall.ECONNABORTED,
	ECONNREFUSED: syscall.ECONNREFUSED, ECONNRESET: syscall.ECONNRESET, EHOSTUNREACH: syscall.EHOSTUNREACH,
	EIO: syscall.EIO, EISCONN: syscall.EISCONN, EMFILE: syscall.EMFILE, EMSGSIZE: syscall.EMSGSIZE,
	ENAMETOOLONG: syscall.ENAMETOOLONG, ENETUNREACH: syscall.ENETUNREACH, ENFILE: syscall.ENFILE,
	ENOBUFS: syscall.ENOBUFS, ENOENT: syscall.ENOENT, ENOTCONN: syscall.ENOTCONN, ENOTSOCK: syscall.ENOTSOCK,
	EPIPE: syscall.EPIPE, EPROTO: syscall.EPROTO, EEXIST: syscall.EEXIST, EINTR: syscall.EINTR, ENOSYS: syscall.ENOSYS,
}

// Name is the name in rota.h, such as "ROTA_ECONNREFUSED".
func (s Status) Name() string { return C.GoString(C.rota_status_name(C.rota_status(s))) }

// Error is one sentence for people, and the name.
func (s Status) Error() string {
	return C.GoString(C.rota_status_message(C.rota_status(s))) + " (" + s.Name() + ")"
}

// Is tells errors.Is what else this error is.
func (s Status) Is(target error) bool {
	switch target {
	case context.Canceled:
		return s == ECANCELED
	case context.DeadlineExceeded, os.ErrDeadlineExceeded:
		return s == ETIMEDOUT
	case net.ErrClosed, os.ErrClosed:
		return s == ECLOSED
	case errors.ErrUnsupported:
		return s == ENOTSUP || s == ENOSYS
	}
	errno, known := errnos[s]
	return known && (target == errno || errno.Is(target))
}

// Timeout is for net.Error.
func (s Status) Timeout() bool { return s == ETIMEDOUT }

// Temporary is for net.Error.
func (s Status) Temporary() bool { return s == EAGAIN || s == EINTR || s == EMFILE || s == ENFILE }

func check(status C.rota_status) error {
	if status == C.ROTA_OK {
		return nil
	}
	return Status(status)
}

// Error says what failed. Err is a Status, or the error of the context that cancelled it.
type Error struct {
	Op  string // "sleep", "call", ...
	Err error
}

func (e *Error) Error() string { return "rota: " + e.Op + ": " + e.Err.Error() }

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Timeout says whether a time limit passed.
func (e *Error) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.As(e.Err, &timeout) && timeout.Timeout()
}

func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Err: err}
}
