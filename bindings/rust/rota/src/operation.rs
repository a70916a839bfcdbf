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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Builder;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    #[cfg(miri)]
    use miri_engine as _;

    static DROPS: AtomicUsize = AtomicUsize::new(0);

    /// What is lent.
    struct Place(u32);

    impl Drop for Place {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Writes to the place once the gate is open; blocks its thread until then.
    struct Writer {
        began: mpsc::Sender<()>,
        gate: mpsc::Receiver<()>,
        place: *mut Place,
    }

    unsafe extern "C" fn write(writer: *mut c_void) -> sys::rota_status {
        // SAFETY: the box that started it.
        let writer = unsafe { Box::from_raw(writer.cast::<Writer>()) };
        writer.began.send(()).unwrap();
        writer.gate.recv().unwrap();
        // SAFETY: lent until this is complete.
        unsafe { (*writer.place).0 += 1 };
        sys::ROTA_OK
    }

    unsafe extern "C" fn keep(_: *mut c_void) {}

    #[test]
    fn what_is_lent_lives_until_its_operation_is_complete() {
        let runtime = Builder::new().workers(1).build().unwrap();
        for dropped_early in [false, true] {
            let (began, begin) = mpsc::channel();
            let (open, gate) = mpsc::channel();
            // SAFETY: the place is used until the call is complete, and not after.
            let lent = unsafe {
                Lent::start(Place(41), |place, task| {
                    let writer = Box::into_raw(Box::new(Writer { began, gate, place }));
                    sys::rota_spawn_blocking(runtime.as_raw(), Some(write), writer.cast(), Some(keep), task)
                })
            };
            let mut lent = lent.ok().unwrap();
            begin.recv().unwrap();
            let before = DROPS.load(Ordering::SeqCst);
            if dropped_early {
                drop(lent);
                assert_eq!(DROPS.load(Ordering::SeqCst), before, "still in use");
                open.send(()).unwrap();
            } else {
                open.send(()).unwrap();
                let status = runtime.block_on(std::future::poll_fn(|cx| lent.poll(cx))).unwrap();
                assert_eq!((status, lent.value().0), (sys::ROTA_OK, 42));
                drop(lent);
            }
            while DROPS.load(Ordering::SeqCst) != before + 1 {
                std::thread::yield_now();
            }
        }
        // What did not start gives the place back at once.
        let before = DROPS.load(Ordering::SeqCst);
        // SAFETY: nothing is started.
        let refused = unsafe { Lent::start(Place(0), |_, _| sys::ROTA_EINVAL) };
        assert_eq!(refused.err(), Some(sys::ROTA_EINVAL));
        assert_eq!(DROPS.load(Ordering::SeqCst), before + 1);
    }
}
