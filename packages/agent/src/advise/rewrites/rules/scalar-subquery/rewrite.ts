import {
  asFields,
  asList,
  asNode,
  asText,
  columnRef,
  conjunction,
  expression,
  type Fields,
  isSameTree,
  operation,
  replaceIn,
  select,
  target,
  visit,
  withWhere,
} from '../../../../sql/index.ts';
import { nodesOf } from '../../query/conditions.ts';
import { isPlainQuery, isStar } from '../../query/functions.ts';
import { columnLabel } from '../../query/output.ts';
import type { QueryScope } from '../../query/scope.ts';
import type { RewriteRule } from '../../types.ts';
import { type AggregateSubquery, readAggregateSubquery } from './read-subquery.ts';

/** Correlated aggregates of the select list or WHERE, computed once for all rows and joined. */
export const scalarSubquery: RewriteRule = {
  id: 'rewrite/scalar-subquery',
  title: 'Correlated aggregate as a join',
  source:
    'src/backend/optimizer/plan/subselect.c: a scalar subquery stays a SubPlan, run for each row; PostgreSQL docs 7.2.1.1 "Joined Tables"',
  find: (query, { scope }) => {
    const isShort = query['limitCount'] !== undefined || query['limitOffset'] !== undefined;
    const hasBareStar = asList(query['targetList']).some((item) => {
      const value = asNode(item)?.fields['val'];
      return isStar(value) && asList(asNode(value)?.fields['fields']).length === 1;
    });
    if (!isPlainQuery(query, 'limitCount', 'limitOffset', 'distinctClause') || hasBareStar) return [];
    const links = nodesOf([query['targetList'], query['whereClause']], 'SubLink');
    const subqueries = links.flatMap((link) => readAggregateSubquery(link, scope) ?? []);
    const groups = groupAlike(subqueries);
    return groups.flatMap((group) => {
      const joined = joinGroup(query, group, scope);
      if (joined === null) return [];
      const many = group.length === 1 ? 'the subquery' : `${group.length} subqueries over the same rows`;
      return [
        {
          query: joined,
          exactness: 'exact',
          constraints: [],
          conditions: [],
          changes: `computes ${many} for all keys in one pass and joins the result${isShort ? '; it pays where LIMIT leaves many rows' : ''}`,
          why: 'one grouped read instead of one read for each row',
        },
      ];
    });
  },
};

/** Subqueries of the same rows share one join. */
function groupAlike(subqueries: readonly AggregateSubquery[]): readonly (readonly AggregateSubquery[])[] {
  const groups: AggregateSubquery[][] = [];
  for (const one of subqueries) {
    const alike = groups.find(([first]) => first !== undefined && isSameTree(first.rows, one.rows));
    if (alike === undefined) groups.push([one]);
    else alike.push(one);
  }
  return groups;
}

function joinGroup(query: Fields, group: readonly AggregateSubquery[], scope: QueryScope): Fields | null {
  const [first] = group;
  if (first === undefined) return null;
  const name = freeNames(query, scope);
  const alias = name('totals');
  const keys = first.keys.map((key) => ({ ...key, name: name('key') }));
  const values: { readonly call: unknown; readonly name: string }[] = [];
  let rewritten: Fields = query;
  for (const { link, value, calls } of group) {
    let outside = value;
    for (const { call, isCount } of calls) {
      const column = { call, name: name('value') };
      values.push(column);
      const reference = columnRef(alias, column.name);
      const joined = isCount ? { CoalesceExpr: { args: [reference, expression('0')] } } : reference;
      outside = replaceIn(outside, call, joined);
    }
    const named = withName(rewritten, link, columnLabel(value));
    if (named === null) return null;
    rewritten = asFields(replaceIn(named, link, outside));
  }
  const derived = select({
    ...withWhere({ fromClause: first.from }, first.conditions),
    targetList: [
      ...keys.map((key) => target(key.inner, key.name)),
      ...values.map((value) => target(value.call, value.name)),
    ],
    groupClause: keys.map((key) => key.inner),
  });
  const condition = conjunction(keys.map((key) => operation('=', columnRef(alias, key.name), key.outer)));
  const items = asList(rewritten['fromClause']);
  return {
    ...rewritten,
    fromClause: items.map((item, index) =>
      index === first.item ? leftJoin(item, { derived, alias, condition }) : item,
    ),
  };
}

function leftJoin(
  item: unknown,
  {
    derived,
    alias,
    condition,
  }: { readonly derived: Fields; readonly alias: string; readonly condition: unknown },
): unknown {
  const rarg = { RangeSubselect: { subquery: { SelectStmt: derived }, alias: { aliasname: alias } } };
  return { JoinExpr: { jointype: 'JOIN_LEFT', larg: item, rarg, quals: condition } };
}

/** Keeps the name of an output column that was the subquery itself; null when its name is not known. */
function withName(query: Fields, link: unknown, label: string | null): Fields | null {
  const targets = asList(query['targetList']);
  const own = targets.find((item) => asNode(item)?.fields['val'] === link);
  if (own === undefined || asText(asNode(own)?.fields['name']) !== null) return query;
  return label === null
    ? null
    : { ...query, targetList: targets.map((item) => (item === own ? target(link, label) : item)) };
}

/** Gives names that stand nowhere in the statement nor in its tables: what is joined must make no other name ambiguous. */
function freeNames(query: Fields, scope: QueryScope): (wanted: string) => string {
  const taken = new Set<string>();
  for (let at: QueryScope | null = scope; at !== null; at = at.outer) {
    for (const { alias, table } of at.sources) {
      taken.add(alias);
      for (const name of table?.columns.keys() ?? []) taken.add(name);
    }
  }
  visit(query, ({ fields }) => {
    for (const key of ['sval', 'relname', 'aliasname', 'name']) taken.add(asText(fields[key]) ?? '');
    taken.add(asText(asFields(fields['alias'])['aliasname']) ?? '');
    return true;
  });
  return (wanted) => {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted}_${number}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
}
