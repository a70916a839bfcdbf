// SPDX-License-Identifier: MIT
//! What hyper 1 asks of a runtime: an executor, a timer, and streams that read and write.
//!
//! [`TcpStream`] implements `hyper::rt::Read` and `hyper::rt::Write` itself.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::{Duration, Instant};

use ::hyper::rt;
use futures_io::AsyncWrite;

use crate::net::TcpStream;
use crate::runtime::Handle;
use crate::time::Sleep;

/// Spawns what hyper wants to run on its own.
#[derive(Clone, Debug)]
pub struct Executor(Handle);

impl Executor {
    /// On that runtime.
    pub fn new(runtime: &Handle) -> Executor {
        Executor(runtime.clone())
    }
}

impl<F> rt::Executor<F> for Executor
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        drop(self.0.spawn_named("hyper", future));
    }
}

/// Gives hyper its time limits.
#[derive(Clone, Debug)]
pub struct Timer(Handle);

impl Timer {
    /// On that runtime.
    pub fn new(runtime: &Handle) -> Timer {
        Timer(runtime.clone())
    }
}

impl rt::Sleep for Sleep {}

impl rt::Timer for Timer {
    fn sleep(&self, delay: Duration) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(self.0.sleep(delay))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(self.0.sleep_until(deadline))
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn rt::Sleep>>, deadline: Instant) {
        match sleep.as_mut().downcast_mut_pin::<Sleep>() {
            Some(sleep) => sleep.get_mut().reset(deadline),
            None => *sleep = self.sleep_until(deadline),
        }
    }
}

impl rt::Read for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // SAFETY: only ever written to with initialised bytes.
        let count = ready!(self.poll_read_uninit(cx, unsafe { buffer.as_mut() }))?;
        // SAFETY: so many bytes are initialised now.
        unsafe { buffer.advance(count) };
        Poll::Ready(Ok(()))
    }
}

impl rt::Write for TcpStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self, cx, buffer)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_close(self, cx)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write_vectored(self, cx, buffers)
    }
}
