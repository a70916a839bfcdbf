// SPDX-License-Identifier: MIT
//
// Written by tools/api from rota.h: do not edit.
#![allow(non_camel_case_types)]
#![allow(clippy::all, rustdoc::all)]

use core::ffi::{c_char, c_void};
use core::marker::{PhantomData, PhantomPinned};

pub type rota_status = i32;

/// the engine: workers, timers, sockets, blocking pool
#[repr(C)]
pub struct rota_runtime {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// anything pending
#[repr(C)]
pub struct rota_task {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// what a poll function is given; valid during that poll only
#[repr(C)]
pub struct rota_context {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// makes a task run again; waking twice is harmless
#[repr(C)]
pub struct rota_waker {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// where completions land for a host
#[repr(C)]
pub struct rota_queue {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// a timer that can be set again and again
#[repr(C)]
pub struct rota_timer {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// ticks
#[repr(C)]
pub struct rota_interval {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// a stream or listener, over TCP or in the Unix domain
#[repr(C)]
pub struct rota_socket {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// readiness of a descriptor the host owns
#[repr(C)]
pub struct rota_fd {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// a handle of the host without readiness (Windows)
#[repr(C)]
pub struct rota_handle {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// one value, once
#[repr(C)]
pub struct rota_oneshot {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// wake one or all
#[repr(C)]
pub struct rota_notify {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// a lock that may be held across awaits
#[repr(C)]
pub struct rota_mutex {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// counted permits, first come first served
#[repr(C)]
pub struct rota_semaphore {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// many producers, one consumer
#[repr(C)]
pub struct rota_channel {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// tasks that are cancelled, waited for and helped as one
#[repr(C)]
pub struct rota_group {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// a thread of the host that works for a runtime
#[repr(C)]
pub struct rota_thread {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

/// Polls a task: returns 0 when it is ready, 1 (ROTA_PENDING) after arranging for its waker to be woken, or an error, which ends the task with that status. Any other value ends it with ROTA_EINVAL. Never called twice at a time.
pub type rota_poll_fn =
    Option<unsafe extern "C" fn(state: *mut c_void, cx: *mut rota_context) -> rota_status>;

/// Frees a state. May be called on any thread of the runtime, or inside the call that failed.
pub type rota_drop_fn = Option<unsafe extern "C" fn(state: *mut c_void)>;

/// Tells that a task is complete. `task` is borrowed.
pub type rota_done_fn = Option<
    unsafe extern "C" fn(
        task: *mut rota_task,
        status: rota_status,
        user1: *mut c_void,
        user2: *mut c_void,
    ),
>;

/// Blocking work; what it returns is the status of its task (ROTA_PENDING becomes ROTA_EINVAL).
pub type rota_blocking_fn = Option<unsafe extern "C" fn(arg: *mut c_void) -> rota_status>;

/// Where the engine takes its memory from. Both functions are called from any thread, at any time until the last handle is gone, and must not call rota. `alloc` returns NULL when it has none; `align` is a power of two.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_allocator {
    /// sizeof(rota_allocator)
    pub size: u32,
    /// must be 0
    pub zero: u32,
    pub alloc:
        Option<unsafe extern "C" fn(user: *mut c_void, size: usize, align: usize) -> *mut c_void>,
    pub free: Option<
        unsafe extern "C" fn(user: *mut c_void, memory: *mut c_void, size: usize, align: usize),
    >,
    pub user: *mut c_void,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_allocator>() == 32);
    assert!(core::mem::offset_of!(rota_allocator, size) == 0);
    assert!(core::mem::offset_of!(rota_allocator, zero) == 4);
    assert!(core::mem::offset_of!(rota_allocator, alloc) == 8);
    assert!(core::mem::offset_of!(rota_allocator, free) == 16);
    assert!(core::mem::offset_of!(rota_allocator, user) == 24);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_allocator>() == 20);
    assert!(core::mem::offset_of!(rota_allocator, size) == 0);
    assert!(core::mem::offset_of!(rota_allocator, zero) == 4);
    assert!(core::mem::offset_of!(rota_allocator, alloc) == 8);
    assert!(core::mem::offset_of!(rota_allocator, free) == 12);
    assert!(core::mem::offset_of!(rota_allocator, user) == 16);
};

/// Called on each thread of the engine, first and last thing it does. `room` is ROTA_ROOM_\*, `index` counts from 0 in its room. They must not block and must not release the runtime. Each may be NULL. Before `start` come `name`, which writes the thread's name into `buffer` and returns its length (0: the engine's own, "rota-w0" and so on; 15 bytes are used at most), and `affinity`, which writes the numbers of the cores that the thread may run on and returns how many (0: where it likes). Cores that do not exist are left out; when none is left, or the system knows no affinity, the thread stays where it is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_thread_hooks {
    /// sizeof(rota_thread_hooks)
    pub size: u32,
    /// must be 0
    pub zero: u32,
    pub start: Option<unsafe extern "C" fn(user: *mut c_void, room: u32, index: u32)>,
    pub stop: Option<unsafe extern "C" fn(user: *mut c_void, room: u32, index: u32)>,
    pub user: *mut c_void,
    pub name: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            room: u32,
            index: u32,
            buffer: *mut c_char,
            capacity: usize,
        ) -> usize,
    >,
    pub affinity: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            room: u32,
            index: u32,
            cores: *mut u32,
            capacity: usize,
        ) -> usize,
    >,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_thread_hooks>() == 48);
    assert!(core::mem::offset_of!(rota_thread_hooks, size) == 0);
    assert!(core::mem::offset_of!(rota_thread_hooks, zero) == 4);
    assert!(core::mem::offset_of!(rota_thread_hooks, start) == 8);
    assert!(core::mem::offset_of!(rota_thread_hooks, stop) == 16);
    assert!(core::mem::offset_of!(rota_thread_hooks, user) == 24);
    assert!(core::mem::offset_of!(rota_thread_hooks, name) == 32);
    assert!(core::mem::offset_of!(rota_thread_hooks, affinity) == 40);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_thread_hooks>() == 28);
    assert!(core::mem::offset_of!(rota_thread_hooks, size) == 0);
    assert!(core::mem::offset_of!(rota_thread_hooks, zero) == 4);
    assert!(core::mem::offset_of!(rota_thread_hooks, start) == 8);
    assert!(core::mem::offset_of!(rota_thread_hooks, stop) == 12);
    assert!(core::mem::offset_of!(rota_thread_hooks, user) == 16);
    assert!(core::mem::offset_of!(rota_thread_hooks, name) == 20);
    assert!(core::mem::offset_of!(rota_thread_hooks, affinity) == 24);
};

/// What a profiler is told of a poll.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_poll_info {
    /// sizeof(rota_poll_info) as the library was compiled
    pub size: u32,
    /// where it runs: ROTA_ROOM_\*
    pub room: u32,
    /// of the task: given to no other in this runtime
    pub id: u64,
    /// it was spawned with; not terminated; NULL: none
    pub name: *const c_char,
    pub name_len: usize,
    /// borrowed; NULL for a blocking job and a chunk of rota_parallel_for
    pub task: *mut rota_task,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_poll_info>() == 40);
    assert!(core::mem::offset_of!(rota_poll_info, size) == 0);
    assert!(core::mem::offset_of!(rota_poll_info, room) == 4);
    assert!(core::mem::offset_of!(rota_poll_info, id) == 8);
    assert!(core::mem::offset_of!(rota_poll_info, name) == 16);
    assert!(core::mem::offset_of!(rota_poll_info, name_len) == 24);
    assert!(core::mem::offset_of!(rota_poll_info, task) == 32);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_poll_info>() == 32);
    assert!(core::mem::offset_of!(rota_poll_info, size) == 0);
    assert!(core::mem::offset_of!(rota_poll_info, room) == 4);
    assert!(core::mem::offset_of!(rota_poll_info, id) == 8);
    assert!(core::mem::offset_of!(rota_poll_info, name) == 16);
    assert!(core::mem::offset_of!(rota_poll_info, name_len) == 20);
    assert!(core::mem::offset_of!(rota_poll_info, task) == 24);
};

/// Called before and after each poll of the host's tasks, each blocking job, and each chunk of rota_parallel_for, on the thread that runs it. Calls nest properly on each thread: a wait that helps polls inside a poll. They must not block, must not throw, and must not call rota but to read a name or status. `status` is what the poll returned.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_profiler {
    /// sizeof(rota_profiler)
    pub size: u32,
    /// must be 0
    pub zero: u32,
    pub begin: Option<unsafe extern "C" fn(user: *mut c_void, poll: *const rota_poll_info)>,
    pub end: Option<
        unsafe extern "C" fn(user: *mut c_void, poll: *const rota_poll_info, status: rota_status),
    >,
    pub user: *mut c_void,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_profiler>() == 32);
    assert!(core::mem::offset_of!(rota_profiler, size) == 0);
    assert!(core::mem::offset_of!(rota_profiler, zero) == 4);
    assert!(core::mem::offset_of!(rota_profiler, begin) == 8);
    assert!(core::mem::offset_of!(rota_profiler, end) == 16);
    assert!(core::mem::offset_of!(rota_profiler, user) == 24);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_profiler>() == 20);
    assert!(core::mem::offset_of!(rota_profiler, size) == 0);
    assert!(core::mem::offset_of!(rota_profiler, zero) == 4);
    assert!(core::mem::offset_of!(rota_profiler, begin) == 8);
    assert!(core::mem::offset_of!(rota_profiler, end) == 12);
    assert!(core::mem::offset_of!(rota_profiler, user) == 16);
};

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_runtime_options {
    /// sizeof(rota_runtime_options)
    pub size: u32,
    /// ROTA_WORKERS_AUTO, 1..ROTA_WORKERS_MAX, or 0: hosted, see rota_queue
    pub workers: u32,
    /// most blocking threads: ROTA_BLOCKING_AUTO or 0..ROTA_BLOCKING_MAX; 0 with workers: spawn_blocking answers ROTA_ENOTSUP; 0 when hosted: the host's own calls run the jobs
    pub blocking_max: u32,
    /// must be 0
    pub flags: u32,
    /// how long an idle blocking thread stays; 0: 10 s
    pub blocking_keep_alive_ns: u64,
    /// bytes for each thread's stack, 64 KiB at least; 0: the system's default
    pub stack_size: u64,
    /// begins each thread's name; NULL: "rota"
    pub name: *const c_char,
    /// at most 8 bytes are used
    pub name_len: usize,
    /// NULL: the engine's own (mimalloc). Copied.
    pub allocator: *const rota_allocator,
    /// NULL: none. Copied.
    pub hooks: *const rota_thread_hooks,
    /// NULL: none, and none of its cost. Copied.
    pub profiler: *const rota_profiler,
    /// most threads the engine ever has at a time, of all kinds; 0: the sum of the above. ROTA_WORKERS_AUTO and blocking_max are lowered to fit (one blocking thread is left if any is asked for and there is room); workers above it: ROTA_EINVAL
    pub threads_max: u32,
    /// threads of the host that may work for the runtime at a time (rota_thread_enter, rota_task_help): 1..ROTA_GUESTS_MAX or ROTA_GUESTS_NONE; 0: 4 with workers, without workers none. With workers = 0 and guests, the guests together do all the work, and the runtime is not hosted in the sense of rota_queue
    pub guests_max: u32,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_runtime_options>() == 80);
    assert!(core::mem::offset_of!(rota_runtime_options, size) == 0);
    assert!(core::mem::offset_of!(rota_runtime_options, workers) == 4);
    assert!(core::mem::offset_of!(rota_runtime_options, blocking_max) == 8);
    assert!(core::mem::offset_of!(rota_runtime_options, flags) == 12);
    assert!(core::mem::offset_of!(rota_runtime_options, blocking_keep_alive_ns) == 16);
    assert!(core::mem::offset_of!(rota_runtime_options, stack_size) == 24);
    assert!(core::mem::offset_of!(rota_runtime_options, name) == 32);
    assert!(core::mem::offset_of!(rota_runtime_options, name_len) == 40);
    assert!(core::mem::offset_of!(rota_runtime_options, allocator) == 48);
    assert!(core::mem::offset_of!(rota_runtime_options, hooks) == 56);
    assert!(core::mem::offset_of!(rota_runtime_options, profiler) == 64);
    assert!(core::mem::offset_of!(rota_runtime_options, threads_max) == 72);
    assert!(core::mem::offset_of!(rota_runtime_options, guests_max) == 76);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_runtime_options>() == 64);
    assert!(core::mem::offset_of!(rota_runtime_options, size) == 0);
    assert!(core::mem::offset_of!(rota_runtime_options, workers) == 4);
    assert!(core::mem::offset_of!(rota_runtime_options, blocking_max) == 8);
    assert!(core::mem::offset_of!(rota_runtime_options, flags) == 12);
    assert!(core::mem::offset_of!(rota_runtime_options, blocking_keep_alive_ns) == 16);
    assert!(core::mem::offset_of!(rota_runtime_options, stack_size) == 24);
    assert!(core::mem::offset_of!(rota_runtime_options, name) == 32);
    assert!(core::mem::offset_of!(rota_runtime_options, name_len) == 36);
    assert!(core::mem::offset_of!(rota_runtime_options, allocator) == 40);
    assert!(core::mem::offset_of!(rota_runtime_options, hooks) == 44);
    assert!(core::mem::offset_of!(rota_runtime_options, profiler) == 48);
    assert!(core::mem::offset_of!(rota_runtime_options, threads_max) == 52);
    assert!(core::mem::offset_of!(rota_runtime_options, guests_max) == 56);
};

/// Counters since the start unless they say "now". Read while the engine runs, so figures may be a moment apart.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_metrics {
    /// sizeof(rota_metrics); filled in by rota_metrics_read
    pub size: u32,
    /// worker threads, now
    pub workers: u32,
    /// asleep, now
    pub workers_parked: u32,
    /// threads of the blocking pool, now
    pub blocking_threads: u32,
    /// of these without a job, now
    pub blocking_idle: u32,
    /// blocking calls running, now
    pub blocking_running: u32,
    /// jobs waiting for a thread, now
    pub blocking_queued: u64,
    /// time jobs have waited for a thread, summed over sampled jobs
    pub blocking_wait_ns: u64,
    /// jobs taken by a thread
    pub blocking_jobs: u64,
    /// spawned and not complete, now
    pub tasks_live: u64,
    pub tasks_spawned: u64,
    pub polls: u64,
    /// tasks taken from another worker's queue
    pub steals: u64,
    /// tasks moved from a full queue to the injector
    pub overflows: u64,
    /// times a worker went to sleep
    pub parks: u64,
    /// times a worker was woken by another thread
    pub unparks: u64,
    /// tasks in the shared queue, now
    pub injector_depth: u64,
    /// timers armed, now
    pub timers: u64,
    /// descriptors registered, now
    pub io_registrations: u64,
    /// readiness events received
    pub io_events: u64,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_metrics>() == 136);
    assert!(core::mem::offset_of!(rota_metrics, size) == 0);
    assert!(core::mem::offset_of!(rota_metrics, workers) == 4);
    assert!(core::mem::offset_of!(rota_metrics, workers_parked) == 8);
    assert!(core::mem::offset_of!(rota_metrics, blocking_threads) == 12);
    assert!(core::mem::offset_of!(rota_metrics, blocking_idle) == 16);
    assert!(core::mem::offset_of!(rota_metrics, blocking_running) == 20);
    assert!(core::mem::offset_of!(rota_metrics, blocking_queued) == 24);
    assert!(core::mem::offset_of!(rota_metrics, blocking_wait_ns) == 32);
    assert!(core::mem::offset_of!(rota_metrics, blocking_jobs) == 40);
    assert!(core::mem::offset_of!(rota_metrics, tasks_live) == 48);
    assert!(core::mem::offset_of!(rota_metrics, tasks_spawned) == 56);
    assert!(core::mem::offset_of!(rota_metrics, polls) == 64);
    assert!(core::mem::offset_of!(rota_metrics, steals) == 72);
    assert!(core::mem::offset_of!(rota_metrics, overflows) == 80);
    assert!(core::mem::offset_of!(rota_metrics, parks) == 88);
    assert!(core::mem::offset_of!(rota_metrics, unparks) == 96);
    assert!(core::mem::offset_of!(rota_metrics, injector_depth) == 104);
    assert!(core::mem::offset_of!(rota_metrics, timers) == 112);
    assert!(core::mem::offset_of!(rota_metrics, io_registrations) == 120);
    assert!(core::mem::offset_of!(rota_metrics, io_events) == 128);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_metrics>() == 136);
    assert!(core::mem::offset_of!(rota_metrics, size) == 0);
    assert!(core::mem::offset_of!(rota_metrics, workers) == 4);
    assert!(core::mem::offset_of!(rota_metrics, workers_parked) == 8);
    assert!(core::mem::offset_of!(rota_metrics, blocking_threads) == 12);
    assert!(core::mem::offset_of!(rota_metrics, blocking_idle) == 16);
    assert!(core::mem::offset_of!(rota_metrics, blocking_running) == 20);
    assert!(core::mem::offset_of!(rota_metrics, blocking_queued) == 24);
    assert!(core::mem::offset_of!(rota_metrics, blocking_wait_ns) == 32);
    assert!(core::mem::offset_of!(rota_metrics, blocking_jobs) == 40);
    assert!(core::mem::offset_of!(rota_metrics, tasks_live) == 48);
    assert!(core::mem::offset_of!(rota_metrics, tasks_spawned) == 56);
    assert!(core::mem::offset_of!(rota_metrics, polls) == 64);
    assert!(core::mem::offset_of!(rota_metrics, steals) == 72);
    assert!(core::mem::offset_of!(rota_metrics, overflows) == 80);
    assert!(core::mem::offset_of!(rota_metrics, parks) == 88);
    assert!(core::mem::offset_of!(rota_metrics, unparks) == 96);
    assert!(core::mem::offset_of!(rota_metrics, injector_depth) == 104);
    assert!(core::mem::offset_of!(rota_metrics, timers) == 112);
    assert!(core::mem::offset_of!(rota_metrics, io_registrations) == 120);
    assert!(core::mem::offset_of!(rota_metrics, io_events) == 128);
};

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_spawn_desc {
    /// sizeof(rota_spawn_desc)
    pub size: u32,
    /// ROTA_ROOM_WORKERS; ROTA_ROOM_BLOCKING: each poll runs on the blocking pool and may block
    pub room: u32,
    /// required
    pub poll: rota_poll_fn,
    /// NULL: nothing to free
    pub drop: rota_drop_fn,
    /// given to poll and drop
    pub state: *mut c_void,
    /// 0: the pointer itself is given away. Otherwise so many bytes (at most 1 MiB) are copied from `state` into the task's own block, aligned for any type, and poll and drop get that copy
    pub state_size: usize,
    /// not NULL: polls run inside rota_queue_run / _pop of this queue, on the host's thread
    pub on: *mut rota_queue,
    /// for people; copied; NULL: none
    pub name: *const c_char,
    /// at most 255
    pub name_len: usize,
    /// it becomes a member; NULL: of the group of the task whose poll spawns it, if that has one
    pub group: *mut rota_group,
    /// it starts when all of these have ended; borrowed during the call; may be NULL
    pub after: *const *mut rota_task,
    pub after_count: u32,
    /// of edges that rota_task_after may add
    pub after_room: u32,
    /// ROTA_PRIORITY_\*; only normal with ROTA_ROOM_BLOCKING
    pub priority: u32,
    /// ROTA_SPAWN_\*
    pub flags: u32,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_spawn_desc>() == 96);
    assert!(core::mem::offset_of!(rota_spawn_desc, size) == 0);
    assert!(core::mem::offset_of!(rota_spawn_desc, room) == 4);
    assert!(core::mem::offset_of!(rota_spawn_desc, poll) == 8);
    assert!(core::mem::offset_of!(rota_spawn_desc, drop) == 16);
    assert!(core::mem::offset_of!(rota_spawn_desc, state) == 24);
    assert!(core::mem::offset_of!(rota_spawn_desc, state_size) == 32);
    assert!(core::mem::offset_of!(rota_spawn_desc, on) == 40);
    assert!(core::mem::offset_of!(rota_spawn_desc, name) == 48);
    assert!(core::mem::offset_of!(rota_spawn_desc, name_len) == 56);
    assert!(core::mem::offset_of!(rota_spawn_desc, group) == 64);
    assert!(core::mem::offset_of!(rota_spawn_desc, after) == 72);
    assert!(core::mem::offset_of!(rota_spawn_desc, after_count) == 80);
    assert!(core::mem::offset_of!(rota_spawn_desc, after_room) == 84);
    assert!(core::mem::offset_of!(rota_spawn_desc, priority) == 88);
    assert!(core::mem::offset_of!(rota_spawn_desc, flags) == 92);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_spawn_desc>() == 60);
    assert!(core::mem::offset_of!(rota_spawn_desc, size) == 0);
    assert!(core::mem::offset_of!(rota_spawn_desc, room) == 4);
    assert!(core::mem::offset_of!(rota_spawn_desc, poll) == 8);
    assert!(core::mem::offset_of!(rota_spawn_desc, drop) == 12);
    assert!(core::mem::offset_of!(rota_spawn_desc, state) == 16);
    assert!(core::mem::offset_of!(rota_spawn_desc, state_size) == 20);
    assert!(core::mem::offset_of!(rota_spawn_desc, on) == 24);
    assert!(core::mem::offset_of!(rota_spawn_desc, name) == 28);
    assert!(core::mem::offset_of!(rota_spawn_desc, name_len) == 32);
    assert!(core::mem::offset_of!(rota_spawn_desc, group) == 36);
    assert!(core::mem::offset_of!(rota_spawn_desc, after) == 40);
    assert!(core::mem::offset_of!(rota_spawn_desc, after_count) == 44);
    assert!(core::mem::offset_of!(rota_spawn_desc, after_room) == 48);
    assert!(core::mem::offset_of!(rota_spawn_desc, priority) == 52);
    assert!(core::mem::offset_of!(rota_spawn_desc, flags) == 56);
};

/// A completion taken by rota_queue_pop. `task` is given: release it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_completion {
    pub task: *mut rota_task,
    pub user1: *mut c_void,
    pub user2: *mut c_void,
    pub status: rota_status,
    pub zero: u32,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_completion>() == 32);
    assert!(core::mem::offset_of!(rota_completion, task) == 0);
    assert!(core::mem::offset_of!(rota_completion, user1) == 8);
    assert!(core::mem::offset_of!(rota_completion, user2) == 16);
    assert!(core::mem::offset_of!(rota_completion, status) == 24);
    assert!(core::mem::offset_of!(rota_completion, zero) == 28);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_completion>() == 20);
    assert!(core::mem::offset_of!(rota_completion, task) == 0);
    assert!(core::mem::offset_of!(rota_completion, user1) == 4);
    assert!(core::mem::offset_of!(rota_completion, user2) == 8);
    assert!(core::mem::offset_of!(rota_completion, status) == 12);
    assert!(core::mem::offset_of!(rota_completion, zero) == 16);
};

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_tcp_options {
    /// sizeof(rota_tcp_options)
    pub size: u32,
    /// ROTA_TCP_\*
    pub flags: u32,
    /// listen; 0: 1024
    pub backlog: u32,
    /// bytes; 0: the system's
    pub recv_buffer: u32,
    /// bytes; 0: the system's
    pub send_buffer: u32,
    /// must be 0
    pub zero: u32,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_tcp_options>() == 24);
    assert!(core::mem::offset_of!(rota_tcp_options, size) == 0);
    assert!(core::mem::offset_of!(rota_tcp_options, flags) == 4);
    assert!(core::mem::offset_of!(rota_tcp_options, backlog) == 8);
    assert!(core::mem::offset_of!(rota_tcp_options, recv_buffer) == 12);
    assert!(core::mem::offset_of!(rota_tcp_options, send_buffer) == 16);
    assert!(core::mem::offset_of!(rota_tcp_options, zero) == 20);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_tcp_options>() == 24);
    assert!(core::mem::offset_of!(rota_tcp_options, size) == 0);
    assert!(core::mem::offset_of!(rota_tcp_options, flags) == 4);
    assert!(core::mem::offset_of!(rota_tcp_options, backlog) == 8);
    assert!(core::mem::offset_of!(rota_tcp_options, recv_buffer) == 12);
    assert!(core::mem::offset_of!(rota_tcp_options, send_buffer) == 16);
    assert!(core::mem::offset_of!(rota_tcp_options, zero) == 20);
};

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_buffer {
    pub data: *const c_void,
    pub len: usize,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_buffer>() == 16);
    assert!(core::mem::offset_of!(rota_buffer, data) == 0);
    assert!(core::mem::offset_of!(rota_buffer, len) == 8);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_buffer>() == 8);
    assert!(core::mem::offset_of!(rota_buffer, data) == 0);
    assert!(core::mem::offset_of!(rota_buffer, len) == 4);
};

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_help {
    /// sizeof(rota_help)
    pub size: u32,
    /// ROTA_HELP_\*
    pub what: u32,
    /// ROTA_PRIORITY_\*, for ROTA_HELP_PRIORITY
    pub floor: u32,
    /// must be 0
    pub zero: u32,
    /// may be NULL; when the awaited task is a group's completion, that group is meant
    pub group: *mut rota_group,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_help>() == 24);
    assert!(core::mem::offset_of!(rota_help, size) == 0);
    assert!(core::mem::offset_of!(rota_help, what) == 4);
    assert!(core::mem::offset_of!(rota_help, floor) == 8);
    assert!(core::mem::offset_of!(rota_help, zero) == 12);
    assert!(core::mem::offset_of!(rota_help, group) == 16);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_help>() == 20);
    assert!(core::mem::offset_of!(rota_help, size) == 0);
    assert!(core::mem::offset_of!(rota_help, what) == 4);
    assert!(core::mem::offset_of!(rota_help, floor) == 8);
    assert!(core::mem::offset_of!(rota_help, zero) == 12);
    assert!(core::mem::offset_of!(rota_help, group) == 16);
};

/// Does the items \[begin, end). May be called on any thread, several at a time. Anything but ROTA_OK stops the loop.
pub type rota_range_fn =
    Option<unsafe extern "C" fn(user: *mut c_void, begin: usize, end: usize) -> rota_status>;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rota_parallel {
    /// sizeof(rota_parallel)
    pub size: u32,
    /// of the tasks that help: ROTA_PRIORITY_\*
    pub priority: u32,
    /// required
    pub body: rota_range_fn,
    /// given to body and drop
    pub user: *mut c_void,
    /// NULL, or called with `user` once the loop is over, on every path
    pub drop: rota_drop_fn,
    /// items; 0 is fine
    pub count: usize,
    /// items a call of body gets (the last may get less); 0: chosen for about 8 calls a thread
    pub grain: usize,
    /// most threads that take part, the caller included; 0: all workers and the caller
    pub threads_max: u32,
    /// must be 0
    pub flags: u32,
    /// rota_parallel_start only; as in rota_spawn_desc
    pub group: *mut rota_group,
    /// for a profiler; not copied: must stay until the loop is over
    pub name: *const c_char,
    pub name_len: usize,
}
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(core::mem::size_of::<rota_parallel>() == 80);
    assert!(core::mem::offset_of!(rota_parallel, size) == 0);
    assert!(core::mem::offset_of!(rota_parallel, priority) == 4);
    assert!(core::mem::offset_of!(rota_parallel, body) == 8);
    assert!(core::mem::offset_of!(rota_parallel, user) == 16);
    assert!(core::mem::offset_of!(rota_parallel, drop) == 24);
    assert!(core::mem::offset_of!(rota_parallel, count) == 32);
    assert!(core::mem::offset_of!(rota_parallel, grain) == 40);
    assert!(core::mem::offset_of!(rota_parallel, threads_max) == 48);
    assert!(core::mem::offset_of!(rota_parallel, flags) == 52);
    assert!(core::mem::offset_of!(rota_parallel, group) == 56);
    assert!(core::mem::offset_of!(rota_parallel, name) == 64);
    assert!(core::mem::offset_of!(rota_parallel, name_len) == 72);
};
#[cfg(target_pointer_width = "32")]
const _: () = {
    assert!(core::mem::size_of::<rota_parallel>() == 48);
    assert!(core::mem::offset_of!(rota_parallel, size) == 0);
    assert!(core::mem::offset_of!(rota_parallel, priority) == 4);
    assert!(core::mem::offset_of!(rota_parallel, body) == 8);
    assert!(core::mem::offset_of!(rota_parallel, user) == 12);
    assert!(core::mem::offset_of!(rota_parallel, drop) == 16);
    assert!(core::mem::offset_of!(rota_parallel, count) == 20);
    assert!(core::mem::offset_of!(rota_parallel, grain) == 24);
    assert!(core::mem::offset_of!(rota_parallel, threads_max) == 28);
    assert!(core::mem::offset_of!(rota_parallel, flags) == 32);
    assert!(core::mem::offset_of!(rota_parallel, group) == 36);
    assert!(core::mem::offset_of!(rota_parallel, name) == 40);
    assert!(core::mem::offset_of!(rota_parallel, name_len) == 44);
};

pub const ROTA_ABI_VERSION: i32 = 0;
pub const ROTA_VERSION_MAJOR: i32 = 0;
pub const ROTA_VERSION_MINOR: i32 = 1;
pub const ROTA_VERSION_PATCH: i32 = 0;
/// No time limit, wherever a timeout is asked for.
pub const ROTA_FOREVER: u64 = u64::MAX;
pub const ROTA_OK: rota_status = 0;
pub const ROTA_PENDING: rota_status = 1;
/// an argument is wrong
pub const ROTA_EINVAL: rota_status = -1;
/// memory could not be had
pub const ROTA_ENOMEM: rota_status = -2;
/// cancelled before it was complete
pub const ROTA_ECANCELED: rota_status = -3;
/// the time limit passed
pub const ROTA_ETIMEDOUT: rota_status = -4;
/// the runtime is shut down or shutting down
pub const ROTA_ESHUTDOWN: rota_status = -5;
/// waiting here could never end: this thread is a worker, or inside block_on
pub const ROTA_EDEADLK: rota_status = -6;
/// it has happened already
pub const ROTA_EALREADY: rota_status = -7;
/// held by somebody else now
pub const ROTA_EBUSY: rota_status = -8;
/// not possible right now (full, empty, no permit); try again later
pub const ROTA_EAGAIN: rota_status = -9;
/// the other side, or this handle, is closed
pub const ROTA_ECLOSED: rota_status = -10;
/// this library or system cannot do it
pub const ROTA_ENOTSUP: rota_status = -11;
/// a number is beyond what is possible
pub const ROTA_EOVERFLOW: rota_status = -12;
/// a foreign exception ended the call or the task
pub const ROTA_EEXCEPTION: rota_status = -13;
/// messages were lost to a slow receiver
pub const ROTA_EMISSED: rota_status = -14;
/// not the owner
pub const ROTA_EPERM: rota_status = -15;
/// permission denied by the system
pub const ROTA_EACCES: rota_status = -16;
/// address already in use
pub const ROTA_EADDRINUSE: rota_status = -17;
/// address not available
pub const ROTA_EADDRNOTAVAIL: rota_status = -18;
/// address family not supported
pub const ROTA_EAFNOSUPPORT: rota_status = -19;
/// not an open descriptor
pub const ROTA_EBADF: rota_status = -20;
/// connection aborted
pub const ROTA_ECONNABORTED: rota_status = -21;
/// connection refused
pub const ROTA_ECONNREFUSED: rota_status = -22;
/// connection reset by the peer
pub const ROTA_ECONNRESET: rota_status = -23;
/// host unreachable
pub const ROTA_EHOSTUNREACH: rota_status = -24;
/// input/output error
pub const ROTA_EIO: rota_status = -25;
/// already connected
pub const ROTA_EISCONN: rota_status = -26;
/// too many open descriptors in the process
pub const ROTA_EMFILE: rota_status = -27;
/// message too long
pub const ROTA_EMSGSIZE: rota_status = -28;
/// name too long
pub const ROTA_ENAMETOOLONG: rota_status = -29;
/// network unreachable
pub const ROTA_ENETUNREACH: rota_status = -30;
/// too many open descriptors in the system
pub const ROTA_ENFILE: rota_status = -31;
/// no buffer space
pub const ROTA_ENOBUFS: rota_status = -32;
/// no such file, host or entry
pub const ROTA_ENOENT: rota_status = -33;
/// not connected
pub const ROTA_ENOTCONN: rota_status = -34;
/// not a socket
pub const ROTA_ENOTSOCK: rota_status = -35;
/// the other side no longer reads
pub const ROTA_EPIPE: rota_status = -36;
/// protocol error
pub const ROTA_EPROTO: rota_status = -37;
/// exists already
pub const ROTA_EEXIST: rota_status = -38;
/// interrupted by a signal
pub const ROTA_EINTR: rota_status = -39;
/// not implemented by the system
pub const ROTA_ENOSYS: rota_status = -40;
/// a system error without a name here
pub const ROTA_EUNKNOWN: rota_status = -41;
/// one per core the process may use (affinity and cgroup quota count)
pub const ROTA_WORKERS_AUTO: u32 = u32::MAX;
pub const ROTA_WORKERS_MAX: u32 = 1024;
/// 512; none when hosted
pub const ROTA_BLOCKING_AUTO: u32 = u32::MAX;
pub const ROTA_BLOCKING_MAX: u32 = 16384;
/// Rooms: kinds of threads, and where a task's polls run.
pub const ROTA_ROOM_WORKERS: u32 = 0;
/// Rooms: kinds of threads, and where a task's polls run.
pub const ROTA_ROOM_BLOCKING: u32 = 1;
/// reported only: the host's own thread, inside one of its calls
pub const ROTA_ROOM_HOST: u32 = 2;
/// Priorities. Of the tasks at hand a thread takes high before normal before low; but every 8th it takes is looked for among the normal ones first, and every 64th among the low ones, so none waits for ever. What runs is not interrupted. High and low tasks go through queues that all threads share: they are meant to be few.
pub const ROTA_PRIORITY_NORMAL: u32 = 0;
/// Priorities. Of the tasks at hand a thread takes high before normal before low; but every 8th it takes is looked for among the normal ones first, and every 64th among the low ones, so none waits for ever. What runs is not interrupted. High and low tasks go through queues that all threads share: they are meant to be few.
pub const ROTA_PRIORITY_HIGH: u32 = 1;
/// Priorities. Of the tasks at hand a thread takes high before normal before low; but every 8th it takes is looked for among the normal ones first, and every 64th among the low ones, so none waits for ever. What runs is not interrupted. High and low tasks go through queues that all threads share: they are meant to be few.
pub const ROTA_PRIORITY_LOW: u32 = 2;
pub const ROTA_THREADS_MAX: u32 = 17408;
pub const ROTA_GUESTS_NONE: u32 = u32::MAX;
pub const ROTA_GUESTS_MAX: u32 = 1024;
/// does not start before rota_task_start
pub const ROTA_SPAWN_HELD: u32 = 1;
/// starts whatever became of the tasks it waits for
pub const ROTA_SPAWN_AFTER_ANY: u32 = 2;
/// most tasks that one task may wait for
pub const ROTA_AFTER_MAX: u32 = 65536;
/// catch up: the late ones come at once
pub const ROTA_MISSED_BURST: u32 = 0;
/// leave them out and go on in step
pub const ROTA_MISSED_SKIP: u32 = 1;
/// count a full period from the late tick
pub const ROTA_MISSED_DELAY: u32 = 2;
/// listen: several sockets may share the address; Windows: ROTA_ENOTSUP
pub const ROTA_TCP_REUSE_PORT: u32 = 1;
/// listen on ::, IPv6 alone
pub const ROTA_TCP_V6_ONLY: u32 = 2;
pub const ROTA_SHUTDOWN_READ: u32 = 0;
pub const ROTA_SHUTDOWN_WRITE: u32 = 1;
pub const ROTA_SHUTDOWN_BOTH: u32 = 2;
/// 0 or 1
pub const ROTA_SOCKET_NODELAY: u32 = 1;
/// 0 or 1
pub const ROTA_SOCKET_KEEPALIVE: u32 = 2;
/// bytes; the system may round
pub const ROTA_SOCKET_RECV_BUFFER: u32 = 3;
/// bytes; the system may round
pub const ROTA_SOCKET_SEND_BUFFER: u32 = 4;
/// seconds, -1: off; above 0 closing may block its thread for that long
pub const ROTA_SOCKET_LINGER: u32 = 5;
pub const ROTA_READABLE: u32 = 1;
pub const ROTA_WRITABLE: u32 = 2;
/// reported only: the peer will send no more
pub const ROTA_CLOSED_READ: u32 = 4;
/// reported only: ask the descriptor
pub const ROTA_ERROR: u32 = 8;
pub const ROTA_PERMITS_MAX: u32 = u32::MAX;
/// run the awaited task itself, and members of `group` and of the groups below it
pub const ROTA_HELP_DESCENDANTS: u32 = 0;
/// also any task from the queues whose priority is `floor` or higher
pub const ROTA_HELP_PRIORITY: u32 = 1;
/// as rota_task_wait
pub const ROTA_HELP_NONE: u32 = 2;

extern "C" {
    /// major \<\< 16 | minor \<\< 8 | patch of the library that is loaded.
    pub fn rota_version() -> u32;

    /// "ROTA_EINVAL" for -1 and so on; "ROTA_UNKNOWN_STATUS" for a number that means nothing. Static, never NULL.
    pub fn rota_status_name(status: rota_status) -> *const c_char;

    /// One sentence for people. Static, never NULL.
    pub fn rota_status_message(status: rota_status) -> *const c_char;

    /// Fills `options` with the defaults. `size` is sizeof \*options as the caller was compiled. Errors: ROTA_EINVAL for a NULL pointer or a size below 8.
    pub fn rota_runtime_options_init(
        options: *mut rota_runtime_options,
        size: usize,
    ) -> rota_status;

    /// Starts a runtime. `options` may be NULL for the defaults. With workers, blocking_max and guests all at 0 (hosted) it starts no thread, now or later. Errors: ROTA_EINVAL (sizes out of range), ROTA_ENOTSUP (unknown tail), ROTA_ENOMEM, ROTA_EAGAIN (threads could not be started), ROTA_EMFILE, ROTA_ENFILE. Calls back: hooks, on the new threads.
    pub fn rota_runtime_create(
        options: *const rota_runtime_options,
        out: *mut *mut rota_runtime,
    ) -> rota_status;

    /// One more reference to the same runtime; returns its argument. NULL gives NULL.
    pub fn rota_runtime_clone(runtime: *mut rota_runtime) -> *mut rota_runtime;

    /// Shuts down: refuses new work, cancels every task that is not complete (their states are dropped, their `done` fires), lets polls in progress end, joins the workers and waits for running blocking calls, all of it at most `timeout_ns`. Queued blocking jobs are cancelled. May be called again to wait on. Returns ROTA_OK when everything has stopped; ROTA_ETIMEDOUT when polls or blocking calls still run (see rota_metrics.blocking_running; they end by themselves and are not waited for); ROTA_EDEADLK on a thread of this runtime or inside its block_on (shutdown has then begun, but nobody waits). Calls back: drop functions.
    pub fn rota_runtime_shutdown(runtime: *mut rota_runtime, timeout_ns: u64) -> rota_status;

    /// Drops a reference. With the last one the runtime shuts down: outside its own threads this waits for polls in progress, but never for running blocking calls; on one of its own threads it returns at once and the rest happens behind it. Handles of tasks, sockets and so on stay valid and answer ROTA_ESHUTDOWN or their final status.
    pub fn rota_runtime_release(runtime: *mut rota_runtime);

    /// Number of workers; 0 when hosted (or for NULL).
    pub fn rota_runtime_workers(runtime: *const rota_runtime) -> u32;

    /// The runtime's clock: monotonic nanoseconds, the one deadlines are on. 0 for NULL.
    pub fn rota_now(runtime: *const rota_runtime) -> u64;

    /// The runtime whose task, job or block_on this thread is running; borrowed, NULL when there is none.
    pub fn rota_current_runtime() -> *mut rota_runtime;

    /// Fills `out` as far as `size` reaches (at least 8).
    pub fn rota_metrics_read(
        runtime: *mut rota_runtime,
        out: *mut rota_metrics,
        size: usize,
    ) -> rota_status;

    /// Starts a task. `out` may be NULL: then nobody holds it and it runs on its own. Errors: ROTA_EINVAL, ROTA_ENOTSUP (unknown room, or a room together with `on`, or with a priority; unknown flags), ROTA_EOVERFLOW (state_size, name_len or after_count + after_room beyond the limit), ROTA_ECLOSED (the group takes no more), ROTA_ESHUTDOWN, ROTA_ENOMEM. On every error the state has been dropped, if a description was given whose size reaches that far.
    pub fn rota_spawn(
        runtime: *mut rota_runtime,
        desc: *const rota_spawn_desc,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Runs a task on the calling thread until it is complete and returns its status. The workers go on beside it; on a hosted runtime this call does all of the engine's work meanwhile. `room`, `on`, and what follows the name must be 0. Errors: as rota_spawn; ROTA_EDEADLK on a thread of a runtime, or inside another block_on (state dropped). When the runtime shuts down meanwhile the task is cancelled: ROTA_ECANCELED. Calls back: poll, drop.
    pub fn rota_block_on(runtime: *mut rota_runtime, desc: *const rota_spawn_desc) -> rota_status;

    /// Runs `fn(arg)` once on a thread of the blocking pool, then `drop(arg)` (may be NULL). Cancelling takes effect as long as the job is queued; a running call cannot be stopped. `out` may be NULL. Errors: ROTA_EINVAL, ROTA_ENOTSUP (no blocking pool), ROTA_ESHUTDOWN, ROTA_EAGAIN (no thread lives and none can be started). arg is dropped on every error, if `fn` was given.
    pub fn rota_spawn_blocking(
        runtime: *mut rota_runtime,
        r#fn: rota_blocking_fn,
        arg: *mut c_void,
        drop: rota_drop_fn,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// From inside a poll: the task's final status, or ROTA_PENDING after which the polling task is woken when `task` is complete. Any number of tasks may poll the same one. A task polling itself gets ROTA_EDEADLK. Spends budget.
    pub fn rota_task_poll(task: *mut rota_task, cx: *mut rota_context) -> rota_status;

    /// The final status, or ROTA_PENDING. Never waits.
    pub fn rota_task_status(task: *const rota_task) -> rota_status;

    /// Waits at most `timeout_ns` for the task and returns its final status. On a hosted runtime this call does the engine's work meanwhile. Errors: ROTA_ETIMEDOUT when the time passed first (rota_task_status tells it from a task that ended with that status), ROTA_EDEADLK on a worker, inside block_on, or in a callback.
    pub fn rota_task_wait(task: *mut rota_task, timeout_ns: u64) -> rota_status;

    /// Has `done` called once the task is complete (also when it is already): inside rota_queue_run of `queue`, or, with `queue` NULL, on a worker. With a queue, `done` may be NULL: the completion is then only seen by rota_queue_pop. May be called several times; each call is answered. The task is kept until then. On a hosted runtime without a queue, whichever call of the host does the engine's work calls it. When the runtime shuts down, `done` still fires: on the thread that completes the task, or, with a queue, as ever. Errors: ROTA_ESHUTDOWN without a queue, when the runtime is shut down and the task complete: ask rota_task_status.
    pub fn rota_task_on_done(
        task: *mut rota_task,
        queue: *mut rota_queue,
        done: rota_done_fn,
        user1: *mut c_void,
        user2: *mut c_void,
    ) -> rota_status;

    /// Asks the task to stop. A task that is waiting drops its state and completes with ROTA_ECANCELED on its own thread; one that is being polled does so when that poll returns ROTA_PENDING; a blocking call that runs is not stopped. Returns ROTA_OK when the request was taken, ROTA_EALREADY when it is complete or was cancelled before, ROTA_EBUSY for a blocking call that runs.
    pub fn rota_task_cancel(task: *mut rota_task) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_task_clone(task: *mut rota_task) -> *mut rota_task;

    /// Drops a reference. The task itself runs on (release without wait = detach).
    pub fn rota_task_release(task: *mut rota_task);

    /// The name it was spawned with: sets \*out and returns its length; not terminated; valid while the task is held. 0 and NULL without a name.
    pub fn rota_task_name(task: *const rota_task, out: *mut *const c_char) -> usize;

    /// A counted waker of the task being polled. NULL when cx is NULL.
    pub fn rota_waker_clone(cx: *mut rota_context) -> *mut rota_waker;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_waker_share(waker: *mut rota_waker) -> *mut rota_waker;

    /// Makes the task run again soon; harmless when it is queued, complete or cancelled. Does not release.
    pub fn rota_waker_wake(waker: *mut rota_waker) -> rota_status;

    /// Drops a reference. NULL is fine.
    pub fn rota_waker_release(waker: *mut rota_waker);

    /// 1 when waking `waker` wakes the task being polled, else 0.
    pub fn rota_waker_is_current(waker: *const rota_waker, cx: *const rota_context) -> i32;

    /// Lets others run: the task is put behind everything that is ready and behind one look at timers and sockets. Returns ROTA_PENDING, which the poll function must return too.
    pub fn rota_yield(cx: *mut rota_context) -> rota_status;

    /// Spends one of the 128 operations a poll may do. Returns ROTA_OK, or ROTA_PENDING when none is left: the task is then queued again, and its poll function must return ROTA_PENDING. The engine's own operations call it themselves, and give it back when they have to wait: a task may wait for any number of things.
    pub fn rota_budget(cx: *mut rota_context) -> rota_status;

    /// The runtime polling, borrowed for the length of the poll. NULL when cx is NULL.
    pub fn rota_context_runtime(cx: *mut rota_context) -> *mut rota_runtime;

    /// The task being polled, borrowed for the length of the poll. NULL when cx is NULL.
    pub fn rota_context_task(cx: *mut rota_context) -> *mut rota_task;

    /// A task that completes with ROTA_OK once `delay_ns` has passed: never early. (Late when every worker is inside a poll; while only some are, the others fire its timers within some milliseconds, as a rule.) Delays beyond 292 years mean for ever.
    pub fn rota_sleep(
        runtime: *mut rota_runtime,
        delay_ns: u64,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// The same at a point of rota_now's clock.
    pub fn rota_sleep_until(
        runtime: *mut rota_runtime,
        deadline_ns: u64,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// A task that completes with the status of `task`, or, when `delay_ns` passes first, cancels `task` and completes with ROTA_ETIMEDOUT. Cancelling it cancels `task`. On an error of this call `task` is left alone. After ROTA_ETIMEDOUT `task` may still be on its way to its end: what was given to it stays borrowed until it is complete, and rota_task_status says whether it had its effect all the same.
    pub fn rota_timeout(
        task: *mut rota_task,
        delay_ns: u64,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// A timer to be set many times. Belongs to one task or thread at a time.
    pub fn rota_timer_create(runtime: *mut rota_runtime, out: *mut *mut rota_timer) -> rota_status;

    /// Sets it to fire `delay_ns` from now, in place of what it was set to.
    pub fn rota_timer_start(timer: *mut rota_timer, delay_ns: u64) -> rota_status;

    /// The same at a point of rota_now's clock.
    pub fn rota_timer_start_at(timer: *mut rota_timer, deadline_ns: u64) -> rota_status;

    /// Unsets it: ROTA_OK, or ROTA_EALREADY when it was not set or has fired.
    pub fn rota_timer_stop(timer: *mut rota_timer) -> rota_status;

    /// From inside a poll: ROTA_OK when it has fired, ROTA_PENDING when it is set, or not set yet (the task is woken when it fires; starting it does not wake). Spends budget.
    pub fn rota_timer_poll(timer: *mut rota_timer, cx: *mut rota_context) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_timer_clone(timer: *mut rota_timer) -> *mut rota_timer;

    /// Drops a reference; the last one stops it.
    pub fn rota_timer_release(timer: *mut rota_timer);

    /// Ticks every `period_ns` (1 or more), the first time after one period. Belongs to one task or thread at a time.
    pub fn rota_interval_create(
        runtime: *mut rota_runtime,
        period_ns: u64,
        missed: u32,
        out: *mut *mut rota_interval,
    ) -> rota_status;

    /// From inside a poll: ROTA_OK takes a tick and sets \*out_deadline_ns (may be NULL) to when it was due.
    pub fn rota_interval_poll(
        interval: *mut rota_interval,
        cx: *mut rota_context,
        out_deadline_ns: *mut u64,
    ) -> rota_status;

    /// A task that completes with the next tick.
    pub fn rota_interval_tick(
        interval: *mut rota_interval,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_interval_clone(interval: *mut rota_interval) -> *mut rota_interval;

    /// Drops a reference. NULL is fine.
    pub fn rota_interval_release(interval: *mut rota_interval);

    /// A place where completions, and polls of tasks spawned `on` it, wait for the host. On a hosted runtime (workers = 0) the queue's calls also run every other task, timer and socket of the runtime, and its handle says when there is something to do.
    pub fn rota_queue_create(runtime: *mut rota_runtime, out: *mut *mut rota_queue) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_queue_clone(queue: *mut rota_queue) -> *mut rota_queue;

    /// Drops a reference. The last one delivers, inside this call, the completions that have landed; later ones are delivered on a worker, and tasks spawned `on` it go on on a worker.
    pub fn rota_queue_release(queue: *mut rota_queue);

    /// The pollable handle: a descriptor (epoll, poll, select, kqueue) or, on Windows, an event HANDLE. Readable as long as rota_queue_run has something to do. Owned by the queue: poll it, never read, write or close it. On Windows all queues of one hosted runtime have the same one, signalled for each of them; timers there are as fine as the system's tick.
    pub fn rota_queue_handle(queue: *mut rota_queue, out: *mut isize) -> rota_status;

    /// Delivers completions and runs tasks that wait on this queue (on a hosted runtime: also the engine's own), at most `max_items` (0: no limit) and until `budget_ns` has passed (ROTA_FOREVER: no limit; one item is not interrupted). `out_ran` (may be NULL) is how many. Returns ROTA_OK when nothing is left, ROTA_PENDING when more waits. Does not wait. One thread at a time: in a second thread, or nested inside a callback, it runs nothing and returns ROTA_EBUSY. Calls back: done, poll, drop; they may do anything, also release the queue.
    pub fn rota_queue_run(
        queue: *mut rota_queue,
        max_items: u32,
        budget_ns: u64,
        out_ran: *mut u32,
    ) -> rota_status;

    /// The same until a point of rota_now's clock (ROTA_FOREVER: no limit), and only what has the priority `floor` or a higher one: a frame that is short of time runs what is ROTA_PRIORITY_HIGH and leaves the rest queued. Completions are normal. One item at least is run when there is one. ROTA_OK: nothing at or above the floor is left. Errors: ROTA_EINVAL (no such priority), ROTA_EBUSY.
    pub fn rota_queue_run_until(
        queue: *mut rota_queue,
        floor: u32,
        max_items: u32,
        deadline_ns: u64,
        out_ran: *mut u32,
    ) -> rota_status;

    /// Takes up to `capacity` completions as data: their `done` is not called. Tasks that wait on this queue are polled on the way. Sets \*out_count. Returns as rota_queue_run, ROTA_EBUSY included. Calls back: poll, drop.
    pub fn rota_queue_pop(
        queue: *mut rota_queue,
        out: *mut rota_completion,
        capacity: u32,
        out_count: *mut u32,
    ) -> rota_status;

    /// Fills `options` with the defaults. `size` is sizeof \*options as the caller was compiled.
    pub fn rota_tcp_options_init(options: *mut rota_tcp_options, size: usize) -> rota_status;

    /// Connects. `host` is a numeric IPv4 or IPv6 address, or a name, which is looked up on the blocking pool and whose addresses are tried in turn. TCP_NODELAY is set on. `options` may be NULL. \*out_socket is set when the task completes with ROTA_OK; it is borrowed until then. Cancelling closes the attempt. Errors: ROTA_ENOTSUP (a name, and no blocking pool; unknown tail), ROTA_ENAMETOOLONG (beyond 255 bytes), ROTA_EINVAL (a NUL inside). The task may end with ROTA_ENOENT (no such name), ROTA_EAGAIN (names cannot be looked up now, as without a network), ROTA_ECONNREFUSED, ROTA_EHOSTUNREACH, ROTA_ENETUNREACH, ROTA_ETIMEDOUT, ROTA_EAFNOSUPPORT, ROTA_EMFILE, ...
    pub fn rota_tcp_connect(
        runtime: *mut rota_runtime,
        host: *const c_char,
        host_len: usize,
        port: u16,
        options: *const rota_tcp_options,
        out_socket: *mut *mut rota_socket,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Binds and listens at once; `host` must be numeric ("0.0.0.0", "::", "127.0.0.1"); port 0 picks a free one. Errors: ROTA_EINVAL (not numeric, unknown flags), ROTA_EADDRINUSE, ROTA_EADDRNOTAVAIL, ROTA_EACCES, ROTA_EAFNOSUPPORT, ROTA_EMFILE, ROTA_ENFILE, ROTA_ENOTSUP (unknown tail).
    pub fn rota_tcp_listen(
        runtime: *mut rota_runtime,
        host: *const c_char,
        host_len: usize,
        port: u16,
        options: *const rota_tcp_options,
        out_socket: *mut *mut rota_socket,
    ) -> rota_status;

    /// A task that completes with the next connection; \*out_socket is borrowed until then. Survives a full descriptor table: it waits and tries again.
    pub fn rota_tcp_accept(
        listener: *mut rota_socket,
        out_socket: *mut *mut rota_socket,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// The same from inside a poll. Spends budget.
    pub fn rota_tcp_accept_poll(
        listener: *mut rota_socket,
        cx: *mut rota_context,
        out_socket: *mut *mut rota_socket,
    ) -> rota_status;

    /// Unix-domain sockets: as TCP's, between processes of one machine, and found by a path. A name of at most 103 bytes; on Linux it may begin with a NUL byte, and then is no file. The listener's file stays when it is closed, and must be gone before the next one listens: removing it is the host's. Accept and everything below are as for TCP, but for ROTA_SOCKET_NODELAY; addresses are paths, with port 0, and empty for an end without a name. Errors: ROTA_ENAMETOOLONG, ROTA_EINVAL (empty, a NUL inside), ROTA_EAFNOSUPPORT (a system without them). Connecting may end with ROTA_ENOENT, ROTA_ECONNREFUSED (nobody listens any more), ROTA_EACCES, ROTA_EAGAIN (the listener's queue is full: try again later), ...
    pub fn rota_unix_connect(
        runtime: *mut rota_runtime,
        path: *const c_char,
        path_len: usize,
        out_socket: *mut *mut rota_socket,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Binds and listens at once. `backlog` 0: 1024. Errors: as above, ROTA_EADDRINUSE, ROTA_ENOENT (no such folder), ...
    pub fn rota_unix_listen(
        runtime: *mut rota_runtime,
        path: *const c_char,
        path_len: usize,
        backlog: u32,
        out_socket: *mut *mut rota_socket,
    ) -> rota_status;

    /// Operations on a stream. Task form: the buffer and \*out_count stay borrowed until the task is complete; cancelling is immediate and the kernel keeps no hold of the buffer. Poll form: nothing is kept between polls but the waker. \*out_count is the number of bytes moved; a read of 0 with ROTA_OK is the end of the stream. Reads and writes may be partial. len 0 completes at once. Any number of tasks may read, or write, the same socket. Errors: ROTA_ECONNRESET, ROTA_EPIPE, ROTA_ENOTCONN, ROTA_ECLOSED (after rota_socket_close), ...
    pub fn rota_socket_read(
        socket: *mut rota_socket,
        buffer: *mut c_void,
        len: usize,
        out_count: *mut usize,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Operations on a stream. Task form: the buffer and \*out_count stay borrowed until the task is complete; cancelling is immediate and the kernel keeps no hold of the buffer. Poll form: nothing is kept between polls but the waker. \*out_count is the number of bytes moved; a read of 0 with ROTA_OK is the end of the stream. Reads and writes may be partial. len 0 completes at once. Any number of tasks may read, or write, the same socket. Errors: ROTA_ECONNRESET, ROTA_EPIPE, ROTA_ENOTCONN, ROTA_ECLOSED (after rota_socket_close), ...
    pub fn rota_socket_read_poll(
        socket: *mut rota_socket,
        cx: *mut rota_context,
        buffer: *mut c_void,
        len: usize,
        out_count: *mut usize,
    ) -> rota_status;

    /// Operations on a stream. Task form: the buffer and \*out_count stay borrowed until the task is complete; cancelling is immediate and the kernel keeps no hold of the buffer. Poll form: nothing is kept between polls but the waker. \*out_count is the number of bytes moved; a read of 0 with ROTA_OK is the end of the stream. Reads and writes may be partial. len 0 completes at once. Any number of tasks may read, or write, the same socket. Errors: ROTA_ECONNRESET, ROTA_EPIPE, ROTA_ENOTCONN, ROTA_ECLOSED (after rota_socket_close), ...
    pub fn rota_socket_write(
        socket: *mut rota_socket,
        buffer: *const c_void,
        len: usize,
        out_count: *mut usize,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Operations on a stream. Task form: the buffer and \*out_count stay borrowed until the task is complete; cancelling is immediate and the kernel keeps no hold of the buffer. Poll form: nothing is kept between polls but the waker. \*out_count is the number of bytes moved; a read of 0 with ROTA_OK is the end of the stream. Reads and writes may be partial. len 0 completes at once. Any number of tasks may read, or write, the same socket. Errors: ROTA_ECONNRESET, ROTA_EPIPE, ROTA_ENOTCONN, ROTA_ECLOSED (after rota_socket_close), ...
    pub fn rota_socket_write_poll(
        socket: *mut rota_socket,
        cx: *mut rota_context,
        buffer: *const c_void,
        len: usize,
        out_count: *mut usize,
    ) -> rota_status;

    /// Writes everything: completes with ROTA_OK only when all of it is written; \*out_count (may be NULL) tells how much was written when it fails or is cancelled.
    pub fn rota_socket_write_all(
        socket: *mut rota_socket,
        buffer: *const c_void,
        len: usize,
        out_count: *mut usize,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Gathers up to 1024 buffers into one write; the array is copied, what it points to is borrowed.
    pub fn rota_socket_writev(
        socket: *mut rota_socket,
        buffers: *const rota_buffer,
        buffer_count: usize,
        out_count: *mut usize,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Gathers up to 1024 buffers into one write; the array is copied, what it points to is borrowed.
    pub fn rota_socket_writev_poll(
        socket: *mut rota_socket,
        cx: *mut rota_context,
        buffers: *const rota_buffer,
        buffer_count: usize,
        out_count: *mut usize,
    ) -> rota_status;

    /// Half-closes: after ROTA_SHUTDOWN_WRITE the peer reads the end of the stream, and reading goes on here.
    pub fn rota_socket_shutdown(socket: *mut rota_socket, how: u32) -> rota_status;

    /// Closes now: pending operations complete with ROTA_ECLOSED. The handle stays to be released. Twice: ROTA_EALREADY.
    pub fn rota_socket_close(socket: *mut rota_socket) -> rota_status;

    /// Sets ROTA_SOCKET_\* `option` to `value`. Errors: ROTA_EINVAL (unknown option, value out of range), ROTA_ECLOSED.
    pub fn rota_socket_set_option(socket: *mut rota_socket, option: u32, value: i64) -> rota_status;

    /// What `option` is now, as the system reports it. Errors: ROTA_EINVAL (unknown option), ROTA_ECLOSED.
    pub fn rota_socket_get_option(
        socket: *mut rota_socket,
        option: u32,
        out_value: *mut i64,
    ) -> rota_status;

    /// Addresses as text ("127.0.0.1", "::1", not terminated) and port. \*out_len is the length; ROTA_EOVERFLOW when `capacity` (64 is always enough; 128 for a path) is too small. out_port may be NULL.
    pub fn rota_socket_local_address(
        socket: *mut rota_socket,
        buffer: *mut c_char,
        capacity: usize,
        out_len: *mut usize,
        out_port: *mut u16,
    ) -> rota_status;

    /// Addresses as text ("127.0.0.1", "::1", not terminated) and port. \*out_len is the length; ROTA_EOVERFLOW when `capacity` (64 is always enough; 128 for a path) is too small. out_port may be NULL.
    pub fn rota_socket_peer_address(
        socket: *mut rota_socket,
        buffer: *mut c_char,
        capacity: usize,
        out_len: *mut usize,
        out_port: *mut u16,
    ) -> rota_status;

    /// The system's own descriptor or SOCKET, borrowed: for options this header does not know.
    pub fn rota_socket_native(socket: *mut rota_socket, out: *mut isize) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_socket_clone(socket: *mut rota_socket) -> *mut rota_socket;

    /// Drops a reference; the last one closes.
    pub fn rota_socket_release(socket: *mut rota_socket);

    /// Registers a descriptor the host owns (a socket, pipe, eventfd, ...). It should be non-blocking. One registration a descriptor and runtime. The host must release (or deregister) before it closes the descriptor. Errors: ROTA_EBADF, ROTA_EEXIST, ROTA_ENOTSUP (a kind of file that has no readiness).
    pub fn rota_fd_register(
        runtime: *mut rota_runtime,
        fd: isize,
        out: *mut *mut rota_fd,
    ) -> rota_status;

    /// From inside a poll: what of `interest` (ROTA_READABLE | ROTA_WRITABLE) the descriptor is ready for now, with what is only reported; ROTA_PENDING when nothing is, and the task is woken when that changes. It is level-triggered: as long as the descriptor is ready it says so. Spends budget. Errors: ROTA_ECLOSED after rota_fd_deregister.
    pub fn rota_fd_poll(
        fd: *mut rota_fd,
        cx: *mut rota_context,
        interest: u32,
        out_ready: *mut u32,
    ) -> rota_status;

    /// The same as a task.
    pub fn rota_fd_wait(
        fd: *mut rota_fd,
        interest: u32,
        out_ready: *mut u32,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Ends the registration at once, synchronously; pending waits complete with ROTA_ECLOSED. Twice: ROTA_EALREADY.
    pub fn rota_fd_deregister(fd: *mut rota_fd) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_fd_clone(fd: *mut rota_fd) -> *mut rota_fd;

    /// Drops a reference; the last one deregisters.
    pub fn rota_fd_release(fd: *mut rota_fd);

    /// Windows: a named pipe or file that the host opened with FILE_FLAG_OVERLAPPED. A handle is registered once, for as long as it lives; the host closes it when its operations are complete. Elsewhere there are no such handles: use rota_fd for pipes, and rota_spawn_blocking for files. Errors: ROTA_ENOTSUP (not on Windows), ROTA_EBADF, ROTA_EINVAL (not opened for overlapped use, or registered with somebody else).
    pub fn rota_handle_register(
        runtime: *mut rota_runtime,
        native: isize,
        out: *mut *mut rota_handle,
    ) -> rota_status;

    /// Reads up to `len` bytes (at most UINT32_MAX). `offset` is where in a file, in bytes; pipes ignore it. The buffer and \*out_count are borrowed until the task is complete; cancelling asks the system to stop, and the task completes, with ROTA_ECANCELED, when the system has let go of the buffer. A read of 0 with ROTA_OK is the end of the file, or of what the other side of the pipe has sent. A message longer than the buffer: ROTA_EMSGSIZE, and the rest comes next.
    pub fn rota_handle_read(
        handle: *mut rota_handle,
        offset: u64,
        buffer: *mut c_void,
        len: usize,
        out_count: *mut usize,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Writes up to `len` bytes. The task may end with ROTA_EPIPE (nobody reads any more), ...
    pub fn rota_handle_write(
        handle: *mut rota_handle,
        offset: u64,
        buffer: *const c_void,
        len: usize,
        out_count: *mut usize,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// A task that completes when a client has opened the other end of this named pipe.
    pub fn rota_handle_accept(handle: *mut rota_handle, out: *mut *mut rota_task) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_handle_clone(handle: *mut rota_handle) -> *mut rota_handle;

    /// Drops a reference. Operations under way go on.
    pub fn rota_handle_release(handle: *mut rota_handle);

    /// One value, once.
    pub fn rota_oneshot_create(
        runtime: *mut rota_runtime,
        drop: rota_drop_fn,
        out: *mut *mut rota_oneshot,
    ) -> rota_status;

    /// Gives the value. ROTA_EALREADY when one was sent, ROTA_ECLOSED when closed: the value then stays the caller's.
    pub fn rota_oneshot_send(oneshot: *mut rota_oneshot, value: *mut c_void) -> rota_status;

    /// ROTA_OK takes the value; ROTA_EAGAIN: none yet; ROTA_ECLOSED: closed without one; ROTA_EALREADY: taken before.
    pub fn rota_oneshot_try_recv(
        oneshot: *mut rota_oneshot,
        out_value: *mut *mut c_void,
    ) -> rota_status;

    /// From inside a poll. Spends budget.
    pub fn rota_oneshot_recv_poll(
        oneshot: *mut rota_oneshot,
        cx: *mut rota_context,
        out_value: *mut *mut c_void,
    ) -> rota_status;

    /// As a task; \*out_value is borrowed until it is complete.
    pub fn rota_oneshot_recv(
        oneshot: *mut rota_oneshot,
        out_value: *mut *mut c_void,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Either side gives up. A value already sent can still be received.
    pub fn rota_oneshot_close(oneshot: *mut rota_oneshot) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_oneshot_clone(oneshot: *mut rota_oneshot) -> *mut rota_oneshot;

    /// Drops a reference. NULL is fine.
    pub fn rota_oneshot_release(oneshot: *mut rota_oneshot);

    /// A condition to wait for. notify_one wakes the longest waiting, or, when nobody waits, lets the next wait pass at once (one at most is remembered). notify_all wakes those that wait now and is not remembered.
    pub fn rota_notify_create(
        runtime: *mut rota_runtime,
        out: *mut *mut rota_notify,
    ) -> rota_status;

    /// A condition to wait for. notify_one wakes the longest waiting, or, when nobody waits, lets the next wait pass at once (one at most is remembered). notify_all wakes those that wait now and is not remembered.
    pub fn rota_notify_one(notify: *mut rota_notify) -> rota_status;

    /// A condition to wait for. notify_one wakes the longest waiting, or, when nobody waits, lets the next wait pass at once (one at most is remembered). notify_all wakes those that wait now and is not remembered.
    pub fn rota_notify_all(notify: *mut rota_notify) -> rota_status;

    /// A task that completes when notified. It stands in line from this call on.
    pub fn rota_notify_wait(notify: *mut rota_notify, out: *mut *mut rota_task) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_notify_clone(notify: *mut rota_notify) -> *mut rota_notify;

    /// Drops a reference. NULL is fine.
    pub fn rota_notify_release(notify: *mut rota_notify);

    /// A lock, first come first served, that may be held across awaits and unlocked by another thread.
    pub fn rota_mutex_create(runtime: *mut rota_runtime, out: *mut *mut rota_mutex) -> rota_status;

    /// ROTA_OK, or ROTA_EBUSY.
    pub fn rota_mutex_try_lock(mutex: *mut rota_mutex) -> rota_status;

    /// A task that completes holding the lock. It stands in line from this call on.
    pub fn rota_mutex_lock(mutex: *mut rota_mutex, out: *mut *mut rota_task) -> rota_status;

    /// ROTA_EPERM when it is not locked.
    pub fn rota_mutex_unlock(mutex: *mut rota_mutex) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_mutex_clone(mutex: *mut rota_mutex) -> *mut rota_mutex;

    /// Drops a reference. NULL is fine.
    pub fn rota_mutex_release(mutex: *mut rota_mutex);

    /// Permits, handed out first come first served: a large request is not overtaken by small ones.
    pub fn rota_semaphore_create(
        runtime: *mut rota_runtime,
        permits: u32,
        out: *mut *mut rota_semaphore,
    ) -> rota_status;

    /// ROTA_OK, ROTA_EAGAIN, ROTA_ECLOSED.
    pub fn rota_semaphore_try_acquire(semaphore: *mut rota_semaphore, permits: u32) -> rota_status;

    /// A task that completes holding the permits, or with ROTA_ECLOSED.
    pub fn rota_semaphore_acquire(
        semaphore: *mut rota_semaphore,
        permits: u32,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Gives permits back, or adds new ones. ROTA_EOVERFLOW beyond ROTA_PERMITS_MAX.
    pub fn rota_semaphore_add(semaphore: *mut rota_semaphore, permits: u32) -> rota_status;

    /// Permits free now. 0 for NULL.
    pub fn rota_semaphore_available(semaphore: *const rota_semaphore) -> u32;

    /// Waiting and later acquires end with ROTA_ECLOSED.
    pub fn rota_semaphore_close(semaphore: *mut rota_semaphore) -> rota_status;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_semaphore_clone(semaphore: *mut rota_semaphore) -> *mut rota_semaphore;

    /// Drops a reference. NULL is fine.
    pub fn rota_semaphore_release(semaphore: *mut rota_semaphore);

    /// A channel of pointers: many producers, one consumer at a time. `capacity` 0: unbounded, sending never waits.
    pub fn rota_channel_create(
        runtime: *mut rota_runtime,
        capacity: usize,
        drop: rota_drop_fn,
        out: *mut *mut rota_channel,
    ) -> rota_status;

    /// ROTA_OK gives the value away. ROTA_EAGAIN: full; ROTA_ECLOSED: closed; the value then stays the caller's.
    pub fn rota_channel_try_send(channel: *mut rota_channel, value: *mut c_void) -> rota_status;

    /// A task that completes when the value is in the channel. On any other status (ROTA_ECLOSED, ROTA_ECANCELED) and on an error of this call the value stays the caller's.
    pub fn rota_channel_send(
        channel: *mut rota_channel,
        value: *mut c_void,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// ROTA_OK, ROTA_EAGAIN: empty now; ROTA_ECLOSED: closed and empty.
    pub fn rota_channel_try_recv(
        channel: *mut rota_channel,
        out_value: *mut *mut c_void,
    ) -> rota_status;

    /// From inside a poll. Spends budget.
    pub fn rota_channel_recv_poll(
        channel: *mut rota_channel,
        cx: *mut rota_context,
        out_value: *mut *mut c_void,
    ) -> rota_status;

    /// As a task; \*out_value is borrowed until it is complete.
    pub fn rota_channel_recv(
        channel: *mut rota_channel,
        out_value: *mut *mut c_void,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// No more sends; what is inside can still be received. Waiting senders end with ROTA_ECLOSED.
    pub fn rota_channel_close(channel: *mut rota_channel) -> rota_status;

    /// Values inside now. 0 for NULL.
    pub fn rota_channel_len(channel: *const rota_channel) -> usize;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_channel_clone(channel: *mut rota_channel) -> *mut rota_channel;

    /// Drops a reference. NULL is fine.
    pub fn rota_channel_release(channel: *mut rota_channel);

    /// Makes `task`, which was spawned with room for it and has not started, wait for `other` as well. To be sure that it has not started, spawn it with ROTA_SPAWN_HELD. Errors: ROTA_EINVAL (not such a task, or `other` is another runtime's), ROTA_EALREADY (it has started, or ended), ROTA_EOVERFLOW (after_room is used up), ROTA_EDEADLK (`other` is the task itself).
    pub fn rota_task_after(task: *mut rota_task, other: *mut rota_task) -> rota_status;

    /// Starts a task that was spawned with ROTA_SPAWN_HELD, as soon as what it waits for has ended. Until then it stays, also when its handle is released: cancel it if it is not to run. Errors: ROTA_EINVAL (not spawned held), ROTA_EALREADY.
    pub fn rota_task_start(task: *mut rota_task) -> rota_status;

    /// Tasks that belong together: a module's, a level's, a request's. What a member spawns, rota_spawn_blocking included, is a member too, unless it names another group. The group completes once: when it is closed (or its last handle is gone) and its last member has left, which a member does when its drop function has returned. `parent` may be NULL; else the new group is itself a member of it. Errors: ROTA_ECLOSED (the parent takes no more).
    pub fn rota_group_create(
        runtime: *mut rota_runtime,
        parent: *mut rota_group,
        out: *mut *mut rota_group,
    ) -> rota_status;

    /// Takes no more members from outside: spawning one answers ROTA_ECLOSED. Those it has run on, and what they spawn is still taken.
    pub fn rota_group_close(group: *mut rota_group) -> rota_status;

    /// Closes, for what members spawn too, and cancels all members, also of groups below, as rota_task_cancel does. ROTA_EALREADY when it was complete or cancelled before. Calls back: drop, of queued blocking jobs.
    pub fn rota_group_cancel(group: *mut rota_group) -> rota_status;

    /// The group's completion, to be awaited like any task; always ROTA_OK. Cancelling it is rota_group_cancel.
    pub fn rota_group_task(group: *mut rota_group, out: *mut *mut rota_task) -> rota_status;

    /// Cancels and waits at most `timeout_ns`; the calling thread helps members to their end. After ROTA_OK no code of a member runs, or will run, on any thread: a module may be unloaded. (`done` callbacks are not members: those on a queue have landed there by now, so run the queue to its end first.) Errors: ROTA_ETIMEDOUT: members still run; ROTA_EDEADLK: called by a member, or on a worker of another runtime. Calls back: poll and drop of members.
    pub fn rota_group_drain(group: *mut rota_group, timeout_ns: u64) -> rota_status;

    /// Members now, a group below counting as one. 0 for NULL.
    pub fn rota_group_size(group: *mut rota_group) -> u32;

    /// One more reference; returns its argument. NULL gives NULL.
    pub fn rota_group_clone(group: *mut rota_group) -> *mut rota_group;

    /// Drops a reference. Members run on, and may still spawn others.
    pub fn rota_group_release(group: *mut rota_group);

    /// Waits at most `timeout_ns` for the task and returns its final status; meanwhile this thread runs other tasks of the runtime, as far as `how` allows (NULL: descendants), and looks after timers and sockets when it has the chance. May be called anywhere: on a worker inside a poll (the tasks it runs are then polled inside that poll, 32 deep at most), inside block_on, in a callback, or on a thread outside, which takes a guest's seat for the while (when none is free it only waits). What runs here is never a task spawned `on` a queue or on the blocking pool. On a hosted runtime, and one without blocking threads, jobs are run when there is nothing else to do. A wait that helps too little can wait for ever: for a task that only this thread could run and may not. Give it a timeout where that can be. A task that waits for itself does. Errors: as rota_task_wait, but ROTA_EDEADLK only on a worker of another runtime (and with ROTA_HELP_NONE); ROTA_EINVAL (no such help or priority; a group of another runtime), ROTA_ENOTSUP (unknown tail). Calls back: poll, drop.
    pub fn rota_task_help(
        task: *mut rota_task,
        how: *const rota_help,
        timeout_ns: u64,
    ) -> rota_status;

    /// Calls body for all of \[0, count), in chunks that the workers and the calling thread take in turn, and returns when all is done. May be called from anywhere, also on a worker, in a chunk of another loop, or on a hosted runtime, where the caller does it all. The caller only ever waits for chunks that other threads are in the middle of. Nothing is allocated a chunk. What a body returns first that is not ROTA_OK (an exception: ROTA_EEXCEPTION; ROTA_PENDING: ROTA_EINVAL) is returned: no chunk is begun afterwards, those that run end. Errors: ROTA_EINVAL, ROTA_ENOTSUP (unknown tail); ROTA_ENOMEM; ROTA_ESHUTDOWN. Calls back: body, drop.
    pub fn rota_parallel_for(
        runtime: *mut rota_runtime,
        r#loop: *const rota_parallel,
    ) -> rota_status;

    /// The same as a task, for who must not wait: the workers do it all, and the task completes with what rota_parallel_for would return. Cancelling stops it: ROTA_ECANCELED once the chunks that run have ended. `out` may be NULL. Errors: as above, and ROTA_ECLOSED (the group takes no more).
    pub fn rota_parallel_start(
        runtime: *mut rota_runtime,
        r#loop: *const rota_parallel,
        out: *mut *mut rota_task,
    ) -> rota_status;

    /// Registers the calling thread as one that works for the runtime now and then: a guest. It holds a seat from now on (rota_runtime_options.guests_max), so that its calls cannot fail for want of one. A handle belongs to one thread at a time, but for rota_thread_interrupt. Thread hooks are not called for guests. Errors: ROTA_EAGAIN (all seats are taken), ROTA_ENOTSUP (there are none), ROTA_ESHUTDOWN.
    pub fn rota_thread_enter(runtime: *mut rota_runtime, out: *mut *mut rota_thread) -> rota_status;

    /// Works as one of the workers: runs at most `max_items` polls (0: no limit) until `budget_ns` has passed (ROTA_FOREVER: no limit; a poll is not interrupted), and looks at timers and sockets. Does not wait. `out_ran` may be NULL. Between two calls nothing waits for this thread that others could not run. Returns ROTA_OK when there is nothing left to do, ROTA_PENDING when more waits. Errors: ROTA_EDEADLK (inside a poll or callback of a runtime), ROTA_EBUSY (another thread is inside with this handle), ROTA_ESHUTDOWN. Calls back: poll, drop, done.
    pub fn rota_thread_run(
        thread: *mut rota_thread,
        max_items: u32,
        budget_ns: u64,
        out_ran: *mut u32,
    ) -> rota_status;

    /// The same, but sleeps when there is nothing to do, until `timeout_ns` has passed, rota_thread_interrupt (both: ROTA_OK), or the runtime shuts down (ROTA_ESHUTDOWN).
    pub fn rota_thread_serve(
        thread: *mut rota_thread,
        timeout_ns: u64,
        out_ran: *mut u32,
    ) -> rota_status;

    /// Ends the rota_thread_run or _serve under way, after the poll it is in, or else the next one. Any thread.
    pub fn rota_thread_interrupt(thread: *mut rota_thread) -> rota_status;

    /// Gives up the seat and the handle. Not while a call is under way: ROTA_EBUSY. NULL is fine.
    pub fn rota_thread_leave(thread: *mut rota_thread) -> rota_status;
}
