// SPDX-License-Identifier: MIT
//! Finds librota; src/lib.rs says where it looks.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout this crate stands in, seen from its folder.
const CHECKOUT: &str = "../../..";

fn main() {
    println!("cargo:rerun-if-env-changed=ROTA_LIB_DIR");
    println!("cargo:rerun-if-env-changed=DOCS_RS");
    println!("cargo:rerun-if-changed=build.rs");
    // Miri links nothing, and documentation needs no library.
    if env::var_os("CARGO_CFG_MIRI").is_some() || env::var_os("DOCS_RS").is_some() {
        return;
    }
    if let Some(dir) = env::var_os("ROTA_LIB_DIR") {
        return link(&[PathBuf::from(dir)]);
    }
    match pkg_config::Config::new().atleast_version("0.1").cargo_metadata(false).probe("rota") {
        Ok(library) => link(&library.link_paths),
        Err(error) => match build_checkout() {
            Some(dir) => link(&[dir]),
            None => panic!("librota was not found; set ROTA_LIB_DIR or PKG_CONFIG_PATH\n{error}"),
        },
    }
}

fn link(dirs: &[PathBuf]) {
    for dir in dirs {
        println!("cargo:rustc-link-search=native={}", dir.display());
    }
    if env::var_os("CARGO_FEATURE_STATIC").is_some() {
        println!("cargo:rustc-link-lib=static=rota");
        println!("cargo:rustc-link-lib=dylib=stdc++");
    } else {
        println!("cargo:rustc-link-lib=dylib=rota");
    }
}

/// Builds and installs the checkout this crate stands in, if it does, below Cargo's output folder.
fn build_checkout() -> Option<PathBuf> {
    let tool = Path::new(CHECKOUT).join("tools/install");
    if !tool.exists() {
        return None;
    }
    for sources in ["core", "capi"] {
        println!("cargo:rerun-if-changed={CHECKOUT}/{sources}");
    }
    let prefix = PathBuf::from(env::var_os("OUT_DIR")?).join("rota");
    let status = Command::new(&tool).arg(&prefix).status();
    match status {
        Ok(status) if status.success() => Some(prefix.join("lib")),
        outcome => panic!("tools/install failed: {outcome:?}"),
    }
}
