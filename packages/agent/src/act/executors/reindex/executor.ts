import {
  type IndexStateRow,
  type RebuildLeftoverRow,
  rebuildLeftoversQuery,
} from '../../../catalog/index.ts';
import { quoteQualified } from '../../../kernel/index.ts';
import { isWritten, readTrees, relationOf, shown } from '../../statements/trees.ts';
import type { Change, Execution, Executor, Prepared, RelationName } from '../../types.ts';
import { buildProgress } from '../create-index/build-progress.ts';
import { readIndexStates } from '../index-states.ts';
import { mustRead, obstacle } from '../shared.ts';

/**
 * Rebuilds an index beside its use: bloated, or invalid and needed. The new one takes the name, so its object id tells
 * before from after; copies that an interrupted rebuild left are dropped, but none that was there before.
 * @source PostgreSQL docs, REINDEX "Rebuilding Indexes Concurrently"
 */
export const reindex: Executor = {
  kind: 'reindex',
  read: readChange,
  async prepare(execution) {
    const state = await readIndex(execution);
    const { object } = execution.change;
    if (state === null) return obstacle(`there is no index ${object}`, false);
    if (state.isPartitioned)
      return obstacle(`${object} is of a partitioned table; rebuild those of its partitions`, false);
    if (state.isBeingBuilt) return obstacle(`${object} is being built`, true);
    const leftovers = await readLeftovers(execution);
    return {
      table: { schema: state.tableSchema, name: state.tableName },
      undo: [],
      facts: {
        oid: state.oid,
        sizeBytes: state.sizeBytes,
        wasValid: state.isValid,
        leftoversBefore: leftovers.map(({ oid }) => oid).join(' '),
      },
    };
  },
  async inspect(execution, prepared) {
    const leftovers = await readOwnLeftovers(execution, prepared);
    if (leftovers.length > 0) return 'partial';
    return (await isRebuilt(execution, prepared)) ? 'present' : 'absent';
  },
  async apply(execution, prepared) {
    if (await isRebuilt(execution, prepared)) return;
    const progress = buildProgress(execution, { done: 0, total: 1 });
    for (const sql of execution.change.statements) {
      await execution.session.run(sql, execution).finally(() => progress.end());
    }
  },
  async cleanUp(execution, prepared) {
    const leftovers = await readOwnLeftovers(execution, prepared);
    for (const { schema, name } of leftovers) {
      const sql = `drop index concurrently if exists ${quoteQualified(schema, name)}`;
      await execution.session.run(sql, { signal: execution.signal });
    }
    return `dropped what the rebuild left: ${leftovers.map(shown).join(', ')}`;
  },
  undo: async () => undefined,
};

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const index = tree === undefined ? null : relationOf(tree.fields['relation']);
  if (tree === undefined || index === null || more.length > 0) return null;
  if (!isWritten(tree, `reindex index concurrently ${quoteQualified(index.schema, index.name)}`)) return null;
  return { kind: 'reindex', statements, object: shown(index), table: null };
}

function indexOf({ statements }: Change): RelationName {
  const [tree] = readTrees(statements) ?? [];
  return relationOf(tree?.fields['relation']) ?? { schema: '', name: '' };
}

async function readIndex({ session, change }: Execution): Promise<IndexStateRow | null> {
  const [state] = await readIndexStates(session, [indexOf(change)]);
  return state ?? null;
}

async function isRebuilt(execution: Execution, { facts }: Prepared): Promise<boolean> {
  const state = await readIndex(execution);
  return state?.isValid === true && state.oid !== facts['oid'];
}

function readLeftovers({ session, change }: Execution): Promise<readonly RebuildLeftoverRow[]> {
  const { schema, name } = indexOf(change);
  return mustRead(session, rebuildLeftoversQuery, [schema, name]);
}

async function readOwnLeftovers(
  execution: Execution,
  { facts }: Prepared,
): Promise<readonly RebuildLeftoverRow[]> {
  const before = new Set(String(facts['leftoversBefore'] ?? '').split(' '));
  return (await readLeftovers(execution)).filter(({ oid }) => !before.has(String(oid)));
}
