import {
  asFields,
  asList,
  asNode,
  conjunction,
  type Fields,
  names,
  replaceIn,
  visit,
} from '../../../sql/index.ts';

/** `left operator right`. */
export interface Comparison {
  readonly operator: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** What an operator becomes when its sides change places. */
const MIRRORED: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * Lists the conditions of WHERE and ON that only let rows through: below nothing but AND and OR, so that FALSE in the
 * place of NULL changes nothing.
 */
function filterConditions(query: Fields): readonly unknown[] {
  const found: unknown[] = [];
  const collect = (value: unknown): void => {
    const node = asNode(value);
    if (node?.type === 'BoolExpr' && node.fields['boolop'] !== 'NOT_EXPR') {
      for (const part of asList(node.fields['args'])) collect(part);
    } else if (node !== null) found.push(value);
  };
  collect(query['whereClause']);
  visit(asList(query['fromClause']), ({ type, fields }) => {
    if (type === 'JoinExpr') collect(fields['quals']);
    return type === 'JoinExpr';
  });
  return found;
}

/** Reads a comparison; null for any other condition. */
export function comparisonOf(condition: unknown): Comparison | null {
  const node = asNode(condition);
  if (node?.type !== 'A_Expr' || node.fields['kind'] !== 'AEXPR_OP') return null;
  const path = names(node.fields['name']);
  const [operator = ''] = path;
  if (path.length !== 1 || MIRRORED[operator] === undefined) return null;
  return { operator, left: node.fields['lexpr'], right: node.fields['rexpr'] };
}

/** Reads a comparison, or BETWEEN as the two that it stands for. */
function comparisonsOf(condition: unknown): readonly Comparison[] {
  const { kind, lexpr: left, rexpr } = asNode(condition)?.fields ?? {};
  const comparison = comparisonOf(condition);
  if (comparison !== null) return [comparison];
  const [low, high] = asList(asNode(rexpr)?.fields['items']);
  if (kind !== 'AEXPR_BETWEEN' || low === undefined || high === undefined) return [];
  return [
    { operator: '>=', left, right: low },
    { operator: '<=', left, right: high },
  ];
}

/** Gives a comparison as it stands and with its sides changed. */
export function bothWays(comparison: Comparison): readonly [Comparison, Comparison] {
  const { operator, left, right } = comparison;
  return [comparison, { operator: MIRRORED[operator] ?? operator, left: right, right: left }];
}

/** Replaces conditions of a query. */
export function replaceAll(query: Fields, replacements: ReadonlyMap<unknown, unknown>): Fields {
  let replaced: unknown = query;
  for (const [original, replacement] of replacements) replaced = replaceIn(replaced, original, replacement);
  return asFields(replaced);
}

/** Lists the nodes of a type in a query, wrapped, without those of queries inside it. */
export function nodesOf(value: unknown, type: string): readonly unknown[] {
  const found: unknown[] = [];
  const collect = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(collect);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return;
    const node = asNode(item);
    if (node?.type === type) found.push(item);
    if (node?.type === 'SelectStmt') return;
    for (const inner of Object.values(node?.fields ?? item)) collect(inner);
  };
  collect(value);
  return found;
}

/** Replaces the conditions of a query that a rule knows better ones for. @returns null when it knows none */
export function replaceConditions(
  query: Fields,
  better: (comparison: Comparison) => Better | null,
): { readonly query: Fields; readonly conditions: readonly string[] } | null {
  const replacements = new Map<unknown, unknown>();
  const conditions = new Set<string>();
  for (const condition of filterConditions(query)) {
    const comparisons = comparisonsOf(condition);
    const found = comparisons.flatMap((comparison) => {
      const [first] = bothWays(comparison).flatMap((one) => better(one) ?? []);
      return first ?? [];
    });
    if (found.length === 0 || found.length < comparisons.length) continue;
    replacements.set(condition, conjunction(found.map((one) => one.condition)));
    for (const one of found.flatMap((each) => each.conditions)) conditions.add(one);
  }
  if (replacements.size === 0) return null;
  return { query: replaceAll(query, replacements), conditions: [...conditions] };
}

/** A condition that may stand in the place of another. */
export interface Better {
  readonly condition: unknown;
  /** What must hold for it, one clause each. */
  readonly conditions: readonly string[];
}
