import type { HypotheticalIndex } from '../../../planner/index.ts';
import { createIndexSql } from '../../../planner/index.ts';
import { canBeCovered, canBeKey } from '../candidates/column-types.ts';
import type { FrontierPoint } from '../types.ts';
import { chase, peel, useful, walk } from './explore.ts';
import {
  chaseHope,
  type ImproveContext,
  localSearch,
  refine,
  type Scored,
  score,
  solveOnce,
} from './improve.ts';
import { type SetLimits, sizeOfSet, solveHope, solveMaster, writeCostOf } from './master.ts';
import type { Query } from './oracle.ts';
import type { Solver } from './solver.ts';
import { type Search, supposeMore } from './state.ts';
import { mergeOf, variantsOf } from './variants.ts';

/** What a search found. */
export interface Found {
  readonly best: Scored;
  readonly baseCost: number;
  readonly boundCost: number | null;
  readonly status: 'converged' | 'time-limit' | 'call-limit';
  readonly frontier: readonly FrontierPoint[];
}

/** Statements, the dearest first, after which a first set is looked for. */
const FIRST_QUERIES = 20;

/** Least relative gain for which a further round is worth its time. */
const ROUND_GAIN = 2e-4;

/** Rounds of hoping and looking. */
const HOPE_ROUNDS = 1;

/** Rounds of solving and looking again. */
const REFINE_ROUNDS = 12;

/** Variants of one index that are looked at in one round. */
const VARIANTS = 40;

/** Seconds that the proof of a bound may take, and its share of the time left: what may be dropped is looked at after it. */
const BOUND_SECONDS = 10;
const BOUND_SHARE = 0.6;

/** Searches: peel, walk, solve, then neighbours and solve again until nothing gains or a limit is reached. */
export async function searchSet(search: Search, solver: Solver): Promise<Found> {
  const { oracle } = search;
  const base = await score({ oracle, limits: search.limits, solver, onBetter: () => undefined }, new Set());
  const context: ImproveContext = {
    oracle,
    limits: search.limits,
    solver,
    onBetter: (scored) => report(search, base.cost, scored),
  };
  let best = await lookAtEach(search, context, base);
  // Of a statement that was not looked at nothing is known that could bound it.
  const isSeen = !oracle.isOver();
  best = await refine(context, best, REFINE_ROUNDS);
  for (let isBetter = true; isBetter && !oracle.isOver(); ) {
    const before = best.cost;
    best = await localSearch(context, best, pool(search));
    const candidates = candidateSets(search);
    best = await chaseHope(context, best, {
      rounds: HOPE_ROUNDS,
      candidatesOf: (query) => candidates.get(query.number) ?? new Set(),
    });
    await tryVariants(search, best);
    best = await refine(context, best, REFINE_ROUNDS);
    isBetter = best.cost < before * (1 - ROUND_GAIN);
  }
  for (let round = 0; round < DIVERSIFY_ROUNDS && !oracle.isOver(); round += 1) {
    const before = best.cost;
    best = await diversify(search, context, best, 1 + round * 0.11);
    if (round > 0 && best.cost >= before) break;
  }
  // Cut off early, what was seen by then still makes a set.
  if (!isSeen) best = (await solveOnce(context, best))?.best ?? best;
  best = await pruned(search, context, best, base.cost);
  const frontier = frontierOf(search, solver, base.cost);
  return {
    best,
    baseCost: base.cost,
    boundCost: isSeen ? boundOf(search, solver, best) : null,
    status: oracle.overBy() ?? 'converged',
    frontier,
  };
}

/** Looks what helps each statement by itself, the dearest first. */
async function lookAtEach(search: Search, context: ImproveContext, base: Scored): Promise<Scored> {
  const { oracle } = search;
  const queries = oracle.queries.toSorted(
    (a, b) => b.weight * costOf(search, b) - a.weight * costOf(search, a),
  );
  let best = base;
  for (const [position, query] of queries.entries()) {
    await peel(oracle, query, classesOf(search, query), (id) => tableOf(search, id));
    // Of a large workload the dearest statements give a first set soon.
    if (position === FIRST_QUERIES && queries.length > 2 * FIRST_QUERIES) {
      best = await refine(context, best, 1);
    }
  }
  best = await refine(context, best, 2);
  for (const query of queries) await walk(oracle, query, search.limits);
  return best;
}

/** The cost below which no set of the candidates comes; null when that cannot be proved in time. */
function boundOf(search: Search, solver: Solver, best: Scored): number | null {
  const candidates = candidateSets(search);
  const hope = solveHope(search.oracle, search.limits, solver, {
    seconds: Math.min(BOUND_SECONDS, BOUND_SHARE * search.oracle.secondsLeft()),
    isWhole: false,
    candidatesOf: (query) => candidates.get(query.number) ?? new Set(),
  });
  return hope === null ? null : Math.min(hope.cost, best.cost);
}

/** Times that the neighbouring budgets are looked at, each a little further away. */
const DIVERSIFY_ROUNDS = 4;

/** Budgets, relative to the owner's, whose best sets show plans that the owner's own does not lead to. */
const NEIGHBOURING_BUDGETS = [1.25, 0.8, 1.6, 0.6, 2.2];

/**
 * Looks around where the search would not go by itself: solves for other budgets, sees what the statements take there and what stands
 * beside it, and solves for the owner's budget again.
 */
async function diversify(
  search: Search,
  context: ImproveContext,
  start: Scored,
  stretch: number,
): Promise<Scored> {
  const { budgetBytes } = search.limits;
  let best = start;
  if (budgetBytes === null) return best;
  for (const factor of NEIGHBOURING_BUDGETS) {
    if (search.oracle.isOver()) break;
    const limits: SetLimits = { ...search.limits, budgetBytes: budgetBytes * factor * stretch };
    const set = solveMaster(search.oracle, limits, context.solver, { seconds: 4 });
    if (set === null) continue;
    for (const query of search.oracle.queries) {
      await chase(search.oracle, query, set, useful(search.oracle, query));
    }
    await tryVariants(search, { set, cost: best.cost });
    best = await refine(context, best, REFINE_ROUNDS);
    best = await localSearch(context, best, pool(search));
  }
  return best;
}

/** Takes out what saves its statements too little, or costs writes more than the owner's share of what it saves. */
async function pruned(
  search: Search,
  context: ImproveContext,
  start: Scored,
  baseCost: number,
): Promise<Scored> {
  const { minimumBenefitRatio, minimumWorkloadRatio, writeOverheadCeiling } = search.constraints;
  let best = start;
  const order = [...best.set].toSorted((a, b) => search.limits.sizeOf(b) - search.limits.sizeOf(a));
  for (const id of order) {
    const without = new Set([...best.set].filter((one) => one !== id));
    const [now, then] = await Promise.all([
      search.oracle.ask(search.oracle.queries.map((query) => ({ query, set: best.set }))),
      search.oracle.ask(search.oracle.queries.map((query) => ({ query, set: without }))),
    ]);
    let saved = 0;
    let touched = 0;
    search.oracle.queries.forEach((query, index) => {
      const gain = query.weight * ((then[index]?.cost ?? 0) - (now[index]?.cost ?? 0));
      if (gain <= 0) return;
      saved += gain;
      touched += query.weight * (then[index]?.cost ?? 0);
    });
    const least = Math.max(minimumBenefitRatio * touched, minimumWorkloadRatio * baseCost);
    const isSmall = saved < least || saved === 0;
    const isDear =
      writeOverheadCeiling !== null && search.limits.writeCost(id) > writeOverheadCeiling * saved;
    if (isSmall || isDear) best = await score(context, without);
  }
  return best;
}

/** For each query the indexes that ever helped it; what they are together was planned once. */
function candidateSets(search: Search): ReadonlyMap<number, ReadonlySet<number>> {
  return new Map(search.oracle.queries.map((query) => [query.number, useful(search.oracle, query)]));
}

function costOf(search: Search, query: Query): number {
  return Math.max(0, ...search.oracle.known(query).map((entry) => entry.cost));
}

function report(search: Search, baseCost: number, { set, cost }: Scored): void {
  search.onProgress({
    relativeCost: baseCost === 0 ? 1 : cost / baseCost,
    sizeBytes: sizeOfSet(set, search.limits),
    indexes: [...set].flatMap((id) => search.indexes.get(id) ?? []),
    calls: search.planner.calls(),
  });
}

function pool(search: Search): readonly number[] {
  return [...new Set(search.oracle.queries.flatMap((query) => [...useful(search.oracle, query)]))];
}

/** A query's candidates from thin to wide, the last class holding all. */
function classesOf(search: Search, query: Query): readonly (readonly number[])[] {
  const own = search.madeFor.get(query.statementId) ?? [];
  const width = (id: number): number => widthOf(search.indexes.get(id));
  const thin = [1, 2, 3].map((most) => own.filter((id) => width(id) <= most));
  return [...thin, own].filter(
    (members, index, all) => members.length > 0 && members.length !== all[index - 1]?.length,
  );
}

function tableOf(search: Search, id: number): string {
  const definition = search.indexes.get(id)?.definition;
  return definition === undefined ? '' : `${definition.schema}.${definition.table}`;
}

function widthOf(index: HypotheticalIndex | undefined): number {
  return index === undefined ? 0 : index.definition.keys.length + index.definition.include.length;
}

/** Supposes the neighbours of the indexes in the set and looks which of them the statements would take instead. */
async function tryVariants(search: Search, { set }: Scored): Promise<void> {
  const { oracle } = search;
  const answers = await oracle.ask(oracle.queries.map((query) => ({ query, set })));
  const usersOf = (id: number): readonly Query[] =>
    oracle.queries.filter((_, index) => answers[index]?.used.includes(id) === true);
  for (const id of set) {
    if (oracle.isOver()) return;
    const index = search.indexes.get(id);
    if (index === undefined) continue;
    const users = usersOf(id);
    const fresh = await supposeMore(search, neighbours(search, index, users).slice(0, VARIANTS));
    const rest = [...set].filter((one) => one !== id);
    for (const query of users)
      await chase(oracle, query, new Set(rest), new Set([...rest, ...fresh.map((one) => one.id)]));
  }
  await tryMerges(search, set, usersOf);
}

async function tryMerges(
  search: Search,
  set: ReadonlySet<number>,
  usersOf: (id: number) => readonly Query[],
): Promise<void> {
  const ids = [...set];
  const pairs = ids.flatMap((one) => ids.flatMap((other) => (one === other ? [] : [[one, other] as const])));
  for (const [one, other] of pairs) {
    if (search.oracle.isOver()) return;
    const [first, second] = [search.indexes.get(one), search.indexes.get(other)];
    if (first === undefined || second === undefined) continue;
    const merged = mergeOf(first.definition, second.definition, search.constraints.maximumWidth);
    const [made] = merged === null ? [] : await supposeMore(search, [merged]);
    if (made === undefined) continue;
    const rest = new Set([...ids.filter((id) => id !== one && id !== other), made.id]);
    await search.oracle.ask([...usersOf(one), ...usersOf(other)].map((query) => ({ query, set: rest })));
  }
}

function neighbours(
  search: Search,
  { definition }: HypotheticalIndex,
  users: readonly Query[],
): ReturnType<typeof variantsOf> {
  const name = `${definition.schema}.${definition.table}`;
  const table = search.workload.tables.find((one) => `${one.schema}.${one.name}` === name);
  const columns = new Map(table?.columns.map((column) => [column.name, column]));
  const byStatement = search.columnsOf.get(name);
  const wanted = new Set(users.flatMap((query) => [...(byStatement?.get(query.statementId) ?? [])]));
  const allows = (test: typeof canBeKey) => (column: string) => {
    const found = columns.get(column);
    return found !== undefined && test(found);
  };
  return variantsOf(definition, {
    maximumWidth: search.constraints.maximumWidth,
    wanted: [...wanted].filter((column) => columns.has(column)).toSorted(),
    canBeKey: allows(canBeKey),
    canBeCovered: allows(canBeCovered),
  });
}

/** Shares of what the best set takes, for which the curve is drawn. */
const FRONTIER = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1];

/** Solves for smaller budgets over the plans already seen: no further call. */
function frontierOf(search: Search, solver: Solver, baseCost: number): readonly FrontierPoint[] {
  const whole = search.limits.budgetBytes ?? sizeOfSet(pool(search), search.limits);
  const points: FrontierPoint[] = [{ sizeBytes: 0, relativeCost: 1, indexes: [] }];
  for (const share of FRONTIER) {
    const limits: SetLimits = { ...search.limits, budgetBytes: whole * share };
    const set = solveMaster(search.oracle, limits, solver, { seconds: 2 });
    if (set === null) continue;
    const cost = knownCost(search, set) + writeCostOf(set, limits);
    const sizeBytes = sizeOfSet(set, limits);
    if (points.at(-1)?.sizeBytes === sizeBytes) continue;
    points.push({
      sizeBytes,
      relativeCost: baseCost === 0 ? 1 : cost / baseCost,
      indexes: [...set].flatMap((id) => {
        const index = search.indexes.get(id);
        return index === undefined
          ? []
          : [createIndexSql(index.definition, { name: null, isConcurrent: false })];
      }),
    });
  }
  return points;
}

function knownCost({ oracle }: Search, set: ReadonlySet<number>): number {
  return oracle.queries.reduce((sum, query) => {
    const within = oracle.known(query).filter((entry) => entry.used.every((id) => set.has(id)));
    return sum + query.weight * Math.min(...within.map((entry) => entry.cost));
  }, 0);
}
