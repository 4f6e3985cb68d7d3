import { PgstewardError } from '../kernel/index.ts';
import type { Gap } from '../observe/index.ts';
import type { Store } from '../store/index.ts';

/**
 * Tells of a history that could not be read: a store that is away costs what the past knows, not the answer.
 * @param id of the gap: `tune/history`
 * @throws the error itself where it is no failure of ours to name
 */
export function historyGap(id: string, error: unknown): Gap {
  if (!(error instanceof PgstewardError)) throw error;
  return { id, reason: error.message, remedy: error.next[0] ?? 'see `pgsteward doctor`' };
}

/** What the history knows, null where there is none, and what could not be read of it. */
export interface Past<Workload> {
  readonly workload: Workload | null;
  readonly gaps: readonly Gap[];
}

/** Reads what the history knows: a store that is away costs that, not the advice. @param id of the gap */
export async function readPast<Workload>(
  id: string,
  store: Store | null,
  read: (store: Store) => Promise<Workload | null>,
): Promise<Past<Workload>> {
  if (store === null) return { workload: null, gaps: [] };
  try {
    return { workload: await read(store), gaps: [] };
  } catch (error) {
    return { workload: null, gaps: [historyGap(id, error)] };
  }
}
