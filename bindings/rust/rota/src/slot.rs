// SPDX-License-Identifier: MIT
//! Slot: one value from a task to its handle.
//!
//! Thread safety: one writer, which puts at most once, and one reader; each may be any thread.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) struct Slot<T> {
    full: AtomicBool,             // written by the writer once, and by the reader when it takes
    value: UnsafeCell<Option<T>>, // the writer's until `full`, then the reader's
}

// SAFETY: the value is handed over through `full` and never shared.
unsafe impl<T: Send> Sync for Slot<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Slot<T> {}

impl<T> Slot<T> {
    pub(crate) fn new() -> Slot<T> {
        Slot { full: AtomicBool::new(false), value: UnsafeCell::new(None) }
    }

    /// Gives the value.
    ///
    /// # Safety
    /// Called by the one writer, and once.
    pub(crate) unsafe fn put(&self, value: T) {
        // SAFETY: not full, so the place is the writer's.
        unsafe { *self.value.get() = Some(value) };
        // Synchronizes with the load in take.
        self.full.store(true, Ordering::Release);
    }

    /// The value, if it was put and not taken.
    ///
    /// # Safety
    /// Called by the one reader.
    pub(crate) unsafe fn take(&self) -> Option<T> {
        // Synchronizes with the store in put.
        if !self.full.load(Ordering::Acquire) {
            return None;
        }
        // SAFETY: full, so the place is the reader's.
        unsafe { (*self.value.get()).take() }
    }
}
