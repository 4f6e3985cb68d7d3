import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from '../../peers/index.ts';

const PROGRAM = '/usr/bin/redis-server';

const clients = new Set<Redis>();

/** Opens a client that is closed with the server. */
export function connect(url: string): Redis {
  const client = new Redis(url);
  // Without a listener it writes to stderr when the server ends.
  client.on('error', () => undefined);
  clients.add(client);
  return client;
}

/** Runs something over a Redis of its own, which keeps nothing on disk. */
export async function withRedis(work: (url: string) => Promise<void>): Promise<void> {
  const port = 40_000 + (process.pid % 20_000);
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child: ChildProcess = spawn(PROGRAM, words, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  try {
    await answers(url);
    await work(url);
  } finally {
    for (const client of clients) client.disconnect();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}

async function answers(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await client.connect();
      client.disconnect();
      return;
    } catch {
      await sleep(25);
    }
  }
  throw new Error('redis-server did not start');
}
