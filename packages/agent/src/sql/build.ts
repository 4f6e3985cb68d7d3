import { deparse } from './deparse.ts';
import { parseTree } from './parser.ts';
import { asFields, asList, asNode, type Fields } from './tree.ts';

/** Builds trees of the parser: what `deparse` writes as SQL. */

/** Names a column; each part is quoted where it must be. */
export function columnRef(...parts: readonly string[]): unknown {
  return { ColumnRef: { fields: parts.map((sval) => ({ String: { sval } })) } };
}

/** Names a value of the select list. */
export function target(value: unknown, name?: string): unknown {
  return { ResTarget: { val: value, ...(name === undefined ? {} : { name }) } };
}

/** Writes an operator between two sides. */
export function operation(operator: string, left: unknown, right: unknown): unknown {
  return { A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: operator } }], lexpr: left, rexpr: right } };
}

/** Negates a condition. */
export function negation(condition: unknown): unknown {
  return { BoolExpr: { boolop: 'NOT_EXPR', args: [condition] } };
}

/** Joins conditions with OR. */
export function disjunction(conditions: readonly unknown[]): unknown {
  return conditions.length === 1
    ? conditions[0]
    : { BoolExpr: { boolop: 'OR_EXPR', args: conditions.flatMap(alternatives) } };
}

/** Asks whether a query gives any row. */
export function exists(query: Fields): unknown {
  return { SubLink: { subLinkType: 'EXISTS_SUBLINK', subselect: { SelectStmt: query } } };
}

/** Makes a query of its parts; what is not given is left out. */
export function select(parts: Fields): Fields {
  return { limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE', ...parts };
}

/** Sets the WHERE clause of a query, or takes it away when there are no conditions. */
export function withWhere(query: Fields, conditions: readonly unknown[]): Fields {
  const { whereClause: _where, ...rest } = query;
  const where = conjunction(conditions);
  return where === null ? rest : { ...rest, whereClause: where };
}

/** Gives the conditions that AND joins at the top. */
export function conjuncts(where: unknown): readonly unknown[] {
  const node = asNode(where);
  if (node === null) return [];
  if (node.type !== 'BoolExpr' || node.fields['boolop'] !== 'AND_EXPR') return [where];
  return asList(node.fields['args']).flatMap(conjuncts);
}

/** Gives the conditions that OR joins at the top. */
export function alternatives(condition: unknown): readonly unknown[] {
  const node = asNode(condition);
  if (node?.type !== 'BoolExpr' || node.fields['boolop'] !== 'OR_EXPR') return [condition];
  return asList(node.fields['args']).flatMap(alternatives);
}

/** Joins conditions with AND; null when there are none. */
export function conjunction(conditions: readonly unknown[]): unknown {
  if (conditions.length <= 1) return conditions[0] ?? null;
  return { BoolExpr: { boolop: 'AND_EXPR', args: conditions.flatMap(conjuncts) } };
}

/**
 * Gives a tree with one value of it replaced; the value is found by identity. What holds it is copied, all else is shared, so
 * that a second value is found after the first was replaced.
 */
export function replaceIn(value: unknown, original: unknown, replacement: unknown): unknown {
  if (value === original) return replacement;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => replaceIn(item, original, replacement));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const entries = Object.entries(value);
  const replaced = entries.map(([key, item]) => [key, replaceIn(item, original, replacement)] as const);
  return replaced.some(([, item], index) => item !== entries[index]?.[1])
    ? Object.fromEntries(replaced)
    : value;
}

/** Parses an expression that this program wrote itself. */
export function expression(sql: string): unknown {
  const root = asNode(parseTree(`select ${sql}`));
  return asFields(asNode(asList(root?.fields['targetList'])[0])?.fields)['val'];
}

/**
 * Writes a tree as SQL and reads it again.
 * @returns null when it does not come back as the same tree: the text would not mean what the tree does
 */
export function writeChecked(tree: unknown): string | null {
  const sql = deparse(tree);
  return JSON.stringify(canonical(parseTree(sql))) === JSON.stringify(canonical(tree)) ? sql : null;
}

/** Tells whether two trees are the same, wherever they stand in their texts. */
export function isSameTree(left: unknown, right: unknown): boolean {
  return JSON.stringify(canonical(left)) === JSON.stringify(canonical(right));
}

/** Fields that say where a node stands in its text. */
const PLACES: ReadonlySet<string> = new Set(['location', 'rexpr_list_start', 'rexpr_list_end']);

/** Keys in order, places in the text left out, AND within AND and OR within OR made one. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const node = asNode(value);
  const parts = node?.type === 'BoolExpr' ? { AND_EXPR: conjuncts, OR_EXPR: alternatives } : {};
  const flatten = (parts as Readonly<Record<string, typeof conjuncts>>)[String(node?.fields['boolop'])];
  const own = flatten === undefined ? value : { BoolExpr: { ...node?.fields, args: flatten(value) } };
  return Object.fromEntries(
    Object.entries(own)
      .filter(([key, item]) => !PLACES.has(key) && item !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, flatten === undefined ? canonical(item) : inner(item)]),
  );
}

/** The fields of a node that is flat already. */
function inner(fields: unknown): unknown {
  const { args, ...rest } = asFields(fields);
  return { ...(canonical(rest) as Fields), args: asList(args).map(canonical) };
}
