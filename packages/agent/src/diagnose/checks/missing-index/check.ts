import { displayName, formatBytes, formatCount, formatRatio } from '../../../kernel/index.ts';
import type { TableFacts } from '../../../observe/index.ts';
import { bytesSetting, countSetting, ratioSetting } from '../../../settings/index.ts';
import { describeWorst, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { type Family, tableFamilies, total } from '../../partition-families.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import { rowCounts } from '../../table-rows.ts';
import { withoutSmallPartitions } from '../../table-scans.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRatio: ratioSetting({
    key: 'diagnose.missing-index.minimum-ratio',
    summary: 'Share of index scans among all scans of a table below which an index is probably missing.',
    default: 0.95,
    source: 'reference specification: the tuner warns below 95 %',
  }),
  minimumRows: countSetting({
    key: 'diagnose.missing-index.minimum-rows',
    summary: 'Live rows from which a table is worth an index.',
    unit: 'rows',
    default: 10_000,
    source: 'PgHero: index usage is judged from 10,000 rows',
  }),
  minimumBytes: bytesSetting({
    key: 'diagnose.missing-index.minimum-bytes',
    summary: 'Size of the table itself from which it is worth an index.',
    default: 10 * 1024 ** 2,
    source: 'pganalyze and PgHero: no new index below 10 MB',
  }),
  minimumScans: countSetting({
    key: 'diagnose.missing-index.minimum-scans-count',
    summary:
      'Sequential scans from which a table is reported; it is a warning when they come to as many a day.',
    default: 10,
    source: 'a nightly dump reads every table once a day and is no reason for an index',
  }),
  minimumRowsRead: countSetting({
    key: 'diagnose.missing-index.minimum-rows-read',
    summary: 'Rows read by sequential scans from which they are worth avoiding.',
    unit: 'rows',
    default: 100_000,
    source: 'ten readings of the smallest table that is judged; scans that stop early (LIMIT 1) stay below',
  }),
  maximumFindings: maximumFindingsSetting('missing-index', 30),
};

/** Finds tables that are read mostly by sequential scans; partitions are judged together. */
export const missingIndex: Check = defineCheck({
  id: 'diagnose/missing-index',
  title: 'Missing indexes',
  needs: ['tables', 'database'],
  source: 'PostgreSQL docs 27.2.19 "pg_stat_all_tables": seq_scan, seq_tup_read, idx_scan',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const window = statisticsWindow(snapshot, sections.database, sections.tables);
    const rows = rowCounts(sections.tables);
    const readings = tableFamilies(sections.tables)
      .map((family) => readingOf(withoutSmallPartitions(family, rows), rows))
      .filter(
        (reading) =>
          reading.liveRows >= values.minimumRows &&
          reading.sizeBytes >= values.minimumBytes &&
          reading.sequentialScansCount >= values.minimumScans &&
          reading.sequentialReadRows >= values.minimumRowsRead &&
          reading.indexScanRatio < values.minimumRatio,
      )
      .toSorted((a, b) => b.sequentialReadRows - a.sequentialReadRows);
    return describeWorst(readings, values.maximumFindings, ({ table, ...evidence }) => {
      const name = displayName(table.schema, table.name);
      const scansPerDayCount = evidence.sequentialScansCount / window.days;
      return finding({
        severity: scansPerDayCount >= values.minimumScans ? 'warning' : 'info',
        subject: { kind: 'table', schema: table.schema, name: table.name },
        title: `${name} is read by sequential scans: ${formatRatio(evidence.indexScanRatio)} of its scans use an index`,
        evidence: { ...evidence, scansPerDayCount, observedMs: window.lengthMs },
        threshold: threshold('minimumRatio'),
        remedy: `find the statements that read ${name} and index the columns that they filter by: ${formatCount(
          evidence.sequentialScansCount,
        )} scans read ${formatCount(evidence.sequentialReadRows)} rows of a table of ${formatBytes(evidence.sizeBytes)}`,
      });
    });
  },
});

/** How a table, with all its partitions, is read. */
function readingOf(family: Family<TableFacts>, rows: ReadonlyMap<number, number>) {
  const { root } = family;
  const sequentialScansCount = total(family, (table) => table.sequentialScans);
  const indexScansCount = total(family, (table) => table.indexScans);
  const scans = sequentialScansCount + indexScansCount;
  return {
    table: root,
    indexScanRatio: scans === 0 ? 1 : indexScansCount / scans,
    sequentialScansCount,
    indexScansCount,
    sequentialReadRows: total(family, (table) => table.sequentialRowsRead),
    liveRows: rows.get(root.oid) ?? 0,
    sizeBytes: total(family, (table) => table.heapBytes),
    partitionsCount: root.kind === 'partitioned' ? family.members.length : 0,
  };
}
