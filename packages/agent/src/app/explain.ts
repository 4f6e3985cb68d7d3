import {
  ADVISE_SETTINGS,
  advise,
  advisors,
  type CostOf,
  findRewrites,
  readRewriteSchema,
  rewriteRules,
  tryRewrites,
} from '../advise/index.ts';
import { diagnose, isPlanCheck } from '../diagnose/index.ts';
import type { Clock, ProgressListener } from '../kernel/index.ts';
import type { Observation, Snapshot, StatementPlan } from '../observe/index.ts';
import {
  type Configuration,
  comparePlans,
  createIndexSql,
  type ExistingIndex,
  type HypotheticalIndex,
  type Plan,
  type PlannableStatement,
  type Planner,
  planNodes,
  readIndexDefinition,
} from '../planner/index.ts';
import type { ConnectionTarget } from '../postgres/index.ts';
import type { ExplainReport, VerifiedPlan } from '../report/index.ts';
import type { Settings } from '../settings/index.ts';
import { loadParser, splitStatements } from '../sql/index.ts';
import { cannotExplain, type ExplainPlace, openFilePlace, openTargetPlace, planOf } from './explain-place.ts';
import type { PlannerProvider } from './planner.ts';
import { checks } from './registries.ts';

/** What is explained, and how. */
export interface ExplainOptions {
  /** SQL, or the query id of a recorded statement. */
  readonly statement: string;
  /** Values of `$1`, `$2` …; none plans generically, and with typical values beside it. */
  readonly values: readonly string[];
  readonly isAnalyzed: boolean;
  /** Limit of the run of `isAnalyzed`, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the run must tell nothing of secrets, for it is a model that asks; not when left out. */
  readonly isGuarded?: boolean;
  /** CREATE INDEX statements that are supposed. */
  readonly withIndexes: readonly string[];
  /** Existing indexes that are taken to be dropped, `name` or `schema.name`. */
  readonly withoutIndexes: readonly string[];
  readonly provider: PlannerProvider;
  /** Plans in the shadow and on the target, and compares. */
  readonly isVerified: boolean;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** Where to explain: a target, or a file that `pgsteward stats export` wrote. */
export type ExplainSource = { readonly target: ConnectionTarget } | { readonly statisticsFile: string };

/**
 * Explains one statement. With `isAnalyzed` it is run in a read-only transaction that is rolled back: PostgreSQL itself
 * refuses to let it write.
 * @throws APP.EXPLAIN when the statement is not found or PostgreSQL refuses it; APP.NO_HYPOPG; WHATIF.* for the file
 */
export async function runExplain(source: ExplainSource, options: ExplainOptions): Promise<ExplainReport> {
  const startedAt = options.clock.now();
  await loadParser();
  const place =
    'target' in source
      ? await openTargetPlace(source.target, options)
      : await openFilePlace(source.statisticsFile, options);
  try {
    const statement = await findStatement(place, options.statement);
    const values = options.values.length === 0 ? null : options.values;
    if (options.isAnalyzed && values === null && /\$\d/.test(statement.sql)) {
      throw cannotExplain('to be run it needs values for its parameters', 'give each one with --param VALUE');
    }
    const plannable = { id: 'explain', sql: statement.sql, values, searchPath: null };
    const plan = options.isAnalyzed ? await place.analyze(plannable, options) : await place.plan(plannable);
    const variants = values === null ? await planVariants(place, plannable) : [];
    const supposing = await suppose(place, plannable, options);
    const judged = await judge(place, { ...plannable, queryId: statement.queryId, plan, variants }, options);
    return {
      schema: 'pgsteward/explain@1',
      target: place.target,
      startedAt: startedAt.toISOString(),
      statement,
      plan,
      isAnalyzed: options.isAnalyzed,
      variants,
      findings: judged.findings,
      proposals: judged.proposals,
      rewrites: await rewritesOf(place, plannable, { snapshot: judged.snapshot, variants }, options.settings),
      whatIf: supposing?.whatIf ?? null,
      verification: options.isVerified ? await verify(place, plannable, options) : null,
      unavailable: [...judged.unavailable, ...(supposing?.gaps ?? place.gaps)],
    };
  } finally {
    await place.close();
  }
}

async function findStatement(place: ExplainPlace, given: string): Promise<ExplainReport['statement']> {
  const queryId = given.trim();
  if (/^-?\d+$/.test(queryId)) return { queryId, sql: await place.recorded(queryId) };
  const split = splitStatements(given);
  if (!split.ok) {
    throw cannotExplain(`line ${split.line}: ${split.reason}`, 'correct the statement', 'It is no SQL');
  }
  const [sql, ...others] = split.statements;
  if (sql === undefined || others.length > 0) {
    throw cannotExplain(
      `one statement is explained at a time, not ${split.statements.length}`,
      'give one statement',
    );
  }
  return { queryId: null, sql };
}

interface JudgedStatement {
  readonly queryId: string | null;
  readonly sql: string;
  readonly values: readonly (string | null)[] | null;
  readonly plan: Plan;
  readonly variants: ExplainReport['variants'];
}

/**
 * Runs the checks that say something about one statement, those that need a measured plan only when it was run, and asks
 * for the remedies of what they find.
 */
async function judge(
  place: ExplainPlace,
  { queryId, sql: text, values, plan, variants }: JudgedStatement,
  { isAnalyzed, settings }: ExplainOptions,
): Promise<Pick<ExplainReport, 'findings' | 'proposals' | 'unavailable'> & { readonly snapshot: Snapshot }> {
  const kind = isAnalyzed ? 'analyzed' : values === null && /\$\d/.test(text) ? 'generic' : 'literal';
  const plans: readonly StatementPlan[] = [{ kind, values, plan }, ...variants];
  const tableNames = planNodes(plan.root).flatMap((node) => node.table?.name ?? []);
  const observation: Observation = {
    snapshot: await place.observe(new Set(tableNames)),
    interval: null,
    plans: [{ queryId, text, plans, refusal: null }],
  };
  const judging = checks.filter((check) => isPlanCheck(check, isAnalyzed));
  const { findings, unavailable } = diagnose(judging, observation, settings);
  const { proposals, byFinding } = advise(advisors, findings, observation.snapshot);
  return {
    findings: findings.map((finding, index) => ({ ...finding, proposals: byFinding[index] ?? [] })),
    proposals,
    unavailable,
    snapshot: observation.snapshot,
  };
}

/** Finds what may stand in the place of the statement, as the place itself plans it. */
async function rewritesOf(
  place: ExplainPlace,
  statement: PlannableStatement,
  { snapshot, variants }: { readonly snapshot: Snapshot } & Pick<ExplainReport, 'variants'>,
  settings: Settings,
): Promise<ExplainReport['rewrites']> {
  const schema = readRewriteSchema(snapshot);
  const found = findRewrites(rewriteRules, statement.sql, { schema, loop: null });
  const cost: CostOf = async (one) => {
    try {
      return (await place.plan(one)).root.totalCost;
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : String(error) };
    }
  };
  const tried = await tryRewrites(found, statement, cost, {
    sets: variants,
    minimumBenefitRatio: settings.get(ADVISE_SETTINGS.rewriteBenefitRatio),
  });
  return tried.flatMap((one) => (one.verdict === 'cheaper' ? { ...one, check: null } : []));
}

/** Plans with typical values; sets that PostgreSQL takes none of are left out. */
async function planVariants(
  place: ExplainPlace,
  statement: PlannableStatement,
): Promise<ExplainReport['variants']> {
  const planned: ExplainReport['variants'][number][] = [];
  for (const set of await place.representativeValues(statement)) {
    const plan = await place.plan({ ...statement, values: set.values }).catch(() => null);
    if (plan !== null) planned.push({ ...set, plan });
  }
  return planned;
}

interface Supposing {
  readonly whatIf: NonNullable<ExplainReport['whatIf']>;
  readonly gaps: ExplainReport['unavailable'];
}

async function suppose(
  place: ExplainPlace,
  statement: PlannableStatement,
  options: ExplainOptions,
): Promise<Supposing | null> {
  if (options.withIndexes.length + options.withoutIndexes.length === 0) return null;
  const planner = await place.planner(options.provider);
  const { supposed, configuration } = await configure(planner, options);
  const before = await planWith(planner, statement, { add: [], hide: [] });
  const plan = await planWith(planner, statement, configuration);
  const used = new Set(planNodes(plan.root).flatMap((node) => node.index?.hypothesisId ?? []));
  return {
    whatIf: {
      indexes: supposed.map((one) => ({
        sql: createIndexSql(one.definition, { name: null, isConcurrent: false }),
        sizeBytes: one.sizeBytes,
        isUsed: used.has(one.id),
      })),
      hidden: options.withoutIndexes,
      planner: { provider: planner.provider, serverVersion: planner.serverVersion },
      beforeCost: before.root.totalCost,
      afterCost: plan.root.totalCost,
      plan,
    },
    gaps: planner.gaps.map(({ id, reason, remedy }) => ({ id, reason, remedy })),
  };
}

/** Plans in the shadow and on the target: as it is, and with what is supposed. */
async function verify(
  place: ExplainPlace,
  statement: PlannableStatement,
  options: ExplainOptions,
): Promise<readonly VerifiedPlan[]> {
  const shadow = await place.planner('shadow');
  const none = { add: [], hide: [] };
  const asItIs = verifiedPlan(
    'existing',
    await planWith(shadow, statement, none),
    await place.plan(statement),
  );
  if (options.withIndexes.length + options.withoutIndexes.length === 0) return [asItIs];
  const hypopg = await place.planner('hypopg');
  const [left, right] = await Promise.all(
    [shadow, hypopg].map(async (planner) =>
      planWith(planner, statement, (await configure(planner, options)).configuration),
    ),
  );
  return left === undefined || right === undefined
    ? [asItIs]
    : [asItIs, verifiedPlan('supposed', left, right)];
}

function verifiedPlan(indexes: VerifiedPlan['indexes'], shadow: Plan, target: Plan): VerifiedPlan {
  return {
    indexes,
    shadowCost: shadow.root.totalCost,
    targetCost: target.root.totalCost,
    differences: comparePlans(shadow.root, target.root),
  };
}

async function configure(
  planner: Planner,
  options: ExplainOptions,
): Promise<{ readonly supposed: readonly HypotheticalIndex[]; readonly configuration: Configuration }> {
  const definitions = options.withIndexes.map((sql) => {
    const definition = readIndexDefinition(sql);
    if (definition === null) {
      throw cannotExplain(
        `no index can be supposed by ${sql}`,
        'give a whole statement: --with-index "create index on TABLE (COLUMN)"',
      );
    }
    return definition;
  });
  const supposed = (await planner.suppose(definitions)).map((one) => {
    if (one.kind === 'index') return one;
    const sql = createIndexSql(one.definition, { name: null, isConcurrent: false });
    const refused = `${sql} was refused: ${one.reason}`;
    throw planner.provider === 'shadow'
      ? cannotExplain(refused, 'correct the index given with --with-index')
      : cannotExplain(
          refused,
          'correct the index, or suppose it in the shadow: without --provider and --verify',
        );
  });
  const hide = options.withoutIndexes.map(existingIndex);
  for (const [position, index] of hide.entries()) {
    if (await planner.hasIndex(index)) continue;
    const given = options.withoutIndexes[position] ?? index.name;
    throw cannotExplain(
      `there is no index "${given}"`,
      'give its name to --without-index, schema.name where the schema is not public',
    );
  }
  return { supposed, configuration: { add: supposed.map(({ id }) => id), hide } };
}

async function planWith(
  planner: Planner,
  statement: PlannableStatement,
  configuration: Configuration,
): Promise<Plan> {
  const [planned] = await planner.plan([statement], configuration);
  return planOf(planned);
}

/** `name` means `public.name`. */
function existingIndex(given: string): ExistingIndex {
  const at = given.indexOf('.');
  return at < 0
    ? { schema: 'public', name: given }
    : { schema: given.slice(0, at), name: given.slice(at + 1) };
}
