import type { ColumnStatistics, ExtendedStatistics, Mirror, MirrorGap } from '../types.ts';

const GAP: MirrorGap = {
  id: 'whatif/redacted',
  reason:
    'values of rows were left out: most common values and elements, bounds of histograms and ranges, ends of indexed columns; estimates for ranges and for single values are those of evenly spread ones',
  remedy:
    'export without --redact for plans as the target makes them; texts of the schema (checks, predicates of partial indexes, partition bounds, enums, views, functions) are in the file either way',
  subject: null,
};

/**
 * Leaves every value of a row out of a mirror and says so in its gaps. Kept are counts, widths, distinct values, shares of nulls,
 * frequencies and correlation, and the schema with the constants in its texts.
 */
export function redactMirror(mirror: Mirror): Mirror {
  if (mirror.isRedacted) return mirror;
  return {
    ...mirror,
    isRedacted: true,
    columns: mirror.columns.map(withoutValues),
    extended: mirror.extended.map(
      (one): ExtendedStatistics => ({
        ...one,
        commonValues: null,
        commonValueNulls: null,
        expressions: one.expressions.map(withoutValues),
      }),
    ),
    extremes: [],
    gaps: [...mirror.gaps, GAP],
  };
}

type Values = Pick<
  ColumnStatistics,
  'commonValues' | 'histogram' | 'commonElements' | 'rangeLengthHistogram' | 'rangeBoundsHistogram'
>;

function withoutValues<One extends Values>(one: One): One {
  return {
    ...one,
    commonValues: null,
    histogram: null,
    commonElements: null,
    rangeLengthHistogram: null,
    rangeBoundsHistogram: null,
  };
}
