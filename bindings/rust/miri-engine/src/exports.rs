// SPDX-License-Identifier: MIT
//! The functions of `rota.h` that the model has.

use std::ffi::{c_char, c_void};
use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering;
use std::sync::Arc;

use rota_sys::*;

use crate::task::{Context, Done, Home, Task, Work};
use crate::{Runtime, CURRENT};

/// The counted object behind a handle, without taking the handle's count.
unsafe fn borrow<T>(handle: *const c_void) -> ManuallyDrop<Arc<T>> {
    ManuallyDrop::new(unsafe { Arc::from_raw(handle.cast::<T>()) })
}

fn give(task: Arc<Task>, out: *mut *mut rota_task) {
    if !out.is_null() {
        unsafe { *out = Arc::into_raw(task).cast_mut().cast() };
    }
}

#[no_mangle]
extern "C" fn rota_status_name(_: rota_status) -> *const c_char {
    c"ROTA_MODEL".as_ptr()
}

#[no_mangle]
extern "C" fn rota_status_message(_: rota_status) -> *const c_char {
    c"a status of the model".as_ptr()
}

#[no_mangle]
unsafe extern "C" fn rota_runtime_options_init(options: *mut rota_runtime_options, size: usize) -> rota_status {
    unsafe {
        (*options).size = size as u32;
        (*options).workers = 2;
    }
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_runtime_create(
    options: *const rota_runtime_options,
    out: *mut *mut rota_runtime,
) -> rota_status {
    let runtime = Runtime::start(unsafe { (*options).workers });
    unsafe { *out = Arc::into_raw(runtime).cast_mut().cast() };
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_runtime_clone(runtime: *mut rota_runtime) -> *mut rota_runtime {
    if !runtime.is_null() {
        let inner = unsafe { borrow::<Runtime>(runtime.cast()) };
        inner.handles.fetch_add(1, Ordering::Relaxed);
        std::mem::forget((*inner).clone());
    }
    runtime
}

#[no_mangle]
unsafe extern "C" fn rota_runtime_release(runtime: *mut rota_runtime) {
    unsafe { Arc::from_raw(runtime.cast_const().cast::<Runtime>()) }.release();
}

#[no_mangle]
unsafe extern "C" fn rota_runtime_shutdown(runtime: *mut rota_runtime, _: u64) -> rota_status {
    unsafe { borrow::<Runtime>(runtime.cast()) }.shutdown();
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_runtime_workers(runtime: *const rota_runtime) -> u32 {
    unsafe { borrow::<Runtime>(runtime.cast()) }.workers
}

#[no_mangle]
extern "C" fn rota_current_runtime() -> *mut rota_runtime {
    CURRENT.get().cast_mut().cast()
}

#[no_mangle]
unsafe extern "C" fn rota_metrics_read(runtime: *mut rota_runtime, out: *mut rota_metrics, _: usize) -> rota_status {
    let runtime = unsafe { borrow::<Runtime>(runtime.cast()) };
    let shared = runtime.shared.lock().unwrap();
    unsafe {
        (*out).tasks_live = shared.owned.len() as u64;
        (*out).tasks_spawned = shared.spawned;
    }
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_spawn(
    runtime: *mut rota_runtime,
    desc: *const rota_spawn_desc,
    out: *mut *mut rota_task,
) -> rota_status {
    let inner = unsafe { borrow::<Runtime>(runtime.cast()) };
    let desc = unsafe { &*desc };
    let refuse = |status| {
        unsafe { desc.drop.unwrap()(desc.state) };
        status
    };
    if desc.name_len > 255 {
        return refuse(ROTA_EOVERFLOW);
    }
    if inner.shared.lock().unwrap().closed {
        return refuse(ROTA_ESHUTDOWN);
    }
    let work = Work::Poll(desc.poll.unwrap());
    let runtime = (*inner).clone();
    let task = unsafe { Task::new(runtime, work, desc.drop, desc.state, desc.state_size, Home::Workers) };
    give(task.clone(), out);
    inner.own(&task);
    inner.submit(task);
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_block_on(runtime: *mut rota_runtime, desc: *const rota_spawn_desc) -> rota_status {
    let inner = unsafe { borrow::<Runtime>(runtime.cast()) };
    let desc = unsafe { &*desc };
    assert!(desc.drop.is_none());
    if !CURRENT.get().is_null() {
        return ROTA_EDEADLK;
    }
    let work = Work::Poll(desc.poll.unwrap());
    let task = unsafe { Task::new((*inner).clone(), work, None, desc.state, 0, Home::Thread) };
    if !inner.own(&task) {
        return ROTA_ESHUTDOWN;
    }
    task.run_to_end()
}

#[no_mangle]
unsafe extern "C" fn rota_spawn_blocking(
    runtime: *mut rota_runtime,
    call: rota_blocking_fn,
    arg: *mut c_void,
    drop: rota_drop_fn,
    out: *mut *mut rota_task,
) -> rota_status {
    let inner = unsafe { borrow::<Runtime>(runtime.cast()) };
    if inner.shared.lock().unwrap().closed {
        unsafe { drop.unwrap()(arg) };
        return ROTA_ESHUTDOWN;
    }
    let task = unsafe { Task::new((*inner).clone(), Work::Call(call.unwrap()), drop, arg, 0, Home::Workers) };
    give(task.clone(), out);
    inner.own(&task);
    inner.run_on_thread(move || task.run());
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_task_poll(task: *mut rota_task, cx: *mut rota_context) -> rota_status {
    unsafe { borrow::<Task>(task.cast()).join(&(*cx.cast::<Context>()).task) }
}

#[no_mangle]
unsafe extern "C" fn rota_task_status(task: *const rota_task) -> rota_status {
    unsafe { borrow::<Task>(task.cast()) }.status()
}

#[no_mangle]
unsafe extern "C" fn rota_task_on_done(
    task: *mut rota_task,
    _: *mut rota_queue,
    done: rota_done_fn,
    user1: *mut c_void,
    user2: *mut c_void,
) -> rota_status {
    let done = Done { done: done.unwrap(), users: [user1, user2] };
    unsafe { borrow::<Task>(task.cast()) }.on_done(done);
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_task_cancel(task: *mut rota_task) -> rota_status {
    unsafe { borrow::<Task>(task.cast()) }.cancel()
}

#[no_mangle]
unsafe extern "C" fn rota_task_clone(task: *mut rota_task) -> *mut rota_task {
    unsafe { Arc::increment_strong_count(task.cast_const().cast::<Task>()) };
    task
}

#[no_mangle]
unsafe extern "C" fn rota_task_release(task: *mut rota_task) {
    drop(unsafe { Arc::from_raw(task.cast_const().cast::<Task>()) });
}

#[no_mangle]
unsafe extern "C" fn rota_waker_clone(cx: *mut rota_context) -> *mut rota_waker {
    Arc::into_raw(unsafe { (*cx.cast::<Context>()).task.clone() }).cast_mut().cast()
}

#[no_mangle]
unsafe extern "C" fn rota_waker_share(waker: *mut rota_waker) -> *mut rota_waker {
    unsafe { Arc::increment_strong_count(waker.cast_const().cast::<Task>()) };
    waker
}

#[no_mangle]
unsafe extern "C" fn rota_waker_wake(waker: *mut rota_waker) -> rota_status {
    unsafe { borrow::<Task>(waker.cast()) }.wake();
    ROTA_OK
}

#[no_mangle]
unsafe extern "C" fn rota_waker_release(waker: *mut rota_waker) {
    drop(unsafe { Arc::from_raw(waker.cast_const().cast::<Task>()) });
}

#[no_mangle]
unsafe extern "C" fn rota_waker_is_current(waker: *const rota_waker, cx: *const rota_context) -> i32 {
    let task = unsafe { &(*cx.cast::<Context>()).task };
    i32::from(std::ptr::eq(Arc::as_ptr(task).cast(), waker))
}

#[no_mangle]
unsafe extern "C" fn rota_yield(cx: *mut rota_context) -> rota_status {
    unsafe { &(*cx.cast::<Context>()).task }.wake();
    ROTA_PENDING
}

#[no_mangle]
extern "C" fn rota_budget(_: *mut rota_context) -> rota_status {
    ROTA_OK
}
