import { asNode, asText, names, type TreeNode, visit } from '../../../sql/index.ts';

/** What can stand in a query that does more than read. */
const REFUSED: ReadonlySet<string> = new Set([
  'DeleteStmt',
  'InsertStmt',
  'LockingClause',
  'MergeStmt',
  'ParamRef',
  'UpdateStmt',
]);

/**
 * Reads a query that is to be stored and run again and again: a SELECT that names its tables with their schema, and calls
 * functions and operators of PostgreSQL alone.
 * @returns the functions that it calls, or null when it is none
 */
export function readStoredQuery(query: unknown): { readonly functions: readonly string[] } | null {
  if (asNode(query)?.type !== 'SelectStmt') return null;
  const functions = new Set<string>();
  const clauses = new Set<string>();
  const bare = new Set<string>();
  let isPlain = true;
  visit(query, (node) => {
    const { type, fields } = node;
    isPlain &&= readsOnly(node);
    if (type === 'CommonTableExpr') clauses.add(asText(fields['ctename']) ?? '');
    if (type === 'RangeVar' && fields['schemaname'] === undefined) bare.add(asText(fields['relname']) ?? '');
    if (type === 'FuncCall') functions.add(ownName(fields['funcname']) ?? '');
    return isPlain;
  });
  // A name without a schema is one of the query's own WITH clauses, or would hang on a search_path.
  return isPlain && [...bare].every((name) => clauses.has(name)) ? { functions: [...functions] } : null;
}

function readsOnly({ type, fields }: TreeNode): boolean {
  switch (type) {
    case 'RangeVar':
      return fields['catalogname'] === undefined;
    case 'FuncCall':
      return ownName(fields['funcname']) !== null;
    case 'A_Expr':
      return ownName(fields['name']) !== null;
    case 'SubLink':
      return fields['operName'] === undefined || ownName(fields['operName']) !== null;
    case 'SortBy':
      return fields['useOp'] === undefined || ownName(fields['useOp']) !== null;
    case 'SelectStmt':
      return fields['intoClause'] === undefined;
    default:
      return !REFUSED.has(type);
  }
}

/** A name of PostgreSQL's own, without its schema: the acting session looks for bare ones in pg_catalog alone. */
function ownName(value: unknown): string | null {
  const [first, second, ...more] = names(value);
  if (first === undefined || more.length > 0) return null;
  if (second === undefined) return first;
  return first === 'pg_catalog' ? second : null;
}
