import { asList, asNode, names } from '../tree.ts';
import type { ParameterRole, ParameterUse } from './types.ts';

/** A comparison, seen from one side. */
export interface ComparedSide {
  readonly operator: string;
  /** `A_Expr_Kind` as the parser names it. */
  readonly kind: string;
  /** The other side. */
  readonly other: unknown;
  /** Whether the own side stands left. */
  readonly isLeft: boolean;
}

const LESS: ReadonlySet<string> = new Set(['<', '<=']);
const GREATER: ReadonlySet<string> = new Set(['>', '>=']);
const ELEMENTS: ReadonlySet<string> = new Set(['@>', '&&', '@@', '?', '?|', '?&']);

/** Functions that make a text search query of a text. @source PostgreSQL docs 12.3.2 "Parsing Queries" */
const QUERY_FUNCTIONS: ReadonlySet<string> = new Set([
  'to_tsquery',
  'plainto_tsquery',
  'phraseto_tsquery',
  'websearch_to_tsquery',
]);

/** Gives the parameters that a column is compared with, and what each is to it. */
export function comparedParameters(side: ComparedSide): readonly Omit<ParameterUse, 'column'>[] {
  const { kind, other } = side;
  if (kind === 'AEXPR_BETWEEN') {
    const [low, high] = listOf(other).map(parameterNumber);
    return [...use(low, 'low'), ...use(high, 'high')];
  }
  if (kind === 'AEXPR_IN') {
    const role = side.operator === '=' ? 'equality' : 'other';
    return listOf(other).flatMap((item) => use(parameterNumber(item), role));
  }
  return use(parameterNumber(other), roleOf(side), kind === 'AEXPR_OP_ANY');
}

function use(
  number: number | null | undefined,
  role: ParameterRole,
  isList = false,
): readonly Omit<ParameterUse, 'column'>[] {
  return number === null || number === undefined ? [] : [{ number, role, isList }];
}

function roleOf({ operator, kind, isLeft }: ComparedSide): ParameterRole {
  if (kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') return operator.startsWith('!') ? 'other' : 'pattern';
  if (operator === '=') return 'equality';
  if (LESS.has(operator)) return isLeft ? 'high' : 'low';
  if (GREATER.has(operator)) return isLeft ? 'low' : 'high';
  return ELEMENTS.has(operator) && isLeft ? 'element' : 'other';
}

/** The parser gives lists as lists, but wraps some in a node. */
function listOf(value: unknown): readonly unknown[] {
  const node = asNode(value);
  return node?.type === 'List' ? asList(node.fields['items']) : asList(value);
}

/** A parameter by itself, cast, or made into a query of a text search. */
function parameterNumber(value: unknown): number | null {
  const node = asNode(value);
  if (node?.type === 'ParamRef') return Number(node.fields['number'] ?? 0);
  if (node?.type === 'TypeCast') return parameterNumber(node.fields['arg']);
  if (node?.type === 'FuncCall' && QUERY_FUNCTIONS.has(names(node.fields['funcname']).at(-1) ?? '')) {
    return parameterNumber(asList(node.fields['args']).at(-1));
  }
  return null;
}
