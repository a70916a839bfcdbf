// SPDX-License-Identifier: MIT
'use strict';

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const http = require('node:http');
const net = require('node:net');
const { test } = require('node:test');
const { once } = require('node:events');
const { Runtime } = require('..');
const { code, aborted } = require('./support.js');

const runtime = new Runtime({ workers: 2 });
const LOCALHOST = '127.0.0.1';

/** A connected pair of sockets. */
async function pair() {
  const listener = runtime.listen(LOCALHOST, 0);
  const [client, server] = await Promise.all([
    runtime.connect(LOCALHOST, listener.localAddress.port),
    listener.accept(),
  ]);
  listener.close();
  return [client, server];
}

test('bytes go both ways, and a half-close ends one of them', async () => {
  const [client, server] = await pair();
  assert.equal(await client.write('question'), 8);
  client.shutdown();
  assert.equal((await server.read()).toString(), 'question');
  assert.equal((await server.read()).length, 0);
  await server.write(new Uint8Array([1, 2, 3]));
  assert.deepEqual([...(await client.read())], [1, 2, 3]);
});

test('addresses are told', async () => {
  const [client, server] = await pair();
  assert.deepEqual(client.localAddress, server.remoteAddress);
  assert.deepEqual(client.remoteAddress, server.localAddress);
});

test('a read takes no more than is asked for', async () => {
  const [client, server] = await pair();
  await client.write('abcdef');
  assert.equal((await server.read({ size: 4 })).toString(), 'abcd');
  assert.equal((await server.read({ size: 4 })).toString(), 'ef');
});

test('what is written is a copy', async () => {
  const [client, server] = await pair();
  const data = Buffer.from('before');
  const written = client.write(data);
  data.fill(0);
  await written;
  assert.equal((await server.read()).toString(), 'before');
});

test('eight megabytes arrive whole from a peer that reads slowly', async () => {
  const [client, server] = await pair();
  const data = randomBytes(8 << 20);
  const written = client.write(data).then(() => client.shutdown());
  const hash = createHash('sha256');
  let turns = 0;
  for await (const chunk of server) {
    hash.update(chunk);
    if (++turns % 16 === 0) await runtime.sleep(1);
  }
  await written;
  assert.equal(hash.digest('hex'), createHash('sha256').update(data).digest('hex'));
});

test("Node's own client talks to a rota server", async () => {
  const listener = runtime.listen(LOCALHOST, 0);
  const serving = (async () => {
    for await (const socket of listener) {
      (async () => {
        for await (const chunk of socket) await socket.write(chunk);
        socket.close();
      })();
    }
  })();
  const echoed = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const client = net.connect(listener.localAddress.port, LOCALHOST);
      client.end(`message ${i}`);
      let text = '';
      for await (const chunk of client) text += chunk;
      return text;
    }),
  );
  assert.deepEqual(echoed, Array.from({ length: 50 }, (_, i) => `message ${i}`));
  listener.close();
  await serving;
});

test("Node's http runs over a rota socket", async () => {
  const server = http.createServer((request, response) => response.end(`you asked for ${request.url}`));
  server.listen(0, LOCALHOST);
  await once(server, 'listening');
  const socket = await runtime.connect(LOCALHOST, server.address().port);
  const request = http.get({ path: '/page', createConnection: () => socket.stream() });
  const [response] = await once(request, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  assert.equal(response.statusCode, 200);
  assert.equal(body, 'you asked for /page');
  server.closeAllConnections();
  server.close();
});

test('a stream ends both sides, and an error reaches it', async () => {
  const [client, server] = await pair();
  const [one, other] = [client.stream(), server.stream()];
  one.end('all');
  let text = '';
  for await (const chunk of other.setEncoding('utf8')) text += chunk;
  assert.equal(text, 'all');
  server.close();
  other.destroy();
  const [broken] = await pair();
  const stream = broken.stream();
  broken.close();
  stream.resume();
  const [error] = await once(stream, 'error');
  assert.equal(error.code, 'ROTA_ECLOSED');
});

test('a refused connection is named', async () => {
  const listener = runtime.listen(LOCALHOST, 0);
  const { port } = listener.localAddress;
  listener.close();
  await assert.rejects(runtime.connect(LOCALHOST, port), code('ROTA_ECONNREFUSED'));
});

test('listening twice on one address is refused', () => {
  const listener = runtime.listen(LOCALHOST, 0);
  assert.throws(() => runtime.listen(LOCALHOST, listener.localAddress.port), code('ROTA_EADDRINUSE'));
  assert.throws(() => runtime.listen('not numeric', 0), code('ROTA_EINVAL'));
});

test('an address may be shared by those who ask for it', () => {
  const first = runtime.listen(LOCALHOST, 0, { reusePort: true });
  const second = runtime.listen(LOCALHOST, first.localAddress.port, { reusePort: true });
  assert.deepEqual(second.localAddress, first.localAddress);
});

test('closing ends pending reads and accepts', async () => {
  const [client] = await pair();
  const reading = client.read();
  client.close();
  client.close();
  await assert.rejects(reading, code('ROTA_ECLOSED'));
  const listener = runtime.listen(LOCALHOST, 0);
  const accepting = listener.accept();
  listener.close();
  await assert.rejects(accepting, code('ROTA_ECLOSED'));
});

test('aborting a read leaves the socket whole', async () => {
  const [client, server] = await pair();
  const controller = new AbortController();
  const reading = server.read({ signal: controller.signal });
  controller.abort();
  await assert.rejects(reading, aborted(controller.signal.reason));
  await client.write('still here');
  assert.equal((await server.read()).toString(), 'still here');
});

test('an abort never loses what has arrived', async () => {
  const [client, server] = await pair();
  let received = 0;
  for (let i = 0; i < 300; i++) {
    const controller = new AbortController();
    const reading = server.read({ size: 1, signal: controller.signal });
    await client.write('x');
    controller.abort();
    received += await reading.then((data) => data.length, () => 0);
  }
  client.shutdown();
  for await (const chunk of server) received += chunk.length;
  assert.equal(received, 300);
});

test('options of a socket are set and read', async () => {
  const [client] = await pair();
  assert.equal(client.getOption('noDelay'), 1);
  client.setOption('noDelay', false);
  assert.equal(client.getOption('noDelay'), 0);
  client.setOption('linger', -1);
  assert.equal(client.getOption('linger'), -1);
  assert.throws(() => client.setOption('nothing', 1), TypeError);
  assert.throws(() => client.setOption('keepAlive', 7), code('ROTA_EINVAL'));
});

test('wrong arguments are refused', async () => {
  const [client] = await pair();
  assert.throws(() => runtime.connect(LOCALHOST, 65536), RangeError);
  assert.throws(() => runtime.connect(1, 1), TypeError);
  assert.throws(() => client.write(7), TypeError);
  assert.throws(() => client.read({ size: 0 }), RangeError);
  assert.throws(() => client.shutdown('now'), TypeError);
});
