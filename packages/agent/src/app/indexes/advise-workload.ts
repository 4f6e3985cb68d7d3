import {
  ADVISE_SETTINGS,
  type AdvisedMatview,
  adviseIndexes,
  adviseMatviews,
  freeName,
  type IndexAdvice,
  type IndexConstraints,
  indexProposals,
  matviewProposals,
  type PartitionNode,
  type StatisticsInputs,
  statisticsProposals,
  type Workload,
  type WorkloadStatement,
} from '../../advise/index.ts';
import { unusedObservedSetting } from '../../diagnose/index.ts';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import type { PlannedStatement, Snapshot } from '../../observe/index.ts';
import { type Planner, readIndexDefinition } from '../../planner/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { IndexReport } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import { buildWorkload } from './build-workload.ts';
import type { ChosenWorkload } from './choose-statements.ts';
import { readViews } from './read-views.ts';

/** A workload to be advised on, and what with. */
export interface AdviseInputs {
  /** With the target, for the views that statements name. */
  readonly session: Session;
  readonly chosen: ChosenWorkload;
  /** Plans of the statements as things are. */
  readonly plans: readonly PlannedStatement[];
  readonly snapshot: Snapshot;
  readonly planner: Planner;
  readonly settings: Settings;
  /** Whether scans of indexes were counted; without that nothing is dropped. */
  readonly canDrop: boolean;
  /** Instead of the time that the settings give. */
  readonly timeLimitMs?: number;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** What the advisor said, as proposals too. */
export interface AdvisedWorkload {
  readonly advice: IndexAdvice;
  readonly matviews: readonly AdvisedMatview[];
  readonly constraints: IndexConstraints;
  readonly proposals: IndexReport['proposals'];
}

/** Runs the index advisor on the statements chosen. */
export async function adviseWorkload(inputs: AdviseInputs): Promise<AdvisedWorkload> {
  const { session, chosen, snapshot, planner, settings, clock, onProgress, signal } = inputs;
  const workload = buildWorkload({
    snapshot,
    statements: await weigh(chosen.statements, planner, settings),
    changesScale: chosen.changesScale,
    views: await readViews(session, chosen.statements),
    readDefinition: readIndexDefinition,
  });
  const constraints = constraintsOf(workload, inputs);
  const found = await adviseIndexes(workload, planner, constraints, {
    now: () => clock.monotonicMs(),
    signal,
    onProgress: ({ relativeCost, indexes }) =>
      onProgress({
        task: `searching: ${indexes.length} indexes save ${Math.round((1 - relativeCost) * 100)} %`,
        done: 0,
        total: null,
        unit: 'plans',
      }),
  });
  const advice = { ...found, skipped: [...chosen.skipped, ...found.skipped] };
  const matviews = await adviseMatviews(workload, advice, planner, {
    windowMs: chosen.windowMs,
    freeName: (schema, wanted) => freeName(wanted, (name) => workload.takenNames.has(`${schema}.${name}`)),
  });
  const ofStatistics = statisticsProposals(statisticsInputs(inputs));
  const proposals = [...proposalsOf({ advice, matviews }, inputs), ...ofStatistics];
  return { advice, matviews, constraints, proposals };
}

function statisticsInputs({ plans, snapshot }: AdviseInputs): StatisticsInputs {
  const { statements, tables, extendedStatistics } = snapshot.sections;
  const rows = statements.status === 'ok' ? statements.data : [];
  return {
    plans,
    rowsPerCall: new Map(rows.map((row) => [row.queryId, row.rows / Math.max(1, row.calls)])),
    tables: tables.status === 'ok' ? tables.data : [],
    extended: extendedStatistics.status === 'ok' ? extendedStatistics.data : [],
  };
}

/** By time, a statement weighs what it was measured to take; the sum over all stays calls times cost. */
async function weigh(
  statements: readonly WorkloadStatement[],
  planner: Planner,
  settings: Settings,
): Promise<readonly WorkloadStatement[]> {
  if (settings.get(ADVISE_SETTINGS.weights) === 'calls') return statements;
  const variants = statements.flatMap((one) => one.variants.map((variant) => variant.statement));
  const planned = (await planner.plan(variants, { add: [], hide: [] })).values();
  const costs = statements.map(({ variants: own }) =>
    own.reduce((sum, { share }) => {
      const answer = planned.next().value;
      return sum + (answer?.kind === 'plan' ? share * answer.plan.root.totalCost : 0);
    }, 0),
  );
  const measured = statements.map((one) => (one.calls ?? 0) * (one.meanMs ?? 0));
  const byCalls = statements.reduce((sum, one, index) => sum + (one.calls ?? 0) * (costs[index] ?? 0), 0);
  const allMs = measured.reduce((sum, ms) => sum + ms, 0);
  return statements.map((one, index) => {
    const cost = costs[index] ?? 0;
    if (one.calls === null || cost === 0 || allMs === 0) return one;
    return { ...one, weight: ((measured[index] ?? 0) / allMs) * (byCalls / cost) };
  });
}

function constraintsOf(
  workload: Workload,
  { settings, timeLimitMs, canDrop }: AdviseInputs,
): IndexConstraints {
  const bytes = settings.get(ADVISE_SETTINGS.storageBudgetBytes);
  const tables = workload.tables.reduce((sum, table) => sum + table.sizeBytes, 0);
  const maximum = settings.get(ADVISE_SETTINGS.maximumIndexes);
  return {
    storageBudgetBytes: bytes === 0 ? Math.round(tables / 2) : bytes,
    maximumIndexes: maximum === 0 ? null : maximum,
    maximumWidth: settings.get(ADVISE_SETTINGS.maximumWidth),
    excludedTables: new Set(
      settings
        .get(ADVISE_SETTINGS.excludedTables)
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
    writeOverheadCeiling: settings.get(ADVISE_SETTINGS.writeOverheadRatio),
    timeLimitMs: timeLimitMs ?? settings.get(ADVISE_SETTINGS.timeLimitMs),
    maximumCalls: settings.get(ADVISE_SETTINGS.maximumCalls),
    canDrop: canDrop && settings.get(ADVISE_SETTINGS.drops) === 'yes',
    canRepeat: settings.get(ADVISE_SETTINGS.copies) === 'yes',
    minimumBenefitRatio: settings.get(ADVISE_SETTINGS.minimumBenefitRatio),
    minimumWorkloadRatio: settings.get(ADVISE_SETTINGS.minimumWorkloadRatio),
    earlyEndRatio: settings.get(ADVISE_SETTINGS.earlyEndRatio),
  };
}

function proposalsOf(
  { advice, matviews }: Pick<AdvisedWorkload, 'advice' | 'matviews'>,
  { snapshot, planner, settings }: AdviseInputs,
): IndexReport['proposals'] {
  const { tables, indexes } = snapshot.sections;
  const rows = tables.status === 'ok' ? tables.data : [];
  const names = new Set(
    [...rows, ...(indexes.status === 'ok' ? indexes.data : [])].map((one) =>
      JSON.stringify([one.schema, one.name]),
    ),
  );
  const children = (oid: number): readonly PartitionNode[] =>
    rows
      .filter((one) => one.isPartition && one.parentOid === oid)
      .map(({ oid: own, schema, name }) => ({ schema, name, partitions: children(own) }));
  const isTaken = (schema: string, name: string): boolean => names.has(JSON.stringify([schema, name]));
  const method = `planned by PostgreSQL ${planner.serverVersion} (${planner.provider}), the whole workload`;
  const ofIndexes = indexProposals(advice, {
    partitionsOf: (schema, table) => {
      const found = rows.find((one) => one.schema === schema && one.name === table);
      return found === undefined || found.kind !== 'partitioned' ? [] : children(found.oid);
    },
    isTaken,
    method,
    observedMs: settings.get(unusedObservedSetting),
  });
  return [...ofIndexes, ...matviewProposals(matviews, { isTaken, method })];
}
