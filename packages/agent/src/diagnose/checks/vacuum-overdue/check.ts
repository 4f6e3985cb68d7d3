import { displayName, formatCount, formatDuration, quoteQualified } from '../../../kernel/index.ts';
import type { Snapshot, TableFacts } from '../../../observe/index.ts';
import { countSetting, durationSetting } from '../../../settings/index.ts';
import {
  type AutovacuumRule,
  autovacuumGraceSetting,
  autovacuumRule,
  isAutovacuumOn,
} from '../../autovacuum.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import type { Check, FindingDraft, Threshold } from '../../types.ts';

const settings = {
  factor: countSetting({
    key: 'diagnose.vacuum-overdue.factor-count',
    summary: 'How many times a table may pass its own autovacuum threshold before vacuum counts as overdue.',
    default: 2,
    minimum: 1,
    source: 'autovacuum begins at once the threshold; twice that means that it does not keep up',
  }),
  minimumRows: countSetting({
    key: 'diagnose.vacuum-overdue.minimum-rows',
    summary: 'Dead (or newly inserted) rows below which nothing is reported.',
    unit: 'rows',
    default: 1_000,
    source: 'a few pages of dead rows slow nothing down',
  }),
  insertGraceMs: durationSetting({
    key: 'diagnose.vacuum-overdue.insert-grace-ms',
    summary: 'Time without a vacuum from which inserts alone are mentioned.',
    default: 86_400_000,
    source: 'a freshly loaded table is no news; autovacuum gets to it within minutes to hours',
  }),
  graceMs: autovacuumGraceSetting,
  maximumFindings: maximumFindingsSetting('vacuum-overdue', 30),
};

/** Finds tables that autovacuum should have vacuumed long ago, by their own thresholds. */
export const vacuumOverdue: Check = defineCheck({
  id: 'diagnose/vacuum-overdue',
  title: 'Overdue vacuum',
  needs: ['tables', 'serverSettings'],
  source: 'PostgreSQL docs 24.1.6 "The Autovacuum Daemon"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const running = tablesInVacuum(snapshot);
    const server = sections.serverSettings;
    const observedMs = observedSince(snapshot, sections.tables);
    const overdue = sections.tables
      .filter((table) => table.kind !== 'partitioned' && !running.has(table.oid))
      .flatMap((table) => judge(table, autovacuumRule(table, server), values))
      .filter(
        ({ table, isByInserts }) =>
          !isByInserts || (sinceVacuumMs(table, snapshot.takenAt) ?? observedMs) >= values.insertGraceMs,
      )
      .map((row) => ({ ...row, isAwaited: isAwaited(row, snapshot, { observedMs, ...values }) }))
      .toSorted((a, b) => Number(a.isByInserts) - Number(b.isByInserts) || b.rows - a.rows);
    const capped = describeWorst(overdue, values.maximumFindings, (row) =>
      describe(row, snapshot, threshold('factor')),
    );
    return isAutovacuumOn(server) ? capped : [switchedOff(threshold('factor')), ...capped];
  },
});

interface Overdue {
  readonly table: TableFacts;
  readonly rule: AutovacuumRule;
  readonly isByInserts: boolean;
  /** Autovacuum was here a moment ago, or began to count a moment ago, and comes again by itself. */
  readonly isAwaited: boolean;
  /** Dead rows, or rows inserted since the last vacuum. */
  readonly rows: number;
  /** What autovacuum's own threshold is for them. */
  readonly ruleRows: number;
}

function judge(
  table: TableFacts,
  rule: AutovacuumRule,
  values: { readonly factor: number; readonly minimumRows: number },
): readonly Overdue[] {
  const isOver = (rows: number, ruleRows: number): boolean =>
    rows >= values.minimumRows && rows > values.factor * ruleRows;
  if (isOver(table.deadRows, rule.deadRows)) {
    return [
      { table, rule, isByInserts: false, isAwaited: false, rows: table.deadRows, ruleRows: rule.deadRows },
    ];
  }
  const inserted = table.insertedSinceVacuum;
  return rule.insertedRows !== null && isOver(inserted, rule.insertedRows)
    ? [{ table, rule, isByInserts: true, isAwaited: false, rows: inserted, ruleRows: rule.insertedRows }]
    : [];
}

/** A table that is updated without pause passes its threshold again and again between two visits. */
function isAwaited(
  { table, rule }: Overdue,
  snapshot: Snapshot,
  limits: { readonly observedMs: number; readonly graceMs: number },
): boolean {
  const sinceMs = sinceVacuumMs(table, snapshot.takenAt) ?? limits.observedMs;
  return rule.isEnabled && sinceMs < limits.graceMs;
}

/** Inserts alone leave nothing to clean up, only pages to freeze and to mark visible: information. */
function describe(overdue: Overdue, snapshot: Snapshot, threshold: Threshold): FindingDraft {
  const { table, rule, isByInserts, isAwaited, rows, ruleRows } = overdue;
  const name = displayName(table.schema, table.name);
  const sinceMs = sinceVacuumMs(table, snapshot.takenAt);
  const since = sinceMs === null ? 'never vacuumed' : `vacuumed ${formatDuration(sinceMs)} ago`;
  const kind = isByInserts ? 'rows inserted since its last vacuum' : 'dead rows';
  return finding({
    severity: isByInserts || isAwaited ? 'info' : 'warning',
    subject: { kind: 'table', schema: table.schema, name: table.name },
    title: `${name} has ${formatCount(rows)} ${kind}, autovacuum should begin at ${formatCount(ruleRows)} (${since})`,
    evidence: {
      deadRows: table.deadRows,
      insertedSinceVacuumRows: table.insertedSinceVacuum,
      liveRows: table.liveRows,
      autovacuumThresholdRows: ruleRows,
      isAutovacuumEnabled: rule.isEnabled,
      sinceVacuumMs: sinceMs,
    },
    threshold,
    remedy: remedyFor(table, rule),
  });
}

function remedyFor(table: TableFacts, rule: AutovacuumRule): string {
  const name = quoteQualified(table.schema, table.name);
  return rule.isEnabled
    ? `vacuum (analyze) ${name}; then see what holds autovacuum back: diagnose/xmin-horizon, its workers and cost limit`
    : `vacuum (analyze) ${name}; autovacuum is switched off for it: alter table ${name} reset (autovacuum_enabled)`;
}

function sinceVacuumMs(table: TableFacts, now: Date): number | null {
  const last = Math.max(table.lastVacuum?.getTime() ?? 0, table.lastAutovacuum?.getTime() ?? 0);
  return last === 0 ? null : Math.max(0, now.getTime() - last);
}

function observedSince(snapshot: Snapshot, tables: readonly TableFacts[]): number {
  const { database } = snapshot.sections;
  return database.status === 'ok' ? statisticsWindow(snapshot, database.data, tables).lengthMs : 0;
}

function tablesInVacuum(snapshot: Snapshot): ReadonlySet<number> {
  const { vacuumProgress } = snapshot.sections;
  return new Set(vacuumProgress.status === 'ok' ? vacuumProgress.data.map((row) => row.tableOid) : []);
}

function switchedOff(threshold: Threshold): FindingDraft {
  return finding({
    severity: 'warning',
    subject: { kind: 'setting', schema: '', name: 'autovacuum' },
    title: 'autovacuum is switched off for the whole server',
    evidence: { isAutovacuumEnabled: false },
    threshold,
    remedy: 'alter system set autovacuum = on; alter system set track_counts = on; select pg_reload_conf()',
  });
}
