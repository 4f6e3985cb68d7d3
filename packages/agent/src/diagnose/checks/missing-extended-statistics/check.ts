import { displayIdentifier, formatCount, quoteIdentifier } from '../../../kernel/index.ts';
import type { Sections } from '../../../observe/index.ts';
import { type PlanNode, planNodes } from '../../../planner/index.ts';
import { countSetting } from '../../../settings/index.ts';
import { capFindings, maximumFindingsSetting } from '../../cap-findings.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { comparedColumns, groupedColumns } from '../../node-conditions.ts';
import {
  type MeasuredNode,
  measuredNodes,
  nodeEvidence,
  nodeName,
  nodeTableSql,
  plannedSubject,
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
  needs: ['extendedStatistics'],
  needsPlans: 'analyzed',
  source: 'PostgreSQL docs 14.2.2 "Extended Statistics", 68.2 "Multivariate Statistics Examples"',
  settings,
  run: ({ observation, sections, values, threshold }) => {
    const seen = new Set<string>();
    const findings = measuredNodes(observation).flatMap((one) => {
      const columns = columnsOf(one);
      const { factor, rows } = misestimate(one);
      if (columns === null || factor < values.minimumFactor || rows < values.minimumRows) return [];
      const key = JSON.stringify([columns.table.table?.name, columns.names]);
      if (seen.has(key) || hasStatistics(columns, sections.extendedStatistics)) return [];
      seen.add(key);
      const names = columns.names.map(displayIdentifier).join(', ');
      return finding({
        severity: 'info',
        subject: plannedSubject(one.statement),
        title: `${nodeName(one.node)}: ${formatCount(one.node.planRows)} rows expected, ${formatCount(one.actualRows)} found: ${names} depend on each other`,
        evidence: {
          columns: columns.names,
          table: columns.table.table?.name ?? null,
          estimatedRows: one.node.planRows,
          actualRows: one.actualRows,
          misestimateCount: factor,
          timeRatio: one.share.totalRatio,
          ...nodeEvidence(one),
        },
        threshold: threshold('minimumFactor'),
        remedy: remedyFor(columns),
      });
    });
    return capFindings(findings, values.maximumFindings);
  },
});

interface ColumnsTogether {
  readonly names: readonly string[];
  /** The scan of their table. */
  readonly table: PlanNode;
}

/** Columns filtered by one scan, or grouped by one aggregate; null when there are not at least two of one table. */
function columnsOf({ node }: MeasuredNode): ColumnsTogether | null {
  if (node.table !== null) {
    const names = comparedColumns(node);
    return names.length < 2 ? null : { names, table: node };
  }
  const grouped = groupedColumns(node);
  if (grouped === null || grouped.columns.length < 2) return null;
  const scans = planNodes(node).filter((one) => one.table !== null);
  const table =
    grouped.alias === null && scans.length === 1
      ? scans[0]
      : scans.find((scan) => scan.table?.alias === grouped.alias);
  return table === undefined ? null : { names: grouped.columns, table };
}

function misestimate({ node, actualRows }: MeasuredNode): { readonly factor: number; readonly rows: number } {
  const [estimated, actual] = [Math.max(1, node.planRows), Math.max(1, actualRows)];
  return { factor: Math.max(estimated / actual, actual / estimated), rows: Math.max(estimated, actual) };
}

/** Statistics on at least two of the columns are there: then the estimate is wrong for another reason. */
function hasStatistics({ names, table }: ColumnsTogether, known: Sections['extendedStatistics']): boolean {
  return known.some(
    (one) =>
      one.tableName === table.table?.name &&
      (table.table.schema === null || one.tableSchema === table.table.schema) &&
      one.columnNames.filter((column) => names.includes(column)).length >= 2,
  );
}

function remedyFor({ names, table }: ColumnsTogether): string {
  const target = nodeTableSql(table) ?? '';
  const columns = names.map(quoteIdentifier).join(', ');
  const name = quoteIdentifier(`${[table.table?.name, ...names].join('_').slice(0, 58)}_stx`);
  return `create statistics ${name} (dependencies, ndistinct, mcv) on ${columns} from ${target}; analyze ${target}`;
}
