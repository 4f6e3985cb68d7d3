import { deparse } from '../deparse.ts';
import { asList, asNode, asText, contains, type Fields, names, type TreeNode, visit } from '../tree.ts';
import { comparedParameters } from './compared-parameters.ts';
import { type FoundColumn, findColumn, type Names } from './names.ts';
import type { OccurrenceBuilder } from './occurrence.ts';

const RANGES: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** Operators that other access methods than btree serve. */
const SPECIAL: ReadonlySet<string> = new Set(
  '@> <@ ? ?| ?& @? @@ && << >> &< &> -|- <<= >>= ~ ~* ~~ ~~* <-> % ^@'.split(' '),
);

/** Reads a condition: what it asks of each column. */
export function readConditions(value: unknown, scope: Names): void {
  const node = asNode(value);
  if (node === null) return;
  if (node.type === 'BoolExpr') {
    if (node.fields['boolop'] === 'AND_EXPR') {
      for (const part of asList(node.fields['args'])) readConditions(part, scope);
      return;
    }
    readDisjunction(node, scope);
    return;
  }
  readOne(node, scope);
  keepLiteral(value, node, scope);
}

/** Arms of OR and NOT: every column is filtered on, and arms that compare one by one count as such. */
function readDisjunction(node: TreeNode, scope: Names): void {
  for (const part of asList(node.fields['args'])) readConditions(part, scope);
  for (const found of columnsOf(node, scope)) found.occurrence.addRole(found.column, 'filter');
}

function readOne(node: TreeNode, scope: Names): void {
  switch (node.type) {
    case 'A_Expr':
      readComparison(node.fields, scope);
      return;
    case 'NullTest':
    case 'BooleanTest':
      addRole(findColumn(asNode(node.fields['arg']), scope), 'equality');
      return;
    case 'ColumnRef':
      addRole(findColumn(node, scope), 'equality');
      return;
    default:
      for (const found of columnsOf(node, scope)) found.occurrence.addRole(found.column, 'filter');
  }
}

function readComparison(fields: Fields, scope: Names): void {
  const operator = names(fields['name']).at(-1) ?? '';
  const kind = asText(fields['kind']) ?? 'AEXPR_OP';
  const { lexpr: left, rexpr: right } = fields;
  const leftColumn = findColumn(asNode(left), scope);
  const rightColumn = findColumn(asNode(right), scope);
  if (leftColumn !== null && rightColumn !== null && operator === '=') {
    const isJoin = leftColumn.occurrence !== rightColumn.occurrence;
    addRole(leftColumn, isJoin ? 'join' : 'filter');
    addRole(rightColumn, isJoin ? 'join' : 'filter');
    return;
  }
  readSide({ operator, kind, own: left, other: right, isLeft: true }, scope);
  readSide({ operator, kind, own: right, other: left, isLeft: false }, scope);
}

interface Side {
  readonly operator: string;
  readonly kind: string;
  readonly own: unknown;
  readonly other: unknown;
  readonly isLeft: boolean;
}

function readSide(side: Side, scope: Names): void {
  const { operator, kind, own, other } = side;
  const column = findColumn(asNode(own), scope);
  const found = column === null ? columnsOf(own, scope) : [column];
  const [first] = found;
  if (first === undefined) return;
  const role = roleOf(operator, kind);
  const isAlone = found.every((one) => one.occurrence === first.occurrence);
  if (isAlone && side.isLeft && SPECIAL.has(operator) && !contains(other, 'SubLink')) {
    first.occurrence.addOperator({
      sql: bareSql(own),
      column: column?.column ?? null,
      operator,
      literal: literalOf(other),
    });
  }
  if (column !== null) {
    addRole(column, role);
    for (const use of comparedParameters(side))
      column.occurrence.addParameter({ ...use, column: column.column });
    return;
  }
  for (const one of found) one.occurrence.addRole(one.column, 'filter');
  if (isAlone && isComparable(own, role) && columnsOf(other, scope).length === 0) {
    first.occurrence.addExpression({ sql: bareSql(own), role });
  }
}

/** Whether an expression on a column is compared as an index on it could serve. */
function isComparable(
  own: unknown,
  role: ReturnType<typeof roleOf>,
): role is Exclude<ReturnType<typeof roleOf>, 'filter'> {
  return role !== 'filter' && !contains(own, 'SubLink', 'ParamRef') && asNode(own)?.type !== 'A_Const';
}

function roleOf(operator: string, kind: string): 'equality' | 'range' | 'filter' {
  if (kind === 'AEXPR_BETWEEN') return 'range';
  if (kind === 'AEXPR_LIKE') return 'range';
  const isEqual = operator === '=' && ['AEXPR_OP', 'AEXPR_IN', 'AEXPR_OP_ANY'].includes(kind);
  if (isEqual) return 'equality';
  return kind === 'AEXPR_OP' && RANGES.has(operator) ? 'range' : 'filter';
}

/** A condition on one occurrence without parameters or subqueries could be an index's predicate. */
function keepLiteral(value: unknown, node: TreeNode, scope: Names): void {
  if (contains(value, 'ParamRef', 'SubLink', 'FuncCall', 'SQLValueFunction')) return;
  const found = columnsOf(value, scope);
  const [first] = found;
  if (first === undefined || !found.every((one) => one.occurrence === first.occurrence)) return;
  if (node.type === 'A_Expr' && asNode(node.fields['rexpr'])?.type === 'ColumnRef') return;
  first.occurrence.addLiteral(bareSql(value), [...new Set(found.map((one) => one.column))]);
}

/** Columns of tables below a value; those of subqueries belong to them. */
function columnsOf(value: unknown, scope: Names): readonly FoundColumn[] {
  const found: FoundColumn[] = [];
  visit(value, (node) => {
    if (node.type === 'SelectStmt') return false;
    const column = findColumn(node, scope);
    if (column !== null) found.push(column);
    return true;
  });
  return found;
}

function addRole(found: FoundColumn | null, role: Parameters<OccurrenceBuilder['addRole']>[1]): void {
  found?.occurrence.addRole(found.column, role);
}

/** Writes an expression with bare column names: in an index there is only one table. */
function bareSql(value: unknown): string {
  return deparse(withoutQualifiers(value)).replace(/\s*\n\s*/g, ' ');
}

function withoutQualifiers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutQualifiers);
  if (typeof value !== 'object' || value === null) return value;
  const node = asNode(value);
  if (node?.type === 'ColumnRef') {
    return { ColumnRef: { fields: asList(node.fields['fields']).slice(-1) } };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutQualifiers(item)]));
}

function literalOf(value: unknown): string | null {
  const node = asNode(value);
  if (node?.type === 'TypeCast') return literalOf(node.fields['arg']);
  if (node?.type !== 'A_Const') return null;
  const text = asNode({ String: node.fields['sval'] ?? null });
  return text === null ? null : asText(text.fields['sval']);
}
