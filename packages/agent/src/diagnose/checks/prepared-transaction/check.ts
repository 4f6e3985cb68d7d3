import {
  displayIdentifier,
  escapeControls,
  formatDuration,
  quoteIdentifier,
  quoteLiteral,
} from '../../../kernel/index.ts';
import { durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningMs: durationSetting({
    key: 'diagnose.prepared-transaction.warning-ms',
    summary: 'Age from which a prepared transaction is a warning.',
    default: 3_600_000,
    source: 'a transaction manager finishes its second phase within seconds; an hour covers its restart',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.prepared-transaction.critical-ms',
    summary: 'Age from which a prepared transaction is critical.',
    default: 86_400_000,
    source: 'pganalyze: an xmin horizon older than 24 h',
  }),
  maximumFindings: maximumFindingsSetting('prepared-transaction'),
};

/** Finds two-phase transactions that were prepared and never finished. */
export const preparedTransaction: Check = defineCheck({
  id: 'diagnose/prepared-transaction',
  title: 'Forgotten prepared transactions',
  needs: ['preparedTransactions'],
  source: 'PostgreSQL docs "PREPARE TRANSACTION", notes',
  settings,
  run: ({ sections, values, threshold }) => {
    const drafts = sections.preparedTransactions.flatMap((transaction) => {
      const severity = gradeAbove(transaction.ageMs, values.warningMs, values.criticalMs);
      if (severity === null) return [];
      const database = displayIdentifier(transaction.database);
      return [
        finding({
          severity,
          subject: { kind: 'transaction', schema: '', name: transaction.identifier },
          title: `prepared transaction '${escapeControls(transaction.identifier)}' of database ${database} has been waiting for ${formatDuration(transaction.ageMs)}`,
          evidence: {
            ageMs: transaction.ageMs,
            xidAgeCount: transaction.xidAge,
            owner: transaction.owner,
            database: transaction.database,
          },
          threshold: threshold(severity === 'critical' ? 'criticalMs' : 'warningMs'),
          remedy: remedyOf(transaction),
        }),
      ];
    });
    return capFindings(drafts, values.maximumFindings);
  },
});

function remedyOf(row: { readonly identifier: string; readonly database: string }): string {
  const identifier = quoteLiteral(row.identifier);
  return `ask its transaction manager for the outcome, then, connected to ${quoteIdentifier(row.database)}: commit prepared ${identifier} or rollback prepared ${identifier}`;
}
