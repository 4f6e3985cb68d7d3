import { displayName, formatCount, quoteQualified } from '../../../kernel/index.ts';
import type { PartitionedTableRow } from '../../../observe/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { rowCounts } from '../../table-rows.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumRows: countSetting({
    key: 'diagnose.default-partition-rows.minimum-rows',
    summary: 'Rows in a default partition from which it is reported.',
    unit: 'rows',
    default: 1,
    minimum: 1,
    source: 'catalogue of checks: any row',
  }),
  maximumFindings: maximumFindingsSetting('default-partition-rows'),
};

/** Finds rows that fell into a default partition because no other one takes them. */
export const defaultPartitionRows: Check = defineCheck({
  id: 'diagnose/default-partition-rows',
  title: 'Rows in default partitions',
  needs: ['partitionedTables', 'tables'],
  source: 'PostgreSQL docs 5.12.2 "Declarative Partitioning", ATTACH PARTITION on default partitions',
  settings,
  run: ({ sections, values, threshold }) => {
    const counted = rowCounts(sections.tables);
    const drafts = sections.partitionedTables
      .flatMap((row) => {
        const rows = row.defaultOid === null ? 0 : (counted.get(row.defaultOid) ?? row.defaultRows ?? 0);
        return rows >= values.minimumRows ? [{ row, rows }] : [];
      })
      .toSorted((a, b) => b.rows - a.rows)
      .map(({ row, rows }) => {
        const schema = row.defaultSchema ?? row.schema;
        const name = row.defaultName ?? row.name;
        return finding({
          // By list, "all others" is often meant; by range it never is.
          severity: row.strategy === 'range' ? 'warning' : 'info',
          subject: { kind: 'table', schema, name },
          title: `${displayName(schema, name)}, the default partition of ${displayName(row.schema, row.name)}, holds ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`,
          evidence: {
            rows,
            partitionedTable: displayName(row.schema, row.name),
            strategy: row.strategy,
            keyColumns: row.keyColumns,
            otherPartitionsCount: row.partitions - 1,
          },
          threshold: threshold('minimumRows'),
          remedy: remedyOf(row, quoteQualified(schema, name)),
        });
      });
    return capFindings(drafts, values.maximumFindings);
  },
});

function remedyOf(row: PartitionedTableRow, defaultName: string): string {
  const parent = quoteQualified(row.schema, row.name);
  return `see which keys they have (select … from ${defaultName}), then in one transaction: alter table ${parent} detach partition ${defaultName}, create the missing partitions, insert the rows into ${parent}, delete them from ${defaultName} and attach it again as default`;
}
