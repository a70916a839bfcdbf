// SPDX-License-Identifier: MIT
//! Timers. They never fire early. They need a runtime when they are first polled: the one that they were made with, as by
//! [`Handle::sleep`], or else the one that the thread is running something of.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{ready, Context, Poll};
use std::time::{Duration, Instant};

use rota_sys as sys;

use crate::context::native;
use crate::error::Error;
use crate::operation::Operation;
use crate::runtime::{nanoseconds, Handle};

/// A future that is ready once a point in time has come.
///
/// # Panics
/// When it is polled where there is no runtime to be had, or when its runtime shuts down before the time has come.
#[must_use = "a future does nothing until it is awaited"]
pub struct Sleep {
    deadline: Option<Instant>, // None: never
    runtime: Option<Handle>,
    armed: Option<Operation>,
    over: bool,
}

/// Waits for `delay`, counted from now.
pub fn sleep(delay: Duration) -> Sleep {
    Sleep::new(Instant::now().checked_add(delay), None)
}

/// Waits until `deadline`.
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep::new(Some(deadline), None)
}

impl Handle {
    /// [`sleep`](crate::time::sleep) on this runtime, wherever it is polled.
    pub fn sleep(&self, delay: Duration) -> Sleep {
        Sleep::new(Instant::now().checked_add(delay), Some(self.clone()))
    }

    /// [`sleep_until`](crate::time::sleep_until) on this runtime, wherever it is polled.
    pub fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep::new(Some(deadline), Some(self.clone()))
    }

    /// [`interval`](crate::time::interval) on this runtime. Errors: `ROTA_EINVAL` for a period of zero, `ROTA_ESHUTDOWN`.
    pub fn interval(&self, period: Duration, missed: MissedTick) -> Result<Interval, Error> {
        Interval::new(self, period, missed)
    }
}

impl Sleep {
    fn new(deadline: Option<Instant>, runtime: Option<Handle>) -> Sleep {
        Sleep { deadline, runtime, armed: None, over: false }
    }

    /// Sets it to another point in time, whether it is over or not.
    pub fn reset(&mut self, deadline: Instant) {
        self.disarm();
        self.deadline = Some(deadline);
        self.over = false;
    }

    /// Whether it has been ready.
    pub fn is_elapsed(&self) -> bool {
        self.over
    }

    fn disarm(&mut self) {
        if let Some(operation) = self.armed.take() {
            operation.cancel();
        }
    }

    fn arm(&self) -> Operation {
        let delay = self
            .deadline
            .map_or(sys::ROTA_FOREVER, |deadline| nanoseconds(deadline.saturating_duration_since(Instant::now())));
        let mut task = std::ptr::null_mut();
        let handle = self.runtime.clone().unwrap_or_else(Handle::current);
        // SAFETY: a live handle.
        let status = unsafe { sys::rota_sleep(handle.as_raw(), delay, &mut task) };
        match NonNull::new(task) {
            // SAFETY: the new reference is the operation's.
            Some(task) => unsafe { Operation::from_raw(task) },
            None => panic!("no timer could be had: {}", Error::new(status)),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.over {
            return Poll::Ready(());
        }
        if self.armed.is_none() {
            let operation = self.arm();
            self.armed = Some(operation);
        }
        let operation = self.armed.as_mut().expect("armed above");
        match ready!(operation.poll(cx)) {
            sys::ROTA_OK => {}
            status => panic!("a timer ended before its time: {}", Error::new(status)),
        }
        self.armed = None;
        self.over = true;
        Poll::Ready(())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.deadline).field("over", &self.over).finish_non_exhaustive()
    }
}

/// The time limit of a [`timeout`] has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time limit passed")
    }
}

impl std::error::Error for Elapsed {}

impl From<Elapsed> for std::io::Error {
    fn from(elapsed: Elapsed) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::TimedOut, elapsed)
    }
}

/// What `future` gives, or [`Elapsed`] when `limit` (counted from now) passes first. What is over is looked at before
/// the time is. The future is dropped with the `Timeout`.
pub fn timeout<F: Future>(limit: Duration, future: F) -> Timeout<F> {
    Timeout { sleep: sleep(limit), future }
}

/// The future of [`timeout`].
#[derive(Debug)]
#[must_use = "a future does nothing until it is awaited"]
pub struct Timeout<F> {
    sleep: Sleep,
    future: F,
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `future` is pinned with `self`: it is not moved, and there is no Drop that could; `sleep` may move.
        let (future, sleep) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.future), Pin::new(&mut this.sleep))
        };
        if let Poll::Ready(value) = future.poll(cx) {
            return Poll::Ready(Ok(value));
        }
        sleep.poll(cx).map(|()| Err(Elapsed))
    }
}

/// What an interval does about ticks that nobody took in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTick {
    /// Catches up: the late ones come at once.
    #[default]
    Burst,
    /// Leaves them out and goes on in step.
    Skip,
    /// Counts a full period from the late tick.
    Delay,
}

/// Ticks every `period`, the first time after one period.
///
/// # Panics
/// For a period of zero, where there is no runtime to be had, and when it is shut down.
pub fn interval(period: Duration) -> Interval {
    Handle::current().interval(period, MissedTick::default()).expect("no interval could be had")
}

/// Ticks: see [`interval`].
pub struct Interval {
    raw: NonNull<sys::rota_interval>,
    tick: Option<Operation>, // with a waker that is not the task's own
}

// SAFETY: used by one thread at a time, through `&mut`.
unsafe impl Send for Interval {}
// SAFETY: as above.
unsafe impl Sync for Interval {}

impl Interval {
    fn new(runtime: &Handle, period: Duration, missed: MissedTick) -> Result<Interval, Error> {
        let missed = match missed {
            MissedTick::Burst => sys::ROTA_MISSED_BURST,
            MissedTick::Skip => sys::ROTA_MISSED_SKIP,
            MissedTick::Delay => sys::ROTA_MISSED_DELAY,
        };
        let mut raw = std::ptr::null_mut();
        // SAFETY: a live handle.
        let status = unsafe { sys::rota_interval_create(runtime.as_raw(), nanoseconds(period), missed, &mut raw) };
        NonNull::new(raw).map(|raw| Interval { raw, tick: None }).ok_or(Error::new(status))
    }

    /// The next tick.
    ///
    /// # Panics
    /// When the runtime shuts down meanwhile.
    pub async fn tick(&mut self) {
        std::future::poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// The next tick, from inside a poll.
    ///
    /// # Panics
    /// When the runtime shuts down meanwhile.
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let status = match (native(cx), &mut self.tick) {
            // SAFETY: alive as long as `self`; the context is valid for this poll.
            (Some(engine), None) => unsafe {
                sys::rota_interval_poll(self.raw.as_ptr(), engine.as_ptr(), std::ptr::null_mut())
            },
            (_, tick) => {
                if tick.is_none() {
                    *tick = Some(start_tick(self.raw));
                }
                let status = ready!(tick.as_mut().expect("made above").poll(cx));
                *tick = None;
                status
            }
        };
        match status {
            sys::ROTA_PENDING => Poll::Pending,
            sys::ROTA_OK => Poll::Ready(()),
            status => panic!("an interval ended: {}", Error::new(status)),
        }
    }
}

fn start_tick(interval: NonNull<sys::rota_interval>) -> Operation {
    let mut task = std::ptr::null_mut();
    // SAFETY: a live interval.
    let status = unsafe { sys::rota_interval_tick(interval.as_ptr(), &mut task) };
    match NonNull::new(task) {
        // SAFETY: the new reference is the operation's.
        Some(task) => unsafe { Operation::from_raw(task) },
        None => panic!("an interval ended: {}", Error::new(status)),
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        if let Some(tick) = self.tick.take() {
            tick.cancel();
        }
        // SAFETY: gives up the reference that `self` is.
        unsafe { sys::rota_interval_release(self.raw.as_ptr()) };
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interval").finish_non_exhaustive()
    }
}
