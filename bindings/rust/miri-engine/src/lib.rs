// SPDX-License-Identifier: MIT
//! A small model of the engine, as far as `rota` uses it for tasks: for Miri, which runs no foreign code. It keeps the
//! contracts of `rota.h` (state copied and dropped once, counted handles, one poll at a time, drops on whichever thread
//! ends a task) with plain locks, so that what Miri finds is in the binding.
#![allow(clippy::missing_safety_doc)]

mod exports;
mod task;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use task::Task;

pub(crate) struct Runtime {
    pub handles: AtomicUsize,
    pub shared: Mutex<Shared>,
    pub changed: Condvar,
    pub workers: u32,
}

#[derive(Default)]
pub(crate) struct Shared {
    pub ready: VecDeque<Arc<Task>>,
    pub owned: Vec<Arc<Task>>, // everything that is not complete
    pub closed: bool,
    pub spawned: u64,
    pub threads: Vec<thread::JoinHandle<()>>,
}

thread_local! {
    pub(crate) static CURRENT: Cell<*const Runtime> = const { Cell::new(std::ptr::null()) };
}

impl Runtime {
    pub fn start(workers: u32) -> Arc<Runtime> {
        let runtime = Arc::new(Runtime {
            handles: AtomicUsize::new(1),
            shared: Mutex::default(),
            changed: Condvar::new(),
            workers,
        });
        for _ in 0..workers {
            let inner = runtime.clone();
            runtime.run_on_thread(move || inner.work());
        }
        runtime
    }

    pub fn run_on_thread(self: &Arc<Runtime>, work: impl FnOnce() + Send + 'static) {
        let inner = self.clone();
        let thread = thread::spawn(move || {
            CURRENT.set(Arc::as_ptr(&inner));
            work();
        });
        self.shared.lock().unwrap().threads.push(thread);
    }

    fn work(self: Arc<Runtime>) {
        loop {
            let mut shared = self.shared.lock().unwrap();
            let task = loop {
                if let Some(task) = shared.ready.pop_front() {
                    break task;
                }
                if shared.closed {
                    return;
                }
                shared = self.changed.wait(shared).unwrap();
            };
            drop(shared);
            task.run();
        }
    }

    /// Whether `task` may start; it is owned from then on.
    pub fn own(&self, task: &Arc<Task>) -> bool {
        let mut shared = self.shared.lock().unwrap();
        if !shared.closed {
            shared.owned.push(task.clone());
            shared.spawned += 1;
        }
        !shared.closed
    }

    pub fn disown(&self, task: &Task) {
        self.shared.lock().unwrap().owned.retain(|other| !std::ptr::eq(&**other, task));
    }

    /// Where nobody works any more, the caller runs it: which cancels it.
    pub fn submit(&self, task: Arc<Task>) {
        let mut shared = self.shared.lock().unwrap();
        if !shared.closed {
            shared.ready.push_back(task);
            self.changed.notify_one();
            return;
        }
        drop(shared);
        task.run();
    }

    pub fn shutdown(&self) {
        let mut shared = self.shared.lock().unwrap();
        shared.closed = true;
        let owned = std::mem::take(&mut shared.owned);
        self.changed.notify_all();
        drop(shared);
        for task in &owned {
            task.cancel();
        }
        if CURRENT.get() == std::ptr::from_ref(self) {
            return;
        }
        let threads = std::mem::take(&mut self.shared.lock().unwrap().threads);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }

    pub fn release(&self) {
        if self.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shutdown();
        }
    }
}
