import { btree, columnKey, type PlannableStatement, type Planner } from '../../planner/index.ts';
import { relationNames } from '../../sql/index.ts';
import type { AdvisedStatement, IndexAdvice, Workload, WorkloadStatement } from '../workload/types.ts';
import { qualifyTables } from './qualify-tables.ts';
import { type StoredAggregate, storedAggregate } from './stored-aggregate.ts';

/** A statement that would read a stored result. */
export interface RewrittenStatement {
  readonly id: string;
  readonly sql: string;
  /** The statement as it reads the view. */
  readonly rewritten: string;
  /** Planned cost of one run with the advised indexes, and with the view. */
  readonly beforeCost: number;
  readonly afterCost: number;
  /** Calls in the time that the workload covers; null when they were not counted. */
  readonly calls: number | null;
}

/** A materialized view that would answer what no index makes cheap. */
export interface AdvisedMatview {
  readonly schema: string;
  readonly name: string;
  /** Its query. */
  readonly definition: string;
  /** Columns of its unique index, which `refresh … concurrently` needs. */
  readonly keyColumns: readonly string[];
  readonly rows: number;
  readonly sizeBytes: number;
  /** Planned cost of one refresh. */
  readonly refreshCost: number;
  readonly statements: readonly RewrittenStatement[];
  /**
   * Shortest time between refreshes with which it still saves three times what they cost, in milliseconds; null when calls were not
   * counted.
   */
  readonly refreshEveryMs: number | null;
  /** Reads after which one refresh is paid three times over. */
  readonly readsPerRefresh: number;
}

/** What the search for views needs beside the workload. */
export interface MatviewOptions {
  /** Time in which the calls were counted, in milliseconds; null when unknown. */
  readonly windowMs: number | null;
  /** Gives a name that is free in a schema. */
  readonly freeName: (schema: string, wanted: string) => string;
}

/** Time saved for each unit of refreshing. @source checks.md, diagnose/matview-candidate */
const GAIN = 3;

/** Share of the workload's cost, with all advised indexes, from which a statement is worth a view. */
const LEAST_SHARE = 0.02;

/** A statement that indexes make this much cheaper needs no view. */
const HELPED = 0.5;

/** Share of its cost that the view must take off a statement. */
const LEAST_SAVING = 0.5;

/** Statements looked at, the dearest first. */
const STATEMENTS = 10;

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** Times that a person would schedule. */
const SCHEDULES_MS: readonly number[] = [1, 5, 15, 60, 360, 1_440].map((minutes) => minutes * MINUTE_MS);

/**
 * Looks for aggregates that dominate the workload though it has the best indexes, and whose result can be stored: the result is
 * supposed as a table, the statement rewritten to read it, and both are planned.
 */
export async function adviseMatviews(
  workload: Workload,
  advice: IndexAdvice,
  planner: Planner,
  options: MatviewOptions,
): Promise<readonly AdvisedMatview[]> {
  const found = new Map<string, AdvisedMatview>();
  for (const statement of dearStatements(advice)) {
    const own = workload.statements.find((one) => one.id === statement.id);
    const tried = own === undefined ? null : await tryMatview(statement, own, planner, options);
    if (tried === null) continue;
    const matview = { ...tried, definition: qualifyTables(tried.definition, workload.tables) };
    const same = found.get(matview.definition);
    found.set(matview.definition, same === undefined ? matview : merge(same, matview, options));
  }
  return [...found.values()].filter((one) => one.refreshEveryMs === null || one.refreshEveryMs <= DAY_MS);
}

function dearStatements({ statements }: IndexAdvice): readonly AdvisedStatement[] {
  const total = statements.reduce((sum, one) => sum + one.weight * one.afterCost, 0);
  return statements
    .filter(
      (one) => one.weight * one.afterCost >= LEAST_SHARE * total && one.afterCost > HELPED * one.beforeCost,
    )
    .toSorted((a, b) => b.weight * b.afterCost - a.weight * a.afterCost)
    .slice(0, STATEMENTS);
}

async function tryMatview(
  statement: AdvisedStatement,
  { calls, variants }: WorkloadStatement,
  planner: Planner,
  options: MatviewOptions,
): Promise<AdvisedMatview | null> {
  const schema = 'public';
  const wanted = storedAggregate(statement.sql, { schema, name: 'stored' });
  if (wanted === null || wanted.keyColumns.length === 0) return null;
  const name = options.freeName(schema, wanted.suggestedName ?? nameAfter(wanted));
  const stored = storedAggregate(statement.sql, { schema, name });
  const table = stored === null ? null : await planner.supposeTable({ schema, name, sql: stored.definition });
  if (stored === null || table === null) return null;
  try {
    const key = await planner.suppose([
      { ...btree({ schema, name }, stored.keyColumns.map(columnKey)), isUnique: true },
    ]);
    const add = key.flatMap((one) => (one.kind === 'index' ? [one.id] : []));
    const rewritten: readonly PlannableStatement[] = variants.map((variant) => ({
      ...variant.statement,
      sql: stored.rewritten,
    }));
    const planned = await planner.plan(rewritten, { add, hide: [] });
    await planner.forget(add);
    const afterCost = planned.reduce(
      (sum, one, index) =>
        sum +
        (variants[index]?.share ?? 0) *
          (one.kind === 'plan' ? one.plan.root.totalCost : Number.POSITIVE_INFINITY),
      0,
    );
    if (!(afterCost <= (1 - LEAST_SAVING) * statement.afterCost)) return null;
    const { id, sql, afterCost: beforeCost } = statement;
    const statements = [{ id, sql, rewritten: stored.rewritten, beforeCost, afterCost, calls }];
    const { definition, keyColumns } = stored;
    const { rows, sizeBytes, refreshCost } = table;
    const facts = { schema, name, definition, keyColumns, rows, sizeBytes, refreshCost, statements };
    return { ...facts, ...schedule(facts, options) };
  } finally {
    await planner.forgetTable(table);
  }
}

/** `orders_by_day`: the first table and what its rows are grouped by. */
function nameAfter({ definition, keyColumns }: StoredAggregate): string {
  const [table = 'rows'] = relationNames(definition);
  return `${table}_by_${keyColumns.join('_')}`;
}

/** The first one's view serves the second one too. */
function merge(first: AdvisedMatview, second: AdvisedMatview, options: MatviewOptions): AdvisedMatview {
  const own = second.statements.map((one) => ({
    ...one,
    rewritten: storedAggregate(one.sql, first)?.rewritten ?? one.rewritten,
  }));
  const merged = { ...first, statements: [...first.statements, ...own] };
  return { ...merged, ...schedule(merged, options) };
}

function schedule(
  { statements, refreshCost }: Pick<AdvisedMatview, 'statements' | 'refreshCost'>,
  { windowMs }: MatviewOptions,
): Pick<AdvisedMatview, 'refreshEveryMs' | 'readsPerRefresh'> {
  const perRead =
    statements.reduce((sum, one) => sum + one.beforeCost - one.afterCost, 0) / statements.length;
  const readsPerRefresh = Math.ceil((GAIN * refreshCost) / perRead);
  const isCounted = windowMs !== null && statements.every((one) => one.calls !== null);
  if (!isCounted) return { refreshEveryMs: null, readsPerRefresh };
  const saved = statements.reduce((sum, one) => sum + (one.calls ?? 0) * (one.beforeCost - one.afterCost), 0);
  const leastMs = windowMs / (saved / (GAIN * refreshCost));
  return {
    refreshEveryMs: SCHEDULES_MS.find((ms) => ms >= leastMs) ?? Number.POSITIVE_INFINITY,
    readsPerRefresh,
  };
}
