import { type Check, type Diagnosis, runOne } from '../../packages/agent/src/diagnose/index.ts';
import { OBSERVE_SETTINGS, type PlannedStatement } from '../../packages/agent/src/observe/index.ts';
import { readPlan } from '../../packages/agent/src/planner/index.ts';
import { observe, settingsWith } from './check.ts';
import type { TestDatabase } from './index.ts';

/** Plans a statement on a test database, and runs it when the kind is `analyzed`. */
export async function planStatement(
  db: TestDatabase,
  text: string,
  kind: 'literal' | 'analyzed' = 'analyzed',
): Promise<PlannedStatement> {
  const how = kind === 'analyzed' ? 'analyze, buffers, format json' : 'format json';
  const [row] = await db.query<Record<string, unknown>>(`explain (${how}) ${text}`);
  return {
    queryId: null,
    text,
    plans: [{ kind, values: null, plan: readPlan(row?.['QUERY PLAN']) }],
    refusal: null,
  };
}

/** Runs one check on a test database and plans made there. */
export async function diagnosePlans(
  check: Check,
  db: TestDatabase,
  plans: readonly PlannedStatement[] | null,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Diagnosis> {
  const definitions = [...Object.values(OBSERVE_SETTINGS), ...Object.values(check.settings)];
  const settings = settingsWith(definitions, overrides);
  const diagnosis = runOne(check, { ...(await observe(db.url, settings)), plans }, settings);
  const failed = diagnosis.unavailable.find((gap) => gap.reason.startsWith('the check failed'));
  if (failed !== undefined) throw new Error(`${failed.id}: ${failed.reason}`);
  return diagnosis;
}
