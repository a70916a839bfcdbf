// SPDX-License-Identifier: MIT
//! Foreign: a stream polled with a waker that is not the task's own (`FuturesUnordered`, another executor).
//!
//! The engine's poll functions wake the task they are called from; here exactly the given waker must be woken. So the call
//! is made on a duplicate of the descriptor, and when it has to wait, the duplicate's readiness is awaited as an operation
//! whose end wakes all who wait in that direction. Costs a descriptor and a registration, once this is needed.

use std::io;
use std::net::TcpStream;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use rota_sys as sys;

use crate::error::Error;
use crate::operation::Lent;
use crate::runtime::Handle;

#[derive(Clone, Copy)]
pub(super) enum Direction {
    Read,
    Write,
}

pub(super) struct Foreign {
    sides: [Mutex<Side>; 2],
    registration: NonNull<sys::rota_fd>, // ends before the descriptor is closed
    stream: TcpStream,
}

// SAFETY: the engine's registrations may be used from any thread.
unsafe impl Send for Foreign {}
// SAFETY: as above.
unsafe impl Sync for Foreign {}

#[derive(Default)]
struct Side {
    wait: Option<Lent<u32>>,
    waiting: Arc<Waiting>,
}

/// The wakers of all who wait for one thing.
#[derive(Default)]
pub(super) struct Waiting(Mutex<Vec<Waker>>);

/// Beyond so many different wakers the oldest are woken for nothing, which is harmless.
const MOST_WAITING: usize = 32;

impl Waiting {
    pub(super) fn add(&self, waker: &Waker) {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if wakers.iter().any(|known| known.will_wake(waker)) {
            return;
        }
        let stale = if wakers.len() >= MOST_WAITING { std::mem::take(&mut *wakers) } else { Vec::new() };
        wakers.push(waker.clone());
        drop(wakers);
        stale.into_iter().for_each(Waker::wake);
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Foreign {
    pub(super) fn open(runtime: &Handle, descriptor: BorrowedFd<'_>) -> io::Result<Foreign> {
        let stream = TcpStream::from(descriptor.try_clone_to_owned()?); // non-blocking, as its twin
        let mut registration = std::ptr::null_mut();
        // SAFETY: a live handle and an open descriptor.
        let status = unsafe { sys::rota_fd_register(runtime.as_raw(), stream.as_raw_fd() as isize, &mut registration) };
        let registration = NonNull::new(registration).ok_or(Error::new(status))?;
        Ok(Foreign { sides: Default::default(), registration, stream })
    }

    /// What `call` gives, once it does not have to wait.
    pub(super) fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut call: impl FnMut(&TcpStream) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            match call(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => return Poll::Ready(outcome),
            }
            match self.poll_ready(cx, direction) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>, direction: Direction) -> Poll<Result<(), Error>> {
        let mut side = self.sides[direction as usize].lock().unwrap_or_else(PoisonError::into_inner);
        let interest = match direction {
            Direction::Read => sys::ROTA_READABLE,
            Direction::Write => sys::ROTA_WRITABLE,
        };
        let side = &mut *side;
        side.waiting.add(cx.waker());
        if side.wait.is_none() {
            // SAFETY: the place is borrowed until the wait is complete, as Lent has it.
            let started = unsafe {
                Lent::start(0, |ready, task| sys::rota_fd_wait(self.registration.as_ptr(), interest, ready, task))
            };
            side.wait = Some(started.map_err(Error::new)?);
        }
        let all = Waker::from(side.waiting.clone());
        let wait = side.wait.as_mut().expect("made above");
        match wait.poll(&mut Context::from_waker(&all)) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(status) => {
                side.wait = None;
                Poll::Ready(Error::check(status))
            }
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        // SAFETY: gives up the reference that `self` is; the waits that may be left end with ROTA_ECLOSED.
        unsafe {
            sys::rota_fd_deregister(self.registration.as_ptr());
            sys::rota_fd_release(self.registration.as_ptr());
        }
    }
}
