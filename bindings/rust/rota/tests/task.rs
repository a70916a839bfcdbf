// SPDX-License-Identifier: MIT
//! Spawning, joining, aborting, panics, drops. Also run by Miri, on a model of the engine.
#![allow(missing_docs)]

#[cfg(miri)]
use miri_engine as _;

mod common;

use std::future::{pending, poll_fn, Future};
use std::marker::PhantomPinned;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use common::{assert_idle, elsewhere, until, Door, Drops};
use rota::{Builder, Handle, JoinError, JoinHandle, Runtime};

const MANY: usize = if cfg!(miri) { 8 } else { 2000 };

fn runtime() -> Runtime {
    Builder::new().workers(2).build().unwrap()
}

#[test]
fn a_result_reaches_its_handle() {
    let runtime = runtime();
    let door = Door::default();
    let waits = runtime.spawn({
        let door = door.clone();
        async move {
            door.await;
            String::from("later")
        }
    });
    let ready = runtime.spawn(async { String::from("at once") });
    assert_eq!(runtime.block_on(ready).unwrap().unwrap(), "at once");
    assert!(!waits.is_finished());
    until("it waits", || door.waiting() == 1);
    thread::spawn(move || door.open()).join().unwrap();
    assert_eq!(runtime.block_on(waits).unwrap().unwrap(), "later");
    assert_idle(&runtime);
}

#[test]
fn a_handle_answers_once() {
    let runtime = runtime();
    let mut handle = runtime.spawn(async { 1 });
    assert_eq!(runtime.block_on(&mut handle).unwrap().unwrap(), 1);
    let again = runtime.block_on(&mut handle).unwrap().unwrap_err();
    assert_eq!(again.error().unwrap().status(), rota_sys::ROTA_EALREADY);
    assert!(handle.is_finished());
}

/// Ready when it has been polled at the same place three times.
struct StaysPut<A> {
    _align: A,
    seen: Option<usize>,
    left: u32,
    _pinned: PhantomPinned,
}

impl<A> Future for StaysPut<A> {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        // SAFETY: not moved.
        let this = unsafe { self.get_unchecked_mut() };
        let here = std::ptr::from_mut(this) as usize;
        assert_eq!(*this.seen.get_or_insert(here), here);
        assert_eq!(here % align_of::<Self>(), 0);
        if this.left == 0 {
            return Poll::Ready(here);
        }
        this.left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn stays_put<A: Send + 'static>(runtime: &Runtime, align: A) {
    let future = StaysPut { _align: align, seen: None, left: 3, _pinned: PhantomPinned };
    assert_ne!(runtime.block_on(runtime.spawn(future)).unwrap().unwrap(), 0);
}

#[repr(align(256))]
struct Wide;

#[test]
fn a_future_does_not_move_once_it_is_polled() {
    let runtime = runtime();
    stays_put(&runtime, ()); // in the task's block
    stays_put(&runtime, Wide); // alignment beyond the block's
    if !cfg!(miri) {
        // Beyond what a block may hold; on a thread with a stack for it.
        let big = thread::Builder::new().stack_size(64 << 20);
        let handle = runtime.handle();
        let big = big.spawn(move || {
            let future = StaysPut { _align: [0u8; 2 << 20], seen: None, left: 3, _pinned: PhantomPinned };
            handle.spawn(future)
        });
        let joined = runtime.block_on(big.unwrap().join().unwrap());
        assert_ne!(joined.unwrap().unwrap(), 0);
    }
}

#[test]
fn a_future_is_dropped_once_on_every_path() {
    let drops = Drops::default();
    let runtime = runtime();
    let complete = drops.counted();
    let handle = runtime.spawn(async move { drop(complete) });
    runtime.block_on(handle).unwrap().unwrap();
    assert_eq!(drops.count(), 1, "complete");

    let waiting = drops.counted();
    let handle = runtime.spawn(async move {
        let _waiting = waiting;
        pending::<()>().await
    });
    handle.abort();
    assert!(runtime.block_on(handle).unwrap().unwrap_err().is_cancelled());
    assert_eq!(drops.count(), 2, "aborted");

    let panics = drops.counted();
    let handle = runtime.spawn(async move {
        let _panics = panics;
        panic!("on purpose");
    });
    assert!(runtime.block_on(handle).unwrap().unwrap_err().is_panic());
    assert_eq!(drops.count(), 3, "panicked");

    let wide = (Wide, drops.counted());
    let handle = runtime.spawn(async move {
        let _wide = wide;
        pending::<()>().await
    });
    let left = drops.counted();
    let left = runtime.spawn(async move {
        let _left = left;
        pending::<()>().await
    });
    let outside = runtime.handle();
    drop(runtime);
    assert!(elsewhere(handle).unwrap_err().is_cancelled());
    assert!(elsewhere(left).unwrap_err().is_cancelled());
    assert_eq!(drops.count(), 5, "shut down");

    let refused = drops.counted();
    let refused = outside.spawn(async move { drop(refused) });
    assert_eq!(drops.count(), 6, "refused");
    assert_eq!(elsewhere(refused).unwrap_err().error().unwrap().status(), rota_sys::ROTA_ESHUTDOWN);
    let refused = drops.counted();
    let refused = outside.spawn_blocking(move || drop(refused));
    assert_eq!(drops.count(), 7, "refused");
    assert_eq!(elsewhere(refused).unwrap_err().error().unwrap().status(), rota_sys::ROTA_ESHUTDOWN);
    let refused = drops.counted();
    let refused = outside.block_on(async move { drop(refused) });
    assert_eq!(drops.count(), 8, "refused");
    assert_eq!(refused.unwrap_err().status(), rota_sys::ROTA_ESHUTDOWN);
}

#[test]
fn a_result_nobody_takes_is_dropped_once() {
    let drops = Drops::default();
    let runtime = runtime();
    let door = Door::default();
    let before = {
        let (door, value) = (door.clone(), drops.counted());
        runtime.spawn(async move {
            door.await;
            value
        })
    };
    drop(before); // detached: it runs on
    door.open();
    until("the detached one has ended", || drops.count() == 1);
    let value = drops.counted();
    let after = runtime.spawn(async move { value });
    until("it has ended", || after.is_finished());
    assert_eq!(drops.count(), 1);
    drop(after);
    assert_eq!(drops.count(), 2);
    assert_idle(&runtime);
}

fn text(error: JoinError) -> String {
    let payload = error.try_into_panic().expect("a panic");
    payload.downcast_ref::<&str>().map(|text| text.to_string()).expect("a text")
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in the drop");
    }
}

#[test]
fn panics_stay_on_this_side() {
    let runtime = runtime();
    let polled = runtime.spawn(async { panic!("in the poll") });
    assert_eq!(text(runtime.block_on(polled).unwrap().map(|(): ()| ()).unwrap_err()), "in the poll");

    let blocking = runtime.spawn_blocking(|| panic!("in the call"));
    assert_eq!(text(runtime.block_on(blocking).unwrap().map(|(): ()| ()).unwrap_err()), "in the call");

    let door = Door::default();
    let dropped = runtime.spawn({
        let door = door.clone();
        async {
            let _bomb = PanicsInDrop;
            door.await
        }
    });
    until("the bomb is there", || door.waiting() == 1);
    dropped.abort();
    assert_eq!(text(runtime.block_on(dropped).unwrap().unwrap_err()), "in the drop");

    // A result whose drop panics, with nobody there to see it.
    let door = Door::default();
    drop(runtime.spawn({
        let door = door.clone();
        async move {
            door.await;
            PanicsInDrop
        }
    }));
    door.open();
    assert_idle(&runtime);

    let through = catch_unwind(AssertUnwindSafe(|| runtime.block_on(async { panic!("in block_on") })));
    assert_eq!(*through.map(|_: Result<(), _>| ()).unwrap_err().downcast::<&str>().unwrap(), "in block_on");
    assert_eq!(runtime.block_on(async { 1 }).unwrap(), 1, "and all goes on");
}

#[test]
fn aborting_from_elsewhere() {
    let runtime = runtime();
    let handle = runtime.spawn(pending::<()>());
    let abort = handle.abort_handle();
    assert!(!abort.is_finished());
    thread::spawn(move || abort.abort()).join().unwrap();
    assert!(runtime.block_on(handle).unwrap().unwrap_err().is_cancelled());

    let ended = runtime.spawn(async { 5 });
    until("it has ended", || ended.is_finished());
    ended.abort();
    assert_eq!(runtime.block_on(ended).unwrap().unwrap(), 5, "too late to abort");
    assert_idle(&runtime);
}

#[test]
fn block_on_borrows_and_stays_here() {
    let runtime = runtime();
    let mut local = std::rc::Rc::new(1); // not Send
    let here = thread::current().id();
    let door = Door::default();
    let opener = runtime.spawn({
        let door = door.clone();
        async move { door.open() }
    });
    let answer = runtime.block_on(async {
        door.await;
        *std::rc::Rc::get_mut(&mut local).unwrap() += 1;
        assert_eq!(thread::current().id(), here);
        opener.await.unwrap();
        *local
    });
    assert_eq!(answer.unwrap(), 2);
    let nested = runtime.block_on(async { Handle::current().block_on(async {}).unwrap_err().status() });
    assert_eq!(nested.unwrap(), rota_sys::ROTA_EDEADLK);
    let inside = runtime.spawn(async { Handle::current().block_on(async {}).unwrap_err().status() });
    assert_eq!(runtime.block_on(inside).unwrap().unwrap(), rota_sys::ROTA_EDEADLK);
}

#[test]
fn shutdown_ends_block_on() {
    let runtime = runtime();
    let handle = runtime.handle();
    let (started, start) = mpsc::channel();
    let drops = Drops::default();
    let held = drops.counted();
    let blocked = thread::spawn(move || {
        handle.block_on(async move {
            let _held = held;
            started.send(()).unwrap();
            pending::<()>().await
        })
    });
    start.recv().unwrap();
    drop(runtime);
    assert_eq!(blocked.join().unwrap().unwrap_err().status(), rota_sys::ROTA_ECANCELED);
    assert_eq!(drops.count(), 1);
}

#[test]
fn blocking_calls() {
    let runtime = Builder::new().workers(1).blocking_max(1).build().unwrap();
    let (go, wait) = mpsc::channel::<()>();
    let (began, begin) = mpsc::channel();
    let running = runtime.spawn_blocking(move || {
        began.send(()).unwrap();
        wait.recv().unwrap();
        "done"
    });
    begin.recv().unwrap();
    running.abort(); // runs: nothing stops it
    if !cfg!(miri) {
        let drops = Drops::default();
        let held = drops.counted();
        let queued = runtime.spawn_blocking(move || drop(held));
        queued.abort();
        assert!(runtime.block_on(queued).unwrap().unwrap_err().is_cancelled());
        assert_eq!(drops.count(), 1);
    }
    go.send(()).unwrap();
    assert_eq!(runtime.block_on(running).unwrap().unwrap(), "done");
    let current = runtime.spawn_blocking(|| Handle::try_current().is_some());
    assert!(runtime.block_on(current).unwrap().unwrap());
}

#[test]
fn a_handle_is_awaited_by_another_executor() {
    let runtime = runtime();
    let door = Door::default();
    let handle = runtime.spawn({
        let door = door.clone();
        async move {
            door.await;
            7
        }
    });
    let waiter = thread::spawn(move || elsewhere(handle));
    door.open();
    assert_eq!(waiter.join().unwrap().unwrap(), 7);
    assert_eq!(elsewhere(runtime.spawn_blocking(|| 8)).unwrap(), 8);
}

#[test]
fn a_handle_moves_between_wakers() {
    let runtime = runtime();
    let door = Door::default();
    let mut handle = runtime.spawn(door.clone());
    // Looked at with wakers that come to nothing, then awaited with the task's own.
    for _ in 0..3 {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut handle).poll(&mut cx).is_pending());
    }
    let inside = runtime.spawn(handle);
    until("it waits", || door.waiting() == 1);
    door.open();
    runtime.block_on(inside).unwrap().unwrap().unwrap();

    // From a waker that comes to nothing to another executor's: the last one counts.
    let door = Door::default();
    let mut handle = runtime.spawn(door.clone());
    assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let waiter = thread::spawn(|| {
        let mut handle = handle;
        let mut polled = false;
        elsewhere(poll_fn(move |cx| {
            let outcome = Pin::new(&mut handle).poll(cx);
            if !std::mem::replace(&mut polled, true) {
                assert!(outcome.is_pending());
                door.open(); // it cannot end before it is waited for
            }
            outcome
        }))
    });
    waiter.join().unwrap().unwrap();
}

#[test]
fn a_task_that_awaits_itself_is_told() {
    let runtime = runtime();
    let own: Arc<Mutex<Option<JoinHandle<bool>>>> = Arc::default();
    let (door, other) = (Door::default(), own.clone());
    let handle = runtime.spawn({
        let door = door.clone();
        async move {
            door.await;
            let own = other.lock().unwrap().take().unwrap();
            own.await.unwrap_err().error().unwrap().status() == rota_sys::ROTA_EDEADLK
        }
    });
    let abort = handle.abort_handle();
    *own.lock().unwrap() = Some(handle);
    door.open();
    until("it has ended", || abort.is_finished());
    assert_idle(&runtime);
}

#[test]
fn wakers_outlive_their_task_and_runtime() {
    let runtime = runtime();
    let kept: Arc<Mutex<Vec<Waker>>> = Arc::default();
    let keep = kept.clone();
    let task = runtime.spawn(poll_fn(move |cx| {
        keep.lock().unwrap().push(cx.waker().clone());
        Poll::Ready(())
    }));
    runtime.block_on(task).unwrap().unwrap();
    drop(runtime);
    for waker in kept.lock().unwrap().drain(..) {
        let other = waker.clone();
        assert!(waker.will_wake(&other));
        other.wake_by_ref();
        other.wake();
        drop(waker);
    }
}

#[test]
fn wakes_from_many_threads_are_not_lost() {
    let runtime = runtime();
    let arrived = Arc::new(AtomicUsize::new(0));
    let doors: Vec<Door> = (0..MANY).map(|_| Door::default()).collect();
    let tasks: Vec<JoinHandle<()>> = doors
        .iter()
        .cloned()
        .map(|door| {
            let arrived = arrived.clone();
            runtime.spawn(async move {
                rota::yield_now().await;
                door.await;
                arrived.fetch_add(1, Ordering::SeqCst);
                rota::consume_budget().await;
            })
        })
        .collect();
    thread::scope(|scope| {
        for chunk in doors.chunks(MANY / 4) {
            scope.spawn(move || chunk.iter().for_each(Door::open));
        }
    });
    runtime
        .block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        })
        .unwrap();
    assert_eq!(arrived.load(Ordering::SeqCst), MANY);
    assert_idle(&runtime);
}

#[test]
fn a_runtime_may_be_dropped_in_its_own_task() {
    let runtime = Arc::new(Mutex::new(Some(runtime())));
    let (ended, end) = mpsc::channel();
    let inside = runtime.clone();
    let guard = runtime.lock().unwrap();
    let task = guard.as_ref().unwrap().spawn(async move {
        drop(inside.lock().unwrap().take());
        ended.send(()).unwrap();
    });
    drop(guard);
    end.recv().unwrap();
    // It has ended by itself, or been cancelled at its end.
    let _ = elsewhere(task);
}

#[test]
fn bad_input_is_answered() {
    let runtime = runtime();
    let name = "n".repeat(256);
    let long = runtime.spawn_named(&name, async {});
    assert_eq!(elsewhere(long).unwrap_err().error().unwrap().status(), rota_sys::ROTA_EOVERFLOW);
    assert!(Handle::try_current().is_none());
    assert!(catch_unwind(|| rota::spawn(async {})).is_err());
    if cfg!(miri) {
        return;
    }
    assert_eq!(Builder::new().workers(5000).build().unwrap_err().status(), rota_sys::ROTA_EINVAL);
    let none = Builder::new().workers(1).blocking_max(0).build().unwrap();
    let refused = none.spawn_blocking(|| ());
    assert_eq!(elsewhere(refused).unwrap_err().error().unwrap().status(), rota_sys::ROTA_ENOTSUP);
    runtime.shutdown(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(runtime.block_on(async {}).unwrap_err().name(), "ROTA_ESHUTDOWN");
}
