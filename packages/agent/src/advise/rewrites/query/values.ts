import { asFields, asNode, asText, contains, expression, names } from '../../../sql/index.ts';

/** Reads the text of a constant in quotes; null for anything else. */
export function textConstant(value: unknown): string | null {
  const node = asNode(value);
  return node?.type === 'A_Const' ? asText(asFields(node.fields['sval'])['sval']) : null;
}

/** Reads a whole number that stands in the statement; null for anything else. The tree leaves out what is 0. */
export function integerConstant(value: unknown): bigint | null {
  const node = asNode(value);
  if (node?.type !== 'A_Const') return null;
  const integer = node.fields['ival'];
  if (integer !== undefined) return BigInt(Number(asFields(integer)['ival'] ?? 0));
  // Numbers beyond four bytes are texts in the tree.
  const text = asText(asFields(node.fields['fval'])['fval']) ?? '';
  return /^-?\d+$/.test(text) ? BigInt(text) : null;
}

/** Reads a number with or without a fraction; null for anything else. */
export function numberConstant(value: unknown): string | null {
  const integer = integerConstant(value);
  if (integer !== null) return String(integer);
  const node = asNode(value);
  const text = node?.type === 'A_Const' ? asText(asFields(node.fields['fval'])['fval']) : null;
  return text !== null && /^-?\d*\.?\d+$/.test(text) ? text : null;
}

/** Reads the number of a `$n`, bare or cast; null for anything else. */
export function parameterNumber(value: unknown): number | null {
  const node = asNode(value);
  if (node?.type === 'TypeCast') return parameterNumber(node.fields['arg']);
  return node?.type === 'ParamRef' ? Number(node.fields['number'] ?? 0) : null;
}

/** Reads `value::type`: the bare type name and what is cast; null for anything else. */
export function castOf(value: unknown): { readonly typeName: string; readonly value: unknown } | null {
  const node = asNode(value);
  if (node?.type !== 'TypeCast') return null;
  const type = asFields(node.fields['typeName']);
  // `varchar(3)` cuts, `timestamp(0)` rounds: such a cast is more than a change of type.
  if (type['arrayBounds'] !== undefined || type['typmods'] !== undefined) return null;
  return { typeName: names(type['names']).at(-1) ?? '', value: node.fields['arg'] };
}

/** Writes `value::type`; the value is a tree, the type a name of PostgreSQL. */
export function cast(value: unknown, typeName: string): unknown {
  const node = asNode(expression(`null::${typeName}`));
  return { TypeCast: { ...node?.fields, arg: value } };
}

/** Writes a text in quotes. */
export function quoted(text: string): unknown {
  return expression(`'${text.replaceAll("'", "''")}'`);
}

/** Tells whether an expression is the same for every row: no column, no query. */
export function isRowIndependent(value: unknown): boolean {
  return !contains(value, 'ColumnRef', 'SubLink');
}
