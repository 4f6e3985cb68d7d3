import { asFields, asList, asNode, asText, type Fields, visit } from '../../../../sql/index.ts';
import { isSteady } from '../../query/functions.ts';
import type { RewriteRule } from '../../types.ts';

/** A query of WITH that is computed apart though nothing needs it to be, opened to the planner. */
export const cteFence: RewriteRule = {
  id: 'rewrite/cte-fence',
  title: 'WITH opened to the planner',
  source: 'PostgreSQL docs 7.8.3 "Common Table Expression Materialization"',
  find: (query) => {
    const clause = asFields(query['withClause']);
    if (clause['recursive'] === true) return [];
    return asList(clause['ctes']).flatMap((item) => {
      const cte = asFields(asNode(item)?.fields);
      const name = asText(cte['ctename']) ?? '';
      const uses = usesOf(name, query);
      const isForced = cte['ctematerialized'] === 'CTEMaterializeAlways';
      // One that is not forced and used once is open already; one that nobody uses is never run.
      if (uses === 0 || (!isForced && uses === 1) || cte['ctematerialized'] === 'CTEMaterializeNever')
        return [];
      if (!isSteady(cte['ctequery'])) return [];
      const ctematerialized = uses === 1 ? 'CTEMaterializeDefault' : 'CTEMaterializeNever';
      const open = { CommonTableExpr: { ...cte, ctematerialized } };
      return [
        {
          query: {
            ...query,
            withClause: {
              ...clause,
              ctes: asList(clause['ctes']).map((one) => (one === item ? open : one)),
            },
          },
          exactness: 'exact',
          constraints: [],
          conditions: [],
          changes: `lets the planner look into ${name}${isForced ? '; a fence may have been set on purpose, against a plan that was worse' : ', which it then computes where it is used'}`,
          why: 'conditions on its result reach its tables and their indexes, and no result is stored',
        },
      ];
    });
  },
};

function usesOf(name: string, query: Fields): number {
  let uses = 0;
  visit(query, ({ type, fields }) => {
    if (type === 'RangeVar' && fields['relname'] === name && fields['schemaname'] === undefined) uses += 1;
    return true;
  });
  return uses;
}
