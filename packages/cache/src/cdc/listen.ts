import { failure } from '../errors.ts';
import { parseLsn } from '../lsn.ts';
import { reset, type WorkerContext } from './context.ts';
import { openDatabase, type WorkerDatabase } from './database.ts';
import { createDelivery, type Delivery } from './deliver.ts';
import { CDC_ERRORS } from './errors.ts';
import { pause } from './pause.ts';
import type { FieldReader } from './pgoutput/reader.ts';
import { createTransactionReader } from './read-transactions.ts';
import { readSnapshot, resetAndSettle, settleTables } from './settle.ts';
import { assertLogical, ensureSlot, readSlot } from './slot.ts';
import { type ChangeStream, openChangeStream } from './stream/open-stream.ts';
import { type Coverage, coverTables } from './tables.ts';
import { compareCatalogue, moveWatermark } from './watermark.ts';

/**
 * Listens to the change stream until the context's signal fires.
 * @throws CDC.* the reason for which the session is over
 */
export async function listen(worker: WorkerContext): Promise<void> {
  const session = new AbortController();
  const context = { ...worker, signal: AbortSignal.any([worker.signal, session.signal]) };
  const database = await openDatabase(context.config);
  try {
    await run(context, database);
  } finally {
    session.abort();
    await database.close();
  }
}

async function run(context: WorkerContext, database: WorkerDatabase): Promise<void> {
  const isReset = await prepare(context, database);
  const stream = await openStream(context, database);
  try {
    if (!isReset) await repairStore(context, database);
    await compareCatalogue(context, database);
    context.running();
    const over = Promise.race([stream.stream.ended, database.ended]).then((error) => {
      throw error;
    });
    const coverAgain = (): Promise<void> => coverNew(context, database);
    const watermark = moveWatermark({ context, database, coverAgain, ...stream });
    await Promise.race([watermark, watchSlot(context, database), over]);
  } finally {
    await stream.stream.close();
  }
}

/**
 * Makes publication and slot what they must be; what was loaded before changes were heard of is worth nothing.
 * @returns whether all of the namespace was invalidated
 */
async function prepare(context: WorkerContext, database: WorkerDatabase): Promise<boolean> {
  await context.catalogue.recall(context.store);
  await assertLogical(database);
  const { isNew, added } = await cover(context, database, true);
  const { resetReason } = await ensureSlot(database, context.slot, isNew);
  if (resetReason !== null) await resetAndSettle(context, database, resetReason);
  else if (added.length > 0) await settleTables(context, database, added);
  return resetReason !== null;
}

async function cover(context: WorkerContext, database: WorkerDatabase, isStrict: boolean): Promise<Coverage> {
  const { config, publication, tables, progress, listeners } = context;
  const coverage = await coverTables(database, config, { publication, tables, isStrict });
  if (isStrict && coverage.covered.length === 0) {
    const [first] = coverage.uncovered;
    const reason = first === undefined ? 'The database has none' : `${first.table}: ${first.reason}`;
    throw failure(CDC_ERRORS.NO_TABLES, { reason });
  }
  const told = new Set(progress.uncovered.map(({ table }) => table));
  for (const one of coverage.uncovered) if (!told.has(one.table)) listeners.emit('uncovered', one);
  progress.uncovered = coverage.uncovered;
  progress.tables = coverage.covered.map(({ name }) => name);
  progress.oids = coverage.covered.map(({ oid }) => oid);
  return coverage;
}

/** Takes tables in that were made since, or made again under a name that is listened to. */
async function coverNew(context: WorkerContext, database: WorkerDatabase): Promise<void> {
  try {
    const { added } = await cover(context, database, false);
    if (added.length > 0) await settleTables(context, database, added);
  } catch (error) {
    // A lock that could not be had: with the next look.
    context.trouble(error);
  }
}

interface OpenStream {
  readonly stream: ChangeStream;
  readonly delivery: Delivery;
}

async function openStream(context: WorkerContext, database: WorkerDatabase): Promise<OpenStream> {
  const delivery = createDelivery({
    context,
    readSnapshot: () => readSnapshot(database),
    onRest: (isResting) => (isResting ? stream.pause() : stream.resume()),
  });
  const reader = createTransactionReader({
    maxRows: context.numbers.maxRowsPerTransaction,
    onTransaction: (transaction) => delivery.push(transaction),
  });
  context.progress.pending = () => delivery.pendingCount;
  context.progress.withoutRowTags = () => reader.tablesWithoutRows();
  const { slot, publication, config } = context;
  const onMessage = (payload: FieldReader): void => reader.take(payload);
  const stream = await openChangeStream(config, { slot, publication, onMessage });
  return { stream, delivery };
}

/**
 * Compares what the store knows with what was confirmed to the server. A store that is behind has forgotten some of it
 * (restored from an old copy, or another namespace had the slot): the stream does not send that again.
 */
async function repairStore(context: WorkerContext, database: WorkerDatabase): Promise<void> {
  const { watermark } = context.store;
  const slot = await readSlot(database, context.slot);
  context.progress.slot = slot?.facts ?? null;
  if (slot === null || slot.confirmed === null) return;
  if (watermark === null) await reset(context, 'no worker has reported to this store yet');
  else if (watermark.lsn < parseLsn(slot.confirmed)) {
    await reset(context, 'the store has forgotten a part of what it had confirmed');
  }
}

/** Looks at the slot now and then, and warns while there is time. */
async function watchSlot(context: WorkerContext, database: WorkerDatabase): Promise<void> {
  const { numbers, progress, listeners, signal } = context;
  let isAlarmed = false;
  while (!signal.aborted) {
    const facts = (await readSlot(database, context.slot))?.facts ?? null;
    progress.slot = facts;
    const ratio = facts === null || facts.limitBytes === null ? 0 : facts.retainedBytes / facts.limitBytes;
    const isHigh = facts !== null && (ratio >= numbers.alarmRatio || facts.walStatus === 'unreserved');
    if (isHigh && !isAlarmed) listeners.emit('alarm', facts);
    isAlarmed = isHigh;
    await pause(numbers.statusEveryMs, signal);
  }
}
