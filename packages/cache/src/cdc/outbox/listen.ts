import { failure } from '../../errors.ts';
import { parseLsn } from '../../lsn.ts';
import { anyRowTag, rowTag, tableTag } from '../../postgres/table-tags.ts';
import { advance, reset, type WorkerContext } from '../context.ts';
import { type DatabaseRow, openDatabase, type WorkerDatabase } from '../database.ts';
import { CDC_ERRORS } from '../errors.ts';
import { bumpOnce } from '../invalidate.ts';
import { pause, roundsApartMs } from '../pause.ts';
import { readPosition } from '../settle.ts';
import { type DatabaseSnapshot, extendXid, parseSnapshot } from '../snapshot.ts';
import { CATALOGUE_RATIO, compareCatalogue } from '../watermark.ts';
import { assertOutbox, NOTED_TABLES } from './install.ts';
import { nameIn, OUTBOX } from './sql.ts';

/**
 * Reads what triggers wrote until the context's signal fires. A row is seen when its transaction is visible, so there is
 * nothing to wait for; it is deleted when it was invalidated, so it does not matter in which order they come.
 * @throws CDC.* the reason for which the session is over
 */
export async function listenToOutbox(context: WorkerContext): Promise<void> {
  const database = await openDatabase(context.config);
  try {
    await assertOutbox(database, context.schema);
    await takeLock(database, context.schema);
    await context.catalogue.recall(context.store);
    if (context.store.watermark === null) await reset(context, 'no worker has reported to this store yet');
    await coverNoted(context, database);
    context.running();
    await poll(context, database);
  } finally {
    await database.close();
  }
}

/** Held for as long as the connection is: one worker at a time. */
async function takeLock(database: WorkerDatabase, schema: string): Promise<void> {
  const [row] = await database.rows<{ readonly taken: boolean }>(
    '/* pgsteward:cache-lock */ select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0)) as taken',
    [`pgcache:${schema}.${OUTBOX}`],
  );
  if (row?.taken === true) return;
  throw failure(CDC_ERRORS.SLOT_IN_USE, { reason: 'Another session holds the lock of the outbox' });
}

/** Notices tables that got triggers, lost them, or were altered. @returns how long it took, in milliseconds */
async function coverNoted(context: WorkerContext, database: WorkerDatabase): Promise<number> {
  const rows = await database.rows<{ readonly oid: number; readonly name: string }>(NOTED_TABLES);
  context.progress.tables = rows.map(({ name }) => name);
  context.progress.oids = rows.map(({ oid }) => oid);
  return compareCatalogue(context, database);
}

/** A position of the log, and the transaction that began next: who committed before it is older than both. */
interface Candidate {
  readonly lsn: bigint;
  readonly nextXid: number;
}

/**
 * Two promises move apart here. What anybody saw before the store's clock was read is in the snapshot of the poll: that
 * moves with each. That all commits before a position of the log are visible holds once every transaction that had
 * begun by then is over: a long one holds the position back, and with it only those who ask for `minLsn`.
 */
async function poll(context: WorkerContext, database: WorkerDatabase): Promise<void> {
  const { numbers, signal, store } = context;
  let candidate: Candidate | null = null;
  let [confirmedLsn, advanceAtMs, isQuiet] = [0n, 0, false];
  while (!signal.aborted) {
    const beginMs = performance.now();
    const isDue = beginMs >= advanceAtMs;
    const atMs = store.nowMs();
    if (isDue) candidate ??= await readCandidate(database);
    const taken: Taken | null =
      (isQuiet ? await findEmpty(context, database) : null) ?? (await takeRows(context, database));
    if (taken === null || taken.count === ROWS_PER_POLL) continue;
    isQuiet = taken.count === 0;
    const nextMs = beginMs + roundsApartMs(performance.now() - beginMs, numbers.pollMs);
    if (candidate !== null && taken.snapshot.xmin >= extendXid(candidate.nextXid, taken.snapshot.xmax)) {
      confirmedLsn = candidate.lsn;
      candidate = null;
    }
    if (isDue) {
      const tookMs = await coverNoted(context, database);
      advanceAtMs = performance.now() + Math.max(numbers.heartbeatMs, tookMs / CATALOGUE_RATIO);
      await advance(context, confirmedLsn, atMs).catch((error: unknown) => context.trouble(error));
    }
    await pause(Math.max(0, nextMs - performance.now()), signal);
  }
}

async function readCandidate(database: WorkerDatabase): Promise<Candidate> {
  const { lsn, nextXid } = await readPosition(database);
  return { lsn: parseLsn(lsn), nextXid };
}

interface TakenRow {
  readonly relid: number | null;
  readonly keys: readonly (readonly string[])[] | null;
  readonly tag: string | null;
}

interface TakenAnswer extends DatabaseRow {
  readonly snapshot: string;
  readonly lsn: string;
  readonly rows: readonly TakenRow[];
}

interface Taken {
  readonly snapshot: DatabaseSnapshot;
  /** Rows; where there are fewer than a poll takes, none is left that the snapshot sees. */
  readonly count: number;
}

const ROWS_PER_POLL = 1_000;
const RETRY_MS = 200;

/** Looks whether there are rows: what an outbox that is quiet costs. @returns null where there are */
async function findEmpty(context: WorkerContext, database: WorkerDatabase): Promise<Taken | null> {
  const [look] = await database.rows<{ readonly snapshot: string; readonly is_empty: boolean }>(
    `/* pgsteward:cache-look */
select pg_catalog.pg_current_snapshot()::pg_catalog.text as snapshot,
  not exists (select from ${nameIn({ schema: context.schema }, OUTBOX)}) as is_empty`,
  );
  return look?.is_empty === true ? { snapshot: parseSnapshot(look.snapshot), count: 0 } : null;
}

/** Takes rows and invalidates what they name; they stay where the store does not confirm it. @returns null then */
async function takeRows(context: WorkerContext, database: WorkerDatabase): Promise<Taken | null> {
  const outbox = nameIn({ schema: context.schema }, OUTBOX);
  await database.rows('begin');
  try {
    const [answer] = await database.rows<TakenAnswer>(
      `/* pgsteward:cache-poll */
with taken as (
  delete from ${outbox} where ctid = any (array(select o.ctid from ${outbox} as o limit ${ROWS_PER_POLL}))
  returning relid, keys, tag)
select pg_catalog.pg_current_snapshot()::pg_catalog.text as snapshot,
  pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text as lsn,
  coalesce((select pg_catalog.json_agg(taken) from taken), '[]') as rows`,
    );
    const { snapshot = '', lsn = '0/0', rows = [] } = answer ?? {};
    const tags = tagsOf(rows);
    // Read after the snapshot was taken: no commit that it sees is younger.
    const mark = { tags, isEverything: false, lsn: parseLsn(lsn) };
    await bumpOnce(context, mark);
    await database.rows('commit');
    note(context, rows.length, mark);
    return { snapshot: parseSnapshot(snapshot), count: rows.length };
  } catch (error) {
    // A transaction that waited for the store would hold VACUUM up.
    await database.rows('rollback');
    context.trouble(error);
    await pause(RETRY_MS, context.signal);
    return null;
  }
}

function note(
  { progress, listeners }: WorkerContext,
  rows: number,
  { tags, lsn }: { readonly tags: readonly string[]; readonly lsn: bigint },
): void {
  if (rows === 0) return;
  progress.transactions += rows;
  progress.tags += tags.length;
  listeners.emit('invalidate', { transactions: rows, tags: tags.length, lsn });
}

function tagsOf(rows: readonly TakenRow[]): readonly string[] {
  const tags = new Set<string>();
  for (const { relid, keys, tag } of rows) {
    if (tag !== null) tags.add(tag);
    if (relid === null) continue;
    // JSON gives an OID as text.
    const oid = Number(relid);
    tags.add(tableTag(oid));
    if (keys === null) tags.add(anyRowTag(oid));
    else for (const key of keys) tags.add(rowTag(oid, key));
  }
  return [...tags];
}
