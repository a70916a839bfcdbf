// SPDX-License-Identifier: MIT
//! Socket: a counted `rota_socket`, and what streams and listeners have in common.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{BorrowedFd, RawFd};
use std::ptr::NonNull;
use std::sync::OnceLock;

use rota_sys as sys;

use crate::error::Error;
use crate::net::foreign::Foreign;
use crate::runtime::Handle;

pub(super) struct Socket {
    raw: NonNull<sys::rota_socket>,
    runtime: Handle,
    foreign: OnceLock<Foreign>,
}

// SAFETY: the engine's sockets may be used from any thread.
unsafe impl Send for Socket {}
// SAFETY: as above.
unsafe impl Sync for Socket {}

type Address =
    unsafe extern "C" fn(*mut sys::rota_socket, *mut std::ffi::c_char, usize, *mut usize, *mut u16) -> sys::rota_status;

impl Socket {
    /// Takes over a socket that a call has given.
    ///
    /// # Safety
    /// `raw` is null or a live reference.
    pub(super) unsafe fn from_raw(raw: *mut sys::rota_socket, runtime: Handle) -> io::Result<Socket> {
        match NonNull::new(raw) {
            Some(raw) => Ok(Socket { raw, runtime, foreign: OnceLock::new() }),
            None => Err(Error::new(sys::ROTA_EINVAL).into()),
        }
    }

    pub(super) fn raw(&self) -> *mut sys::rota_socket {
        self.raw.as_ptr()
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// The way for wakers that are not the task's own, opened when it is first needed.
    pub(super) fn foreign(&self) -> io::Result<&Foreign> {
        if let Some(foreign) = self.foreign.get() {
            return Ok(foreign);
        }
        let opened = Foreign::open(&self.runtime, self.descriptor()?)?;
        Ok(self.foreign.get_or_init(|| opened))
    }

    pub(super) fn descriptor(&self) -> io::Result<BorrowedFd<'_>> {
        let mut descriptor = -1;
        // SAFETY: a live socket.
        Error::check(unsafe { sys::rota_socket_native(self.raw(), &mut descriptor) })?;
        // SAFETY: nobody closes it before the last reference is gone.
        Ok(unsafe { BorrowedFd::borrow_raw(descriptor as RawFd) })
    }

    pub(super) fn local_address(&self) -> io::Result<SocketAddr> {
        self.address(sys::rota_socket_local_address)
    }

    pub(super) fn peer_address(&self) -> io::Result<SocketAddr> {
        self.address(sys::rota_socket_peer_address)
    }

    fn address(&self, get: Address) -> io::Result<SocketAddr> {
        let mut text = [0u8; 64];
        let (mut len, mut port) = (0, 0);
        // SAFETY: a live socket, and as many bytes as are said.
        Error::check(unsafe { get(self.raw(), text.as_mut_ptr().cast(), text.len(), &mut len, &mut port) })?;
        let ip: Option<IpAddr> = std::str::from_utf8(&text[..len]).ok().and_then(|text| text.parse().ok());
        let ip = ip.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an address"))?;
        Ok(SocketAddr::new(ip, port))
    }

    pub(super) fn set_option(&self, option: u32, value: i64) -> io::Result<()> {
        // SAFETY: a live socket.
        Ok(Error::check(unsafe { sys::rota_socket_set_option(self.raw(), option, value) })?)
    }

    pub(super) fn option(&self, option: u32) -> io::Result<i64> {
        let mut value = 0;
        // SAFETY: a live socket.
        Error::check(unsafe { sys::rota_socket_get_option(self.raw(), option, &mut value) })?;
        Ok(value)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // SAFETY: gives up the reference that `self` is.
        unsafe { sys::rota_socket_release(self.raw()) };
    }
}
