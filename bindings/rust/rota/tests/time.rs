// SPDX-License-Identifier: MIT
//! Timers: with the task's own waker, with others, on other executors.
#![allow(missing_docs)]
#![cfg(not(miri))]

mod common;

use std::future::{pending, Future};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use common::{assert_idle, elsewhere, until};
use futures_util::stream::{FuturesUnordered, StreamExt};
use rota::time::{interval, sleep, sleep_until, timeout, Elapsed, MissedTick};
use rota::{Builder, Handle, Runtime};

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(3600);

fn runtime() -> Runtime {
    Builder::new().workers(2).build().unwrap()
}

#[test]
fn a_sleep_is_never_early() {
    let runtime = runtime();
    for delay in [Duration::ZERO, Duration::from_micros(300), SHORT] {
        let start = Instant::now();
        runtime.block_on(sleep(delay)).unwrap();
        assert!(start.elapsed() >= delay);
        let deadline = Instant::now() + delay;
        runtime.block_on(runtime.spawn(sleep_until(deadline))).unwrap().unwrap();
        assert!(Instant::now() >= deadline);
    }
    assert_idle(&runtime);
}

#[test]
fn sleeps_of_one_task_overlap() {
    let runtime = runtime();
    let start = Instant::now();
    runtime.block_on(async { futures_util::join!(sleep(SHORT), sleep(SHORT), sleep(SHORT)) }).unwrap();
    // Wakers of FuturesUnordered are its own: each must be woken by its sleep.
    let all = runtime.spawn(async {
        let sleeps: FuturesUnordered<_> = (0..200).map(|_| sleep(SHORT)).collect();
        sleeps.count().await
    });
    assert_eq!(runtime.block_on(all).unwrap().unwrap(), 200);
    assert!(start.elapsed() < 50 * SHORT);
    assert_idle(&runtime);
}

#[test]
fn a_sleep_on_another_executor_needs_a_handle() {
    let runtime = runtime();
    let start = Instant::now();
    elsewhere(runtime.sleep(SHORT));
    assert!(start.elapsed() >= SHORT);
    assert!(catch_unwind(|| elsewhere(sleep(SHORT))).is_err(), "no runtime");
}

#[test]
fn a_sleep_wakes_the_task_whose_waker_it_was_given() {
    let runtime = runtime();
    let (give, given) = std::sync::mpsc::channel();
    let mut polls = 0;
    let owner = runtime.spawn(std::future::poll_fn(move |cx| {
        polls += 1;
        let _ = give.send(cx.waker().clone());
        if polls == 1 {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    }));
    let waker = given.recv().unwrap();
    // Polled inside another task, with the first one's waker.
    let other = runtime.spawn(async move {
        let mut timer = sleep(SHORT);
        assert!(Pin::new(&mut timer).poll(&mut Context::from_waker(&waker)).is_pending());
        Some(timer) // kept: dropping it would disarm it
    });
    let _armed = runtime.block_on(other).unwrap().unwrap();
    runtime.block_on(owner).unwrap().unwrap();
}

#[test]
fn a_sleep_that_is_dropped_leaves_no_timer() {
    let runtime = runtime();
    runtime
        .block_on(async {
            for _ in 0..100 {
                let mut long = sleep(LONG);
                assert!(Pin::new(&mut long).poll(&mut Context::from_waker(Waker::noop())).is_pending());
                assert_eq!(timeout(Duration::ZERO, sleep(LONG)).await, Err(Elapsed));
            }
        })
        .unwrap();
    until("no timer is left", || runtime.metrics().timers == 0);
}

#[test]
fn a_sleep_is_set_anew() {
    let runtime = runtime();
    runtime
        .block_on(async {
            let mut timer = sleep(LONG);
            assert!(Pin::new(&mut timer).poll(&mut Context::from_waker(Waker::noop())).is_pending());
            for _ in 0..3 {
                let deadline = Instant::now() + SHORT;
                timer.reset(deadline);
                assert!(!timer.is_elapsed());
                (&mut timer).await;
                assert!(timer.is_elapsed() && Instant::now() >= deadline);
            }
        })
        .unwrap();
}

#[test]
fn delays_beyond_all_clocks() {
    let runtime = runtime();
    let for_ever = runtime.spawn(sleep(Duration::MAX));
    let limit = runtime.block_on(async { timeout(SHORT, sleep(Duration::from_secs(u64::MAX / 4))).await });
    assert_eq!(limit.unwrap(), Err(Elapsed));
    assert!(!for_ever.is_finished());
    for_ever.abort();
    assert!(runtime.block_on(for_ever).unwrap().unwrap_err().is_cancelled());
}

#[test]
fn time_limits() {
    let runtime = runtime();
    assert_eq!(runtime.block_on(async { timeout(LONG, async { 5 }).await }).unwrap(), Ok(5));
    let start = Instant::now();
    assert_eq!(runtime.block_on(async { timeout(SHORT, pending::<()>()).await }).unwrap(), Err(Elapsed));
    assert!(start.elapsed() >= SHORT);
    assert_eq!(std::io::Error::from(Elapsed).kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn an_interval_ticks_in_step() {
    let runtime = runtime();
    runtime
        .block_on(async {
            let start = Instant::now();
            let mut ticks = interval(SHORT);
            for n in 1..=3 {
                ticks.tick().await;
                assert!(start.elapsed() >= n * SHORT);
            }
            // With a waker that is not the task's own.
            let mut one: FuturesUnordered<_> = [Box::pin(ticks.tick())].into_iter().collect();
            one.next().await.unwrap();
            assert!(start.elapsed() >= 4 * SHORT);
        })
        .unwrap();
    let mut ticks = runtime.interval(SHORT, MissedTick::Skip).unwrap();
    elsewhere(ticks.tick());
    elsewhere(ticks.tick());
    let refused = runtime.interval(Duration::ZERO, MissedTick::Delay).unwrap_err();
    assert_eq!(refused.status(), rota_sys::ROTA_EINVAL);
    drop(ticks);
    assert_idle(&runtime);
}

#[test]
fn a_runtime_without_threads_does_all_of_it_in_block_on() {
    let runtime = Builder::new().workers(0).build().unwrap();
    let answer = runtime.block_on(async {
        let spawned = rota::spawn(async {
            sleep(SHORT).await;
            2
        });
        spawned.await.unwrap() + rota::spawn_blocking(|| 3).await.unwrap()
    });
    assert_eq!((answer.unwrap(), runtime.metrics().workers), (5, 0));
}

#[test]
fn a_timer_whose_runtime_is_gone_panics_elsewhere() {
    let runtime = runtime();
    let armed = runtime.handle();
    let waiter = std::thread::spawn(move || {
        catch_unwind(AssertUnwindSafe(|| elsewhere(armed.sleep(LONG))))
            .map_err(|payload| payload.downcast_ref::<String>().expect("a text").contains("ROTA_ECANCELED"))
    });
    until("the timer is armed", || runtime.metrics().timers == 1);
    let handle: Handle = runtime.handle();
    drop(runtime);
    assert_eq!(waiter.join().unwrap(), Err(true));
    assert!(catch_unwind(AssertUnwindSafe(|| elsewhere(handle.sleep(SHORT)))).is_err());
}
