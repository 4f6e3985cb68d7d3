import type { CheckpointsRow, DatabaseRow, StatementRow, WalRow } from '../catalog/index.ts';
import type { Interval, Section } from './types.ts';

/** The counters of one instant. */
export interface Counters {
  readonly database: Section<DatabaseRow>;
  readonly statements: Section<readonly StatementRow[]>;
  readonly checkpoints: Section<CheckpointsRow>;
  readonly wal: Section<WalRow>;
}

/**
 * Subtracts two readings of cumulative counters.
 * @returns differences; a part is null where either reading is missing, or where a counter fell or its reset
 * time changed, since then the difference would be a lie
 */
export function subtract(before: Counters, after: Counters): Interval {
  const database = subtractRows(before.database, after.database);
  const begin = before.database.status === 'ok' ? before.database.data.now : null;
  return {
    durationMs: elapsedMs(before, after),
    database,
    statements: subtractStatements(before.statements, after.statements, begin),
    checkpoints: subtractRows(before.checkpoints, after.checkpoints),
    wal: subtractRows(before.wal, after.wal),
  };
}

function elapsedMs(before: Counters, after: Counters): number {
  if (before.database.status !== 'ok' || after.database.status !== 'ok') return 0;
  return after.database.data.now.getTime() - before.database.data.now.getTime();
}

/** Fields that are states rather than counters and keep the later value. */
const STATES: ReadonlySet<string> = new Set(['sizeBytes', 'minMs', 'maxMs', 'stddevMs', 'queryLength']);

function subtractRows<Row extends object>(before: Section<Row>, after: Section<Row>): Row | null {
  if (before.status !== 'ok' || after.status !== 'ok') return null;
  return difference(before.data, after.data);
}

function difference<Row extends object>(before: Row, after: Row): Row | null {
  const result = { ...after } as Record<string, unknown>;
  const earlier = before as Readonly<Record<string, unknown>>;
  for (const [field, value] of Object.entries(after)) {
    const previous = earlier[field];
    if (field === 'statsReset' || field === 'statsSince') {
      if (timeOf(previous) !== timeOf(value)) return null;
    } else if (typeof value === 'number' && typeof previous === 'number' && !STATES.has(field)) {
      if (value < previous && field !== 'meanMs') return null;
      result[field] = value - previous;
    }
  }
  return result as Row;
}

function timeOf(value: unknown): number | null {
  return value instanceof Date ? value.getTime() : null;
}

function subtractStatements(
  before: Section<readonly StatementRow[]>,
  after: Section<readonly StatementRow[]>,
  begin: Date | null,
): readonly StatementRow[] | null {
  if (before.status !== 'ok' || after.status !== 'ok') return null;
  const earlier = new Map(before.data.map((row) => [row.queryId, row]));
  return after.data.flatMap((row) => {
    const previous = earlier.get(row.queryId);
    const moved = previous === undefined ? row : difference(previous, row);
    // An entry that was reset or evicted in between began anew: what it holds now ran since. A row that sums
    // several users of whom one was evicted fell without beginning anew: what ran since cannot be told.
    const isNew = row.statsSince === null || begin === null || row.statsSince >= begin;
    const counted = moved ?? (isNew ? row : null);
    if (counted === null || counted.calls <= 0) return [];
    return [{ ...counted, meanMs: counted.totalMs / counted.calls }];
  });
}
