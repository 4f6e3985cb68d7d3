import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './pgbouncer.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Debian's place first; elsewhere set PGSTEWARD_TEST_REDIS. */
const { PGSTEWARD_TEST_REDIS: PROGRAM = '/usr/bin/redis-server' } = process.env;

/** A real Redis of one test file. */
export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** Runs a command and gives its answer. */
  call(command: string, ...values: readonly string[]): Promise<unknown>;
  /** Sends a signal to the process: SIGSTOP and SIGCONT to pause it. */
  signal(name: NodeJS.Signals): void;
  /** Ends the process, and with it its counters. */
  stop(): Promise<void>;
  /** Starts it anew on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What a server is like. */
export interface RedisOptions {
  readonly password?: string;
  /** Lines of the configuration: `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a Redis that keeps nothing on disk, on a port of its own. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const directory = await temporaryDirectory();
  const port = await freePort();
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: 'no',
    ...(options.password === undefined ? {} : { requirepass: options.password }),
    ...options.settings,
  };
  const words = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
  const secret = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
  const url = `redis://${secret}127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const run = async (command: string, values: readonly string[]): Promise<unknown> => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(command, ...values);
    } finally {
      client.disconnect();
    }
  };
  const stop = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  const start = async (): Promise<void> => {
    child = spawn(PROGRAM, words, { stdio: 'ignore', env: { ...process.env, ...options.environment } });
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const isUp = await run('ping', []).then(
        () => true,
        () => false,
      );
      if (isUp) return;
      await sleep(25);
    }
    throw new Error(`redis did not start: ${words.join(' ')}`);
  };
  await start();
  return {
    port,
    url,
    call: (command, ...values) => run(command, values),
    signal(name) {
      child?.kill(name);
    },
    stop,
    start,
    async close() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
