// SPDX-License-Identifier: MIT
//! A task of the model: one that is polled, or a blocking call.

use std::alloc::{alloc, dealloc, Layout};
use std::ffi::c_void;
use std::sync::{Arc, Condvar, Mutex};

use rota_sys::*;

use crate::{Runtime, CURRENT};

pub(crate) enum Work {
    Poll(unsafe extern "C" fn(*mut c_void, *mut rota_context) -> rota_status),
    Call(unsafe extern "C" fn(*mut c_void) -> rota_status),
}

pub(crate) enum Home {
    Workers,
    Thread, // in block_on
}

pub(crate) struct Task {
    pub runtime: Arc<Runtime>,
    work: Work,
    drop: rota_drop_fn,
    state: *mut c_void,
    copied: Option<Layout>,
    home: Home,
    now: Mutex<Now>,
    changed: Condvar,
}

// The state is used by who runs the task, one at a time.
unsafe impl Send for Task {}
unsafe impl Sync for Task {}

pub(crate) struct Done {
    pub done: unsafe extern "C" fn(*mut rota_task, rota_status, *mut c_void, *mut c_void),
    pub users: [*mut c_void; 2],
}

// Calling it is all that is done with it.
unsafe impl Send for Done {}

struct Now {
    status: rota_status,
    running: bool,
    notified: bool,
    cancelled: bool,
    joiners: Vec<Arc<Task>>,
    done: Vec<Done>,
}

pub(crate) struct Context {
    pub task: Arc<Task>,
}

impl Task {
    pub unsafe fn new(
        runtime: Arc<Runtime>,
        work: Work,
        drop: rota_drop_fn,
        state: *mut c_void,
        size: usize,
        home: Home,
    ) -> Arc<Task> {
        let copied = (size != 0).then(|| Layout::from_size_align(size, 16).unwrap());
        let state = match copied {
            Some(layout) => unsafe {
                let copy = alloc(layout);
                std::ptr::copy_nonoverlapping(state.cast::<u8>(), copy, size);
                copy.cast()
            },
            None => state,
        };
        let now = Now {
            status: ROTA_PENDING,
            running: false,
            notified: true,
            cancelled: false,
            joiners: Vec::new(),
            done: Vec::new(),
        };
        Arc::new(Task { runtime, work, drop, state, copied, home, now: Mutex::new(now), changed: Condvar::new() })
    }

    pub fn status(&self) -> rota_status {
        self.now.lock().unwrap().status
    }

    pub fn wake(self: &Arc<Task>) {
        let mut now = self.now.lock().unwrap();
        if now.notified || now.status != ROTA_PENDING {
            return;
        }
        now.notified = true;
        if !now.running {
            drop(now);
            self.submit();
        }
    }

    fn submit(self: &Arc<Task>) {
        match self.home {
            Home::Workers => self.runtime.submit(self.clone()),
            Home::Thread => self.changed.notify_all(),
        }
    }

    pub fn cancel(self: &Arc<Task>) -> rota_status {
        let mut now = self.now.lock().unwrap();
        if now.status != ROTA_PENDING || now.cancelled {
            return ROTA_EALREADY;
        }
        if now.running && matches!(self.work, Work::Call(_)) {
            return ROTA_EBUSY;
        }
        now.cancelled = true;
        drop(now);
        self.wake();
        ROTA_OK
    }

    pub fn run(self: &Arc<Task>) {
        let mut now = self.now.lock().unwrap();
        if now.status != ROTA_PENDING || now.running {
            return;
        }
        now.notified = false;
        now.running = true;
        let cancelled = now.cancelled || self.runtime.shared.lock().unwrap().closed;
        drop(now);
        let status = if cancelled { ROTA_ECANCELED } else { self.work() };
        let mut now = self.now.lock().unwrap();
        if status == ROTA_PENDING && !now.cancelled {
            now.running = false;
            if now.notified {
                drop(now);
                self.submit();
            }
            return;
        }
        drop(now);
        self.finish(if status == ROTA_PENDING { ROTA_ECANCELED } else { status });
    }

    fn work(self: &Arc<Task>) -> rota_status {
        match self.work {
            Work::Poll(poll) => unsafe {
                let mut context = Context { task: self.clone() };
                poll(self.state, (&raw mut context).cast())
            },
            Work::Call(call) => unsafe { call(self.state) },
        }
    }

    fn finish(self: &Arc<Task>, status: rota_status) {
        if let Some(drop) = self.drop {
            unsafe { drop(self.state) };
        }
        self.runtime.disown(self);
        let mut now = self.now.lock().unwrap();
        now.status = status;
        let joiners = std::mem::take(&mut now.joiners);
        let done = std::mem::take(&mut now.done);
        drop(now);
        self.changed.notify_all();
        joiners.iter().for_each(Task::wake);
        for done in done {
            self.call(done);
        }
    }

    fn call(self: &Arc<Task>, done: Done) {
        let task = Arc::as_ptr(self).cast_mut().cast();
        unsafe { (done.done)(task, self.status(), done.users[0], done.users[1]) };
    }

    /// Never calls back inside.
    pub fn on_done(self: &Arc<Task>, done: Done) {
        let mut now = self.now.lock().unwrap();
        if now.status == ROTA_PENDING {
            return now.done.push(done);
        }
        drop(now);
        let task = self.clone();
        self.runtime.run_on_thread(move || task.call(done));
    }

    pub fn join(self: &Arc<Task>, waiter: &Arc<Task>) -> rota_status {
        if Arc::ptr_eq(self, waiter) {
            return ROTA_EDEADLK;
        }
        let mut now = self.now.lock().unwrap();
        if now.status == ROTA_PENDING && !now.joiners.iter().any(|other| Arc::ptr_eq(other, waiter)) {
            now.joiners.push(waiter.clone());
        }
        now.status
    }

    /// On the thread of block_on.
    pub fn run_to_end(self: &Arc<Task>) -> rota_status {
        let before = CURRENT.replace(Arc::as_ptr(&self.runtime));
        while self.status() == ROTA_PENDING {
            self.run();
            let mut now = self.now.lock().unwrap();
            while now.status == ROTA_PENDING && !now.notified {
                now = self.changed.wait(now).unwrap();
            }
        }
        CURRENT.set(before);
        self.status()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(layout) = self.copied {
            unsafe { dealloc(self.state.cast(), layout) };
        }
    }
}
