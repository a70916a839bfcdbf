// SPDX-License-Identifier: MIT
//! `rota-bench RUNTIME CASE`: one case on one runtime, two workers; prints nanoseconds for each operation.
//!
//! - `spawn_join`: a task on a worker spawns 1M empty tasks in batches of 1000 and awaits each handle
//! - `spawn_outside`: the same from a thread that is not a worker
//! - `yield_many`: 200 tasks yield 5000 times each

use std::future::Future;
use std::time::Instant;

#[global_allocator]
static MIMALLOC: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 1000;
const BATCHES: usize = 1000;
const TASKS: usize = 200;
const YIELDS: usize = 5000;

/// What the cases need of a runtime.
trait Peer: Copy + Send + Sync + 'static {
    type Handle: Future<Output: Send> + Send;
    fn spawn(self, future: impl Future<Output = ()> + Send + 'static) -> Self::Handle;
    fn yield_now(self) -> impl Future<Output = ()> + Send;
    fn block_on<T>(self, future: impl Future<Output = T>) -> T;
}

#[derive(Clone, Copy)]
struct Rota(&'static rota::Runtime);

impl Peer for Rota {
    type Handle = rota::JoinHandle<()>;
    fn spawn(self, future: impl Future<Output = ()> + Send + 'static) -> Self::Handle {
        self.0.spawn(future)
    }
    fn yield_now(self) -> impl Future<Output = ()> + Send {
        rota::yield_now()
    }
    fn block_on<T>(self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future).expect("not in a task")
    }
}

#[derive(Clone, Copy)]
struct Tokio(&'static tokio::runtime::Runtime);

impl Peer for Tokio {
    type Handle = tokio::task::JoinHandle<()>;
    fn spawn(self, future: impl Future<Output = ()> + Send + 'static) -> Self::Handle {
        self.0.spawn(future)
    }
    fn yield_now(self) -> impl Future<Output = ()> + Send {
        tokio::task::yield_now()
    }
    fn block_on<T>(self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

async fn spawn_join(peer: impl Peer) {
    let mut handles = Vec::with_capacity(BATCH);
    for _ in 0..BATCHES {
        handles.extend((0..BATCH).map(|_| peer.spawn(async {})));
        for handle in handles.drain(..) {
            handle.await;
        }
    }
}

async fn yield_many(peer: impl Peer) {
    let yields = move || async move {
        for _ in 0..YIELDS {
            peer.yield_now().await;
        }
    };
    let handles: Vec<_> = (0..TASKS).map(|_| peer.spawn(yields())).collect();
    for handle in handles {
        handle.await;
    }
}

fn run(peer: impl Peer, case: &str) -> f64 {
    let start = Instant::now();
    let operations = match case {
        "spawn_join" => {
            peer.block_on(peer.spawn(spawn_join(peer)));
            BATCH * BATCHES
        }
        "spawn_outside" => {
            peer.block_on(spawn_join(peer));
            BATCH * BATCHES
        }
        "yield_many" => {
            peer.block_on(peer.spawn(yield_many(peer)));
            TASKS * YIELDS
        }
        _ => panic!("no such case: {case}"),
    };
    start.elapsed().as_nanos() as f64 / operations as f64
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, runtime, case] = &arguments[..] else { panic!("usage: rota-bench rota|tokio CASE") };
    let nanoseconds = match runtime.as_str() {
        "rota" => {
            let runtime = rota::Builder::new().workers(2).build().expect("a runtime");
            run(Rota(Box::leak(Box::new(runtime))), case)
        }
        "tokio" => {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            run(Tokio(Box::leak(Box::new(runtime.expect("a runtime")))), case)
        }
        _ => panic!("no such runtime: {runtime}"),
    };
    println!("{nanoseconds:.1}");
}
