import type { SampleBatch, SampleRow } from '../../series/index.ts';
import type { LatencyClass } from './latency-classes.ts';
import { estimateCallsAbove } from './latency-quantile.ts';

/** What events are counted with. */
export interface EventRules {
  /** Limit of all statements, in milliseconds. */
  readonly limitMs: number;
  /** Gives the class of a statement by its fingerprint; null for one that has none. */
  classOf(fingerprint: string): LatencyClass | null;
  /** Whether a table is large enough to be judged by its scans. */
  isLargeTable(key: readonly string[]): boolean;
}

/**
 * Counts the events of the objectives in what was just read: all of them, and those that missed. Availability by
 * probe, latency by calls, buffers by blocks, the cache
 * by look-ups, indexes by scans.
 */
export function countObjectiveEvents(
  batches: readonly SampleBatch[],
  rules: EventRules,
): readonly SampleBatch[] {
  return batches.flatMap((batch) => {
    const rows = rowsOf(batch, rules).filter(({ values }) => (values['total'] ?? 0) > 0);
    const { at, coveredMs } = batch;
    return rows.length === 0 ? [] : [{ kind: 'objective' as const, at, coveredMs, rows }];
  });
}

function rowsOf(batch: SampleBatch, rules: EventRules): readonly SampleRow[] {
  switch (batch.kind) {
    case 'probe':
      return [event('availability', sum(batch, 'answered') + sum(batch, 'failed'), sum(batch, 'failed'))];
    case 'database':
      return [
        event('buffer-hit', sum(batch, 'blocksHit') + sum(batch, 'blocksRead'), sum(batch, 'blocksRead')),
      ];
    case 'cache':
      return [event('cache-hit', sum(batch, 'hits') + sum(batch, 'misses'), sum(batch, 'misses'))];
    case 'table': {
      const large = { ...batch, rows: batch.rows.filter(({ key }) => rules.isLargeTable(key)) };
      const sequential = sum(large, 'sequentialScans');
      return [event('index-scan', sum(large, 'indexScans') + sequential, sequential)];
    }
    case 'statement':
      return latencyRows(batch, rules);
    default:
      return [];
  }
}

function latencyRows(batch: SampleBatch, rules: EventRules): readonly SampleRow[] {
  const counts = new Map<string, { total: number; bad: number }>();
  const add = (name: string, total: number, bad: number): void => {
    const count = counts.get(name) ?? { total: 0, bad: 0 };
    counts.set(name, { total: count.total + total, bad: count.bad + bad });
  };
  for (const { key, values } of batch.rows) {
    const calls = values['calls'] ?? 0;
    if (calls === 0) continue;
    const own = rules.classOf(key[0] ?? '');
    const meanMs = (values['totalMs'] ?? 0) / calls;
    const stddevMs = Math.sqrt(Math.max(0, (values['squaresMs2'] ?? 0) / calls - meanMs ** 2));
    const sample = { calls, meanMs, stddevMs, minMs: 0, maxMs: 0 };
    add('p95', calls, estimateCallsAbove(sample, rules.limitMs));
    if (own !== null) add(`p95-${own.name}`, calls, estimateCallsAbove(sample, own.limitMs));
  }
  return [...counts].map(([name, { total, bad }]) => event(name, total, bad));
}

function sum({ rows }: SampleBatch, column: string): number {
  return rows.reduce((total, { values }) => total + (values[column] ?? 0), 0);
}

function event(name: string, total: number, bad: number): SampleRow {
  return { key: [`objective/${name}`], values: { total, bad } };
}
