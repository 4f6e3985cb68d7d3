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
import { catalogueOf } from '../../catalogue.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check, FindingDraft } from '../../types.ts';
import { columnKey, type MeasuredColumn, measuredColumns } from './measured-columns.ts';

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

/**
 * Finds skewed columns whose list of most common values ends while values are still common. Where plans were run and
 * measured it is the columns that they misestimate; else those that may be misestimated.
 */
export const lowStatisticsTarget: Check = defineCheck({
  id: 'diagnose/low-statistics-target',
  title: 'Statistics targets that may be too low',
  judgesStatements: 'measured',
  needs: ['columns', 'tables', 'serverSettings'],
  source: 'PostgreSQL docs 14.2.1 "Single-Column Statistics", 68.1 "Row Estimation Examples"',
  settings,
  run: ({ observation, snapshot, sections, values, threshold }) => {
    const rows = rowCounts(sections.tables);
    const fallback = sections.serverSettings.get('default_statistics_target')?.number ?? DEFAULT_TARGET;
    const measured = measuredColumns(observation, catalogueOf(snapshot));
    const judged = sections.columns.columns.filter(
      (column) =>
        (rows.get(column.tableOid) ?? 0) >= values.minimumRows &&
        (measured === null || (measured.get(columnKey(column))?.factor ?? 0) >= values.minimumFactor),
    );
    const short = judged
      .flatMap((column) => {
        const target = column.statisticsTarget ?? fallback;
        const skew = skewOf(column, rows.get(column.tableOid) ?? 0, target);
        if (skew === null) return [];
        const found = { column, target, ...skew, measured: measured?.get(columnKey(column)) ?? null };
        if (found.measured !== null) return [found];
        return skew.factor < values.minimumFactor || skew.sampledRows < values.minimumSampled ? [] : [found];
      })
      .toSorted((a, b) => b.factor - a.factor);
    const findings = short.map((found) =>
      finding({ ...describe(found), severity: 'info', threshold: threshold('minimumFactor') }),
    );
    const isHidden = judged.some((column) => !column.isReadable);
    return [...capFindings(findings, values.maximumFindings), ...(isHidden ? [hidden] : [])];
  },
});

interface ShortList extends Skew {
  readonly column: ColumnRow;
  readonly target: number;
  /** Null when no plan was measured. */
  readonly measured: MeasuredColumn | null;
}

function describe({
  column,
  target,
  factor,
  distinct,
  averageFrequency,
  measured,
}: ShortList): Pick<FindingDraft, 'subject' | 'title' | 'evidence' | 'remedy'> {
  const name = `${displayName(column.schema, column.tableName)}.${displayIdentifier(column.name)}`;
  const remedy = remedyFor(column, Math.min(MAXIMUM_TARGET, target * 10));
  return {
    subject: { kind: 'column', schema: column.schema, name: column.tableName, column: column.name },
    title:
      measured === null
        ? `${name}: values beyond the ${target} most common are possibly misestimated by a factor of ${formatCount(Math.round(factor))}`
        : `${name}: ${formatCount(measured.estimatedRows)} rows expected, ${formatCount(measured.actualRows)} found, and the list of the ${target} most common values is full`,
    evidence: {
      ...(measured === null
        ? { possibleMisestimateCount: factor }
        : {
            misestimateCount: measured.factor,
            estimatedRows: measured.estimatedRows,
            actualRows: measured.actualRows,
          }),
      statisticsTargetCount: target,
      distinctValuesCount: distinct,
      lowestCommonFrequencyRatio: column.lowestCommonFrequency,
      remainingAverageFrequencyRatio: averageFrequency,
    },
    remedy: measured === null ? `when plans that filter by it go wrong: ${remedy}` : remedy,
  };
}

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
  return `alter table ${table} alter column ${name} set statistics ${target}; analyze ${table} (${name})`;
}
