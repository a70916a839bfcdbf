// SPDX-License-Identifier: MIT
//! What is promised about memory: counted in this process alone, by one test at a time.
#![allow(missing_docs)]
#![cfg(not(miri))]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};

use common::assert_idle;
use rota::Builder;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's, counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::SeqCst);
        LIVE.fetch_add(1, Ordering::SeqCst);
        // SAFETY: as asked.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(1, Ordering::SeqCst);
        // SAFETY: as asked.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Wakes itself, by reference and by value, `wakes` times; how many allocations that made.
async fn wake(wakes: usize) -> usize {
    let mut left = wakes;
    let mut kept: Option<Waker> = None;
    let mut before = None;
    poll_fn(|cx| {
        let before = *before.get_or_insert_with(|| ALLOCATIONS.load(Ordering::SeqCst));
        if left == 0 {
            return Poll::Ready(ALLOCATIONS.load(Ordering::SeqCst) - before);
        }
        left -= 1;
        match kept.take() {
            Some(waker) => waker.wake(),
            None => {
                cx.waker().wake_by_ref();
                kept = Some(cx.waker().clone());
            }
        }
        Poll::Pending
    })
    .await
}

#[test]
fn waking_allocates_nothing_and_nothing_is_left() {
    let runtime = Builder::new().workers(1).build().unwrap();
    assert_eq!(runtime.block_on(runtime.spawn(wake(10_000))).unwrap().unwrap(), 0);
    assert_eq!(runtime.block_on(wake(10_000)).unwrap(), 0);

    // One allocation a task here: what it shares with its handle. Its future lives in the engine's block.
    let before = ALLOCATIONS.load(Ordering::SeqCst);
    let big = [0u8; 4096];
    let task = runtime.spawn(async move {
        rota::yield_now().await;
        big.len()
    });
    assert_eq!(ALLOCATIONS.load(Ordering::SeqCst) - before, 1);
    assert_eq!(runtime.block_on(task).unwrap().unwrap(), 4096);

    let live = LIVE.load(Ordering::SeqCst);
    for _ in 0..1000 {
        drop(runtime.spawn(rota::yield_now()));
        let aborted = runtime.spawn(std::future::pending::<()>());
        aborted.abort();
        drop(aborted);
        drop(runtime.spawn_blocking(|| vec![0; 100]));
    }
    assert_idle(&runtime);
    common::until("all of it is freed", || LIVE.load(Ordering::SeqCst) == live);
}
