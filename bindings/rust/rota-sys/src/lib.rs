// SPDX-License-Identifier: MIT
//! The C interface of rota, as `rota.h` declares it and nothing more. The crate
//! `rota` is the safe one.
//!
//! The library is found, in this order:
//!
//! 1. in the folder that the environment variable `ROTA_LIB_DIR` names;
//! 2. by `pkg-config rota` (set `PKG_CONFIG_PATH=PREFIX/lib/pkgconfig` after `tools/install PREFIX`);
//! 3. inside a checkout of rota, by building it with `tools/install`.
//!
//! The feature `static` links `librota.a` (and the C++ library it needs) instead of `librota.so`.
#![no_std]

#[rustfmt::skip] // written by tools/api
mod ffi;
pub use ffi::*;
