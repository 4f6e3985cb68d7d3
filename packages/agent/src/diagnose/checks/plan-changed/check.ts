import { formatCount, formatDuration } from '../../../kernel/index.ts';
import type { PlanChangeFact } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { evidenceText, shortenStatement } from '../../statement-text.ts';
import type { Check, FindingDraft } from '../../types.ts';

const settings = {
  factor: countSetting({
    key: 'diagnose.plan-changed.warning-factor-count',
    summary: 'How many times the time of a call before from which a changed plan is a warning.',
    default: 1.5,
    minimum: 1,
    source: 'as for statements that got slower: ×1.5',
  }),
  maximumFindings: maximumFindingsSetting('plan-changed', 20),
};

/** Finds statements that are planned in another way than a day ago, with the cause. */
export const planChanged: Check = defineCheck({
  id: 'diagnose/plan-changed',
  title: 'Statements with another plan',
  needs: [],
  needsHistory: true,
  source: 'SQL Server Query Store and pganalyze keep the plans of each statement',
  settings,
  run: ({ observation, values, threshold }) => {
    const changes = observation.history?.planChanges ?? [];
    const latest = new Map(changes.toReversed().map((change) => [change.fingerprint, change]));
    const drafts = [...latest.values()]
      .toSorted((a, b) => slowdown(b) - slowdown(a))
      .map((change) => finding({ ...draftOf(change, values.factor), threshold: threshold('factor') }));
    return capFindings(drafts, values.maximumFindings);
  },
});

/** How many times as long a call takes; by cost where it did not run on both sides. */
function slowdown({ meanMsBefore, meanMsAfter, costBefore, costAfter }: PlanChangeFact): number {
  if (meanMsBefore !== null && meanMsAfter !== null) {
    return meanMsBefore === 0 ? 1 : meanMsAfter / meanMsBefore;
  }
  return costBefore === 0 ? 1 : costAfter / costBefore;
}

function draftOf(change: PlanChangeFact, factor: number): Omit<FindingDraft, 'kind' | 'threshold'> {
  const { queryId, fingerprint, text, at, cause, causeText, costBefore, costAfter } = change;
  const { meanMsBefore, meanMsAfter } = change;
  const isMeasured = meanMsBefore !== null && meanMsAfter !== null;
  const isSlower = isMeasured && slowdown(change) >= factor;
  const times = isMeasured
    ? `, ${formatDuration(meanMsBefore)} → ${formatDuration(meanMsAfter)} a call`
    : `, cost ${formatCount(Math.round(costBefore))} → ${formatCount(Math.round(costAfter))}`;
  return {
    severity: isSlower ? 'warning' : 'info',
    subject: {
      kind: 'statement',
      schema: '',
      name: queryId ?? fingerprint,
      ...(queryId === null ? {} : { queryId }),
    },
    title: `planned in another way since ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC (${causeText})${times}: ${shortenStatement(text)}`,
    evidence: {
      query: evidenceText(text),
      cause,
      causeText,
      changedAt: at.toISOString(),
      costBeforeCount: costBefore,
      costAfterCount: costAfter,
      meanBeforeMs: meanMsBefore,
      meanAfterMs: meanMsAfter,
    },
    remedy: remedyOf(cause, isSlower),
  };
}

function remedyOf(cause: string, isSlower: boolean): string {
  if (!isSlower) return 'compare both plans on its page in the dashboard; nothing got slower';
  switch (cause) {
    case 'setting':
      return 'set the setting back for its role or database, or check with `pgsteward explain` what it changed';
    case 'ddl':
      return 'compare both plans on its page in the dashboard; bring back the index that is gone, or drop the one that misleads';
    case 'growth':
      return 'the table outgrew the plan that was good for it: see `pgsteward indexes` for what fits its new size';
    case 'statistics':
      return 'compare the estimated rows of both plans; where they are wrong, raise the statistics target or add extended statistics';
    case 'version':
      return 'analyze the database after an upgrade, then compare both plans on its page in the dashboard';
    default:
      return 'compare both plans on its page in the dashboard';
  }
}
