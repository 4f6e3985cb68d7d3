import { objectStateQuery, volatileFunctionsQuery } from '../../../catalog/index.ts';
import { quoteQualified } from '../../../kernel/index.ts';
import { asFields, asList, asNode, asText, type TreeNode } from '../../../sql/index.ts';
import { isWritten, readTrees, relationOf, shown } from '../../statements/trees.ts';
import type { Change, Executor, RelationName } from '../../types.ts';
import { mustRead, obstacle } from '../shared.ts';
import { transactional } from '../transactional.ts';
import { readStoredQuery } from './stored-query.ts';

/**
 * Stores the result of a query, with its indexes and statistics.
 * @source PostgreSQL docs, CREATE MATERIALIZED VIEW
 */
export const createMaterializedView: Executor = transactional({
  kind: 'create-materialized-view',
  read: readChange,
  async prepare({ session, change }) {
    const made = madeBy(change.statements);
    if (made === null) return obstacle(`${change.object} is no materialized view`, false);
    const { schema, name } = made.view;
    const namesakes = await mustRead(session, objectStateQuery, [schema, name]);
    if (namesakes.some(({ kind }) => kind !== 'statistics'))
      return obstacle(`${change.object} exists already`, false);
    const refused = await mustRead(session, volatileFunctionsQuery, [made.functions]);
    if (refused.length > 0) {
      const list = refused.map((one) => one.name).join(', ');
      return obstacle(`its query calls what is not PostgreSQL's own or has side effects: ${list}`, false);
    }
    const undo = [`drop materialized view if exists ${quoteQualified(schema, name)}`];
    return { table: null, undo, facts: {} };
  },
  async isDone({ session, change }) {
    const { schema = '', name = '' } = madeBy(change.statements)?.view ?? {};
    const found = await mustRead(session, objectStateQuery, [schema, name]);
    return found.some(({ kind }) => kind === 'm');
  },
});

function readChange(statements: readonly string[]): Change | null {
  const trees = readTrees(statements);
  const made = madeBy(statements);
  if (trees === null || made === null) return null;
  const { view } = made;
  const areSteps = trees
    .slice(1)
    .every(
      (tree) => isIndexOn(tree, view) || isWritten(tree, `analyze ${quoteQualified(view.schema, view.name)}`),
    );
  if (!areSteps) return null;
  return { kind: 'create-materialized-view', statements, object: shown(view), table: null };
}

/** The view that the first statement makes, and which functions its query calls. */
function madeBy(
  statements: readonly string[],
): { readonly view: RelationName; readonly functions: readonly string[] } | null {
  const [tree] = readTrees(statements) ?? [];
  if (tree?.type !== 'CreateTableAsStmt' || tree.fields['objtype'] !== 'OBJECT_MATVIEW') return null;
  const into = asFields(tree.fields['into']);
  const view = relationOf(into['rel']);
  const isPlain =
    Object.keys(into).every((key) => key === 'rel' || key === 'onCommit') &&
    asFields(into['rel'])['relpersistence'] === 'p' &&
    tree.fields['if_not_exists'] === undefined;
  const query = readStoredQuery(tree.fields['query']);
  return view === null || query === null || !isPlain ? null : { view, functions: query.functions };
}

/** A plain index on columns: nobody reads the view yet, so it needs not be built concurrently. */
function isIndexOn({ type, fields }: TreeNode, view: RelationName): boolean {
  if (type !== 'IndexStmt' || fields['concurrent'] === true || fields['if_not_exists'] === true) return false;
  const table = relationOf(fields['relation']);
  const areColumns = asList(fields['indexParams']).every(
    (key) => asText(asFields(asNode(key)?.fields)['name']) !== null,
  );
  const isWhole = fields['whereClause'] === undefined && asText(fields['idxname']) !== null;
  return areColumns && isWhole && table?.schema === view.schema && table.name === view.name;
}
