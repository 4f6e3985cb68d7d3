import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from './history.ts';
import { follow, run, type Stage } from './stage.ts';

/** The invalidation worker, which faults kill; null for caches that have none. */
export interface WorkerSlot {
  process: ChildProcess | null;
  /** Starts the next life, which nobody waits for: it may be held back itself. */
  next(): Promise<ChildProcess>;
}

/** What a fault acts on. */
export interface Target {
  readonly stage: Stage;
  readonly worker: WorkerSlot | null;
}

/** When a fault was at work, by the clock of the histories. */
export interface Happened {
  readonly name: string;
  readonly beganMs: number;
  readonly endedMs: number;
}

/** One fault: it is over when this resolves. */
interface Fault {
  readonly name: string;
  /** Faults without what they need are left out, and said so. */
  readonly isPossible: (target: Target) => boolean;
  readonly happen: (target: Target) => Promise<void>;
}

const always = (): boolean => true;
const SKEW_MS = 5_000;

const FAULTS: readonly Fault[] = [
  {
    name: 'worker killed',
    isPossible: ({ worker }) => worker !== null,
    happen: ({ worker }) => withoutWorker(worker, () => sleep(2_500)),
  },
  {
    name: 'Redis paused',
    isPossible: always,
    async happen({ stage }) {
      const { server } = stage.redis.primary;
      server.signal('SIGSTOP');
      await sleep(2_000);
      server.signal('SIGCONT');
    },
  },
  {
    name: 'commits held back by the standby',
    isPossible: always,
    happen: ({ stage }) => withStandbyPaused(stage, () => sleep(3_000)),
  },
  {
    name: 'Redis failed over, its last second lost',
    isPossible: always,
    happen: ({ stage }) => failOver(stage),
  },
  {
    name: 'clock of Redis set 5 s forward, then back',
    isPossible: ({ stage }) => stage.clockFor !== null,
    async happen({ stage }) {
      for (const skewMs of [SKEW_MS, 0]) {
        await setRedisClock(stage, skewMs);
        await sleep(1_500);
      }
    },
  },
  {
    name: 'Redis killed, started empty',
    isPossible: always,
    async happen({ stage }) {
      const { server } = stage.redis.primary;
      server.signal('SIGKILL');
      await server.stop();
      await sleep(500);
      await server.start();
    },
  },
  {
    name: 'worker killed while the standby holds commits back',
    isPossible: ({ worker }) => worker !== null,
    happen: ({ stage, worker }) => withStandbyPaused(stage, () => withoutWorker(worker, () => sleep(1_000))),
  },
  {
    name: 'clock of Redis set 5 s back while the worker is killed, then forward',
    isPossible: ({ stage }) => stage.clockFor !== null,
    async happen({ stage, worker }) {
      await withoutWorker(worker, async () => {
        await setRedisClock(stage, -SKEW_MS);
        await sleep(4_000);
      });
      await setRedisClock(stage, 0);
      await sleep(1_000);
    },
  },
];

/** How long faults happen. */
export interface TormentPlan {
  /** At least; the round that runs then is ended. */
  readonly durationMs: number;
  /** For how long all is well between two. */
  readonly restMs: number;
  readonly onFault?: (name: string) => void;
}

/** Lets faults happen, one after the other, round after round until the time is over; the round that runs is ended. */
export async function torment(target: Target, plan: TormentPlan): Promise<readonly Happened[]> {
  const happened: Happened[] = [];
  const endMs = performance.now() + plan.durationMs;
  const faults = FAULTS.filter(({ isPossible }) => isPossible(target));
  do {
    for (const { name, happen } of faults) {
      await sleep(plan.restMs);
      plan.onFault?.(name);
      const beganMs = monotonicMs();
      await happen(target);
      happened.push({ name, beganMs, endedMs: monotonicMs() });
    }
    await sleep(plan.restMs);
  } while (performance.now() < endMs);
  return happened;
}

async function withoutWorker(worker: WorkerSlot | null, work: () => Promise<void>): Promise<void> {
  if (worker === null || worker.process === null) return work();
  const { process: child } = worker;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await work();
  worker.process = await worker.next();
}

/** The receiver's process is stopped, not the server: that would end the connection in time, this does not. */
async function withStandbyPaused({ standbyUrl }: Stage, work: () => Promise<void>): Promise<void> {
  const [receiver] = await run(standbyUrl, 'select pid from pg_stat_wal_receiver');
  const pid = Number(receiver?.['pid']);
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** The replica is cut off for a second first: what the primary is told from then on is lost with it. */
async function failOver({ redis, wire }: Stage): Promise<void> {
  const { primary: old, replica: next } = redis;
  next.server.signal('SIGSTOP');
  await old.server.call('client', 'kill', 'type', 'replica');
  await sleep(1_000);
  old.server.signal('SIGKILL');
  await old.server.stop();
  next.server.signal('SIGCONT');
  await sleep(200);
  await next.server.call('replicaof', 'no', 'one');
  wire.leadTo(next.server.port);
  [redis.primary, redis.replica] = [next, old];
  await sleep(1_500);
  await old.server.start();
  await follow(old.server, next.server);
}

async function setRedisClock({ redis }: Stage, skewMs: number): Promise<void> {
  await Promise.all([redis.primary.clock?.set(skewMs), redis.replica.clock?.set(skewMs)]);
}
