// SPDX-License-Identifier: MIT
'use strict';

const { native, operate, integer } = require('./native.js');

const READABLE = 1;
const WRITABLE = 2;
const CLOSED_READ = 4;
const ERROR = 8;

/** Readiness of a descriptor that the program owns. */
class Descriptor {
  #runtime;
  #handle;

  constructor(runtime, fd) {
    this.#runtime = runtime;
    this.#handle = native.registerFd(runtime, integer('fd', fd, 0, 0x7fffffff));
  }

  ready(options) {
    const { readable = false, writable = false } = options ?? {};
    const interest = (readable ? READABLE : 0) | (writable ? WRITABLE : 0);
    if (interest === 0) throw new TypeError('options.readable or options.writable must be true');
    return operate(options, (id, ref) => native.waitFd(this.#runtime, id, ref, this.#handle, interest)).then((ready) => ({
      readable: (ready & READABLE) !== 0,
      writable: (ready & WRITABLE) !== 0,
      closed: (ready & CLOSED_READ) !== 0,
      error: (ready & ERROR) !== 0,
    }));
  }

  close() {
    native.deregisterFd(this.#handle);
  }
}

module.exports = { Descriptor };
