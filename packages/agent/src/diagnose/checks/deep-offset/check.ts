import { formatCount } from '../../../kernel/index.ts';
import { type PlanNode, planNodes } from '../../../planner/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { nodeEvidence, type PlanOfStatement, plannedSubject } from '../../planned-statements.ts';
import type { Check } from '../../types.ts';
import { type SkippedRows, skippedByText, skippedWhenRun } from './skipped-rows.ts';

const settings = {
  minimumFactor: countSetting({
    key: 'diagnose.deep-offset.minimum-factor-count',
    summary: 'Rows skipped for each row returned, from which paging by OFFSET is reported.',
    default: 100,
    minimum: 1,
    source: 'pgsteward catalogue of checks: by then nearly all work is thrown away',
  }),
  minimumRows: countSetting({
    key: 'diagnose.deep-offset.minimum-rows',
    summary: 'Rows skipped below which nothing is reported.',
    unit: 'rows',
    default: 1_000,
    source: 'fewer rows are skipped in about a millisecond',
  }),
  warningRows: countSetting({
    key: 'diagnose.deep-offset.warning-rows',
    summary: 'Rows skipped from which it is a warning.',
    unit: 'rows',
    default: 100_000,
    source: 'skipping them takes about 10 to 100 ms, of a page that should take 1 ms',
  }),
  maximumFindings: maximumFindingsSetting('deep-offset', 10),
};

/** Finds paging by OFFSET that reads far more rows than it returns. */
export const deepOffset: Check = defineCheck({
  id: 'diagnose/deep-offset',
  title: 'Paging that reads what it throws away',
  needs: [],
  needsPlans: 'estimated',
  source: 'PostgreSQL docs 7.6 "LIMIT and OFFSET": rows skipped still have to be computed',
  settings,
  run: ({ observation, values, threshold }) => {
    const findings = (observation.plans ?? []).flatMap((statement) => {
      const worst = statement.plans
        .flatMap((plan) => deepest({ statement, plan }))
        .toSorted((a, b) => b.skipped - a.skipped)[0];
      if (worst === undefined || worst.skipped < values.minimumRows) return [];
      const factor = worst.skipped / Math.max(1, worst.returned);
      if (factor <= values.minimumFactor) return [];
      const isWarning = worst.skipped >= values.warningRows;
      return finding({
        severity: isWarning ? 'warning' : 'info',
        subject: plannedSubject(statement),
        title: `OFFSET skips ${formatCount(worst.skipped)} rows to return ${formatCount(worst.returned)}`,
        evidence: {
          skippedRows: worst.skipped,
          returnedRows: worst.returned,
          skippedPerRowCount: factor,
          isMeasured: worst.isMeasured,
          sortKey: sortKeyOf(worst.limit),
          ...nodeEvidence({ statement, plan: worst.plan, node: worst.limit }),
        },
        threshold: threshold(isWarning ? 'warningRows' : 'minimumFactor'),
        remedy: remedyFor(worst.limit),
      });
    });
    return capFindings(findings, values.maximumFindings);
  },
});

interface Deepest extends SkippedRows {
  readonly plan: PlanOfStatement['plan'];
}

/** What was measured comes before what the text says. */
function deepest({ statement, plan }: PlanOfStatement): readonly Deepest[] {
  const found = plan.kind === 'analyzed' ? skippedWhenRun(plan) : skippedByText(statement.text, plan);
  return found.map((one) => ({ ...one, plan }));
}

function sortKeyOf(limit: PlanNode): readonly string[] | null {
  const sorted = planNodes(limit).find((node) => node.details['Sort Key'] !== undefined);
  const keys = sorted?.details['Sort Key'];
  return keys === undefined ? null : typeof keys === 'string' ? [keys] : keys;
}

function remedyFor(limit: PlanNode): string {
  const keys = sortKeyOf(limit);
  const order = keys === null ? 'its order' : keys.join(', ');
  const keyset =
    keys === null
      ? 'the columns of ORDER BY and a unique one'
      : `(${keys.map((key) => key.replace(/( COLLATE \S+)?( DESC)?( NULLS (FIRST|LAST))?$/, '')).join(', ')}) and a unique column`;
  return `page by key instead: remember ${keyset} of the last row, ask for the rows after it (where (…) > (…) order by … limit n), and index ${order}`;
}
