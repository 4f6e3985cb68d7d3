import {
  alternatives,
  asFields,
  asList,
  asNode,
  columnRef,
  conjuncts,
  contains,
  disjunction,
  expression,
  type Fields,
  names,
  negation,
  select,
  withWhere,
} from '../../../../sql/index.ts';
import { isPlainQuery, isSteady } from '../../query/functions.ts';
import { outputNames } from '../../query/output.ts';
import { columnsOf, type QueryScope } from '../../query/scope.ts';
import { integerConstant } from '../../query/values.ts';
import type { RewriteRule } from '../../types.ts';

/** More branches than this are no longer a statement to read. */
const MOST_BRANCHES = 4;

/** Clauses that the whole keeps while each branch is without them. */
const OF_THE_WHOLE: readonly string[] = [
  'sortClause',
  'limitCount',
  'limitOffset',
  'limitOption',
  'withClause',
];

/** `a or b` as UNION ALL of branches, each without the rows of those before: duplicates stay as they were. */
export const orUnion: RewriteRule = {
  id: 'rewrite/or-union',
  title: 'OR as UNION ALL',
  source:
    'PostgreSQL docs 11.5 "Combining Multiple Indexes": only conditions on one table can be combined; 7.4 "UNION"',
  find: (query, { scope }) => {
    if (!isPlainQuery(query, 'limitCount', 'limitOffset', 'withClause') || !isSteady(query)) return [];
    const sortClause = orderOfOutput(query, scope);
    const isUntyped = asList(query['targetList']).some(
      (item) => asNode(asNode(item)?.fields['val'])?.type === 'ParamRef',
    );
    if (sortClause === null || isUntyped) return [];
    return conjuncts(query['whereClause']).flatMap((condition) => {
      const arms = alternatives(condition);
      if (arms.length < 2 || arms.length > MOST_BRANCHES || !restOnDifferentColumns(arms, scope)) return [];
      return [
        {
          query: union(query, { condition, arms, sortClause }),
          exactness: 'exact',
          constraints: [],
          conditions: [],
          changes:
            'reads each alternative by itself; a row that a branch before has given is left out of those behind it',
          why: 'each branch has conditions of its own, which an index or a join can begin with; OR across tables is a filter after the join',
        },
      ];
    });
  },
};

/** Alternatives of one column are a list of values, which one index serves. */
function restOnDifferentColumns(arms: readonly unknown[], scope: QueryScope): boolean {
  if (arms.some((arm) => contains(arm, 'SubLink'))) return true;
  const columns = arms.map((arm) => columnsOf(arm, scope));
  if (columns.some((found) => found === null || found.length === 0)) return false;
  return new Set(columns.flatMap((found) => found?.map(({ column }) => column) ?? [])).size > 1;
}

interface Parts {
  readonly condition: unknown;
  readonly arms: readonly unknown[];
  readonly sortClause: readonly unknown[];
}

function union(query: Fields, { condition, arms, sortClause }: Parts): Fields {
  const own = Object.fromEntries(Object.entries(query).filter(([key]) => !OF_THE_WHOLE.includes(key)));
  const { withClause, limitCount, limitOffset, limitOption } = query;
  const branches = arms.map((arm, index) => {
    const before = arms.slice(0, index);
    const isNew = before.length === 0 ? [] : [negation(isTrue(disjunction(before)))];
    const conditions = conjuncts(query['whereClause']).flatMap((one) =>
      one === condition ? [arm, ...isNew] : [one],
    );
    return withWhere(select(own), conditions);
  });
  const [first = query, ...others] = branches;
  const joined = others.reduce<Fields>(
    (left, right) => select({ op: 'SETOP_UNION', all: true, larg: left, rarg: right }),
    first,
  );
  return {
    ...joined,
    ...(withClause === undefined ? {} : { withClause }),
    ...(limitCount === undefined ? {} : { limitCount }),
    ...(limitOffset === undefined ? {} : { limitOffset }),
    limitOption,
    ...(sortClause.length === 0 ? {} : { sortClause }),
  };
}

/** FALSE in the place of NULL. */
function isTrue(condition: unknown): unknown {
  return { CoalesceExpr: { args: [condition, expression('false')] } };
}

/** ORDER BY of a UNION takes names and positions of output columns; null where the query's is more. */
function orderOfOutput(query: Fields, scope: QueryScope): readonly unknown[] | null {
  const items = asList(query['sortClause']);
  const outputs = items.length === 0 ? [] : outputNames(query, scope);
  const order = items.map((item) => {
    const sort = asFields(asNode(item)?.fields);
    if (integerConstant(sort['node']) !== null) return item;
    const column = asNode(sort['node']);
    const name = column?.type === 'ColumnRef' ? names(column.fields['fields']).at(-1) : undefined;
    const isShown = name !== undefined && outputs?.filter((one) => one === name).length === 1;
    return isShown && isSameColumn(sort['node'], name, query, scope)
      ? { SortBy: { ...sort, node: columnRef(name) } }
      : null;
  });
  return order.includes(null) ? null : order;
}

/** Whether the output column of a name is the column that ORDER BY means. */
function isSameColumn(node: unknown, name: string, query: Fields, scope: QueryScope): boolean {
  const output = asList(query['targetList'])
    .map((item) => asFields(asNode(item)?.fields))
    .find((one) => one['name'] === name);
  const isQualified = names(asNode(node)?.fields['fields']).length > 1;
  if (output === undefined || !isQualified) return true;
  const [left, right] = [columnsOf(output['val'], scope), columnsOf(node, scope)];
  return left?.length === 1 && right?.length === 1 && left[0]?.column === right[0]?.column;
}
