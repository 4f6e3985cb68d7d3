import { asList, asNode, conjuncts, type Fields } from '../../../../sql/index.ts';
import { bothWays, comparisonOf } from '../../query/conditions.ts';
import { aggregateCalls, calledName, isSteady } from '../../query/functions.ts';
import { columnsOf, findColumn, type QueryScope, qualified, readScope } from '../../query/scope.ts';

/** `(select aggregate(…) from … where own = outer …)`, taken apart. */
export interface AggregateSubquery {
  readonly link: unknown;
  /** What it gives, aggregates and all. */
  readonly value: unknown;
  readonly calls: readonly { readonly call: unknown; readonly isCount: boolean }[];
  readonly from: unknown;
  /** Conditions on its own rows. */
  readonly conditions: readonly unknown[];
  readonly keys: readonly { readonly inner: unknown; readonly outer: unknown }[];
  /** Item of the outer FROM that the keys belong to. */
  readonly item: number;
  /** FROM and WHERE: where they are the same, the rows are. */
  readonly rows: unknown;
}

/** Clauses that it may have. */
const PLAIN: ReadonlySet<string> = new Set(['targetList', 'fromClause', 'whereClause', 'limitOption', 'op']);

/** Reads a scalar subquery; null when it is no aggregate, or tied to the row by more than equal columns. */
export function readAggregateSubquery(link: unknown, scope: QueryScope): AggregateSubquery | null {
  const node = asNode(link);
  const query = asNode(node?.fields['subselect'])?.fields;
  if (node?.fields['subLinkType'] !== 'EXPR_SUBLINK' || query === undefined || !isSteady(query)) return null;
  const [output, ...others] = asList(query['targetList']);
  const value = asNode(output)?.fields['val'];
  const inner = readScope(query, { outer: scope, ctes: scope.ctes, schema: scope.schema });
  const isKnown = inner.sources.length > 0 && inner.sources.every(({ table }) => table !== null);
  if (others.length > 0 || !isKnown || Object.keys(query).some((key) => !PLAIN.has(key))) return null;
  const calls = aggregateCalls(value).map((fields) => ({
    call: wrapperOf(value, fields),
    isCount: calledName(fields) === 'count',
    isOwn: columnsOf(Object.values(fields), inner)?.every(({ depth }) => depth === 0) === true,
  }));
  const tie = splitConditions(query, inner);
  if (calls.length === 0 || calls.some(({ isOwn }) => !isOwn) || tie === null) return null;
  const outside = qualifiedAround(value, calls, inner);
  if (!outside) return null;
  return {
    link,
    value,
    calls,
    from: query['fromClause'],
    ...tie,
    rows: [query['fromClause'], query['whereClause'] ?? null],
  };
}

/** What stands around the aggregates must rest on no column: it leaves the subquery. */
function qualifiedAround(
  value: unknown,
  calls: readonly { readonly call: unknown }[],
  inner: QueryScope,
): boolean {
  const own = calls.flatMap(({ call }) => columnsOf(call, inner) ?? []).length;
  return columnsOf(value, inner)?.length === own;
}

function splitConditions(
  query: Fields,
  inner: QueryScope,
): Pick<AggregateSubquery, 'conditions' | 'keys' | 'item'> | null {
  const conditions: unknown[] = [];
  const keys: AggregateSubquery['keys'][number][] = [];
  const items = new Set<number>();
  for (const condition of conjuncts(query['whereClause'])) {
    const columns = columnsOf(condition, inner);
    if (columns === null) return null;
    if (columns.every(({ depth }) => depth === 0)) {
      conditions.push(condition);
      continue;
    }
    const comparison = comparisonOf(condition);
    const tie = comparison === null ? undefined : bothWays(comparison).find(isTie);
    const outer = findColumn(tie?.right, inner);
    if (tie === undefined || outer === null) return null;
    const named = qualified(tie.right, inner);
    if (named === null) return null;
    items.add(outer.source.item);
    keys.push({ inner: tie.left, outer: named });
  }
  function isTie({
    operator,
    left,
    right,
  }: {
    readonly operator: string;
    readonly left: unknown;
    readonly right: unknown;
  }): boolean {
    return operator === '=' && findColumn(left, inner)?.depth === 0 && findColumn(right, inner)?.depth === 1;
  }
  const [item] = items;
  return item === undefined || items.size > 1 ? null : { conditions, keys, item };
}

function wrapperOf(value: unknown, fields: Fields): unknown {
  if (typeof value !== 'object' || value === null) return null;
  if (asNode(value)?.fields === fields) return value;
  for (const item of Object.values(value)) {
    const found = wrapperOf(item, fields);
    if (found !== null) return found;
  }
  return null;
}
