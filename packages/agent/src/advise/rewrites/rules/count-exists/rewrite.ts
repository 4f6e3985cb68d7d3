import {
  asList,
  asNode,
  asText,
  conjuncts,
  exists,
  expression,
  type Fields,
  negation,
  select,
  target,
  withWhere,
} from '../../../../sql/index.ts';
import { bothWays, comparisonOf, nodesOf, replaceAll } from '../../query/conditions.ts';
import { calledName, isSteady } from '../../query/functions.ts';
import { canBeNull, type QueryScope, readScope } from '../../query/scope.ts';
import { integerConstant } from '../../query/values.ts';
import type { RewriteDraft, RewriteRule } from '../../types.ts';

/** What a comparison of a count asks. */
const ASKS: Readonly<Record<string, 'some' | 'none'>> = {
  '> 0': 'some',
  '>= 1': 'some',
  '<> 0': 'some',
  '= 0': 'none',
  '< 1': 'none',
  '<= 0': 'none',
};

/** Clauses with which a count is not the number of rows that pass WHERE. */
const OTHER_CLAUSES: readonly string[] = [
  'groupClause',
  'havingClause',
  'distinctClause',
  'withClause',
  'limitCount',
  'limitOffset',
  'larg',
  'valuesLists',
];

/** `(select count(*) …) > 0` asked with EXISTS, which ends at the first row. */
export const countExists: RewriteRule = {
  id: 'rewrite/count-exists',
  title: 'count(*) > 0 as EXISTS',
  source:
    'PostgreSQL docs 9.24.1 "EXISTS": the subquery is executed only long enough to determine whether a row is returned',
  find: (query, { scope }) => [...ofSubqueries(query, scope), ...ofQuery(query, scope)],
};

/** Counts in subqueries, wherever they are compared. */
function ofSubqueries(query: Fields, scope: QueryScope): readonly RewriteDraft[] {
  const replacements = new Map<unknown, unknown>();
  for (const item of nodesOf(query, 'A_Expr')) {
    const asked = askedCount(item, (value) => {
      const link = asNode(value);
      if (link?.type !== 'SubLink' || link.fields['subLinkType'] !== 'EXPR_SUBLINK') return null;
      const inner = asNode(link.fields['subselect'])?.fields;
      const [output, ...others] = asList(inner?.['targetList']);
      if (inner === undefined || others.length > 0) return null;
      return counted(asNode(output)?.fields['val'], inner, {
        ...readScope(inner, { outer: scope, ctes: scope.ctes, schema: scope.schema }),
      });
    });
    if (asked !== null) replacements.set(item, asked);
  }
  return replacements.size === 0 ? [] : [draft(replaceAll(query, replacements))];
}

/** `select count(*) > 0 from …`. */
function ofQuery(query: Fields, scope: QueryScope): readonly RewriteDraft[] {
  const [output, ...others] = asList(query['targetList']);
  const { val: value, name } = asNode(output)?.fields ?? {};
  if (others.length > 0 || query['sortClause'] !== undefined) return [];
  const asked = askedCount(value, (call) => counted(call, query, scope));
  // The column keeps the name that PostgreSQL gave it.
  return asked === null ? [] : [draft(select({ targetList: [target(asked, asText(name) ?? '?column?')] }))];
}

function draft(query: Fields): RewriteDraft {
  return {
    query,
    exactness: 'exact',
    constraints: [],
    conditions: [],
    changes: 'asks whether there is a row instead of counting them all',
    why: 'EXISTS ends at the first row; count(*) reads them to the last',
  };
}

function askedCount(item: unknown, read: (value: unknown) => Fields | null): unknown {
  const comparison = comparisonOf(item);
  if (comparison === null) return null;
  for (const { operator, left, right } of bothWays(comparison)) {
    const asks = ASKS[`${operator} ${integerConstant(right) ?? ''}`];
    const query = asks === undefined ? null : read(left);
    if (query !== null) return asks === 'some' ? exists(query) : negation(exists(query));
  }
  return null;
}

/** Gives the query whose rows a call counts; null when it is no such call. */
function counted(value: unknown, query: Fields, scope: QueryScope): Fields | null {
  const call = asNode(value);
  if (call?.type !== 'FuncCall' || calledName(call.fields) !== 'count' || call.fields['over'] !== undefined)
    return null;
  if (OTHER_CLAUSES.some((part) => query[part] !== undefined) || asList(query['fromClause']).length === 0)
    return null;
  if (!isSteady(query)) return null;
  const [argument, ...others] = asList(call.fields['args']);
  if (others.length > 0) return null;
  const isEveryRow = call.fields['agg_star'] === true || !canBeNull(argument, scope);
  const { targetList: _target, sortClause: _sort, ...rest } = query;
  return withWhere(select({ targetList: [target(expression('1'))], ...rest }), [
    ...conjuncts(query['whereClause']),
    ...(call.fields['agg_filter'] === undefined ? [] : [call.fields['agg_filter']]),
    ...(isEveryRow ? [] : [{ NullTest: { arg: argument, nulltesttype: 'IS_NOT_NULL' } }]),
  ]);
}
