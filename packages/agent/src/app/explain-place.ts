import { runCatalogQuery, statementsQuery } from '../catalog/index.ts';
import { failure } from '../kernel/index.ts';
import { type Snapshot, takePlanSnapshot } from '../observe/index.ts';
import {
  type Plan,
  type PlannableStatement,
  type Planned,
  type Planner,
  readPlan,
  type ValueSet,
} from '../planner/index.ts';
import {
  type ConnectionTarget,
  openPlanningConnection,
  POSTGRES_SETTINGS,
  type Session,
  type TargetPlanningConnection,
} from '../postgres/index.ts';
import type { ExplainReport } from '../report/index.ts';
import type { Settings } from '../settings/index.ts';
import { explainStatement, readRepresentativeValues } from '../whatif/index.ts';
import { APP_ERRORS } from './errors.ts';
import { openTarget } from './open-target.ts';
import {
  type OpenPlannerOptions,
  openHypopgPlanner,
  openStatistics,
  openTargetPlanner,
  type PlannerProvider,
} from './planner.ts';

/** Where a statement is explained: a target, or a file of its statistics. */
export interface ExplainPlace {
  readonly target: ExplainReport['target'];
  /** What is not there as on the target. */
  readonly gaps: ExplainReport['unavailable'];
  /** @throws APP.EXPLAIN when no such statement is recorded, or its text is not known */
  recorded(queryId: string): Promise<string>;
  /** @throws APP.EXPLAIN when PostgreSQL refuses it */
  plan(statement: PlannableStatement): Promise<Plan>;
  /** @throws APP.EXPLAIN when it cannot be run here */
  analyze(
    statement: PlannableStatement,
    limits: { readonly timeoutMs: number; readonly isGuarded?: boolean },
  ): Promise<Plan>;
  representativeValues(statement: PlannableStatement): Promise<readonly ValueSet[]>;
  /** Reads what judging a plan with such tables needs. */
  observe(tableNames: ReadonlySet<string>): Promise<Snapshot>;
  /** Opens what-if planning, once per provider; it is closed with the place. */
  planner(provider: PlannerProvider): Promise<Planner>;
  close(): Promise<void>;
}

/** What a place is opened with. */
export type PlaceOptions = OpenPlannerOptions & { readonly settings: Settings };

/** Opens a target: plans are its own, what-if planning is done in its shadow or with its hypopg. */
export async function openTargetPlace(
  target: ConnectionTarget,
  options: PlaceOptions,
): Promise<ExplainPlace> {
  const connecting = {
    connectTimeoutMs: options.settings.get(POSTGRES_SETTINGS.connectTimeoutMs),
    signal: options.signal,
  };
  const session = await openTarget(target, options);
  const connection = await openPlanningConnection(target, connecting).catch(async (error: unknown) => {
    await session.close();
    throw error;
  });
  const planners = new Map<PlannerProvider, Promise<Planner>>();
  const { version: serverVersion, versionNumber, database } = session.capabilities;
  const open = (provider: PlannerProvider): Promise<Planner> =>
    provider === 'hypopg'
      ? openHypopgPlanner(target, session, connecting)
      : openTargetPlanner(session, options);
  return {
    target: { name: target.name, serverVersion, database },
    gaps: [],
    recorded: (queryId) => readRecorded(session, queryId),
    plan: async (statement) => planOfExplained(await explainStatement(connection, versionNumber, statement)),
    analyze: async (statement, limits) => planOfExplained(await connection.analyze(statement, limits)),
    representativeValues: (statement) => readRepresentativeValues(session, connection, statement),
    observe: (tableNames) => takePlanSnapshot(session, tableNames, options),
    planner(provider) {
      const known = planners.get(provider) ?? open(provider);
      planners.set(provider, known);
      return known;
    },
    async close() {
      for (const planner of await Promise.allSettled(planners.values())) {
        if (planner.status === 'fulfilled') await planner.value.close();
      }
      await Promise.allSettled([connection.close(), session.close()]);
    },
  };
}

/** Opens a file of statistics: all plans are made in its shadow. */
export async function openFilePlace(file: string, options: PlaceOptions): Promise<ExplainPlace> {
  const { target, planner, database } = await openStatistics(file, options);
  const session = await openTarget(target, options).catch(async (error: unknown) => {
    await planner.close();
    throw error;
  });
  const refuse = (reason: string): never => {
    throw cannotExplain(reason, 'give the URL of the target instead of --statistics');
  };
  return {
    target: { name: target.name, serverVersion: planner.serverVersion, database },
    gaps: planner.gaps.map(({ id, reason, remedy }) => ({ id, reason, remedy })),
    recorded: async (queryId) =>
      refuse(`a file of statistics holds no statements, so the query id ${queryId} is not known there`),
    async plan(statement) {
      const [planned] = await planner.plan([statement], { add: [], hide: [] });
      return planOf(planned);
    },
    analyze: async () => refuse('a file of statistics holds no rows, so nothing can be run there'),
    representativeValues: (statement) => planner.representativeValues(statement),
    observe: (tableNames) => takePlanSnapshot(session, tableNames, options),
    planner: async (provider) =>
      provider === 'shadow' ? planner : refuse('hypopg needs the target, not a file of its statistics'),
    async close() {
      await session.close();
      await planner.close();
    },
  };
}

function planOfExplained(explained: Awaited<ReturnType<TargetPlanningConnection['analyze']>>): Plan {
  return planOf(
    explained.ok ? { kind: 'plan', plan: readPlan(explained.json) } : { ...explained, kind: 'refused' },
  );
}

/**
 * Gives the plan that was made.
 * @throws APP.EXPLAIN when PostgreSQL refused the statement
 */
export function planOf(planned: Planned | undefined): Plan {
  if (planned?.kind === 'plan') return planned.plan;
  const reason = planned?.reason ?? 'it has no plan';
  const remedy = reason.includes('permission denied')
    ? 'grant SELECT on what it reads to the role of pgsteward: planning needs the right to run'
    : 'correct the statement';
  throw cannotExplain(reason, remedy, 'PostgreSQL refused the statement');
}

/** An explanation that cannot be given. */
export function cannotExplain(
  reason: string,
  remedy: string,
  why = 'Nothing was planned',
): ReturnType<typeof failure> {
  return failure(APP_ERRORS.EXPLAIN, { reason, remedy, why });
}

async function readRecorded(session: Session, queryId: string): Promise<string> {
  const result = await runCatalogQuery(session, statementsQuery);
  const row = result.ok ? result.rows.find((one) => one.queryId === queryId) : undefined;
  if (!result.ok) throw cannotExplain(result.unavailable.reason, result.unavailable.remedy);
  if (row === undefined) {
    throw cannotExplain(
      `no recorded statement has the query id ${queryId}`,
      'see the ids with `pgsteward queries --json`',
    );
  }
  if (row.query === null || row.queryLength > row.query.length) {
    throw cannotExplain(
      `the text of ${row.queryId} is not known or was cut off`,
      'give the statement itself instead of its id',
    );
  }
  return row.query;
}
