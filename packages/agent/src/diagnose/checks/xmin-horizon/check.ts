import { formatCount } from '../../../kernel/index.ts';
import { countSetting, durationSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding, gradeAbove } from '../../define-check.ts';
import { hiddenSessions } from '../../hidden-sessions.ts';
import type { Check } from '../../types.ts';
import { type Holder, listHolders } from './holders.ts';

const settings = {
  warningMs: durationSetting({
    key: 'diagnose.xmin-horizon.warning-ms',
    summary: 'Time from which whoever holds vacuum back is a warning.',
    default: 3_600_000,
    source: 'pganalyze xmin horizon check, 1 hour',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.xmin-horizon.critical-ms',
    summary: 'Time from which whoever holds vacuum back is critical.',
    default: 86_400_000,
    source: 'pganalyze xmin horizon check, 24 hours',
  }),
  warningTransactions: countSetting({
    key: 'diagnose.xmin-horizon.warning-transactions-count',
    summary:
      'Age in transactions that is a warning where the server does not tell since when (slots, standbys).',
    default: 10_000_000,
    source: 'about an hour at 3,000 transactions per second',
  }),
  criticalTransactions: countSetting({
    key: 'diagnose.xmin-horizon.critical-transactions-count',
    summary: 'Age in transactions that is critical where the server does not tell since when.',
    default: 200_000_000,
    source: 'autovacuum_freeze_max_age: from here on vacuums are forced and cannot freeze',
  }),
  minimumTransactions: countSetting({
    key: 'diagnose.xmin-horizon.minimum-transactions-count',
    summary: 'Age in transactions below which a holder is only mentioned: hardly any row has died since.',
    default: 1_000,
    source: 'on an idle server an open transaction holds nothing back',
  }),
  maximumFindings: maximumFindingsSetting('xmin-horizon', 20),
};

/** Names who keeps vacuum from removing dead rows: sessions, slots, standbys, prepared transactions. */
export const xminHorizon: Check = defineCheck({
  id: 'diagnose/xmin-horizon',
  title: 'Vacuum held back',
  needs: ['activity', 'serverSettings'],
  source:
    'PostgreSQL docs 24.1.2 "Recovering Disk Space"; src/backend/storage/ipc/procarray.c, ComputeXidHorizons',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const feedback = sections.serverSettings.get('hot_standby_feedback')?.value;
    if (snapshot.server.isInRecovery && feedback !== 'on') return [];
    const graded = listHolders(snapshot)
      .flatMap((holder) => grade(holder, values))
      .toSorted((a, b) => (b.holder.heldMs ?? 0) - (a.holder.heldMs ?? 0));
    const findings = graded.map(({ holder, name, severity }) =>
      finding({
        severity,
        subject: holder.subject,
        title:
          holder.ageCount === null
            ? `${holder.title}: vacuum cannot remove what died since`
            : `${holder.title}: vacuum cannot remove what died in the last ${formatCount(holder.ageCount)} transactions`,
        evidence: {
          holder: holder.what,
          heldMs: holder.heldMs,
          ageTransactionsCount: holder.ageCount,
          detail: holder.detail,
        },
        threshold: threshold(name),
        remedy: holder.remedy,
      }),
    );
    return [
      ...capFindings(findings, values.maximumFindings),
      ...hiddenSessions(snapshot, 'open transactions'),
    ];
  },
});

type Values = Readonly<
  Record<
    'warningMs' | 'criticalMs' | 'warningTransactions' | 'criticalTransactions' | 'minimumTransactions',
    number
  >
>;

type ThresholdName = Exclude<keyof Values, 'minimumTransactions'>;

interface Graded {
  readonly holder: Holder;
  readonly name: ThresholdName;
  readonly severity: 'info' | 'warning' | 'critical';
}

function grade(holder: Holder, values: Values): readonly Graded[] {
  const isTimed = holder.heldMs !== null;
  const severity = isTimed
    ? gradeAbove(holder.heldMs ?? 0, values.warningMs, values.criticalMs)
    : gradeAbove(holder.ageCount ?? 0, values.warningTransactions, values.criticalTransactions);
  if (severity === null) return [];
  const name: ThresholdName =
    severity === 'critical'
      ? isTimed
        ? 'criticalMs'
        : 'criticalTransactions'
      : isTimed
        ? 'warningMs'
        : 'warningTransactions';
  const isHarmless = (holder.ageCount ?? values.minimumTransactions) < values.minimumTransactions;
  return [{ holder, name, severity: isHarmless ? 'info' : severity }];
}
