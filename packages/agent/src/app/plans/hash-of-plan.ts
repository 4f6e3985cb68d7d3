import { createHash } from 'node:crypto';
import { type Plan, planShape } from '../../planner/index.ts';

/** Hash of a plan's shape: the same for the same way of working, whatever is estimated. */
export function hashOfPlan(plan: Plan): string {
  return createHash('sha256').update(planShape(plan.root)).digest('hex').slice(0, 12);
}
