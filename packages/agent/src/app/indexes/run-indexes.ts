import { ADVISE_SETTINGS } from '../../advise/index.ts';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import { type Snapshot, takeSnapshot } from '../../observe/index.ts';
import type { Planner } from '../../planner/index.ts';
import { type ConnectionTarget, POSTGRES_SETTINGS, type Session } from '../../postgres/index.ts';
import type { IndexReport } from '../../report/index.ts';
import { loadParser } from '../../sql/index.ts';
import { openTarget } from '../open-target.ts';
import { openHypopgPlanner, openStatistics, openTargetPlanner, type PlannerProvider } from '../planner.ts';
import { type AdvisedWorkload, adviseWorkload } from './advise-workload.ts';
import { type ChosenWorkload, chooseWorkload, type StatementSources } from './choose-statements.ts';
import { sampleTexts } from './session-texts.ts';
import { withTypicalValues } from './typical-values.ts';

/** What an advice is asked with. */
export interface IndexesOptions extends StatementSources {
  readonly provider: PlannerProvider;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** Whose workload: a target's, or the one of files for a database whose statistics were exported. */
export type IndexesSource = { readonly target: ConnectionTarget } | { readonly statisticsFile: string };

/**
 * Finds the best indexes for a workload. Changes nothing on the target.
 * @throws POSTGRES.* when the target cannot be reached; APP.* for files and statements; WHATIF.* for the file of statistics;
 * EMBEDDED.* when no shadow can be had
 */
export async function runIndexes(source: IndexesSource, options: IndexesOptions): Promise<IndexReport> {
  const startedAt = options.clock.now();
  const startMs = options.clock.monotonicMs();
  await loadParser();
  const opened = await openSource(source, options);
  const { session } = opened;
  try {
    const snapshot = await takeSnapshot(session, options);
    const [planner, texts] = await withTexts(opened, snapshot, options);
    const chosen = chooseWorkload({ snapshot, interval: null, plans: null }, options, texts);
    const { statements, plans } = await withTypicalValues(chosen.statements, planner);
    const advised = await adviseWorkload({
      ...options,
      session,
      chosen: { ...chosen, statements },
      plans,
      snapshot,
      planner,
      // What reads the indexes is known only where the whole workload is.
      canDrop: opened.hasCounters && !options.isFromFilesOnly,
    });
    return report({ opened, planner, snapshot, advised, options, chosen, startedAt, startMs });
  } finally {
    await opened.close();
  }
}

/** Opens the planner, which takes seconds, and meanwhile looks what the sessions run. */
async function withTexts(
  opened: OpenedSource,
  snapshot: Snapshot,
  options: IndexesOptions,
): Promise<readonly [Planner, readonly string[]]> {
  const planner = opened.planner();
  if (options.isFromFilesOnly) return [await planner, []];
  const sample = async (): Promise<readonly string[]> => {
    const watcher = await openTarget(opened.target, options);
    try {
      return await sampleTexts(watcher, snapshot, { ...options, meanwhile: planner });
    } finally {
      await watcher.close();
    }
  };
  // Without a second connection the texts are missing, no more.
  return Promise.all([planner, sample().catch(() => [])]);
}

interface OpenedSource {
  readonly target: ConnectionTarget;
  readonly database: string;
  readonly session: Session;
  /** Whether it counts the scans of its indexes: without them none can be called unused. */
  readonly hasCounters: boolean;
  /** Opens it when first asked for. */
  planner(): Promise<Planner>;
  close(): Promise<void>;
}

async function openSource(source: IndexesSource, options: IndexesOptions): Promise<OpenedSource> {
  if ('target' in source) {
    const session = await openTarget(source.target, options);
    let planner: Planner | null = null;
    return {
      target: source.target,
      database: session.capabilities.database,
      session,
      hasCounters: true,
      async planner() {
        planner ??= await openPlanner(source.target, session, options);
        return planner;
      },
      async close() {
        await planner?.close();
        await session.close();
      },
    };
  }
  const { target, planner, database } = await openStatistics(source.statisticsFile, options);
  const session = await openTarget(target, options).catch(async (error: unknown) => {
    await planner.close();
    throw error;
  });
  return {
    target,
    database,
    session,
    hasCounters: false,
    planner: async () => planner,
    async close() {
      await session.close();
      await planner.close();
    },
  };
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

interface ReportParts {
  readonly opened: OpenedSource;
  readonly planner: Planner;
  readonly snapshot: Snapshot;
  readonly advised: AdvisedWorkload;
  readonly options: IndexesOptions;
  readonly chosen: ChosenWorkload;
  readonly startedAt: Date;
  readonly startMs: number;
}

function report(parts: ReportParts): IndexReport {
  const { opened, planner, snapshot, advised, options, chosen } = parts;
  const { advice, matviews, constraints, proposals } = advised;
  // A shadow of a file is no target.
  const load = opened.hasCounters ? opened.session.selfLoad() : { statements: 0, databaseMs: 0 };
  return {
    schema: 'pgsteward/indexes@1',
    target: {
      name: opened.target.name,
      serverVersion: snapshot.server.version,
      database: opened.database,
    },
    startedAt: parts.startedAt.toISOString(),
    durationMs: Math.round(options.clock.monotonicMs() - parts.startMs),
    selfLoad: { statements: load.statements, databaseMs: Math.round(load.databaseMs) },
    planner: { provider: planner.provider, serverVersion: planner.serverVersion },
    workload: {
      statements: chosen.statements.length + chosen.skipped.length,
      skipped: advice.skipped.length,
      sources: chosen.sources,
      weights: options.isFromFilesOnly ? 'equal' : options.settings.get(ADVISE_SETTINGS.weights),
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
    matviews,
    proposals,
    unavailable: [...planner.gaps, ...snapshot.gaps].map(({ id, reason, remedy }) => ({
      id,
      reason,
      remedy,
    })),
  };
}
