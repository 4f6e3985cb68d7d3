import { columnExtremesStatement, type MirrorLeadRow, mirrorLeadsQuery } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { ColumnExtremes, ColumnStatistics } from '../types.ts';
import { gapAbout } from './gaps.ts';
import { isOfServer, type Reading } from './reading.ts';

/** Columns looked up by one statement. */
const BATCH = 50;

/** Time after which no further column is looked up, in milliseconds; large tables come first. */
const BUDGET_MS = 15_000;

type Lead = Pick<MirrorLeadRow, 'schema' | 'table' | 'column'>;

/**
 * Reads the ends of columns that lead a btree: the planner looks them up there when a condition lies beyond the histogram, and nowhere
 * without one. The only part of a mirror that touches tables, two descents of an index a column.
 * @source src/backend/utils/adt/selfuncs.c, ineq_histogram_selectivity
 */
export async function readExtremes(
  reading: Reading,
  clock: Clock,
  columns: readonly ColumnStatistics[],
): Promise<readonly ColumnExtremes[]> {
  const withHistogram = new Set(
    columns.filter((one) => one.histogram !== null && !one.isInherited).map(keyOf),
  );
  const leads = (await reading.unlockedRows(mirrorLeadsQuery)).filter((lead) =>
    withHistogram.has(keyOf(lead)),
  );
  const readable = leads.filter((lead) => lead.isReadable);
  const untilMs = clock.monotonicMs() + BUDGET_MS;
  const extremes: ColumnExtremes[] = [];
  const failed: Lead[] = [];
  const take = async (batch: readonly Lead[]): Promise<void> => {
    if (clock.monotonicMs() > untilMs) {
      failed.push(...batch);
      return;
    }
    const found = await readBatch(reading, batch);
    if (found !== null) extremes.push(...found);
    else if (batch.length === 1) failed.push(...batch);
    // One table that is locked or slow spoils its batch only.
    else for (const lead of batch) await take([lead]);
  };
  for (let begin = 0; begin < readable.length; begin += BATCH) {
    await take(readable.slice(begin, begin + BATCH));
  }
  noteUnread(
    reading,
    leads.filter((lead) => !lead.isReadable),
    failed,
  );
  return extremes;
}

function keyOf({ schema, table, column }: Lead): string {
  return JSON.stringify([schema, table, column]);
}

async function readBatch(
  reading: Reading,
  batch: readonly Lead[],
): Promise<readonly ColumnExtremes[] | null> {
  const rows = await reading.session.read(columnExtremesStatement(batch)).catch((error: unknown) => {
    if (isOfServer(error)) return null;
    throw error;
  });
  if (rows === null) return null;
  return rows.flatMap((row) => {
    const lead = batch[Number(row['number'])];
    if (lead === undefined) return [];
    const { schema, table, column } = lead;
    return [{ schema, table, column, least: textOf(row['least']), greatest: textOf(row['greatest']) }];
  });
}

function noteUnread(reading: Reading, hidden: readonly Lead[], failed: readonly Lead[]): void {
  const named = (leads: readonly Lead[]): { schema: string; name: string }[] =>
    leads.map(({ schema, table, column }) => ({ schema, name: `${table}.${column}` }));
  const cost =
    'conditions beyond the last statistics, such as on the newest rows, may be estimated otherwise';
  const gaps = [
    ...gapAbout('extremes-hidden', named(hidden), (names) => ({
      reason: `the least and greatest values of ${names} may not be read: ${cost}`,
      remedy: `grant select on the tables to the role, or pg_read_all_data`,
    })),
    ...gapAbout('extremes-unread', named(failed), (names) => ({
      reason: `the least and greatest values of ${names} could not be read in time: ${cost}`,
      remedy: 'run again when the tables are not locked and the server is less busy',
    })),
  ];
  for (const gap of gaps) reading.note({ ...gap, subject: null });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
