import { asFields, asList, asNode, asText, type Fields, names, type TreeNode } from './tree.ts';
import type { ColumnReference, TableName } from './types.ts';

/** The sources that a FROM clause names: by alias, the table, or null for a subquery, CTE or function. */
export interface Scope {
  readonly sources: ReadonlyMap<string, TableName | null>;
  /** Scope around a subquery. */
  readonly outer: Scope | null;
}

/** Reads a table's name. */
export function tableName(relation: Fields): TableName {
  return { schema: asText(relation['schemaname']), name: asText(relation['relname']) ?? '' };
}

/** Builds the scope of a FROM clause; names in `ctes` are no tables unless they carry a schema. */
export function buildScope(from: readonly unknown[], ctes: ReadonlySet<string>, outer: Scope | null): Scope {
  const sources = new Map<string, TableName | null>();
  const add = (value: unknown): void => {
    const node = asNode(value);
    if (node === null) return;
    const alias = asText(asFields(node.fields['alias'])['aliasname']);
    if (node.type === 'RangeVar') {
      const table = tableName(node.fields);
      const isCte = table.schema === null && ctes.has(table.name);
      sources.set(alias ?? table.name, isCte ? null : table);
    } else if (node.type === 'JoinExpr') {
      add(node.fields['larg']);
      add(node.fields['rarg']);
    } else {
      sources.set(alias ?? `?${sources.size}`, null);
    }
  };
  for (const item of from) add(item);
  return { sources, outer };
}

/** Reads `column` or `alias.column`; null for `*` and for what is no column. */
export function columnReference(node: TreeNode | null, scope: Scope): ColumnReference | null {
  if (node?.type !== 'ColumnRef') return null;
  const fields = asList(node.fields['fields']);
  const parts = names(fields);
  const name = parts.at(-1);
  if (name === undefined || parts.length !== fields.length) return null;
  const qualifier = parts.at(-2);
  return { name, tables: candidates(scope, qualifier) };
}

function candidates(scope: Scope, qualifier: string | undefined): readonly TableName[] {
  const tables: TableName[] = [];
  for (let current: Scope | null = scope; current !== null; current = current.outer) {
    for (const [alias, table] of current.sources) {
      if (qualifier === undefined && table !== null) tables.push(table);
      if (qualifier === alias) return table === null ? [] : [table];
    }
  }
  return tables;
}
