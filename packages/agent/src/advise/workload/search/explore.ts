import { groupBy } from '../../../kernel/index.ts';
import { type SetLimits, sizeOfSet } from './master.ts';
import type { Oracle, Query } from './oracle.ts';

/** Rounds of taking the used ones away. */
const PEELS = 8;

/** Steps down from what a query likes best to what it makes do with. */
const WALK_STEPS = 14;

/** Steps of a chase. */
const CHASE_STEPS = 12;

/** Indexes of one table that are planned with at once: more make planning slow out of all proportion. */
const AT_ONCE = 24;

/** Rounds within one group of a larger class. */
const GROUP_PEELS = 3;

/**
 * Finds what helps a query: plans with all candidates of a class, takes those used out, and again until nothing helps. A class with
 * many indexes of one table is looked at in groups first, and then among those that a group's plans used.
 * @param classes candidates from thin to wide: a wide one hides the thin one that would do
 */
export async function peel(
  oracle: Oracle,
  query: Query,
  classes: readonly (readonly number[])[],
  tableOf: (id: number) => string,
): Promise<void> {
  for (const members of classes) {
    const tables = groupBy(members, tableOf);
    const small = [...tables.values()].filter((ids) => ids.length <= AT_ONCE).flat();
    const winners = new Set(small);
    for (const ids of tables.values()) {
      if (ids.length <= AT_ONCE) continue;
      for (let begin = 0; begin < ids.length; begin += AT_ONCE) {
        const group = ids.slice(begin, begin + AT_ONCE);
        for (const id of await peelOff(oracle, query, { group, beside: small, rounds: GROUP_PEELS }))
          winners.add(id);
      }
    }
    await peelOff(oracle, query, { group: [...winners], beside: [], rounds: PEELS });
  }
}

/** Gives those of a group that some plan used. */
async function peelOff(
  oracle: Oracle,
  query: Query,
  {
    group,
    beside,
    rounds,
  }: { readonly group: readonly number[]; readonly beside: readonly number[]; readonly rounds: number },
): Promise<ReadonlySet<number>> {
  const left = new Set(group);
  const found = new Set<number>();
  for (let round = 0; round < rounds && left.size > 0 && !oracle.isOver(); round += 1) {
    const [answer] = await oracle.ask([{ query, set: new Set([...left, ...beside]) }]);
    const used = answer?.used.filter((id) => left.has(id)) ?? [];
    if (used.length === 0) break;
    for (const id of used) {
      left.delete(id);
      found.add(id);
    }
  }
  return found;
}

/** Indexes that some plan of a query used. */
export function useful(oracle: Oracle, query: Query): ReadonlySet<number> {
  return new Set(oracle.known(query).flatMap((entry) => entry.used));
}

/**
 * Walks from the best plan of a query down to plans with fewer bytes: each step gives up the index whose loss costs least for
 * the bytes it frees. What is met on the way is what the master program chooses from.
 */
export async function walk(oracle: Oracle, query: Query, limits: SetLimits): Promise<void> {
  let set = new Set(useful(oracle, query));
  for (let step = 0; step < WALK_STEPS && !oracle.isOver(); step += 1) {
    const [answer] = await oracle.ask([{ query, set }]);
    if (answer === undefined || answer.used.length === 0) return;
    let best: { readonly without: Set<number>; readonly loss: number } | null = null;
    for (const id of answer.used) {
      const without = new Set(set);
      without.delete(id);
      const [poorer] = await oracle.ask([{ query, set: without }]);
      const loss = ((poorer?.cost ?? 0) - answer.cost) / Math.max(1, limits.sizeOf(id));
      if (best === null || loss < best.loss) best = { without, loss };
    }
    if (best === null) return;
    set = best.without;
  }
}

/**
 * Finds the plan that a query gets under a set, coming from above: plans with all that ever helped it, takes out what the set
 * does not hold, and again. On the way it meets the plans that the set just misses.
 */
export async function chase(
  oracle: Oracle,
  query: Query,
  set: ReadonlySet<number>,
  pool: ReadonlySet<number>,
): Promise<void> {
  const left = new Set([...pool, ...set]);
  for (let step = 0; step < CHASE_STEPS && !oracle.isOver(); step += 1) {
    const [answer] = await oracle.ask([{ query, set: left }]);
    const missing = answer?.used.filter((id) => !set.has(id)) ?? [];
    if (missing.length === 0) return;
    for (const id of missing) left.delete(id);
  }
}

/** Leaves out what no query uses. */
export async function withoutUnused(oracle: Oracle, set: ReadonlySet<number>): Promise<ReadonlySet<number>> {
  const used = new Set<number>();
  const answers = await oracle.ask(oracle.queries.map((query) => ({ query, set })));
  for (const answer of answers) for (const id of answer.used) used.add(id);
  return new Set([...set].filter((id) => used.has(id)));
}

/** Tells how many bytes a set leaves of a budget. */
export function bytesLeft(set: ReadonlySet<number>, limits: SetLimits): number {
  return limits.budgetBytes === null ? Number.POSITIVE_INFINITY : limits.budgetBytes - sizeOfSet(set, limits);
}
