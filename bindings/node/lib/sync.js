// SPDX-License-Identifier: MIT
'use strict';

const { native, operate, integer } = require('./native.js');

const MOST = 0xffffffff;

class Semaphore {
  #runtime;
  #handle;

  constructor(runtime, permits) {
    this.#runtime = runtime;
    this.#handle = native.createSemaphore(runtime, integer('permits', permits, 0, MOST));
  }

  get available() {
    return native.available(this.#handle);
  }

  /** Waits for permits; what it resolves to gives them back, once. */
  acquire(permits = 1, options) {
    integer('permits', permits, 0, MOST);
    return operate(options, (id, ref) => native.acquire(this.#runtime, id, ref, this.#handle, permits)).then(() =>
      this.#release(permits),
    );
  }

  tryAcquire(permits = 1) {
    return native.tryAcquire(this.#handle, integer('permits', permits, 0, MOST)) ? this.#release(permits) : null;
  }

  add(permits) {
    native.addPermits(this.#handle, integer('permits', permits, 0, MOST));
  }

  close() {
    native.closeSemaphore(this.#handle);
  }

  #release(permits) {
    let held = true;
    return () => {
      if (held) native.addPermits(this.#handle, permits);
      held = false;
    };
  }
}

class Channel {
  #runtime;
  #handle;
  // What the numbers in the engine's channel stand for.
  #values = new Map();
  #lastKey = 0;

  constructor(runtime, capacity) {
    this.#runtime = runtime;
    this.#handle = native.createChannel(runtime, integer('capacity', capacity, 0, MOST));
  }

  /** Resolves when the value is in the channel. */
  send(value, options) {
    const key = ++this.#lastKey;
    this.#values.set(key, value);
    const sent = operate(options, (id, ref) => native.send(this.#runtime, id, ref, this.#handle, key));
    return sent.then(
      () => undefined,
      (error) => {
        this.#values.delete(key);
        throw error;
      },
    );
  }

  receive(options) {
    return operate(options, (id, ref) => native.receive(this.#runtime, id, ref, this.#handle)).then((key) => {
      const value = this.#values.get(key);
      this.#values.delete(key);
      return value;
    });
  }

  /** No more sends; what is inside can still be received. */
  close() {
    native.closeChannel(this.#handle);
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      let value;
      try {
        value = await this.receive();
      } catch (error) {
        if (error.code === 'ROTA_ECLOSED') return;
        throw error;
      }
      yield value;
    }
  }
}

module.exports = { Semaphore, Channel };
