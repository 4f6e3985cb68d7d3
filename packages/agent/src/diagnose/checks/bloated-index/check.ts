import { displayName, formatBytes, formatRatio, quoteQualified } from '../../../kernel/index.ts';
import { bloatSettings, findWaste, inestimable } from '../../bloat.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';

const settings = {
  ...bloatSettings('bloated-index'),
  maximumFindings: maximumFindingsSetting('bloated-index', 30),
};

/** Finds btree indexes that are mostly empty by estimate. */
export const bloatedIndex: Check = defineCheck({
  id: 'diagnose/bloated-index',
  title: 'Bloated indexes',
  needs: ['indexBloat', 'indexes'],
  source: 'ioguix/pgsql-bloat-estimation; PostgreSQL docs 24.2 "Routine Reindexing"',
  settings,
  run: ({ sections, values, threshold }) => {
    const indexes = new Map(sections.indexes.map((index) => [index.oid, index]));
    const findings = findWaste(sections.indexBloat, values).map(({ row, wastedBytes, wasteRatio }) => {
      const index = indexes.get(row.indexOid);
      return finding({
        severity: 'warning',
        subject: { kind: 'index', schema: row.schema, name: row.name },
        title: `${displayName(row.schema, row.name)} wastes about ${formatBytes(wastedBytes)} (${formatRatio(
          wasteRatio,
        )} of ${formatBytes(row.sizeBytes)})`,
        evidence: {
          wastedBytes,
          wasteRatio,
          sizeBytes: row.sizeBytes,
          expectedBytes: row.expectedBytes,
          table: index === undefined ? null : displayName(index.schema, index.tableName),
          method: 'estimated from entry count and key widths, without deduplication',
        },
        threshold: threshold('minimumRatio'),
        remedy: `reindex index concurrently ${quoteQualified(row.schema, row.name)} (confirm with pgstatindex of pgstattuple first when the build is costly)`,
      });
    });
    return [
      ...capFindings(findings, values.maximumFindings),
      ...inestimable(sections.indexBloat, values.minimumBytes, 'index'),
    ];
  },
});
