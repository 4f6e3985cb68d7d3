import { quoteLiteral, quoteQualified } from '../../kernel/index.ts';
import {
  type Configuration,
  createIndexSql,
  type Hypothesis,
  type HypotheticalIndex,
  type IndexDefinition,
  type NodeIndex,
  type PlannableStatement,
  type Planned,
  type Planner,
  readPlan,
} from '../../planner/index.ts';
import { explainStatement, type PlanningConnection } from '../statements/explain-statement.ts';

/** What the hypopg planner works with. */
export interface HypopgOptions {
  /** One connection for all its life: hypothetical indexes live in their session. */
  readonly connection: PlanningConnection;
  /** `server_version_num`. */
  readonly versionNumber: number;
  /** `server_version`. */
  readonly version: string;
  /** Schema of the extension, quoted. */
  readonly extensionSchema: string;
  /** Whether it can hide existing indexes (1.4 and newer). */
  readonly canHide: boolean;
  /** Reads the target's own statistics. */
  readonly representativeValues: Planner['representativeValues'];
  readonly onClose: () => Promise<void>;
}

/**
 * Plans on a server with hypopg. It knows btree, hash, BRIN and bloom; its sizes leave deduplication out. Existing indexes can
 * be hidden from version 1.4 on.
 * @source hypopg 1.4 README
 */
export function createHypopgPlanner(options: HypopgOptions): Planner {
  const state: State = {
    options,
    known: new Map(),
    present: new Map(),
    byOid: new Map(),
    hidden: new Set(),
    calls: 0,
  };
  return {
    provider: 'hypopg',
    serverVersion: options.version,
    gaps: options.canHide
      ? []
      : [
          {
            id: 'whatif/hypopg-hide',
            reason: 'this hypopg cannot hide existing indexes',
            remedy: 'update hypopg to 1.4 or newer, or plan in the shadow',
          },
        ],
    suppose: (definitions) => suppose(state, definitions),
    async forget(ids) {
      await remove(
        state,
        ids.filter((id) => state.present.has(id)),
      );
      for (const id of ids) state.known.delete(id);
    },
    plan: (statements, configuration) => plan(state, statements, configuration),
    async hasIndex({ schema, name }) {
      const { rows } = await options.connection.run(
        `select 1 from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass(${quoteLiteral(quoteQualified(schema, name))}) and c.relkind in ('i', 'I')`,
      );
      return rows.length > 0;
    },
    representativeValues: options.representativeValues,
    supposeTable: async () => null,
    forgetTable: async () => undefined,
    calls: () => state.calls,
    async close() {
      await options.connection.run(`select ${options.extensionSchema}.hypopg_reset()`).catch(() => undefined);
      await options.onClose();
    },
  };
}

interface State {
  readonly options: HypopgOptions;
  readonly known: Map<number, HypotheticalIndex>;
  /** Object id in the session by hypothesis. */
  readonly present: Map<number, number>;
  readonly byOid: Map<number, number>;
  readonly hidden: Set<string>;
  calls: number;
}

let lastId = 0;

async function suppose(
  state: State,
  definitions: readonly IndexDefinition[],
): Promise<readonly Hypothesis[]> {
  const made = await Promise.allSettled(definitions.map((definition) => create(state, definition)));
  const oids = made.map((result) => (result.status === 'fulfilled' ? result.value : null));
  const found = oids.filter((oid) => oid !== null);
  const { extensionSchema: schema } = state.options;
  const sizes = new Map<number, number>();
  if (found.length > 0) {
    const { rows } = await state.options.connection.run(
      `select o as oid, ${schema}.hypopg_relation_size(o) as bytes, ${schema}.hypopg_drop_index(o) from unnest('{${found.join(',')}}'::oid[]) o`,
    );
    for (const row of rows) sizes.set(Number(row['oid']), Number(row['bytes']));
  }
  return definitions.map((definition, index) => {
    const oid = oids[index];
    const result = made[index];
    if (oid === null || oid === undefined) {
      const cause: unknown = result?.status === 'rejected' ? result.reason : 'refused';
      return { kind: 'refused', definition, reason: cause instanceof Error ? cause.message : String(cause) };
    }
    lastId += 1;
    const hypothesis: HypotheticalIndex = {
      kind: 'index',
      id: lastId,
      definition,
      sizeBytes: sizes.get(oid) ?? 0,
      rows: 0,
      treeHeight: null,
    };
    state.known.set(lastId, hypothesis);
    return hypothesis;
  });
}

async function create(state: State, definition: IndexDefinition): Promise<number> {
  const sql = quoteLiteral(createIndexSql(definition, { name: null, isConcurrent: false }));
  const { rows } = await state.options.connection.run(
    `select indexrelid as oid from ${state.options.extensionSchema}.hypopg_create_index(${sql})`,
  );
  return Number(rows[0]?.['oid']);
}

async function remove(state: State, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const oids = ids.map((id) => state.present.get(id));
  await state.options.connection.run(
    `select ${state.options.extensionSchema}.hypopg_drop_index(o) from unnest('{${oids.join(',')}}'::oid[]) o`,
  );
  for (const id of ids) {
    state.byOid.delete(state.present.get(id) ?? 0);
    state.present.delete(id);
  }
}

/** Makes the session hold the configuration's indexes and no others. */
async function switchTo(state: State, configuration: Configuration): Promise<void> {
  const wanted = new Set(configuration.add);
  await remove(
    state,
    [...state.present.keys()].filter((id) => !wanted.has(id)),
  );
  const missing = configuration.add.flatMap((id) =>
    state.present.has(id) ? [] : (state.known.get(id) ?? []),
  );
  const oids = await Promise.all(missing.map((index) => create(state, index.definition)));
  missing.forEach((index, position) => {
    const oid = oids[position] ?? 0;
    state.present.set(index.id, oid);
    state.byOid.set(oid, index.id);
  });
  await hide(state, configuration);
}

async function hide(state: State, { hide: existing }: Configuration): Promise<void> {
  if (!state.options.canHide) return;
  const { connection, extensionSchema: schema } = state.options;
  const key = ({ schema: one, name }: { schema: string; name: string }): string =>
    JSON.stringify([one, name]);
  const wanted = new Set(existing.map(key));
  const isSame = wanted.size === state.hidden.size && [...wanted].every((one) => state.hidden.has(one));
  if (isSame) return;
  await connection.run(`select ${schema}.hypopg_unhide_all_indexes()`);
  state.hidden.clear();
  for (const index of existing) {
    const name = quoteLiteral(quoteQualified(index.schema, index.name));
    await connection.run(`select ${schema}.hypopg_hide_index(${name}::regclass)`);
    state.hidden.add(key(index));
  }
}

async function plan(
  state: State,
  statements: readonly PlannableStatement[],
  configuration: Configuration,
): Promise<readonly Planned[]> {
  await switchTo(state, configuration);
  const { connection, versionNumber } = state.options;
  state.calls += statements.length;
  const answers = await Promise.all(
    statements.map((statement) => explainStatement(connection, versionNumber, statement)),
  );
  return answers.map((answer) =>
    answer.ok
      ? { kind: 'plan', plan: readPlan(answer.json, { index: (name) => nameIndex(state, name) }) }
      : { kind: 'refused', reason: answer.reason },
  );
}

/** hypopg names its indexes `<13543>btree_orders_o_custkey`. */
function nameIndex(state: State, name: string): NodeIndex {
  const oid = /^<(\d+)>/.exec(name)?.[1];
  const id = oid === undefined ? undefined : state.byOid.get(Number(oid));
  return { name, hypothesisId: id ?? null };
}
