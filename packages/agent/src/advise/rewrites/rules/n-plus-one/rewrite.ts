import { asFields, asList, asNode, conjuncts, replaceIn, target } from '../../../../sql/index.ts';
import { comparisonOf } from '../../query/conditions.ts';
import { isPlainQuery, isStar } from '../../query/functions.ts';
import { type FoundColumn, findColumn, type QueryScope } from '../../query/scope.ts';
import type { RewriteRule } from '../../types.ts';

/** A point read in a loop, asked once for all its keys. */
export const nPlusOneRead: RewriteRule = {
  id: 'rewrite/n-plus-one',
  title: 'N+1 reads as = any ($1)',
  source: 'PostgreSQL docs 9.25.3 "ANY/SOME (array)"; the loop is found by diagnose/n-plus-one',
  isOneForMany: true,
  find: (query, { scope, isWhole, loop }) => {
    if (!isWhole || loop === null || !isPlainQuery(query)) return [];
    const lookups = conjuncts(query['whereClause']).flatMap((one) => readLookup(one, scope) ?? []);
    const [lookup, ...others] = lookups;
    if (lookup === undefined || others.length > 0) return [];
    const { condition, found } = lookup;
    const fields = asNode(condition)?.fields;
    const any = {
      A_Expr: { ...fields, kind: 'AEXPR_OP_ANY', lexpr: lookup.column, rexpr: lookup.parameter },
    };
    const targets = asList(query['targetList']);
    const isShown = targets.some((item) => {
      const value = asNode(item)?.fields['val'];
      return isStar(value) || findColumn(value, scope)?.column === found.column;
    });
    const rewritten = asFields(replaceIn(query, condition, any));
    return [
      {
        query: isShown ? rewritten : { ...rewritten, targetList: [...targets, target(lookup.column)] },
        exactness: 'interface',
        constraints: [],
        conditions: [],
        changes: `takes all the keys of a ${loop.per} as one array and gives the rows of all of them: the application matches them by ${found.column.name}`,
        why: `one round trip and one plan instead of about ${Math.round(loop.callsPerLoop)} for each ${loop.per}`,
      },
    ];
  },
};

interface Lookup {
  readonly condition: unknown;
  readonly column: unknown;
  readonly parameter: unknown;
  readonly found: FoundColumn;
}

function readLookup(condition: unknown, scope: QueryScope): Lookup | null {
  const comparison = comparisonOf(condition);
  if (comparison?.operator !== '=') return null;
  const { left, right } = comparison;
  for (const [column, parameter] of [
    [left, right],
    [right, left],
  ]) {
    const found = findColumn(column, scope);
    if (found !== null && asNode(parameter)?.type === 'ParamRef')
      return { condition, column, parameter, found };
  }
  return null;
}
