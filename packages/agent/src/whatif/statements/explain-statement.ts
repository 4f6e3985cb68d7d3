import { quoteLiteral } from '../../kernel/index.ts';
import type { PlannableStatement } from '../../planner/index.ts';
import { refusalReason } from '../../postgres/index.ts';
import { repairNormalized } from '../../sql/index.ts';

/** A connection that plans; queries sent without waiting are pipelined. */
export interface PlanningConnection {
  run(sql: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** EXPLAIN's answer as JSON, or PostgreSQL's reason for giving none. */
export type Explained =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly reason: string };

/** Server from which EXPLAIN knows `generic_plan`. */
const GENERIC_PLAN_SINCE = 160_000;

let prepared = 0;

/**
 * Plans one statement without running it. Statements with `$n` are planned generically, or with the values given.
 * Several calls may run at once on one connection; one that fails disturbs no other, so no transaction may be open.
 * @source PostgreSQL docs, EXPLAIN "GENERIC_PLAN"; PREPARE; 20.7.4 "plan_cache_mode"
 */
export async function explainStatement(
  connection: PlanningConnection,
  versionNumber: number,
  { sql, values }: Pick<PlannableStatement, 'sql' | 'values'>,
): Promise<Explained> {
  const text = withoutSemicolon(repairNormalized(sql));
  if (!/\$\d/.test(text)) return explainPlain(connection, 'explain (settings, format json)', text);
  if (values === null && versionNumber >= GENERIC_PLAN_SINCE) {
    return explainPlain(connection, 'explain (generic_plan, settings, format json)', text);
  }
  return explainPrepared(connection, text, values);
}

async function explainPlain(
  connection: PlanningConnection,
  explain: string,
  text: string,
): Promise<Explained> {
  const sent = `${explain} ${text}`;
  try {
    return answer(await connection.run(sent));
  } catch (error) {
    return { ok: false, reason: refusalReason(error, sent, text) };
  }
}

async function explainPrepared(
  connection: PlanningConnection,
  text: string,
  values: PlannableStatement['values'],
): Promise<Explained> {
  prepared += 1;
  const name = `pgsteward_${prepared}`;
  const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])));
  const given = values ?? Array.from({ length: count }, () => null);
  const list = given.map((value) => (value === null ? 'null' : quoteLiteral(value))).join(', ');
  const mode = values === null ? 'force_generic_plan' : 'force_custom_plan';
  const prepare = `prepare ${name} as ${text}`;
  const steps = [
    `set plan_cache_mode = ${mode}`,
    prepare,
    `explain (format json) execute ${name}${given.length === 0 ? '' : `(${list})`}`,
    `deallocate ${name}`,
    'reset plan_cache_mode',
  ].map((sql) => connection.run(sql));
  const [, made, explained] = await Promise.allSettled(steps);
  if (made?.status === 'rejected') return { ok: false, reason: refusalReason(made.reason, prepare, text) };
  if (explained?.status !== 'fulfilled') {
    return { ok: false, reason: refusalReason(explained?.reason, '', text) };
  }
  return answer(explained.value);
}

/** The column is called `QUERY PLAN`; node-postgres has parsed its JSON. */
function answer(result: { readonly rows: readonly Readonly<Record<string, unknown>>[] }): Explained {
  const json = result.rows[0]?.['QUERY PLAN'];
  if (json === undefined) return { ok: false, reason: 'a statement of this kind has no plan' };
  return { ok: true, json };
}

function withoutSemicolon(sql: string): string {
  return sql.trim().replace(/;\s*$/, '');
}
