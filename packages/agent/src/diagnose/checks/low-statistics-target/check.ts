import {
  displayIdentifier,
  displayName,
  formatCount,
  quoteIdentifier,
  quoteQualified,
} from '../../../kernel/index.ts';
import type { ColumnRow } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumFactor: countSetting({
    key: 'diagnose.low-statistics-target.minimum-factor-count',
    summary:
      'How many times more frequent the last listed value must be than the average of those not listed.',
    default: 10,
    minimum: 1,
    source: 'pgsteward catalogue of checks: misestimate of a factor of 10',
  }),
  minimumRows: countSetting({
    key: 'diagnose.low-statistics-target.minimum-rows',
    summary: 'Rows from which a table is judged.',
    unit: 'rows',
    default: 10_000,
    source: 'misestimates of smaller tables cost little',
  }),
  minimumSampled: countSetting({
    key: 'diagnose.low-statistics-target.minimum-sampled-rows',
    summary: 'Sampled rows that must hold the last listed value, so that its frequency is no accident.',
    unit: 'rows',
    default: 10,
    source: 'analyze samples 300 rows for each unit of the target; ten hits bound the error to a third',
  }),
  maximumFindings: maximumFindingsSetting('low-statistics-target', 20),
};

const DEFAULT_TARGET = 100;
const MAXIMUM_TARGET = 10_000;
/** Rows that analyze samples for each unit of the target (src/backend/commands/analyze.c). */
const SAMPLE_ROWS = 300;

/** Finds skewed columns whose list of most common values ends while values are still common. */
export const lowStatisticsTarget: Check = defineCheck({
  id: 'diagnose/low-statistics-target',
  title: 'Statistics targets that may be too low',
  needs: ['columns', 'tables', 'serverSettings'],
  source: 'PostgreSQL docs 14.2.1 "Single-Column Statistics", 68.1 "Row Estimation Examples"',
  settings,
  run: ({ sections, values, threshold }) => {
    const rows = rowCounts(sections.tables);
    const fallback = sections.serverSettings.get('default_statistics_target')?.number ?? DEFAULT_TARGET;
    const judged = sections.columns.columns.filter(
      (column) => (rows.get(column.tableOid) ?? 0) >= values.minimumRows,
    );
    const short = judged
      .flatMap((column) => {
        const target = column.statisticsTarget ?? fallback;
        const skew = skewOf(column, rows.get(column.tableOid) ?? 0, target);
        if (skew === null || skew.factor < values.minimumFactor) return [];
        return skew.sampledRows < values.minimumSampled ? [] : [{ column, target, ...skew }];
      })
      .toSorted((a, b) => b.factor - a.factor);
    const findings = short.map(({ column, target, factor, distinct, averageFrequency }) =>
      finding({
        severity: 'info',
        subject: { kind: 'column', schema: column.schema, name: column.tableName, column: column.name },
        title: `${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)}: values beyond the ${
          target
        } most common are possibly misestimated by a factor of ${formatCount(Math.round(factor))}`,
        evidence: {
          possibleMisestimateCount: factor,
          statisticsTargetCount: target,
          distinctValuesCount: distinct,
          lowestCommonFrequencyRatio: column.lowestCommonFrequency,
          remainingAverageFrequencyRatio: averageFrequency,
        },
        threshold: threshold('minimumFactor'),
        remedy: remedyFor(column, Math.min(MAXIMUM_TARGET, target * 10)),
      }),
    );
    const isHidden = judged.some((column) => !column.isReadable);
    return [...capFindings(findings, values.maximumFindings), ...(isHidden ? [hidden] : [])];
  },
});

const hidden = blindSpot(
  'the statistics of some columns are not readable by the role',
  'grant select (or pg_read_all_data) to the role of pgsteward',
);

interface Skew {
  readonly factor: number;
  readonly distinct: number;
  readonly averageFrequency: number;
  /** Sampled rows behind the frequency of the last listed value. */
  readonly sampledRows: number;
}

/**
 * Compares the last listed value with the average of those not listed, which is what the planner assumes for
 * each of them. The true first of the unlisted lies between the two.
 * @returns null when the list is not full or holds every value
 */
function skewOf(column: ColumnRow, rows: number, target: number): Skew | null {
  const { commonValues, lowestCommonFrequency, commonFrequencySum, distinctValues, nullFraction } = column;
  if (commonValues === null || lowestCommonFrequency === null || distinctValues === null) return null;
  const distinct = distinctValues >= 0 ? distinctValues : -distinctValues * rows;
  const remainingValues = distinct - commonValues;
  const remainingShare = 1 - (nullFraction ?? 0) - (commonFrequencySum ?? 0);
  if (commonValues < target || remainingValues < 1 || remainingShare <= 0) return null;
  const averageFrequency = remainingShare / remainingValues;
  const sampledRows = lowestCommonFrequency * Math.min(rows, SAMPLE_ROWS * target);
  return { factor: lowestCommonFrequency / averageFrequency, distinct, averageFrequency, sampledRows };
}

function remedyFor(column: ColumnRow, target: number): string {
  const table = quoteQualified(column.schema, column.tableName);
  const name = quoteIdentifier(column.name);
  return `when plans that filter by it go wrong: alter table ${table} alter column ${name} set statistics ${target}; analyze ${table} (${name})`;
}
