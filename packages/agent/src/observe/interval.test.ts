import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CheckpointsRow, DatabaseRow, StatementRow, WalRow } from '../catalog/index.ts';
import { type Counters, subtract } from './interval.ts';
import type { Section } from './types.ts';

const BEGIN_MS = Date.UTC(2026, 0, 1);

function ok<T>(data: T): Section<T> {
  return { status: 'ok', data, readAt: new Date(BEGIN_MS), tookMs: 1 };
}

const gone: Section<never> = { status: 'unavailable', reason: 'hidden', remedy: 'ask' };

/** One instant: what each counter stood at. */
interface Instant {
  readonly atMs: number;
  readonly commits: number;
  readonly timed: number;
  readonly walBytes: number;
  /** Calls by statement. */
  readonly calls: Readonly<Record<string, number>>;
  readonly resetMs?: number | null | undefined;
  readonly sinceMs?: number | null | undefined;
}

function time(ms: number | null | undefined): Date | null {
  return ms === null || ms === undefined ? null : new Date(ms);
}

function counters(instant: Instant): Counters {
  const now = new Date(instant.atMs);
  const statsReset = time(instant.resetMs);
  const database = { name: 'd', now, commits: instant.commits, blocksHit: instant.commits * 7, statsReset };
  const checkpoints = { now, timed: instant.timed, sessionBuffers: null, statsReset };
  const wal = { now, bytes: instant.walBytes, records: instant.walBytes, statsReset };
  const statements = Object.entries(instant.calls).map(([queryId, calls]) => ({
    queryId,
    query: 'select 1',
    isOwn: false,
    queryLength: 8,
    calls,
    totalMs: calls * 2,
    meanMs: 2,
    minMs: 1,
    maxMs: 5,
    stddevMs: 1,
    statsSince: time(instant.sinceMs),
  }));
  return {
    database: ok(database as unknown as DatabaseRow),
    checkpoints: ok(checkpoints as unknown as CheckpointsRow),
    wal: ok(wal as unknown as WalRow),
    statements: ok(statements as unknown as readonly StatementRow[]),
  };
}

const amount: fc.Arbitrary<number> = fc.nat({ max: 1e9 });
const ids = ['1', '-2', '9223372036854775807'] as const;

const instant: fc.Arbitrary<Instant> = fc.record({
  atMs: fc.integer({ min: BEGIN_MS, max: BEGIN_MS + 1e9 }),
  commits: amount,
  timed: amount,
  walBytes: amount,
  calls: fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: 1, max: 1e9 })),
  resetMs: fc.option(fc.integer({ min: BEGIN_MS - 2_000, max: BEGIN_MS })),
});

/** A later instant of the same counters. */
function later(from: Instant): fc.Arbitrary<Instant> {
  return fc
    .record({
      atMs: amount,
      commits: amount,
      timed: amount,
      walBytes: amount,
      calls: fc.array(amount, { minLength: 3, maxLength: 3 }),
    })
    .map((step) => ({
      atMs: from.atMs + step.atMs,
      commits: from.commits + step.commits,
      timed: from.timed + step.timed,
      walBytes: from.walBytes + step.walBytes,
      calls: Object.fromEntries(
        ids.flatMap((id, index) => {
          const calls = (from.calls[id] ?? 0) + (step.calls[index] ?? 0);
          return calls === 0 ? [] : [[id, calls]];
        }),
      ),
      resetMs: from.resetMs ?? null,
    }));
}

function callsOf(rows: readonly StatementRow[] | null): Readonly<Record<string, number>> {
  return Object.fromEntries((rows ?? []).map((row) => [row.queryId, row.calls]));
}

it('gives the interval of the ends for the sum of two that follow each other', () => {
  const three = instant.chain((a) => later(a).chain((b) => later(b).map((c) => [a, b, c] as const)));
  fc.assert(
    fc.property(three, ([a, b, c]) => {
      const [first, second, whole] = [
        subtract(counters(a), counters(b)),
        subtract(counters(b), counters(c)),
        subtract(counters(a), counters(c)),
      ];
      expect(whole.durationMs).toBe(first.durationMs + second.durationMs);
      expect(whole.database?.commits).toBe(
        (first.database?.commits ?? Number.NaN) + (second.database?.commits ?? 0),
      );
      expect(whole.wal?.bytes).toBe((first.wal?.bytes ?? Number.NaN) + (second.wal?.bytes ?? 0));
      for (const id of ids) {
        const parts = (callsOf(first.statements)[id] ?? 0) + (callsOf(second.statements)[id] ?? 0);
        expect(callsOf(whole.statements)[id] ?? 0).toBe(parts);
      }
    }),
  );
});

it('never gives a negative number, whatever two readings say', () => {
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const interval = subtract(counters(a), counters({ ...b, atMs: a.atMs + 1 }));
      const rows = [interval.database, interval.checkpoints, interval.wal, ...(interval.statements ?? [])];
      for (const row of rows) {
        for (const value of Object.values(row ?? {})) {
          if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(0);
        }
      }
    }),
  );
});

it('gives zeros and no statement for two identical readings', () => {
  fc.assert(
    fc.property(instant, (a) => {
      const interval = subtract(counters(a), counters(a));
      expect(interval).toMatchObject({
        durationMs: 0,
        database: { commits: 0, blocksHit: 0 },
        checkpoints: { timed: 0, sessionBuffers: null },
        wal: { bytes: 0 },
        statements: [],
      });
    }),
  );
});

const base: Instant = { atMs: BEGIN_MS, commits: 100, timed: 3, walBytes: 50, calls: { '1': 10, '2': 4 } };

it('keeps a row whose counter fell, or whose reset changed by less than a second, out', () => {
  const fallen = subtract(counters(base), counters({ ...base, atMs: BEGIN_MS + 1_000, commits: 99 }));
  expect(fallen.database).toBeNull();
  expect(fallen.wal).toMatchObject({ bytes: 0 });
  const reset = subtract(
    counters({ ...base, resetMs: BEGIN_MS - 400 }),
    counters({ ...base, resetMs: BEGIN_MS - 300, commits: 500, timed: 500, walBytes: 500 }),
  );
  expect(reset).toMatchObject({ database: null, checkpoints: null, wal: null });
});

it('counts a statement that began anew by all that it holds', () => {
  const after = { ...base, atMs: BEGIN_MS + 1_000, calls: { '1': 3, '2': 9, '3': 7 } };
  expect(callsOf(subtract(counters(base), counters(after)).statements)).toEqual({ '1': 3, '2': 5, '3': 7 });
  const renewed = subtract(
    counters({ ...base, sinceMs: BEGIN_MS - 5_000 }),
    counters({ ...base, atMs: BEGIN_MS + 1_000, calls: { '1': 30 }, sinceMs: BEGIN_MS + 10 }),
  );
  expect(callsOf(renewed.statements)).toEqual({ '1': 30 });
});

it('says nothing about a row that fell without beginning anew', () => {
  const partly = subtract(
    counters({ ...base, sinceMs: BEGIN_MS - 5_000 }),
    counters({ ...base, atMs: BEGIN_MS + 1_000, calls: { '1': 3 }, sinceMs: BEGIN_MS - 4_000 }),
  );
  expect(partly.statements).toEqual([]);
});

it('gives the mean of the interval and not of the past', () => {
  const [row] = subtract(counters(base), counters({ ...base, calls: { '1': 11 } })).statements ?? [];
  expect(row).toMatchObject({ calls: 1, totalMs: 2, meanMs: 2, maxMs: 5 });
});

it('leaves out what either reading lacks', () => {
  const half: Counters = { ...counters(base), database: gone, statements: gone };
  expect(subtract(half, counters(base))).toMatchObject({ durationMs: 0, database: null, statements: null });
  expect(subtract(counters(base), half)).toMatchObject({ durationMs: 0, database: null, statements: null });
});
