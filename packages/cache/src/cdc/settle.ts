import { anyRowTag, tableTag } from '../postgres/table-tags.ts';
import { reset, type WorkerContext } from './context.ts';
import type { WorkerDatabase } from './database.ts';
import { invalidate } from './invalidate.ts';
import { pause } from './pause.ts';
import { extendXid, parseSnapshot } from './snapshot.ts';

/** Reads what a new snapshot of the primary sees. */
export async function readSnapshot(database: WorkerDatabase): Promise<ReturnType<typeof parseSnapshot>> {
  const [row] = await database.rows<{ readonly snapshot: string }>(
    '/* pgsteward:cache-gate */ select pg_catalog.pg_current_snapshot()::pg_catalog.text as snapshot',
  );
  return parseSnapshot(row?.snapshot ?? '');
}

/** Reads where the log ends, and the transaction that begins next: what has committed before is older than both. */
export async function readPosition(
  database: WorkerDatabase,
): Promise<{ readonly lsn: string; readonly nextXid: number }> {
  const [row] = await database.rows<{ readonly lsn: string; readonly age: number }>(
    // age() counts from the next transaction, and uses none up. @source PostgreSQL, xid.c, xid_age()
    `/* pgsteward:cache-position */ select pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text as lsn, pg_catalog.age('3'::pg_catalog.xid) as age`,
  );
  return { lsn: row?.lsn ?? '0/0', nextXid: ((row?.age ?? 0) + 3) >>> 0 };
}

const LOOK_EVERY_MS = 20;

/**
 * Invalidates all that was loaded before changes began to be heard of. Transactions that run when they begin may have
 * written before, and become visible later: once they are over, all is invalidated once more.
 */
export async function resetAndSettle(
  context: WorkerContext,
  database: WorkerDatabase,
  reason: string,
): Promise<void> {
  const { nextXid } = await readPosition(database);
  const { xmax } = await readSnapshot(database);
  await reset(context, reason);
  const last = extendXid(nextXid, xmax);
  let { xmin } = await readSnapshot(database);
  const mustRepeat = xmin < last;
  while (xmin < last && !context.signal.aborted) {
    await pause(LOOK_EVERY_MS, context.signal);
    ({ xmin } = await readSnapshot(database));
  }
  if (mustRepeat && !context.signal.aborted) await context.store.bumpNamespace();
}

/**
 * Invalidates what depends on tables that changes begin to be heard of now; once more when those are over who may have
 * written to them before, and who hold a lock on them until others see it.
 */
export async function settleTables(
  context: WorkerContext,
  database: WorkerDatabase,
  oids: readonly number[],
): Promise<void> {
  const tags = oids.flatMap((oid) => [tableTag(oid), anyRowTag(oid)]);
  let writers = new Set(await readWriters(database, oids));
  await invalidate(context, { tags, isEverything: false, lsn: null });
  const mustRepeat = writers.size > 0;
  while (writers.size > 0 && !context.signal.aborted) {
    await pause(LOOK_EVERY_MS, context.signal);
    const now = new Set(await readWriters(database, oids));
    writers = new Set([...writers].filter((writer) => now.has(writer)));
  }
  if (mustRepeat) await invalidate(context, { tags, isEverything: false, lsn: null });
}

async function readWriters(database: WorkerDatabase, oids: readonly number[]): Promise<readonly string[]> {
  const rows = await database.rows<{ readonly writer: string }>(
    `/* pgsteward:cache-writers */
select distinct k.virtualtransaction as writer
from pg_catalog.pg_locks as k
where k.locktype = 'relation' and k.granted
  and k.mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  and k.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
  and k.relation in (
    select o.oid from pg_catalog.unnest($1::pg_catalog.oid[]) as o (oid)
    union select t.relid from pg_catalog.unnest($1::pg_catalog.oid[]) as o (oid), pg_catalog.pg_partition_tree(o.oid) as t)`,
    [oids],
  );
  return rows.map(({ writer }) => writer);
}
