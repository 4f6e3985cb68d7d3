import { asList, asNode, conjuncts, disjunction, negation, withWhere } from '../../../../sql/index.ts';
import { type Membership, readMembership } from '../../query/membership.ts';
import type { QueryScope } from '../../query/scope.ts';
import type { RewriteRule } from '../../types.ts';

/** `x not in (select y …)` asked with NOT EXISTS; what NULLs do to NOT IN is asked beside it, so that the result stays. */
export const notIn: RewriteRule = {
  id: 'rewrite/not-in',
  title: 'NOT IN (subquery) as NOT EXISTS',
  source:
    'PostgreSQL docs 9.24.3 "NOT IN"; src/backend/optimizer/plan/subselect.c, convert_ANY_sublink_to_join',
  find: (query, { scope }) =>
    conjuncts(query['whereClause']).flatMap((condition) => {
      const membership = exclusion(condition, scope);
      if (membership === null) return [];
      const { canListedBeNull, canValueBeNull, constraints } = membership;
      const others = conjuncts(query['whereClause']).map((one) =>
        one === condition ? withoutMembers(membership) : [one],
      );
      const kept = [
        ...(canListedBeNull ? ['a NULL in the list still lets no row through'] : []),
        ...(canValueBeNull ? ['a row whose own value is NULL still passes only an empty list'] : []),
      ];
      return [
        {
          query: withWhere(query, others.flat()),
          exactness: 'exact',
          constraints,
          conditions: [],
          changes: `asks row by row whether there is no equal one${kept.length === 0 ? '' : `; ${kept.join(', and ')}`}`,
          why: 'NOT EXISTS is planned as an anti-join; NOT IN reads its list anew for each row once it does not fit in work_mem',
        },
      ];
    }),
};

/** Reads `not (x in (select …))` and `x <> all (select …)`. */
function exclusion(condition: unknown, scope: QueryScope): Membership | null {
  const node = asNode(condition);
  if (node?.type === 'BoolExpr' && node.fields['boolop'] === 'NOT_EXPR') {
    return readMembership(asList(node.fields['args'])[0], '=', scope);
  }
  return readMembership(condition, '<>', scope);
}

/** TRUE where NOT IN is TRUE; where NOT IN is NULL or FALSE, FALSE. */
function withoutMembers(membership: Membership): readonly unknown[] {
  const { canListedBeNull, canValueBeNull, value, hasEqual, hasNull, hasAny } = membership;
  return [
    negation(hasEqual),
    ...(canListedBeNull ? [negation(hasNull)] : []),
    ...(canValueBeNull
      ? [disjunction([{ NullTest: { arg: value, nulltesttype: 'IS_NOT_NULL' } }, negation(hasAny)])]
      : []),
  ];
}
