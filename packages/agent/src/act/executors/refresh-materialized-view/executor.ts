import { objectStateQuery } from '../../../catalog/index.ts';
import { quoteQualified } from '../../../kernel/index.ts';
import { isWritten, readTrees, relationOf, shown } from '../../statements/trees.ts';
import type { Change, Executor } from '../../types.ts';
import { mustRead, obstacle } from '../shared.ts';
import { repeatable } from '../transactional.ts';

/**
 * Fills a materialized view anew; concurrently, beside its readers.
 * @source PostgreSQL docs, REFRESH MATERIALIZED VIEW
 */
export const refreshMaterializedView: Executor = repeatable({
  kind: 'refresh-materialized-view',
  read: readChange,
  async prepare({ session, change }) {
    const { schema, name } = change.table ?? { schema: '', name: '' };
    const found = await mustRead(session, objectStateQuery, [schema, name]);
    const view = found.find(({ kind }) => kind === 'm');
    if (view === undefined) return obstacle(`there is no materialized view ${change.object}`, false);
    if (!view.isPopulated && isConcurrent(change))
      return obstacle(`${change.object} was never filled, which cannot be done concurrently`, false);
    return { table: change.table, undo: [], facts: {} };
  },
});

function readChange(statements: readonly string[]): Change | null {
  const [tree, ...more] = readTrees(statements) ?? [];
  const view = tree?.type === 'RefreshMatViewStmt' ? relationOf(tree.fields['relation']) : null;
  if (tree === undefined || view === null || more.length > 0) return null;
  const name = quoteQualified(view.schema, view.name);
  const isKnown = ['', 'concurrently '].some((how) =>
    isWritten(tree, `refresh materialized view ${how}${name}`),
  );
  if (!isKnown) return null;
  return { kind: 'refresh-materialized-view', statements, object: shown(view), table: view };
}

function isConcurrent({ statements }: Change): boolean {
  const [tree] = readTrees(statements) ?? [];
  return tree?.fields['concurrent'] === true;
}
