import type { Hypothesis, HypotheticalIndex, PlanNode, Planner } from '../../planner/index.ts';
import { assembleAdvice } from './advice.ts';
import {
  type Candidate,
  generateCandidates,
  occurrencesOf,
  workloadResolver,
} from './candidates/generate.ts';
import { unusedIndexes } from './drops.ts';
import { countedCost } from './search/counted-cost.ts';
import { createOracle, type Query, type SearchLimits } from './search/oracle.ts';
import { searchSet } from './search/search-set.ts';
import { loadSolver } from './search/solver.ts';
import type { Search } from './search/state.ts';
import type { IndexAdvice, IndexConstraints, SearchProgress, Workload } from './types.ts';
import { writeCosts } from './write-cost.ts';

/** What the advisor runs with. */
export interface AdviseOptions {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Told of each better set. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
}

/** Share of the time limit for looking; the rest is for proving a bound, drawing the curve and looking what may be dropped. */
const SEARCH_SHARE = 0.85;

/**
 * Searches the set of indexes under which the workload costs least within the constraints: asks the planner, never guesses a
 * cost. At any limit of time or calls it gives the best set it has found.
 */
export async function adviseIndexes(
  workload: Workload,
  planner: Planner,
  constraints: IndexConstraints,
  options: AdviseOptions,
): Promise<IndexAdvice> {
  const startMs = options.now();
  const startCalls = planner.calls();
  const endMs = startMs + constraints.timeLimitMs;
  const [solver, checked] = await Promise.all([
    loadSolver(() => endMs - options.now()),
    checkStatements(workload, planner),
  ]);
  const search = await prepare({ workload, planner, constraints, checked }, options, {
    now: options.now,
    deadlineMs: startMs + SEARCH_SHARE * constraints.timeLimitMs,
    endMs,
    maximumCalls: startCalls + constraints.maximumCalls,
    signal: options.signal,
  });
  const found = await searchSet(search, solver);
  const advice = await assembleAdvice(search, found, checked.skipped);
  return {
    ...advice,
    candidates: search.indexes.size,
    calls: planner.calls() - startCalls,
    durationMs: options.now() - startMs,
  };
}

interface SearchInputs {
  readonly workload: Workload;
  readonly planner: Planner;
  readonly constraints: IndexConstraints;
  readonly checked: CheckedStatements;
}

/** Supposes the candidates and gathers what the search shares. */
async function prepare(
  { workload, planner, constraints, checked }: SearchInputs,
  { onProgress }: AdviseOptions,
  searchLimits: SearchLimits,
): Promise<Search> {
  const { queries, skipped, plans } = checked;
  const unused = unusedIndexes(workload, constraints, plans);
  const freedBytes = unused.reduce((sum, { index }) => sum + index.sizeBytes, 0);
  const budgetBytes =
    constraints.storageBudgetBytes === null ? null : constraints.storageBudgetBytes + freedBytes;
  const statements = workload.statements.filter((one) => !skipped.some(({ id }) => id === one.id));
  const candidates = generateCandidates({ ...workload, statements }, constraints);
  const supposed = await planner.suppose(candidates.map((candidate) => candidate.definition));
  const { indexes, madeFor } = affordable(candidates, supposed, budgetBytes);
  const { tablesOf, columnsOf } = readColumns(workload);
  const oracle = createOracle(planner, queries, {
    limits: searchLimits,
    relevant: (query, id) => isOfQuery(tablesOf, query, indexes.get(id)),
    hide: unused.map(({ index }) => index),
    costOf: (plan) => countedCost(plan, constraints.earlyEndRatio),
  });
  const writeCost = writeCosts(workload);
  return {
    workload,
    constraints,
    planner,
    oracle,
    indexes,
    unused,
    whys: new Map(candidates.map((candidate) => [candidate.key, candidate.why])),
    madeFor,
    tablesOf,
    columnsOf,
    onProgress: onProgress ?? (() => undefined),
    limits: {
      budgetBytes,
      maximumIndexes: constraints.maximumIndexes,
      sizeOf: (id) => indexes.get(id)?.sizeBytes ?? 0,
      writeCost: (id) => {
        const index = indexes.get(id);
        return index === undefined ? 0 : writeCost(index);
      },
    },
  };
}

/** Keeps the candidates that the planner accepted and the budget allows. */
function affordable(
  candidates: readonly Candidate[],
  supposed: readonly Hypothesis[],
  budgetBytes: number | null,
): { readonly indexes: Map<number, HypotheticalIndex>; readonly madeFor: Search['madeFor'] } {
  const indexes = new Map<number, HypotheticalIndex>();
  const madeFor = new Map<string, number[]>();
  supposed.forEach((one, position) => {
    if (one.kind === 'refused' || one.sizeBytes > (budgetBytes ?? Number.POSITIVE_INFINITY)) return;
    indexes.set(one.id, one);
    for (const statement of candidates[position]?.statements ?? []) {
      madeFor.set(statement, [...(madeFor.get(statement) ?? []), one.id]);
    }
  });
  return { indexes, madeFor };
}

interface CheckedStatements {
  readonly queries: readonly Query[];
  readonly skipped: IndexAdvice['skipped'];
  /** Plans as things are. */
  readonly plans: readonly PlanNode[];
}

/** Plans each statement once as things are: what cannot be planned is left out, with PostgreSQL's reason. */
async function checkStatements(workload: Workload, planner: Planner): Promise<CheckedStatements> {
  const all = workload.statements.flatMap((statement) =>
    statement.variants.map((variant) => ({ statement, variant })),
  );
  const planned = await planner.plan(
    all.map(({ variant }) => variant.statement),
    { add: [], hide: [] },
  );
  const refused = new Map<string, string>();
  all.forEach(({ statement }, index) => {
    const one = planned[index];
    if (one?.kind === 'refused') refused.set(statement.id, one.reason);
  });
  const queries = all.flatMap(({ statement, variant }, number) =>
    refused.has(statement.id)
      ? []
      : [
          {
            number,
            statementId: statement.id,
            statement: variant.statement,
            weight: statement.weight * variant.share,
          },
        ],
  );
  const skipped = workload.statements.flatMap(({ id, sql }) => {
    const reason = refused.get(id);
    return reason === undefined ? [] : [{ id, sql, reason }];
  });
  const plans = planned.flatMap((one) => (one.kind === 'plan' ? [one.plan.root] : []));
  return { queries, skipped, plans };
}

function readColumns(workload: Workload): Pick<Search, 'tablesOf' | 'columnsOf'> {
  const resolver = workloadResolver(workload);
  const tablesOf = new Map<string, Set<string>>();
  const columnsOf = new Map<string, Map<string, Set<string>>>();
  for (const statement of workload.statements) {
    const tables = tablesOf.get(statement.id) ?? new Set();
    for (const occurrence of occurrencesOf(statement, resolver)) {
      const name = `${occurrence.schema}.${occurrence.table}`;
      tables.add(name);
      const byStatement = columnsOf.get(name) ?? new Map<string, Set<string>>();
      const columns = byStatement.get(statement.id) ?? new Set<string>();
      for (const column of occurrence.referenced) columns.add(column);
      byStatement.set(statement.id, columns);
      columnsOf.set(name, byStatement);
    }
    tablesOf.set(statement.id, tables);
  }
  return { tablesOf, columnsOf };
}

function isOfQuery(
  tablesOf: Search['tablesOf'],
  query: Query,
  index: HypotheticalIndex | undefined,
): boolean {
  if (index === undefined) return false;
  const { schema, table } = index.definition;
  return tablesOf.get(query.statementId)?.has(`${schema}.${table}`) === true;
}
