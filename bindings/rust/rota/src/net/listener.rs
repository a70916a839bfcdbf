// SPDX-License-Identifier: MIT
//! TcpListener.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{ready, Context, Poll, Waker};

use rota_sys as sys;

use crate::context::native;
use crate::error::Error;
use crate::net::foreign::Waiting;
use crate::net::socket::Socket;
use crate::net::stream::{Given, TcpStream};
use crate::net::ToTarget;
use crate::operation::Lent;
use crate::runtime::Handle;

/// A listening socket. Dropping it closes it. Any number of tasks may accept at a time.
pub struct TcpListener {
    socket: Socket,
    foreign: Mutex<Foreign>,
}

/// Accepting with wakers that are not the task's own: one operation, which stays when a future that waits for it is
/// dropped, so that no connection is lost.
#[derive(Default)]
struct Foreign {
    accept: Option<Lent<Given>>,
    waiting: Arc<Waiting>,
}

/// How to listen, beyond the defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListenOptions {
    /// Several sockets may share the address.
    pub reuse_port: bool,
    /// On `::`, IPv6 alone.
    pub v6_only: bool,
    /// Connections that may wait to be accepted; 0: 1024.
    pub backlog: u32,
}

impl TcpListener {
    /// Binds and listens, on the runtime that this thread is running something of. The host must be numeric; port 0 picks
    /// a free one.
    ///
    /// # Panics
    /// When there is no runtime.
    #[track_caller]
    pub fn bind(target: impl ToTarget) -> io::Result<TcpListener> {
        TcpListener::bind_on(&Handle::current(), target, ListenOptions::default())
    }

    /// [`bind`](Self::bind), on that runtime.
    pub fn bind_on(runtime: &Handle, target: impl ToTarget, options: ListenOptions) -> io::Result<TcpListener> {
        let (host, port) = target.to_target()?;
        let flag = |on, flag| if on { flag } else { 0 };
        let options = sys::rota_tcp_options {
            size: size_of::<sys::rota_tcp_options>() as u32,
            flags: flag(options.reuse_port, sys::ROTA_TCP_REUSE_PORT) | flag(options.v6_only, sys::ROTA_TCP_V6_ONLY),
            backlog: options.backlog,
            recv_buffer: 0,
            send_buffer: 0,
            zero: 0,
        };
        let mut given = Given(std::ptr::null_mut());
        // SAFETY: a live handle; host and options are borrowed for the call.
        Error::check(unsafe {
            sys::rota_tcp_listen(runtime.as_raw(), host.as_ptr().cast(), host.len(), port, &options, &mut given.0)
        })?;
        Ok(TcpListener { socket: given.take(runtime)?, foreign: Mutex::default() })
    }

    /// The next connection. Survives a full descriptor table: it waits and tries again. Dropping the future loses no
    /// connection.
    pub async fn accept(&self) -> io::Result<TcpStream> {
        poll_fn(|cx| self.poll_accept(cx)).await
    }

    /// The next connection, from inside a poll.
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        let mut given = Given(std::ptr::null_mut());
        let mut foreign = self.foreign.lock().unwrap_or_else(PoisonError::into_inner);
        match native(cx) {
            Some(engine) if foreign.accept.is_none() => {
                drop(foreign);
                // SAFETY: a live socket, and a context valid for this poll.
                let status = unsafe { sys::rota_tcp_accept_poll(self.socket.raw(), engine.as_ptr(), &mut given.0) };
                if status == sys::ROTA_PENDING {
                    return Poll::Pending;
                }
                Error::check(status)?;
                Poll::Ready(given.take(self.socket.runtime()).map(TcpStream::new))
            }
            _ => self.poll_foreign(cx, &mut foreign),
        }
    }

    fn poll_foreign(&self, cx: &mut Context<'_>, foreign: &mut Foreign) -> Poll<io::Result<TcpStream>> {
        foreign.waiting.add(cx.waker());
        if foreign.accept.is_none() {
            // SAFETY: the place for the socket is borrowed until there is one, as Lent has it.
            let started = unsafe {
                Lent::start(Given(std::ptr::null_mut()), |place, task| {
                    sys::rota_tcp_accept(self.socket.raw(), &raw mut (*place).0, task)
                })
            };
            foreign.accept = Some(started.map_err(Error::new)?);
        }
        let all = Waker::from(foreign.waiting.clone());
        let accept = foreign.accept.as_mut().expect("made above");
        let status = ready!(accept.poll(&mut Context::from_waker(&all)));
        let socket = Error::check(status).map_err(Into::into).and_then(|()| accept.value().take(self.socket.runtime()));
        foreign.accept = None;
        Poll::Ready(socket.map(TcpStream::new))
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_address()
    }
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.descriptor().expect("a listener is open as long as it lives")
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpListener").field("local", &self.local_addr().ok()).finish()
    }
}
