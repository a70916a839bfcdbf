// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Runtime } = require('..');
const { code, aborted } = require('./support.js');

const runtime = new Runtime({ workers: 2 });

test('a semaphore bounds what runs at once', async () => {
  const semaphore = runtime.semaphore(3);
  let running = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      const release = await semaphore.acquire();
      most = Math.max(most, ++running);
      await runtime.sleep(1);
      running--;
      release();
    }),
  );
  assert.equal(most, 3);
  assert.equal(semaphore.available, 3);
});

test('permits are given back once', async () => {
  const semaphore = runtime.semaphore(2);
  const release = await semaphore.acquire(2);
  assert.equal(semaphore.tryAcquire(), null);
  release();
  release();
  assert.equal(semaphore.available, 2);
  semaphore.tryAcquire(1)();
  semaphore.add(1);
  assert.equal(semaphore.available, 3);
});

test('an acquire that is aborted leaves its place in line', async () => {
  const semaphore = runtime.semaphore(0);
  const controller = new AbortController();
  const first = semaphore.acquire(1, { signal: controller.signal });
  const second = semaphore.acquire(1);
  controller.abort();
  await assert.rejects(first, aborted(controller.signal.reason));
  semaphore.add(1);
  (await second)();
});

test('closing a semaphore ends those who wait', async () => {
  const semaphore = runtime.semaphore(0);
  const waiting = semaphore.acquire();
  semaphore.close();
  await assert.rejects(waiting, code('ROTA_ECLOSED'));
  assert.throws(() => semaphore.tryAcquire(), code('ROTA_ECLOSED'));
});

test('a channel carries any value, in order', async () => {
  const channel = runtime.channel();
  const values = [undefined, null, 0, 'text', Symbol('s'), { a: 1 }, () => 7, 12n];
  for (const value of values) await channel.send(value);
  channel.close();
  const received = [];
  for await (const value of channel) received.push(value);
  assert.deepEqual(received, values);
  assert.equal(received[5], values[5]);
});

test('a full channel makes senders wait', async () => {
  const channel = runtime.channel(2);
  const sent = [];
  const sending = (async () => {
    for (let i = 0; i < 6; i++) {
      await channel.send(i);
      sent.push(i);
    }
    channel.close();
  })();
  await runtime.sleep(5);
  assert.deepEqual(sent, [0, 1]);
  const received = [];
  for await (const value of channel) received.push(value);
  await sending;
  assert.deepEqual(received, [0, 1, 2, 3, 4, 5]);
});

test('a send that is aborted is not received', async () => {
  const channel = runtime.channel(1);
  await channel.send('first');
  const controller = new AbortController();
  const sending = channel.send('second', { signal: controller.signal });
  controller.abort();
  await assert.rejects(sending, aborted(controller.signal.reason));
  channel.close();
  assert.equal(await channel.receive(), 'first');
  await assert.rejects(channel.receive(), code('ROTA_ECLOSED'));
  await assert.rejects(channel.send('third'), code('ROTA_ECLOSED'));
});

test('receivers are served in line, and one that is aborted takes nothing', async () => {
  const channel = runtime.channel();
  const controller = new AbortController();
  const first = channel.receive({ signal: controller.signal });
  const second = channel.receive();
  controller.abort();
  await assert.rejects(first, aborted(controller.signal.reason));
  await channel.send('value');
  assert.equal(await second, 'value');
});
