// SPDX-License-Identifier: MIT
//! Between `std::task::Context` and `rota_context`: the waker, and which task this thread is polling.
//!
//! A future is handed a waker, nothing else, and that waker need not be the task's own: combinators such as
//! `FuturesUnordered` hand out wakers of theirs. `native` tells the two cases apart. With the task's own waker an
//! operation uses the engine's poll functions; with any other it must wake exactly that one (operation.rs, net/foreign.rs).

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use rota_sys as sys;

thread_local! {
    static CURRENT: Cell<*mut sys::rota_context> = const { Cell::new(ptr::null_mut()) };
}

/// As long as it lives, this thread is polling with that context.
pub(crate) struct Entered {
    previous: *mut sys::rota_context,
}

impl Entered {
    pub(crate) fn new(cx: *mut sys::rota_context) -> Entered {
        Entered { previous: CURRENT.replace(cx) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.previous);
    }
}

/// The engine's context, when `cx` wakes the very task that this thread is polling. Valid as long as the borrow.
pub(crate) fn native(cx: &Context<'_>) -> Option<NonNull<sys::rota_context>> {
    let waker = cx.waker();
    let current = NonNull::new(CURRENT.get())?;
    if !ptr::eq(waker.vtable(), &VTABLE) {
        return None;
    }
    // SAFETY: our vtable, so its data is a waker of the engine; the context is the one of the poll in progress.
    let same = unsafe { sys::rota_waker_is_current(waker.data().cast(), current.as_ptr()) };
    (same == 1).then_some(current)
}

/// A waker of the task that is being polled.
///
/// # Safety
/// `cx` is the context of the poll in progress.
pub(crate) unsafe fn waker_of(cx: *mut sys::rota_context) -> Waker {
    // SAFETY: the reference just made becomes the waker's.
    unsafe { Waker::new(sys::rota_waker_clone(cx).cast_const().cast(), &VTABLE) }
}

// A waker of the engine is a counted reference: neither cloning nor waking allocates.
static VTABLE: RawWakerVTable = RawWakerVTable::new(share, wake, wake_by_ref, release);

unsafe fn share(data: *const ()) -> RawWaker {
    // SAFETY: `data` is a waker of the engine, as in the functions below.
    let shared = unsafe { sys::rota_waker_share(data.cast_mut().cast()) };
    RawWaker::new(shared.cast_const().cast(), &VTABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: as above; consumes the reference.
    unsafe {
        wake_by_ref(data);
        release(data);
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: as above.
    unsafe { sys::rota_waker_wake(data.cast_mut().cast()) };
}

unsafe fn release(data: *const ()) {
    // SAFETY: as above; the reference is not used again.
    unsafe { sys::rota_waker_release(data.cast_mut().cast()) };
}
