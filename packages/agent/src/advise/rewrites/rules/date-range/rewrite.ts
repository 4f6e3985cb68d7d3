import { conjunction, operation } from '../../../../sql/index.ts';
import { type Better, type Comparison, replaceConditions } from '../../query/conditions.ts';
import type { QueryScope } from '../../query/scope.ts';
import type { RewriteRule } from '../../types.ts';
import { type Period, readPeriod } from './read-period.ts';

const SHIFTED = "no clock change of the session's time zone falls on midnight";

/** A date part of a column compared with a value, as a half-open range of the column. */
export const dateRange: RewriteRule = {
  id: 'rewrite/date-range',
  title: 'Date function on a column as a range',
  source: 'PostgreSQL docs 11.7 "Indexes on Expressions", 9.9.1 "EXTRACT", 9.9.2 "date_trunc"',
  find: (query, { scope }) => {
    let hasZone = false;
    const found = replaceConditions(query, (comparison) => {
      const better = asRange(comparison, scope);
      hasZone ||= better?.hasZone === true;
      return better;
    });
    if (found === null) return [];
    const conditions = [...found.conditions, ...(hasZone ? [SHIFTED] : [])];
    return [
      {
        query: found.query,
        exactness: conditions.length === 0 ? 'exact' : 'conditional',
        constraints: [],
        conditions,
        changes: `compares the column itself with the begin and the end of the period${hasZone ? ", both in the session's time zone, as before" : ''}`,
        why: 'a plain index on the column serves it, and its statistics tell how many rows pass',
      },
    ];
  },
};

function asRange(
  { operator, left, right }: Comparison,
  scope: QueryScope,
): (Better & { readonly hasZone: boolean }) | null {
  const period = readPeriod(left, right, scope);
  if (period === null) return null;
  const { column, begin, end, guard, conditions } = period;
  const range = rangeOf(operator, { column, begin, end });
  if (range === null) return null;
  const hasZone = period.found.column.typeName === 'timestamptz';
  if (guard === null) return { condition: conjunction(range), conditions, hasZone };
  if (operator !== '=') return null;
  return { condition: conjunction([...range, guard]), conditions, hasZone };
}

function rangeOf(
  operator: string,
  { column, begin, end }: Pick<Period, 'column' | 'begin' | 'end'>,
): readonly unknown[] | null {
  switch (operator) {
    case '=':
      return [operation('>=', column, begin), operation('<', column, end)];
    case '>=':
      return [operation('>=', column, begin)];
    case '>':
      return [operation('>=', column, end)];
    case '<':
      return [operation('<', column, begin)];
    case '<=':
      return [operation('<', column, end)];
    default:
      return null;
  }
}
