import { readFileSync } from 'node:fs';
import {
  ADVISE_SETTINGS,
  adviseIndexes,
  type IndexAdvice,
  type IndexConstraints,
  indexProposals,
  type PartitionNode,
  type Workload,
  type WorkloadStatement,
} from '../advise/index.ts';
import { minimumIntervalSetting } from '../diagnose/index.ts';
import { type Clock, failure, type ProgressListener } from '../kernel/index.ts';
import { type Observation, type Snapshot, takeSnapshot } from '../observe/index.ts';
import { type PlannableStatement, type Planner, readIndexDefinition } from '../planner/index.ts';
import { type ConnectionTarget, POSTGRES_SETTINGS, type Session } from '../postgres/index.ts';
import type { IndexReport } from '../report/index.ts';
import type { Settings } from '../settings/index.ts';
import { fingerprintOf, loadParser, splitStatements } from '../sql/index.ts';
import { APP_ERRORS } from './errors.ts';
import { openTarget } from './open-target.ts';
import { openHypopgPlanner, openTargetPlanner, type PlannerProvider } from './planner.ts';
import { buildWorkload, chooseStatements } from './workload.ts';

/** What an advice is asked with. */
export interface IndexesOptions {
  readonly settings: Settings;
  readonly provider: PlannerProvider;
  /** Files of SQL statements that belong to the workload. */
  readonly statementFiles: readonly string[];
  /** Leaves pg_stat_statements out. */
  readonly isFromFilesOnly: boolean;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the best indexes for a target's workload. Changes nothing there.
 * @throws POSTGRES.* when the target cannot be reached; APP.* for files and statements; EMBEDDED.* when no shadow can be had
 */
export async function runIndexes(target: ConnectionTarget, options: IndexesOptions): Promise<IndexReport> {
  const { clock } = options;
  const startedAt = clock.now();
  const startMs = clock.monotonicMs();
  const [session] = await Promise.all([openTarget(target, options), loadParser()]);
  let planner: Planner | null = null;
  try {
    const snapshot = await takeSnapshot(session, options);
    const observation: Observation = { snapshot, interval: null, plans: null };
    const chosen = chooseWorkload(observation, options);
    planner = await openPlanner(target, session, options);
    const statements = await weigh(chosen.statements, planner, options.settings);
    const workload = buildWorkload({
      snapshot,
      statements,
      changesScale: chosen.changesScale,
      readDefinition: readIndexDefinition,
    });
    const { advice, constraints } = await advise(workload, planner, options);
    return report({
      target,
      session,
      planner,
      snapshot,
      advice,
      constraints,
      options,
      chosen,
      startedAt,
      startMs,
    });
  } finally {
    await planner?.close();
    await session.close();
  }
}

/** Advises on what an audit has already observed, with a shorter search. */
export async function adviseAudit(
  session: Session,
  observation: Observation,
  options: Omit<IndexesOptions, 'provider' | 'statementFiles' | 'isFromFilesOnly'>,
): Promise<{ readonly advice: IndexAdvice; readonly proposals: IndexReport['proposals'] } | null> {
  const all: IndexesOptions = { ...options, provider: 'shadow', statementFiles: [], isFromFilesOnly: false };
  const chosen = chooseWorkload(observation, all);
  if (chosen.statements.length === 0) return null;
  const planner = await openTargetPlanner(session, options);
  try {
    const { snapshot } = observation;
    const workload = buildWorkload({
      snapshot,
      statements: await weigh(chosen.statements, planner, options.settings),
      changesScale: chosen.changesScale,
      readDefinition: readIndexDefinition,
    });
    const { advice } = await advise(workload, planner, {
      ...all,
      timeLimitMs: options.settings.get(ADVISE_SETTINGS.auditTimeLimitMs),
    });
    return { advice, proposals: proposalsOf(advice, snapshot, planner) };
  } finally {
    await planner.close();
  }
}

async function openPlanner(
  target: ConnectionTarget,
  session: Session,
  options: IndexesOptions,
): Promise<Planner> {
  if (options.provider === 'shadow') return openTargetPlanner(session, options);
  const connectTimeoutMs = options.settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  return openHypopgPlanner(target, session, { connectTimeoutMs, signal: options.signal });
}

async function advise(
  workload: Workload,
  planner: Planner,
  options: IndexesOptions & { readonly timeLimitMs?: number },
): Promise<{ readonly advice: IndexAdvice; readonly constraints: IndexConstraints }> {
  const constraints = constraintsOf(workload, options);
  const advice = await adviseIndexes(workload, planner, constraints, {
    now: () => options.clock.monotonicMs(),
    signal: options.signal,
    onProgress: ({ relativeCost, indexes }) =>
      options.onProgress({
        task: `searching: ${indexes.length} indexes save ${Math.round((1 - relativeCost) * 100)} %`,
        done: 0,
        total: null,
        unit: 'plans',
      }),
  });
  return { advice, constraints };
}

interface ChosenWorkload {
  readonly statements: readonly WorkloadStatement[];
  readonly changesScale: number;
  readonly sources: readonly string[];
}

/** Statements of pg_stat_statements and of files; a file's text stands for the recorded statement that it is an instance of. */
function chooseWorkload(observation: Observation, options: IndexesOptions): ChosenWorkload {
  const { settings, statementFiles } = options;
  const given = statementFiles.flatMap(readStatementFile);
  const known = options.isFromFilesOnly
    ? { rows: [], changesScale: 1 }
    : chooseStatements(
        observation,
        settings.get(ADVISE_SETTINGS.statements),
        settings.get(minimumIntervalSetting),
      );
  const byPrint = new Map(given.map((one) => [fingerprintOf(one.sql), one]));
  const recorded = known.rows.flatMap((row): WorkloadStatement[] => {
    if (row.query === null || row.queryLength > row.query.length) return [];
    const literal = byPrint.get(fingerprintOf(row.query));
    if (literal !== undefined) byPrint.delete(fingerprintOf(row.query));
    const sql = literal?.sql ?? row.query;
    return [toStatement(row.queryId, sql, { calls: row.calls, meanMs: row.meanMs })];
  });
  const fresh = [...byPrint.values()].map((one) =>
    toStatement(one.id, one.sql, { calls: null, meanMs: null }),
  );
  return {
    statements: [...recorded, ...fresh],
    changesScale: known.changesScale,
    sources: [...(recorded.length === 0 ? [] : ['pg_stat_statements']), ...statementFiles],
  };
}

function toStatement(
  id: string,
  sql: string,
  counted: { readonly calls: number | null; readonly meanMs: number | null },
): WorkloadStatement {
  const statement: PlannableStatement = { id, sql, values: null, searchPath: null };
  return { id, sql, weight: counted.calls ?? 1, ...counted, variants: [{ share: 1, statement }] };
}

function readStatementFile(file: string): readonly { readonly id: string; readonly sql: string }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure(APP_ERRORS.STATEMENT_FILE, { file, reason }, error);
  }
  const split = splitStatements(text);
  if (!split.ok) {
    throw failure(APP_ERRORS.STATEMENT_FILE, { file, reason: `line ${split.line}: ${split.reason}` });
  }
  return split.statements.map((sql, index) => ({ id: `${file}:${index + 1}`, sql }));
}

/** By time, a statement weighs what it was measured to take; the sum over all stays calls times cost. */
async function weigh(
  statements: readonly WorkloadStatement[],
  planner: Planner,
  settings: Settings,
): Promise<readonly WorkloadStatement[]> {
  if (settings.get(ADVISE_SETTINGS.weights) === 'calls') return statements;
  const planned = await planner.plan(
    statements.flatMap((one) => one.variants.slice(0, 1).map((variant) => variant.statement)),
    { add: [], hide: [] },
  );
  const costs = planned.map((one) => (one.kind === 'plan' ? one.plan.root.totalCost : 0));
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
  { settings, timeLimitMs }: IndexesOptions & { readonly timeLimitMs?: number },
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
    canDrop: settings.get(ADVISE_SETTINGS.drops) === 'yes',
    minimumBenefitRatio: settings.get(ADVISE_SETTINGS.minimumBenefitRatio),
  };
}

function proposalsOf(advice: IndexAdvice, snapshot: Snapshot, planner: Planner): IndexReport['proposals'] {
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
  return indexProposals(advice, {
    partitionsOf: (schema, table) => {
      const found = rows.find((one) => one.schema === schema && one.name === table);
      return found === undefined || found.kind !== 'partitioned' ? [] : children(found.oid);
    },
    isTaken: (schema, name) => names.has(JSON.stringify([schema, name])),
    method: `planned by PostgreSQL ${planner.serverVersion} (${planner.provider}), the whole workload`,
  });
}

interface ReportParts {
  readonly target: ConnectionTarget;
  readonly session: Session;
  readonly planner: Planner;
  readonly snapshot: Snapshot;
  readonly advice: IndexAdvice;
  readonly constraints: IndexConstraints;
  readonly options: IndexesOptions;
  readonly chosen: ChosenWorkload;
  readonly startedAt: Date;
  readonly startMs: number;
}

function report(parts: ReportParts): IndexReport {
  const { target, session, planner, snapshot, advice, constraints, options, chosen } = parts;
  const { statements, databaseMs } = session.selfLoad();
  return {
    schema: 'pgsteward/indexes@1',
    target: { name: target.name, serverVersion: snapshot.server.version, database: snapshot.server.database },
    startedAt: parts.startedAt.toISOString(),
    durationMs: Math.round(options.clock.monotonicMs() - parts.startMs),
    selfLoad: { statements, databaseMs: Math.round(databaseMs) },
    planner: { provider: planner.provider, serverVersion: planner.serverVersion },
    workload: {
      statements: chosen.statements.length,
      skipped: advice.skipped.length,
      sources: chosen.sources,
      weights: options.settings.get(ADVISE_SETTINGS.weights),
    },
    limits: {
      storageBudgetBytes: constraints.storageBudgetBytes,
      maximumIndexes: constraints.maximumIndexes,
      maximumWidth: constraints.maximumWidth,
      excludedTables: [...constraints.excludedTables],
      writeOverheadRatio: constraints.writeOverheadCeiling,
      timeLimitMs: constraints.timeLimitMs,
    },
    advice,
    proposals: proposalsOf(advice, snapshot, planner),
    unavailable: [...planner.gaps, ...snapshot.gaps].map(({ id, reason, remedy }) => ({
      id,
      reason,
      remedy,
    })),
  };
}
