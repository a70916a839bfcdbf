// SPDX-License-Identifier: MIT
//! Runtime and Handle.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::ptr::NonNull;
use std::time::Duration;

use rota_sys as sys;

use crate::builder::Builder;
use crate::error::Error;
use crate::join::JoinHandle;
use crate::{block_on, blocking, task};

/// Nanoseconds for the engine; what is beyond its range is for ever.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(sys::ROTA_FOREVER)
}

/// The engine: workers, timers, sockets and a pool for blocking calls. It is used through the [`Handle`] that it
/// dereferences to.
///
/// Dropping it shuts it down: every task that is not complete is cancelled and its future dropped. Where nobody else
/// holds a [`Handle`], the drop also waits for polls in progress, but never for blocking calls that run; use
/// [`Handle::shutdown`] to wait for all of it. It may be dropped inside its own tasks, where it does not wait.
pub struct Runtime {
    handle: Handle,
}

impl Runtime {
    /// A runtime with one worker for each core. [`Builder`] has the options.
    pub fn new() -> Result<Runtime, Error> {
        Builder::new().build()
    }

    /// # Safety
    /// `runtime` is a live reference, which is taken over.
    pub(crate) unsafe fn from_raw(runtime: NonNull<sys::rota_runtime>) -> Runtime {
        Runtime { handle: Handle(runtime) }
    }

    /// Another handle to it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Deref for Runtime {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Begins it; the release below waits. Handles that are left keep memory alive, not tasks.
        let _ = self.handle.shutdown(Some(Duration::ZERO));
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("workers", &self.workers()).finish_non_exhaustive()
    }
}

/// A counted reference to a [`Runtime`]. It may be used from any thread, and does not keep the runtime from shutting
/// down when that is dropped: everything then answers `ROTA_ESHUTDOWN`.
pub struct Handle(NonNull<sys::rota_runtime>);

// SAFETY: the engine may be used from any thread.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Handle {
    /// The runtime whose task, blocking call or `block_on` this thread is running.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn current() -> Handle {
        Handle::try_current().expect("this thread runs nothing of a rota runtime: use a rota::Handle")
    }

    /// The runtime whose task, blocking call or `block_on` this thread is running, if there is one.
    pub fn try_current() -> Option<Handle> {
        // SAFETY: borrowed as long as what this thread runs; the clone is ours.
        NonNull::new(unsafe { sys::rota_runtime_clone(sys::rota_current_runtime()) }).map(Handle)
    }

    /// The engine's own handle, borrowed: for functions of `rota_sys` that this crate does not wrap.
    pub fn as_raw(&self) -> *mut sys::rota_runtime {
        self.0.as_ptr()
    }

    /// Spawns a future: it runs on the workers from now on, awaited or not. When that cannot be done (the runtime is
    /// shut down) the future is dropped and the handle says why.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_named("", future)
    }

    /// [`spawn`](Self::spawn), under a name for people: at most 255 bytes, or the handle answers `ROTA_EOVERFLOW`.
    pub fn spawn_named<F>(&self, name: &str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        // SAFETY: a live handle.
        unsafe { task::spawn(self.as_raw(), name, future) }
    }

    /// Runs a closure that may block, on a thread of the pool for that.
    pub fn spawn_blocking<F, T>(&self, work: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // SAFETY: a live handle.
        unsafe { blocking::spawn(self.as_raw(), work) }
    }

    /// Runs a future on this thread until it is complete. The workers go on beside it; without workers, this call does
    /// all of the engine's work meanwhile.
    ///
    /// Errors: `ROTA_EDEADLK` inside a task, a blocking call or another `block_on`; `ROTA_ESHUTDOWN`; `ROTA_ECANCELED` when
    /// the runtime shuts down meanwhile. The future is then dropped, here.
    ///
    /// # Panics
    /// With what the future panics with.
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        // SAFETY: a live handle.
        unsafe { block_on::block_on(self.as_raw(), future) }
    }

    /// Shuts down: refuses new work, cancels every task that is not complete, and waits, at most `timeout` (`None`: as
    /// long as it takes), until polls in progress and blocking calls that run have ended. May be called again.
    ///
    /// Errors: `ROTA_ETIMEDOUT`; `ROTA_EDEADLK` on a thread of the runtime, where nobody waits.
    pub fn shutdown(&self, timeout: Option<Duration>) -> Result<(), Error> {
        let timeout = timeout.map_or(sys::ROTA_FOREVER, nanoseconds);
        // SAFETY: a live handle.
        Error::check(unsafe { sys::rota_runtime_shutdown(self.as_raw(), timeout) })
    }

    /// How many workers there are; 0 when hosted.
    pub fn workers(&self) -> u32 {
        // SAFETY: a live handle.
        unsafe { sys::rota_runtime_workers(self.as_raw()) }
    }

    /// The engine's counters.
    pub fn metrics(&self) -> Metrics {
        // SAFETY: all of its fields are numbers.
        let mut metrics: Metrics = unsafe { std::mem::zeroed() };
        // SAFETY: a live handle, and as many bytes as are said.
        let status = unsafe { sys::rota_metrics_read(self.as_raw(), &mut metrics, size_of::<Metrics>()) };
        debug_assert_eq!(status, sys::ROTA_OK);
        metrics
    }
}

/// Counters since the start, and figures of now: see `rota_metrics` in `rota.h`.
pub type Metrics = sys::rota_metrics;

impl Clone for Handle {
    fn clone(&self) -> Handle {
        // SAFETY: a live handle; cloning gives the same address back.
        unsafe { sys::rota_runtime_clone(self.as_raw()) };
        Handle(self.0)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: gives up the reference that `self` is.
        unsafe { sys::rota_runtime_release(self.as_raw()) };
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.0).finish()
    }
}

/// [`Handle::spawn`] on the runtime that this thread is running something of.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Handle::current().spawn(future)
}

/// [`Handle::spawn_blocking`] on the runtime that this thread is running something of.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn spawn_blocking<F, T>(work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Handle::current().spawn_blocking(work)
}
