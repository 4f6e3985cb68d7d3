import { describe, expect, it } from 'vitest';
import { checkCache } from './run.ts';

/** A round of faults takes half a minute, more on a busy machine. */
const TIMEOUT_MS = 300_000;
const SHORT = { durationMs: 1_000, restMs: 1_000, readsPerSecond: 4_000 };

describe('while Redis, the worker, the standby and the clocks fail', () => {
  it(
    'no read is older than it may be, misses a write that it asked for, or crosses tenants',
    async () => {
      const outcome = await checkCache({ contender: 'ours', ...SHORT });
      expect(outcome).toMatchObject({ violationsCount: 0, examples: [] });
      expect(outcome.readsCount).toBeGreaterThan(20_000);
      expect(outcome.writesCount).toBeGreaterThan(500);
      // Most reads are hits: otherwise this would be a check of the database.
      expect(outcome.loadRatio).toBeLessThan(0.5);
    },
    TIMEOUT_MS,
  );

  it(
    'the same check finds reads of a hand-written `setex` that are',
    async () => {
      const outcome = await checkCache({ contender: 'setex', ...SHORT });
      expect(outcome.violations.stale).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
