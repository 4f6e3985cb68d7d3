import { expression, operation } from '../../../../sql/index.ts';
import { type Better, type Comparison, replaceConditions } from '../../query/conditions.ts';
import { findColumn, type QueryScope } from '../../query/scope.ts';
import { cast, castOf, numberConstant, parameterNumber, quoted, textConstant } from '../../query/values.ts';
import type { RewriteRule } from '../../types.ts';
import { compareWhole } from './whole-numbers.ts';

/** SQL names of the types that a value may be cast to instead. */
const INTEGERS: Readonly<Record<string, string>> = { int2: 'smallint', int4: 'integer', int8: 'bigint' };

/** Types whose values make an integer column be cast to theirs. */
const WIDER: ReadonlySet<string> = new Set(['numeric', 'float8']);

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar']);

/** A comparison whose cast lands on the column, with the cast on the value. */
export const implicitCast: RewriteRule = {
  id: 'rewrite/implicit-cast',
  title: 'Cast moved off the column',
  source:
    'PostgreSQL docs 10.2 "Operators": the side with the less preferred type is cast; 11.10 "Operator Classes"',
  find: (query, { scope }) => {
    const found = replaceConditions(query, (comparison) => moved(comparison, scope));
    if (found === null) return [];
    return [
      {
        ...found,
        exactness: found.conditions.length === 0 ? 'exact' : 'conditional',
        constraints: [],
        changes: "compares in the column's own type",
        why: 'a cast on the column hides it from its index and its statistics',
      },
    ];
  },
};

function moved({ operator, left, right }: Comparison, scope: QueryScope): Better | null {
  const column = findColumn(left, scope)?.column.typeName;
  if (column === undefined) return explicitCast({ operator, left, right }, scope);
  if (column in INTEGERS) return ofInteger({ operator, left, right }, column);
  const given = castOf(right);
  if (given === null) return null;
  if (column === 'bpchar' && TEXTS.has(given.typeName))
    return ofPadded({ operator, left, right }, given.value);
  const parameter = parameterNumber(given.value);
  if (column !== 'numeric' || !['float4', 'float8'].includes(given.typeName) || parameter === null)
    return null;
  return {
    condition: operation(operator, left, cast(given.value, 'numeric')),
    conditions: [
      `$${parameter} has no more than ${given.typeName === 'float8' ? 15 : 6} digits, and the column neither: floats compare no further`,
    ],
  };
}

/** `int_column = 5.0` and `int_column = $1::numeric`. */
function ofInteger({ operator, left, right }: Comparison, typeName: string): Better | null {
  const given = castOf(right);
  const isWider = given !== null && WIDER.has(given.typeName);
  const number = numberConstant(isWider ? given.value : right);
  if (number !== null) {
    if (!isWider && !number.includes('.')) return null;
    // A float holds whole numbers of four bytes exactly, not all of eight.
    const reach = given?.typeName === 'float8' && typeName === 'int8' ? 'int4' : typeName;
    const whole = compareWhole(operator, number, reach);
    return whole === null
      ? null
      : { condition: operation(whole.operator, left, expression(String(whole.value))), conditions: [] };
  }
  const parameter = parameterNumber(given?.value);
  if (!isWider || parameter === null) return null;
  return {
    condition: operation(operator, left, cast(given.value, INTEGERS[typeName] ?? 'bigint')),
    conditions: [`$${parameter} is a whole number of type ${INTEGERS[typeName]}`],
  };
}

/** `char_column = $1::text`: as text the column loses its padding, and its index. */
function ofPadded({ operator, left }: Comparison, value: unknown): Better | null {
  if (operator !== '=') return null;
  const literal = textConstant(value);
  const parameter = parameterNumber(value);
  if (literal === null && parameter === null) return null;
  if (literal?.endsWith(' ') === true) return null;
  return {
    condition: operation(operator, left, literal === null ? cast(value, 'bpchar') : quoted(literal)),
    conditions: literal === null ? [`$${parameter} does not end in a blank`] : [],
  };
}

/** Canonical texts of types, so that equal texts are equal values. */
const CANONICAL: Readonly<Record<string, RegExp>> = {
  int2: /^(0|-?[1-9]\d{0,3})$/,
  int4: /^(0|-?[1-9]\d{0,8})$/,
  int8: /^(0|-?[1-9]\d{0,17})$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** `column::text = '123'`. */
function explicitCast({ operator, left, right }: Comparison, scope: QueryScope): Better | null {
  const written = castOf(left);
  const column = findColumn(written?.value, scope)?.column.typeName ?? '';
  const canonical = CANONICAL[column];
  if (operator !== '=' || written === null || !TEXTS.has(written.typeName) || canonical === undefined)
    return null;
  const given = castOf(right);
  const value = given !== null && TEXTS.has(given.typeName) ? given.value : right;
  const typeName = INTEGERS[column] ?? column;
  const literal = textConstant(value);
  if (literal !== null) {
    if (!canonical.test(literal)) return null;
    const bare = column === 'uuid' ? quoted(literal) : expression(literal);
    return { condition: operation('=', written.value, bare), conditions: [] };
  }
  const parameter = parameterNumber(value);
  if (parameter === null) return null;
  return {
    condition: operation('=', written.value, cast(cast(bareParameter(value), 'text'), typeName)),
    conditions: [`$${parameter} is written as PostgreSQL itself writes the type ${typeName}`],
  };
}

/** The cast to text is written anew. */
function bareParameter(value: unknown): unknown {
  return castOf(value)?.value ?? value;
}
