// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Runtime, RotaError, version } = require('..');
const { code, aborted, threads, until } = require('./support.js');

const api = JSON.parse(fs.readFileSync(path.join(__dirname, '../../../capi/abi/rota_api.json'), 'utf8'));

test('the engine inside is the version of the header', () => {
  assert.equal(version, api.version);
});

test('a runtime has the workers asked for', () => {
  assert.equal(new Runtime({ workers: 3 }).workers, 3);
  assert.ok(new Runtime().workers >= 1);
});

test('wrong options are refused before anything starts', () => {
  const before = threads();
  for (const options of [{ workers: 0 }, { workers: 1025 }, { blockingMax: -1 }, { blockingKeepAlive: -1 }]) {
    assert.throws(() => new Runtime(options), RangeError);
  }
  for (const options of [null, 1, { workers: '2' }, { workers: 1.5 }, { name: 7 }, { blockingKeepAlive: NaN }]) {
    assert.throws(() => new Runtime(options), TypeError);
  }
  assert.throws(() => new Runtime({ stackSize: -1 }), RangeError);
  assert.equal(threads(), before);
});

test('a sleep is never early', async () => {
  const runtime = new Runtime({ workers: 1 });
  for (const delay of [0, 0.25, 1, 7.5, 30]) {
    const start = process.hrtime.bigint();
    assert.equal(await runtime.sleep(delay), undefined);
    assert.ok(Number(process.hrtime.bigint() - start) >= delay * 1e6, `${delay} ms`);
  }
});

test('sleeps overlap and end in the order of their times', async () => {
  const runtime = new Runtime({ workers: 2 });
  const order = [];
  await Promise.all([60, 20, 40].map((delay) => runtime.sleep(delay).then(() => order.push(delay))));
  assert.deepEqual(order, [20, 40, 60]);
});

test('twenty thousand operations are each answered once', async () => {
  const runtime = new Runtime({ workers: 2 });
  let ended = 0;
  await Promise.all(Array.from({ length: 20_000 }, (_, i) => runtime.sleep(i % 10).then(() => ended++)));
  assert.equal(ended, 20_000);
  assert.equal(runtime.metrics().timers, 0);
});

test('wrong delays are refused', () => {
  const runtime = new Runtime({ workers: 1 });
  assert.throws(() => runtime.sleep(-1), RangeError);
  for (const delay of [undefined, '1', NaN, 1n]) assert.throws(() => runtime.sleep(delay), TypeError);
  assert.throws(() => runtime.sleep(1, { signal: {} }), TypeError);
  assert.throws(() => runtime.sleep(1, { ref: 1 }), TypeError);
});

test('an abort cancels at once, and says why', async () => {
  const runtime = new Runtime({ workers: 1 });
  const controller = new AbortController();
  const pending = runtime.sleep(Infinity, { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(pending, aborted(reason));
  assert.equal(runtime.metrics().timers, 0);
});

test('a signal that was aborted before starts nothing', async () => {
  const runtime = new Runtime({ workers: 1 });
  const signal = AbortSignal.abort('before');
  await assert.rejects(runtime.sleep(Infinity, { signal }), aborted('before'));
  assert.equal(runtime.metrics().timers, 0);
});

test('a signal is left alone once the operation ended', async () => {
  const runtime = new Runtime({ workers: 1 });
  const { signal } = new AbortController();
  let listeners = 0;
  const counting = {
    aborted: false,
    addEventListener: (...args) => (listeners++, signal.addEventListener(...args)),
    removeEventListener: (...args) => (listeners--, signal.removeEventListener(...args)),
  };
  await runtime.sleep(1, { signal: counting });
  assert.equal(listeners, 0);
});

test('one signal cancels many operations', async () => {
  const runtime = new Runtime({ workers: 2 });
  const controller = new AbortController();
  const pending = Array.from({ length: 100 }, () => runtime.sleep(Infinity, { signal: controller.signal }));
  controller.abort();
  const results = await Promise.allSettled(pending);
  assert.ok(results.every((result) => result.reason?.code === 'ROTA_ECANCELED'));
});

test('shutdown rejects what is pending and what comes later, and ends the threads', async () => {
  const runtime = new Runtime({ workers: 2, name: 'shut' });
  await until(() => threads('shut') === 2);
  const pending = runtime.sleep(Infinity);
  const refused = assert.rejects(pending, code('ROTA_ECANCELED'));
  assert.equal(await runtime.shutdown(), true);
  await refused;
  await assert.rejects(runtime.sleep(1), code('ROTA_ESHUTDOWN'));
  assert.equal(threads('shut'), 0);
  assert.equal(await runtime.shutdown(), true);
});

test('errors are made of their status', () => {
  const error = new RotaError(-5, { cause: 'why' });
  assert.ok(error instanceof Error);
  assert.deepEqual([error.code, error.status, error.cause, error.name], ['ROTA_ESHUTDOWN', -5, 'why', 'RotaError']);
});

test('metrics have every field of rota_metrics', () => {
  const fields = api.types.find((type) => type.name === 'rota_metrics').fields.map((field) => field.name);
  const names = fields.filter((name) => name !== 'size').map((name) => name.replace(/_(\w)/g, (_, c) => c.toUpperCase()));
  assert.deepEqual(Object.keys(new Runtime({ workers: 1 }).metrics()).sort(), names.sort());
});

test("the addon's own functions refuse handles of another kind", () => {
  const { native } = require('../lib/native.js');
  for (const handle of [undefined, null, {}, 1, native.createRuntime(1, 0, 0, 0, '')]) {
    assert.throws(() => native.localAddress(handle), TypeError);
    assert.throws(() => native.registerFd({}, 0), TypeError);
  }
});
