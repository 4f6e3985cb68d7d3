import type { SampleBatch } from '../../series/index.ts';
import type { Leadership } from './leadership.ts';
import type { Outbox } from './outbox.ts';
import { createPooler, type PoolerLook, type PoolerState } from './pooler.ts';
import { type CollectorStatus, newStatus, type Round, runRound } from './rounds.ts';
import { WATCH_SETTINGS } from './settings.ts';
import type { WatchOptions } from './types.ts';

/** The poolers in front of a target. */
export interface PoolersWatch {
  readonly poolers: readonly PoolerState[];
  /** How the looks at them have been going; none where there is no pooler. */
  readonly collectors: readonly CollectorStatus[];
  /** Looks at them until the signal of the watch fires. */
  run(): Promise<void>;
}

const IDLE_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/**
 * Watches the poolers in front of a target. They have nothing to do with the sessions on the target: either is read
 * while the other is away. All are looked at in one go, so that one instant of the history holds the pools of all.
 */
export function watchPoolers(
  options: WatchOptions,
  { leadership, outbox }: { readonly leadership: Leadership; readonly outbox: Outbox },
): PoolersWatch {
  const { clock, settings, signal, random } = options;
  const poolers = (options.poolers ?? []).map((target) => createPooler(target, options));
  const everyMs = settings.get(WATCH_SETTINGS.countersEveryMs);
  const round: Round = {
    id: 'pgbouncer',
    everyMs,
    async run() {
      const looks = await Promise.all(poolers.map((pooler) => pooler.look()));
      // The next agent tells what it saw itself.
      if (!leadership.mayObserve) return null;
      outbox.put(
        batchesOf(looks, { at: clock.now(), everyMs }),
        looks.flatMap(({ events }) => events),
      );
      return troubleOf(poolers);
    },
  };
  const status = newStatus(round);
  return {
    poolers,
    collectors: poolers.length === 0 ? [] : [status],
    async run() {
      while (!signal.aborted) {
        const isNeeded = poolers.length > 0 || (await hadPoolers(options, leadership));
        if (isNeeded === false) return;
        if (isNeeded === true && leadership.mayObserve) {
          await keepLooking(round, status, { clock, random, signal, leadership });
        }
        await Promise.all(poolers.map((pooler) => pooler.release()));
        await clock.sleep(IDLE_MS, signal);
      }
    },
  };
}

/** Runs the round while this agent leads; sooner again when no pooler answered. */
async function keepLooking(
  round: Round,
  status: CollectorStatus,
  options: Pick<WatchOptions, 'clock' | 'random' | 'signal'> & { readonly leadership: Leadership },
): Promise<void> {
  const { clock, random, signal, leadership } = options;
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted && leadership.mayObserve) {
    const ended = new AbortController();
    const watched: Round = {
      ...round,
      async run() {
        if (!leadership.mayObserve) {
          ended.abort();
          return null;
        }
        const trouble = await round.run();
        retryMs = FIRST_RETRY_MS;
        return trouble;
      },
    };
    try {
      const until = AbortSignal.any([signal, ended.signal]);
      await runRound(watched, status, { clock, random, budgetRatio: 1, signal: until });
    } catch {
      await clock.sleep(retryMs * (0.5 + random()), signal);
      retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS, round.everyMs);
    }
  }
}

/**
 * Tells whether the target had poolers when it was watched before: rules on them then go on being told that there are
 * none, and do not wait for readings. Null while the store is away.
 */
async function hadPoolers({ store, target }: WatchOptions, leadership: Leadership): Promise<boolean | null> {
  if (leadership.state !== 'leading') return null;
  try {
    return (await (await store.target(target.name)).span('pooler')) !== null;
  } catch {
    return null;
  }
}

/** Gives the trouble with some of the poolers; null without. @throws when none of several answers */
function troubleOf(poolers: readonly PoolerState[]): string | null {
  const silent = poolers.filter(({ trouble }) => trouble !== null);
  if (silent.length === 0) return null;
  const trouble = silent.map(({ trouble: reason }) => reason).join('; ');
  if (silent.length === poolers.length) throw new SilentError(trouble);
  return trouble;
}

/** Says that no pooler answered: the round is tried again soon. */
class SilentError extends Error {}

/** What is not known of a silent pooler is left out: its pools stay a gap. */
function batchesOf(
  looks: readonly PoolerLook[],
  { at, everyMs }: { readonly at: Date; readonly everyMs: number },
): readonly SampleBatch[] {
  const stamp = { at, coveredMs: everyMs };
  const readings = looks.flatMap(({ reading }) => (reading === null ? [] : [reading]));
  const databases = readings.flatMap((reading) => reading.databases ?? []);
  const isSeen = readings.length > 0 || looks.length === 0;
  const coveredMs = Math.max(0, ...readings.map((reading) => reading.coveredMs));
  return [
    {
      ...stamp,
      kind: 'pooler',
      rows: looks.map(({ name, reading, tookMs }) => ({
        key: [name],
        values: reading === null ? { failed: 1 } : { answered: 1, answerMs: tookMs },
      })),
    },
    ...(isSeen ? [{ ...stamp, kind: 'pool' as const, rows: readings.flatMap(({ pools }) => pools) }] : []),
    ...(databases.length > 0 ? [{ at, coveredMs, kind: 'pooledDatabase' as const, rows: databases }] : []),
  ];
}
