import type { Snapshot } from '../observe/index.ts';
import { blindSpot } from './define-check.ts';
import type { BlindSpot } from './types.ts';

/**
 * Says that the role sees neither state nor statement of other roles' sessions; empty when it does.
 * @param what begins the sentence with what could not be judged: `idle transactions`
 */
export function hiddenSessions(snapshot: Snapshot, what: string): readonly BlindSpot[] {
  const { isSuperuser, roles, user } = snapshot.server;
  const { activity } = snapshot.sections;
  if (isSuperuser || roles.includes('pg_read_all_stats') || activity.status !== 'ok') return [];
  const hidden = activity.data.filter(
    (session) => session.backendType === null || (session.state === null && session.user !== user),
  );
  if (hidden.length === 0) return [];
  return [
    blindSpot(
      `${what} are known of the role's own sessions only: ${hidden.length} server processes hide their state from it`,
      'grant pg_monitor to the role',
    ),
  ];
}
