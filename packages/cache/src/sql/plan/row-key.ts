import type { KeyColumn, RelationFacts } from './catalog.ts';
import { type Fields, fieldsOf, listOf, nameOf, nodeOf, textOf } from './syntax-tree.ts';

/** Types whose text is the same wherever their values are equal, once it is written in one way. */
export type ExactType = 'integer' | 'text' | 'uuid';

/** What one column of a primary key equals: one of these. */
export interface KeyPart {
  readonly type: ExactType;
  readonly values: readonly KeyValue[];
}

/** A constant of the text, or the number of a parameter: a value, or an array any of whose elements it may be. */
export type KeyValue =
  | { readonly constant: string }
  | { readonly parameter: number }
  | { readonly elementsOf: number };

/** A table at the top of a statement, of whose rows only those that pass the conditions matter. */
export interface TopTable {
  readonly range: Fields;
  readonly conditions: readonly unknown[];
  /** Whether a column without a table's name can only be one of this table. */
  readonly isAlone: boolean;
}

const TYPES: Readonly<Record<number, ExactType>> = {
  20: 'integer',
  21: 'integer',
  23: 'integer',
  25: 'text',
  1043: 'text',
  2950: 'uuid',
};
/** Arrays of these. */
const ARRAYS: Readonly<Record<number, ExactType>> = {
  1005: 'integer',
  1007: 'integer',
  1009: 'text',
  1015: 'text',
  1016: 'integer',
  2951: 'uuid',
};
const CASTS: Readonly<Record<string, ExactType>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  text: 'text',
  uuid: 'uuid',
};

/** Gives the tables of a statement's own FROM that no outer join may fill with nulls, and what all rows must pass. */
export function topTables(tree: unknown): readonly TopTable[] {
  const select = nodeOf(tree, 'SelectStmt');
  if (select === null || select['op'] !== 'SETOP_NONE') return [];
  const ranges: Fields[] = [];
  const conditions = [...conjuncts(select['whereClause'])];
  const descend = (item: unknown): void => {
    const range = nodeOf(item, 'RangeVar');
    if (range !== null) ranges.push(range);
    const join = nodeOf(item, 'JoinExpr');
    if (join === null) return;
    const { jointype } = join;
    if (jointype === 'JOIN_INNER') conditions.push(...conjuncts(join['quals']));
    if (jointype === 'JOIN_INNER' || jointype === 'JOIN_LEFT') descend(join['larg']);
    if (jointype === 'JOIN_INNER' || jointype === 'JOIN_RIGHT') descend(join['rarg']);
  };
  const from = listOf(select['fromClause']);
  for (const item of from) descend(item);
  const isAlone = from.length === 1 && nodeOf(from[0], 'RangeVar') !== null;
  return ranges.map((range) => ({ range, conditions, isAlone }));
}

/** Gives what each column of the primary key must equal; null where that is not said of all of them. */
export function rowKeyOf(
  table: TopTable,
  { key }: RelationFacts,
  parameterTypes: readonly number[],
): readonly KeyPart[] | null {
  if (key.length === 0 || fieldsOf(table.range['alias'])['colnames'] !== undefined) return null;
  const parts = key.map((column) => partOf(table, column, parameterTypes));
  return parts.every((part) => part !== null) ? parts : null;
}

/** Writes a value as PostgreSQL would; null where it cannot be known. */
export function canonicalText(type: ExactType, text: string): string | null {
  switch (type) {
    case 'integer':
      return /^\s*[+-]?\d{1,40}\s*$/.test(text) ? BigInt(text.trim().replace(/^\+/, '')).toString() : null;
    case 'uuid':
      return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text.toLowerCase() : null;
    case 'text':
      return text;
  }
}

/** One element: within quotes, or without what would have to stand within them. */
const ELEMENT = String.raw`"(?:[^"\\]|\\.)*"|[^\s",{}\\]+`;
const ELEMENTS = new RegExp(ELEMENT, 'gs');
const ARRAY = new RegExp(String.raw`^\{(?:(?:${ELEMENT})(?:,(?:${ELEMENT}))*)?\}$`, 's');

/**
 * Gives the elements of an array but for nulls, which equal nothing. Null where it is not written as node-postgres and
 * PostgreSQL write it: white space, bounds and dimensions are for the server to read.
 * @source PostgreSQL docs 8.15.6 "Array Input and Output Syntax"
 */
export function arrayElements(text: string): readonly string[] | null {
  if (!ARRAY.test(text)) return null;
  const written = text.slice(1, -1).match(ELEMENTS) ?? [];
  return written.flatMap((one) => {
    if (one.startsWith('"')) return [one.slice(1, -1).replaceAll(/\\(.)/gs, '$1')];
    return /^null$/i.test(one) ? [] : [one];
  });
}

function partOf(table: TopTable, column: KeyColumn, parameterTypes: readonly number[]): KeyPart | null {
  const type = TYPES[column.typeOid];
  if (type === undefined || !column.isExact) return null;
  for (const condition of table.conditions) {
    const sides = equality(condition);
    if (sides === null) continue;
    const { left, right } = sides;
    const isTurned = 'value' in right && isColumn(table, right.value, column.name);
    if (!isTurned && !isColumn(table, left, column.name)) continue;
    const values = valuesIn(isTurned ? { value: left } : right, type, parameterTypes);
    if (values.every((value) => value !== null)) return { type, values };
  }
  return null;
}

/**
 * Gives the sides of `=`, `in (…)` or `= any (…)`. The operator is that of the search path, which has PostgreSQL's own
 * first for a type that nobody else made one for.
 */
function equality(condition: unknown): { readonly left: unknown; readonly right: Side } | null {
  const { kind, name, lexpr, rexpr } = nodeOf(condition, 'A_Expr') ?? {};
  if (nameOf(name).join('.') !== '=') return null;
  switch (kind) {
    case 'AEXPR_OP':
      return { left: lexpr, right: { value: rexpr } };
    case 'AEXPR_IN':
      return { left: lexpr, right: { list: listOf(nodeOf(rexpr, 'List')?.['items']) } };
    case 'AEXPR_OP_ANY': {
      const array = nodeOf(rexpr, 'A_ArrayExpr');
      return { left: lexpr, right: array === null ? { array: rexpr } : { list: listOf(array['elements']) } };
    }
    default:
      return null;
  }
}

/** What a column equals: an expression, one of several, or an element of one. */
type Side = { readonly value: unknown } | { readonly list: readonly unknown[] } | { readonly array: unknown };

function valuesIn(
  side: Side,
  type: ExactType,
  parameterTypes: readonly number[],
): readonly (KeyValue | null)[] {
  if ('array' in side) return [elementsIn(side.array, type, parameterTypes)];
  const expressions = 'list' in side ? side.list : [side.value];
  return expressions.map((expression) => valueIn(expression, type, parameterTypes));
}

function isColumn({ range, isAlone }: TopTable, expression: unknown, column: string): boolean {
  const parts = nameOf(nodeOf(expression, 'ColumnRef')?.['fields']);
  if (parts.at(-1) !== column) return false;
  if (parts.length === 1) return isAlone;
  const name = textOf(fieldsOf(range['alias'])['aliasname']) ?? textOf(range['relname']);
  return parts.length === 2 && parts[0] === name;
}

function valueIn(expression: unknown, type: ExactType, parameterTypes: readonly number[]): KeyValue | null {
  const cast = nodeOf(expression, 'TypeCast');
  if (cast !== null) {
    return isCastTo(fieldsOf(cast['typeName']), type) ? valueIn(cast['arg'], type, parameterTypes) : null;
  }
  const parameter = nodeOf(expression, 'ParamRef');
  if (parameter !== null) {
    const number = Number(parameter['number']);
    return TYPES[parameterTypes[number - 1] ?? 0] === type ? { parameter: number } : null;
  }
  const constant = constantOf(nodeOf(expression, 'A_Const'), type);
  return constant === null ? null : { constant };
}

/** The array of `= any ($1)`: its own type says enough, whatever it is cast to. */
function elementsIn(
  expression: unknown,
  type: ExactType,
  parameterTypes: readonly number[],
): KeyValue | null {
  const cast = nodeOf(expression, 'TypeCast');
  const number = Number(nodeOf(cast?.['arg'] ?? expression, 'ParamRef')?.['number']);
  return ARRAYS[parameterTypes[number - 1] ?? 0] === type ? { elementsOf: number } : null;
}

function isCastTo(typeName: Fields, type: ExactType): boolean {
  const [name = '', schema = 'pg_catalog'] = nameOf(typeName['names']).toReversed();
  const isPlain = listOf(typeName['typmods']).length === 0 && listOf(typeName['arrayBounds']).length === 0;
  return isPlain && schema === 'pg_catalog' && CASTS[name] === type;
}

function constantOf(constant: Fields | null, type: ExactType): string | null {
  if (constant === null) return null;
  const { ival, fval, sval } = constant;
  // Zero is the default of its field, and left out.
  const number = ival === undefined ? fieldsOf(fval)['fval'] : (fieldsOf(ival)['ival'] ?? 0);
  const text = sval === undefined ? number : (fieldsOf(sval)['sval'] ?? '');
  if (text === undefined || (sval === undefined && type !== 'integer')) return null;
  return canonicalText(type, String(text));
}

function conjuncts(condition: unknown): readonly unknown[] {
  if (condition === undefined) return [];
  const both = nodeOf(condition, 'BoolExpr');
  return both?.['boolop'] === 'AND_EXPR' ? listOf(both['args']).flatMap(conjuncts) : [condition];
}
