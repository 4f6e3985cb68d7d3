import type { PlannableStatement } from '../../planner/index.ts';
import { repairNormalized } from '../../sql/index.ts';
import type { PlanningConnection } from './explain-statement.ts';

let prepared = 0;

/** Gives the types of a statement's parameters as `format_type` names them; null when it cannot be prepared. */
export async function readParameterTypes(
  connection: PlanningConnection,
  { sql }: Pick<PlannableStatement, 'sql'>,
): Promise<readonly string[] | null> {
  prepared += 1;
  const name = `pgsteward_types_${prepared}`;
  const steps = [
    `prepare ${name} as ${repairNormalized(sql).trim().replace(/;\s*$/, '')}`,
    `select parameter_types::text[] as types from pg_catalog.pg_prepared_statements where name = '${name}'`,
    `deallocate ${name}`,
  ].map((step) => connection.run(step));
  const [made, read] = await Promise.allSettled(steps);
  if (made?.status !== 'fulfilled' || read?.status !== 'fulfilled') return null;
  const types = read.value.rows[0]?.['types'];
  return Array.isArray(types) ? types.map(String) : null;
}
