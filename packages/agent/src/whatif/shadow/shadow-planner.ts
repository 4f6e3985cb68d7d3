import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../kernel/index.ts';
import {
  type Configuration,
  type ExistingIndex,
  type Hypothesis,
  type HypotheticalTable,
  type IndexDefinition,
  indexKeySql,
  type NodeIndex,
  type PlannableStatement,
  type Planned,
  type Planner,
  readPlan,
  type TableQuery,
  type ValueSet,
} from '../../planner/index.ts';
import { explainStatement } from '../statements/explain-statement.ts';
import { readParameterTypes } from '../statements/parameter-types.ts';
import { representativeValues } from '../values/representative-values.ts';
import { createStatisticsSource, type StatisticsSource } from '../values/statistics-source.ts';
import { createSupposed, dropSupposed, type Supposed } from './hypothetical-indexes.ts';
import { forgetSupposedTable, supposeTable } from './hypothetical-table.ts';
import type { Shadow } from './open-shadow.ts';

interface State {
  readonly shadow: Shadow;
  readonly supposed: Map<number, Supposed>;
  readonly byName: Map<string, Supposed>;
  /** Object ids that the planner sees now, of supposed indexes. */
  readonly shown: Set<number>;
  /** Existing indexes that it does not see, by name, with their object ids. */
  readonly hidden: Map<string, readonly number[]>;
  readonly tables: Set<HypotheticalTable>;
  /** Made of the mirror when first asked for. */
  statistics: StatisticsSource | null;
  searchPath: string;
  calls: number;
}

/** Plans in a shadow. Closing the planner closes the shadow. */
export function createShadowPlanner(shadow: Shadow): Planner {
  const state: State = {
    shadow,
    supposed: new Map(),
    byName: new Map(),
    shown: new Set(),
    hidden: new Map(),
    tables: new Set(),
    statistics: null,
    searchPath: '',
    calls: 0,
  };
  return {
    provider: 'shadow',
    serverVersion: shadow.version,
    gaps: shadow.gaps,
    suppose: (definitions) => suppose(state, definitions),
    forget: (ids) => forget(state, ids),
    plan: (statements, configuration) => plan(state, statements, configuration),
    hasIndex: async (index) => (await oidsOf(shadow, quoteQualified(index.schema, index.name))).length > 0,
    representativeValues: (statement) => typicalValues(state, statement),
    async supposeTable(query: TableQuery): Promise<HypotheticalTable | null> {
      const table = await supposeTable(shadow, query);
      if (table !== null) state.tables.add(table);
      return table;
    },
    async forgetTable(table) {
      state.tables.delete(table);
      await forgetSupposedTable(shadow, table);
    },
    calls: () => state.calls,
    async close() {
      // One that is not put right is not kept, which the shadow itself sees to.
      if (shadow.isKept) await undo(state).catch(() => undefined);
      await shadow.close();
    },
  };
}

async function suppose(
  state: State,
  definitions: readonly IndexDefinition[],
): Promise<readonly Hypothesis[]> {
  const made = await createSupposed(state.shadow, definitions);
  return made.map((one) => {
    if (!('hypothesis' in one)) return { kind: 'refused', ...one };
    state.supposed.set(one.id, one);
    state.byName.set(one.name, one);
    return one.hypothesis;
  });
}

/** Leaves the shadow as it was built. */
async function undo(state: State): Promise<void> {
  await switchTo(state, { add: [], hide: [] });
  await forget(state, [...state.supposed.keys()]);
  for (const table of state.tables) await forgetSupposedTable(state.shadow, table);
}

async function forget(state: State, ids: readonly number[]): Promise<void> {
  const gone = ids.flatMap((id) => state.supposed.get(id) ?? []);
  await dropSupposed(state.shadow, gone);
  for (const one of gone) {
    state.supposed.delete(one.id);
    state.byName.delete(one.name);
    for (const oid of one.oids) state.shown.delete(oid);
  }
}

async function typicalValues(state: State, statement: PlannableStatement): Promise<readonly ValueSet[]> {
  const { mirror, planner } = state.shadow;
  useSearchPath(state, statement);
  const types = await readParameterTypes(planner, statement);
  if (types === null || types.length === 0) return [];
  state.statistics ??= createStatisticsSource(mirror.columns, mirror.server.searchPath);
  return representativeValues(statement.sql, types, state.statistics);
}

async function plan(
  state: State,
  statements: readonly PlannableStatement[],
  configuration: Configuration,
): Promise<readonly Planned[]> {
  await switchTo(state, configuration);
  state.calls += statements.length;
  const { planner, versionNumber } = state.shadow;
  const answers = statements.map((statement) => {
    useSearchPath(state, statement);
    return explainStatement({ run: (sql) => planner.run(sql) }, versionNumber, statement);
  });
  const nameIndex = (name: string): NodeIndex => nodeIndex(state, name);
  return (await Promise.all(answers)).map((answer) =>
    answer.ok
      ? { kind: 'plan', plan: readPlan(answer.json, { index: nameIndex }) }
      : { kind: 'refused', reason: answer.reason },
  );
}

/** Statements are pipelined in order, so the path set before one holds for it. */
function useSearchPath(state: State, { searchPath }: PlannableStatement): void {
  const path = searchPath ?? state.shadow.mirror.server.searchPath;
  const wanted = path.length === 0 ? "''" : path.map(quoteIdentifier).join(', ');
  if (wanted === state.searchPath) return;
  state.searchPath = wanted;
  void state.shadow.planner.run(`set search_path = ${wanted}`).catch(() => undefined);
}

/** Shows the indexes of a configuration and hides all others, touching only those that change. */
async function switchTo(state: State, { add, hide }: Configuration): Promise<void> {
  const wanted = new Set(add.flatMap((id) => state.supposed.get(id)?.oids ?? []));
  const show = [...wanted].filter((oid) => !state.shown.has(oid));
  const drop = [...state.shown].filter((oid) => !wanted.has(oid));
  for (const oid of show) state.shown.add(oid);
  for (const oid of drop) state.shown.delete(oid);
  const changed = await changeHidden(state, hide);
  const visible = [...show, ...changed.show];
  const invisible = [...drop, ...changed.hide];
  if (visible.length + invisible.length === 0) return;
  const all = [...visible, ...invisible].join(', ');
  await state.shadow.owner.run(
    `update pg_catalog.pg_index set indisvalid = indexrelid = any('{${visible.join(', ')}}'::oid[]) where indexrelid in (${all})`,
  );
}

async function changeHidden(
  state: State,
  hide: readonly ExistingIndex[],
): Promise<{ readonly show: readonly number[]; readonly hide: readonly number[] }> {
  const wanted = new Map(hide.map((index) => [quoteQualified(index.schema, index.name), index]));
  const back = [...state.hidden].filter(([name]) => !wanted.has(name));
  const missing = [...wanted.keys()].filter((name) => !state.hidden.has(name));
  for (const [name] of back) state.hidden.delete(name);
  for (const name of missing) state.hidden.set(name, await oidsOf(state.shadow, name));
  return {
    show: back.flatMap(([, oids]) => oids),
    hide: missing.flatMap((name) => state.hidden.get(name) ?? []),
  };
}

async function oidsOf(shadow: Shadow, name: string): Promise<readonly number[]> {
  const { rows } = await shadow.owner.run<{ oid: number }>(
    `with recursive i (oid) as (
       select c.oid from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass(${quoteLiteral(name)}) and c.relkind in ('i', 'I')
       union select h.inhrelid from pg_catalog.pg_inherits h join i on h.inhparent = i.oid)
     select oid::int as oid from i`,
  );
  return rows.map((row) => row.oid);
}

/** Index names of partitions are made up by PostgreSQL from the parent's; a bare prefix tells them. */
function nodeIndex(state: State, name: string): NodeIndex {
  const own = state.byName.get(name) ?? findByPartition(state, name);
  if (own === undefined) return { name, hypothesisId: null };
  const { definition } = own.hypothesis;
  return {
    name: `${definition.table}(${definition.keys.map(indexKeySql).join(', ')})`,
    hypothesisId: own.id,
  };
}

function findByPartition(state: State, name: string): Supposed | undefined {
  return [...state.supposed.values()].find((one) => one.partNames.has(name));
}
