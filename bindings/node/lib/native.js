// SPDX-License-Identifier: MIT
'use strict';

// The addon, the error class it makes, and what every operation does about AbortSignals.
const native = require('../build/rota.node');

/** An error of the engine: `code` is the name of its status ('ROTA_ECONNREFUSED'), `status` the number. */
class RotaError extends Error {
  constructor(status, options) {
    super(native.statusMessage(status), options);
    this.name = 'RotaError';
    this.status = status;
    this.code = native.statusName(status);
  }
}

native.setErrorClass(RotaError);

const CANCELLED = -3;
let lastId = 0;

function abortError(signal) {
  const error = new RotaError(CANCELLED, { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}

/**
 * Starts an operation with the options `signal` and `ref` that all of them have.
 *
 * `begin(id, holdsLoop)` calls the addon. An operation that has had its effect when the signal comes is fulfilled all the
 * same: nothing that was received is lost.
 */
function operate(options, begin) {
  const { signal, ref = true } = options ?? {};
  if (typeof ref !== 'boolean') throw new TypeError('options.ref must be a boolean');
  if (signal === undefined) return begin(0, ref);
  if (typeof signal?.addEventListener !== 'function') throw new TypeError('options.signal must be an AbortSignal');
  if (signal.aborted) return Promise.reject(abortError(signal));
  // 0 means none, and no two that are under way may have the same.
  lastId = lastId === 0xffffffff ? 1 : lastId + 1;
  const id = lastId;
  const promise = begin(id, ref);
  const cancel = () => native.cancel(id);
  signal.addEventListener('abort', cancel, { once: true });
  return promise.then(
    (value) => {
      signal.removeEventListener('abort', cancel);
      return value;
    },
    (error) => {
      signal.removeEventListener('abort', cancel);
      throw signal.aborted && error.status === CANCELLED ? abortError(signal) : error;
    },
  );
}

/** Checks that `value` is a whole number in a range; what is no such number is the caller's mistake. */
function integer(name, value, least, most) {
  if (!Number.isInteger(value)) throw new TypeError(`${name} must be a whole number`);
  if (value < least || value > most) throw new RangeError(`${name} must be from ${least} to ${most}`);
  return value;
}

function string(name, value) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}

/** Milliseconds, which need not be whole; Infinity is for ever. */
function milliseconds(name, value) {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new TypeError(`${name} must be a number`);
  if (value < 0) throw new RangeError(`${name} must not be negative`);
  return value;
}

module.exports = { native, RotaError, operate, integer, string, milliseconds };
