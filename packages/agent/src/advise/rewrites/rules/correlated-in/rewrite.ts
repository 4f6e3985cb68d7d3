import { conjuncts, withWhere } from '../../../../sql/index.ts';
import { readMembership } from '../../query/membership.ts';
import type { RewriteRule } from '../../types.ts';

/** `x in (select y … where … = outer)` asked with EXISTS. */
export const correlatedIn: RewriteRule = {
  id: 'rewrite/correlated-in',
  title: 'Correlated IN (subquery) as EXISTS',
  source:
    'src/backend/optimizer/plan/subselect.c, convert_ANY_sublink_to_join (before PostgreSQL 17), convert_EXISTS_sublink_to_join',
  find: (query, { scope }) =>
    conjuncts(query['whereClause']).flatMap((condition) => {
      const membership = readMembership(condition, '=', scope);
      if (membership?.isCorrelated !== true) return [];
      const conditions = conjuncts(query['whereClause']).map((one) =>
        one === condition ? membership.hasEqual : one,
      );
      return [
        {
          query: withWhere(query, conditions),
          exactness: 'exact',
          constraints: [],
          conditions: [],
          changes: 'asks row by row whether there is an equal one; NULL passes neither',
          why: 'EXISTS is planned as a semi-join; a correlated IN runs its subquery for each row before PostgreSQL 17',
        },
      ];
    }),
};
