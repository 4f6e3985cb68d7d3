import { asList, asNode, type Fields, names, visit } from '../../../sql/index.ts';

/** Aggregates of PostgreSQL; on no rows all give NULL, but `count`, which gives 0. */
const AGGREGATES: ReadonlySet<string> = new Set(
  (
    'count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or ' +
    'every bit_and bit_or stddev stddev_pop stddev_samp variance var_pop var_samp corr percentile_cont percentile_disc mode'
  ).split(' '),
);

/** Functions of PostgreSQL that give the same for the same arguments throughout a statement. */
const STEADY: ReadonlySet<string> = new Set([
  ...AGGREGATES,
  ...(
    'now current_date transaction_timestamp statement_timestamp date_trunc date_part extract date make_date make_timestamp age ' +
    'to_char to_date to_timestamp timezone justify_days justify_hours isfinite lower upper initcap length char_length ' +
    'octet_length trim btrim ltrim rtrim replace substring substr left right lpad rpad concat concat_ws split_part ' +
    'strpos position reverse repeat starts_with md5 regexp_replace regexp_match translate format abs ceil ceiling floor ' +
    'round trunc mod sign sqrt power exp ln log width_bucket coalesce nullif greatest least row_number rank dense_rank ' +
    'lag lead first_value last_value ntile cardinality array_length array_position unnest jsonb_array_length ' +
    'json_array_length jsonb_typeof jsonb_extract_path_text jsonb_build_object json_build_object to_json to_jsonb ' +
    'row_to_json like_escape similar_to_escape encode decode generate_series'
  ).split(' '),
]);

/** Functions among them that give several rows. */
const SETS: ReadonlySet<string> = new Set(['unnest', 'generate_series']);

/** Tells whether nothing in a tree is known or feared to be volatile: every function is one of PostgreSQL's steady ones. */
export function isSteady(tree: unknown): boolean {
  let isKnown = true;
  visit(tree, ({ type, fields }) => {
    if (type === 'FuncCall') isKnown &&= isBuiltIn(fields, STEADY);
    return isKnown;
  });
  return isKnown;
}

/** Gives the calls of aggregates in an expression, without those of queries in it and of windows. */
export function aggregateCalls(tree: unknown): readonly Fields[] {
  const found: Fields[] = [];
  visit(tree, ({ type, fields }) => {
    if (type === 'FuncCall' && isAggregate(fields)) found.push(fields);
    return type !== 'SelectStmt';
  });
  return found;
}

/** Gives the bare name of a call. */
export function calledName(call: Fields): string {
  return names(call['funcname']).at(-1) ?? '';
}

function isAggregate(call: Fields): boolean {
  return call['over'] === undefined && isBuiltIn(call, AGGREGATES);
}

function isBuiltIn(call: Fields, known: ReadonlySet<string>): boolean {
  const path = names(call['funcname']);
  return known.has(path.at(-1) ?? '') && (path.length === 1 || path[0] === 'pg_catalog');
}

const NOT_PLAIN: readonly string[] = [
  'groupClause',
  'havingClause',
  'windowClause',
  'distinctClause',
  'lockingClause',
  'withClause',
  'valuesLists',
  'larg',
  'limitCount',
  'limitOffset',
  'intoClause',
];

/**
 * Tells whether a query gives the rows of its FROM that pass WHERE, one output row each.
 * @param allowed clauses that it may have nevertheless
 */
export function isPlainQuery(query: Fields, ...allowed: readonly string[]): boolean {
  if (NOT_PLAIN.some((part) => query[part] !== undefined && !allowed.includes(part))) return false;
  let isPlain = true;
  visit(asList(query['targetList']), ({ type, fields }) => {
    if (type === 'SelectStmt') return false;
    if (type !== 'FuncCall') return true;
    isPlain &&= fields['over'] === undefined && !isAggregate(fields) && !SETS.has(calledName(fields));
    return isPlain;
  });
  return isPlain;
}

/** Tells whether a value is a bare `*`. */
export function isStar(value: unknown): boolean {
  const node = asNode(value);
  return node?.type === 'ColumnRef' && asNode(asList(node.fields['fields']).at(-1))?.type === 'A_Star';
}
