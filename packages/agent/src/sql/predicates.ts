import { castType, isConstant, readOperand } from './operand.ts';
import { columnReference, type Scope } from './scope.ts';
import { asList, asNode, asText, contains, names, type TreeNode, visit } from './tree.ts';
import type { Comparison, Predicate } from './types.ts';

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=']);
const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const CLOCKS: ReadonlySet<string> = new Set([
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'timezone',
]);

/**
 * Reads a condition.
 * @returns its predicates joined by AND; null when a part of it says nothing about columns or is not known
 */
function readCondition(value: unknown, scope: Scope): readonly Predicate[] | null {
  const node = asNode(value);
  if (node === null) return null;
  if (node.type === 'BoolExpr') return readBoolean(node, scope);
  if (node.type === 'A_Expr') {
    const predicate = readExpression(node, scope);
    return predicate === null ? null : [predicate];
  }
  return null;
}

/**
 * Reads a condition as far as it is understood.
 * @param onOther told of a part that is not understood and rests on a parameter
 */
export function readKnownParts(value: unknown, scope: Scope, onOther: () => void): readonly Predicate[] {
  const node = asNode(value);
  if (node?.type === 'BoolExpr' && node.fields['boolop'] === 'AND_EXPR') {
    return asList(node.fields['args']).flatMap((part) => readKnownParts(part, scope, onOther));
  }
  const known = readCondition(value, scope);
  if (known === null && contains(value, 'ParamRef')) onOther();
  return known ?? [];
}

function readBoolean(node: TreeNode, scope: Scope): readonly Predicate[] | null {
  const args = asList(node.fields['args']);
  switch (node.fields['boolop']) {
    case 'AND_EXPR': {
      const parts = args.map((part) => readCondition(part, scope));
      return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
    }
    case 'OR_EXPR':
      return [{ kind: 'or', arms: args.map((arm) => readCondition(arm, scope)) }];
    default:
      return readNegation(asNode(args[0]), scope);
  }
}

function readNegation(node: TreeNode | null, scope: Scope): readonly Predicate[] | null {
  if (node?.type !== 'SubLink' || node.fields['subLinkType'] !== 'ANY_SUBLINK') return null;
  const operator = names(node.fields['operName']);
  if (operator.length > 0 && operator.at(-1) !== '=') return null;
  const column = readOperand(node.fields['testexpr'], scope)?.column ?? null;
  return [{ kind: 'not-in-subquery', column }];
}

function readExpression(node: TreeNode, scope: Scope): Predicate | null {
  const operator = names(node.fields['name']).at(-1) ?? '';
  const { lexpr, rexpr } = node.fields;
  switch (node.fields['kind']) {
    case 'AEXPR_OP':
      return COMPARISONS.has(operator) ? readComparison(operator, lexpr, rexpr, scope) : null;
    case 'AEXPR_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
      return compare('between', lexpr, rexpr, scope);
    case 'AEXPR_IN':
    case 'AEXPR_OP_ANY':
      return operator === '=' ? compare('in', lexpr, rexpr, scope) : null;
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return readPattern(node, scope);
    default:
      return null;
  }
}

function readComparison(operator: string, left: unknown, right: unknown, scope: Scope): Comparison | null {
  return compare(operator, left, right, scope) ?? compare(MIRRORED[operator] ?? operator, right, left, scope);
}

function compare(operator: string, subject: unknown, other: unknown, scope: Scope): Comparison | null {
  if (!isConstant(other)) return null;
  const operand = readOperand(subject, scope);
  if (operand === null) return null;
  let isRelativeToNow = contains(other, 'SQLValueFunction');
  visit(other, (node) => {
    isRelativeToNow ||= node.type === 'FuncCall' && CLOCKS.has(names(node.fields['funcname']).at(-1) ?? '');
    return true;
  });
  return { kind: 'comparison', operator, operand, constantType: castType(other), isRelativeToNow };
}

function readPattern(node: TreeNode, scope: Scope): Predicate | null {
  const column = columnReference(asNode(node.fields['lexpr']), scope);
  const operator = names(node.fields['name']).at(-1);
  if (column === null || (operator !== '~~' && operator !== '~~*')) return null;
  return {
    kind: 'pattern',
    operator: operator === '~~' ? 'like' : 'ilike',
    column,
    hasLeadingWildcard: hasLeadingWildcard(node.fields['rexpr']),
  };
}

/**
 * Tells whether a pattern visibly begins with a wildcard. pg_stat_statements replaces constants by parameters
 * that it numbers after the statement's own: in `$2 || $1` the first was a constant, which is only ever put in
 * front of a search text to leave its beginning open.
 */
function hasLeadingWildcard(pattern: unknown): boolean {
  const parts = concatenated(pattern).map((part) => withoutCasts(part));
  const [first, ...rest] = parts;
  if (first === undefined) return false;
  if (first?.type === 'A_Const') {
    const text = asText((first.fields['sval'] as { readonly sval?: unknown } | undefined)?.sval);
    return text !== null && /^[%_]/.test(text);
  }
  const number = parameterNumber(first);
  if (number === null) return false;
  return rest.some((part) => {
    const other = parameterNumber(part);
    return other !== null && other < number;
  });
}

function concatenated(value: unknown): readonly unknown[] {
  const node = asNode(value);
  if (node?.type !== 'A_Expr' || names(node.fields['name']).at(-1) !== '||') return [value];
  return [...concatenated(node.fields['lexpr']), ...concatenated(node.fields['rexpr'])];
}

function withoutCasts(value: unknown): TreeNode | null {
  const node = asNode(value);
  return node?.type === 'TypeCast' ? withoutCasts(node.fields['arg']) : node;
}

function parameterNumber(node: TreeNode | null): number | null {
  return node?.type === 'ParamRef' ? Number(node.fields['number'] ?? 0) : null;
}
