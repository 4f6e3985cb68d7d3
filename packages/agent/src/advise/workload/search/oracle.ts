import type { ExistingIndex, PlanNode, PlannableStatement, Planner } from '../../../planner/index.ts';
import { planNodes } from '../../../planner/index.ts';

/** A statement in one variant of its values, with what it counts. */
export interface Query {
  readonly number: number;
  /** Id of its statement. */
  readonly statementId: string;
  readonly statement: PlannableStatement;
  /** Weight of the statement times the share of the variant. */
  readonly weight: number;
}

/** The cheapest plan under a set of indexes. */
export interface Answer {
  /** What the plan counts in the search. */
  readonly cost: number;
  /** Hypothetical indexes that the plan uses. */
  readonly used: readonly number[];
  /** Existing indexes that the plan uses. */
  readonly existing: readonly string[];
  readonly plan: PlanNode;
}

interface Entry extends Answer {
  readonly present: ReadonlySet<number>;
}

/** Limits of a search. */
export interface SearchLimits {
  readonly now: () => number;
  /** When looking ends. */
  readonly deadlineMs: number;
  /** When all ends. */
  readonly endMs: number;
  readonly maximumCalls: number;
  readonly signal?: AbortSignal | undefined;
}

/** Rounds over all queries for which calls are kept. */
const ROUNDS_LEFT = 4;

/**
 * Asks the planner and remembers: a plan under a set R that used only U is the plan under every set between U and R.
 * @source Papadomanolakis, Dash, Ailamaki: "Efficient Use of the Query Optimizer for Automated Database Design", VLDB 2007 (INUM)
 */
export interface Oracle {
  readonly queries: readonly Query[];
  /** Plans each of some queries under its own set. */
  ask(
    requests: readonly { readonly query: Query; readonly set: ReadonlySet<number> }[],
  ): Promise<readonly Answer[]>;
  /** Weighted cost of all queries under one set. */
  total(set: ReadonlySet<number>): Promise<number>;
  /** What is known of a query, in the order it was learnt. */
  known(query: Query): readonly (Answer & { readonly present: ReadonlySet<number> })[];
  /** True when time or calls are used up. */
  isOver(): boolean;
  /** Which limit ended the search. */
  overBy(): 'time-limit' | 'call-limit' | null;
  /** Time until all ends; none when it is up. */
  secondsLeft(): number;
}

/** Builds the oracle; queries that the planner refuses must have been left out. */
export function createOracle(
  planner: Planner,
  queries: readonly Query[],
  options: {
    readonly limits: SearchLimits;
    /** Ids of hypothetical indexes that can matter to a query: those of its tables. */
    readonly relevant: (query: Query, id: number) => boolean;
    /** Existing indexes that are taken to be dropped. */
    readonly hide: readonly ExistingIndex[];
    /** What a plan counts. */
    readonly costOf: (plan: PlanNode) => number;
  },
): Oracle {
  const memory = new Map<number, Entry[]>(queries.map((query) => [query.number, []]));
  const { limits, relevant, costOf } = options;
  const overBy = (): 'time-limit' | 'call-limit' | null => {
    if (limits.now() >= limits.deadlineMs || limits.signal?.aborted === true) return 'time-limit';
    // Some rounds over all queries may still be on their way.
    return planner.calls() + ROUNDS_LEFT * queries.length >= limits.maximumCalls ? 'call-limit' : null;
  };
  const recall = (query: Query, set: ReadonlySet<number>): Entry | undefined =>
    memory
      .get(query.number)
      ?.findLast((entry) => entry.used.every((id) => set.has(id)) && isSubset(set, entry.present));
  const narrow = (query: Query, set: ReadonlySet<number>): ReadonlySet<number> =>
    new Set([...set].filter((id) => relevant(query, id)));
  const learn = async (query: Query, set: ReadonlySet<number>): Promise<Entry> => {
    const [planned] = await planner.plan([query.statement], {
      add: [...set].toSorted(ascending),
      hide: options.hide,
    });
    return remember(query, set, planned?.kind === 'plan' ? planned.plan.root : null);
  };
  const remember = (query: Query, present: ReadonlySet<number>, root: PlanNode | null): Entry => {
    const entry = readAnswer(root, present, costOf);
    memory.get(query.number)?.push(entry);
    return entry;
  };
  /** Queries that lack an answer under one set are planned together: one switch of indexes. */
  const learnAll = async (missing: readonly Query[], set: ReadonlySet<number>): Promise<void> => {
    const statements = missing.map((query) => query.statement);
    const planned = await planner.plan(statements, {
      add: [...set].toSorted(ascending),
      hide: options.hide,
    });
    missing.forEach((query, index) => {
      const one = planned[index];
      remember(query, narrow(query, set), one?.kind === 'plan' ? one.plan.root : null);
    });
  };
  return {
    queries,
    overBy,
    isOver: () => overBy() !== null,
    secondsLeft: () => secondsLeft(limits),
    known: (query) => memory.get(query.number) ?? [],
    async ask(requests) {
      const answers: Answer[] = [];
      for (const { query, set } of requests) {
        const own = narrow(query, set);
        answers.push(recall(query, own) ?? (await learn(query, own)));
      }
      return answers;
    },
    async total(set) {
      const missing = queries.filter((query) => recall(query, narrow(query, set)) === undefined);
      if (missing.length > 0) await learnAll(missing, set);
      return queries.reduce(
        (sum, query) =>
          sum + query.weight * (recall(query, narrow(query, set))?.cost ?? Number.POSITIVE_INFINITY),
        0,
      );
    },
  };
}

function secondsLeft({ now, endMs, signal }: SearchLimits): number {
  return signal?.aborted === true ? 0 : Math.max(0, endMs - now()) / 1000;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function isSubset(part: ReadonlySet<number>, whole: ReadonlySet<number>): boolean {
  if (part.size > whole.size) return false;
  for (const id of part) if (!whole.has(id)) return false;
  return true;
}

function readAnswer(
  root: PlanNode | null,
  present: ReadonlySet<number>,
  costOf: (plan: PlanNode) => number,
): Entry {
  if (root === null) throw new RangeError('a statement that was planned before is refused now');
  const used = new Set<number>();
  const existing = new Set<string>();
  for (const { index } of planNodes(root)) {
    if (index === null) continue;
    if (index.hypothesisId === null) existing.add(index.name);
    else used.add(index.hypothesisId);
  }
  return { cost: costOf(root), used: [...used], existing: [...existing], plan: root, present };
}
