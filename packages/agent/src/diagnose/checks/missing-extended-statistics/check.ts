import { displayIdentifier, formatCount } from '../../../kernel/index.ts';
import type { Sections, TableFacts } from '../../../observe/index.ts';
import { type PlanNode, planNodes } from '../../../planner/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { type Catalogue, catalogueOf } from '../../catalogue.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { extendedStatisticsSql } from '../../extended-statistics-sql.ts';
import { comparedColumns, groupedColumns } from '../../node-conditions.ts';
import {
  mayBeCutShort,
  measuredNodes,
  misestimateFactor,
  nodeEvidence,
  nodeName,
} from '../../planned-statements.ts';
import type { Check } from '../../types.ts';

const settings = {
  minimumFactor: countSetting({
    key: 'diagnose.missing-extended-statistics.minimum-factor-count',
    summary: 'Factor between estimated and measured rows from which columns count as dependent.',
    default: 10,
    minimum: 1,
    source: 'pgsteward catalogue of checks',
  }),
  minimumRows: countSetting({
    key: 'diagnose.missing-extended-statistics.minimum-rows',
    summary: 'Rows, estimated or measured, below which a wrong estimate is of no account.',
    unit: 'rows',
    default: 100,
    source: 'a plan for 1 row and one for 100 rows seldom differ',
  }),
  maximumFindings: maximumFindingsSetting('missing-extended-statistics', 10),
};

/** Finds columns that depend on each other, are filtered or grouped together, and mislead the planner. */
export const missingExtendedStatistics: Check = defineCheck({
  id: 'diagnose/missing-extended-statistics',
  title: 'Dependent columns without statistics of their own',
  needs: ['tables', 'extendedStatistics'],
  needsPlans: 'analyzed',
  source: 'PostgreSQL docs 14.2.2 "Extended Statistics", 68.2 "Multivariate Statistics Examples"',
  settings,
  run: ({ observation, snapshot, sections, values, threshold }) => {
    const catalogue = catalogueOf(snapshot);
    const seen = new Set<string>();
    const findings = measuredNodes(observation).flatMap((one) => {
      const factor = misestimateFactor(one);
      const rows = Math.max(one.node.planRows, one.actualRows);
      if (factor < values.minimumFactor || rows < values.minimumRows || mayBeCutShort(one)) return [];
      const together = columnsOf(one.node, catalogue);
      if (together === null || hasStatistics(together, sections.extendedStatistics)) return [];
      const { table, columns } = together;
      const key = JSON.stringify([table.oid, columns]);
      if (seen.has(key)) return [];
      seen.add(key);
      const sql = extendedStatisticsSql({ schema: table.schema, table: table.name, columns });
      return finding({
        severity: 'info',
        subject: { kind: 'table', schema: table.schema, name: table.name },
        title: `${nodeName(one.node)}: ${formatCount(one.node.planRows)} rows expected, ${formatCount(one.actualRows)} found: ${columns.map(displayIdentifier).join(', ')} depend on each other`,
        evidence: {
          columns,
          estimatedRows: one.node.planRows,
          actualRows: one.actualRows,
          misestimateCount: factor,
          timeRatio: one.share.totalRatio,
          ...nodeEvidence(one),
        },
        threshold: threshold('minimumFactor'),
        remedy: `${sql.create}; ${sql.analyze}`,
      });
    });
    return capFindings(findings, values.maximumFindings);
  },
});

interface ColumnsTogether {
  readonly table: TableFacts;
  readonly columns: readonly string[];
}

/**
 * Columns filtered by one scan, or grouped by one aggregate; null when there are not two of one known table. Of a table
 * that was never analyzed nothing is known, of one column as little as of two.
 */
function columnsOf(node: PlanNode, catalogue: Catalogue): ColumnsTogether | null {
  const found = node.table === null ? groupedTogether(node) : { scan: node, columns: comparedColumns(node) };
  const table = found === null || found.scan.table === null ? null : catalogue.table(found.scan.table);
  if (found === null || table === null || found.columns.length < 2) return null;
  if (table.lastAnalyze === null && table.lastAutoanalyze === null) return null;
  return { table, columns: found.columns };
}

function groupedTogether(
  node: PlanNode,
): { readonly scan: PlanNode; readonly columns: readonly string[] } | null {
  const grouped = groupedColumns(node);
  // How many groups pass HAVING no statistics tell.
  if (grouped === null || node.details['Filter'] !== undefined) return null;
  const scans = planNodes(node).filter((one) => one.table !== null);
  const scan =
    grouped.alias === null && scans.length === 1
      ? scans[0]
      : scans.find((one) => one.table?.alias === grouped.alias);
  return scan === undefined ? null : { scan, columns: grouped.columns };
}

/** Statistics on at least two of the columns are there: then the estimate is wrong for another reason. */
function hasStatistics({ table, columns }: ColumnsTogether, known: Sections['extendedStatistics']): boolean {
  return known.some(
    (one) =>
      one.tableSchema === table.schema &&
      one.tableName === table.name &&
      one.columnNames.filter((column) => columns.includes(column)).length >= 2,
  );
}
