// SPDX-License-Identifier: MIT
//! Operation: a task of the engine that a future waits for, whatever waker it is polled with.
//!
//! With the waker of the task being polled, the engine itself wakes it (`rota_task_poll`). With any other, a `done` callback
//! does: attached once, it wakes the waker that was given last.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use rota_sys as sys;

use crate::context::native;
use crate::task::{discard, guard};

pub(crate) struct Operation {
    task: NonNull<sys::rota_task>,
    foreign: Option<Arc<LastWaker>>,
}

// SAFETY: the engine's tasks may be used from any thread.
unsafe impl Send for Operation {}
// SAFETY: as above.
unsafe impl Sync for Operation {}

impl Operation {
    /// Takes over a reference to a task.
    ///
    /// # Safety
    /// `task` is a live reference.
    pub(crate) unsafe fn from_raw(task: NonNull<sys::rota_task>) -> Operation {
        Operation { task, foreign: None }
    }

    pub(crate) fn task(&self) -> NonNull<sys::rota_task> {
        self.task
    }

    /// The final status, or `ROTA_PENDING`.
    pub(crate) fn status(&self) -> sys::rota_status {
        // SAFETY: the task is alive as long as `self`, here and below.
        unsafe { sys::rota_task_status(self.task.as_ptr()) }
    }

    pub(crate) fn cancel(&self) -> sys::rota_status {
        // SAFETY: as above.
        unsafe { sys::rota_task_cancel(self.task.as_ptr()) }
    }

    /// The final status, once there is one. `ROTA_EDEADLK` for a task that waits for itself.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<sys::rota_status> {
        let answer = match native(cx) {
            // SAFETY: as above; the context is valid for this poll.
            Some(engine) => unsafe { sys::rota_task_poll(self.task.as_ptr(), engine.as_ptr()) },
            None => self.wait_foreign(cx),
        };
        match answer {
            sys::ROTA_PENDING => Poll::Pending,
            sys::ROTA_EDEADLK => Poll::Ready(answer),
            // An error may also say that the waiting could not be arranged.
            _ => match self.status() {
                sys::ROTA_PENDING => {
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                status => Poll::Ready(status),
            },
        }
    }

    fn wait_foreign(&mut self, cx: &mut Context<'_>) -> sys::rota_status {
        if let Some(last) = &self.foreign {
            last.set(cx.waker());
            // Looked at after the waker is in its place: the callback comes after the status.
            return self.status();
        }
        let last = Arc::new(LastWaker(Mutex::new(Some(cx.waker().clone()))));
        let user = Arc::into_raw(last.clone()).cast_mut().cast();
        // SAFETY: the callback takes over the reference that `user` is; it may run on any thread.
        let status = unsafe {
            sys::rota_task_on_done(self.task.as_ptr(), std::ptr::null_mut(), Some(done), user, std::ptr::null_mut())
        };
        if status == sys::ROTA_OK {
            self.foreign = Some(last);
            return self.status();
        }
        // SAFETY: it was not taken over.
        drop(unsafe { Arc::from_raw(user.cast::<LastWaker>().cast_const()) });
        status
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        // SAFETY: gives up the reference that `self` is.
        unsafe { sys::rota_task_release(self.task.as_ptr()) };
    }
}

struct LastWaker(Mutex<Option<Waker>>);

impl LastWaker {
    fn set(&self, waker: &Waker) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = match &mut *place {
            Some(old) if old.will_wake(waker) => None,
            place => place.replace(waker.clone()),
        };
        drop(place);
        drop(old);
    }
}

unsafe extern "C" fn done(_: *mut sys::rota_task, _: sys::rota_status, user: *mut c_void, _: *mut c_void) {
    // SAFETY: the reference that wait_foreign gave.
    let last = unsafe { Arc::from_raw(user.cast::<LastWaker>().cast_const()) };
    let waker = last.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    // Somebody else's waker, which may panic.
    guard(|| waker.into_iter().for_each(Waker::wake));
}

/// An operation with a place that the engine writes to until it is complete. Dropping it cancels it; the place lives as
/// long as it must.
pub(crate) struct Lent<T: Send + 'static> {
    operation: Option<Operation>, // always there but in drop
    place: *mut T,
}

// SAFETY: the place belongs to the operation until it is complete, and to `self` afterwards.
unsafe impl<T: Send> Send for Lent<T> {}
// SAFETY: nothing is reached through a shared reference.
unsafe impl<T: Send> Sync for Lent<T> {}

impl<T: Send + 'static> Lent<T> {
    /// Starts what `start(place, task)` starts.
    ///
    /// # Safety
    /// `start` either fails, or sets the task to a live reference and borrows the place until it is complete.
    pub(crate) unsafe fn start(
        value: T,
        start: impl FnOnce(*mut T, *mut *mut sys::rota_task) -> sys::rota_status,
    ) -> Result<Lent<T>, sys::rota_status> {
        let place = Box::into_raw(Box::new(value));
        let mut task = std::ptr::null_mut();
        let status = start(place, &mut task);
        match NonNull::new(task) {
            Some(task) if status == sys::ROTA_OK => {
                // SAFETY: by the caller's word.
                Ok(Lent { operation: Some(unsafe { Operation::from_raw(task) }), place })
            }
            _ => {
                // SAFETY: it did not start, so the place is ours.
                drop(unsafe { Box::from_raw(place) });
                Err(status)
            }
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<sys::rota_status> {
        self.operation.as_mut().expect("there until the drop").poll(cx)
    }

    /// What is in the place of a complete operation.
    pub(crate) fn value(&mut self) -> &mut T {
        let status = self.operation.as_ref().expect("there until the drop").status();
        assert_ne!(status, sys::ROTA_PENDING, "the place is still lent");
        // SAFETY: complete, so the place is ours.
        unsafe { &mut *self.place }
    }
}

impl<T: Send + 'static> Drop for Lent<T> {
    fn drop(&mut self) {
        let Some(operation) = self.operation.take() else { return };
        if operation.status() == sys::ROTA_PENDING {
            operation.cancel();
            // SAFETY: the callback takes over the place.
            let status = unsafe {
                sys::rota_task_on_done(
                    operation.task.as_ptr(),
                    std::ptr::null_mut(),
                    Some(free::<T>),
                    self.place.cast(),
                    std::ptr::null_mut(),
                )
            };
            // Where no callback could be attached and it still runs, a leak is what is left.
            if status == sys::ROTA_OK || operation.status() == sys::ROTA_PENDING {
                return;
            }
        }
        // SAFETY: complete, so the place is ours.
        discard(unsafe { Box::from_raw(self.place) });
    }
}

unsafe extern "C" fn free<T>(_: *mut sys::rota_task, _: sys::rota_status, place: *mut c_void, _: *mut c_void) {
    // SAFETY: the box that the drop gave.
    discard(unsafe { Box::from_raw(place.cast::<T>()) });
}
