import { PgstewardError } from '../kernel/index.ts';
import type { Gap } from '../observe/index.ts';

/**
 * Tells of a history that could not be read: a store that is away costs what the past knows, not the answer.
 * @param id of the gap: `tune/history`
 * @throws the error itself where it is no failure of ours to name
 */
export function historyGap(id: string, error: unknown): Gap {
  if (!(error instanceof PgstewardError)) throw error;
  return { id, reason: error.message, remedy: error.next[0] ?? 'see `pgsteward doctor`' };
}
