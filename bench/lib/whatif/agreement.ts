import type { Plan, PlanNode } from '../../../packages/agent/src/planner/index.ts';
import { planShape } from '../../../packages/agent/src/planner/index.ts';

/** How one pair of plans compares. */
export interface Pair {
  /** What was planned, for the list of differences. */
  readonly label: string;
  readonly isIdentical: boolean;
  readonly isSameShape: boolean;
  /** Shadow's total cost by the real one's. */
  readonly costRatio: number;
}

/** Compares what two servers answered. */
export function comparePlans(label: string, real: Plan, shadow: Plan): Pair {
  const own = namesAside(real.root);
  const other = namesAside(shadow.root);
  return {
    label,
    isIdentical: JSON.stringify(own) === JSON.stringify(other),
    isSameShape: planShape(own) === planShape(other),
    costRatio: ratio(other.totalCost, own.totalCost),
  };
}

/** Indexes that were tried have names of their own on each side. */
function namesAside(node: PlanNode): PlanNode {
  return {
    ...node,
    index:
      node.index === null || node.index.hypothesisId === null ? node.index : { name: '#', hypothesisId: 0 },
    children: node.children.map(namesAside),
  };
}

/** Quotient of two measures, 1 when both are 0. */
export function ratio(value: number, by: number): number {
  return value === by ? 1 : value / by;
}

/** Share of the items that satisfy a condition; 1 of none. */
export function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.length === 0 ? 1 : items.filter(holds).length / items.length;
}

/** Gives a quantile of unsorted values, the next higher one between two; NaN of none. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(at * sorted.length) - 1)] ?? Number.NaN;
}

/** Distance of a ratio from 1. */
export function errorOf(value: number): number {
  return Math.abs(value - 1);
}
