import { quoteIdentifier } from '../kernel/index.ts';
import { asFields, asList, asNode, asText, deparse, type Fields, names, parseTree } from '../sql/index.ts';
import type { IndexDefinition, IndexKey, IndexMethod } from './types.ts';

const METHODS: readonly string[] = [
  'btree',
  'hash',
  'gin',
  'gist',
  'spgist',
  'brin',
] satisfies readonly IndexMethod[];

/**
 * Reads `create index`, as a person writes it or as `pg_get_indexdef` prints it.
 * @param schema where the table is looked for when the statement does not say; `public` by default
 * @returns null when the text is no CREATE INDEX of a method that can be planned for
 */
export function readIndexDefinition(sql: string, schema = 'public'): IndexDefinition | null {
  const root = asNode(parseTree(sql.trim().replace(/;\s*$/, '')));
  if (root?.type !== 'IndexStmt') return null;
  const { fields } = root;
  const relation = asFields(fields['relation']);
  const method = asText(fields['accessMethod']) ?? 'btree';
  const table = asText(relation['relname']);
  if (!METHODS.includes(method) || table === null) return null;
  return {
    schema: asText(relation['schemaname']) ?? schema,
    table,
    method: method as IndexMethod,
    keys: asList(fields['indexParams']).map((item) => readKey(asFields(asNode(item)?.fields))),
    include: asList(fields['indexIncludingParams']).flatMap((item) => {
      const name = asText(asFields(asNode(item)?.fields)['name']);
      return name === null ? [] : [name];
    }),
    predicate: fields['whereClause'] === undefined ? null : oneLine(deparse(fields['whereClause'])),
    isUnique: fields['unique'] === true,
    options: Object.fromEntries(asList(fields['options']).flatMap(readOption)),
  };
}

function readKey(fields: Fields): IndexKey {
  const name = asText(fields['name']);
  const nulls = fields['nulls_ordering'];
  return {
    on:
      name === null
        ? { kind: 'expression', sql: oneLine(deparse(fields['expr'])) }
        : { kind: 'column', name },
    operatorClass: qualified(fields['opclass']),
    collation: qualified(fields['collation']),
    isDescending: fields['ordering'] === 'SORTBY_DESC',
    nullsFirst: nulls === 'SORTBY_NULLS_FIRST' ? true : nulls === 'SORTBY_NULLS_LAST' ? false : null,
  };
}

/** A name, each part quoted; null when there is none. */
function qualified(value: unknown): string | null {
  const parts = names(value);
  return parts.length === 0 ? null : parts.map(quoteIdentifier).join('.');
}

function readOption(item: unknown): readonly (readonly [string, string])[] {
  const option = asFields(asNode(item)?.fields);
  const name = asText(option['defname']);
  const value = asNode(option['arg']);
  if (name === null) return [];
  return [[name, value === null ? 'true' : deparse(option['arg'])]];
}

function oneLine(sql: string): string {
  return sql.replace(/\s*\n\s*/g, ' ').trim();
}
