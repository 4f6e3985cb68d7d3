import { existsSync, readFileSync } from 'node:fs';
import { runCatalogQuery, statementsQuery } from '../catalog/index.ts';
import { type Clock, failure, type ProgressListener } from '../kernel/index.ts';
import {
  createIndexSql,
  type ExistingIndex,
  type Plan,
  type Planned,
  type Planner,
  planNodes,
  readIndexDefinition,
  readPlan,
} from '../planner/index.ts';
import {
  type ConnectionTarget,
  openPlanningConnection,
  POSTGRES_SETTINGS,
  type Session,
} from '../postgres/index.ts';
import type { ExplainReport } from '../report/index.ts';
import type { Settings } from '../settings/index.ts';
import { loadParser, splitStatements } from '../sql/index.ts';
import { explainStatement } from '../whatif/index.ts';
import { APP_ERRORS } from './errors.ts';
import { openTarget } from './open-target.ts';
import { openHypopgPlanner, openTargetPlanner, type PlannerProvider } from './planner.ts';

/** What is explained, and how. */
export interface ExplainOptions {
  /** SQL, the query id of a recorded statement, or a file with one statement. */
  readonly statement: string;
  /** Values of `$1`, `$2` …; none plans generically. */
  readonly values: readonly string[];
  readonly isAnalyzed: boolean;
  /** Limit of the run of `isAnalyzed`, in milliseconds. */
  readonly timeoutMs: number;
  /** CREATE INDEX statements that are supposed. */
  readonly withIndexes: readonly string[];
  /** Existing indexes that are taken to be dropped, `name` or `schema.name`. */
  readonly withoutIndexes: readonly string[];
  readonly provider: PlannerProvider;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Explains one statement on a target. With `isAnalyzed` it is run in a read-only transaction that is rolled back: PostgreSQL itself
 * refuses to let it write.
 * @throws APP.EXPLAIN when the statement is not found or PostgreSQL refuses it
 */
export async function runExplain(target: ConnectionTarget, options: ExplainOptions): Promise<ExplainReport> {
  const startedAt = options.clock.now();
  const [session] = await Promise.all([openTarget(target, options), loadParser()]);
  try {
    const statement = await findStatement(session, options.statement);
    const plan = await planOnTarget(target, session, { ...options, sql: statement.sql });
    const isSupposing = options.withIndexes.length + options.withoutIndexes.length > 0;
    const supposed = isSupposing ? await suppose(target, session, { ...options, sql: statement.sql }) : null;
    const { version: serverVersion, database } = session.capabilities;
    return {
      schema: 'pgsteward/explain@1',
      target: { name: target.name, serverVersion, database },
      startedAt: startedAt.toISOString(),
      statement,
      plan,
      isAnalyzed: options.isAnalyzed,
      whatIf: supposed?.whatIf ?? null,
      unavailable: supposed?.gaps ?? [],
    };
  } finally {
    await session.close();
  }
}

async function findStatement(session: Session, given: string): Promise<ExplainReport['statement']> {
  if (/^-?\d+$/.test(given.trim())) {
    const result = await runCatalogQuery(session, statementsQuery);
    const row = result.ok ? result.rows.find((one) => one.queryId === given.trim()) : undefined;
    const reason = result.ok
      ? `no recorded statement has the query id ${given.trim()}`
      : result.unavailable.reason;
    if (row === undefined) throw failure(APP_ERRORS.EXPLAIN, { reason });
    if (row.query === null || row.queryLength > row.query.length) {
      throw failure(APP_ERRORS.EXPLAIN, { reason: `the text of ${row.queryId} is not known or was cut off` });
    }
    return { queryId: row.queryId, sql: row.query };
  }
  const text = existsSync(given) ? readFileSync(given, 'utf8') : given;
  const split = splitStatements(text);
  if (!split.ok) throw failure(APP_ERRORS.EXPLAIN, { reason: `line ${split.line}: ${split.reason}` });
  const [sql, ...others] = split.statements;
  if (sql === undefined || others.length > 0) {
    throw failure(APP_ERRORS.EXPLAIN, {
      reason: `one statement is explained at a time, not ${split.statements.length}`,
    });
  }
  return { queryId: null, sql };
}

type StatementOptions = ExplainOptions & { readonly sql: string };

async function planOnTarget(
  target: ConnectionTarget,
  session: Session,
  options: StatementOptions,
): Promise<Plan> {
  const connectTimeoutMs = options.settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const connection = await openPlanningConnection(target, { connectTimeoutMs, signal: options.signal });
  try {
    const values = options.values.length === 0 ? null : options.values;
    const statement = { sql: options.sql, values };
    const { versionNumber } = session.capabilities;
    const explained = options.isAnalyzed
      ? await connection.analyze(statement, { timeoutMs: options.timeoutMs })
      : await explainStatement(connection, versionNumber, statement);
    if (!explained.ok) throw failure(APP_ERRORS.EXPLAIN, { reason: explained.reason });
    return readPlan(explained.json);
  } finally {
    await connection.close();
  }
}

async function suppose(
  target: ConnectionTarget,
  session: Session,
  options: StatementOptions,
): Promise<{ readonly whatIf: ExplainReport['whatIf']; readonly gaps: ExplainReport['unavailable'] }> {
  const connectTimeoutMs = options.settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const planner =
    options.provider === 'hypopg'
      ? await openHypopgPlanner(target, session, { connectTimeoutMs, signal: options.signal })
      : await openTargetPlanner(session, options);
  try {
    const whatIf = await compare(planner, options);
    const gaps = planner.gaps.map(({ id, reason, remedy }) => ({ id, reason, remedy }));
    return { whatIf, gaps };
  } finally {
    await planner.close();
  }
}

async function compare(
  planner: Planner,
  options: StatementOptions,
): Promise<NonNullable<ExplainReport['whatIf']>> {
  const definitions = options.withIndexes.map((sql) => {
    const definition = readIndexDefinition(sql);
    if (definition === null)
      throw failure(APP_ERRORS.EXPLAIN, { reason: `not a CREATE INDEX that can be supposed: ${sql}` });
    return definition;
  });
  const supposed = await planner.suppose(definitions);
  const add = supposed.flatMap((one) => (one.kind === 'index' ? [one.id] : []));
  const hide = options.withoutIndexes.map(existingIndex);
  const values = options.values.length === 0 ? null : options.values;
  const statement = { id: 'explain', sql: options.sql, values, searchPath: null };
  const [before] = await planner.plan([statement], { add: [], hide: [] });
  const [after] = await planner.plan([statement], { add, hide });
  const beforePlan = planOf(before);
  const plan = planOf(after);
  const used = new Set(planNodes(plan.root).flatMap((node) => node.index?.hypothesisId ?? []));
  return {
    indexes: supposed.map((one) => ({
      sql: createIndexSql(one.definition, { name: null, isConcurrent: false }),
      sizeBytes: one.kind === 'index' ? one.sizeBytes : null,
      isUsed: one.kind === 'index' && used.has(one.id),
      refusal: one.kind === 'refused' ? one.reason : null,
    })),
    hidden: options.withoutIndexes,
    planner: { provider: planner.provider, serverVersion: planner.serverVersion },
    beforeCost: beforePlan.root.totalCost,
    afterCost: plan.root.totalCost,
    plan,
  };
}

function planOf(planned: Planned | undefined): Plan {
  if (planned?.kind === 'plan') return planned.plan;
  throw failure(APP_ERRORS.EXPLAIN, { reason: planned?.reason ?? 'it has no plan' });
}

/** `name` means `public.name`. */
function existingIndex(given: string): ExistingIndex {
  const at = given.indexOf('.');
  return at < 0
    ? { schema: 'public', name: given }
    : { schema: given.slice(0, at), name: given.slice(at + 1) };
}
