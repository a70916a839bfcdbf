// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Runtime } = require('..');
const { code, aborted } = require('./support.js');

const runtime = new Runtime({ workers: 1 });

/** A pipe of this process, opened for both. */
function pipe(context) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rota-'));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  const fd = fs.openSync(path.join(folder, 'pipe'), fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  context.after(() => {
    fs.closeSync(fd);
    fs.rmSync(folder, { recursive: true });
  });
  return fd;
}

test('a descriptor is waited for until it is ready', async (context) => {
  const fd = pipe(context);
  const descriptor = runtime.descriptor(fd);
  assert.equal((await descriptor.ready({ writable: true })).writable, true);
  const readable = descriptor.ready({ readable: true });
  fs.writeSync(fd, 'x');
  assert.deepEqual(await readable, { readable: true, writable: false, closed: false, error: false });
  // Level-triggered: as long as nobody reads it stays so.
  assert.equal((await descriptor.ready({ readable: true })).readable, true);
  descriptor.close();
});

test('a wait ends with its registration, or by a signal', async (context) => {
  const descriptor = runtime.descriptor(pipe(context));
  const controller = new AbortController();
  const first = descriptor.ready({ readable: true, signal: controller.signal });
  controller.abort();
  await assert.rejects(first, aborted(controller.signal.reason));
  const second = descriptor.ready({ readable: true });
  descriptor.close();
  descriptor.close();
  await assert.rejects(second, code('ROTA_ECLOSED'));
});

test('what cannot be waited for is refused', (context) => {
  const fd = pipe(context);
  const descriptor = runtime.descriptor(fd);
  assert.throws(() => runtime.descriptor(fd), code('ROTA_EEXIST'));
  descriptor.close();
  assert.throws(() => runtime.descriptor(1_000_000), code('ROTA_EBADF'));
  const file = fs.openSync(__filename);
  context.after(() => fs.closeSync(file));
  assert.throws(() => runtime.descriptor(file), code('ROTA_ENOTSUP'));
  assert.throws(() => runtime.descriptor(-1), RangeError);
  assert.throws(() => descriptor.ready({}), TypeError);
});
