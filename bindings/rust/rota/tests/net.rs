// SPDX-License-Identifier: MIT
//! TCP: both ways of waiting, against `std::net` and against itself.
#![allow(missing_docs)]
#![cfg(not(miri))]

mod common;

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use common::{assert_idle, elsewhere, until};
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use rota::net::{ListenOptions, TcpListener, TcpStream};
use rota::{Builder, Runtime};

const BIG: usize = 3 << 20; // more than the buffers of a socket pair hold

fn runtime() -> Runtime {
    Builder::new().workers(2).build().unwrap()
}

fn bytes(len: usize, seed: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 + i / 251 + seed) as u8).collect()
}

/// Sends back what comes, until the end of the stream; on a thread of its own, with the standard library.
fn std_echo() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                std::io::copy(&mut stream.try_clone().unwrap(), &mut stream).unwrap();
            });
        }
    });
    address
}

/// Writes and reads at a time, in one task, and checks every byte.
async fn round_trip(stream: TcpStream, len: usize, seed: usize) {
    let sent = bytes(len, seed);
    let (mut reader, mut writer) = (&stream, &stream);
    let mut received = Vec::new();
    let write = async {
        writer.write_all(&sent).await.unwrap();
        writer.close().await.unwrap();
    };
    let (_, count) = futures_util::join!(write, reader.read_to_end(&mut received));
    assert_eq!(count.unwrap(), len);
    assert!(received == sent, "the bytes differ");
}

#[test]
fn bytes_arrive_whole() {
    let runtime = runtime();
    let address = std_echo();
    let task = runtime.spawn(async move {
        let stream = TcpStream::connect(address).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert!(stream.nodelay().unwrap());
        stream.set_nodelay(false).unwrap();
        assert!(!stream.nodelay().unwrap());
        round_trip(stream, BIG, 1).await;
    });
    runtime.block_on(task).unwrap().unwrap();
    // On the main thread, and by name.
    let port = address.port();
    runtime
        .block_on(async { round_trip(TcpStream::connect(("localhost", port)).await.unwrap(), 1000, 2).await })
        .unwrap();
    assert_idle(&runtime);
}

#[test]
fn bytes_arrive_whole_with_wakers_of_others() {
    let runtime = runtime();
    let address = std_echo();
    let all = runtime.spawn(async move {
        let trips: FuturesUnordered<_> = (0..20)
            .map(|n| async move { round_trip(TcpStream::connect(address).await.unwrap(), BIG / 20, n).await })
            .collect();
        trips.count().await
    });
    assert_eq!(runtime.block_on(all).unwrap().unwrap(), 20);
    let stream = elsewhere(TcpStream::connect_on(&runtime, address)).unwrap();
    elsewhere(round_trip(stream, BIG, 3)); // another executor
    assert_idle(&runtime);
    until("no registration is left", || runtime.metrics().io_registrations == 0);
}

#[test]
fn a_stream_goes_from_one_way_of_waiting_to_the_other() {
    let runtime = runtime();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = elsewhere(TcpStream::connect_on(&runtime, listener.local_addr().unwrap())).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let mut buffer = [0; 8];
    for round in 0..3u8 {
        // Waits with a waker that comes to nothing; then with that of a thread; then of a task.
        let nothing = &mut Context::from_waker(Waker::noop());
        assert!(futures_util::AsyncRead::poll_read(Pin::new(&mut stream), nothing, &mut buffer).is_pending());
        peer.write_all(&[round]).unwrap();
        assert_eq!(elsewhere(stream.read(&mut buffer)).unwrap(), 1);
        peer.write_all(&[round + 10]).unwrap();
        let task = runtime.spawn(async move {
            let mut buffer = [0; 8];
            let count = stream.read(&mut buffer).await.unwrap();
            (stream, buffer[..count].to_vec())
        });
        let read;
        (stream, read) = runtime.block_on(task).unwrap().unwrap();
        assert_eq!((buffer[0], read), (round, vec![round + 10]));
    }
}

#[test]
fn gathered_writes() {
    let runtime = runtime();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || elsewhere(TcpStream::connect_on(&runtime, address)).unwrap();
    for inside in [true, false] {
        let stream = connect();
        let (mut peer, _) = listener.accept().unwrap();
        let write = async move {
            let mut stream = stream;
            let parts = [IoSlice::new(b"one "), IoSlice::new(b""), IoSlice::new(b"two "), IoSlice::new(b"three")];
            assert_eq!(stream.write_vectored(&parts).await.unwrap(), 13);
            assert_eq!(stream.write_vectored(&[IoSlice::new(b"")]).await.unwrap(), 0);
            stream.close().await.unwrap();
        };
        match inside {
            true => runtime.block_on(runtime.spawn(write)).unwrap().unwrap(),
            false => elsewhere(write),
        }
        let mut text = String::new();
        peer.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one two three");
    }
}

async fn accept(listener: &TcpListener, count: usize) -> usize {
    for _ in 0..count {
        let mut stream = listener.accept().await.unwrap();
        let mut word = Vec::new();
        stream.read_to_end(&mut word).await.unwrap();
        assert_eq!(word, b"hello");
    }
    count
}

fn knock(address: std::net::SocketAddr, count: usize) {
    for _ in 0..count {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"hello").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn connections_are_accepted() {
    let runtime = runtime();
    let listener = TcpListener::bind_on(&runtime, "127.0.0.1:0", ListenOptions::default()).unwrap();
    let address = listener.local_addr().unwrap();
    let listener = Arc::new(listener);
    let knocking = thread::spawn(move || knock(address, 30));
    // In a task; in FuturesUnordered; on another executor; one after the other on the same listener.
    let inside = listener.clone();
    let task = runtime.spawn(async move { accept(&inside, 10).await });
    assert_eq!(runtime.block_on(task).unwrap().unwrap(), 10);
    let inside = listener.clone();
    let task = runtime.spawn(async move {
        let accepts: FuturesUnordered<_> = (0..5).map(|_| accept(&inside, 2)).collect();
        accepts.count().await
    });
    assert_eq!(runtime.block_on(task).unwrap().unwrap(), 5);
    elsewhere(accept(&listener, 10));
    knocking.join().unwrap();
    drop(listener);
    assert_idle(&runtime);
}

#[test]
fn dropping_an_accept_loses_no_connection() {
    let runtime = runtime();
    let listener = TcpListener::bind_on(&runtime, "127.0.0.1:0", ListenOptions::default()).unwrap();
    let address = listener.local_addr().unwrap();
    assert!(listener.poll_accept(&mut Context::from_waker(Waker::noop())).is_pending());
    let knocking = thread::spawn(move || knock(address, 1));
    // The accept that nobody waits for any more takes the connection; the next one gets it, in a task.
    let task = runtime.spawn(async move { accept(&listener, 1).await });
    assert_eq!(runtime.block_on(task).unwrap().unwrap(), 1);
    knocking.join().unwrap();
}

#[test]
fn a_task_of_one_runtime_waits_for_another() {
    let (here, there) = (runtime(), runtime());
    let address = std_echo();
    let far = there.handle();
    let last_read = Arc::new(AtomicBool::new(false));
    let reading = last_read.clone();
    let task = here.spawn(async move {
        far.sleep(Duration::from_millis(5)).await;
        assert_eq!(far.spawn(async { 6 }).await.unwrap(), 6);
        round_trip(TcpStream::connect_on(&far, address).await.unwrap(), BIG, 5).await;
        let mut stream = TcpStream::connect_on(&far, address).await.unwrap();
        stream.write_all(b"!").await.unwrap();
        stream.read_exact(&mut [0; 1]).await.unwrap();
        reading.store(true, Ordering::Release);
        stream.read(&mut [0; 1]).await
    });
    until("it reads what does not come", || {
        last_read.load(Ordering::Acquire) && there.metrics().io_registrations == 1 && here.metrics().workers_parked == 2
    });
    drop(there);
    assert!(here.block_on(task).unwrap().unwrap().is_err(), "the stream's runtime is gone");
    assert_idle(&here);
}

#[test]
fn what_goes_wrong_is_said() {
    let runtime = runtime();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let kind = |outcome: std::io::Result<TcpStream>| outcome.unwrap_err().kind();
    runtime
        .block_on(async {
            assert_eq!(kind(TcpStream::connect(free).await), ErrorKind::ConnectionRefused);
            assert_eq!(kind(TcpStream::connect("no port").await), ErrorKind::InvalidInput);
            assert_eq!(kind(TcpStream::connect(("nul\0", 1)).await), ErrorKind::InvalidInput);
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let again = TcpListener::bind(listener.local_addr().unwrap());
            assert_eq!(again.unwrap_err().kind(), ErrorKind::AddrInUse);
            assert_eq!(TcpListener::bind("localhost:0").unwrap_err().kind(), ErrorKind::InvalidInput);
        })
        .unwrap();
    let handle = runtime.handle();
    drop(runtime);
    let error = elsewhere(TcpStream::connect_on(&handle, free)).unwrap_err();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rota::Error>()).unwrap();
    assert_eq!(inner.name(), "ROTA_ESHUTDOWN");
}

#[test]
fn aborting_a_task_that_reads_closes_its_stream() {
    let runtime = runtime();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let task = runtime.spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"!").await.unwrap();
        stream.read(&mut [0; 1]).await
    });
    let (mut peer, _) = listener.accept().unwrap();
    peer.read_exact(&mut [0; 1]).unwrap();
    task.abort();
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0, "the end of the stream");
    assert!(runtime.block_on(task).unwrap().unwrap_err().is_cancelled());
    // A connect that is given up.
    let connecting =
        runtime.spawn(async { rota::time::timeout(Duration::ZERO, TcpStream::connect(("localhost", 1))).await });
    let _ = runtime.block_on(connecting).unwrap().unwrap();
    assert_idle(&runtime);
}
