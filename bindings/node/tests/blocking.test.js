// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Runtime } = require('..');
const jobs = require('../build/job_addon.node');
const { code, aborted, until } = require('./support.js');

test("another addon's job runs, and is freed once", async () => {
  const runtime = new Runtime({ workers: 1 });
  const before = jobs.dropped();
  assert.equal(await runtime.spawnBlocking(jobs.job(0)), undefined);
  await assert.rejects(runtime.spawnBlocking(jobs.job(-33)), code('ROTA_ENOENT'));
  assert.equal(jobs.dropped(), before + 2);
});

test('a job runs once', async () => {
  const runtime = new Runtime({ workers: 1 });
  const job = jobs.job(0);
  await runtime.spawnBlocking(job);
  assert.throws(() => runtime.spawnBlocking(job), code('ROTA_EALREADY'));
});

test('what is no job is refused', () => {
  const runtime = new Runtime({ workers: 1 });
  for (const job of [undefined, {}, () => 1, 1]) assert.throws(() => runtime.spawnBlocking(job), TypeError);
});

test('without a blocking pool the job is freed and the promise rejected', async () => {
  const runtime = new Runtime({ workers: 1, blockingMax: 0 });
  const before = jobs.dropped();
  await assert.rejects(runtime.spawnBlocking(jobs.job(0)), code('ROTA_ENOTSUP'));
  assert.equal(jobs.dropped(), before + 1);
});

test('a queued job can be aborted, a running one goes on', async () => {
  const runtime = new Runtime({ workers: 1, blockingMax: 1 });
  const controller = new AbortController();
  const before = jobs.dropped();
  const running = runtime.spawnBlocking(jobs.gate(), { signal: controller.signal });
  await until(() => runtime.metrics().blockingRunning === 1);
  const queued = runtime.spawnBlocking(jobs.job(0), { signal: controller.signal });
  controller.abort();
  await assert.rejects(queued, aborted(controller.signal.reason));
  assert.equal(await runtime.shutdown({ timeout: 1 }), false);
  jobs.open();
  assert.equal(await running, undefined);
  assert.equal(await runtime.shutdown(), true);
  assert.equal(jobs.dropped(), before + 2);
});
