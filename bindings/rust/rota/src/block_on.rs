// SPDX-License-Identifier: MIT
//! A future as the task of `rota_block_on`: it stays on the caller's stack, so it need be neither `Send` nor `'static`.

use std::ffi::c_void;
use std::future::Future;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use rota_sys as sys;

use crate::context::{waker_of, Entered};
use crate::error::Error;
use crate::task::Outcome;

struct State<'a, F: Future> {
    future: Pin<&'a mut F>,
    waker: Option<Waker>,
    outcome: Option<Outcome<F::Output>>,
}

/// # Safety
/// `runtime` is a live handle.
pub(crate) unsafe fn block_on<F: Future>(runtime: *mut sys::rota_runtime, future: F) -> Result<F::Output, Error> {
    let mut state = State { future: pin!(future), waker: None, outcome: None };
    let desc = sys::rota_spawn_desc {
        size: size_of::<sys::rota_spawn_desc>() as u32,
        room: sys::ROTA_ROOM_WORKERS,
        poll: Some(poll::<F>),
        drop: None, // the future is dropped below, on this thread
        state: (&raw mut state).cast(),
        state_size: 0,
        on: std::ptr::null_mut(),
        name: std::ptr::null(),
        name_len: 0,
        // SAFETY: what rota.h adds at the tail may be zero, which is its default.
        ..unsafe { std::mem::zeroed() }
    };
    // SAFETY: polls happen inside this call, on this thread, so the state outlives them.
    let status = unsafe { sys::rota_block_on(runtime, &desc) };
    match state.outcome {
        Some(Ok(value)) => Ok(value),
        Some(Err(payload)) => resume_unwind(payload),
        None => Err(Error::new(status)),
    }
}

unsafe extern "C" fn poll<F: Future>(state: *mut c_void, cx: *mut sys::rota_context) -> sys::rota_status {
    // SAFETY: the state of block_on above, which waits meanwhile.
    let state = unsafe { &mut *state.cast::<State<'_, F>>() };
    let _entered = Entered::new(cx);
    // SAFETY: the context of this poll.
    let waker = state.waker.get_or_insert_with(|| unsafe { waker_of(cx) });
    let mut context = Context::from_waker(waker);
    let future = state.future.as_mut();
    match catch_unwind(AssertUnwindSafe(|| future.poll(&mut context))) {
        Ok(Poll::Pending) => sys::ROTA_PENDING,
        Ok(Poll::Ready(value)) => {
            state.outcome = Some(Ok(value));
            sys::ROTA_OK
        }
        Err(payload) => {
            state.outcome = Some(Err(payload));
            sys::ROTA_EEXCEPTION
        }
    }
}
