// SPDX-License-Identifier: MIT
//! What the tests share.
#![allow(dead_code)] // each test uses some of it

use std::future::Future;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Counts the drops of what it is put into.
#[derive(Clone, Default)]
pub struct Drops(Arc<AtomicUsize>);

pub struct Counted(Arc<AtomicUsize>);

impl Drops {
    pub fn counted(&self) -> Counted {
        Counted(self.0.clone())
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A door that opens once; its waiters are woken then.
#[derive(Clone, Default)]
pub struct Door(Arc<Mutex<(bool, Vec<Waker>)>>);

impl Door {
    pub fn open(&self) {
        let mut inner = self.0.lock().unwrap();
        inner.0 = true;
        let wakers = std::mem::take(&mut inner.1);
        drop(inner);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub fn waiting(&self) -> usize {
        self.0.lock().unwrap().1.len()
    }
}

impl Future for Door {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.0.lock().unwrap();
        if inner.0 {
            return Poll::Ready(());
        }
        if !inner.1.iter().any(|waker| waker.will_wake(cx.waker())) {
            inner.1.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// Waits, a minute at most, until `condition` holds.
#[track_caller]
pub fn until(what: &str, condition: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < limit, "waited in vain: {what}");
        thread::yield_now();
    }
}

/// Every task has ended.
#[track_caller]
pub fn assert_idle(runtime: &rota::Handle) {
    until("no task is left", || runtime.metrics().tasks_live == 0);
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Another executor than rota.
pub fn elsewhere<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        thread::park();
    }
}
