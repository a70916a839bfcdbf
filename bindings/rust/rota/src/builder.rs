// SPDX-License-Identifier: MIT
//! Builder: a runtime with options.

use std::ffi::c_void;
use std::ptr::{null, NonNull};
use std::time::Duration;

use rota_sys as sys;

use crate::error::Error;
use crate::runtime::{nanoseconds, Runtime};

/// Options of a [`Runtime`]. What is not set is as the engine has it by default.
///
/// ```
/// # fn main() -> Result<(), rota::Error> {
/// let runtime = rota::Builder::new().workers(2).name("web").build()?;
/// assert_eq!(runtime.workers(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Builder {
    options: sys::rota_runtime_options, // its pointers are set in build
    hooks: Option<sys::rota_thread_hooks>,
    name: Option<String>,
}

/// Which kind of thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// A worker, which polls tasks.
    Workers,
    /// A thread of the blocking pool.
    Blocking,
}

/// What is told about each thread of the engine, on that thread. It must not block. A panic in it is caught and lost.
pub trait ThreadHooks: Sync {
    /// The first thing that the thread does. `index` counts from 0 in its room.
    fn start(&self, _room: Room, _index: u32) {}
    /// The last thing that the thread does.
    fn stop(&self, _room: Room, _index: u32) {}
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    /// The defaults.
    pub fn new() -> Builder {
        // SAFETY: zeros mean the defaults, and are valid for each field.
        let mut options: sys::rota_runtime_options = unsafe { std::mem::zeroed() };
        // SAFETY: as many bytes as are said.
        unsafe { sys::rota_runtime_options_init(&mut options, size_of_val(&options)) };
        Builder { options, hooks: None, name: None }
    }

    /// How many worker threads: 1 to 1024. 0 is *hosted*: no thread at all, `block_on` does everything.
    pub fn workers(mut self, workers: u32) -> Builder {
        self.options.workers = workers;
        self
    }

    /// Most threads of the blocking pool: 0 to 16384. With 0, and workers, `spawn_blocking` answers `ROTA_ENOTSUP`.
    pub fn blocking_max(mut self, threads: u32) -> Builder {
        self.options.blocking_max = threads;
        self
    }

    /// How long a thread of the blocking pool stays without work.
    pub fn blocking_keep_alive(mut self, time: Duration) -> Builder {
        self.options.blocking_keep_alive_ns = nanoseconds(time).max(1);
        self
    }

    /// Bytes for each thread's stack, 64 KiB at least.
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.options.stack_size = bytes as u64;
        self
    }

    /// Begins the name of each thread; 8 bytes of it are used.
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = Some(name.into());
        self
    }

    /// Has `hooks` told of each thread. It is borrowed for ever, because threads may outlive the runtime's handles.
    pub fn thread_hooks<H: ThreadHooks>(mut self, hooks: &'static H) -> Builder {
        self.hooks = Some(sys::rota_thread_hooks {
            size: size_of::<sys::rota_thread_hooks>() as u32,
            zero: 0,
            start: Some(start::<H>),
            stop: Some(stop::<H>),
            user: (&raw const *hooks).cast_mut().cast(),
            // SAFETY: what rota.h adds at the tail may be zero, which is its default.
            ..unsafe { std::mem::zeroed() }
        });
        self
    }

    /// Starts the runtime.
    ///
    /// Errors: `ROTA_EINVAL` (a number out of range), `ROTA_EAGAIN` (threads could not be started), `ROTA_ENOMEM`,
    /// `ROTA_EMFILE`, `ROTA_ENFILE`.
    pub fn build(&self) -> Result<Runtime, Error> {
        let mut options = self.options;
        if let Some(name) = &self.name {
            options.name = name.as_ptr().cast();
            options.name_len = name.len();
        }
        options.hooks = self.hooks.as_ref().map_or(null(), |hooks| hooks);
        let mut runtime = std::ptr::null_mut();
        // SAFETY: what the options point to lives until this returns, and is copied.
        let status = unsafe { sys::rota_runtime_create(&options, &mut runtime) };
        match NonNull::new(runtime) {
            // SAFETY: the new reference is the runtime's.
            Some(runtime) => Ok(unsafe { Runtime::from_raw(runtime) }),
            None => Err(Error::new(status)),
        }
    }
}

unsafe extern "C" fn start<H: ThreadHooks>(user: *mut c_void, room: u32, index: u32) {
    // SAFETY: what thread_hooks was given.
    unsafe { tell::<H>(user, room, |hooks, room| hooks.start(room, index)) }
}

unsafe extern "C" fn stop<H: ThreadHooks>(user: *mut c_void, room: u32, index: u32) {
    // SAFETY: as above.
    unsafe { tell::<H>(user, room, |hooks, room| hooks.stop(room, index)) }
}

unsafe fn tell<H: ThreadHooks>(user: *mut c_void, room: u32, what: impl FnOnce(&H, Room)) {
    // SAFETY: a reference for ever.
    let hooks = unsafe { &*user.cast::<H>() };
    let room = if room == sys::ROTA_ROOM_BLOCKING { Room::Blocking } else { Room::Workers };
    crate::task::guard(|| what(hooks, room));
}
