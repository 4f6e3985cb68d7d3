import type { PlanNode } from '../planner/index.ts';
import { asList, asNode, names, parseTree, visit } from '../sql/index.ts';

/** Labels of conditions on the rows that a scan gives. */
const CONDITIONS: readonly string[] = ['Filter', 'Index Cond', 'Recheck Cond'];

const COMPARED: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', '<>']);

/**
 * Gives the columns of a scan's table that its conditions compare with something that is no column, each once, in the order in
 * which they are written; those inside functions and below OR are left out.
 */
export function comparedColumns(node: PlanNode): readonly string[] {
  const columns = CONDITIONS.flatMap((label) => {
    const condition = node.details[label];
    return typeof condition === 'string' ? columnsOf(condition) : [];
  });
  return [...new Set(columns)];
}

/** Gives the columns of one table that an aggregate groups by, with the alias of the table; null when they are of several, or expressions. */
export function groupedColumns(
  node: PlanNode,
): { readonly alias: string | null; readonly columns: readonly string[] } | null {
  const keys = node.details['Group Key'];
  if (keys === undefined) return null;
  const found = (typeof keys === 'string' ? [keys] : keys).map((key) => reference(selectTree(key, 'target')));
  const [first] = found;
  if (first === undefined || first === null) return null;
  const columns = found.flatMap((one) => (one !== null && one.alias === first.alias ? [one.column] : []));
  return columns.length === found.length ? { alias: first.alias, columns } : null;
}

function columnsOf(condition: string): readonly string[] {
  const found: string[] = [];
  visit(selectTree(condition, 'where'), ({ type, fields }) => {
    if (type === 'BoolExpr') return fields['boolop'] === 'AND_EXPR';
    if (type !== 'A_Expr') return false;
    const operator = names(fields['name']).at(-1) ?? '';
    const [left, right] = [reference(fields['lexpr']), reference(fields['rexpr'])];
    if (COMPARED.has(operator) && left !== null && right === null) found.push(left.column);
    return false;
  });
  return found;
}

/** EXPLAIN prints expressions as SQL; what it prints of subplans is none. */
function selectTree(expression: string, place: 'where' | 'target'): unknown {
  const tree = asNode(parseTree(place === 'where' ? `select 1 where ${expression}` : `select ${expression}`));
  if (tree === null) return null;
  if (place === 'where') return tree.fields['whereClause'];
  return asNode(asList(tree.fields['targetList'])[0])?.fields['val'];
}

/** A bare column, cast or not. */
function reference(value: unknown): { readonly alias: string | null; readonly column: string } | null {
  const node = asNode(value);
  if (node?.type === 'TypeCast') return reference(node.fields['arg']);
  if (node?.type !== 'ColumnRef') return null;
  const parts = names(node.fields['fields']);
  const column = parts.at(-1);
  return column === undefined ? null : { alias: parts.at(-2) ?? null, column };
}
