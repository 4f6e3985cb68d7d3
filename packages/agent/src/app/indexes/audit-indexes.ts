import { ADVISE_SETTINGS } from '../../advise/index.ts';
import { type Clock, PgstewardError, type ProgressListener } from '../../kernel/index.ts';
import type { Gap, Observation, PlannedStatement, Snapshot } from '../../observe/index.ts';
import type { Planner } from '../../planner/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { openTargetPlanner } from '../planner.ts';
import { type AdvisedWorkload, adviseWorkload } from './advise-workload.ts';
import { type ChosenWorkload, chooseWorkload } from './choose-statements.ts';
import { textsOf } from './session-texts.ts';
import { withTypicalValues } from './typical-values.ts';

/** Relations from which nothing is planned by the way: the copy that it is planned in takes longer than an audit. */
const MAXIMUM_RELATIONS = 3_000;

/** What an audit plans with. */
export interface AuditPlanningOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** Plans of an audit's statements, and the advisor that goes on from there. */
export interface AuditPlanning {
  /** Null when none were made. */
  readonly plans: readonly PlannedStatement[] | null;
  readonly gaps: readonly Gap[];
  /** Runs the index advisor; null when it cannot be. */
  advise(): Promise<AdvisedWorkload | null>;
  close(): Promise<void>;
}

/** Plans an audit's statements in a shadow of its target; what keeps it from that is a gap and never an error. */
export async function openAuditPlanning(
  session: Session,
  observation: Observation,
  options: AuditPlanningOptions,
): Promise<AuditPlanning> {
  const obstacle = obstacleOf(observation, options.settings);
  if (obstacle !== null) return nothing(obstacle.gaps);
  const chosen = chooseWorkload(
    observation,
    { ...options, statementFiles: [], isFromFilesOnly: false },
    textsOf(observation.snapshot),
  );
  if (chosen.statements.length === 0) return nothing([]);
  let planner: Planner | null = null;
  try {
    planner = await openTargetPlanner(session, options);
    return await plan({ session, planner }, observation, chosen, options);
  } catch (error) {
    await planner?.close();
    return nothing([gapOf(error)]);
  }
}

async function plan(
  { session, planner }: { readonly session: Session; readonly planner: Planner },
  observation: Observation,
  chosen: ChosenWorkload,
  options: AuditPlanningOptions,
): Promise<AuditPlanning> {
  const { statements, plans } = await withTypicalValues(chosen.statements, planner);
  const gaps: Gap[] = [];
  return {
    plans,
    gaps,
    async advise() {
      try {
        return await adviseWorkload({
          ...options,
          session,
          chosen: { ...chosen, statements },
          plans,
          snapshot: observation.snapshot,
          planner,
          canDrop: true,
          timeLimitMs: options.settings.get(ADVISE_SETTINGS.auditTimeLimitMs),
        });
      } catch (error) {
        gaps.push(gapOf(error));
        return null;
      }
    },
    close: () => planner.close(),
  };
}

/** Why nothing is planned; null when there is no reason. */
function obstacleOf({ snapshot }: Observation, settings: Settings): { readonly gaps: readonly Gap[] } | null {
  if (settings.get(ADVISE_SETTINGS.auditTimeLimitMs) === 0) return { gaps: [] };
  const { statements } = snapshot.sections;
  // The statements' own gap says why they cannot be read.
  if (statements.status !== 'ok' || statements.data.length === 0) return { gaps: [] };
  const reason = tooManyRelations(snapshot);
  if (reason === null) return null;
  return { gaps: [{ id: 'advise/indexes', reason, remedy: 'run `pgsteward indexes`' }] };
}

/** Says that a target has too many relations to be planned for by the way; null when it has not. */
export function tooManyRelations({ sections: { tables } }: Snapshot): string | null {
  const relations = tables.status === 'ok' ? tables.data.length : 0;
  return relations <= MAXIMUM_RELATIONS ? null : `${relations} tables are too many for planning by the way`;
}

function nothing(gaps: readonly Gap[]): AuditPlanning {
  return { plans: null, gaps, advise: async () => null, close: async () => undefined };
}

/** Only a cancelled audit ends as a whole. */
function gapOf(error: unknown): Gap {
  if (!(error instanceof PgstewardError) || error.exitCode === 3) throw error;
  const remedy = error.next[0] ?? 'run `pgsteward indexes` to see more';
  return { id: 'advise/indexes', reason: error.message, remedy };
}
