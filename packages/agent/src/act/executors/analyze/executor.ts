import { quoteQualified } from '../../../kernel/index.ts';
import { columnList, isWritten, readTrees, shown, vacuumed } from '../../statements/trees.ts';
import type { Change, Executor } from '../../types.ts';
import { repeatable } from '../transactional.ts';

/** Gathers the statistics of one table, or of some of its columns. */
export const analyze: Executor = repeatable({ kind: 'analyze', read: readChange });

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const read = tree === undefined ? null : vacuumed(tree);
  if (tree === undefined || read === null || more.length > 0) return null;
  const { table, columns } = read;
  const sql = `analyze ${quoteQualified(table.schema, table.name)}${columnList(columns)}`;
  if (!isWritten(tree, sql)) return null;
  return { kind: 'analyze', statements, object: shown(table), table };
}
