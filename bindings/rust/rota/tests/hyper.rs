// SPDX-License-Identifier: MIT
//! A real HTTP client and server, hyper's, on rota.
#![allow(missing_docs)]
#![cfg(not(miri))]

mod common;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{assert_idle, until, Door, Drops};
use futures_util::future::{select, Either};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use rota::hyper::{Executor, Timer};
use rota::net::{ListenOptions, TcpListener, TcpStream};
use rota::{Builder, Handle, JoinHandle, Runtime};

const CONNECTIONS: usize = 100;
const REQUESTS: usize = 20;

#[derive(Clone, Default)]
struct State {
    accepted: Arc<AtomicUsize>,
    inside: Arc<AtomicUsize>, // handlers waiting at the door
    door: Door,
    abandoned: Drops, // handlers dropped
    stop: Door,       // shuts down gracefully
}

struct Server {
    state: State,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl State {
    /// `/echo` sends the body back, `/door` waits at the door first, `/ever` does not end.
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let counted = self.abandoned.counted();
        let (head, body) = request.into_parts();
        // hyper notices that its peer has gone only when nothing of the request is left to read.
        let body = body.collect().await?.to_bytes();
        let status = match head.uri.path() {
            "/echo" => StatusCode::OK,
            "/door" => {
                self.inside.fetch_add(1, Ordering::SeqCst);
                self.door.await;
                StatusCode::OK
            }
            "/ever" => {
                self.inside.fetch_add(1, Ordering::SeqCst);
                std::future::pending().await
            }
            _ => StatusCode::NOT_FOUND,
        };
        std::mem::forget(counted);
        Ok(Response::builder().status(status).body(Full::new(body)).unwrap())
    }

    async fn serve_http1(self, runtime: Handle, stream: TcpStream, limit: Duration) -> Result<(), hyper::Error> {
        let service = service_fn(|request| self.clone().answer(request));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(Timer::new(&runtime))
            .header_read_timeout(limit)
            .serve_connection(stream, service);
        match select(pin!(connection), self.stop.clone()).await {
            Either::Left((ended, _)) => ended,
            Either::Right(((), mut connection)) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    }

    async fn serve_http2(self, runtime: Handle, stream: TcpStream) -> Result<(), hyper::Error> {
        let service = service_fn(|request| self.clone().answer(request));
        hyper::server::conn::http2::Builder::new(Executor::new(&runtime))
            .timer(Timer::new(&runtime))
            .serve_connection(stream, service)
            .await
    }
}

impl Server {
    fn start(runtime: &Runtime, http2: bool, limit: Duration) -> Server {
        let listener = TcpListener::bind_on(runtime, "127.0.0.1:0", ListenOptions::default()).unwrap();
        let address = listener.local_addr().unwrap();
        let state = State::default();
        let (shared, handle) = (state.clone(), runtime.handle());
        let accepting = runtime.spawn_named("accept", async move {
            loop {
                let stream = listener.accept().await.unwrap();
                shared.accepted.fetch_add(1, Ordering::SeqCst);
                let (state, handle) = (shared.clone(), handle.clone());
                drop(handle.clone().spawn(async move {
                    // A client that goes away is no error of the server.
                    match http2 {
                        true => state.serve_http2(handle, stream).await.ok(),
                        false => state.serve_http1(handle, stream, limit).await.ok(),
                    }
                }));
            }
        });
        Server { state, address, accepting }
    }
}

fn runtime() -> Runtime {
    Builder::new().workers(2).build().unwrap()
}

fn minute() -> Duration {
    Duration::from_secs(60)
}

fn body(connection: usize, request: usize) -> Bytes {
    let len = [0, 1, 100, 8 << 10, 200 << 10][(connection + request) % 5];
    (0..len).map(|i| (i * 7 + connection * 13 + request) as u8).collect()
}

fn post(path: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::post(path).header("host", "rota").body(Full::new(body)).unwrap()
}

type Sender1 = hyper::client::conn::http1::SendRequest<Full<Bytes>>;

/// A connection, and the task that drives it.
async fn connect(address: SocketAddr) -> (Sender1, JoinHandle<Result<(), hyper::Error>>) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    (sender, rota::spawn(connection))
}

async fn echo(sender: &mut Sender1, path: &str, body: Bytes) {
    sender.ready().await.unwrap();
    let response = sender.send_request(post(path, body.clone())).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let received = response.into_body().collect().await.unwrap().to_bytes();
    assert!(received == body, "the bodies differ");
}

/// Nothing of it is left.
fn assert_gone(runtime: &Runtime, server: Server) {
    server.accepting.abort();
    let _ = runtime.block_on(server.accepting);
    assert_idle(runtime);
    until("no registration is left", || runtime.metrics().io_registrations == 0);
    until("no timer is left", || runtime.metrics().timers == 0);
}

#[test]
fn many_connections_are_kept_alive() {
    let runtime = runtime();
    let server = Server::start(&runtime, false, minute());
    let address = server.address;
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            runtime.spawn(async move {
                let (mut sender, driver) = connect(address).await;
                for request in 0..REQUESTS {
                    echo(&mut sender, "/echo", body(connection, request)).await;
                }
                drop(sender);
                driver.await.unwrap().unwrap();
                REQUESTS
            })
        })
        .collect();
    let answered: usize =
        clients.into_iter().map(|client| runtime.block_on(client).unwrap().expect("all bodies right")).sum();
    assert_eq!(answered, CONNECTIONS * REQUESTS);
    assert_eq!(server.state.accepted.load(Ordering::SeqCst), CONNECTIONS, "each connection served all its requests");
    assert_eq!(server.state.abandoned.count(), 0);
    assert_gone(&runtime, server);
}

#[test]
fn many_streams_share_a_connection() {
    let runtime = runtime();
    let server = Server::start(&runtime, true, minute());
    let address = server.address;
    let handle = runtime.handle();
    let client = runtime.spawn(async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = hyper::client::conn::http2::Builder::new(Executor::new(&handle))
            .timer(Timer::new(&handle))
            .keep_alive_interval(Duration::from_secs(20))
            .handshake(stream)
            .await
            .unwrap();
        let driver = rota::spawn(connection);
        let requests: Vec<_> = (0..CONNECTIONS)
            .map(|n| {
                let mut sender = sender.clone();
                rota::spawn(async move {
                    let response = sender.send_request(post("http://rota/echo", body(n, 0))).await.unwrap();
                    let received = response.into_body().collect().await.unwrap().to_bytes();
                    assert!(received == body(n, 0), "the bodies differ");
                })
            })
            .collect();
        drop(sender);
        for request in requests {
            request.await.unwrap();
        }
        driver.await.unwrap().unwrap();
    });
    runtime.block_on(client).unwrap().unwrap();
    assert_eq!(server.state.accepted.load(Ordering::SeqCst), 1);
    assert_gone(&runtime, server);
}

#[test]
fn a_graceful_shutdown_lets_requests_end() {
    let runtime = runtime();
    let server = Server::start(&runtime, false, minute());
    let address = server.address;
    let clients: Vec<_> = (0..10)
        .map(|n| {
            runtime.spawn(async move {
                let (mut sender, driver) = connect(address).await;
                echo(&mut sender, "/door", body(n, 3)).await;
                // The answer came whole, and with it the end of the connection.
                driver.await.unwrap().unwrap();
                assert!(sender.is_closed());
            })
        })
        .collect();
    until("all requests are in flight", || server.state.inside.load(Ordering::SeqCst) == 10);
    server.accepting.abort();
    server.state.stop.open();
    server.state.door.open();
    for client in clients {
        runtime.block_on(client).unwrap().unwrap();
    }
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
    assert_eq!(server.state.abandoned.count(), 0);
    assert_gone(&runtime, server);
}

#[test]
fn a_request_in_flight_is_cancelled() {
    let runtime = runtime();
    let server = Server::start(&runtime, false, minute());
    let address = server.address;
    let clients: Vec<_> = (0..10)
        .map(|n| {
            runtime.spawn(async move {
                let (mut sender, driver) = connect(address).await;
                sender.ready().await.unwrap();
                // The handle of the driver goes too, which detaches it: hyper itself must end it.
                select(pin!(sender.send_request(post("/ever", body(n, 1)))), driver).await;
            })
        })
        .collect();
    until("all requests are in flight", || server.state.inside.load(Ordering::SeqCst) == 10);
    assert_eq!(server.state.abandoned.count(), 0);
    clients.iter().for_each(JoinHandle::abort);
    for client in clients {
        assert!(runtime.block_on(client).unwrap().unwrap_err().is_cancelled());
    }
    until("the server's handlers are dropped", || server.state.abandoned.count() == 10);
    assert_gone(&runtime, server);
}

#[test]
fn hyper_keeps_its_time_limits() {
    let runtime = runtime();
    let limit = Duration::from_millis(50);
    let server = Server::start(&runtime, false, limit);
    let start = Instant::now();
    let mut lazy = std::net::TcpStream::connect(server.address).unwrap();
    lazy.write_all(b"GET /echo HTTP/1.1\r\nhost:").unwrap();
    lazy.set_read_timeout(Some(minute())).unwrap();
    lazy.read_to_end(&mut Vec::new()).unwrap();
    assert!(start.elapsed() >= limit, "closed for being slow");
    assert_gone(&runtime, server);
}

#[test]
fn a_runtime_dropped_amid_requests_drops_them_all() {
    let runtime = runtime();
    let server = Server::start(&runtime, false, minute());
    let address = server.address;
    let client = runtime.spawn(async move {
        let (mut sender, _driver) = connect(address).await;
        sender.send_request(post("/ever", body(0, 4))).await.map(drop)
    });
    until("the request is in flight", || server.state.inside.load(Ordering::SeqCst) == 1);
    drop(runtime);
    assert_eq!(server.state.abandoned.count(), 1);
    // Cancelled, or told first that its connection was.
    match common::elsewhere(client) {
        Ok(outcome) => assert!(outcome.unwrap_err().is_canceled()),
        Err(error) => assert!(error.is_cancelled()),
    }
    assert!(common::elsewhere(server.accepting).unwrap_err().is_cancelled());
}
