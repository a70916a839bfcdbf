// SPDX-License-Identifier: MIT
//! TcpStream.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use rota_sys as sys;

use crate::context::native;
use crate::error::Error;
use crate::net::foreign::Direction;
use crate::net::socket::Socket;
use crate::net::ToTarget;
use crate::operation::Lent;
use crate::runtime::Handle;

/// A TCP connection. Clones share it; the last one closes it. Reading and writing through `&TcpStream` lets two tasks, one
/// for each direction, use it at a time. `TCP_NODELAY` is on.
///
/// `poll_close` shuts the writing side down, so that the peer reads the end of the stream.
#[derive(Clone)]
pub struct TcpStream {
    socket: Arc<Socket>,
}

/// A socket that a call is about to give; released when nobody takes it.
pub(super) struct Given(pub(super) *mut sys::rota_socket);

// SAFETY: the engine's sockets may be used from any thread.
unsafe impl Send for Given {}

impl Given {
    pub(super) fn take(&mut self, runtime: &Handle) -> io::Result<Socket> {
        // SAFETY: null, or the reference that the call has given.
        unsafe { Socket::from_raw(std::mem::replace(&mut self.0, std::ptr::null_mut()), runtime.clone()) }
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        // SAFETY: null, or the reference that the call has given.
        unsafe { sys::rota_socket_release(self.0) };
    }
}

impl TcpStream {
    pub(super) fn new(socket: Socket) -> TcpStream {
        TcpStream { socket: Arc::new(socket) }
    }

    /// Connects, on the runtime that this thread is running something of. A name is looked up on the blocking pool, and
    /// its addresses are tried in turn. Dropping the future gives up the attempt.
    ///
    /// # Panics
    /// When there is no runtime.
    pub async fn connect(target: impl ToTarget) -> io::Result<TcpStream> {
        TcpStream::connect_on(&Handle::current(), target).await
    }

    /// [`connect`](Self::connect), on that runtime.
    pub async fn connect_on(runtime: &Handle, target: impl ToTarget) -> io::Result<TcpStream> {
        let (host, port) = target.to_target()?;
        // SAFETY: the host is copied; the place for the socket is borrowed until it is connected, as Lent has it.
        let started = unsafe {
            Lent::start(Given(std::ptr::null_mut()), |place, task| {
                let (out, options) = (&raw mut (*place).0, std::ptr::null());
                sys::rota_tcp_connect(runtime.as_raw(), host.as_ptr().cast(), host.len(), port, options, out, task)
            })
        };
        let mut connecting = started.map_err(Error::new)?;
        Error::check(poll_fn(|cx| connecting.poll(cx)).await)?;
        Ok(TcpStream::new(connecting.value().take(runtime)?))
    }

    /// The address of this end.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_address()
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_address()
    }

    /// Whether small writes are sent at once.
    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.socket.option(sys::ROTA_SOCKET_NODELAY)? != 0)
    }

    /// Sets whether small writes are sent at once.
    pub fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.socket.set_option(sys::ROTA_SOCKET_NODELAY, on.into())
    }

    /// Ends one direction, or both.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let how = match how {
            Shutdown::Read => sys::ROTA_SHUTDOWN_READ,
            Shutdown::Write => sys::ROTA_SHUTDOWN_WRITE,
            Shutdown::Both => sys::ROTA_SHUTDOWN_BOTH,
        };
        // SAFETY: a live socket.
        Ok(Error::check(unsafe { sys::rota_socket_shutdown(self.socket.raw(), how) })?)
    }

    /// Reads into memory that need not be initialised: how many bytes were, from its start; 0 is the end of the stream.
    pub fn poll_read_uninit(&self, cx: &mut Context<'_>, buffer: &mut [MaybeUninit<u8>]) -> Poll<io::Result<usize>> {
        let Some(engine) = native(cx) else {
            return self.socket.foreign()?.poll(cx, Direction::Read, |mut stream| {
                buffer.fill(MaybeUninit::new(0));
                // SAFETY: filled just now.
                stream.read(unsafe { std::slice::from_raw_parts_mut(buffer.as_mut_ptr().cast(), buffer.len()) })
            });
        };
        let mut count = 0;
        // SAFETY: a live socket, a context valid for this poll, and as many bytes as are said.
        moved(
            unsafe {
                let data = buffer.as_mut_ptr().cast();
                sys::rota_socket_read_poll(self.socket.raw(), engine.as_ptr(), data, buffer.len(), &mut count)
            },
            &count,
        )
    }

    fn poll_write_shared(&self, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let Some(engine) = native(cx) else {
            return self.socket.foreign()?.poll(cx, Direction::Write, |mut stream| stream.write(buffer));
        };
        let mut count = 0;
        // SAFETY: as for reading.
        moved(
            unsafe {
                let data = buffer.as_ptr().cast();
                sys::rota_socket_write_poll(self.socket.raw(), engine.as_ptr(), data, buffer.len(), &mut count)
            },
            &count,
        )
    }

    fn poll_write_vectored_shared(&self, cx: &mut Context<'_>, buffers: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        const MOST: usize = 16;
        let Some(engine) = native(cx) else {
            return self.socket.foreign()?.poll(cx, Direction::Write, |mut stream| stream.write_vectored(buffers));
        };
        let mut gathered = [sys::rota_buffer { data: std::ptr::null(), len: 0 }; MOST];
        let mut parts = 0;
        for buffer in buffers.iter().filter(|buffer| !buffer.is_empty()).take(MOST) {
            gathered[parts] = sys::rota_buffer { data: buffer.as_ptr().cast(), len: buffer.len() };
            parts += 1;
        }
        if parts == 0 {
            return Poll::Ready(Ok(0));
        }
        let mut count = 0;
        // SAFETY: as for reading; the buffers are borrowed for this call.
        moved(
            unsafe {
                let data = gathered.as_ptr();
                sys::rota_socket_writev_poll(self.socket.raw(), engine.as_ptr(), data, parts, &mut count)
            },
            &count,
        )
    }
}

fn moved(status: sys::rota_status, count: &usize) -> Poll<io::Result<usize>> {
    match status {
        sys::ROTA_PENDING => Poll::Pending,
        status => Poll::Ready(Error::check(status).map(|()| *count).map_err(Into::into)),
    }
}

impl AsyncRead for &TcpStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        // SAFETY: only ever written to with initialised bytes.
        let buffer = unsafe { std::slice::from_raw_parts_mut(buffer.as_mut_ptr().cast(), buffer.len()) };
        self.poll_read_uninit(cx, buffer)
    }
}

impl AsyncWrite for &TcpStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_shared(cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored_shared(cx, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown(Shutdown::Write))
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read(cx, buffer)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_shared(cx, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored_shared(cx, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown(Shutdown::Write))
    }
}

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.descriptor().expect("a stream is open as long as it lives")
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("TcpStream");
        if let Ok(address) = self.local_addr() {
            debug.field("local", &address);
        }
        if let Ok(address) = self.peer_addr() {
            debug.field("peer", &address);
        }
        debug.finish()
    }
}
