import { displayName, quoteIdentifier } from '../../kernel/index.ts';
import {
  asFields,
  asList,
  asNode,
  asText,
  type Fields,
  names,
  parseTree,
  type TreeNode,
} from '../../sql/index.ts';
import type { RelationName } from '../types.ts';

/** Parses statements; null when one of them is not one whole valid statement. */
export function readTrees(statements: readonly string[]): readonly TreeNode[] | null {
  const trees = statements.map((sql) => asNode(parseTree(sql)));
  return trees.some((tree) => tree === null) || trees.length === 0 ? null : (trees as readonly TreeNode[]);
}

/** Reads a relation that is named with its schema; null otherwise: what a name means must not hang on a search_path. */
export function relationOf(value: unknown): RelationName | null {
  const fields = asFields(value);
  const [schema, name] = [asText(fields['schemaname']), asText(fields['relname'])];
  return schema === null || name === null || fields['catalogname'] !== undefined ? null : { schema, name };
}

/** Reads a qualified name that is written as a list; null when it is not `schema.name`. */
export function qualifiedOf(value: unknown): RelationName | null {
  const [schema, name, ...more] = names(asFields(asNode(value)?.fields)['items'] ?? value);
  return schema === undefined || name === undefined || more.length > 0 ? null : { schema, name };
}

/** Shows a relation to a person. */
export function shown({ schema, name }: RelationName): string {
  return displayName(schema, name);
}

/** Reads the commands of an ALTER TABLE or ALTER INDEX; null when the tree is none. */
export function alterCommands(
  tree: TreeNode,
): { readonly relation: RelationName; readonly commands: readonly Fields[] } | null {
  if (tree.type !== 'AlterTableStmt') return null;
  const relation = relationOf(tree.fields['relation']);
  const commands = asList(tree.fields['cmds']).map((command) => asFields(asNode(command)?.fields));
  return relation === null ? null : { relation, commands };
}

/**
 * Tells whether a tree is what a statement reads as, but for how it is written: the strictest way to know that it holds
 * nothing besides what was looked for.
 */
export function isWritten(tree: TreeNode, sql: string): boolean {
  return withoutPlaces({ [tree.type]: tree.fields }) === withoutPlaces(parseTree(sql));
}

/** The tree as text, without where in the text things stood. */
function withoutPlaces(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (key === 'location' ? undefined : value));
}

/** Reads the one table of a VACUUM or an ANALYZE; null when the tree is none, or of several tables. */
export function vacuumed(tree: TreeNode): {
  readonly table: RelationName;
  readonly columns: readonly string[];
  readonly options: readonly string[];
} | null {
  if (tree.type !== 'VacuumStmt') return null;
  const [only, ...more] = asList(tree.fields['rels']);
  const { relation, va_cols: columns } = asFields(asNode(only)?.fields);
  const table = relationOf(relation);
  if (table === null || more.length > 0) return null;
  const options = asList(tree.fields['options']).flatMap(
    (option) => asText(asFields(asNode(option)?.fields)['defname']) ?? [],
  );
  return { table, columns: names(columns), options };
}

/** Writes columns behind a table; empty for none. */
export function columnList(columns: readonly string[]): string {
  return columns.length === 0 ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
}
