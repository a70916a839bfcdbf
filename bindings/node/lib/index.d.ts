// SPDX-License-Identifier: MIT
/// <reference types="node" />
import { Duplex, DuplexOptions } from 'node:stream';

/** What every operation takes besides its own options. */
export interface OperationOptions {
  /**
   * Cancels the operation: its promise is rejected with a RotaError named 'AbortError', whose code is 'ROTA_ECANCELED' and whose
   * cause is the signal's reason. An operation that had its effect before is fulfilled all the same.
   */
  signal?: AbortSignal;
  /** False lets the process end although the operation is pending. Default: true. */
  ref?: boolean;
}

/** An error of the engine. Mistakes in arguments are TypeErrors and RangeErrors, thrown at once. */
export class RotaError extends Error {
  constructor(status: number, options?: ErrorOptions);
  /** The status's name: 'ROTA_ECONNREFUSED', 'ROTA_ECANCELED', 'ROTA_ESHUTDOWN', ... */
  readonly code: string;
  /** The status's number, as in rota.h. */
  readonly status: number;
}

export interface RuntimeOptions {
  /** Worker threads, 1 to 1024. Default: one per core that the process may use. */
  workers?: number;
  /** Most threads for blocking calls, 0 to 16384. Default: 512. With 0, spawnBlocking and names in connect are refused. */
  blockingMax?: number;
  /** Milliseconds that an idle blocking thread stays. Default: 10 s. */
  blockingKeepAlive?: number;
  /** Bytes of each thread's stack, 64 KiB at least. Default: the system's. */
  stackSize?: number;
  /** Begins each thread's name; 8 bytes are used. Default: 'rota'. */
  name?: string;
}

/** Counters since the start, and what is so now (workers, threads, queues, timers). See rota_metrics in rota.h. */
export interface Metrics {
  workers: number;
  workersParked: number;
  blockingThreads: number;
  blockingIdle: number;
  blockingRunning: number;
  blockingQueued: number;
  blockingWaitNs: number;
  blockingJobs: number;
  tasksLive: number;
  tasksSpawned: number;
  polls: number;
  steals: number;
  overflows: number;
  parks: number;
  unparks: number;
  injectorDepth: number;
  timers: number;
  ioRegistrations: number;
  ioEvents: number;
}

export interface ListenOptions {
  /** Connections that may wait to be accepted. Default: 1024. */
  backlog?: number;
  /** Several listeners, also of other processes and Workers, may share the address. */
  reusePort?: boolean;
  /** Listening on '::', IPv6 alone. */
  v6Only?: boolean;
}

/** A job that another addon made; see include/rota_node.h. */
export type Job = object;

/**
 * The engine: its worker threads, timers, sockets and blocking pool. Everything is used on the JavaScript thread that made it; each
 * Worker makes its own. Idle, it keeps no process alive, and it ends with its environment, or when it is collected
 * and nothing of it is used any more.
 */
export class Runtime {
  /** Starts the threads. Throws RotaError (ROTA_EAGAIN, ROTA_ENOMEM, ROTA_EMFILE), RangeError, TypeError. */
  constructor(options?: RuntimeOptions);
  readonly workers: number;
  /** Resolves after `delay` milliseconds: never early. They need not be whole; Infinity is for ever. */
  sleep(delay: number, options?: OperationOptions): Promise<void>;
  /**
   * Runs a job of another addon on the blocking pool; rejected with what it returns, if that is an error. Cancelling takes effect
   * as long as it is queued; one that runs goes on, and so does its promise. A job runs once: ROTA_EALREADY is thrown.
   */
  spawnBlocking(job: Job, options?: OperationOptions): Promise<void>;
  /** Connects; a name is looked up on the blocking pool and its addresses are tried in turn. */
  connect(host: string, port: number, options?: OperationOptions): Promise<Socket>;
  /** Listens at once on a numeric address; port 0 picks a free one. Throws RotaError (ROTA_EADDRINUSE, ...). */
  listen(host: string, port: number, options?: ListenOptions): Listener;
  /** Registers a descriptor for readiness. It stays yours; close what is returned before you close it. */
  descriptor(fd: number): Descriptor;
  semaphore(permits: number): Semaphore;
  /** A channel for values of any kind, within this JavaScript thread. `capacity` 0: no limit, sending never waits. */
  channel<T = unknown>(capacity?: number): Channel<T>;
  metrics(): Metrics;
  /**
   * Ends it: what is pending is rejected with ROTA_ECANCELED, what is begun later with ROTA_ESHUTDOWN. Resolves to true when every thread has
   * stopped, to false when blocking calls still run after `timeout` milliseconds (default: wait for them).
   */
  shutdown(options?: { timeout?: number }): Promise<boolean>;
}

export interface Address {
  address: string;
  port: number;
}

export type SocketOption = 'noDelay' | 'keepAlive' | 'receiveBuffer' | 'sendBuffer' | 'linger';

/** A TCP stream. Any number of reads and writes may be pending. Closed when it is collected. */
export class Socket implements AsyncIterable<Buffer> {
  private constructor();
  readonly localAddress: Address;
  readonly remoteAddress: Address;
  /** What has arrived, up to `size` bytes (default 64 KiB); an empty Buffer is the end of the stream. */
  read(options?: OperationOptions & { size?: number }): Promise<Buffer>;
  /** Writes all of `data`, which is copied first; resolves to its length. */
  write(data: Uint8Array | string, options?: OperationOptions): Promise<number>;
  /** Half-closes. After 'write' (the default) the peer reads the end, and reading goes on here. */
  shutdown(how?: 'read' | 'write' | 'both'): void;
  /** Booleans count as 0 and 1; buffers are bytes; linger is seconds, -1 off. */
  setOption(name: SocketOption, value: number | boolean): void;
  getOption(name: SocketOption): number;
  /** Closes now; pending operations are rejected with ROTA_ECLOSED. */
  close(): void;
  /** The socket as a Node stream, for instance for http's createConnection. From then on use the stream alone. */
  stream(options?: DuplexOptions): Duplex;
  [Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined>;
}

/** Where connections arrive. Iterating ends when it is closed. */
export class Listener implements AsyncIterable<Socket> {
  private constructor();
  readonly localAddress: Address;
  accept(options?: OperationOptions): Promise<Socket>;
  close(): void;
  [Symbol.asyncIterator](): AsyncGenerator<Socket, void, undefined>;
}

export interface Readiness {
  readable: boolean;
  writable: boolean;
  /** The peer will send no more. */
  closed: boolean;
  /** Ask the descriptor. */
  error: boolean;
}

export class Descriptor {
  private constructor();
  /** Resolves when the descriptor is ready for what is asked; level-triggered. */
  ready(options: OperationOptions & ({ readable: true; writable?: boolean } | { writable: true })): Promise<Readiness>;
  /** Ends the registration; pending waits are rejected with ROTA_ECLOSED. The descriptor stays open. */
  close(): void;
}

/** Permits, first come first served. */
export class Semaphore {
  private constructor();
  readonly available: number;
  /** Resolves to a function that gives the permits back; called again, it does nothing. */
  acquire(permits?: number, options?: OperationOptions): Promise<() => void>;
  /** The same without waiting: null when they are not free. */
  tryAcquire(permits?: number): (() => void) | null;
  add(permits: number): void;
  /** Waiting and later acquires are rejected with ROTA_ECLOSED. */
  close(): void;
}

/** Many senders, many receivers, first come first served. Iterating ends when it is closed and empty. */
export class Channel<T = unknown> implements AsyncIterable<T> {
  private constructor();
  /** Resolves when the value is in the channel; rejected with ROTA_ECLOSED after close. */
  send(value: T, options?: OperationOptions): Promise<void>;
  receive(options?: OperationOptions): Promise<T>;
  close(): void;
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined>;
}

/** The version of the engine inside. */
export const version: string;
