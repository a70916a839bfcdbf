// SPDX-License-Identifier: MIT
'use strict';

const { Duplex } = require('node:stream');
const { native, operate, integer } = require('./native.js');

const DEFAULT_READ = 64 * 1024;
const MOST_READ = 1024 * 1024 * 1024;
const HOW = { read: 0, write: 1, both: 2 };
const OPTIONS = { noDelay: 1, keepAlive: 2, receiveBuffer: 3, sendBuffer: 4, linger: 5 };

function option(name) {
  if (!Object.hasOwn(OPTIONS, name)) throw new TypeError(`no such socket option: ${name}`);
  return OPTIONS[name];
}

/** What streams and listeners have in common. */
class Handle {
  // The runtime is held: it lives as long as a socket of it does.
  constructor(runtime, handle) {
    this._runtime = runtime;
    this._handle = handle;
  }

  get localAddress() {
    return native.localAddress(this._handle);
  }

  close() {
    native.closeSocket(this._handle);
  }
}

class Socket extends Handle {
  get remoteAddress() {
    return native.peerAddress(this._handle);
  }

  read(options) {
    const size = integer('options.size', options?.size ?? DEFAULT_READ, 1, MOST_READ);
    return operate(options, (id, ref) => native.read(this._runtime, id, ref, this._handle, size));
  }

  write(data, options) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('data must be a Uint8Array or a string');
    return operate(options, (id, ref) => native.write(this._runtime, id, ref, this._handle, bytes));
  }

  shutdown(how = 'write') {
    if (!Object.hasOwn(HOW, how)) throw new TypeError("how must be 'read', 'write' or 'both'");
    native.shutdownSocket(this._handle, HOW[how]);
  }

  setOption(name, value) {
    native.setOption(this._handle, option(name), integer(name, Number(value), -1, 0x7fffffff));
  }

  getOption(name) {
    return native.getOption(this._handle, option(name));
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      const chunk = await this.read();
      if (chunk.length === 0) return;
      yield chunk;
    }
  }

  stream(options) {
    const socket = this;
    return new Duplex({
      ...options,
      read() {
        socket.read().then(
          (chunk) => this.push(chunk.length === 0 ? null : chunk),
          (error) => this.destroy(error),
        );
      },
      write(chunk, encoding, callback) {
        socket.write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk).then(
          () => callback(),
          (error) => callback(error),
        );
      },
      final(callback) {
        try {
          socket.shutdown('write');
          callback();
        } catch (error) {
          // The other side may have gone first: then there is nothing left to tell it.
          callback(error.code === 'ROTA_ENOTCONN' ? null : error);
        }
      },
      destroy(error, callback) {
        socket.close();
        callback(error);
      },
    });
  }
}

class Listener extends Handle {
  accept(options) {
    return operate(options, (id, ref) => native.accept(this._runtime, id, ref, this._handle)).then(
      (handle) => new Socket(this._runtime, handle),
    );
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      let socket;
      try {
        socket = await this.accept();
      } catch (error) {
        if (error.code === 'ROTA_ECLOSED') return;
        throw error;
      }
      yield socket;
    }
  }
}

module.exports = { Socket, Listener };
