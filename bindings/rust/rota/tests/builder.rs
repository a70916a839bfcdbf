// SPDX-License-Identifier: MIT
//! Options and hooks.
#![allow(missing_docs)]
#![cfg(not(miri))]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use common::until;
use rota::{Builder, Room, ThreadHooks};

#[derive(Default)]
struct Threads {
    started: [AtomicU32; 2],
    stopped: [AtomicU32; 2],
}

impl ThreadHooks for Threads {
    fn start(&self, room: Room, index: u32) {
        self.started[room as usize].fetch_add(1, Ordering::SeqCst);
        assert!(index < 3);
        panic!("on purpose: it is caught");
    }

    fn stop(&self, room: Room, _: u32) {
        self.stopped[room as usize].fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn hooks_see_every_thread() {
    static THREADS: Threads =
        Threads { started: [AtomicU32::new(0), AtomicU32::new(0)], stopped: [AtomicU32::new(0), AtomicU32::new(0)] };
    let runtime = Builder::new()
        .workers(3)
        .blocking_max(1)
        .blocking_keep_alive(Duration::from_secs(60))
        .stack_size(256 << 10)
        .name("hooked")
        .thread_hooks(&THREADS)
        .build()
        .unwrap();
    let name = runtime.spawn_blocking(|| std::fs::read_to_string("/proc/thread-self/comm").unwrap());
    assert!(runtime.block_on(name).unwrap().unwrap().starts_with("hooked"));
    until("three workers have started", || THREADS.started[Room::Workers as usize].load(Ordering::SeqCst) == 3);
    assert_eq!(THREADS.started[Room::Blocking as usize].load(Ordering::SeqCst), 1);
    runtime.shutdown(None).unwrap();
    until("all have stopped", || {
        THREADS.stopped[Room::Workers as usize].load(Ordering::SeqCst) == 3
            && THREADS.stopped[Room::Blocking as usize].load(Ordering::SeqCst) == 1
    });
}
