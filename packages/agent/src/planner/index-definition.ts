import { quoteIdentifier, quoteQualified } from '../kernel/index.ts';
import type { IndexDefinition, IndexKey } from './types.ts';

/** How the SQL of an index is written. */
export interface CreateIndexOptions {
  /** Name of the index; null lets PostgreSQL choose. */
  readonly name: string | null;
  readonly isConcurrent: boolean;
}

/** Writes `create index`, every name quoted; without a semicolon. */
export function createIndexSql(
  definition: IndexDefinition,
  { name, isConcurrent }: CreateIndexOptions,
): string {
  const { schema, table, method, keys, include, predicate, options } = definition;
  const parameters = Object.entries(options).map(([key, value]) => `${key} = ${value}`);
  return [
    definition.isUnique ? 'create unique index' : 'create index',
    ...(isConcurrent ? ['concurrently'] : []),
    ...(name === null ? [] : [quoteIdentifier(name)]),
    `on ${quoteQualified(schema, table)}`,
    ...(method === 'btree' ? [] : [`using ${method}`]),
    `(${keys.map(indexKeySql).join(', ')})`,
    ...(include.length === 0 ? [] : [`include (${include.map(quoteIdentifier).join(', ')})`]),
    ...(parameters.length === 0 ? [] : [`with (${parameters.join(', ')})`]),
    ...(predicate === null ? [] : [`where ${predicate}`]),
  ].join(' ');
}

/** Writes one key of an index. */
export function indexKeySql({ on, collation, operatorClass, isDescending, nullsFirst }: IndexKey): string {
  return [
    on.kind === 'column' ? quoteIdentifier(on.name) : `(${on.sql})`,
    ...(collation === null ? [] : [`collate ${collation}`]),
    ...(operatorClass === null ? [] : [operatorClass]),
    ...(isDescending ? ['desc'] : []),
    ...(nullsFirst === null || nullsFirst === isDescending ? [] : [`nulls ${nullsFirst ? 'first' : 'last'}`]),
  ].join(' ');
}

/** Identifies a definition: two with the same key are the same index. The order of INCLUDE does not matter. */
export function definitionKey(definition: IndexDefinition): string {
  const sorted = { ...definition, include: definition.include.toSorted() };
  return createIndexSql(sorted, { name: null, isConcurrent: false });
}

/** Makes a plain ascending key. */
export function columnKey(name: string): IndexKey {
  return {
    on: { kind: 'column', name },
    operatorClass: null,
    collation: null,
    isDescending: false,
    nullsFirst: null,
  };
}

/** Makes a plain btree. */
export function btree(
  table: { readonly schema: string; readonly name: string },
  keys: readonly IndexKey[],
  rest: { readonly include?: readonly string[]; readonly predicate?: string | null } = {},
): IndexDefinition {
  return {
    schema: table.schema,
    table: table.name,
    method: 'btree',
    keys,
    include: rest.include ?? [],
    predicate: rest.predicate ?? null,
    isUnique: false,
    options: {},
  };
}
