import { displayName, formatBytes, formatDuration, formatRatio, quoteQualified } from '../../kernel/index.ts';
import { createIndexSql } from '../../planner/index.ts';
import { indexName } from '../index-name.ts';
import type { Proposal, Risk } from '../types.ts';
import type { AdvisedDrop, AdvisedIndex, IndexAdvice } from '../workload/types.ts';

/** A partition of a table, with its own partitions. */
export interface PartitionNode {
  readonly schema: string;
  readonly name: string;
  readonly partitions: readonly PartitionNode[];
}

/** What is known around the advice. */
export interface ProposalContext {
  /** Partitions of a table; none for a plain one. */
  readonly partitionsOf: (schema: string, table: string) => readonly PartitionNode[];
  readonly isTaken: (schema: string, name: string) => boolean;
  /** Planner that predicted: `the planner of PostgreSQL 18.4 over a shadow …`. */
  readonly method: string;
  /** Milliseconds after which an index without a scan is taken to be unused. */
  readonly observedMs: number;
}

/** Above it a build is worth a maintenance window. */
const LARGE_BUILD_BYTES = 10 * 1024 ** 3;

/** Turns the advisor's set into proposals: each index and each drop with its undo, in an order that is safe to run. */
export function indexProposals(advice: IndexAdvice, context: ProposalContext): readonly Proposal[] {
  const creations = advice.indexes.map((index) => createProposal(index, advice, context));
  const drops = advice.drops.map((drop) => dropProposal(drop, context));
  return [...creations, ...drops];
}

function createProposal(index: AdvisedIndex, advice: IndexAdvice, context: ProposalContext): Proposal {
  const { schema, table } = index.definition;
  const partitions = context.partitionsOf(schema, table);
  const name = displayName(schema, index.name);
  const share = advice.baseCost === 0 ? 0 : index.benefitCost / advice.baseCost;
  return {
    id: `create-index/${name}`,
    kind: 'create-index',
    title: `Create ${name} on ${displayName(schema, table)}: saves ${formatRatio(share)} beyond the others, ${formatBytes(index.sizeBytes)}`,
    do:
      partitions.length === 0
        ? [`${createIndexSql(index.definition, { name: index.name, isConcurrent: true })};`]
        : partitionedBuild(index, partitions, context),
    undo: [
      partitions.length === 0
        ? `drop index concurrently if exists ${quoteQualified(schema, index.name)};`
        : `drop index if exists ${quoteQualified(schema, index.name)};`,
    ],
    effect: {
      metric: 'workloadCost',
      before: advice.cost + index.benefitCost,
      after: advice.cost,
      unit: 'cost',
      method: context.method,
    },
    addsBytes: index.sizeBytes,
    risk: buildRisk(index, partitions.length > 0),
    findings: [],
  };
}

function buildRisk(index: AdvisedIndex, isPartitioned: boolean): Risk {
  const writes =
    index.writeCost === 0
      ? 'no writes were counted that it would slow down'
      : `keeping it up to date takes about ${formatRatio(Math.min(1, index.writeCost / Math.max(1, index.benefitCost)))} of what it saves`;
  if (index.sizeBytes > LARGE_BUILD_BYTES) {
    return { level: 'medium', why: `a long build that reads the table twice; ${writes}` };
  }
  const build = isPartitioned
    ? 'builds on one partition after the other'
    : 'the build reads the table twice and blocks no writes';
  return { level: 'low', why: `${build}; ${writes}` };
}

/**
 * An index of a partitioned table cannot be built concurrently as a whole: the parent's is made on it alone, each
 * partition's concurrently, and attached; the parent's becomes valid with the last one.
 * @source PostgreSQL docs, CREATE INDEX "Building Indexes Concurrently"
 */
function partitionedBuild(
  index: AdvisedIndex,
  partitions: readonly PartitionNode[],
  context: ProposalContext,
): readonly string[] {
  const made = new Set<string>();
  const nameOf = (node: PartitionNode): string => {
    const stem = [
      node.name,
      ...index.definition.keys.flatMap(({ on }) => (on.kind === 'column' ? on.name : 'expr')),
    ];
    const name = indexName(
      stem.join('_'),
      (one) => context.isTaken(node.schema, one) || made.has(`${node.schema}.${one}`),
    );
    made.add(`${node.schema}.${name}`);
    return name;
  };
  const build = (node: PartitionNode, name: string): readonly string[] => {
    const definition = { ...index.definition, schema: node.schema, table: node.name };
    if (node.partitions.length === 0) return [`${createIndexSql(definition, { name, isConcurrent: true })};`];
    const target = quoteQualified(node.schema, node.name);
    const only = createIndexSql(definition, { name, isConcurrent: false }).replace(
      ` on ${target} `,
      () => ` on only ${target} `,
    );
    const parts = node.partitions.flatMap((part) => {
      const partName = nameOf(part);
      return [
        ...build(part, partName),
        `alter index ${quoteQualified(node.schema, name)} attach partition ${quoteQualified(part.schema, partName)};`,
      ];
    });
    return [`${only};`, ...parts];
  };
  const { schema, table } = index.definition;
  return build({ schema, name: table, partitions }, index.name);
}

function dropProposal(drop: AdvisedDrop, context: ProposalContext): Proposal {
  const { index, table } = drop;
  const isPartitioned = context.partitionsOf(table.schema, table.name).length > 0;
  const name = displayName(index.schema, index.name);
  const target = quoteQualified(index.schema, index.name);
  return {
    id: `drop-index/${name}`,
    kind: 'drop-index',
    title: `Drop ${name}: ${drop.why}`,
    do: [isPartitioned ? `drop index ${target};` : `drop index concurrently ${target};`],
    undo: [`${isPartitioned ? index.ddl : concurrent(index.ddl)};`],
    effect: {
      metric: 'indexBytes',
      before: index.sizeBytes,
      after: 0,
      unit: 'bytes',
      method: context.method,
    },
    risk: dropRisk(drop, context.observedMs),
    findings: [],
  };
}

function dropRisk({ coveredBy, countedMs }: AdvisedDrop, observedMs: number): Risk {
  if (coveredBy !== null) return { level: 'low', why: `${coveredBy} answers the same searches` };
  const why = 'a replica or a rare job that is not in the workload may read it';
  if (countedMs !== null && countedMs >= observedMs) return { level: 'medium', why };
  const counted = countedMs === null ? 'an unknown time' : formatDuration(countedMs);
  return { level: 'high', why: `its scans were counted for ${counted} only; ${why}` };
}

function concurrent(ddl: string): string {
  return ddl.replace(/^create (unique )?index /i, 'create $1index concurrently ');
}
