import {
  asList,
  asNode,
  conjunction,
  conjuncts,
  exists,
  expression,
  type Fields,
  names,
  select,
  target,
  withWhere,
} from '../../../../sql/index.ts';
import { isPlainQuery, isStar, isSteady } from '../../query/functions.ts';
import { columnsOf, findColumn, type QueryScope, type Source } from '../../query/scope.ts';
import type { RewriteRule } from '../../types.ts';

/** DISTINCT that takes back the duplicates of a join, asked with EXISTS, which makes none. */
export const distinctJoin: RewriteRule = {
  id: 'rewrite/distinct-join',
  title: 'DISTINCT over a join as EXISTS',
  source:
    'PostgreSQL docs 9.24.1 "EXISTS"; src/backend/optimizer/plan/subselect.c, convert_EXISTS_sublink_to_join',
  find: (query, { scope }) => {
    const isDistinct = asList(query['distinctClause']);
    const isPlain = isPlainQuery(query, 'distinctClause', 'limitCount', 'limitOffset');
    if (isDistinct.length === 0 || isDistinct.some((item) => asNode(item) !== null) || !isPlain) return [];
    const tables = innerJoin(query);
    const kept = onlySource(query, scope);
    if (tables === null || kept === null || scope.sources.length < 2 || !isSteady(query)) return [];
    const conditions = splitConditions(tables.conditions, kept, scope);
    if (conditions === null || scope.sources.some(({ table }) => table === null)) return [];
    const partner = exists(
      withWhere(
        select({
          targetList: [target(expression('1'))],
          fromClause: tables.relations.filter((_, index) => scope.sources[index] !== kept),
        }),
        conditions.others,
      ),
    );
    const key = shownKey(query, kept, scope);
    const { distinctClause: _distinct, ...rest } = query;
    return [
      {
        query: withWhere(
          {
            ...(key === null ? query : rest),
            fromClause: tables.relations.filter((_, index) => scope.sources[index] === kept),
          },
          [...conditions.own, partner],
        ),
        exactness: 'exact',
        constraints:
          key === null ? [] : [`${kept.table?.schema}.${kept.table?.name} (${key.join(', ')}) is unique`],
        conditions: [],
        changes: `asks for each row of ${kept.alias} whether it has a partner${key === null ? '' : '; its key is shown, so no row comes twice'}`,
        why: 'a semi-join ends at the first partner, and nothing has to be sorted or hashed to take duplicates back',
      },
    ];
  },
};

interface InnerJoin {
  /** In the order of the sources. */
  readonly relations: readonly unknown[];
  readonly conditions: readonly unknown[];
}

/** Takes a FROM clause of inner joins apart; null for any other. */
function innerJoin(query: Fields): InnerJoin | null {
  const relations: unknown[] = [];
  const conditions = [...conjuncts(query['whereClause'])];
  const collect = (item: unknown): boolean => {
    const node = asNode(item);
    if (node?.type === 'RangeVar') return relations.push(item) > 0;
    if (node?.type !== 'JoinExpr' || node.fields['jointype'] !== 'JOIN_INNER') return false;
    const { isNatural, usingClause, alias, larg, rarg, quals } = node.fields;
    conditions.push(...conjuncts(quals));
    return (
      isNatural === undefined &&
      usingClause === undefined &&
      alias === undefined &&
      collect(larg) &&
      collect(rarg)
    );
  };
  return asList(query['fromClause']).every(collect) ? { relations, conditions } : null;
}

/** The one source that the select list and the order show. */
function onlySource(query: Fields, scope: QueryScope): Source | null {
  const shown = new Set<Source | null>();
  for (const item of asList(query['targetList'])) {
    const value = asNode(item)?.fields['val'];
    if (isStar(value)) {
      const [alias] = names(asNode(value)?.fields['fields']);
      shown.add(scope.sources.find((source) => source.alias === alias) ?? null);
    } else addSources(value);
  }
  function addSources(value: unknown): void {
    const columns = columnsOf(value, scope);
    if (columns === null) shown.add(null);
    for (const { source, depth } of columns ?? []) shown.add(depth === 0 ? source : null);
  }
  const [only, ...others] = shown;
  return others.length > 0 ? null : (only ?? null);
}

function splitConditions(
  conditions: readonly unknown[],
  kept: Source,
  scope: QueryScope,
): { readonly own: readonly unknown[]; readonly others: readonly unknown[] } | null {
  const columns = columnsOf(conjunction(conditions), scope);
  if (columns === null) return null;
  const isOwn = (condition: unknown): boolean =>
    columnsOf(condition, scope)?.every(({ source }) => source === kept) === true;
  return {
    own: conditions.filter(isOwn),
    others: conditions.filter((one) => !isOwn(one)),
  };
}

/** A key of the source that the select list shows whole; null when it shows none. */
function shownKey(query: Fields, kept: Source, scope: QueryScope): readonly string[] | null {
  const values = asList(query['targetList']).map((item) => asNode(item)?.fields['val']);
  const shown = new Set(values.map((value) => findColumn(value, scope)?.column.name));
  const keys = kept.table?.keys ?? [];
  return keys.find((key) => values.some(isStar) || key.every((name) => shown.has(name))) ?? null;
}
