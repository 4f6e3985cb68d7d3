import type { SampleRow } from '../../packages/agent/src/series/index.ts';

/** Counters of statements that look alive: Zipf's law over statements, the day's rhythm, noise in each. */
export interface Counters {
  /** What each statement counted in one minute of the day. */
  tick(minute: number): readonly SampleRow[];
}

const ZIPF = 0.9;
const MINUTES_PER_DAY = 1_440;

const PER_CALL = [
  'rows',
  'sharedBlocksHit',
  'sharedBlocksRead',
  'sharedBlocksDirtied',
  'tempBlocksRead',
  'tempBlocksWritten',
  'blockReadMs',
  'blockWriteMs',
  'walBytes',
] as const;

/** Starts a deterministic generator; each statement has twelve counters. */
export function createCounters(statements: number): Counters {
  let state = 0x2545f491;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const noise = (): number => 0.8 + 0.4 * random();
  const profiles = Array.from({ length: statements }, (_, rank) => ({
    key: [`statement-${rank}`],
    callsPerMinute: 60_000 / (rank + 1) ** ZIPF,
    meanMs: 0.05 + 20 * random() ** 4,
    perCall: PER_CALL.map((name) => ({ name, each: random() < 0.5 ? 0 : 4 * random() })),
  }));
  return {
    tick(minute) {
      const rhythm = 1 + 0.6 * Math.sin((2 * Math.PI * minute) / MINUTES_PER_DAY);
      return profiles.map(({ key, callsPerMinute, meanMs, perCall }) => {
        const calls = Math.max(1, Math.round(callsPerMinute * rhythm * noise()));
        const totalMs = calls * meanMs * noise();
        return {
          key,
          values: {
            calls,
            totalMs,
            squaresMs2: (totalMs * totalMs) / calls,
            ...Object.fromEntries(
              perCall.map(({ name, each }) => [name, Math.round(calls * each * noise())]),
            ),
          },
        };
      });
    },
  };
}
