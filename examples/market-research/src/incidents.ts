import { setTimeout as sleep } from 'node:timers/promises';
import { openSession, withSession } from './session.ts';

/** Index that the most frequent search needs; {@link dropRecentSearches} takes it away. */
const RECENT_SEARCHES = 'product_searches_recent';

/** Makes the index under which recent searches are found, unless it is there. */
export async function createRecentSearches(url: string): Promise<void> {
  await withSession(url, {}, (client) =>
    client.query(
      `create index if not exists ${RECENT_SEARCHES} on product_searches (user_id, search_timestamp desc)`,
    ),
  );
}

/** Drops that index, as a migration that went wrong would: recent searches read the whole table from now on. */
export async function dropRecentSearches(url: string): Promise<void> {
  await withSession(url, { application_name: 'nightly-migration' }, (client) =>
    client.query(`drop index if exists ${RECENT_SEARCHES}`),
  );
}

/**
 * Piles up sessions behind a lock: an import changes stock and then does nothing in its open transaction, while
 * others wait to change the same rows.
 * @param durationMs how long the import holds its lock, in milliseconds
 */
export async function pileUpLocks(
  url: string,
  { durationMs, signal }: { readonly durationMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const lock = 'update stock_levels set quantity = quantity where item_id = $1';
  const root = await openSession(url, { application_name: 'price-import' });
  const others = await Promise.all(
    Array.from({ length: 6 }, (_, index) => openSession(url, { application_name: `checkout-${index + 1}` })),
  );
  try {
    await root.query('begin');
    await root.query(lock, [1]);
    const waiting = others.map((client) => client.query(lock, [1]));
    await sleep(durationMs, undefined, { signal }).catch(() => undefined);
    await root.query('rollback');
    await Promise.allSettled(waiting);
  } finally {
    await Promise.allSettled([root, ...others].map((client) => client.end()));
  }
}
