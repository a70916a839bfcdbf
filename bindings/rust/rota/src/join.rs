// SPDX-License-Identifier: MIT
//! JoinHandle and AbortHandle: what is left in the hands of who spawned a task.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

use rota_sys as sys;

use crate::error::JoinError;
use crate::operation::Operation;
use crate::slot::Slot;
use crate::task::Outcome;

/// A spawned task or blocking call: a future of its result.
///
/// Dropping the handle detaches: the task runs on, and its result is dropped when it ends. [`abort`](Self::abort)
/// cancels it. The handle may be awaited anywhere, also by another executor.
///
/// The result is [`JoinError`] when the task panicked, was cancelled, or could not be spawned at all. Polled again after
/// it has given its result, it gives an error (`ROTA_EALREADY`).
#[must_use = "a dropped handle detaches its task"]
pub struct JoinHandle<T> {
    state: State<T>,
}

enum State<T> {
    Running(Operation, Arc<Slot<Outcome<T>>>),
    Failed(sys::rota_status), // to spawn; or, with ROTA_EALREADY, the result has been given
}

impl<T> Unpin for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// # Safety
    /// `task` is null or a live reference, which is taken over; the slot is the one that the task puts its outcome in.
    pub(crate) unsafe fn new(
        status: sys::rota_status,
        task: *mut sys::rota_task,
        slot: Arc<Slot<Outcome<T>>>,
    ) -> JoinHandle<T> {
        let state = match NonNull::new(task) {
            // SAFETY: by the caller's word.
            Some(task) => State::Running(unsafe { Operation::from_raw(task) }, slot),
            None => State::Failed(status),
        };
        JoinHandle { state }
    }

    /// Asks the task to stop. A task that waits is dropped soon after; one that is being polled when that poll returns; a
    /// blocking call only as long as it has not begun. Awaiting the handle tells how it ended.
    pub fn abort(&self) {
        if let State::Running(operation, _) = &self.state {
            operation.cancel();
        }
    }

    /// Something to abort it with, from elsewhere.
    pub fn abort_handle(&self) -> AbortHandle {
        let task = match &self.state {
            // SAFETY: a live task; the new reference is the new handle's.
            State::Running(operation, _) => NonNull::new(unsafe { sys::rota_task_clone(operation.task().as_ptr()) }),
            State::Failed(_) => None,
        };
        // SAFETY: as above.
        AbortHandle(task.map(|task| unsafe { Operation::from_raw(task) }))
    }

    /// Whether it has ended, one way or another.
    pub fn is_finished(&self) -> bool {
        match &self.state {
            State::Running(operation, _) => operation.status() != sys::ROTA_PENDING,
            State::Failed(_) => true,
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (status, slot) = match &mut self.state {
            State::Running(operation, slot) => match operation.poll(cx) {
                Poll::Pending => return Poll::Pending,
                // Awaiting itself: it still runs.
                Poll::Ready(sys::ROTA_EDEADLK) if operation.status() == sys::ROTA_PENDING => {
                    return Poll::Ready(Err(JoinError::status(sys::ROTA_EDEADLK)));
                }
                Poll::Ready(status) => (status, slot),
            },
            State::Failed(status) => return Poll::Ready(Err(JoinError::status(*status))),
        };
        // SAFETY: this handle is the one reader.
        let result = match unsafe { slot.take() } {
            Some(Ok(value)) => Ok(value),
            Some(Err(payload)) => Err(JoinError::panic(payload)),
            None => Err(JoinError::status(status)),
        };
        self.state = State::Failed(sys::ROTA_EALREADY);
        Poll::Ready(result)
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("finished", &self.is_finished()).finish_non_exhaustive()
    }
}

/// Aborts a task without owning its result. It keeps the task's memory, not the task, alive.
pub struct AbortHandle(Option<Operation>);

impl AbortHandle {
    /// As [`JoinHandle::abort`].
    pub fn abort(&self) {
        if let Some(operation) = &self.0 {
            operation.cancel();
        }
    }

    /// As [`JoinHandle::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.0.as_ref().is_none_or(|operation| operation.status() != sys::ROTA_PENDING)
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("finished", &self.is_finished()).finish()
    }
}
