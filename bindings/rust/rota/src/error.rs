// SPDX-License-Identifier: MIT
//! What goes wrong: a status of the engine, and how a task can fail to give its result.

use std::any::Any;
use std::ffi::CStr;
use std::{fmt, io};

use rota_sys as sys;

/// A negative status of the engine. The numbers are those of `rota.h` and never change.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error(sys::rota_status);

impl Error {
    /// A call that answers itself or not at all.
    pub(crate) fn check(status: sys::rota_status) -> Result<(), Error> {
        match status {
            sys::ROTA_OK => Ok(()),
            status => Err(Error(status)),
        }
    }

    pub(crate) const fn new(status: sys::rota_status) -> Error {
        Error(status)
    }

    /// The number, one of `rota_sys::ROTA_E...`.
    pub fn status(self) -> i32 {
        self.0
    }

    /// The name in `rota.h`, such as `"ROTA_ECONNREFUSED"`.
    pub fn name(self) -> &'static str {
        // SAFETY: static, never null, terminated, ASCII.
        text(unsafe { CStr::from_ptr(sys::rota_status_name(self.0)) })
    }

    /// One sentence for people.
    pub fn message(self) -> &'static str {
        // SAFETY: as above.
        text(unsafe { CStr::from_ptr(sys::rota_status_message(self.0)) })
    }

    /// The nearest kind that the standard library knows.
    pub fn kind(self) -> io::ErrorKind {
        use io::ErrorKind::*;
        match self.0 {
            sys::ROTA_EINVAL | sys::ROTA_ENAMETOOLONG => InvalidInput,
            sys::ROTA_ENOMEM => OutOfMemory,
            sys::ROTA_ETIMEDOUT => TimedOut,
            sys::ROTA_EAGAIN | sys::ROTA_EBUSY => WouldBlock,
            sys::ROTA_ECLOSED | sys::ROTA_ENOTCONN => NotConnected,
            sys::ROTA_ENOTSUP | sys::ROTA_EAFNOSUPPORT | sys::ROTA_ENOSYS => Unsupported,
            sys::ROTA_EPERM | sys::ROTA_EACCES => PermissionDenied,
            sys::ROTA_EADDRINUSE => AddrInUse,
            sys::ROTA_EADDRNOTAVAIL => AddrNotAvailable,
            sys::ROTA_ECONNABORTED => ConnectionAborted,
            sys::ROTA_ECONNREFUSED => ConnectionRefused,
            sys::ROTA_ECONNRESET => ConnectionReset,
            sys::ROTA_EHOSTUNREACH => HostUnreachable,
            sys::ROTA_ENETUNREACH => NetworkUnreachable,
            sys::ROTA_ENOENT => NotFound,
            sys::ROTA_EPIPE => BrokenPipe,
            sys::ROTA_EEXIST => AlreadyExists,
            sys::ROTA_EINTR => Interrupted,
            _ => Other,
        }
    }
}

fn text(text: &'static CStr) -> &'static str {
    text.to_str().unwrap_or("")
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({})", self.name())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message(), self.name())
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::new(error.kind(), error)
    }
}

/// What a panic carried.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Why a [`JoinHandle`](crate::JoinHandle) has no result to give.
pub struct JoinError(Why);

enum Why {
    Status(Error),
    Panic(Payload),
}

impl JoinError {
    pub(crate) fn status(status: sys::rota_status) -> JoinError {
        JoinError(Why::Status(Error::new(status)))
    }

    pub(crate) fn panic(payload: Payload) -> JoinError {
        JoinError(Why::Panic(payload))
    }

    /// It was aborted, or its runtime shut down, before it ended.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0, Why::Status(error) if error.0 == sys::ROTA_ECANCELED)
    }

    /// It panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.0, Why::Panic(_))
    }

    /// What it panicked with, for [`std::panic::resume_unwind`]; otherwise the error itself.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        match self.0 {
            Why::Panic(payload) => Ok(payload),
            why => Err(JoinError(why)),
        }
    }

    /// The engine's word, when it did not panic: `ROTA_ECANCELED`, or why it could not be spawned.
    pub fn error(&self) -> Option<Error> {
        match self.0 {
            Why::Status(error) => Some(error),
            Why::Panic(_) => None,
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Why::Status(error) => error.fmt(f),
            Why::Panic(payload) => write!(f, "panicked: {}", words(payload.as_ref())),
        }
    }
}

fn words(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "(not a text)"
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> io::Error {
        let kind = error.error().map_or(io::ErrorKind::Other, Error::kind);
        io::Error::new(kind, error.to_string())
    }
}
