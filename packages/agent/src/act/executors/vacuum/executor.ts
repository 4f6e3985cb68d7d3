import { quoteQualified } from '../../../kernel/index.ts';
import { columnList, isWritten, readTrees, shown, vacuumed } from '../../statements/trees.ts';
import type { Change, Executor } from '../../types.ts';
import { repeatable } from '../transactional.ts';

/** What a vacuum may do besides; `full` would lock the table for its whole length. */
const OPTIONS: ReadonlySet<string> = new Set(['analyze', 'freeze']);

/**
 * Vacuums one table, and freezes or analyzes it with that.
 * @source PostgreSQL docs, VACUUM
 */
export const vacuum: Executor = repeatable({ kind: 'vacuum', read: readChange });

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const read = tree === undefined ? null : vacuumed(tree);
  if (tree === undefined || read === null || more.length > 0) return null;
  const { table, columns, options } = read;
  if (!options.every((option) => OPTIONS.has(option))) return null;
  const list = options.length === 0 ? '' : ` (${options.join(', ')})`;
  const sql = `vacuum${list} ${quoteQualified(table.schema, table.name)}${columnList(columns)}`;
  if (!isWritten(tree, sql)) return null;
  return { kind: 'vacuum', statements, object: shown(table), table };
}
