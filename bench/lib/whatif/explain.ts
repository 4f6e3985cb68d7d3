import type pg from 'pg';
import type { PlannableStatement } from '../../../packages/agent/src/planner/index.ts';
import { explainStatement, type PlanningConnection } from '../../../packages/agent/src/whatif/index.ts';

/** A server that plans: EXPLAIN's whole answer as JSON, or why it gave none. */
export interface Explainer {
  explain(statement: Pick<PlannableStatement, 'sql' | 'values'>): Promise<Explanation>;
}

/** EXPLAIN's answer. */
export type Explanation =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly reason: string };

/** Plans through the product's own way of explaining statements. */
export function createExplainer(connection: PlanningConnection, versionNumber: number): Explainer {
  return { explain: (statement) => explainStatement(connection, versionNumber, statement) };
}

/** Lets a client of the bench plan. */
export function planningConnection(client: pg.Client): PlanningConnection {
  return { run: (sql) => client.query<Record<string, unknown>>(sql) };
}

/** A statement without parameters. */
export function literal(sql: string): PlannableStatement {
  return { id: 'bench', sql, values: [], searchPath: null };
}

/** A statement planned without knowing its parameters. */
export function generic(sql: string): PlannableStatement {
  return { id: 'bench', sql, values: null, searchPath: null };
}
