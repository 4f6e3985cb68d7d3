import { displayName, formatDuration, quoteQualified } from '../../../kernel/index.ts';
import type { PartitionedTableRow, TableFacts } from '../../../observe/index.ts';
import { countSetting, durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { databaseWindowMs } from '../../database-window.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check, FindingDraft, Severity } from '../../types.ts';

const settings = {
  minimumPeriods: countSetting({
    key: 'diagnose.missing-future-partition.minimum-periods-count',
    summary: 'Periods, each as long as the newest partition, that partitions must reach ahead of now.',
    default: 2,
    source: 'a missed run of the job that makes them then costs nothing',
  }),
  enoughMs: durationSetting({
    key: 'diagnose.missing-future-partition.enough-ms',
    summary: 'Time that partitions reach ahead from which it is enough, however long a period is.',
    default: 365 * 86_400_000,
    source: 'a year leaves time to make the next partition, even of a decade',
  }),
  quietMs: durationSetting({
    key: 'diagnose.missing-future-partition.quiet-ms',
    summary: 'Time without any insert after which a table whose partitions ended counts as closed history.',
    default: 7 * 86_400_000,
    source: 'a table that is written to is written to within a week',
  }),
  maximumFindings: maximumFindingsSetting('missing-future-partition'),
};

const TIME_TYPES: ReadonlySet<string | null> = new Set(['date', 'timestamp', 'timestamptz']);
const RANK: readonly Severity[] = ['critical', 'warning', 'info'];

/** Finds tables partitioned by time whose partitions soon end, or have ended. */
export const missingFuturePartition: Check = defineCheck({
  id: 'diagnose/missing-future-partition',
  title: 'Partitions for the time to come',
  needs: ['partitionedTables', 'tables', 'database'],
  source: 'PostgreSQL docs 5.12.2 "Declarative Partitioning"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const byOid = new Map(sections.tables.map((table) => [table.oid, table]));
    const byTime = sections.partitionedTables.filter(isByTime);
    const timed = new Set(byTime.map((row) => row.oid));
    const inserted = insertsByRoot(sections.tables, byOid);
    const isQuietFor = databaseWindowMs(snapshot, sections.database) >= values.quietMs;
    const drafts = byTime
      .filter((row) => !row.isOpenEnded && !hasAncestor(row.oid, byOid, timed))
      .flatMap((row) => {
        const isQuiet = isQuietFor && (inserted.get(row.oid) ?? 0) === 0;
        const reach = reachOf(row);
        const severity = severityOf(row, reach, { ...values, isQuiet });
        return severity === null ? [] : [draftOf(row, reach, severity)];
      })
      .map((draft) => finding({ ...draft, threshold: threshold('minimumPeriods') }))
      .toSorted((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity));
    return capFindings(drafts, values.maximumFindings);
  },
});

function isByTime(row: PartitionedTableRow): boolean {
  return row.strategy === 'range' && TIME_TYPES.has(row.keyType);
}

/** Days within a month end with it: only the outermost table by time can lack a future. */
function hasAncestor(
  oid: number,
  byOid: ReadonlyMap<number, TableFacts>,
  timed: ReadonlySet<number>,
): boolean {
  for (let parent = byOid.get(oid)?.parentOid ?? null; parent !== null; ) {
    if (timed.has(parent)) return true;
    parent = byOid.get(parent)?.parentOid ?? null;
  }
  return false;
}

/** Rows inserted into everything below each partitioned table. */
function insertsByRoot(
  tables: readonly TableFacts[],
  byOid: ReadonlyMap<number, TableFacts>,
): ReadonlyMap<number, number> {
  const inserted = new Map<number, number>();
  for (const table of tables) {
    for (let parent = table.isPartition ? table.parentOid : null; parent !== null; ) {
      inserted.set(parent, (inserted.get(parent) ?? 0) + table.insertedRows);
      parent = byOid.get(parent)?.parentOid ?? null;
    }
  }
  return inserted;
}

interface Reach {
  /** How far partitions reach ahead, in milliseconds; negative when they have ended, null when there are none. */
  readonly aheadMs: number | null;
  readonly periodMs: number | null;
  readonly periods: number | null;
}

function reachOf({ newestFrom, newestTo, now }: PartitionedTableRow): Reach {
  const aheadMs = newestTo === null ? null : newestTo.getTime() - now.getTime();
  const periodMs =
    newestTo === null || newestFrom === null ? null : newestTo.getTime() - newestFrom.getTime();
  const periods = aheadMs === null || periodMs === null || periodMs <= 0 ? null : aheadMs / periodMs;
  return { aheadMs, periodMs, periods };
}

function severityOf(
  row: PartitionedTableRow,
  { aheadMs, periods }: Reach,
  limits: { readonly minimumPeriods: number; readonly enoughMs: number; readonly isQuiet: boolean },
): Severity | null {
  // Nothing but a default partition, or nothing at all: an empty frame, or one where every insert fails.
  if (aheadMs === null) return row.partitions === 0 ? 'warning' : null;
  if (aheadMs <= 0) return limits.isQuiet ? 'info' : row.defaultOid === null ? 'critical' : 'warning';
  if (aheadMs >= limits.enoughMs) return null;
  return periods !== null && periods < limits.minimumPeriods ? 'warning' : null;
}

function draftOf(
  row: PartitionedTableRow,
  reach: Reach,
  severity: Severity,
): Omit<FindingDraft, 'kind' | 'threshold'> {
  const name = quoteQualified(row.schema, row.name);
  return {
    severity,
    subject: { kind: 'table', schema: row.schema, name: row.name },
    title: `${displayName(row.schema, row.name)} ${describe(row, reach, severity)}`,
    evidence: {
      aheadMs: reach.aheadMs,
      periodMs: reach.periodMs,
      periodsAheadCount: reach.periods,
      newestFrom: row.newestFrom?.toISOString() ?? null,
      newestTo: row.newestTo?.toISOString() ?? null,
      partitionsCount: row.partitions,
      hasDefaultPartition: row.defaultOid !== null,
    },
    remedy: `create table … partition of ${name} for values from (…) to (…), one for each coming ${periodName(reach.periodMs)}, beginning where the newest ends, and let a job do it from now on (pg_partman, or pgsteward's lifecycle)`,
  };
}

function describe(row: PartitionedTableRow, { aheadMs, periods }: Reach, severity: Severity): string {
  if (aheadMs === null) return 'has no partition: every insert fails';
  if (aheadMs > 0) {
    return `has partitions for ${formatDuration(aheadMs)} more, ${(periods ?? 0).toFixed(1)} periods`;
  }
  const since = `its partitions ended ${formatDuration(-aheadMs)} ago`;
  if (severity === 'info') return `is closed history or waits for inserts that would fail: ${since}`;
  return row.defaultOid === null
    ? `takes no new rows: ${since}`
    : `puts new rows into its default partition: ${since}`;
}

const DAY_MS = 86_400_000;

function periodName(periodMs: number | null): string {
  const days = (periodMs ?? 0) / DAY_MS;
  if (days >= 364 && days <= 367) return 'year';
  if (days >= 89 && days <= 93) return 'quarter';
  if (days >= 27 && days <= 32) return 'month';
  if (days > 6.9 && days < 7.1) return 'week';
  if (days > 0.9 && days < 1.1) return 'day';
  return 'period';
}
