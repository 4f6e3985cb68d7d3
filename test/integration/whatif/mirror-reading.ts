import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { type Mirror, type ReadMirrorOptions, readMirror } from '../../../packages/agent/src/whatif/index.ts';
import { openTestSession } from '../../support/session.ts';

/** Takes a mirror with a session of its own. */
export async function mirrorOf(url: string, options: Partial<ReadMirrorOptions> = {}): Promise<Mirror> {
  const session = await openTestSession(url);
  try {
    return await readMirror(session, { clock: systemClock, onProgress: silentProgress, ...options });
  } finally {
    await session.close();
  }
}

/** Gives the ids of a mirror's gaps in alphabetical order, but for roles' settings: roles are of all tests on the server. */
export function gapIds(mirror: Mirror): readonly string[] {
  return mirror.gaps
    .map(({ id }) => id)
    .filter((id) => id !== 'whatif/role-settings')
    .toSorted();
}
