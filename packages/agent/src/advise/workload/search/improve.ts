import { bytesLeft, chase, useful, withoutUnused } from './explore.ts';
import { fits, type SetLimits, solveHope, solveMaster, writeCostOf } from './master.ts';
import type { Oracle, Query } from './oracle.ts';
import type { Solver } from './solver.ts';

/** A set with what the workload costs under it, writes included. */
export interface Scored {
  readonly set: ReadonlySet<number>;
  readonly cost: number;
}

/** What the improvement works with. */
export interface ImproveContext {
  readonly oracle: Oracle;
  readonly limits: SetLimits;
  readonly solver: Solver;
  readonly onBetter: (scored: Scored) => void;
}

/** Seconds that one solution of the master program may take. */
const MASTER_SECONDS = 8;

/** Least relative gain that counts. */
const GAIN = 1e-7;

/** Asks what a set really costs. */
export async function score({ oracle, limits }: ImproveContext, set: ReadonlySet<number>): Promise<Scored> {
  return { set, cost: (await oracle.total(set)) + writeCostOf(set, limits) };
}

/** Solves the master program, looks what its set really costs and what it just misses, and solves again until it gains nothing. */
export async function refine(context: ImproveContext, start: Scored, rounds: number): Promise<Scored> {
  const { oracle } = context;
  let best = start;
  const seen = new Set<string>();
  for (let round = 0; round < rounds && !oracle.isOver(); round += 1) {
    const solved = await solveOnce(context, best);
    if (solved === null) break;
    const { set } = solved;
    best = solved.best;
    const key = keyOf(set);
    for (const query of oracle.queries) await chase(oracle, query, set, useful(oracle, query));
    if (seen.has(key)) break;
    seen.add(key);
  }
  return best;
}

/** Solves the master program once and looks what its set really costs; null when the solver found none. */
export async function solveOnce(
  context: ImproveContext,
  start: Scored,
): Promise<{ readonly set: ReadonlySet<number>; readonly best: Scored } | null> {
  const { oracle, limits, solver } = context;
  const set = solveMaster(oracle, limits, solver, { seconds: MASTER_SECONDS });
  if (set === null) return null;
  const { cost } = await score(context, set);
  if (cost >= start.cost * (1 - GAIN)) return { set, best: start };
  const best = { set: await withoutUnused(oracle, set), cost };
  context.onBetter(best);
  return { set, best };
}

/** Neighbours of a set that are tried, the most promising first. */
const NEIGHBOURS = 40;

/** Seconds that one look at the hoped-for may take. */
const HOPE_SECONDS = 4;

/** Gap between the best set and what could be hoped for at which looking further is given up. */
const HOPE_GAP = 1e-4;

/**
 * Looks where the best could still be: solves for the set that nothing seen rules out, asks what it really costs, and again, until the
 * hope is no better than what was found.
 */
export async function chaseHope(
  context: ImproveContext,
  start: Scored,
  options: { readonly rounds: number; readonly candidatesOf: (query: Query) => ReadonlySet<number> },
): Promise<Scored> {
  const { oracle, limits, solver } = context;
  let best = start;
  for (const query of oracle.queries) await oracle.ask([{ query, set: options.candidatesOf(query) }]);
  for (let round = 0; round < options.rounds && !oracle.isOver(); round += 1) {
    const hope = solveHope(oracle, limits, solver, {
      seconds: HOPE_SECONDS,
      isWhole: true,
      candidatesOf: options.candidatesOf,
    });
    if (hope === null || hope.cost >= best.cost * (1 - HOPE_GAP)) break;
    for (const query of oracle.queries) await chase(oracle, query, hope.set, options.candidatesOf(query));
    const scored = await score(context, hope.set);
    if (scored.cost >= best.cost * (1 - GAIN)) continue;
    best = { set: await withoutUnused(oracle, hope.set), cost: scored.cost };
    context.onBetter(best);
  }
  return best;
}

/** Adds, drops and swaps single indexes with real plans until nothing gains. */
export async function localSearch(
  context: ImproveContext,
  start: Scored,
  pool: readonly number[],
): Promise<Scored> {
  let best = start;
  for (let isBetter = true; isBetter && !context.oracle.isOver(); ) {
    const next = await bestNeighbour(context, best, pool);
    isBetter = next !== null;
    if (next !== null) {
      best = next;
      context.onBetter(best);
    }
  }
  return best;
}

async function bestNeighbour(
  context: ImproveContext,
  from: Scored,
  pool: readonly number[],
): Promise<Scored | null> {
  const { oracle, limits } = context;
  const ranked = rankByPromise(context, from, pool);
  const worth = worthOfEach(oracle, from.set);
  for (const { id } of ranked.slice(0, NEIGHBOURS)) {
    if (oracle.isOver()) return null;
    const added = new Set([...from.set, id]);
    const tried = fits(added, limits) ? added : makeRoom(context, from, id, worth);
    if (tried === null) continue;
    const scored = await score(context, tried);
    if (scored.cost < from.cost * (1 - GAIN))
      return { set: await withoutUnused(oracle, tried), cost: scored.cost };
  }
  return null;
}

/** Candidates by what they could gain at most, by what is known: the cheapest plan that used one, against the plan now. */
function rankByPromise(
  { oracle, limits }: ImproveContext,
  from: Scored,
  pool: readonly number[],
): readonly { readonly id: number; readonly promise: number }[] {
  const promise = new Map<number, number>();
  for (const query of oracle.queries) {
    for (const [id, gain] of promisesOf(oracle, query, from.set)) {
      promise.set(id, (promise.get(id) ?? 0) + query.weight * gain);
    }
  }
  return pool
    .filter((id) => !from.set.has(id) && (promise.get(id) ?? 0) > limits.writeCost(id) + from.cost * GAIN)
    .map((id) => ({ id, promise: promise.get(id) ?? 0 }))
    .toSorted((a, b) => b.promise - a.promise);
}

/** What each index outside the set could save a query at most. */
function promisesOf(oracle: Oracle, query: Query, set: ReadonlySet<number>): ReadonlyMap<number, number> {
  const entries = oracle.known(query);
  const within = entries.filter((entry) => entry.used.every((id) => set.has(id)));
  const now = Math.min(...within.map((entry) => entry.cost));
  const gains = new Map<number, number>();
  for (const { used, cost } of entries.filter((entry) => entry.cost < now)) {
    const outside = used.filter((id) => !set.has(id));
    for (const id of outside) gains.set(id, Math.max(gains.get(id) ?? 0, now - cost));
  }
  return gains;
}

/** Takes out what is worth least for its bytes until a newcomer fits; null when it never does. */
function makeRoom(
  { limits }: ImproveContext,
  from: Scored,
  newcomer: number,
  worth: ReadonlyMap<number, number>,
): ReadonlySet<number> | null {
  const set = new Set(from.set);
  const perByte = (id: number): number => (worth.get(id) ?? 0) / Math.max(1, limits.sizeOf(id));
  const order = [...set].toSorted((a, b) => perByte(a) - perByte(b));
  for (const id of order) {
    if (fits(new Set([...set, newcomer]), limits)) break;
    set.delete(id);
  }
  set.add(newcomer);
  return fits(set, limits) && bytesLeft(set, limits) >= 0 ? set : null;
}

/** What the workload loses without each index of a set, by what is known. */
function worthOfEach(oracle: Oracle, set: ReadonlySet<number>): ReadonlyMap<number, number> {
  const worth = new Map<number, number>();
  for (const query of oracle.queries) {
    const within = oracle.known(query).filter((entry) => entry.used.every((one) => set.has(one)));
    const now = Math.min(...within.map((entry) => entry.cost));
    for (const id of set) {
      const others = within.filter((entry) => !entry.used.includes(id));
      const without = Math.min(...others.map((entry) => entry.cost));
      if (Number.isFinite(without)) worth.set(id, (worth.get(id) ?? 0) + query.weight * (without - now));
    }
  }
  return worth;
}

function keyOf(set: ReadonlySet<number>): string {
  return [...set].toSorted((a, b) => a - b).join(' ');
}
