import { displayIdentifier, displayName, formatBytes, formatCount, groupBy } from '../../../kernel/index.ts';
import type { ColumnRow, TableFacts } from '../../../observe/index.ts';
import { bytesSetting, countSetting, ratioSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import { rowsOf } from '../../table-rows.ts';
import type { BlindSpot, Check } from '../../types.ts';

const settings = {
  minimumBytes: bytesSetting({
    key: 'diagnose.partition-candidate.minimum-bytes',
    summary: 'Size, indexes and TOAST included, from which a table is worth partitioning.',
    default: 10 * 1024 ** 3,
    source: 'below 10 GB vacuum, index builds and restores of one table stay within minutes',
  }),
  minimumRows: countSetting({
    key: 'diagnose.partition-candidate.minimum-rows',
    summary: 'Rows from which a table is worth partitioning, whatever its size.',
    unit: 'rows',
    default: 50_000_000,
    source: 'catalogue of checks: 50 million rows',
  }),
  correlationRatio: ratioSetting({
    key: 'diagnose.partition-candidate.correlation-ratio',
    summary:
      'Correlation of a time column with the physical order from which a table counts as grown by time.',
    default: 0.9,
    source: 'PostgreSQL docs 53.27 "pg_stats": 1 is a table in the order of the column',
  }),
  changeRatio: ratioSetting({
    key: 'diagnose.partition-candidate.change-ratio',
    summary: 'Most updates and deletes for each insert with which a table counts as append-mostly.',
    default: 0.1,
    source: 'one change for ten rows still leaves old partitions at rest',
  }),
  retentionRatio: ratioSetting({
    key: 'diagnose.partition-candidate.retention-ratio',
    summary: 'Deleted rows as a share of the present ones from which a table counts as trimmed by retention.',
    default: 0.2,
    source: 'dropping a partition replaces deletes, their WAL and their vacuum',
  }),
  maximumFindings: maximumFindingsSetting('partition-candidate', 20),
};

const TIME_TYPES: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);
/** Inserts from which their ratio to other changes says something. */
const MINIMUM_INSERTS = 1_000;

/** Finds large tables that grow by time and are not partitioned. */
export const partitionCandidate: Check = defineCheck({
  id: 'diagnose/partition-candidate',
  title: 'Tables worth partitioning by time',
  needs: ['tables', 'columns'],
  source: 'PostgreSQL docs 5.12 "Table Partitioning", 5.12.1 on when it pays',
  settings,
  run: ({ sections, values, threshold }) => {
    const timeColumns = groupBy(
      sections.columns.columns.filter((column) => TIME_TYPES.has(column.typeName)),
      (column) => column.tableOid,
    );
    const parents = new Set(sections.tables.map((table) => table.parentOid));
    const judged = sections.tables
      .filter((table) => table.kind === 'table' && table.parentOid === null && !parents.has(table.oid))
      .filter(
        (table) => (table.totalBytes ?? 0) >= values.minimumBytes || rowsOf(table) >= values.minimumRows,
      )
      .toSorted((a, b) => (b.totalBytes ?? 0) - (a.totalBytes ?? 0))
      .flatMap((table) => {
        const column = bestColumn(timeColumns.get(table.oid) ?? []);
        return column === null ? [] : [{ table, column, signs: signsOf(table, column, values) }];
      });
    const drafts = judged
      .filter(({ signs }) => signs.length > 0)
      .map(({ table, column, signs }) =>
        finding({
          severity: 'info',
          subject: { kind: 'table', schema: table.schema, name: table.name },
          title: `${displayName(table.schema, table.name)} (${formatBytes(table.totalBytes ?? 0)}, ${formatCount(rowsOf(table))} rows) could be partitioned by ${displayIdentifier(column.name)}`,
          evidence: {
            totalBytes: table.totalBytes,
            rows: rowsOf(table),
            timeColumn: column.name,
            timeColumnType: column.type,
            correlationRatio: column.correlation,
            insertedRows: table.insertedRows,
            updatedRows: table.updatedRows,
            deletedRows: table.deletedRows,
            signs,
          },
          threshold: threshold(
            (table.totalBytes ?? 0) >= values.minimumBytes ? 'minimumBytes' : 'minimumRows',
          ),
          remedy: `partition by range (${displayIdentifier(column.name)}) if queries filter by it or old rows are deleted by it; every unique key must then contain it`,
        }),
      );
    const unknown = judged.filter(({ table, column }) => isUnknown(table, column));
    return [...capFindings(drafts, values.maximumFindings), ...gapOf(unknown)];
  },
});

/** The time column that follows the physical order best; among unknown ones a mandatory one. */
function bestColumn(columns: readonly ColumnRow[]): ColumnRow | null {
  const order = (column: ColumnRow): number =>
    column.correlation === null ? -1 : Math.abs(column.correlation);
  const [best] = columns.toSorted(
    (a, b) => order(b) - order(a) || Number(b.isNotNull) - Number(a.isNotNull) || a.number - b.number,
  );
  return best ?? null;
}

/** What speaks for partitioning by time, as text; empty when nothing does. */
function signsOf(
  table: TableFacts,
  column: ColumnRow,
  limits: {
    readonly correlationRatio: number;
    readonly changeRatio: number;
    readonly retentionRatio: number;
  },
): readonly string[] {
  const { insertedRows, updatedRows, deletedRows } = table;
  const isClustered = Math.abs(column.correlation ?? 0) >= limits.correlationRatio;
  const isAppended =
    insertedRows >= MINIMUM_INSERTS && updatedRows + deletedRows <= limits.changeRatio * insertedRows;
  const isTrimmed =
    insertedRows >= MINIMUM_INSERTS && deletedRows >= limits.retentionRatio * Math.max(1, rowsOf(table));
  return [
    ...(isClustered ? ['rows lie in the order of time'] : []),
    ...(isAppended ? ['rows are added and hardly changed'] : []),
    ...(isTrimmed ? ['old rows are deleted'] : []),
  ];
}

/** Neither statistics of the column nor enough writes to judge by. */
function isUnknown(table: TableFacts, column: ColumnRow): boolean {
  return column.correlation === null && table.insertedRows < MINIMUM_INSERTS;
}

function gapOf(
  unknown: readonly { readonly table: TableFacts; readonly column: ColumnRow }[],
): readonly BlindSpot[] {
  const [first] = unknown;
  if (first === undefined) return [];
  const shown = displayName(first.table.schema, first.table.name);
  const rest = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return [
    blindSpot(
      `the order of the time columns of ${shown}${rest} is not known: no statistics`,
      first.column.isReadable
        ? 'analyze the tables'
        : 'grant pg_read_all_data, or select on the tables, to the role',
    ),
  ];
}
