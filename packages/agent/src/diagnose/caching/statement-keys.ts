import type { ColumnReference, ParsedStatement, Predicate } from '../../sql/index.ts';
import type { Catalogue } from '../catalogue.ts';
import { distinctValues } from '../distinct-values.ts';
import { combineKeys, equalKeys, type KeySpace, keysOfColumn, SINGLE_KEY } from './key-space.ts';

/** A parameter whose different values no statistics count. */
export type UncountedParameter =
  | { readonly kind: 'list'; readonly column: string; readonly values: KeySpace }
  | { readonly kind: 'range'; readonly column: string }
  | { readonly kind: 'offset' }
  /** Compared in a way that says nothing about how many there are. */
  | { readonly kind: 'unknown'; readonly what: string };

/** By what the results of a statement differ. */
export interface StatementKeys {
  /** By the columns that are compared for equality; a single key where there are none. */
  readonly counted: KeySpace;
  /** Columns that were counted, as the statement names them. */
  readonly columns: readonly string[];
  readonly uncounted: readonly UncountedParameter[];
}

/**
 * Reads from a statement by what its results differ, as far as the statistics of the filtered columns tell. Values are
 * taken to be asked for as often as they occur, and those of different columns independently of each other.
 */
export function statementKeys(statement: ParsedStatement, catalogue: Catalogue): StatementKeys {
  const parts = [
    ...statement.predicates.flatMap((predicate) => readPredicate(predicate, catalogue)),
    ...(statement.hasOffset ? [{ kind: 'offset' } as const] : []),
    ...(statement.hasOtherConditions ? [{ kind: 'unknown', what: 'a condition' } as const] : []),
  ];
  const counted = parts.flatMap((part) => (part.kind === 'counted' ? [part] : []));
  // Two bounds of one column are one range.
  const ranges = new Set<string>();
  const uncounted = parts.flatMap((part): UncountedParameter[] => {
    if (part.kind === 'counted') return [];
    if (part.kind !== 'range') return [part];
    if (ranges.has(part.column)) return [];
    ranges.add(part.column);
    return [part];
  });
  return {
    counted: counted.reduce<KeySpace>((all, { keys }) => combineKeys(all, keys), SINGLE_KEY),
    columns: counted.map(({ column }) => column),
    uncounted,
  };
}

type Part =
  | UncountedParameter
  | { readonly kind: 'counted'; readonly column: string; readonly keys: KeySpace };

function readPredicate(predicate: Predicate, catalogue: Catalogue): readonly Part[] {
  switch (predicate.kind) {
    case 'not-in-subquery':
      return [];
    case 'pattern':
      return [{ kind: 'unknown', what: predicate.column.name }];
    case 'or':
      return [{ kind: 'unknown', what: 'alternatives' }];
    case 'comparison': {
      const { column } = predicate.operand;
      if (predicate.isRelativeToNow) return [];
      if (predicate.operator !== '=' && predicate.operator !== 'in') {
        return [{ kind: 'range', column: column.name }];
      }
      const values = columnKeys(column, catalogue);
      if (values === null) return [{ kind: 'unknown', what: column.name }];
      return predicate.operator === '='
        ? [{ kind: 'counted', column: column.name, keys: values }]
        : [{ kind: 'list', column: column.name, values }];
    }
  }
}

/** What statistics tell of a column's values; null where they tell nothing. */
function columnKeys(reference: ColumnReference, catalogue: Catalogue): KeySpace | null {
  const distinctCount = distinctValues(reference, catalogue);
  const column = catalogue.column(reference)?.column ?? null;
  if (distinctCount === null || column === null) return null;
  const { highestCommonFrequency, lowestCommonFrequency, commonValues } = column;
  if (highestCommonFrequency === null || lowestCommonFrequency === null || commonValues === null) {
    return equalKeys(distinctCount);
  }
  return keysOfColumn({
    distinctCount,
    commonCount: commonValues,
    highestFrequency: highestCommonFrequency,
    lowestFrequency: lowestCommonFrequency,
    commonFrequencySum: column.commonFrequencySum ?? 0,
    nullRatio: column.nullFraction ?? 0,
  });
}
