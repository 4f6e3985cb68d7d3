import { basename } from 'node:path';
import { type Clock, failure, type ProgressListener, unwrap } from '../kernel/index.ts';
import type { Planner } from '../planner/index.ts';
import {
  type ConnectionTarget,
  openPlanningConnection,
  parseTarget,
  type Session,
} from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';
import {
  createHypopgPlanner,
  createShadowPlanner,
  openShadow,
  openTargetShadow,
  readMirrorFile,
  readRepresentativeValues,
  WHATIF_SETTINGS,
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

/** Opens the shadow of a target that a session is open on: the one of an earlier command where the settings let it stay. */
export async function openTargetPlanner(
  session: Session,
  options: OpenPlannerOptions & { readonly settings: Settings },
): Promise<Planner> {
  const { settings } = options;
  const count = settings.get(WHATIF_SETTINGS.keptShadows);
  const maximumAgeMs = settings.get(WHATIF_SETTINGS.maximumAgeMs);
  const keep = { count, maximumAgeMs, driftRatio: settings.get(WHATIF_SETTINGS.driftRatio) };
  return createShadowPlanner(
    await openTargetShadow(session, { ...options, keep: count === 0 ? null : keep }),
  );
}

/** A file of statistics, opened: a shadow that can be asked like the database that it was taken of. */
export interface OpenedStatistics {
  /** The shadow, read by a role that may only read. */
  readonly target: ConnectionTarget;
  /** Closing it closes the shadow. */
  readonly planner: Planner;
  /** Database that the file was taken of. */
  readonly database: string;
}

/**
 * Builds the shadow of a file that `pgsteward stats export` wrote.
 * @throws WHATIF.FILE_UNREADABLE, WHATIF.FILE_WRONG, WHATIF.FILE_TOO_NEW; EMBEDDED.* when no shadow can be had
 */
export async function openStatistics(file: string, options: OpenPlannerOptions): Promise<OpenedStatistics> {
  const mirror = unwrap(await readMirrorFile(file));
  const shadow = await openShadow({ mirror, ...options });
  const planner = createShadowPlanner(shadow);
  const target = unwrap(parseTarget(shadow.url, {}, basename(file)));
  return { target, planner, database: mirror.server.database };
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
