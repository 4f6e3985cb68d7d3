import {
  ADVISE_SETTINGS,
  costOf,
  findRewrites,
  hasTotalOrder,
  type ReadLoop,
  type RewriteSchema,
  readRewriteSchema,
  rewriteRules,
  tryRewrites,
  type WorkloadStatement,
} from '../../advise/index.ts';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import { type Snapshot, takeSnapshot } from '../../observe/index.ts';
import type { Planner } from '../../planner/index.ts';
import {
  type ComparisonConnection,
  type ConnectionTarget,
  openComparisonConnection,
  POSTGRES_SETTINGS,
  type Session,
} from '../../postgres/index.ts';
import type { AdvisedRewrite, QueryAdviceReport, RewrittenQuery } from '../../report/index.ts';
import type { Settings } from '../../settings/index.ts';
import { loadParser } from '../../sql/index.ts';
import { chooseWorkload } from '../indexes/choose-statements.ts';
import { sampleTexts } from '../indexes/session-texts.ts';
import { openTarget } from '../open-target.ts';
import { openTargetPlanner } from '../planner.ts';
import { checkRewrite } from './check-rewrite.ts';
import { readLoops } from './read-loops.ts';

/** What advice on statements is asked with. */
export interface QueryAdviceOptions {
  /** Statements looked at, those with the most time first. */
  readonly limit: number;
  /** Files of SQL statements to look at too; a text there stands for the recorded statement that it is an instance of. */
  readonly statementFiles: readonly string[];
  /** Runs each rewrite beside the original and compares. */
  readonly isChecked: boolean;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds rewrites of the statements that take the most time, and plans each beside the original. With `isChecked` both are run in
 * a read-only transaction; else nothing but the catalogue is read.
 * @throws POSTGRES.* when the target cannot be reached; APP.STATEMENT_FILE; EMBEDDED.* when no shadow can be had
 */
export async function runQueryAdvice(
  target: ConnectionTarget,
  options: QueryAdviceOptions,
): Promise<QueryAdviceReport> {
  const startedAt = options.clock.now();
  const startMs = options.clock.monotonicMs();
  await loadParser();
  const session = await openTarget(target, options);
  try {
    const snapshot = await takeSnapshot(session, options);
    const opening = openTargetPlanner(session, options);
    const texts = await textsMeanwhile(target, snapshot, opening, options);
    const planner = await opening;
    try {
      const advised = await adviseAll({ target, session, snapshot, planner, texts }, options);
      return {
        schema: 'pgsteward/queries-advice@1',
        target: {
          name: target.name,
          serverVersion: snapshot.server.version,
          database: snapshot.server.database,
        },
        startedAt: startedAt.toISOString(),
        durationMs: Math.round(options.clock.monotonicMs() - startMs),
        planner: { provider: planner.provider, serverVersion: planner.serverVersion },
        isChecked: options.isChecked,
        ...advised,
        unavailable: [...statementsGap(snapshot), ...planner.gaps, ...snapshot.gaps].map(
          ({ id, reason, remedy }) => ({
            id,
            reason,
            remedy,
          }),
        ),
      };
    } finally {
      await planner.close();
    }
  } finally {
    await session.close();
  }
}

/** Looks what the sessions run while the planner opens: their texts hold the constants that pg_stat_statements leaves out. */
async function textsMeanwhile(
  target: ConnectionTarget,
  snapshot: Snapshot,
  meanwhile: Promise<unknown>,
  options: QueryAdviceOptions,
): Promise<readonly string[]> {
  // Whoever awaits the planner hears of its failure; without a second connection the texts are missing, no more.
  const watcher = await openTarget(target, options).catch(() => null);
  try {
    return watcher === null ? [] : await sampleTexts(watcher, snapshot, { ...options, meanwhile });
  } catch {
    return [];
  } finally {
    await watcher?.close();
  }
}

function statementsGap({ sections: { statements } }: Snapshot): QueryAdviceReport['unavailable'] {
  if (statements.status === 'ok') return [];
  const { reason, remedy } = statements;
  return [{ id: 'observe/statements', reason, remedy }];
}

interface Inputs {
  readonly target: ConnectionTarget;
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly planner: Planner;
  readonly texts: readonly string[];
}

async function adviseAll(
  { target, snapshot, planner, texts }: Inputs,
  options: QueryAdviceOptions,
): Promise<Pick<QueryAdviceReport, 'statementsCount' | 'statements'>> {
  const { settings, statementFiles, limit, isChecked, onProgress } = options;
  const observation = { snapshot, interval: null, plans: null };
  const chosen = chooseWorkload(observation, { settings, statementFiles, isFromFilesOnly: false }, texts);
  const recorded = chosen.statements.filter(({ calls }) => calls !== null).slice(0, limit);
  const statements = [...chosen.statements.filter(({ calls }) => calls === null), ...recorded];
  const loops = readLoops(observation, settings);
  const schema = readRewriteSchema(snapshot);
  const connectTimeoutMs = settings.get(POSTGRES_SETTINGS.connectTimeoutMs);
  const comparison = isChecked
    ? await openComparisonConnection(target, { connectTimeoutMs, signal: options.signal })
    : null;
  try {
    const rewritten: RewrittenQuery[] = [];
    for (const [done, statement] of statements.entries()) {
      onProgress({ task: 'rewriting', done, total: statements.length, unit: 'statements' });
      const loop = loops.get(statement.id) ?? null;
      const rewrites = await adviseOne(statement, { schema, loop, planner, comparison, settings });
      if (rewrites.length > 0) rewritten.push(described(statement, rewrites));
    }
    return { statementsCount: statements.length, statements: rewritten };
  } finally {
    await comparison?.close();
  }
}

function described(
  { id, sql, calls, meanMs }: WorkloadStatement,
  rewrites: readonly AdvisedRewrite[],
): RewrittenQuery {
  const totalMs = calls === null || meanMs === null ? null : calls * meanMs;
  return { id, sql, calls, totalMs, rewrites };
}

interface Means {
  readonly schema: RewriteSchema;
  readonly loop: ReadLoop | null;
  readonly planner: Planner;
  readonly comparison: ComparisonConnection | null;
  readonly settings: Settings;
}

async function adviseOne(
  { id, sql }: WorkloadStatement,
  { schema, loop, planner, comparison, settings }: Means,
): Promise<readonly AdvisedRewrite[]> {
  const found = findRewrites(rewriteRules, sql, { schema, loop });
  if (found.length === 0) return [];
  const statement = { id, sql, values: null, searchPath: null };
  const sets = /\$\d/.test(sql) ? await planner.representativeValues(statement) : [];
  const minimumBenefitRatio = settings.get(ADVISE_SETTINGS.rewriteBenefitRatio);
  const tried = await tryRewrites(found, statement, costOf(planner), { sets, minimumBenefitRatio });
  const advised: AdvisedRewrite[] = [];
  for (const one of tried) {
    const isWorthIt = one.verdict === 'cheaper' || one.verdict === 'not-comparable';
    const check =
      comparison === null || !isWorthIt
        ? null
        : await checkRewrite(
            one,
            {
              sql,
              sets,
              isOrderTotal: hasTotalOrder(sql, schema),
              timeoutMs: settings.get(ADVISE_SETTINGS.rewriteTimeoutMs),
            },
            comparison,
          );
    advised.push({ ...one, check });
  }
  return advised;
}
