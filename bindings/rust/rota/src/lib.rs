// SPDX-License-Identifier: MIT
//! Runs Rust futures on rota, a task-scheduling engine that is written in C++ and shared, in one process, with whatever
//! else is linked to it.
//!
//! ```
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = rota::Runtime::new()?;
//! let answer = runtime.block_on(async {
//!     let question = rota::spawn(async { rota::time::sleep(Duration::from_millis(10)).await; 6 });
//!     let factor = rota::spawn_blocking(|| 7);
//!     Ok::<_, rota::JoinError>(question.await? * factor.await?)
//! })??;
//! assert_eq!(answer, 42);
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//!
//! - Any future runs. One that is spawned lives inside the engine's own task block, where it does not move; waking it is
//!   counting a reference and allocates nothing.
//! - A future is dropped exactly once, on whichever thread ends its task; hence `Send + 'static`. [`Handle::block_on`]
//!   keeps its future on the caller's thread and asks for neither.
//! - No panic crosses into the engine: a [`JoinHandle`] gives it as a [`JoinError`], `block_on` goes on with it.
//! - Timers, sockets and handles of this crate may be polled with any waker: inside `FuturesUnordered` and the like, or by
//!   another executor.
//! - A [`Runtime`] that is dropped cancels its tasks. While it shuts down, waking one of its tasks may drop that task's
//!   future inside the call to `wake`.
//!
//! With the feature `hyper`, the module `hyper` has what hyper 1 asks of a runtime.

mod block_on;
mod blocking;
mod builder;
mod context;
mod error;
#[cfg(all(unix, feature = "hyper"))]
pub mod hyper;
mod join;
#[cfg(unix)]
pub mod net;
mod operation;
mod runtime;
mod slot;
mod task;
pub mod time;
mod yields;

pub use builder::{Builder, Room, ThreadHooks};
pub use error::{Error, JoinError};
pub use join::{AbortHandle, JoinHandle};
pub use runtime::{spawn, spawn_blocking, Handle, Metrics, Runtime};
pub use yields::{consume_budget, yield_now};

/// The code blocks of the guide, as tests.
#[cfg(all(doctest, feature = "hyper"))]
#[doc = include_str!("../../../../docs/guide/rust.md")]
mod guide {}
