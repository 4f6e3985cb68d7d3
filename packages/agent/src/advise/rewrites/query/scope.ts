import {
  asFields,
  asList,
  asNode,
  asText,
  columnRef,
  type Fields,
  names,
  visit,
} from '../../../sql/index.ts';
import type { RewriteSchema, SchemaColumn, SchemaTable } from './schema.ts';

/** One name in FROM. */
export interface Source {
  readonly alias: string;
  /** Null for a query, a function, a view, WITH, or a table that is not known. */
  readonly table: SchemaTable | null;
  /** Whether an outer join may fill its columns with NULL. */
  readonly isNullable: boolean;
  /** Position of the item of FROM that it stands in. */
  readonly item: number;
}

/** Names that a query sees. */
export interface QueryScope {
  readonly sources: readonly Source[];
  readonly outer: QueryScope | null;
  /** Queries of WITH in sight, which hide tables of their name. */
  readonly ctes: ReadonlySet<string>;
  readonly schema: RewriteSchema;
}

/** A column found behind a name. */
export interface FoundColumn {
  readonly source: Source;
  readonly column: SchemaColumn;
  /** 0 in the query itself, 1 in the one around it. */
  readonly depth: number;
}

/** Reads the FROM clause of a query. */
export function readScope(
  query: Fields,
  around: {
    readonly outer: QueryScope | null;
    readonly ctes: ReadonlySet<string>;
    readonly schema: RewriteSchema;
  },
): QueryScope {
  const own = asList(asFields(query['withClause'])['ctes']).map((item) =>
    asText(asNode(item)?.fields['ctename']),
  );
  const ctes = new Set([...around.ctes, ...own.filter((name) => name !== null)]);
  const sources: Source[] = [];
  asList(query['fromClause']).forEach((value, item) => {
    addSources(value, { item, isNullable: false });
  });
  function addSources(value: unknown, place: Pick<Source, 'item' | 'isNullable'>): void {
    const node = asNode(value);
    if (node === null) return;
    const { type, fields } = node;
    if (type === 'JoinExpr') {
      const join = fields['jointype'];
      const sides = { larg: ['JOIN_RIGHT', 'JOIN_FULL'], rarg: ['JOIN_LEFT', 'JOIN_FULL'] } as const;
      for (const side of ['larg', 'rarg'] as const) {
        const isNullable = place.isNullable || (sides[side] as readonly unknown[]).includes(join);
        addSources(fields[side], { ...place, isNullable });
      }
      return;
    }
    const alias = asFields(fields['alias']);
    const name = asText(fields['relname']);
    const isPlain = type === 'RangeVar' && alias['colnames'] === undefined && fields['inh'] === true;
    const schema = asText(fields['schemaname']);
    const isTable = isPlain && name !== null && !(schema === null && ctes.has(name));
    const table = isTable ? around.schema.table(schema, name) : null;
    sources.push({ ...place, alias: asText(alias['aliasname']) ?? name ?? '', table });
  }
  return { sources, outer: around.outer, ctes, schema: around.schema };
}

/** Finds the column that a node names; null when it is none, or it is not sure whose it is. */
export function findColumn(value: unknown, scope: QueryScope): FoundColumn | null {
  const node = asNode(value);
  const fields = node?.type === 'ColumnRef' ? asList(node.fields['fields']) : [];
  const parts = names(fields);
  const [first = '', second] = parts;
  if (parts.length !== fields.length || parts.length === 0 || parts.length > 2) return null;
  let depth = 0;
  for (let at: QueryScope | null = scope; at !== null; at = at.outer, depth += 1) {
    const found = second === undefined ? byColumn(first, at) : byAlias(first, second, at);
    if (found !== undefined) return found === null ? null : { ...found, depth };
  }
  return null;
}

/** Undefined when this scope surely has no such name, null when it cannot be told. */
function byColumn(name: string, scope: QueryScope): Omit<FoundColumn, 'depth'> | null | undefined {
  if (scope.sources.some((source) => source.table === null)) return null;
  const owners = scope.sources.flatMap((source) => {
    const column = source.table?.columns.get(name);
    return column === undefined ? [] : [{ source, column }];
  });
  return owners.length > 1 ? null : owners[0];
}

function byAlias(
  alias: string,
  name: string,
  scope: QueryScope,
): Omit<FoundColumn, 'depth'> | null | undefined {
  const source = scope.sources.find((one) => one.alias === alias);
  const column = source?.table?.columns.get(name);
  if (source === undefined) return undefined;
  return column === undefined ? null : { source, column };
}

/** Gives every column that an expression names, without those of queries in it; null when one of them is not known. */
export function columnsOf(value: unknown, scope: QueryScope): readonly FoundColumn[] | null {
  const found: (FoundColumn | null)[] = [];
  visit(value, (node) => {
    if (node.type === 'ColumnRef') found.push(findColumn({ ColumnRef: node.fields }, scope));
    if (node.type === 'SelectStmt') found.push(null);
    return node.type !== 'ColumnRef' && node.type !== 'SelectStmt';
  });
  const known = found.filter((one) => one !== null);
  return known.length === found.length ? known : null;
}

/**
 * Gives an expression with each column named by its alias, so that it means the same inside another query.
 * @returns null when a column is not known, or a nearer source bears the alias of its own
 */
export function qualified(value: unknown, scope: QueryScope): unknown {
  const columns = columnsOf(value, scope);
  if (columns === null || columns.some((found) => isHidden(found, scope))) return null;
  const rewrite = (item: unknown): unknown => {
    const found = findColumn(item, scope);
    if (found !== null) return columnRef(found.source.alias, found.column.name);
    if (Array.isArray(item)) return item.map(rewrite);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, one]) => [key, rewrite(one)]));
  };
  return rewrite(value);
}

function isHidden({ source, column }: FoundColumn, scope: QueryScope): boolean {
  return findColumn(columnRef(source.alias, column.name), scope)?.source !== source;
}

/** Tells whether an expression can be NULL: only constants and columns that the catalogue keeps free of it cannot. */
export function canBeNull(value: unknown, scope: QueryScope): boolean {
  const node = asNode(value);
  if (node?.type === 'A_Const') return node.fields['isnull'] === true;
  const found = findColumn(value, scope);
  return found === null || !found.column.isNotNull || found.source.isNullable;
}

/** Names a column for a person: `public.users.id`. */
export function columnName({ source, column }: FoundColumn): string {
  return `${source.table?.schema ?? ''}.${source.table?.name ?? ''}.${column.name}`;
}

/** Gives a name that no source in sight bears. */
export function freeAlias(wanted: string, ...scopes: readonly QueryScope[]): string {
  const taken = new Set<string>();
  for (const scope of scopes) {
    for (let at: QueryScope | null = scope; at !== null; at = at.outer) {
      for (const { alias } of at.sources) taken.add(alias);
    }
  }
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    if (!taken.has(name)) return name;
  }
}
