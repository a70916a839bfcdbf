// SPDX-License-Identifier: MIT
//! A future as a task of the engine: its state, and the functions that the engine calls with it.
//!
//! The state is moved once, into the task's own block, before its first poll, and stays there until the engine drops it:
//! once, on whichever thread ends the task. Hence the bounds `Send + 'static`. Where the block cannot hold it (alignment,
//! size) a box does. No panic leaves these functions.

use std::future::Future;
use std::mem::{align_of, size_of, ManuallyDrop};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::ptr::{addr_of, addr_of_mut};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use std::ffi::c_void;

use rota_sys as sys;

use crate::context::{waker_of, Entered};
use crate::error::Payload;
use crate::join::JoinHandle;
use crate::slot::Slot;

pub(crate) type Outcome<T> = Result<T, Payload>;

/// The most that the engine copies into a task's block, and how it aligns it.
const INLINE_SIZE: usize = 1 << 20;
const INLINE_ALIGN: usize = 16;

struct State<F: Future> {
    future: F,
    waker: Option<Waker>, // made at the first poll; goes with the state, so it keeps the task no longer than that
    slot: Arc<Slot<Outcome<F::Output>>>,
    put: bool, // the slot has been given its value
}

/// Spawns `future` on `runtime` under `name`. Whatever goes wrong is told by the handle.
///
/// # Safety
/// `runtime` is a live handle.
pub(crate) unsafe fn spawn<F>(runtime: *mut sys::rota_runtime, name: &str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let slot = Arc::new(Slot::new());
    let state = State { future, waker: None, slot: slot.clone(), put: false };
    let inline = align_of::<State<F>>() <= INLINE_ALIGN && size_of::<State<F>>() <= INLINE_SIZE;
    let mut task = std::ptr::null_mut();
    let mut spawn = |state: *mut State<F>, state_size, drop: unsafe extern "C" fn(*mut c_void)| {
        let desc = sys::rota_spawn_desc {
            size: size_of::<sys::rota_spawn_desc>() as u32,
            room: sys::ROTA_ROOM_WORKERS,
            poll: Some(poll::<F>),
            drop: Some(drop),
            state: state.cast(),
            state_size,
            on: std::ptr::null_mut(),
            name: name.as_ptr().cast(),
            name_len: name.len(),
            // SAFETY: what rota.h adds at the tail may be zero, which is its default.
            ..unsafe { std::mem::zeroed() }
        };
        // SAFETY: the description is whole; the state is the engine's from here on, also when this fails.
        unsafe { sys::rota_spawn(runtime, &desc, &mut task) }
    };
    let status = if inline {
        let mut state = ManuallyDrop::new(state);
        spawn(&mut *state, size_of::<State<F>>(), drop_inline::<F>)
    } else {
        spawn(Box::into_raw(Box::new(state)), 0, drop_boxed::<F>)
    };
    // SAFETY: the reference to the task is given to the handle.
    unsafe { JoinHandle::new(status, task, slot) }
}

unsafe extern "C" fn poll<F: Future>(state: *mut c_void, cx: *mut sys::rota_context) -> sys::rota_status {
    let state: *mut State<F> = state.cast();
    let _entered = Entered::new(cx);
    // SAFETY: the engine polls one at a time, never after the drop, with the context of this poll. No reference to the
    // whole state is made, because the future may hold pointers into itself.
    let (waker, put, slot) =
        unsafe { (&mut *addr_of_mut!((*state).waker), &mut *addr_of_mut!((*state).put), &*addr_of!((*state).slot)) };
    // SAFETY: as above.
    let waker = waker.get_or_insert_with(|| unsafe { waker_of(cx) });
    // SAFETY: the future does not move between its first poll and its drop.
    let future = unsafe { Pin::new_unchecked(&mut *addr_of_mut!((*state).future)) };
    let mut context = Context::from_waker(waker);
    let (outcome, status) = match catch_unwind(AssertUnwindSafe(|| future.poll(&mut context))) {
        Ok(Poll::Pending) => return sys::ROTA_PENDING,
        Ok(Poll::Ready(value)) => (Ok(value), sys::ROTA_OK),
        Err(payload) => (Err(payload), sys::ROTA_EEXCEPTION),
    };
    *put = true;
    // SAFETY: the task is the one writer and is not polled again.
    unsafe { slot.put(outcome) };
    status
}

unsafe extern "C" fn drop_inline<F: Future>(state: *mut c_void) {
    let state: *mut State<F> = state.cast();
    // SAFETY: called once, after the last poll.
    let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { addr_of_mut!((*state).future).drop_in_place() }));
    // SAFETY: as above; each field is taken once.
    let (waker, slot, put) = unsafe { (addr_of!((*state).waker).read(), addr_of!((*state).slot).read(), (*state).put) };
    match dropped {
        // SAFETY: the task is the one writer.
        Err(payload) if !put => unsafe { slot.put(Err(payload)) },
        other => discard(other),
    }
    discard((waker, slot));
}

unsafe extern "C" fn drop_boxed<F: Future>(state: *mut c_void) {
    let state: *mut ManuallyDrop<State<F>> = state.cast();
    // SAFETY: the box is given back without what was in it, which drop_inline ends.
    unsafe {
        drop_inline::<F>(state.cast());
        drop(Box::from_raw(state));
    }
}

/// Calls what may panic where nobody is left to be told.
pub(crate) fn guard(what: impl FnOnce()) {
    let outcome = catch_unwind(AssertUnwindSafe(what));
    // What a panic carries may panic when it is dropped; what that panic carries is left alone.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(outcome))) {
        std::mem::forget(payload);
    }
}

/// Drops what may panic while it is dropped.
pub(crate) fn discard<T>(value: T) {
    guard(|| drop(value));
}
