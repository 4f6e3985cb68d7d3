import { formatCount } from '../../../kernel/index.ts';
import type { PlannedStatement, StatementPlan } from '../../../observe/index.ts';
import { comparePlans, planShape } from '../../../planner/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { plannedSubject } from '../../planned-statements.ts';
import { evidenceText, shortenStatement } from '../../statement-text.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumFactor: countSetting({
    key: 'diagnose.generic-plan-sensitive.minimum-factor-count',
    summary: 'Factor between the cost of the generic plan and that of the best plan for some value.',
    default: 10,
    minimum: 1,
    source: 'pgsteward catalogue of checks: below it the estimate is not surer than the difference',
  }),
  minimumCost: countSetting({
    key: 'diagnose.generic-plan-sensitive.minimum-cost-count',
    summary: 'Planned cost that the dearer of the two plans must have.',
    default: 1_000,
    source: 'cheaper plans take about a millisecond, whichever is taken',
  }),
  maximumFindings: maximumFindingsSetting('generic-plan-sensitive', 20),
};

/** Finds statements whose best plan depends on the values of their parameters. */
export const genericPlanSensitive: Check = defineCheck({
  id: 'diagnose/generic-plan-sensitive',
  title: 'Plans that depend on the value',
  needs: [],
  needsPlans: 'estimated',
  source: 'PostgreSQL docs, PREPARE "Notes"; 20.7.4 "plan_cache_mode"',
  settings,
  run: ({ observation, values, threshold }) => {
    const findings = (observation.plans ?? [])
      .flatMap((statement) => worstOf(statement))
      .filter(
        ({ factor, generic, best }) =>
          factor >= values.minimumFactor &&
          Math.max(generic.plan.root.totalCost, best.plan.root.totalCost) >= values.minimumCost,
      )
      .toSorted((a, b) => b.factor - a.factor)
      .map(({ statement, generic, best, factor }) => {
        const [before, after] = [generic, best].map((one) =>
          formatCount(Math.round(one.plan.root.totalCost)),
        );
        const difference = comparePlans(generic.plan.root, best.plan.root).find(
          ({ what }) => what === 'shape',
        );
        return finding({
          severity: 'info',
          subject: plannedSubject(statement),
          title: `the best plan for a ${best.kind} value costs ${after}, the generic plan ${before}: ${shortenStatement(statement.text)}`,
          evidence: {
            genericCost: generic.plan.root.totalCost,
            bestCost: best.plan.root.totalCost,
            factorCount: factor,
            valueKind: best.kind,
            genericNode: difference?.left ?? null,
            bestNode: difference?.right ?? null,
            genericRows: generic.plan.root.planRows,
            bestRows: best.plan.root.planRows,
            query: evidenceText(statement.text),
          },
          threshold: threshold('minimumFactor'),
          remedy:
            "plan it for each value where it is prepared: set plan_cache_mode = 'force_custom_plan' for the role, the session or the function that runs it; an index that serves rare and common values alike (the filtered column first, then the order) makes the plans one",
        });
      });
    return capFindings(findings, values.maximumFindings);
  },
});

interface Worst {
  readonly statement: PlannedStatement;
  readonly generic: StatementPlan;
  readonly best: StatementPlan;
  readonly factor: number;
}

/** The value for which the generic plan is furthest from the best, of those whose best plan is another one. */
function worstOf(statement: PlannedStatement): readonly Worst[] {
  const generic = statement.plans.find((plan) => plan.kind === 'generic');
  if (generic === undefined) return [];
  const shape = planShape(generic.plan.root);
  const others = statement.plans
    .filter(({ kind, plan }) => kind !== 'generic' && kind !== 'analyzed' && planShape(plan.root) !== shape)
    .map((best) => {
      const [a, b] = [Math.max(1, generic.plan.root.totalCost), Math.max(1, best.plan.root.totalCost)];
      return { statement, generic, best, factor: Math.max(a / b, b / a) };
    });
  return others.toSorted((a, b) => b.factor - a.factor).slice(0, 1);
}
