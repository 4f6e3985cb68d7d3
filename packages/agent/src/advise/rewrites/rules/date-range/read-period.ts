import { asFields, asList, asNode, expression, operation } from '../../../../sql/index.ts';
import { calledName, isSteady } from '../../query/functions.ts';
import { type FoundColumn, findColumn, type QueryScope } from '../../query/scope.ts';
import {
  cast,
  castOf,
  integerConstant,
  isRowIndependent,
  parameterNumber,
  quoted,
  textConstant,
} from '../../query/values.ts';
import { addUnits, isBegin, isDate, UNITS, type Unit } from './calendar.ts';

/** A period that values are compared with: from its begin up to, not including, its end. */
export interface Period {
  /** The column as the statement names it. */
  readonly column: unknown;
  readonly found: FoundColumn;
  readonly begin: unknown;
  readonly end: unknown;
  /** Holds only where the value compared with is the begin of a period; null when it surely is. */
  readonly guard: unknown;
  /** What must hold beside it. */
  readonly conditions: readonly string[];
}

type Bounds = Pick<Period, 'begin' | 'end' | 'guard' | 'conditions'>;

const FINITE = (value: string): string => `${value} is a finite date`;

/** Reads `column::date`, `date(column)`, `date_trunc('day', column)` or `extract(year from column)` beside a value. */
export function readPeriod(side: unknown, value: unknown, scope: QueryScope): Period | null {
  if (!isRowIndependent(value) || !isSteady(value)) return null;
  const toDate = castOf(side);
  if (toDate?.typeName === 'date') return periodOf(toDate.value, scope, () => dayOf(value));
  const call = asNode(side);
  if (call?.type !== 'FuncCall') return null;
  const [first, second, ...others] = asList(call.fields['args']);
  if (others.length > 0) return null;
  const unit = textConstant(first)?.toLowerCase() ?? '';
  switch (calledName(call.fields)) {
    case 'date':
      return second === undefined ? periodOf(first, scope, () => dayOf(value)) : null;
    case 'date_trunc':
      return periodOf(second, scope, (type) => truncated(unit, value, type));
    case 'extract':
    case 'date_part':
      return unit === 'year' ? periodOf(second, scope, () => yearOf(value), 'date') : null;
    default:
      return null;
  }
}

/** @param alsoOf a type beside the timestamps that the column may have */
function periodOf(
  column: unknown,
  scope: QueryScope,
  read: (typeName: string) => Bounds | null,
  alsoOf?: string,
): Period | null {
  const found = findColumn(column, scope);
  const typeName = found?.column.typeName ?? '';
  if (found === null || !['timestamp', 'timestamptz', alsoOf].includes(typeName)) return null;
  const bounds = read(typeName);
  return bounds === null ? null : { column, found, ...bounds };
}

/** A day: a literal, or anything of type date. */
function dayOf(value: unknown): Bounds | null {
  const literal = textConstant(castOf(value)?.typeName === 'date' ? castOf(value)?.value : value);
  if (literal !== null) return isDate(literal) ? between(literal, addUnits(literal, 'day')) : null;
  const parameter = parameterNumber(value);
  if (asNode(value)?.type === 'ParamRef') return following(cast(value, 'date'), [FINITE(`$${parameter}`)]);
  if (!isTypeDate(value)) return null;
  return following(value, parameter === null ? [] : [FINITE(`$${parameter}`)]);
}

/** `current_date`, `x::date`, and days before and after them. */
function isTypeDate(value: unknown): boolean {
  const node = asNode(value);
  if (node?.type === 'SQLValueFunction') return node.fields['op'] === 'SVFOP_CURRENT_DATE';
  if (node?.type === 'A_Expr') {
    const { lexpr, rexpr } = node.fields;
    return isTypeDate(lexpr) && integerConstant(rexpr) !== null;
  }
  return castOf(value)?.typeName === 'date';
}

function following(day: unknown, conditions: readonly string[]): Bounds {
  return { begin: day, end: operation('+', day, expression('1')), guard: null, conditions };
}

function between(begin: string, end: string): Bounds {
  return { begin: quoted(begin), end: quoted(end), guard: null, conditions: [] };
}

/** Types that date_trunc may be compared with. */
const TIMES: readonly string[] = ['date', 'timestamp', 'timestamptz'];

/** Units below a day do not break evenly where clocks change by half an hour, so they are read for plain timestamps alone. */
function truncated(unit: string, value: unknown, typeName: string): Bounds | null {
  if (!(unit in UNITS)) return null;
  const known = unit as Unit;
  if (typeName === 'timestamptz' && (known === 'hour' || known === 'minute')) return null;
  const given = castOf(value);
  const isOfType = given !== null && TIMES.includes(given.typeName);
  const literal = textConstant(isOfType ? given.value : value)?.replace(/ 00:00(:00)?$/, '');
  if (literal !== undefined) {
    return isDate(literal) && isBegin(literal, known) ? between(literal, addUnits(literal, known)) : null;
  }
  if (isTruncation(value, unit))
    return { begin: value, end: afterUnit(value, known), guard: null, conditions: [] };
  return given === null || isOfType ? truncatedParameter(known, value, typeName) : null;
}

/** `date_trunc('day', now())`. */
function isTruncation(value: unknown, unit: string): boolean {
  const call = asNode(value);
  if (call?.type !== 'FuncCall' || calledName(call.fields) !== 'date_trunc') return false;
  const [first, , ...others] = asList(call.fields['args']);
  return others.length === 0 && textConstant(first) === unit;
}

/** A parameter may lie inside a unit, which no truncated value equals: that is asked too. */
function truncatedParameter(unit: Unit, value: unknown, typeName: string): Bounds | null {
  const parameter = parameterNumber(value);
  if (parameter === null) return null;
  const given = castOf(value);
  const begin = given === null ? cast(value, typeName) : value;
  const fields = asFields(asNode(expression(`date_trunc('${unit}', null)`))?.fields);
  const args = [asList(fields['args'])[0], given?.typeName === 'date' ? cast(value, typeName) : begin];
  return {
    begin,
    end: afterUnit(begin, unit),
    guard: operation('=', begin, { FuncCall: { ...fields, args } }),
    conditions: [FINITE(`$${parameter}`)],
  };
}

function afterUnit(begin: unknown, unit: Unit): unknown {
  return operation('+', begin, expression(`interval '${UNITS[unit]}'`));
}

function yearOf(value: unknown): Bounds | null {
  const year = integerConstant(value);
  if (year !== null) {
    if (year < 1n || year > 9_998n) return null;
    const written = (one: bigint): string => `${String(one).padStart(4, '0')}-01-01`;
    return between(written(year), written(year + 1n));
  }
  const parameter = parameterNumber(value);
  if (parameter === null) return null;
  const number = cast(asNode(value)?.type === 'ParamRef' ? value : castOf(value)?.value, 'integer');
  const first = (one: unknown): unknown => ({
    FuncCall: {
      ...asFields(asNode(expression('make_date(1, 1, 1)'))?.fields),
      args: [one, expression('1'), expression('1')],
    },
  });
  return {
    begin: first(number),
    end: first(operation('+', number, expression('1'))),
    guard: null,
    conditions: [`$${parameter} is a whole number from 1 on`],
  };
}
