// SPDX-License-Identifier: MIT
'use strict';

const { native, RotaError, operate, integer, string, milliseconds } = require('./native.js');
const { Socket, Listener } = require('./socket.js');
const { Semaphore, Channel } = require('./sync.js');
const { Descriptor } = require('./descriptor.js');

const WORKERS_MOST = 1024;
const BLOCKING_MOST = 16384;
const REUSE_PORT = 1;
const V6_ONLY = 2;
const DEFAULT = -1;

class Runtime {
  #handle;

  constructor(options = {}) {
    if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object');
    const { workers, blockingMax, blockingKeepAlive = 0, stackSize = 0, name = '' } = options;
    this.#handle = native.createRuntime(
      workers === undefined ? DEFAULT : integer('options.workers', workers, 1, WORKERS_MOST),
      blockingMax === undefined ? DEFAULT : integer('options.blockingMax', blockingMax, 0, BLOCKING_MOST),
      integer('options.stackSize', stackSize, 0, Number.MAX_SAFE_INTEGER),
      milliseconds('options.blockingKeepAlive', blockingKeepAlive),
      string('options.name', name),
    );
  }

  get workers() {
    return native.workers(this.#handle);
  }

  sleep(delay, options) {
    milliseconds('delay', delay);
    return operate(options, (id, ref) => native.sleep(this.#handle, id, ref, delay));
  }

  spawnBlocking(job, options) {
    return operate(options, (id, ref) => native.spawnBlocking(this.#handle, id, ref, job));
  }

  connect(host, port, options) {
    string('host', host);
    integer('port', port, 0, 65535);
    return operate(options, (id, ref) => native.connect(this.#handle, id, ref, host, port)).then(
      (handle) => new Socket(this.#handle, handle),
    );
  }

  listen(host, port, options = {}) {
    const { backlog = 0, reusePort = false, v6Only = false } = options;
    const flags = (reusePort ? REUSE_PORT : 0) | (v6Only ? V6_ONLY : 0);
    string('host', host);
    integer('port', port, 0, 65535);
    integer('options.backlog', backlog, 0, 0x7fffffff);
    return new Listener(this.#handle, native.listen(this.#handle, host, port, backlog, flags));
  }

  descriptor(fd) {
    return new Descriptor(this.#handle, fd);
  }

  semaphore(permits) {
    return new Semaphore(this.#handle, permits);
  }

  channel(capacity = 0) {
    return new Channel(this.#handle, capacity);
  }

  metrics() {
    return native.metrics(this.#handle);
  }

  /** Ends everything; resolves to false when blocking calls still run after `timeout` milliseconds. */
  shutdown({ timeout = Infinity } = {}) {
    return native.shutdown(this.#handle, milliseconds('options.timeout', timeout));
  }
}

const version = [native.version >> 16, (native.version >> 8) & 0xff, native.version & 0xff].join('.');

module.exports = { Runtime, Socket, Listener, Descriptor, Semaphore, Channel, RotaError, version };
