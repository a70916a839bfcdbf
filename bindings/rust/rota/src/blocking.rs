// SPDX-License-Identifier: MIT
//! A closure as a job of the blocking pool.

use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use rota_sys as sys;

use crate::join::JoinHandle;
use crate::slot::Slot;
use crate::task::{discard, Outcome};

struct Job<F, T> {
    work: Option<F>,
    slot: Arc<Slot<Outcome<T>>>,
}

/// # Safety
/// `runtime` is a live handle.
pub(crate) unsafe fn spawn<F, T>(runtime: *mut sys::rota_runtime, work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let slot = Arc::new(Slot::new());
    let job = Box::into_raw(Box::new(Job { work: Some(work), slot: slot.clone() }));
    let mut task = std::ptr::null_mut();
    // SAFETY: the job is the engine's from here on, also when this fails; the task's reference is the handle's.
    unsafe {
        let status =
            sys::rota_spawn_blocking(runtime, Some(run::<F, T>), job.cast(), Some(drop_job::<F, T>), &mut task);
        JoinHandle::new(status, task, slot)
    }
}

unsafe extern "C" fn run<F: FnOnce() -> T, T>(job: *mut c_void) -> sys::rota_status {
    // SAFETY: the engine runs it once, and drops it afterwards.
    let job = unsafe { &mut *job.cast::<Job<F, T>>() };
    let Some(work) = job.work.take() else { return sys::ROTA_EINVAL };
    let outcome = catch_unwind(AssertUnwindSafe(work));
    let status = if outcome.is_ok() { sys::ROTA_OK } else { sys::ROTA_EEXCEPTION };
    // SAFETY: the job is the one writer.
    unsafe { job.slot.put(outcome) };
    status
}

unsafe extern "C" fn drop_job<F, T>(job: *mut c_void) {
    // SAFETY: called once, and last.
    discard(unsafe { Box::from_raw(job.cast::<Job<F, T>>()) });
}
