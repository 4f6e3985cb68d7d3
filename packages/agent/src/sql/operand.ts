import { columnReference, type Scope } from './scope.ts';
import { asList, asNode, asText, contains, names, type TreeNode, visit } from './tree.ts';
import type { Operand } from './types.ts';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '||', '->', '->>', '#>', '#>>']);

/** Texts in all their disguises; between them a cast changes nothing that an index would notice. */
const TEXT_TYPES: ReadonlySet<string> = new Set(['text', 'varchar']);

/**
 * Reads one side of a comparison: a bare column, or one column with functions, casts or arithmetic around it.
 * @returns null when it rests on no column, on several, or on a subquery
 */
export function readOperand(value: unknown, scope: Scope): Operand | null {
  const node = asNode(value);
  const bare = columnReference(node, scope);
  if (bare !== null) return { column: bare, display: null, shape: null };
  if (node === null || !isWrapper(node)) return null;
  const columns: TreeNode[] = [];
  visit(value, (inner) => {
    if (inner.type === 'ColumnRef') columns.push(inner);
    return true;
  });
  const column = columnReference(columns[0] ?? null, scope);
  if (column === null || columns.length !== 1 || contains(value, 'SubLink', 'CaseExpr')) return null;
  const shape = shapeOf(value);
  return shape === null ? null : { column, shape, display: displayOf(shape) };
}

/** Tells whether a value is the same for all rows: no column, no subquery. */
export function isConstant(value: unknown): boolean {
  return !contains(value, 'ColumnRef', 'SubLink');
}

/** Name of the type that a value is cast to at its top. */
export function castType(value: unknown): string | null {
  const node = asNode(value);
  return node?.type === 'TypeCast' ? typeOf(node) : null;
}

function isWrapper(node: TreeNode): boolean {
  return (
    node.type === 'FuncCall' ||
    node.type === 'TypeCast' ||
    node.type === 'CoalesceExpr' ||
    node.type === 'CollateClause' ||
    (node.type === 'A_Expr' && node.fields['kind'] === 'AEXPR_OP')
  );
}

/**
 * Gives an expression its canonical form: names without schema, constants and parameters as `?`, `date(x)` as
 * `x::date`, and no cast among texts inside a call, since PostgreSQL adds it to stored index expressions.
 * @returns null for what it does not know
 */
export function shapeOf(value: unknown): string | null {
  const node = asNode(value);
  if (node === null) return null;
  switch (node.type) {
    case 'ColumnRef':
      return names(node.fields['fields']).at(-1) ?? null;
    case 'A_Const':
    case 'ParamRef':
      return '?';
    case 'CollateClause':
      return shapeOf(node.fields['arg']);
    case 'TypeCast':
      return castShape(node);
    case 'FuncCall':
      return callShape(node);
    case 'CoalesceExpr':
      return join('coalesce', asList(node.fields['args']));
    case 'A_Expr':
      return operatorShape(node);
    default:
      return null;
  }
}

function castShape(node: TreeNode): string | null {
  const argument = shapeOf(node.fields['arg']);
  if (argument === null || argument === '?') return argument;
  return `${argument}::${typeOf(node)}`;
}

function callShape(node: TreeNode): string | null {
  const name = names(node.fields['funcname']).at(-1) ?? '';
  const args = asList(node.fields['args']);
  if (name === 'date' && args.length === 1) {
    const argument = shapeOf(args[0]);
    return argument === null ? null : `${argument}::date`;
  }
  return join(name, args);
}

function operatorShape(node: TreeNode): string | null {
  const operator = names(node.fields['name']).at(-1) ?? '';
  const left = shapeOf(withoutTextCast(node.fields['lexpr']));
  const right = shapeOf(withoutTextCast(node.fields['rexpr']));
  if (!ARITHMETIC.has(operator) || left === null || right === null) return null;
  return `${left} ${operator} ${right}`;
}

function join(name: string, args: readonly unknown[]): string | null {
  const shapes = args.map((argument) => shapeOf(withoutTextCast(argument)));
  return shapes.includes(null) ? null : `${name}(${shapes.join(', ')})`;
}

function withoutTextCast(value: unknown): unknown {
  const node = asNode(value);
  return node?.type === 'TypeCast' && TEXT_TYPES.has(typeOf(node)) ? node.fields['arg'] : value;
}

function typeOf(node: TreeNode): string {
  const type = node.fields['typeName'];
  const name = names((type as { readonly names?: unknown } | undefined)?.names).at(-1);
  return asText(name) ?? '';
}

function displayOf(shape: string): string {
  return shape.replaceAll('?', '…');
}
