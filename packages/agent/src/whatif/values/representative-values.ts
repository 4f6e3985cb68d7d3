import { arrayText } from '../../kernel/index.ts';
import type { ValueSet } from '../../planner/index.ts';
import { type ParameterUse, readParameters } from '../../sql/index.ts';
import type { ColumnStatistics } from '../types.ts';
import {
  boundValue,
  documentPart,
  elementValue,
  equalValues,
  patternValue,
  type ValueKind,
} from './column-values.ts';
import { defaultValue, INTERVALS, LIMITS, OFFSETS } from './default-values.ts';
import type { StatisticsSource } from './statistics-source.ts';

const KINDS: readonly ValueKind[] = ['common', 'median', 'rare'];

/** A use with the statistics of its column. */
interface KnownUse extends ParameterUse {
  readonly statistics: ColumnStatistics;
  /** Whether other parameters bound the column on the other side. */
  readonly isWindow: boolean;
}

/**
 * Gives values that the parameters of a statement typically have: of each column that one is compared with, a common value, a
 * median and a rare one; with bounds, such that let most rows, half of them and few through. Parameters that meet no
 * column get plain values of their type.
 * @param types of the parameters, as `format_type` names them
 * @returns sets that differ; none when no parameter meets a column with statistics nor is an interval, as in `now() - $1`, or nothing
 * is known of one that meets a column
 */
export function representativeValues(
  sql: string,
  types: readonly string[],
  source: StatisticsSource,
): readonly ValueSet[] {
  const { uses, limits, offsets } = readParameters(sql, source.resolver);
  const known = knownUses(uses, source);
  if (known.size === 0 && !types.includes('interval')) return [];
  const sets = KINDS.flatMap((kind): ValueSet[] => {
    const values = types.map((type, index) => {
      const number = index + 1;
      if (limits.includes(number)) return LIMITS[kind];
      if (offsets.includes(number)) return OFFSETS[kind];
      const use = known.get(number);
      return use === undefined ? plainValue(type, kind) : valueFor(use, type, kind);
    });
    return values.includes(null) ? [] : [{ kind, values }];
  });
  const seen = new Set<string>();
  return sets.filter(({ values }) => {
    const key = JSON.stringify(values);
    return seen.has(key) ? false : seen.add(key);
  });
}

function knownUses(
  uses: readonly (ParameterUse & { readonly schema: string; readonly table: string })[],
  source: StatisticsSource,
): ReadonlyMap<number, KnownUse> {
  const known = new Map<number, KnownUse>();
  for (const use of uses) {
    const statistics = source.column(use.schema, use.table, use.column);
    if (statistics === undefined || known.has(use.number)) continue;
    const opposite = { low: 'high', high: 'low' }[use.role as string];
    const isWindow = uses.some(
      (other) =>
        other.role === opposite &&
        other.column === use.column &&
        other.table === use.table &&
        other.schema === use.schema,
    );
    known.set(use.number, { ...use, statistics, isWindow });
  }
  return known;
}

function valueFor(
  { role, isList, isWindow, statistics }: KnownUse,
  type: string,
  kind: ValueKind,
): string | null {
  switch (role) {
    case 'equality': {
      const values = equalValues(statistics, kind);
      return isList && values.length > 0 ? arrayText(values) : (values[0] ?? null);
    }
    case 'low':
    case 'high':
      return boundValue(statistics, kind, isWindow ? `window-${role}` : role);
    case 'pattern':
      return patternValue(statistics, kind);
    case 'element':
      return type === 'jsonb'
        ? documentPart(equalValues(statistics, kind)[0])
        : elementText(elementValue(statistics, kind), type);
    case 'other':
      return equalValues(statistics, kind)[0] ?? null;
  }
}

function plainValue(type: string, kind: ValueKind): string | null {
  return type === 'interval' ? INTERVALS[kind] : defaultValue(type);
}

/** An element as what holds it: an array, a query of a text search, or itself. */
function elementText(element: string | null, type: string): string | null {
  if (element === null) return null;
  if (type.endsWith('[]')) return arrayText([element]);
  return type === 'tsquery' ? `'${element.replaceAll("'", "''")}'` : element;
}
