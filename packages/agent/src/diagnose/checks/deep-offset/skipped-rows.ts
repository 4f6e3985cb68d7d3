import type { StatementPlan } from '../../../observe/index.ts';
import { type PlanNode, planNodes } from '../../../planner/index.ts';
import { type PageBound, readPaging } from '../../../sql/index.ts';

/** Rows that an OFFSET skips, and those that it lets through. */
export interface SkippedRows {
  readonly limit: PlanNode;
  readonly skipped: number;
  readonly returned: number;
  readonly isMeasured: boolean;
}

/** Reads from a measured plan what LIMIT nodes got and what they gave on: the rest was skipped. */
export function skippedWhenRun({ plan }: StatementPlan): readonly SkippedRows[] {
  return limitNodes(plan.root).flatMap((limit) => {
    const [input] = limit.children;
    const returned = (limit.actualRows ?? 0) * (limit.loops ?? 0);
    const got = (input?.actualRows ?? 0) * (input?.loops ?? 0);
    // Processes side by side may each give one row more than is taken.
    const isParallel = (input?.workersLaunched ?? 0) > 0;
    const skipped = got - returned - (isParallel ? (input?.workersLaunched ?? 0) + 1 : 0);
    return skipped > 0 ? [{ limit, skipped, returned, isMeasured: true }] : [];
  });
}

/** Reads OFFSET and LIMIT from the statement, parameters from the values it was planned with. */
export function skippedByText(text: string, { plan, values }: StatementPlan): readonly SkippedRows[] {
  const limits = limitNodes(plan.root);
  return readPaging(text).flatMap((paging) => {
    const skipped = boundOf(paging.offset, values);
    const [limit] = limits;
    if (skipped === null || skipped <= 0 || limit === undefined) return [];
    const wanted = paging.limit === null ? null : boundOf(paging.limit, values);
    // No more can be skipped or returned than there is.
    const all = limit.children[0]?.planRows ?? 0;
    const returned = Math.max(0, Math.min(wanted ?? Number.POSITIVE_INFINITY, all - skipped));
    return [{ limit, skipped: Math.min(skipped, all), returned: Math.max(1, returned), isMeasured: false }];
  });
}

function limitNodes(root: PlanNode): readonly PlanNode[] {
  return planNodes(root).filter((node) => node.type === 'Limit');
}

function boundOf(bound: PageBound, values: StatementPlan['values']): number | null {
  if (bound.kind === 'number') return bound.value;
  const value = Number(values?.[bound.number - 1] ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
