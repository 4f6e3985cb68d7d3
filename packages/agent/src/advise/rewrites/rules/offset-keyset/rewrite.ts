import {
  asFields,
  asList,
  asNode,
  columnRef,
  conjuncts,
  type Fields,
  operation,
  target,
  visit,
  withWhere,
} from '../../../../sql/index.ts';
import { isPlainQuery, isStar } from '../../query/functions.ts';
import { type FoundColumn, findColumn, type QueryScope } from '../../query/scope.ts';
import { sortedColumn } from '../../query/total-order.ts';
import { integerConstant, parameterNumber } from '../../query/values.ts';
import type { RewriteRule } from '../../types.ts';

/** Pages up to here are near enough. */
const NEAR_ROWS = 100n;

/** A page by OFFSET, asked for by the last row of the page before. */
export const offsetKeyset: RewriteRule = {
  id: 'rewrite/offset-keyset',
  title: 'OFFSET as the key of the last row',
  source:
    'PostgreSQL docs 7.6 "LIMIT and OFFSET": the rows skipped still have to be computed; 9.25.5 "Row Constructor Comparison"',
  find: (query, { scope, isWhole }) => {
    if (!isWhole || !isPlainQuery(query, 'limitCount', 'limitOffset') || !isDeep(query['limitOffset']))
      return [];
    const order = totalOrder(query, scope);
    if (order === null) return [];
    const { limitOffset: _offset, ...rest } = query;
    const { query: numbered, next } = renumbered(rest);
    const parameters = order.columns.map((_, index) => ({ ParamRef: { number: next + index } }));
    const columns = order.columns.map(({ source, column }) => columnRef(source.alias, column.name));
    const after = operation(order.isDescending ? '<' : '>', rowOf(columns), rowOf(parameters));
    const direction = order.isDescending ? 'SORTBY_DESC' : 'SORTBY_DEFAULT';
    const asked = order.columns.map(({ column }, index) => `${column.name} as $${next + index}`).join(', ');
    return [
      {
        query: {
          ...withWhere(numbered, [...conjuncts(numbered['whereClause']), after]),
          targetList: withColumns(asList(numbered['targetList']), order.columns, scope),
          sortClause: columns.map((node) => ({
            SortBy: { node, sortby_dir: direction, sortby_nulls: 'SORTBY_NULLS_DEFAULT' },
          })),
        },
        exactness: 'interface',
        constraints: order.columns.map(
          ({ source, column }) => `${source.table?.schema}.${source.table?.name}.${column.name} is not null`,
        ),
        conditions: [],
        changes: `takes the last row of the page before (${asked}) instead of a number of rows; the first page is asked without that condition, and pages are reached one after the other`,
        why: 'an index in this order leads to the page at once; OFFSET computes every row before it and throws it away',
      },
    ];
  },
};

function isDeep(offset: unknown): boolean {
  const constant = integerConstant(offset);
  return constant === null ? parameterNumber(offset) !== null : constant > NEAR_ROWS;
}

interface Order {
  readonly columns: readonly FoundColumn[];
  readonly isDescending: boolean;
}

/** The order of a query, made total by the keys of its tables; null when it mixes directions or a column can be NULL. */
function totalOrder(query: Fields, scope: QueryScope): Order | null {
  const items = asList(query['sortClause']).map((item) => asFields(asNode(item)?.fields));
  const sorted = items.map(({ node }) => sortedColumn(node, query, scope));
  const directions = new Set(items.map(({ sortby_dir: direction }) => direction === 'SORTBY_DESC'));
  const isKnown = sorted.every((found) => found !== null && found.depth === 0 && !canBeNullColumn(found));
  const isDefault = items.every(({ sortby_nulls: nulls }) => nulls === 'SORTBY_NULLS_DEFAULT');
  if (items.length === 0 || directions.size > 1 || !isKnown || !isDefault) return null;
  const columns = sorted.filter((found) => found !== null);
  for (const source of scope.sources) {
    const own = new Set(columns.filter((one) => one.source === source).map(({ column }) => column.name));
    const keys = source.table?.keys ?? [];
    if (keys.some((key) => key.every((name) => own.has(name)))) continue;
    const [key] = keys;
    if (key === undefined || source.isNullable) return null;
    for (const name of key.filter((one) => !own.has(one))) {
      const column = source.table?.columns.get(name);
      if (column !== undefined) columns.push({ source, column, depth: 0 });
    }
  }
  return { columns, isDescending: directions.has(true) };
}

function canBeNullColumn({ source, column }: FoundColumn): boolean {
  return source.isNullable || !column.isNotNull;
}

/** Adds what the next page is asked by, where the page does not show it. */
function withColumns(
  targets: readonly unknown[],
  columns: readonly FoundColumn[],
  scope: QueryScope,
): readonly unknown[] {
  const values = targets.map((item) => asNode(item)?.fields['val']);
  const missing = columns.filter(
    ({ source, column }) =>
      !values.some((value) => {
        const found = findColumn(value, scope);
        return isStar(value) || (found?.source === source && found.column === column);
      }),
  );
  return [...targets, ...missing.map(({ source, column }) => target(columnRef(source.alias, column.name)))];
}

function rowOf(args: readonly unknown[]): unknown {
  return args.length === 1 ? args[0] : { RowExpr: { args, row_format: 'COERCE_IMPLICIT_CAST' } };
}

/** Numbers the parameters without a gap, since the one of OFFSET is gone. */
function renumbered(query: Fields): { readonly query: Fields; readonly next: number } {
  const numbers = new Set<number>();
  visit(query, ({ type, fields }) => {
    if (type === 'ParamRef') numbers.add(Number(fields['number'] ?? 0));
    return true;
  });
  const sorted = [...numbers].toSorted((a, b) => a - b);
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== 'object' || value === null) return value;
    const node = asNode(value);
    if (node?.type === 'ParamRef') {
      return { ParamRef: { number: sorted.indexOf(Number(node.fields['number'] ?? 0)) + 1 } };
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item)]));
  };
  return { query: asFields(rewrite(query)), next: sorted.length + 1 };
}
