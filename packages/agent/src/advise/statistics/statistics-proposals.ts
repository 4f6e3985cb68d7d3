import { comparedColumns, extendedStatisticsSql } from '../../diagnose/index.ts';
import { displayIdentifier, displayName, formatCount, quoteQualified } from '../../kernel/index.ts';
import type { PlannedStatement, Sections } from '../../observe/index.ts';
import { type PlanNode, planNodes } from '../../planner/index.ts';
import type { Proposal } from '../types.ts';

/** What statements really returned, and what PostgreSQL knows of their tables. */
export interface StatisticsInputs {
  readonly plans: readonly PlannedStatement[];
  /** Measured rows of one call, by query id. */
  readonly rowsPerCall: ReadonlyMap<string, number>;
  readonly tables: Sections['tables'];
  readonly extended: Sections['extendedStatistics'];
}

/** Factor between measured and planned rows from which statistics are to blame. @source checks.md, diagnose/missing-extended-statistics */
const MINIMUM_FACTOR = 10;

/** Rows below which a wrong estimate is of no account. */
const MINIMUM_ROWS = 100;

/** Nodes above which the rows returned say nothing of the rows read. */
const REDUCING: ReadonlySet<string> = new Set([
  'Limit',
  'Aggregate',
  'ModifyTable',
  'Unique',
  'Group',
  'Result',
  'SetOp',
]);

/**
 * Proposes statistics where they, and no index, are what is missing: statements that returned ten times more or fewer rows than any
 * of their plans expects. A table that was never analyzed is analyzed; columns filtered together get statistics together.
 */
export function statisticsProposals(inputs: StatisticsInputs): readonly Proposal[] {
  const found = new Map<string, Proposal>();
  for (const statement of inputs.plans) {
    const misestimate = misestimateOf(statement, inputs.rowsPerCall);
    if (misestimate === null) continue;
    for (const node of statement.plans.flatMap(({ plan }) => planNodes(plan.root))) {
      const proposal = proposalFor(node, misestimate, inputs);
      if (proposal !== null && !found.has(proposal.id)) found.set(proposal.id, proposal);
    }
  }
  return [...found.values()];
}

interface Misestimate {
  readonly planned: number;
  readonly measured: number;
}

function misestimateOf(
  { queryId, plans }: PlannedStatement,
  rowsPerCall: ReadonlyMap<string, number>,
): Misestimate | null {
  const measured = queryId === null ? undefined : rowsPerCall.get(queryId);
  const roots = plans.map(({ plan }) => plan.root);
  if (measured === undefined || roots.length === 0) return null;
  if (roots.some((root) => planNodes(root).some((node) => REDUCING.has(node.type)))) return null;
  const planned = roots.map((root) => Math.max(1, root.planRows));
  const [least, most] = [Math.min(...planned), Math.max(...planned)];
  const actual = Math.max(1, measured);
  if (Math.max(actual, least) < MINIMUM_ROWS) return null;
  if (actual >= most * MINIMUM_FACTOR) return { planned: most, measured };
  return actual * MINIMUM_FACTOR <= least ? { planned: least, measured } : null;
}

function proposalFor(
  node: PlanNode,
  misestimate: Misestimate,
  { tables, extended }: StatisticsInputs,
): Proposal | null {
  const columns = comparedColumns(node);
  const table = tables.find(
    (one) =>
      one.name === node.table?.name && (node.table.schema === null || one.schema === node.table.schema),
  );
  if (table === undefined || columns.length === 0) return null;
  const { schema, name } = table;
  if (table.lastAnalyze === null && table.lastAutoanalyze === null) {
    return proposal({
      id: `analyze/${displayName(schema, name)}`,
      kind: 'analyze',
      title: `Analyze ${displayName(schema, name)}: it never was, and ${describe(misestimate)}`,
      do: [`analyze ${quoteQualified(schema, name)};`],
      undo: [],
      misestimate,
    });
  }
  const isKnown = extended.some(
    (one) =>
      one.tableName === name &&
      one.tableSchema === schema &&
      one.columnNames.filter((column) => columns.includes(column)).length > 1,
  );
  if (columns.length < 2 || isKnown) return null;
  const sql = extendedStatisticsSql({ schema, table: name, columns });
  const shown = displayName(schema, name);
  const names = columns.map(displayIdentifier).join(', ');
  return proposal({
    id: `create-statistics/${shown}(${names})`,
    kind: 'create-statistics',
    title: `Statistics on ${names} of ${shown} together: ${describe(misestimate)}`,
    do: [`${sql.create};`, `${sql.analyze};`],
    undo: [`${sql.drop};`],
    misestimate,
  });
}

function proposal({
  misestimate,
  ...own
}: Pick<Proposal, 'id' | 'kind' | 'title' | 'do' | 'undo'> & {
  readonly misestimate: Misestimate;
}): Proposal {
  const factor = (a: number, b: number): number => Math.max(a, b) / Math.max(1, Math.min(a, b));
  return {
    ...own,
    effect: {
      metric: 'misestimateFactor',
      before: factor(misestimate.planned, misestimate.measured),
      after: null,
      unit: 'factor',
      method: 'rows of pg_stat_statements against rows of the plans with typical values',
    },
    risk: { level: 'low', why: 'plans of other statements on the table may change with their estimates' },
    findings: [],
  };
}

function describe({ planned, measured }: Misestimate): string {
  return `a statement on it returns ${formatCount(Math.round(measured))} rows where ${formatCount(planned)} are expected`;
}
