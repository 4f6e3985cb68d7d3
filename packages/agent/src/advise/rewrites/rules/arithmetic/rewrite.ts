import { asNode, expression, names, operation } from '../../../../sql/index.ts';
import { type Better, bothWays, type Comparison, replaceConditions } from '../../query/conditions.ts';
import { calledName, isSteady } from '../../query/functions.ts';
import { type FoundColumn, findColumn, type QueryScope } from '../../query/scope.ts';
import {
  cast,
  castOf,
  integerConstant,
  isRowIndependent,
  parameterNumber,
  textConstant,
} from '../../query/values.ts';
import type { RewriteRule } from '../../types.ts';
import { readInterval } from './interval.ts';

const INTEGERS: Readonly<Record<string, bigint>> = { int2: 2n ** 15n, int4: 2n ** 31n, int8: 2n ** 63n };
const FOUR_BYTES = 2n ** 31n;
const CLOCKED = "the session's time zone changes no clock in between";

/** `column + 1 > 5` and `column + interval '1 day' > now()`, with the arithmetic on the side of the value. */
export const arithmetic: RewriteRule = {
  id: 'rewrite/arithmetic',
  title: 'Arithmetic moved off the column',
  source: 'PostgreSQL docs 11.7 "Indexes on Expressions", 9.9 "Date/Time Functions and Operators"',
  find: (query, { scope }) => {
    const found = replaceConditions(query, (comparison) => moved(comparison, scope));
    if (found === null) return [];
    return [
      {
        ...found,
        exactness: found.conditions.length === 0 ? 'exact' : 'conditional',
        constraints: [],
        changes:
          'computes the value once instead of the column for each row; a sum that overflows no longer fails',
        why: 'a plain index on the column serves it, and its statistics tell how many rows pass',
      },
    ];
  },
};

function moved(comparison: Comparison, scope: QueryScope): Better | null {
  const { left, right, operator } = comparison;
  const sum = asNode(left);
  const path = names(sum?.fields['name']);
  const [sign = ''] = path;
  if (sum?.type !== 'A_Expr' || sum.fields['kind'] !== 'AEXPR_OP' || path.length !== 1) return null;
  if ((sign !== '+' && sign !== '-') || !isRowIndependent(right) || !isSteady(right)) return null;
  const { lexpr, rexpr } = sum.fields;
  const column = findColumn(lexpr, scope);
  if (column !== null) return awayFrom({ column, named: lexpr, sign, amount: rexpr, operator, value: right });
  const added = findColumn(rexpr, scope);
  if (added === null) return null;
  if (sign === '+')
    return awayFrom({ column: added, named: rexpr, sign, amount: lexpr, operator, value: right });
  return ageOf({ column: added, named: rexpr, clock: lexpr, operator, value: right });
}

interface Sum {
  readonly column: FoundColumn;
  /** The column as the statement names it. */
  readonly named: unknown;
  readonly sign: '+' | '-';
  readonly amount: unknown;
  readonly operator: string;
  readonly value: unknown;
}

/** `column + amount operator value` → `column operator value - amount`. */
function awayFrom(sum: Sum): Better | null {
  const limit = INTEGERS[sum.column.column.typeName];
  return limit === undefined ? awayFromTime(sum) : awayFromInteger(sum, limit);
}

function awayFromInteger(
  { column, named, sign, amount, operator, value }: Sum,
  limit: bigint,
): Better | null {
  const step = integerConstant(amount);
  if (step === null || step >= FOUR_BYTES || step <= -FOUR_BYTES) return null;
  const constant = integerConstant(value);
  const change = sign === '+' ? -step : step;
  if (constant !== null) {
    const result = constant + change;
    if (result >= limit || result < -limit) return null;
    return { condition: operation(operator, named, expression(String(result))), conditions: [] };
  }
  const parameter = parameterNumber(value);
  if (asNode(value)?.type !== 'ParamRef') return null;
  const typed = cast(value, column.column.typeName === 'int8' ? 'bigint' : 'integer');
  const opposite = sign === '+' ? '-' : '+';
  return {
    condition: operation(operator, named, operation(opposite, typed, amount)),
    conditions: [`$${parameter} is not at the end of its type`],
  };
}

/** Months are left alone: 31 January and a month is no day that a month before leads back from. */
function awayFromTime({ column, named, sign, amount, operator, value }: Sum): Better | null {
  const interval = readInterval(amount);
  const type = column.column.typeName;
  const of = timeType(value);
  if (interval === null || (type !== 'timestamp' && type !== 'timestamptz') || of === null) return null;
  const hasZone = type === 'timestamptz' || of === 'timestamptz';
  const isEven = type === 'timestamptz' && of === 'timestamptz' && !interval.hasDays;
  const typed = of === 'parameter' ? cast(value, type) : value;
  const opposite = sign === '+' ? '-' : '+';
  return {
    condition: operation(operator, named, operation(opposite, typed, amount)),
    conditions: hasZone && !isEven ? [CLOCKED] : [],
  };
}

interface Age {
  readonly column: FoundColumn;
  readonly named: unknown;
  readonly clock: unknown;
  readonly operator: string;
  readonly value: unknown;
}

/**
 * `now() - column > interval` → `column < now() - interval`, the interval in hours: a difference of times counts days of 24
 * hours.
 */
function ageOf({ column, named, clock, operator, value }: Age): Better | null {
  const interval = readInterval(value);
  const type = column.column.typeName;
  if (interval === null || timeType(clock) !== 'timestamptz') return null;
  if (type !== 'timestamptz') return null;
  const [, mirrored] = bothWays({ operator, left: null, right: null });
  const amount = expression(`interval '${interval.days * 24} hours ${interval.seconds} seconds'`);
  return { condition: operation(mirrored.operator, named, operation('-', clock, amount)), conditions: [] };
}

/** Type of a value that is compared with a time; null when it is not sure. */
function timeType(value: unknown): 'timestamp' | 'timestamptz' | 'parameter' | null {
  const node = asNode(value);
  if (node?.type === 'ParamRef') return 'parameter';
  if (node?.type === 'FuncCall') {
    return ['now', 'transaction_timestamp', 'statement_timestamp'].includes(calledName(node.fields))
      ? 'timestamptz'
      : null;
  }
  if (node?.type === 'SQLValueFunction') {
    const types: Readonly<Record<string, 'timestamp' | 'timestamptz'>> = {
      SVFOP_CURRENT_TIMESTAMP: 'timestamptz',
      SVFOP_LOCALTIMESTAMP: 'timestamp',
    };
    return types[String(node.fields['op'])] ?? null;
  }
  const typed = castOf(value);
  const isKnown = typed?.typeName === 'timestamp' || typed?.typeName === 'timestamptz';
  const isGiven = textConstant(typed?.value) !== null || parameterNumber(typed?.value) !== null;
  return isKnown && isGiven ? (typed.typeName as 'timestamp' | 'timestamptz') : null;
}
