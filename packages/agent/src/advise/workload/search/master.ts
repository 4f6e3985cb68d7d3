import type { Oracle, Query } from './oracle.ts';
import type { Program, Solution, Solver } from './solver.ts';

/** What sets may cost. */
export interface SetLimits {
  readonly budgetBytes: number | null;
  readonly maximumIndexes: number | null;
  readonly sizeOf: (id: number) => number;
  /** Weighted cost of keeping an index up to date. */
  readonly writeCost: (id: number) => number;
}

const MEGABYTE = 1_000_000;

/** Tells whether a set is within the limits. */
export function fits(set: ReadonlySet<number>, limits: SetLimits): boolean {
  if (limits.maximumIndexes !== null && set.size > limits.maximumIndexes) return false;
  return limits.budgetBytes === null || sizeOfSet(set, limits) <= limits.budgetBytes;
}

/** Sums the sizes of a set, in bytes. */
export function sizeOfSet(set: Iterable<number>, limits: SetLimits): number {
  let bytes = 0;
  for (const id of set) bytes += limits.sizeOf(id);
  return bytes;
}

/** Sums the cost of keeping a set up to date. */
export function writeCostOf(set: Iterable<number>, limits: SetLimits): number {
  let cost = 0;
  for (const id of set) cost += limits.writeCost(id);
  return cost;
}

interface Configuration {
  readonly used: readonly number[];
  readonly cost: number;
}

/**
 * Solves for the best set over the plans already seen: each query takes one of its plans, whose indexes must be in the set.
 * What it promises is kept or exceeded by the real planner, which may find still better plans under the set.
 * @source Dash, Polyzotis, Ailamaki: "CoPhy: A Scalable, Portable, and Interactive Index Advisor for Large Workloads", VLDB 2011
 */
export function solveMaster(
  oracle: Oracle,
  limits: SetLimits,
  solver: Solver,
  options: { readonly seconds: number; readonly usable?: (id: number) => boolean },
): ReadonlySet<number> | null {
  const scale = scaleOf(oracle);
  const usable = options.usable ?? (() => true);
  const objective = new Map<string, number>();
  const rows: { terms: (readonly [number, string])[]; operator: '<=' | '>=' | '='; limit: number }[] = [];
  const ids = new Set<number>();
  let constant = 0;
  for (const query of oracle.queries) {
    const all = configurations(oracle, query).filter((one) => one.used.every(usable));
    const none = all.find((one) => one.used.length === 0);
    if (none === undefined) continue;
    constant += query.weight * none.cost * scale;
    const better = all.filter((one) => one.used.length > 0 && one.cost < none.cost);
    if (better.length === 0) continue;
    const byIndex = new Map<number, string[]>();
    const names = better.map((one, index) => {
      const name = `y${query.number}_${index}`;
      objective.set(name, query.weight * (one.cost - none.cost) * scale);
      for (const id of one.used) {
        ids.add(id);
        byIndex.set(id, [...(byIndex.get(id) ?? []), name]);
      }
      return name;
    });
    rows.push({ terms: names.map((name) => [1, name] as const), operator: '<=', limit: 1 });
    for (const [id, users] of byIndex) {
      rows.push({
        terms: [...users.map((name) => [1, name] as const), [-1, `x${id}`]],
        operator: '<=',
        limit: 0,
      });
    }
  }
  if (ids.size === 0) return new Set();
  for (const id of ids) objective.set(`x${id}`, limits.writeCost(id) * scale + limits.sizeOf(id) * 1e-12);
  rows.push(...limitRows(ids, limits));
  const program: Program = { objective, constant, rows, binary: [...ids].map((id) => `x${id}`) };
  const solution = solver.solve(program, { seconds: options.seconds, gap: 1e-4 });
  return solution === null ? null : chosen(ids, solution);
}

/** What the solver says of the best that could be hoped for. */
export interface Hope {
  /** Cost below which no set of the candidates comes within the limits. */
  readonly cost: number;
  /** The set that could reach it, as far as is known. */
  readonly set: ReadonlySet<number>;
}

/** Indexes missing from a plan's set beyond which the plan says too little to be worth a row. */
const MISSING = 40;

/**
 * Solves for the least cost that what was seen does not rule out: a query costs at least what it costs with all of its candidates but
 * some, unless one of those is chosen. Without whole numbers it is a proof; with them it points to the set to look at next.
 * @returns null when the solver found nothing in its time
 * @source Hooker, Ottosson: "Logic-based Benders decomposition", Mathematical Programming 96, 2003
 */
export function solveHope(
  oracle: Oracle,
  limits: SetLimits,
  solver: Solver,
  options: {
    readonly seconds: number;
    readonly isWhole: boolean;
    readonly candidatesOf: (query: Query) => ReadonlySet<number>;
  },
): Hope | null {
  const scale = scaleOf(oracle);
  const objective = new Map<string, number>();
  const rows: Row[] = [];
  const ids = new Set<number>();
  for (const query of oracle.queries) {
    const cuts = cutsOf(oracle, query, options.candidatesOf(query));
    if (cuts === null) return null;
    objective.set(`z${query.number}`, query.weight * scale);
    rows.push(...cutRows(query, cuts));
    for (const { missing } of cuts.rows) for (const id of missing) ids.add(id);
  }
  for (const id of ids) objective.set(`x${id}`, limits.writeCost(id) * scale + limits.sizeOf(id) * 1e-12);
  rows.push(...limitRows(ids, limits));
  if (!options.isWhole) rows.push(...atMostOne(ids));
  const binary = options.isWhole ? [...ids].map((id) => `x${id}`) : [];
  const gap = options.isWhole ? 1e-4 : 0;
  const solution = solver.solve({ objective, constant: 0, rows, binary }, { seconds: options.seconds, gap });
  if (solution === null || (!options.isWhole && !solution.isOptimal)) return null;
  return { cost: solution.objective / scale, set: chosen(ids, solution) };
}

interface Cuts {
  /** What the query costs with all its candidates. */
  readonly floor: number;
  readonly rows: readonly { readonly missing: readonly number[]; readonly cost: number }[];
}

/** A query costs its floor at least, and what it costs without some indexes unless one of them is there. */
function cutRows(query: Query, { floor, rows }: Cuts): readonly Row[] {
  const z = `z${query.number}`;
  const least: Row = { terms: [[1, z]], operator: '>=', limit: floor };
  return [
    least,
    ...rows.map(
      ({ missing, cost }): Row => ({
        terms: [[1, z], ...missing.map((id) => [cost - floor, `x${id}`] as const)],
        operator: '>=',
        limit: cost,
      }),
    ),
  ];
}

function atMostOne(ids: ReadonlySet<number>): readonly Row[] {
  return [...ids].map((id) => ({ terms: [[1, `x${id}`]], operator: '<=', limit: 1 }));
}

/** What a query costs without some of its candidates; the same missing ones only once. */
function cutsOf(oracle: Oracle, query: Query, candidates: ReadonlySet<number>): Cuts | null {
  const entries = oracle.known(query);
  const isWhole = (present: ReadonlySet<number>): boolean => [...candidates].every((id) => present.has(id));
  if (!entries.some((entry) => isWhole(entry.present))) return null;
  const floor = Math.min(...entries.map((entry) => entry.cost));
  const rows = new Map<string, { readonly missing: readonly number[]; readonly cost: number }>();
  for (const { present, cost } of entries) {
    if (cost <= floor) continue;
    const missing = [...candidates].filter((id) => !present.has(id));
    if (missing.length > MISSING) continue;
    const key = missing.join(' ');
    const known = rows.get(key);
    if (known === undefined || cost > known.cost) rows.set(key, { missing, cost });
  }
  return { floor, rows: [...rows.values()] };
}

interface Row {
  readonly terms: readonly (readonly [number, string])[];
  readonly operator: '<=' | '>=' | '=';
  readonly limit: number;
}

function limitRows(
  ids: ReadonlySet<number>,
  limits: SetLimits,
): { terms: (readonly [number, string])[]; operator: '<='; limit: number }[] {
  const rows: { terms: (readonly [number, string])[]; operator: '<='; limit: number }[] = [];
  if (ids.size === 0) return rows;
  if (limits.budgetBytes !== null) {
    const terms = [...ids].map((id) => [limits.sizeOf(id) / MEGABYTE, `x${id}`] as const);
    rows.push({ terms, operator: '<=', limit: limits.budgetBytes / MEGABYTE });
  }
  if (limits.maximumIndexes !== null) {
    rows.push({
      terms: [...ids].map((id) => [1, `x${id}`] as const),
      operator: '<=',
      limit: limits.maximumIndexes,
    });
  }
  return rows;
}

function chosen(ids: ReadonlySet<number>, solution: Solution): ReadonlySet<number> {
  return new Set([...ids].filter((id) => (solution.values.get(`x${id}`) ?? 0) > 0.5));
}

/** Makes the whole cost of the workload about a million, where the solver's tolerances are fine. */
function scaleOf(oracle: Oracle): number {
  const whole = oracle.queries.reduce(
    (sum, query) => sum + query.weight * Math.max(...oracle.known(query).map((entry) => entry.cost), 0),
    0,
  );
  return whole === 0 ? 1 : 1_000_000 / whole;
}

/** The plans seen of a query, without those that another beats with fewer indexes. */
function configurations(oracle: Oracle, query: Query): readonly Configuration[] {
  const cheapest = new Map<string, Configuration>();
  for (const { used, cost } of oracle.known(query)) {
    const key = used.toSorted((a, b) => a - b).join(' ');
    const known = cheapest.get(key);
    if (known === undefined || cost < known.cost) cheapest.set(key, { used, cost });
  }
  const all = [...cheapest.values()].toSorted((a, b) => a.used.length - b.used.length);
  const kept: Configuration[] = [];
  for (const one of all) {
    const isBeaten = kept.some(
      (other) => other.cost <= one.cost && other.used.every((id) => one.used.includes(id)),
    );
    if (!isBeaten) kept.push(one);
  }
  return kept;
}
