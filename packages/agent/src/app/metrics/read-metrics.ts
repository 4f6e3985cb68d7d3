import {
  activityQuery,
  archiverQuery,
  type CatalogQuery,
  checkpointsQuery,
  databaseQuery,
  replicasQuery,
  runCatalogListing,
  runCatalogQuery,
  slotsQuery,
  statementsWithoutTextQuery,
  tableCountersQuery,
  walQuery,
} from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import { renderPrometheus, type TargetMetrics } from '../../report/index.ts';
import { readFindings } from '../views/findings.ts';
import type { WatchOptions } from '../watch/types.ts';
import type { Watcher } from '../watch/watch-target.ts';

/** Most series of one metric, as postgres_exporter limits its statements. */
export const MOST_SERIES = 100;
/** Tables read; those with the most rows written and read are shown. */
const MOST_TABLES = 20_000;
/** How long an answer is given again: two Prometheus servers must not cost twice. */
const FRESH_MS = 10_000;

/** What metrics are read from. */
export interface MetricsSource extends Pick<WatchOptions, 'store' | 'settings' | 'clock'> {
  readonly startedAt: Date;
}

/** Gives what Prometheus scrapes. */
export interface MetricsReader {
  read(): Promise<string>;
}

/** Starts a reader that reads all targets of a service at each scrape, at most every ten seconds. */
export function createMetricsReader(
  service: MetricsSource & { readonly watchers: readonly Watcher[] },
): MetricsReader {
  let text: Promise<string> | null = null;
  let readMs = Number.NEGATIVE_INFINITY;
  const readAll = async (): Promise<string> => {
    const all = await Promise.all(service.watchers.map((watcher) => readTargetMetrics(service, watcher)));
    return renderPrometheus(
      all.filter((metrics) => metrics !== null),
      MOST_SERIES,
    );
  };
  return {
    read() {
      const nowMs = service.clock.monotonicMs();
      if (text === null || nowMs - readMs > FRESH_MS) {
        readMs = nowMs;
        text = readAll();
        text.catch(() => {
          text = null;
        });
      }
      return text;
    },
  };
}

/**
 * Reads what one target shows.
 * @returns null while another agent watches the target and tells of it, or before it is known whether it answers
 */
export async function readTargetMetrics(
  source: MetricsSource,
  watcher: Watcher,
): Promise<TargetMetrics | null> {
  const { leadership, connection, slowLook, collectors, target } = watcher;
  const isKnown = connection.state === 'connected' || connection.trouble !== null;
  if (!leadership.mayObserve || !isKnown) return null;
  const latest = slowLook.latest()?.snapshot.sections.database;
  const [past, parts] = await Promise.all([readPast(source, watcher), readParts(watcher)]);
  return {
    target: target.name,
    readAt: source.clock.now(),
    agentStartedAt: source.startedAt,
    ...parts,
    ...past,
    unavailable: [...parts.unavailable, ...past.unavailable],
    databaseBytes: latest?.status === 'ok' ? latest.data.sizeBytes : null,
    poolers: watcher.poolers,
    cache: watcher.cache === null ? null : { facts: watcher.cache.latest() },
    collectors,
  };
}

/** A store that is away costs what it knows of the target, not what the target says itself. */
async function readPast(
  source: MetricsSource,
  watcher: Watcher,
): Promise<Pick<TargetMetrics, 'findings' | 'objectives' | 'unavailable'>> {
  try {
    const { findings, objectives, takenAtMs } = await readFindings(source, watcher);
    const count = (severity: string): number =>
      findings.filter((finding) => finding.severity === severity).length;
    return {
      findings:
        takenAtMs === null
          ? null
          : { critical: count('critical'), warning: count('warning'), info: count('info') },
      objectives,
      unavailable: [],
    };
  } catch {
    return { findings: null, objectives: [], unavailable: ['history'] };
  }
}

type Parts = Pick<
  TargetMetrics,
  | 'server'
  | 'database'
  | 'sessions'
  | 'checkpoints'
  | 'wal'
  | 'archiver'
  | 'replicas'
  | 'slots'
  | 'statements'
  | 'tables'
  | 'unavailable'
>;

const NOTHING: Parts = {
  server: null,
  database: null,
  sessions: null,
  checkpoints: null,
  wal: null,
  archiver: null,
  replicas: null,
  slots: null,
  statements: null,
  tables: null,
  unavailable: [],
};

/** Reads what changes quickly; a target that does not answer has nothing to show. */
async function readParts({ connection }: Watcher): Promise<Parts> {
  if (connection.state !== 'connected') return NOTHING;
  try {
    return await connection.exclusively(readAll);
  } catch {
    return NOTHING;
  }
}

async function readAll(session: Session): Promise<Parts> {
  const unavailable: string[] = [];
  const rows = async <Row>(name: string, query: CatalogQuery<Row>): Promise<readonly Row[] | null> => {
    const result = await runCatalogQuery(session, query);
    if (result.ok) return result.rows;
    unavailable.push(name);
    return null;
  };
  const row = async <Row>(name: string, query: CatalogQuery<Row>): Promise<Row | null> =>
    (await rows(name, query))?.[0] ?? null;
  const tables = await runCatalogListing(session, tableCountersQuery, {
    pageRows: 5_000,
    maximumRows: MOST_TABLES,
  });
  const statements = await rows('statements', statementsWithoutTextQuery);
  return {
    server: session.capabilities,
    database: await row('database', databaseQuery),
    sessions: await rows('activity', activityQuery),
    checkpoints: await row('checkpoints', checkpointsQuery),
    wal: await row('wal', walQuery),
    archiver: await row('archiver', archiverQuery),
    replicas: await rows('replicas', replicasQuery),
    slots: await rows('slots', slotsQuery),
    statements: statements?.toSorted((a, b) => b.totalMs - a.totalMs) ?? null,
    tables: tables.ok
      ? tables.listing.rows.toSorted((a, b) => b.liveRows + b.deadRows - a.liveRows - a.deadRows)
      : null,
    unavailable,
  };
}
