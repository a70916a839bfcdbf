// SPDX-License-Identifier: MIT
//
// How processes and Workers end, with and without something pending.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const { LIBRARY, program, threads, until } = require('./support.js');

const IDLE = 'const runtime = new rota.Runtime({ workers: 2 });';
const JOBS = `const jobs = require(${JSON.stringify(`${LIBRARY}/build/job_addon.node`)});`;
const ended = (stdout) => ({ code: 0, signal: null, stdout, stderr: '' });

test('an idle runtime does not keep the process alive', async () => {
  assert.deepEqual(await program(`${IDLE} console.log('last line');`), ended('last line\n'));
});

test('nor does one that was used', async () => {
  assert.deepEqual(await program(`${IDLE} runtime.sleep(5).then(() => console.log('slept'));`), ended('slept\n'));
});

test('what is pending keeps it alive', async () => {
  const source = `${IDLE} process.on('exit', () => console.log('exit'));
    runtime.sleep(300).then(() => console.log('slept'));`;
  assert.deepEqual(await program(source), ended('slept\nexit\n'));
});

test('unless it was started with ref: false', async () => {
  const source = `${IDLE} runtime.sleep(Infinity, { ref: false }).then(() => console.log('never'));
    runtime.listen('127.0.0.1', 0).accept({ ref: false });`;
  assert.deepEqual(await program(source), ended(''));
});

test('process.exit does not wait for what is pending', async () => {
  const source = `${IDLE} runtime.sleep(Infinity); runtime.listen('127.0.0.1', 0).accept();
    setImmediate(() => process.exit(7));`;
  assert.deepEqual(await program(source), { ...ended(''), code: 7 });
});

test('nor for a blocking call that never ends', async () => {
  const source = `${IDLE} ${JOBS} runtime.spawnBlocking(jobs.gate());
    setInterval(() => runtime.metrics().blockingRunning === 1 && process.exit(7), 1);`;
  assert.deepEqual(await program(source), { ...ended(''), code: 7 });
});

test('a rejection that nobody handles ends the process, as any other', async () => {
  const { code, stderr } = await program(`${IDLE} runtime.connect('127.0.0.1', 1);`);
  assert.equal(code, 1);
  assert.match(stderr, /ROTA_ECONNREFUSED/);
});

test('a runtime that is forgotten ends its threads, and a socket closes', async () => {
  const source = `
    const fs = require('node:fs'), net = require('node:net');
    const nameOf = (thread) => {
      try {
        return fs.readFileSync('/proc/self/task/' + thread + '/comm', 'utf8');
      } catch {
        return ''; // it ended just now
      }
    };
    const threads = () => fs.readdirSync('/proc/self/task').filter((t) => nameOf(t).startsWith('forget')).length;
    const collect = () => new Promise((resolve) => setImmediate(() => { gc(); resolve(); }));
    (async () => {
      const server = net.createServer((socket) => socket.resume().on('close', () => console.log('closed'))).listen(0);
      await (async () => {
        const runtime = new rota.Runtime({ workers: 2, name: 'forget' });
        await runtime.connect('127.0.0.1', server.address().port);
      })();
      console.log(threads());
      while (threads() > 0) await collect();
      console.log('ended');
      server.close();
    })();`;
  const { stdout, stderr } = await program(source, ['--expose-gc']);
  assert.equal(stderr, '');
  assert.deepEqual(stdout.split('\n').sort(), ['', '2', 'closed', 'ended']);
});

test('an operation outlives the runtime object it was started by', async () => {
  const source = `let pending = new rota.Runtime({ workers: 1 }).sleep(100);
    setImmediate(() => { gc(); pending.then(() => console.log('slept')); });`;
  assert.deepEqual(await program(source, ['--expose-gc']), ended('slept\n'));
});

const TALK = `
  const { parentPort } = require('node:worker_threads');
  const { Runtime } = require(${JSON.stringify(LIBRARY)});
  const runtime = new Runtime({ workers: 1 });
  (async () => {
    const listener = runtime.listen('127.0.0.1', 0);
    const [client, server] = await Promise.all([runtime.connect('127.0.0.1', listener.localAddress.port), listener.accept()]);
    let echoed = 0;
    for (let i = 0; i < 200; i++) {
      await client.write('x');
      echoed += (await server.read()).length;
    }
    await Promise.all(Array.from({ length: 500 }, () => runtime.sleep(1)));
    parentPort.postMessage(echoed);
  })();`;

test('each Worker has an environment of its own, and ends by itself', async () => {
  const workers = Array.from({ length: 4 }, () => new Worker(TALK, { eval: true }));
  const answers = workers.map(async (worker) => (await once(worker, 'message'))[0]);
  const codes = workers.map(async (worker) => (await once(worker, 'exit'))[0]);
  assert.deepEqual(await Promise.all(answers), [200, 200, 200, 200]);
  assert.deepEqual(await Promise.all(codes), [0, 0, 0, 0]);
});

const BUSY = `
  const { parentPort } = require('node:worker_threads');
  const { Runtime } = require(${JSON.stringify(LIBRARY)});
  const runtime = new Runtime({ workers: 2, name: 'busy' });
  const channel = runtime.channel();
  channel.receive();
  runtime.listen('127.0.0.1', 0).accept();
  runtime.sleep(Infinity);
  (async () => { for (;;) await Promise.all(Array.from({ length: 50 }, (_, i) => runtime.sleep(i / 50))); })();
  parentPort.postMessage('busy');`;

test('a Worker may be terminated in the midst of it, and leaves no thread', async () => {
  for (let i = 0; i < 20; i++) {
    const worker = new Worker(BUSY, { eval: true });
    await once(worker, 'message');
    // A thread takes its name when it first runs.
    await until(() => threads('busy') === 2);
    await worker.terminate();
    assert.equal(threads('busy'), 0);
  }
});

test('a blocking call may end after its Worker', async () => {
  const jobs = require('../build/job_addon.node');
  const before = jobs.dropped();
  const source = `
    const { parentPort } = require('node:worker_threads');
    const { Runtime } = require(${JSON.stringify(LIBRARY)});
    const runtime = new Runtime({ workers: 1 });
    ${JOBS}
    runtime.spawnBlocking(jobs.gate());
    setInterval(() => runtime.metrics().blockingRunning === 1 && parentPort.postMessage('running'), 1);`;
  const worker = new Worker(source, { eval: true });
  await once(worker, 'message');
  await worker.terminate();
  assert.equal(jobs.dropped(), before);
  jobs.open();
  await until(() => jobs.dropped() === before + 1);
});
