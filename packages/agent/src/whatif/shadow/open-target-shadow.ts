import type { Session } from '../../postgres/index.ts';
import { type Drift, hasDrifted, readDrift } from '../mirror/read-drift.ts';
import { readMirror } from '../mirror/read-mirror.ts';
import type { Mirror } from '../types.ts';
import type { ShadowConnection } from './connection.ts';
import { type KeptShadow, leaveKept, takeKept } from './kept-shadows.ts';
import {
  buildShadow,
  type Keeping,
  layOut,
  raiseShadow,
  type Shadow,
  type ShadowContent,
} from './open-shadow.ts';
import { refreshShadow } from './refresh-shadow.ts';
import { type PlaceOptions, preparePlace, privateDirectory, type ShadowPlace } from './shadow-place.ts';

/** How shadows stay for later commands, and when one may be used again. */
export interface KeepPolicy {
  /** Shadows of all targets that stay, at least 1. */
  readonly count: number;
  readonly maximumAgeMs: number;
  /** Change of a table from which the shadow is refreshed, 0..1. */
  readonly driftRatio: number;
}

/** How the shadow of a target is opened. */
export interface OpenTargetShadowOptions extends PlaceOptions {
  /** Null builds one that goes with this command. */
  readonly keep: KeepPolicy | null;
}

/**
 * Opens the shadow of a target: the one that an earlier command left when the target moved little since, refreshed when it moved more,
 * else a new one.
 * @throws EMBEDDED.* when the server of that major version cannot be had or started; POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function openTargetShadow(session: Session, options: OpenTargetShadowOptions): Promise<Shadow> {
  const { keep } = options;
  const drift = keep === null ? null : await readDrift(session);
  if (keep === null || drift === null) return openNew(session, options, null);
  const kept = await takeKept(drift, { ...options, ...keep });
  if (kept === null) return openNew(session, options, drift);
  const { versionNumber } = session.capabilities;
  const place = await preparePlace(kept.directory, versionNumber, options);
  try {
    const shadow = await reopen(session, place, { kept, drift, keep, options });
    if (shadow !== null) return shadow;
  } catch (error) {
    await place.remove();
    throw error;
  }
  await place.remove();
  return openNew(session, options, drift);
}

interface Reopening {
  readonly kept: KeptShadow;
  readonly drift: Drift;
  readonly keep: KeepPolicy;
  readonly options: OpenTargetShadowOptions;
}

/** Null when the shadow has to be built anew. */
async function reopen(
  session: Session,
  place: ShadowPlace,
  { kept, drift, keep, options }: Reopening,
): Promise<Shadow | null> {
  if (!hasDrifted(kept.drift, drift, keep.driftRatio)) {
    return raiseShadow(place, await place.start(), kept.content, keepingOf(place, kept.drift, options));
  }
  const [server, mirror] = await both(place.start(), readMirror(session, options));
  const refreshed = await refreshShadow(server, kept.content, mirror);
  if (refreshed === null) return null;
  const content = await layOut(place, refreshed, refreshed.written);
  return raiseShadow(place, await place.start(), content, keepingOf(place, drift, options));
}

/** The cluster is set up while the target is read. */
async function openNew(
  session: Session,
  options: OpenTargetShadowOptions,
  drift: Drift | null,
): Promise<Shadow> {
  const place = await preparePlace(privateDirectory(options), session.capabilities.versionNumber, options);
  try {
    const [server, mirror]: readonly [Awaited<ReturnType<ShadowPlace['start']>>, Mirror] = await both(
      place.start(),
      readMirror(session, options),
    );
    const content = await layOut(place, await buildShadow(server, mirror, options));
    return await raiseShadow(place, await place.start(), content, keepingOf(place, drift, options));
  } catch (error) {
    await place.remove();
    throw error;
  }
}

/** Waits for both, whatever becomes of either: what the other began must have ended before it is cleared away. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** What a supposed index or table would leave behind, or an index still hidden. */
const TRACES = `
select pg_catalog.concat_ws(' ', count(*), sum(c.relpages), count(*) filter (where x.indisvalid)) as traces
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_index x on x.indexrelid = c.oid
where n.nspname !~ '^pg_'`;

function keepingOf(
  place: ShadowPlace,
  drift: Drift | null,
  options: OpenTargetShadowOptions,
): Keeping | null {
  const { keep } = options;
  if (keep === null || drift === null) return null;
  return {
    traces: async (owner: ShadowConnection) =>
      (await owner.run<{ traces: string }>(TRACES)).rows[0]?.traces ?? '',
    async leave(content: ShadowContent) {
      await place.stop();
      await leaveKept({ directory: place.directory, content, drift }, { ...options, ...keep });
    },
  };
}
