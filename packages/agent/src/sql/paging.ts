import { parseTree } from './parser.ts';
import { asFields, asNode, type Fields, visit } from './tree.ts';

/** A number in LIMIT or OFFSET: written there, or the parameter that gives it. */
export type PageBound =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'parameter'; readonly number: number };

/** LIMIT and OFFSET of one query of a statement; null where there is none, or it is no plain number. */
export interface Paging {
  readonly limit: PageBound | null;
  readonly offset: PageBound;
}

/** Finds every OFFSET of a statement, subqueries included; empty when the text is not valid. */
export function readPaging(text: string): readonly Paging[] {
  const found: Paging[] = [];
  visit(parseTree(text), ({ type, fields }) => {
    const offset = type === 'SelectStmt' ? boundOf(fields['limitOffset']) : null;
    if (offset !== null) found.push({ limit: boundOf(fields['limitCount']), offset });
    return true;
  });
  return found;
}

function boundOf(value: unknown): PageBound | null {
  const node = asNode(value);
  if (node === null) return null;
  if (node.type === 'TypeCast') return boundOf(node.fields['arg']);
  if (node.type === 'ParamRef') return { kind: 'parameter', number: Number(node.fields['number'] ?? 0) };
  return node.type === 'A_Const' ? constantOf(node.fields) : null;
}

/** The tree leaves out what is 0. Numbers beyond four bytes, and numbers in quotes, are texts there. */
function constantOf(fields: Fields): PageBound | null {
  if (fields['isnull'] === true) return null;
  const integer = fields['ival'];
  if (integer !== undefined) return { kind: 'number', value: Number(asFields(integer)['ival'] ?? 0) };
  const text = asFields(fields['fval'])['fval'] ?? asFields(fields['sval'])['sval'];
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? null : { kind: 'number', value };
}
