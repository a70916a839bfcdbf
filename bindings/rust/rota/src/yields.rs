// SPDX-License-Identifier: MIT
//! Giving way to others.

use std::future::poll_fn;
use std::task::Poll;

use rota_sys as sys;

use crate::context::native;

/// Lets others run: the task is put behind everything that is ready and behind one look at timers and sockets.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        match native(cx) {
            // SAFETY: valid for this poll.
            Some(engine) => unsafe { _ = sys::rota_yield(engine.as_ptr()) },
            None => cx.waker().wake_by_ref(),
        }
        Poll::Pending
    })
    .await
}

/// Spends one of the 128 operations that a poll may do, and yields when none is left. For loops over what is always
/// ready and comes from elsewhere (channels of other crates, computation): the operations of this crate do it themselves.
pub async fn consume_budget() {
    poll_fn(|cx| match native(cx) {
        // SAFETY: valid for this poll.
        Some(engine) if unsafe { sys::rota_budget(engine.as_ptr()) } == sys::ROTA_PENDING => Poll::Pending,
        _ => Poll::Ready(()),
    })
    .await
}
