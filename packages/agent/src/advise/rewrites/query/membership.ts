import {
  asFields,
  asList,
  asNode,
  columnRef,
  conjuncts,
  contains,
  exists,
  expression,
  type Fields,
  names,
  operation,
  select,
  target,
  withWhere,
} from '../../../sql/index.ts';
import { isPlainQuery, isStar, isSteady } from './functions.ts';
import {
  canBeNull,
  columnName,
  columnsOf,
  findColumn,
  freeAlias,
  type QueryScope,
  qualified,
  readScope,
} from './scope.ts';

/** `value in (select listed …)`, taken apart so that it can be asked with EXISTS. */
export interface Membership {
  /** The value with each column named by its alias. */
  readonly value: unknown;
  readonly canValueBeNull: boolean;
  readonly canListedBeNull: boolean;
  /** The list depends on the row. */
  readonly isCorrelated: boolean;
  /** `exists (select … where listed = value)`. */
  readonly hasEqual: unknown;
  /** `exists (select … where listed is null)`. */
  readonly hasNull: unknown;
  /** `exists (select …)`. */
  readonly hasAny: unknown;
  /** NOT NULL constraints that the two flags rest on. */
  readonly constraints: readonly string[];
}

/** A query with the expression that it lists. */
interface Listing {
  readonly query: Fields;
  readonly listed: unknown;
}

/**
 * Reads `value in (select …)`, or `value <> all (select …)`.
 * @param link the node of the subquery
 * @param operator `=` for IN, `<>` for ALL
 * @returns null when names in it are not sure, it lists several columns, or something in it is volatile
 */
export function readMembership(link: unknown, operator: '=' | '<>', scope: QueryScope): Membership | null {
  const node = asNode(link);
  const kind = operator === '=' ? 'ANY_SUBLINK' : 'ALL_SUBLINK';
  if (node?.type !== 'SubLink' || node.fields['subLinkType'] !== kind) return null;
  const [written = '=', ...others] = names(node.fields['operName']);
  const query = asNode(node.fields['subselect'])?.fields;
  const test = node.fields['testexpr'];
  const columns = columnsOf(test, scope);
  if (written !== operator || others.length > 0 || query === undefined || !columns?.length) return null;
  const [item, ...more] = asList(leftmost(query)['targetList']);
  const output = asNode(item)?.fields['val'];
  if (more.length > 0 || isStar(output) || !contains(output, 'ColumnRef') || !isSteady(node.fields))
    return null;
  const inner = readScope(query, { outer: scope, ctes: scope.ctes, schema: scope.schema });
  const value = qualified(test, scope);
  if (value === null) return null;
  const used = new Set(columns.map(({ source }) => source.alias));
  const listing = inline(query, inner, used) ?? derived(query, freeAlias('listed', scope, inner));
  const listedColumn = findColumn(output, inner);
  const isPadded = query['larg'] !== undefined || contains(query['groupClause'], 'GroupingSet');
  const canListedBeNull = isPadded || canBeNull(output, inner);
  const canValueBeNull = canBeNull(test, scope);
  const [valueColumn] = columns;
  return {
    value,
    canValueBeNull,
    canListedBeNull,
    isCorrelated: isCorrelated(query, inner),
    hasEqual: ask(listing, [operation('=', listing.listed, value)]),
    hasNull: ask(listing, [{ NullTest: { arg: listing.listed, nulltesttype: 'IS_NULL' } }]),
    hasAny: ask(listing, []),
    constraints: distinct([
      ...(canListedBeNull || listedColumn === null ? [] : [`${columnName(listedColumn)} is not null`]),
      ...(canValueBeNull || valueColumn === undefined ? [] : [`${columnName(valueColumn)} is not null`]),
    ]),
  };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** The branch of a set operation that gives its columns their names. */
function leftmost(query: Fields): Fields {
  return query['larg'] === undefined ? query : leftmost(asFields(query['larg']));
}

function ask({ query }: Listing, conditions: readonly unknown[]): unknown {
  return exists(withWhere(query, [...conjuncts(query['whereClause']), ...conditions]));
}

/** The query itself, where a condition may be added to its own; null where names would mean something else there. */
function inline(query: Fields, inner: QueryScope, used: ReadonlySet<string>): Listing | null {
  const isDistinctOn = asList(query['distinctClause']).some((item) => asNode(item) !== null);
  const hides = inner.sources.some(({ alias }) => used.has(alias));
  if (!isPlainQuery(query, 'distinctClause') || isDistinctOn || hides || inner.sources.length === 0)
    return null;
  const { distinctClause: _distinct, sortClause: _sort, ...rest } = query;
  return {
    query: select({ ...rest, targetList: [target(expression('1'))] }),
    listed: asNode(asList(query['targetList'])[0])?.fields['val'],
  };
}

/** The query in FROM, under a name that hides nothing. */
function derived(query: Fields, alias: string): Listing {
  const from = {
    RangeSubselect: {
      subquery: { SelectStmt: query },
      alias: { aliasname: alias, colnames: [{ String: { sval: 'value' } }] },
    },
  };
  return {
    query: select({ targetList: [target(expression('1'))], fromClause: [from] }),
    listed: columnRef(alias, 'value'),
  };
}

function isCorrelated(query: Fields, inner: QueryScope): boolean {
  const { withClause: _with, fromClause: _from, ...rest } = query;
  const found: boolean[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = asNode(value);
    if (node?.type === 'ColumnRef') found.push((findColumn(value, inner)?.depth ?? 0) > 0);
    else for (const item of Object.values(node?.fields ?? value)) look(item);
  };
  look(rest);
  return found.includes(true);
}
