import { displayName, formatBytes, formatRatio, quoteQualified } from '../../../kernel/index.ts';
import { bloatSettings, findWaste, inestimable } from '../../bloat.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  ...bloatSettings('bloated-table'),
  maximumFindings: maximumFindingsSetting('bloated-table', 30),
};

/** Finds tables whose file is mostly empty by estimate. */
export const bloatedTable: Check = defineCheck({
  id: 'diagnose/bloated-table',
  title: 'Bloated tables',
  needs: ['tableBloat', 'tables'],
  source: 'ioguix/pgsql-bloat-estimation; PostgreSQL docs 24.1.2 "Recovering Disk Space"',
  settings,
  run: ({ sections, values, threshold }) => {
    const tables = new Map(sections.tables.map((table) => [table.oid, table]));
    const findings = findWaste(sections.tableBloat, values).map(({ row, wastedBytes, wasteRatio }) => {
      const table = tables.get(row.tableOid);
      const name = quoteQualified(row.schema, row.name);
      return finding({
        severity: 'warning',
        subject: { kind: 'table', schema: row.schema, name: row.name },
        title: `${displayName(row.schema, row.name)} wastes about ${formatBytes(wastedBytes)} (${formatRatio(
          wasteRatio,
        )} of ${formatBytes(row.sizeBytes)})`,
        evidence: {
          wastedBytes,
          wasteRatio,
          sizeBytes: row.sizeBytes,
          expectedBytes: row.expectedBytes,
          liveRows: table?.liveRows ?? null,
          deadRows: table?.deadRows ?? null,
          method: 'estimated from row count and column widths',
        },
        threshold: threshold('minimumRatio'),
        remedy:
          table?.kind === 'matview'
            ? `refresh materialized view ${name} writes it anew`
            : `rewrite it with pg_repack, or in a maintenance window with vacuum (full, analyze) ${name}, which locks it; then see why vacuum fell behind`,
      });
    });
    return [
      ...capFindings(findings, values.maximumFindings),
      ...inestimable(sections.tableBloat, values.minimumBytes, 'table'),
    ];
  },
});
