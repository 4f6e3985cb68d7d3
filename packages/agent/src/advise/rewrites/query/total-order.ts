import { asFields, asList, asNode, type Fields, parseTree } from '../../../sql/index.ts';
import { isPlainQuery } from './functions.ts';
import type { RewriteSchema } from './schema.ts';
import { type FoundColumn, findColumn, type QueryScope, readScope } from './scope.ts';
import { integerConstant } from './values.ts';

/** Tells whether ORDER BY of a statement leaves nothing open: it sorts rows of one table by a key. */
export function hasTotalOrder(sql: string, schema: RewriteSchema): boolean {
  const query = asNode(parseTree(sql))?.fields ?? {};
  if (!isPlainQuery(query, 'limitCount', 'limitOffset')) return false;
  const scope = readScope(query, { outer: null, ctes: new Set(), schema });
  const [source, ...others] = scope.sources;
  const sorted = asList(query['sortClause']).map((item) =>
    sortedColumn(asNode(item)?.fields['node'], query, scope),
  );
  const names = new Set(sorted.map((found) => found?.column.name));
  const keys = source?.table?.keys ?? [];
  return others.length === 0 && keys.some((key) => key.every((name) => names.has(name)));
}

/** ORDER BY takes a column, an output name or a position. */
export function sortedColumn(node: unknown, query: Fields, scope: QueryScope): FoundColumn | null {
  const outputs = asList(query['targetList']).map((item) => asFields(asNode(item)?.fields));
  const position = integerConstant(node);
  if (position !== null) return findColumn(outputs[Number(position) - 1]?.['val'], scope);
  const parts = asList(asNode(node)?.fields['fields']);
  const name = parts.length === 1 ? asNode(parts[0])?.fields['sval'] : undefined;
  const named = outputs.find((output) => output['name'] !== undefined && output['name'] === name);
  return findColumn(named === undefined ? node : named['val'], scope);
}
