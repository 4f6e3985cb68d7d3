import { objectStateQuery } from '../../../catalog/index.ts';
import { quoteIdentifier, quoteQualified } from '../../../kernel/index.ts';
import { asFields, asList, asNode, asText, names, type TreeNode } from '../../../sql/index.ts';
import { isWritten, qualifiedOf, readTrees, relationOf, shown } from '../../statements/trees.ts';
import type { Change, Executor, RelationName } from '../../types.ts';
import { mustRead, obstacle } from '../shared.ts';
import { transactional } from '../transactional.ts';

/**
 * Gives columns that depend on each other statistics of their own, and gathers them.
 * @source PostgreSQL docs, CREATE STATISTICS
 */
export const createStatistics: Executor = transactional({
  kind: 'create-statistics',
  read: readChange,
  async prepare(execution) {
    const { change } = execution;
    const name = statisticsOf(change);
    if (await isThere(execution, name)) return obstacle(`${change.object} exists already`, false);
    const undo = [`drop statistics if exists ${quoteQualified(name.schema, name.name)}`];
    return { table: change.table, undo, facts: {} };
  },
  isDone: (execution) => isThere(execution, statisticsOf(execution.change)),
});

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const made = tree === undefined ? null : madeBy(tree);
  if (tree === undefined || made === null || !isWritten(tree, made.sql)) return null;
  const { schema, name } = made.table;
  const areAnalyzes = more.every((one) => isWritten(one, `analyze ${quoteQualified(schema, name)}`));
  if (!areAnalyzes) return null;
  return { kind: 'create-statistics', statements, object: shown(made.name), table: made.table };
}

/** Statistics on plain columns, with the statement that makes them. */
function madeBy({ type, fields }: TreeNode): {
  readonly name: RelationName;
  readonly table: RelationName;
  readonly sql: string;
} | null {
  if (type !== 'CreateStatsStmt') return null;
  const name = qualifiedOf(fields['defnames']);
  const table = relationOf(asNode(asList(fields['relations'])[0])?.fields);
  const columns = asList(fields['exprs']).map((element) => asText(asFields(asNode(element)?.fields)['name']));
  if (name === null || table === null || columns.some((column) => column === null)) return null;
  const kinds = names(fields['stat_types']);
  const list = kinds.length === 0 ? '' : ` (${kinds.map(quoteIdentifier).join(', ')})`;
  const on = columns.map((column) => quoteIdentifier(column ?? '')).join(', ');
  return {
    name,
    table,
    sql: `create statistics ${quoteQualified(name.schema, name.name)}${list} on ${on} from ${quoteQualified(table.schema, table.name)}`,
  };
}

function statisticsOf({ statements }: Change): RelationName {
  const [tree] = readTrees(statements) ?? [];
  return (tree === undefined ? null : madeBy(tree)?.name) ?? { schema: '', name: '' };
}

async function isThere(
  { session }: Parameters<Executor['inspect']>[0],
  { schema, name }: RelationName,
): Promise<boolean> {
  const found = await mustRead(session, objectStateQuery, [schema, name]);
  return found.some(({ kind }) => kind === 'statistics');
}
