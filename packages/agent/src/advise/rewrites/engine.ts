import {
  asFields,
  asNode,
  contains,
  type Fields,
  parseTree,
  replaceIn,
  writeChecked,
} from '../../sql/index.ts';
import type { RewriteSchema } from './query/schema.ts';
import { type QueryScope, readScope } from './query/scope.ts';
import type { ReadLoop, Rewrite, RewriteRule } from './types.ts';

/** Statements with these are left alone: they write or lock. */
const WRITES: readonly string[] = [
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'LockingClause',
  'IntoClause',
];

/** One query of a statement, with the names that it sees. */
interface Place {
  readonly query: Fields;
  readonly scope: QueryScope;
}

/**
 * Finds the rewrites of a statement, each by one rule at one place. A rewrite whose text does not read back as the tree that
 * was meant is left out.
 * @param sql one statement, as pg_stat_statements or a file shows it
 * @returns none when it is no plain SELECT
 */
export function findRewrites(
  rules: readonly RewriteRule[],
  sql: string,
  { schema, loop }: { readonly schema: RewriteSchema; readonly loop: ReadLoop | null },
): readonly Rewrite[] {
  const tree = parseTree(sql);
  const root = asNode(tree);
  if (root?.type !== 'SelectStmt' || contains(tree, ...WRITES)) return [];
  const places = placesOf(root.fields, { outer: null, ctes: new Set(), schema });
  return rules.flatMap((rule) =>
    places.flatMap(({ query, scope }) =>
      rule
        .find(query, { scope, isWhole: query === root.fields, loop })
        .flatMap(({ query: replacement, ...draft }): Rewrite[] => {
          const rewritten = writeChecked(replaceIn(tree, query, replacement));
          const { id, title, source, isOneForMany = false } = rule;
          return rewritten === null
            ? []
            : [{ ...draft, rule: id, title, source, isOneForMany, sql: rewritten }];
        }),
    ),
  );
}

type Around = Parameters<typeof readScope>[1];

/** Lists the queries of a statement that read from FROM, outer ones first. */
function placesOf(query: Fields, around: Around): readonly Place[] {
  const scope = readScope(query, around);
  if (query['larg'] !== undefined) {
    const { outer } = around;
    return [
      ...ofWith(query, { ...around, ctes: scope.ctes }),
      ...[query['larg'], query['rarg']].flatMap((side) =>
        placesOf(asFields(side), { ...around, outer, ctes: scope.ctes }),
      ),
    ];
  }
  const { withClause: _with, ...rest } = query;
  return [
    { query, scope },
    ...ofWith(query, { ...around, ctes: scope.ctes }),
    ...nested(rest, { ...around, ctes: scope.ctes }, scope),
  ];
}

function ofWith(query: Fields, around: Around): readonly Place[] {
  return nested(query['withClause'], around, around.outer);
}

/** Queries below a value; those in FROM see what is around the query, not its other tables, unless they are LATERAL. */
function nested(value: unknown, around: Around, outer: QueryScope | null): readonly Place[] {
  if (Array.isArray(value)) return value.flatMap((item) => nested(item, around, outer));
  if (typeof value !== 'object' || value === null) return [];
  const node = asNode(value);
  if (node?.type === 'SelectStmt') return placesOf(node.fields, { ...around, outer });
  if (node?.type === 'RangeSubselect') {
    const sees = node.fields['lateral'] === true ? outer : around.outer;
    return nested(node.fields['subquery'], around, sees);
  }
  return Object.values(node?.fields ?? asFields(value)).flatMap((item) => nested(item, around, outer));
}
