import { definitionKey, type HypotheticalIndex, planNodes } from '../../planner/index.ts';
import { indexName } from '../index-name.ts';
import { replacedIndexes } from './drops.ts';
import type { Answer, Query } from './search/oracle.ts';
import type { Found } from './search/search-set.ts';
import type { Search } from './search/state.ts';
import type { AdvisedIndex, AdvisedStatement, IndexAdvice } from './types.ts';

/** Turns the set that was found into the advice: names, who uses what, and what each statement gains. */
export async function assembleAdvice(
  search: Search,
  found: Found,
  skipped: IndexAdvice['skipped'],
): Promise<Omit<IndexAdvice, 'candidates' | 'calls' | 'durationMs'>> {
  const [before, after] = await Promise.all([
    answersUnder(search, new Set()),
    answersUnder(search, found.best.set),
  ]);
  const names = nameAll(search, found.best.set);
  const indexes = [...found.best.set].flatMap((id) => {
    const index = search.indexes.get(id);
    return index === undefined
      ? []
      : [advisedIndex(search, index, { set: found.best.set, after, name: names.get(id) ?? '' })];
  });
  const sorted = indexes.toSorted((a, b) => b.benefitCost - a.benefitCost);
  const replaced = await replacedIndexes(search.workload, search.constraints, {
    planner: search.planner,
    queries: search.oracle.queries,
    set: found.best.set,
    readCost: await search.oracle.total(found.best.set),
    advised: sorted,
    unused: search.unused,
    isEnded: () => search.oracle.secondsLeft() === 0,
  });
  return {
    status: found.status,
    baseCost: found.baseCost,
    cost: found.best.cost,
    boundCost: found.boundCost,
    indexes: sorted,
    drops: [...search.unused, ...replaced],
    statements: statementsOf(search, before, after, names),
    skipped,
    frontier: found.frontier,
  };
}

type Answers = ReadonlyMap<number, Answer>;

async function answersUnder({ oracle }: Search, set: ReadonlySet<number>): Promise<Answers> {
  const answers = await oracle.ask(oracle.queries.map((query) => ({ query, set })));
  return new Map(
    oracle.queries.flatMap((query, index) => {
      const answer = answers[index];
      return answer === undefined ? [] : [[query.number, answer] as const];
    }),
  );
}

function nameAll(search: Search, set: ReadonlySet<number>): ReadonlyMap<number, string> {
  const taken = new Set(search.workload.takenNames);
  const names = new Map<number, string>();
  for (const id of set) {
    const definition = search.indexes.get(id)?.definition;
    if (definition === undefined) continue;
    const keys = definition.keys.map(({ on }) => (on.kind === 'column' ? on.name : 'expr'));
    const name = indexName([definition.table, ...keys].join('_'), (one) =>
      taken.has(`${definition.schema}.${one}`),
    );
    taken.add(`${definition.schema}.${name}`);
    names.set(id, name);
  }
  return names;
}

function advisedIndex(
  search: Search,
  index: HypotheticalIndex,
  context: { readonly set: ReadonlySet<number>; readonly after: Answers; readonly name: string },
): AdvisedIndex {
  const users = search.oracle.queries.filter((query) =>
    context.after.get(query.number)?.used.includes(index.id),
  );
  const without = new Set([...context.set].filter((id) => id !== index.id));
  const benefit = users.reduce((sum, query) => {
    const now = context.after.get(query.number)?.cost ?? 0;
    return sum + query.weight * (costWithout(search, query, without) - now);
  }, 0);
  return {
    name: context.name,
    definition: index.definition,
    sizeBytes: index.sizeBytes,
    benefitCost: benefit,
    writeCost: search.limits.writeCost(index.id),
    statements: [...new Set(users.map((query) => query.statementId))],
    why: search.whys.get(definitionKey(index.definition)) ?? useOf(index.id, users, context.after),
  };
}

/** Longest condition that is repeated. */
const CONDITION_LENGTH = 120;

/** What the plans do with an index that no rule made: the search found it beside another one. */
function useOf(id: number, users: readonly Query[], after: Answers): string {
  const nodes = users
    .flatMap((query) => after.get(query.number)?.plan ?? [])
    .flatMap(planNodes)
    .filter(({ index }) => index?.hypothesisId === id);
  const condition = nodes.map(({ details }) => details['Index Cond']).find((one) => typeof one === 'string');
  const isShort = condition !== undefined && condition.length <= CONDITION_LENGTH;
  const search = isShort
    ? `searched by ${condition}`
    : condition === undefined
      ? 'read in its order'
      : 'searched';
  return nodes.every(({ type }) => type === 'Index Only Scan') ? `${search}, without the table` : search;
}

/** What a query costs without an index, by the plans seen: at most this. */
function costWithout({ oracle }: Search, query: Query, set: ReadonlySet<number>): number {
  return Math.min(
    ...oracle
      .known(query)
      .filter((entry) => entry.used.every((id) => set.has(id)))
      .map((entry) => entry.cost),
  );
}

function statementsOf(
  search: Search,
  before: Answers,
  after: Answers,
  names: ReadonlyMap<number, string>,
): readonly AdvisedStatement[] {
  return search.workload.statements.flatMap((statement) => {
    const queries = search.oracle.queries.filter((query) => query.statementId === statement.id);
    const share = (answers: Answers): number =>
      queries.reduce(
        (sum, query) =>
          sum + (query.weight / statement.weight) * (answers.get(query.number)?.plan.totalCost ?? 0),
        0,
      );
    const [first] = queries;
    const old = first === undefined ? undefined : before.get(first.number);
    const now = first === undefined ? undefined : after.get(first.number);
    if (old === undefined || now === undefined) return [];
    const used = new Set(queries.flatMap((query) => after.get(query.number)?.used ?? []));
    return [
      {
        id: statement.id,
        sql: statement.sql,
        weight: statement.weight,
        calls: statement.calls,
        beforeCost: share(before),
        afterCost: share(after),
        beforePlan: old.plan,
        afterPlan: now.plan,
        indexes: [...used].map((id) => names.get(id) ?? '').filter((name) => name !== ''),
      },
    ];
  });
}
