import { asFields, asList, asNode, asText, names, type TreeNode } from '../tree.ts';
import { OccurrenceBuilder } from './occurrence.ts';
import type { NameResolver, TableOccurrence } from './types.ts';

/** A column found in an occurrence. */
export interface FoundColumn {
  readonly occurrence: OccurrenceBuilder;
  readonly column: string;
}

/** What a name in FROM stands for: a table, or a query whose columns may be columns of tables below. */
export type Source =
  | { readonly kind: 'table'; readonly occurrence: OccurrenceBuilder; readonly columns: ReadonlySet<string> }
  | { readonly kind: 'query'; readonly columns: ReadonlyMap<string, FoundColumn | null> }
  | { readonly kind: 'unknown' };

/** Names that a query sees. */
export interface Names {
  readonly sources: Map<string, Source>;
  readonly outer: Names | null;
  /** Queries of WITH by name, the nearest first. */
  readonly ctes: ReadonlyMap<string, ReadonlyMap<string, FoundColumn | null>>;
}

/** State of reading one statement. */
export interface Reading {
  readonly resolver: NameResolver;
  readonly occurrences: OccurrenceBuilder[];
  /** Guards against views that name themselves through others. */
  depth: number;
}

/** Finds a column by its reference; null when no table in sight surely owns it. */
export function findColumn(node: TreeNode | null, scope: Names): FoundColumn | null {
  if (node?.type !== 'ColumnRef') return null;
  const fields = asList(node.fields['fields']);
  const parts = names(fields);
  const column = parts.at(-1);
  if (column === undefined || parts.length !== fields.length) return null;
  const qualifier = parts.at(-2);
  for (let current: Names | null = scope; current !== null; current = current.outer) {
    const found = findIn(current, qualifier, column);
    if (found !== undefined) return found;
  }
  return null;
}

/** Undefined when this scope does not know the name. */
function findIn(scope: Names, qualifier: string | undefined, column: string): FoundColumn | null | undefined {
  if (qualifier !== undefined) {
    const source = scope.sources.get(qualifier);
    return source === undefined ? undefined : (columnOf(source, column) ?? null);
  }
  let unknown = false;
  for (const source of scope.sources.values()) {
    const found = columnOf(source, column);
    if (found !== undefined) return found;
    unknown ||= source.kind === 'unknown';
  }
  return unknown ? null : undefined;
}

function columnOf(source: Source, column: string): FoundColumn | null | undefined {
  switch (source.kind) {
    case 'table':
      return source.columns.has(column) ? { occurrence: source.occurrence, column } : undefined;
    case 'query':
      return source.columns.get(column);
    case 'unknown':
      return undefined;
  }
}

/** Makes the occurrence of a table. */
export function addTable(
  reading: Reading,
  table: { readonly schema: string; readonly name: string },
  alias: string,
): Source {
  const occurrence = new OccurrenceBuilder(table.schema, table.name, alias);
  reading.occurrences.push(occurrence);
  return { kind: 'table', occurrence, columns: new Set(reading.resolver.columns(table)) };
}

/** Reads the alias of an item of FROM. */
export function aliasOf(fields: Readonly<Record<string, unknown>>): string | null {
  return asText(asFields(fields['alias'])['aliasname']);
}

/** Names that an alias gives to columns: `as t (a, b)`. */
export function aliasColumns(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return asList(asFields(fields['alias'])['colnames']).flatMap((item) => {
    const node = asNode(item);
    return node?.type === 'String' ? [asText(node.fields['sval']) ?? ''] : [];
  });
}

/** Gives the finished occurrences; those of one table that ask the same stay apart. */
export function finish(reading: Reading): readonly TableOccurrence[] {
  return reading.occurrences.map((occurrence) => occurrence.build());
}
