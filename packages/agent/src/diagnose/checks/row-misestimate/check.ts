import { formatCount, formatRatio } from '../../../kernel/index.ts';
import type { PlanNode } from '../../../planner/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import {
  type MeasuredNode,
  mayBeCutShort,
  measuredNodes,
  misestimateFactor,
  nodeEvidence,
  nodeName,
  nodeTableSql,
  plannedSubject,
} from '../../planned-statements.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumFactor: countSetting({
    key: 'diagnose.row-misestimate.minimum-factor-count',
    summary: 'Factor between estimated and measured rows of a node from which it is reported.',
    default: 100,
    minimum: 1,
    source: 'pgsteward catalogue of checks: below it the plan is seldom another',
  }),
  minimumTimeRatio: ratioSetting({
    key: 'diagnose.row-misestimate.minimum-time-ratio',
    summary: "Share of the statement's time that the node, with the nodes below it, must take.",
    default: 0.1,
    source: 'a wrong estimate that costs nothing needs no remedy',
  }),
  warningTimeRatio: ratioSetting({
    key: 'diagnose.row-misestimate.warning-time-ratio',
    summary: "Share of the statement's time from which it is a warning.",
    default: 0.5,
    source: 'then the estimate decides how long the statement takes',
  }),
  maximumFindings: maximumFindingsSetting('row-misestimate', 10),
};

/** Finds nodes of measured plans for which the planner expected far more or far fewer rows than there were. */
export const rowMisestimate: Check = defineCheck({
  id: 'diagnose/row-misestimate',
  title: 'Row estimates far from the truth',
  needs: [],
  needsPlans: 'analyzed',
  source: 'PostgreSQL docs 14.1.2 "EXPLAIN ANALYZE", 14.2 "Statistics Used by the Planner"',
  settings,
  run: ({ observation, values, threshold }) => {
    const misestimated = measuredNodes(observation).filter(
      (one) => isJudged(one) && misestimateFactor(one) >= values.minimumFactor,
    );
    const costly = misestimated.filter((one) => one.share.totalRatio >= values.minimumTimeRatio);
    const findings = costly
      .filter((one) => !costly.some((other) => isBelow(other, one)))
      .toSorted((a, b) => b.share.totalRatio - a.share.totalRatio)
      .map((one) => {
        const origin = originOf(one, misestimated);
        const isWarning = one.share.totalRatio >= values.warningTimeRatio;
        return finding({
          severity: isWarning ? 'warning' : 'info',
          subject: plannedSubject(one.statement),
          title: `${nodeName(one.node)}: ${formatCount(one.node.planRows)} rows expected, ${formatCount(one.actualRows)} found, in ${formatRatio(one.share.totalRatio)} of the time`,
          evidence: {
            estimatedRows: one.node.planRows,
            actualRows: one.actualRows,
            misestimateCount: misestimateFactor(one),
            timeRatio: one.share.totalRatio,
            loopsCount: one.loops,
            beginsAt: nodeName(origin.node),
            ...nodeEvidence(one),
          },
          threshold: threshold(isWarning ? 'warningTimeRatio' : 'minimumFactor'),
          remedy: remedyFor(origin.node),
        });
      });
    return capFindings(findings, values.maximumFindings);
  },
});

/** Nodes that only pass on what others give, or count no rows. */
const UNJUDGED: ReadonlySet<string> = new Set(['BitmapAnd', 'BitmapOr', 'ModifyTable', 'Result', 'Limit']);

function isJudged(one: MeasuredNode): boolean {
  if (UNJUDGED.has(one.node.type)) return false;
  return !mayBeCutShort(one);
}

function isBelow(one: MeasuredNode, above: MeasuredNode): boolean {
  return one.plan === above.plan && one !== above && one.path.includes(above.node);
}

/** The deepest misestimated node below, however short it took: there the error enters. */
function originOf(one: MeasuredNode, misestimated: readonly MeasuredNode[]): MeasuredNode {
  const below = misestimated.filter((other) => isBelow(other, one));
  return below.toSorted((a, b) => b.path.length - a.path.length)[0] ?? one;
}

function remedyFor(node: PlanNode): string {
  const table = nodeTableSql(node);
  if (node.type === 'Function Scan') {
    return 'tell the planner how many rows the function gives: alter function … rows N';
  }
  if (table !== null) {
    return `bring the statistics up to date: analyze ${table}; where it stays wrong and several columns are filtered together, create statistics on them (create statistics … on … from ${table}), or raise the statistics target of the column`;
  }
  if (/Join|Nested Loop/.test(node.type)) {
    return 'analyze the joined tables; where their inputs are estimated well and the join is not, the values of both sides are skewed: raise the statistics target of the join columns';
  }
  if (/Aggregate|Group|Unique/.test(node.type)) {
    return node.details['Filter'] === undefined
      ? 'the number of groups is misjudged: create statistics (ndistinct) on the columns grouped by and analyze; for one column set its n_distinct (alter table … alter column … set (n_distinct = …))'
      : 'no statistics tell how many groups pass HAVING: where more is joined to them, keep them in a temporary table and analyze that';
  }
  if (/^(CTE|Subquery|Recursive)/.test(node.type)) {
    return 'the planner cannot look into this part: write it into the statement, or keep its rows in a temporary table and analyze that';
  }
  return 'analyze the tables below this node';
}
