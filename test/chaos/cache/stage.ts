import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { nodeWithTypes } from '../../support/node-with-types.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { createClocks, type SkewedClock } from '../../support/skewed-clock.ts';
import { startStandby } from '../../support/standby.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { startTestServer } from '../../support/test-server.ts';
import { startWire, type Wire } from '../../support/wire.ts';
import { SCHEMA } from './table.ts';

/** A primary that waits for a standby, a Redis with a replica behind a wire, and clocks that can be set wrong. */
export interface Stage {
  readonly databaseUrl: string;
  readonly standbyUrl: string;
  /** Over the wire, which leads to the primary of the day. */
  readonly redisUrl: string;
  readonly wire: Wire;
  /** Which of the two is the primary changes with each failover. */
  readonly redis: { primary: ClockedRedis; replica: ClockedRedis };
  readonly directory: string;
  /** Null where no C compiler is. */
  readonly clockFor: ((name: string, skewMs?: number) => Promise<SkewedClock>) | null;
  /** Starts a process of ours that takes TypeScript. */
  launch(script: string, words: readonly string[], clock: SkewedClock | null): ChildProcess;
  close(): Promise<void>;
}

/** A Redis whose clock can be set wrong. */
export interface ClockedRedis {
  readonly server: TestRedis;
  readonly clock: SkewedClock | null;
}

/** Starts all of it. */
export async function openStage(): Promise<Stage> {
  const directory = await temporaryDirectory();
  const closing: (() => unknown)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of closing.toReversed()) await end();
  };
  try {
    const primary = await startTestServer();
    closing.push(() => primary.close());
    await run(primary.connectionUrl(), SCHEMA);
    const standby = await startStandby(primary);
    closing.push(() => standby.close());
    const clockFor = await createClocks(directory);
    const redis = await startPair(clockFor, closing);
    const wire = await startWire(redis.primary.server.port);
    closing.push(() => wire.close());
    // From here on every commit waits for it.
    await run(primary.connectionUrl(), "alter system set synchronous_standby_names = 'standby'");
    await run(primary.connectionUrl(), 'select pg_reload_conf()');
    return {
      databaseUrl: primary.connectionUrl(),
      standbyUrl: standby.connectionUrl(),
      redisUrl: `redis://127.0.0.1:${wire.port}`,
      wire,
      redis,
      directory,
      clockFor,
      launch: (script, words, clock) => {
        const child = launch(script, words, clock);
        const kill = (): void => void child.kill('SIGKILL');
        closing.push(kill);
        process.once('exit', kill);
        child.once('exit', () => process.off('exit', kill));
        return child;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs a statement as superuser. */
export async function run(url: string, sql: string): Promise<readonly pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function startPair(
  clockFor: Stage['clockFor'],
  closing: (() => unknown)[],
): Promise<{ primary: ClockedRedis; replica: ClockedRedis }> {
  const start = async (name: string): Promise<ClockedRedis> => {
    const clock = (await clockFor?.(name)) ?? null;
    const settings = { 'repl-diskless-sync-delay': '0' };
    const server = await startRedis({
      settings,
      ...(clock === null ? {} : { environment: clock.environment }),
    });
    closing.push(() => server.close());
    return { server, clock };
  };
  const [primary, replica] = [await start('redis-1'), await start('redis-2')];
  await follow(replica.server, primary.server);
  return { primary, replica };
}

const FOLLOW_ATTEMPTS = 200;

/** Makes one Redis the replica of another, and waits until it has what that has. */
export async function follow(replica: TestRedis, primary: TestRedis): Promise<void> {
  await replica.call('replicaof', '127.0.0.1', String(primary.port));
  for (let attempt = 0; attempt < FOLLOW_ATTEMPTS; attempt += 1) {
    if (/master_link_status:up/.test(String(await replica.call('info', 'replication')))) return;
    await sleep(50);
  }
  throw new Error('the replica does not follow');
}

function launch(script: string, words: readonly string[], clock: SkewedClock | null): ChildProcess {
  return spawn(nodeWithTypes(), ['--conditions=source', join(import.meta.dirname, script), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', ...clock?.environment },
  });
}

/** Waits for the first word of a process. */
export async function isReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the process has no output');
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process ended before it began');
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  // It will end.
  ended.catch(() => undefined);
}
