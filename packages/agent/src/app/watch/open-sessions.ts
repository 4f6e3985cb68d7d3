import {
  type ConnectionTarget,
  type Identity,
  isSameRun,
  readIdentity,
  type Session,
} from '../../postgres/index.ts';
import type { Settings } from '../../settings/index.ts';
import { openTarget } from '../open-target.ts';

/** The agent's two sessions on one server. */
export interface Sessions {
  /** Only samples, so that a slow reading never holds the samples up. */
  readonly sampler: Session;
  readonly reader: Session;
  /** The server behind both; null when it refuses to tell. */
  readonly identity: Identity | null;
}

/**
 * Opens both sessions.
 * @throws POSTGRES.*; an Error when an address that is being led to another server gave one session on each
 */
export async function openSessions(
  target: ConnectionTarget,
  options: { readonly settings: Settings; readonly signal: AbortSignal },
): Promise<Sessions> {
  const opened: Session[] = [];
  try {
    const sampler = await openTarget(target, options);
    opened.push(sampler);
    const reader = await openTarget(target, options);
    opened.push(reader);
    const [identity, other] = await Promise.all([readIdentity(sampler), readIdentity(reader)]);
    if (identity !== null && other !== null && !isSameRun(identity, other)) throw new TwoServersError();
    return { sampler, reader, identity };
  } catch (error) {
    await Promise.all(opened.map((session) => session.close()));
    throw error;
  }
}

/** What is read through one session would be compared with what was read from another server. */
class TwoServersError extends Error {
  constructor() {
    super('two connections reached two servers: the address does not lead to one');
  }
}
