import { comparePlans, type Plan } from '../../planner/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { StoredPlan, TargetHistory } from '../../store/index.ts';
import { nodeRows } from './plan-nodes.ts';
import type { ExecutionRow, PlanRow } from './plan-types.ts';

const SHOWN_PLANS = 10;
const YEAR_MS = 366 * 86_400_000;

/** Shows the plans that a statement has had, and why each took the place of the one before. */
export async function readPlanRows(
  target: TargetHistory,
  fingerprint: string,
  nowMs: number,
): Promise<readonly PlanRow[]> {
  const plans = (await target.plans(fingerprint)).slice(0, SHOWN_PLANS);
  const events = await target.events({ fromMs: nowMs - YEAR_MS, toMs: nowMs });
  const changes = events.filter(({ kind, subject }) => kind === 'plan-change' && subject === fingerprint);
  return plans.map((plan, index) => planRow(plan, plans[index + 1], changes));
}

function planRow(
  stored: StoredPlan,
  before: StoredPlan | undefined,
  changes: readonly StoredEvent[],
): PlanRow {
  const plan = stored.body as Plan;
  const change = changes.findLast(({ detail }) => detail['after'] === stored.hash);
  const differences = before === undefined ? [] : comparePlans((before.body as Plan).root, plan.root);
  return {
    hash: stored.hash,
    firstSeenMs: stored.firstSeen.getTime(),
    lastSeenMs: stored.lastSeen.getTime(),
    totalCost: stored.totalCost,
    nodes: nodeRows(plan),
    cause: change === undefined ? null : String(change.detail['text']),
    differences: differences.map(({ path, what, left, right }) => ({
      path: what === 'shape' ? path : `${path}, ${what}`,
      before: left,
      after: right,
    })),
  };
}

/** Shows the executions of a statement that the server logged. */
export async function readExecutionRows(
  target: TargetHistory,
  fingerprint: string,
): Promise<readonly ExecutionRow[]> {
  const executions = await target.executions(fingerprint);
  return executions.map(({ at, durationMs, user, application, hash, body }) => ({
    atMs: at.getTime(),
    durationMs,
    user,
    application,
    hash,
    nodes: nodeRows(body as Plan),
  }));
}
