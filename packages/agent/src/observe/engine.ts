import {
  activityQuery,
  archiverQuery,
  bufferCacheQuery,
  checkpointsQuery,
  collationsQuery,
  constraintsQuery,
  databaseQuery,
  databasesQuery,
  extendedStatisticsQuery,
  ioQuery,
  partitionedTablesQuery,
  preparedTransactionsQuery,
  replicasQuery,
  settingsFilesQuery,
  slotsQuery,
  standbyQuery,
  statementsInfoQuery,
  vacuumProgressQuery,
  walQuery,
} from '../catalog/index.ts';
import type { Clock, ProgressListener } from '../kernel/index.ts';
import type { Session } from '../postgres/index.ts';
import type { Settings } from '../settings/index.ts';
import { collectBloat } from './collectors/bloat.ts';
import { collectColumns } from './collectors/columns.ts';
import { type CollectorContext, firstUnavailable } from './collectors/context.ts';
import { collectDatabase } from './collectors/database.ts';
import { collectLocks, createLockWatch } from './collectors/locks.ts';
import { collectOrphans } from './collectors/orphans.ts';
import { collectListing, collectRow, collectRows } from './collectors/plain.ts';
import { collectRelations, type Relations } from './collectors/relations.ts';
import { collectSequences } from './collectors/sequences.ts';
import { collectServerSettings } from './collectors/settings.ts';
import { collectStatements } from './collectors/statements.ts';
import type { Counters } from './interval.ts';
import type { Gap, Section, Sections, Snapshot } from './types.ts';

/** What a snapshot is taken with. */
export interface ObserveOptions {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
}

/** Parts that need nothing from other parts, in the order in which they are read. */
const independent = {
  database: collectDatabase,
  statements: collectStatements,
  checkpoints: (context: CollectorContext) => collectRow(context, checkpointsQuery),
  wal: (context: CollectorContext) => collectRow(context, walQuery),
  statementsInfo: (context: CollectorContext) => collectRow(context, statementsInfoQuery),
  activity: (context: CollectorContext) => collectRows(context, activityQuery),
  serverSettings: collectServerSettings,
  settingsFiles: (context: CollectorContext) => collectRows(context, settingsFilesQuery),
  databases: (context: CollectorContext) => collectRows(context, databasesQuery),
  replicas: (context: CollectorContext) => collectRows(context, replicasQuery),
  standby: (context: CollectorContext) => collectRow(context, standbyQuery),
  slots: (context: CollectorContext) => collectRows(context, slotsQuery),
  archiver: (context: CollectorContext) => collectRow(context, archiverQuery),
  io: (context: CollectorContext) => collectRows(context, ioQuery),
  bufferCache: (context: CollectorContext) => collectRow(context, bufferCacheQuery),
  constraints: (context: CollectorContext) => collectListing(context, constraintsQuery),
  partitionedTables: (context: CollectorContext) => collectListing(context, partitionedTablesQuery),
  preparedTransactions: (context: CollectorContext) => collectRows(context, preparedTransactionsQuery),
  vacuumProgress: (context: CollectorContext) => collectRows(context, vacuumProgressQuery),
  collations: (context: CollectorContext) => collectRows(context, collationsQuery),
  extendedStatistics: (context: CollectorContext) => collectRows(context, extendedStatisticsQuery),
} as const;

type Collect = (context: CollectorContext) => Promise<Section<unknown>>;

const RELATION_STEPS = 6;

/**
 * Takes a snapshot: every part on its own, so that one that fails leaves the others whole.
 * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function takeSnapshot(session: Session, options: ObserveOptions): Promise<Snapshot> {
  const total = Object.keys(independent).length + RELATION_STEPS;
  let done = 0;
  const step = async <T>(task: string, work: Promise<T>): Promise<T> => {
    options.onProgress({ task, done, total, unit: 'parts' });
    const value = await work;
    done += 1;
    return value;
  };
  const gaps: Gap[] = [];
  const context = createContext(session, options, gaps);
  const lockedRelations = await step('locks', collectLocks(context));
  const sections: Record<string, Section<unknown>> = { lockedRelations };
  for (const [name, collect] of Object.entries<Collect>(independent)) {
    sections[name] = await step(name, collect(context));
  }
  const relations = await step('tables and indexes', collectRelations(context));
  Object.assign(sections, relations);
  Object.assign(sections, await collectDependent(context, sections, relations, step));
  options.onProgress({ task: 'snapshot', done: total, total, unit: 'parts' });
  return {
    takenAt: options.clock.now(),
    server: session.capabilities,
    sections: sections as unknown as Snapshot['sections'],
    gaps,
    selfLoad: session.selfLoad(),
  };
}

/** Parts that say more about a plan, beside tables, indexes and the columns of its tables. */
const PLAN_PARTS: ReadonlySet<string> = new Set(['serverSettings', 'extendedStatistics']);

/**
 * Takes the part of a snapshot that judging one statement's plan needs; every other part is unavailable.
 * @param tableNames names of the tables in the plan, whatever their schema
 * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function takePlanSnapshot(
  session: Session,
  tableNames: ReadonlySet<string>,
  options: ObserveOptions,
): Promise<Snapshot> {
  const gaps: Gap[] = [];
  const context = createContext(session, options, gaps);
  const unread: Section<never> = {
    status: 'unavailable',
    reason: 'one statement is looked at, not the whole database',
    remedy: 'run `pgsteward audit`',
  };
  const sections: Record<string, Section<unknown>> = { lockedRelations: await collectLocks(context) };
  for (const [name, collect] of Object.entries<Collect>(independent)) {
    sections[name] = PLAN_PARTS.has(name) ? await collect(context) : unread;
  }
  for (const name of ['tableBloat', 'indexBloat', 'sequences', 'orphanSamples']) sections[name] = unread;
  const relations = await collectRelations(context);
  const { tables } = relations;
  const columns =
    tables.status === 'ok'
      ? await collectColumns(
          context,
          tables.data.filter((table) => tableNames.has(table.name)),
        )
      : tables;
  Object.assign(sections, relations, { columns });
  return {
    takenAt: options.clock.now(),
    server: session.capabilities,
    sections: sections as unknown as Snapshot['sections'],
    gaps,
    selfLoad: session.selfLoad(),
  };
}

/** Reads again only the cumulative counters that an interval is made of. */
export async function takeCounters(session: Session, options: ObserveOptions): Promise<Counters> {
  const context = createContext(session, options, []);
  return {
    database: await collectRow(context, databaseQuery),
    statements: await collectStatements(context),
    checkpoints: await collectRow(context, checkpointsQuery),
    wal: await collectRow(context, walQuery),
  };
}

type Step = <T>(task: string, work: Promise<T>) => Promise<T>;

/** Reads the parts that are chosen by what other parts found. */
async function collectDependent(
  context: CollectorContext,
  sections: Readonly<Record<string, Section<unknown>>>,
  relations: Relations,
  step: Step,
): Promise<Partial<Record<keyof Sections, Section<unknown>>>> {
  const missing = firstUnavailable(relations.tables, relations.indexes);
  if (missing !== null || relations.tables.status !== 'ok' || relations.indexes.status !== 'ok') {
    const gone = missing ?? { status: 'unavailable' as const, reason: 'no relations', remedy: '' };
    return { columns: gone, tableBloat: gone, indexBloat: gone, sequences: gone, orphanSamples: gone };
  }
  const columns = await step('columns', collectColumns(context, relations.tables.data));
  const bloat = await step('bloat', collectBloat(context, relations));
  const sequences = await step(
    'sequences',
    collectSequences(context, relations.indexes.data, relations.tables.data),
  );
  const constraints = sections['constraints'] as Section<Sections['constraints']>;
  const blocked = firstUnavailable(columns, constraints);
  if (blocked !== null || columns.status !== 'ok' || constraints.status !== 'ok') {
    return { columns, ...bloat, sequences, orphanSamples: blocked ?? columns };
  }
  const orphanSamples = await step(
    'foreign key samples',
    collectOrphans(context, {
      constraints: constraints.data,
      columns: columns.data,
      tables: relations.tables.data,
      indexes: relations.indexes.data,
    }),
  );
  return { columns, ...bloat, sequences, orphanSamples };
}

function createContext(session: Session, options: ObserveOptions, gaps: Gap[]): CollectorContext {
  const { settings, clock } = options;
  const noteGap = (gap: Gap): void => {
    gaps.push(gap);
  };
  return { session, settings, clock, locks: createLockWatch(session, noteGap), noteGap };
}
