import { quoteIdentifier, quoteQualified } from '../kernel/index.ts';
import type { Observation, PlannedStatement, StatementPlan } from '../observe/index.ts';
import { type NodeShare, type PlanNode, planShares } from '../planner/index.ts';
import { blindSpot } from './define-check.ts';
import { mayEndEarly } from './early-end.ts';
import { evidenceText } from './statement-text.ts';
import type { BlindSpot, Check, EvidenceValue, Subject } from './types.ts';

/** A plan of a statement. */
export interface PlanOfStatement {
  readonly statement: PlannedStatement;
  readonly plan: StatementPlan;
}

/** A node that was measured, with its share of the whole plan. */
export interface MeasuredNode extends PlanOfStatement {
  readonly node: PlanNode;
  readonly share: NodeShare;
  /** The node itself, then the node above it, up to the top. */
  readonly path: readonly PlanNode[];
  /** Rows of one run, as measured. */
  readonly actualRows: number;
  /** At least 1. */
  readonly loops: number;
}

/** Tells whether a check says anything about one statement, which was run and measured or not, however little is known of the database. */
export function isPlanCheck({ needsPlans, judgesStatements }: Check, isMeasured: boolean): boolean {
  if (needsPlans === undefined && judgesStatements === undefined) return false;
  return isMeasured || (needsPlans !== 'analyzed' && judgesStatements !== 'measured');
}

/** Says that plans are missing that a check needs; null when it has them. */
export function planBlindSpot(
  { needsPlans }: Pick<Check, 'needsPlans'>,
  { plans }: Observation,
): BlindSpot | null {
  if (needsPlans === undefined) return null;
  const made = (plans ?? []).flatMap((statement) => statement.plans);
  if (needsPlans === 'analyzed') {
    return made.some((one) => one.kind === 'analyzed')
      ? null
      : blindSpot('no statement was run and measured', 'run `pgsteward explain --analyze` on a statement');
  }
  if (made.length > 0) return null;
  const refusal = plans?.find((statement) => statement.refusal !== null)?.refusal;
  return blindSpot(
    refusal === undefined ? 'no plans were made' : `no statement could be planned: ${refusal}`,
    'run `pgsteward explain` on a statement',
  );
}

/** Says why no statement can be judged by its text or its counters: none are recorded and none was given; null when some can. */
export function statementsBlindSpot(observation: Observation): BlindSpot | null {
  const { statements } = observation.snapshot.sections;
  if (statements.status === 'ok' || givenStatements(observation).length > 0) return null;
  return blindSpot(statements.reason, statements.remedy);
}

/** Gives the planned statements of which no counters were read. */
export function givenStatements({ plans, snapshot }: Observation): readonly PlannedStatement[] {
  const { statements } = snapshot.sections;
  const recorded = new Set(statements.status === 'ok' ? statements.data.map((row) => row.queryId) : []);
  return (plans ?? []).filter(({ queryId }) => queryId === null || !recorded.has(queryId));
}

/** Gives the plans that were run and measured. */
export function measuredPlans({ plans }: Observation): readonly PlanOfStatement[] {
  return (plans ?? []).flatMap((statement) =>
    statement.plans.filter((plan) => plan.kind === 'analyzed').map((plan) => ({ statement, plan })),
  );
}

/** Gives every node that ran, of the plans that were run and measured. */
export function measuredNodes(observation: Observation): readonly MeasuredNode[] {
  return measuredPlans(observation).flatMap(({ statement, plan }) => {
    const shares = planShares(plan.plan);
    const found: MeasuredNode[] = [];
    const walk = (node: PlanNode, above: readonly PlanNode[]): void => {
      const share = shares.get(node.id);
      const { actualRows, loops } = node;
      const path = [node, ...above];
      if (share !== undefined && actualRows !== null && loops !== null && loops > 0) {
        found.push({ statement, plan, node, share, path, actualRows, loops });
      }
      for (const child of node.children) walk(child, path);
    };
    walk(plan.plan.root, []);
    return found;
  });
}

/** Factor between estimated and measured rows. One row more or less is no misestimate: both count as at least 1. */
export function misestimateFactor({ node, actualRows }: MeasuredNode): number {
  const [estimated, actual] = [Math.max(1, node.planRows), Math.max(1, actualRows)];
  return Math.max(estimated / actual, actual / estimated);
}

/** Tells whether a node gave fewer rows than estimated and may have been left before it gave all. */
export function mayBeCutShort({ node, actualRows, path }: MeasuredNode): boolean {
  return actualRows < node.planRows && mayEndEarly(path);
}

/** Makes a planned statement the subject of a finding; one that was given as text has no name. */
export function plannedSubject({ queryId }: PlannedStatement): Subject {
  return {
    kind: 'statement',
    schema: '',
    name: queryId ?? '',
    ...(queryId === null ? {} : { queryId }),
  };
}

/** Gives what every finding on a plan's node shows. */
export function nodeEvidence({
  statement,
  plan,
  node,
}: PlanOfStatement & { readonly node: PlanNode }): Readonly<Record<string, EvidenceValue>> {
  return {
    node: nodeName(node),
    nodeId: node.id,
    plannedAs: plan.kind,
    query: evidenceText(statement.text),
  };
}

/** Names a node to a person: `Seq Scan on orders o`, `Hash Join`. */
export function nodeName({ type, table, index, relationship }: PlanNode): string {
  const alias = table === null || table.alias === table.name ? '' : ` ${table.alias}`;
  const on = table === null ? '' : ` on ${table.name}${alias}`;
  const using = index === null ? '' : ` using ${index.name}`;
  const role = relationship === 'InitPlan' || relationship === 'SubPlan' ? ` (${relationship})` : '';
  return `${type}${using}${on}${role}`;
}

/** Writes a node's table for SQL; without a schema where the plan does not say it. */
export function nodeTableSql(node: PlanNode): string | null {
  if (node.table === null) return null;
  const { schema, name } = node.table;
  return schema === null ? quoteIdentifier(name) : quoteQualified(schema, name);
}
