// SPDX-License-Identifier: MIT
//! TCP, with the traits of `futures-io`.

mod foreign;
mod listener;
mod socket;
mod stream;
mod target;

pub use listener::{ListenOptions, TcpListener};
pub use stream::TcpStream;
pub use target::ToTarget;
