// SPDX-License-Identifier: MIT
//
// Compiled, never run: what the declarations promise to a TypeScript program, and what they refuse.
import { Channel, Job, RotaError, Runtime, Socket, version } from '..';

export async function uses(job: Job): Promise<string> {
  const runtime = new Runtime({ workers: 2, blockingMax: 8, name: 'typed' });
  await runtime.sleep(1.5, { signal: AbortSignal.timeout(10), ref: false });
  await runtime.spawnBlocking(job);
  const socket: Socket = await runtime.connect('localhost', 80);
  const written: number = await socket.write('text');
  for await (const chunk of socket) chunk.subarray(written);
  const channel: Channel<Date> = runtime.channel<Date>(4);
  const day: number = (await channel.receive()).getDay();
  const { readable } = await runtime.descriptor(0).ready({ readable: true });
  const release = (await runtime.semaphore(1).acquire()) ?? (() => undefined);
  release();
  const ended: boolean = await runtime.shutdown({ timeout: 100 });
  if (!ended || !readable) throw new RotaError(-4, { cause: day });
  return version;
}

export async function mistakes(runtime: Runtime, channel: Channel<number>): Promise<void> {
  // @ts-expect-error a time is a number
  await runtime.sleep('1');
  // @ts-expect-error only runtimes make sockets
  new Socket();
  // @ts-expect-error it carries numbers
  await channel.send('one');
  // @ts-expect-error no such option
  new Runtime({ threads: 1 });
  // @ts-expect-error something to wait for is missing
  await runtime.descriptor(0).ready({});
}
