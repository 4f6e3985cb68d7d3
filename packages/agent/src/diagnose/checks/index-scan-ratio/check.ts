import { displayIdentifier, displayName, formatRatioBeside } from '../../../kernel/index.ts';
import { countSetting, ratioSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import { type ScannedTable, tableScans } from '../../table-scans.ts';
import type { Check } from '../../types.ts';

const settings = {
  warningRatio: ratioSetting({
    key: 'diagnose.index-scan-ratio.warning-ratio',
    summary: 'Share of index scans among all scans of larger tables below which it is a warning.',
    default: 0.95,
    source: 'reference specification: the tuner warns below 95 %',
  }),
  criticalRatio: ratioSetting({
    key: 'diagnose.index-scan-ratio.critical-ratio',
    summary: 'Share of index scans among all scans of larger tables below which it is critical.',
    default: 0.9,
    source: 'reference specification: index-scan ratio above 90 %',
  }),
  minimumRows: countSetting({
    key: 'diagnose.index-scan-ratio.minimum-rows',
    summary: 'Rows from which a table is judged; smaller ones are read whole for good reason.',
    unit: 'rows',
    default: 10_000,
    source: 'PgHero: index usage is judged from 10,000 rows',
  }),
  minimumScans: countSetting({
    key: 'diagnose.index-scan-ratio.minimum-scans-count',
    summary: 'Scans of those tables, without one for each index built, below which a ratio says nothing.',
    default: 200,
    source: 'loading a database scans each table once per index',
  }),
  minimumScansPerDay: countSetting({
    key: 'diagnose.index-scan-ratio.minimum-scans-per-day-count',
    summary: 'Sequential scans a day below which a low ratio is only mentioned.',
    default: 100,
    source: 'nightly dumps and reports read whole tables and harm nobody',
  }),
};

const WORST_TABLES = 5;

/** Finds databases whose larger tables are read by sequential scans more often than the service level allows. */
export const indexScanRatio: Check = defineCheck({
  id: 'diagnose/index-scan-ratio',
  title: 'Index-scan ratio',
  needs: ['tables', 'indexes', 'database'],
  source: 'PostgreSQL docs 27.2.19 "pg_stat_all_tables": seq_scan, idx_scan',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const scans = tableScans(sections.tables, values.minimumRows);
    const { indexScans, sequentialScans, indexScanRatio: ratio } = scans;
    const counted = indexScans + sequentialScans - sections.indexes.length;
    if (ratio === null || counted < values.minimumScans || ratio >= values.warningRatio) return [];
    const window = statisticsWindow(snapshot, sections.database, sections.tables);
    const isCritical = ratio < values.criticalRatio;
    const scansPerDayCount = sequentialScans / window.days;
    const isOften = scansPerDayCount >= values.minimumScansPerDay;
    const { name } = sections.database;
    const worst = scans.tables.filter((table) => table.sequentialRowsRead > 0).slice(0, WORST_TABLES);
    return [
      finding({
        severity: !isOften ? 'info' : isCritical ? 'critical' : 'warning',
        subject: { kind: 'database', schema: '', name },
        title: `${formatRatioBeside(ratio, isCritical ? values.criticalRatio : values.warningRatio)} of the scans of larger tables in ${displayIdentifier(name)} use an index`,
        evidence: {
          indexScanRatio: ratio,
          indexScansCount: indexScans,
          sequentialScansCount: sequentialScans,
          scansPerDayCount,
          tablesCount: scans.tables.length,
          mostReadTables: worst.map(nameOf),
          observedMs: window.lengthMs,
        },
        threshold: threshold(isCritical ? 'criticalRatio' : 'warningRatio'),
        remedy: `start with the statements that read ${worst[0] === undefined ? 'the largest tables' : nameOf(worst[0])}: index the columns that they filter by`,
      }),
    ];
  },
});

function nameOf(table: ScannedTable): string {
  return displayName(table.schema, table.name);
}
