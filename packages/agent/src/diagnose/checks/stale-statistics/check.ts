import { displayName, formatCount, formatRatio, quoteQualified } from '../../../kernel/index.ts';
import type { Snapshot, TableFacts } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { autovacuumGraceSetting, autovacuumRule } from '../../autovacuum.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { type Family, tableFamilies } from '../../partition-families.ts';
import { isCountedTwice, rowCounts } from '../../table-rows.ts';
import type { Check, FindingDraft, Severity } from '../../types.ts';

const settings = {
  changedRatio: ratioSetting({
    key: 'diagnose.stale-statistics.changed-ratio',
    summary:
      'Rows changed since the last analyze, as a share of all rows, beyond which statistics are stale.',
    default: 0.2,
    source: 'twice the default of autovacuum_analyze_scale_factor',
  }),
  minimumRows: countSetting({
    key: 'diagnose.stale-statistics.minimum-rows',
    summary: 'Rows from which a table is judged.',
    unit: 'rows',
    default: 1_000,
    source: 'plans of smaller tables hardly depend on statistics',
  }),
  warningRows: countSetting({
    key: 'diagnose.stale-statistics.warning-rows',
    summary: 'Rows with stale statistics from which it is a warning instead of information.',
    unit: 'rows',
    default: 10_000,
    source: 'a wrong plan over fewer rows costs milliseconds',
  }),
  graceMs: autovacuumGraceSetting,
  maximumFindings: maximumFindingsSetting('stale-statistics', 30),
};

/** Finds tables that the planner knows nothing, or only old things, about. */
export const staleStatistics: Check = defineCheck({
  id: 'diagnose/stale-statistics',
  title: 'Stale statistics',
  needs: ['tables'],
  source: 'PostgreSQL docs 24.1.3 "Updating Planner Statistics"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const rows = rowCounts(sections.tables);
    const known = knownStatistics(snapshot);
    const isAwaited = awaitedRule(snapshot, values.graceMs);
    const findings = tableFamilies(sections.tables).flatMap((family): readonly FindingDraft[] => {
      const stale = family.members.flatMap((table) => {
        const count = rows.get(table.oid) ?? 0;
        return count < values.minimumRows
          ? []
          : judge(table, count, { known, limit: values.changedRatio, isAwaited });
      });
      if (stale.length > 0) return [describe({ family, stale, values, threshold })];
      const count = rows.get(family.root.oid) ?? 0;
      return family.root.kind === 'partitioned' &&
        count >= values.minimumRows &&
        isNeverAnalyzed(family.root) &&
        known.get(family.root.oid) !== true
        ? [unanalyzedParent(family.root, count, threshold('minimumRows'))]
        : [];
    });
    return capFindings(findings.toSorted(byWorst), values.maximumFindings);
  },
});

interface Stale {
  readonly table: TableFacts;
  readonly rows: number;
  readonly isNever: boolean;
  /** Changed rows per row, may pass 1. */
  readonly changedRatio: number;
  /** False when the statistics are hidden from the role and counters may have been lost in a crash. */
  readonly isCertain: boolean;
  /** Autovacuum is due to analyze it and comes by itself. */
  readonly isAwaited: boolean;
}

/** Whether a column of the table has statistics, where the role may see them; absent where it may not. */
type Known = ReadonlyMap<number, boolean>;

function knownStatistics(snapshot: Snapshot): Known {
  const { columns } = snapshot.sections;
  const known = new Map<number, boolean>();
  for (const column of columns.status === 'ok' ? columns.data.columns : []) {
    if (column.hasStatistics) known.set(column.tableOid, true);
    else if (column.isReadable && !known.has(column.tableOid)) known.set(column.tableOid, false);
  }
  return known;
}

type AwaitedRule = (table: TableFacts) => boolean;

/**
 * Tells which tables autovacuum is about to analyze: enough has changed, nobody switched it off, and either it was
 * here a moment ago or it has never been here, as after a load or a restore.
 */
function awaitedRule(snapshot: Snapshot, graceMs: number): AwaitedRule {
  const { serverSettings } = snapshot.sections;
  if (serverSettings.status !== 'ok') return () => false;
  return (table) => {
    const rule = autovacuumRule(table, serverSettings.data);
    if (!rule.isEnabled || table.modifiedSinceAnalyze <= rule.changedRows) return false;
    const last = Math.max(table.lastAnalyze?.getTime() ?? 0, table.lastAutoanalyze?.getTime() ?? 0);
    return last === 0 || snapshot.takenAt.getTime() - last < graceMs;
  };
}

interface JudgeOptions {
  readonly known: Known;
  readonly limit: number;
  readonly isAwaited: AwaitedRule;
}

function judge(table: TableFacts, rows: number, { known, limit, isAwaited }: JudgeOptions): readonly Stale[] {
  const changedRatio = changedRows(table) / Math.max(1, rows);
  const has = known.get(table.oid);
  const isNever = isNeverAnalyzed(table) && has !== true;
  // A reset of the counters forgets the time of the analyze; a row count in pg_class hints that there was one.
  const isCertain = !isNever || has === false || table.estimatedRows === null;
  return isNever || changedRatio > limit
    ? [{ table, rows, isNever, changedRatio, isCertain, isAwaited: isAwaited(table) }]
    : [];
}

/**
 * Rows changed since the last analyze. A session reports its changes up to a second late, so that those of a load
 * followed at once by analyze count as coming after it: they are left out when the analyze saw them all the same.
 */
function changedRows(table: TableFacts): number {
  const { insertedRows, modifiedSinceAnalyze } = table;
  return isCountedTwice(table) ? modifiedSinceAnalyze - insertedRows : modifiedSinceAnalyze;
}

function isNeverAnalyzed(table: TableFacts): boolean {
  return table.lastAnalyze === null && table.lastAutoanalyze === null;
}

interface Description {
  readonly family: Family<TableFacts>;
  readonly stale: readonly Stale[];
  readonly values: { readonly warningRows: number };
  readonly threshold: (name: 'changedRatio' | 'minimumRows') => FindingDraft['threshold'];
}

function describe({ family, stale, values, threshold }: Description): FindingDraft {
  const { root } = family;
  const staleRows = stale.reduce((sum, each) => sum + each.rows, 0);
  const isNever = stale.every((each) => each.isNever);
  const worst = Math.max(...stale.map((each) => each.changedRatio));
  const isCertain = stale.some((each) => each.isCertain);
  const isAwaited = stale.every((each) => each.isAwaited);
  const staying = stale.filter((each) => !each.isAwaited).reduce((sum, each) => sum + each.rows, 0);
  const name = displayName(root.schema, root.name);
  const who =
    root.kind === 'partitioned'
      ? `${stale.length} ${stale.length === 1 ? 'partition' : 'partitions'} of ${name}`
      : name;
  const what = isNever
    ? `never analyzed (${formatCount(staleRows)} rows)`
    : `${root.kind === 'partitioned' ? 'up to ' : ''}${formatRatio(worst)} of the rows changed since the last analyze`;
  return finding({
    severity: staying >= values.warningRows && isCertain ? 'warning' : 'info',
    subject: { kind: 'table', schema: root.schema, name: root.name },
    title: `${who}: ${what}`,
    evidence: {
      staleRows,
      modifiedRows: stale.reduce((sum, each) => sum + changedRows(each.table), 0),
      changedRatio: worst,
      isNeverAnalyzed: isNever,
      isCertain,
      isAutovacuumDue: isAwaited,
      partitions: root.kind === 'partitioned' ? stale.slice(0, 10).map(({ table }) => table.name) : [],
      isAutovacuumDisabled: stale.some(({ table }) => table.options.includes('autovacuum_enabled=false')),
    },
    threshold: threshold(isNever ? 'minimumRows' : 'changedRatio'),
    remedy: `analyze ${quoteQualified(root.schema, root.name)}${isAwaited ? ', or wait for autovacuum, which is due to do it' : ''}`,
  });
}

/** Autovacuum analyzes partitions but never their parent, whose statistics joins and groups over all rows need. */
function unanalyzedParent(
  table: TableFacts,
  rows: number,
  threshold: FindingDraft['threshold'],
): FindingDraft {
  return finding({
    severity: 'info',
    subject: { kind: 'table', schema: table.schema, name: table.name },
    title: `${displayName(table.schema, table.name)}: partitioned and never analyzed as a whole`,
    evidence: { staleRows: rows, isNeverAnalyzed: true },
    threshold,
    remedy: `analyze ${quoteQualified(table.schema, table.name)} now and after large changes: autovacuum analyzes only the partitions`,
  });
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

function byWorst(a: FindingDraft, b: FindingDraft): number {
  return (
    RANK[a.severity] - RANK[b.severity] || Number(b.evidence['staleRows']) - Number(a.evidence['staleRows'])
  );
}
