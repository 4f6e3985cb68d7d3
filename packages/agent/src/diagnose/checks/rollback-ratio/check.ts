import { displayIdentifier, formatCount, formatRatio } from '../../../kernel/index.ts';
import type { DatabaseRow } from '../../../observe/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { databaseWindowMs } from '../../database-window.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningRatio: ratioSetting({
    key: 'diagnose.rollback-ratio.warning-ratio',
    summary: 'Share of rolled back transactions above which it is reported.',
    default: 0.1,
    source: 'temBoard rollback check, 10 %',
  }),
  minimumTransactions: countSetting({
    key: 'diagnose.rollback-ratio.minimum-transactions-count',
    summary: 'Fewest transactions from which a share says something.',
    default: 1_000,
    minimum: 1,
    source: 'a share of 10 % is then known to within 2 points',
  }),
};

/** Finds databases in which many transactions end in a rollback. */
export const rollbackRatio: Check = defineCheck({
  id: 'diagnose/rollback-ratio',
  title: 'Rolled back transactions',
  needs: ['database'],
  source: 'PostgreSQL docs 27.2.17 "pg_stat_database" (xact_rollback)',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const { database } = sections;
    const { interval } = observation;
    const past = ratioOf(database, values.minimumTransactions);
    const now = ratioOf(interval?.database ?? null, values.minimumTransactions);
    const isPast = past !== null && past > values.warningRatio;
    const isNow = now !== null && now > values.warningRatio;
    if (!isPast && !isNow) return [];
    const shown = isNow ? now : (past ?? 0);
    const counted = isNow ? (interval?.database ?? database) : database;
    return [
      finding({
        // What has been so and measurably is no more is worth knowing, and no one's task.
        severity: isNow || now === null ? 'warning' : 'info',
        subject: { kind: 'database', schema: '', name: database.name },
        title: `${formatRatio(shown)} of ${formatCount(transactionsOf(counted))} transactions in ${displayIdentifier(database.name)} were rolled back`,
        evidence: {
          rollbackRatio: shown,
          rollbacksCount: counted.rollbacks,
          commitsCount: counted.commits,
          measuredMs: isNow ? (interval?.durationMs ?? 0) : databaseWindowMs(snapshot, database),
          basis: isNow ? 'interval between two snapshots' : 'statistics since their last reset',
          cumulativeRatio: past,
          recentRatio: now,
        },
        threshold: threshold('warningRatio'),
        remedy:
          'find the statements that fail in the server log (log_min_error_statement) and the code that rolls back on purpose: failed work was paid for and leaves dead rows',
      }),
    ];
  },
});

function transactionsOf(row: DatabaseRow): number {
  return row.commits + row.rollbacks;
}

/** Share of rollbacks; null for too few transactions. */
function ratioOf(row: DatabaseRow | null, minimumTransactions: number): number | null {
  if (row === null || transactionsOf(row) < minimumTransactions) return null;
  return row.rollbacks / transactionsOf(row);
}
