import { type Clock, failure, type ProgressListener } from '../kernel/index.ts';
import type { Planner } from '../planner/index.ts';
import { type ConnectionTarget, openPlanningConnection, type Session } from '../postgres/index.ts';
import {
  createHypopgPlanner,
  createShadowPlanner,
  openShadow,
  readMirror,
  readRepresentativeValues,
} from '../whatif/index.ts';
import { APP_ERRORS } from './errors.ts';

/** Whose planner answers. */
export type PlannerProvider = 'shadow' | 'hypopg';

/** What a planner is opened with. */
export interface OpenPlannerOptions {
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a shadow of a target that a session is open on. */
export async function openTargetPlanner(session: Session, options: OpenPlannerOptions): Promise<Planner> {
  const mirror = await readMirror(session, options);
  return createShadowPlanner(await openShadow({ mirror, ...options }));
}

/**
 * Plans on the target itself, with its hypopg.
 * @throws APP.NO_HYPOPG
 */
export async function openHypopgPlanner(
  target: ConnectionTarget,
  session: Session,
  options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Planner> {
  const { extensions, versionNumber, version } = session.capabilities;
  const hypopg = extensions.find((extension) => extension.name === 'hypopg');
  if (hypopg === undefined) throw failure(APP_ERRORS.NO_HYPOPG, { name: target.name });
  const connection = await openPlanningConnection(target, options);
  return createHypopgPlanner({
    connection,
    versionNumber,
    version,
    extensionSchema: `"${hypopg.schema.replaceAll('"', '""')}"`,
    canHide: Number.parseFloat(hypopg.version) >= 1.4,
    representativeValues: (statement) => readRepresentativeValues(session, connection, statement),
    onClose: () => connection.close(),
  });
}
