import {
  asFields,
  asList,
  asNode,
  asText,
  columnRef,
  conjunction,
  conjuncts,
  contains,
  deparse,
  type Fields,
  parseTree,
  replaceIn,
  type TreeNode,
  visit,
} from '../../sql/index.ts';
import { type GroupedQuery, groupedQuery, type OutputColumn } from './grouped-query.ts';

/** An aggregate whose result could be stored, and the statement that reads the stored result instead. */
export interface StoredAggregate {
  /** Defining query of the materialized view; no parameters. */
  readonly definition: string;
  /** Columns that make its rows unique, as stored. */
  readonly keyColumns: readonly string[];
  /** The statement rewritten to read the view. */
  readonly rewritten: string;
  /** Name that the statement itself gives the result; null when it gives none. */
  readonly suggestedName: string | null;
}

/** Where the aggregate stands in its statement. */
interface Place {
  readonly query: Fields;
  readonly name: string | null;
  /** Gives the statement's tree with another query in the aggregate's place. */
  readonly replace: (query: Fields) => unknown;
}

/**
 * Splits a statement into an aggregate that does not depend on its parameters and what remains: conditions on grouped
 * columns move out of the aggregate, all others stay and must be free of parameters.
 * @param sql the statement as the application sends it, constants included
 * @param view name of the view, schema first
 * @returns null when the statement has no such aggregate, or more than one
 */
export function storedAggregate(
  sql: string,
  view: { readonly schema: string; readonly name: string },
): StoredAggregate | null {
  const root = asNode(parseTree(sql));
  if (root?.type !== 'SelectStmt') return null;
  const places = findAggregates(root);
  const [place] = places;
  if (place === undefined || places.length > 1) return null;
  const grouped = groupedQuery(place.query);
  if (grouped === null) return null;
  const split = splitConditions(place.query, grouped);
  if (split === null) return null;
  const order = rewriteOrder(place.query, grouped.columns);
  if (order === null) return null;
  const {
    sortClause: _sort,
    limitCount: _count,
    limitOffset: _offset,
    limitOption: _option,
    ...rest
  } = place.query;
  const definition = {
    ...rest,
    limitOption: 'LIMIT_OPTION_DEFAULT',
    targetList: grouped.columns.map(({ name, value }) => ({ ResTarget: { name, val: value } })),
    ...withConditions(split.kept),
  };
  return {
    definition: deparse({ SelectStmt: definition }),
    keyColumns: grouped.columns.filter((column) => column.isKey).map((column) => column.name),
    rewritten: deparse(place.replace(readStored(place.query, grouped, { view, moved: split.moved, order }))),
    suggestedName: place.name,
  };
}

/** The select that stands where the aggregate stood. */
function readStored(
  query: Fields,
  grouped: GroupedQuery,
  parts: {
    readonly view: { readonly schema: string; readonly name: string };
    readonly moved: readonly unknown[];
    readonly order: readonly unknown[];
  },
): Fields {
  const { view, moved, order } = parts;
  return {
    targetList: grouped.columns
      .filter((column) => column.isOutput)
      .map(({ name }) => ({ ResTarget: { val: columnRef(name) } })),
    fromClause: [
      { RangeVar: { schemaname: view.schema, relname: view.name, inh: true, relpersistence: 'p' } },
    ],
    ...withConditions(moved),
    ...(order.length === 0 ? {} : { sortClause: order }),
    ...(query['limitCount'] === undefined ? {} : { limitCount: query['limitCount'] }),
    ...(query['limitOffset'] === undefined ? {} : { limitOffset: query['limitOffset'] }),
    limitOption: query['limitOption'] ?? 'LIMIT_OPTION_DEFAULT',
    op: 'SETOP_NONE',
  };
}

/** Finds grouped queries: the statement itself, in WITH, or in FROM. */
function findAggregates(root: TreeNode): readonly Place[] {
  const found: Place[] = [];
  if (root.fields['groupClause'] !== undefined && root.fields['withClause'] === undefined) {
    found.push({ query: root.fields, name: null, replace: (query) => ({ SelectStmt: query }) });
  }
  visit(root.fields, (node) => {
    const inner = innerQuery(node);
    if (inner?.query['groupClause'] !== undefined) {
      const { query: original, name } = inner;
      found.push({
        query: original,
        name,
        replace: (query) => replaceIn({ SelectStmt: root.fields }, original, query),
      });
    }
    return true;
  });
  return found;
}

function innerQuery(node: TreeNode): { readonly query: Fields; readonly name: string | null } | null {
  if (node.type === 'CommonTableExpr') {
    const query = asNode(node.fields['ctequery']);
    return query?.type === 'SelectStmt'
      ? { query: query.fields, name: asText(node.fields['ctename']) }
      : null;
  }
  if (node.type === 'RangeSubselect') {
    const query = asNode(node.fields['subquery']);
    const alias = asText(asFields(node.fields['alias'])['aliasname']);
    return query?.type === 'SelectStmt' ? { query: query.fields, name: alias } : null;
  }
  return null;
}

/** Null when a condition that must stay rests on a parameter. */
function splitConditions(
  query: Fields,
  grouped: GroupedQuery,
): { readonly kept: readonly unknown[]; readonly moved: readonly unknown[] } | null {
  const kept: unknown[] = [];
  const moved: unknown[] = [];
  for (const condition of conjuncts(query['whereClause'])) {
    const onKey = conditionOnKey(condition, grouped.columns);
    if (onKey === null) kept.push(condition);
    else moved.push(onKey);
  }
  const { whereClause: _where, limitCount: _count, limitOffset: _offset, ...rest } = query;
  return contains([kept, rest], 'ParamRef') ? null : { kept, moved };
}

/** Rewrites `key op (no column)` to name the view's column; null for any other condition. */
function conditionOnKey(condition: unknown, columns: readonly OutputColumn[]): unknown {
  const node = asNode(condition);
  if (node?.type !== 'A_Expr') return null;
  const left = node.fields['lexpr'];
  const written = left === undefined ? null : deparse(left);
  const key = columns.find((column) => column.isKey && deparse(column.value) === written);
  if (key === undefined || contains(node.fields['rexpr'], 'ColumnRef', 'SubLink')) return null;
  return { A_Expr: { ...node.fields, lexpr: columnRef(key.name) } };
}

/** Null when the order rests on something that is not stored. */
function rewriteOrder(query: Fields, columns: readonly OutputColumn[]): readonly unknown[] | null {
  const order: unknown[] = [];
  for (const item of asList(query['sortClause'])) {
    const sort = asNode(item);
    const by = sort?.fields['node'];
    const expression = asNode(by);
    if (sort === null || expression === null) return null;
    const isOrdinal = expression.type === 'A_Const';
    const written = deparse(by);
    const stored = columns.find((column) => column.name === written || deparse(column.value) === written);
    if (!isOrdinal && stored === undefined) return null;
    order.push({
      SortBy: { ...sort.fields, node: stored === undefined ? by : columnRef(stored.name) },
    });
  }
  return order;
}

function withConditions(conditions: readonly unknown[]): Fields {
  const where = conjunction(conditions);
  return where === null ? { whereClause: undefined } : { whereClause: where };
}
