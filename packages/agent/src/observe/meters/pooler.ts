import {
  type PooledDatabaseRow,
  type PoolerStatsRow,
  type PoolRow,
  runConsoleCommand,
  showConfig,
  showDatabases,
  showPools,
  showStats,
  showVersion,
} from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { PoolerConsole } from '../../postgres/index.ts';
import type { SampleRow, StoredEvent } from '../../series/index.ts';
import { createGrowthMeter } from './growth.ts';

/** What a pooler says of itself at one instant, its own admin console included. */
export interface PoolerFacts {
  readonly version: string;
  readonly pools: readonly PoolRow[];
  readonly stats: readonly PoolerStatsRow[];
  readonly databases: readonly PooledDatabaseRow[];
  /** Servers that each pool of a database may hold that has no size of its own; 0 for no limit. */
  readonly defaultPoolSize: number;
}

/** What one reading of a pooler gives. */
export interface PoolerReading {
  readonly facts: PoolerFacts;
  /** Rows of the kind `pool`: the pools with most clients, at most 500. */
  readonly pools: readonly SampleRow[];
  /** Rows of the kind `pooledDatabase`; null when there is nothing to compare with yet. */
  readonly databases: readonly SampleRow[] | null;
  /** Time that the growth in them took, in milliseconds; 0 without. */
  readonly coveredMs: number;
  readonly events: readonly StoredEvent[];
}

/** Reads one pooler again and again, and gives the growth of its counters. */
export interface PoolerMeter {
  /**
   * Reads once.
   * @param isReopened whether the console was opened since the last reading: a restart ends it
   * @throws what the console throws
   */
  read(console: PoolerConsole, isReopened: boolean): Promise<PoolerReading>;
  /** Forgets the counters after a silence: what ran meanwhile stays a gap. A restart is still noticed. */
  forget(): void;
}

/** Pools of one pooler that are kept: a pool for each of thousands of users is not looked at one by one. */
const MOST_POOLS = 500;

/** Database under which a pooler lists its own admin console. */
const OWN = 'pgbouncer';

/** Starts a meter. @param name name of the pooler in keys and events */
export function createPoolerMeter(clock: Clock, name: string): PoolerMeter {
  const growth = createGrowthMeter(clock);
  let before: PoolerFacts | null = null;
  return {
    forget: () => growth.forget(),
    async read(console, isReopened) {
      const facts = await readFacts(console);
      const events = isReopened && before !== null ? changes(name, { before, facts, at: clock.now() }) : [];
      if (events.some(({ kind }) => kind === 'restart')) growth.forget();
      before = facts;
      const grown = growth.take(facts.stats.filter(isForClients).map(counterReading), true);
      const moved = new Map(grown?.rows.map((row) => [row.key[0], row.values]));
      const fallen = new Set<string | undefined>(grown?.fallen.map(({ id }) => id));
      return {
        facts,
        pools: poolRows(name, facts),
        databases:
          grown === null
            ? null
            : databaseRows(name, facts).flatMap(({ key, values }) =>
                fallen.has(key[1]) ? [] : [{ key, values: { ...values, ...moved.get(key[1]) } }],
              ),
        coveredMs: grown?.coveredMs ?? 0,
        events,
      };
    },
  };
}

async function readFacts(console: PoolerConsole): Promise<PoolerFacts> {
  const [version = ''] = await runConsoleCommand(console, showVersion);
  const pools = await runConsoleCommand(console, showPools);
  const stats = await runConsoleCommand(console, showStats);
  const databases = await runConsoleCommand(console, showDatabases);
  const config = await runConsoleCommand(console, showConfig);
  const defaultPoolSize = Number(config.find(({ key }) => key === 'default_pool_size')?.value ?? 0);
  return { version, pools, stats, databases, defaultPoolSize };
}

function isForClients({ database }: { readonly database: string }): boolean {
  return database !== OWN;
}

function counterReading({ database, ...counters }: PoolerStatsRow) {
  return { id: database, key: [database], counters };
}

function poolRows(name: string, { pools, databases, defaultPoolSize }: PoolerFacts): readonly SampleRow[] {
  // SHOW DATABASES does not always list those that fall under `*`.
  const sizes = new Map(databases.map((row) => [row.name, row.poolSize]));
  const clients = (row: PoolRow): number => row.clientsActive + row.clientsWaiting;
  const kept = pools
    .filter(isForClients)
    .toSorted((a, b) => clients(b) - clients(a))
    .slice(0, MOST_POOLS)
    .map((row) => ({
      key: [name, row.database, row.user],
      values: {
        clientsActive: row.clientsActive,
        clientsWaiting: row.clientsWaiting,
        serversActive: row.serversActive,
        serversIdle: row.serversIdle + row.serversUsed,
        longestWaitMs: row.longestWaitMs,
        poolSize: sizes.get(row.database) ?? defaultPoolSize,
      },
    }));
  // Two names that are no UTF-8 may read the same; the pool with more clients comes first and stays.
  return [...new Map(kept.toReversed().map((row) => [JSON.stringify(row.key), row])).values()];
}

/** States of the databases that clients use: of those that fall under `*`, SHOW DATABASES may not tell. */
function databaseRows(name: string, { stats, pools, databases }: PoolerFacts): readonly SampleRow[] {
  const paused = new Set(databases.flatMap((row) => (row.isPaused ? [row.name] : [])));
  return stats.filter(isForClients).map(({ database }) => ({
    key: [name, database],
    values: {
      servers: pools
        .filter((pool) => pool.database === database)
        .reduce((sum, pool) => sum + pool.serversActive + pool.serversIdle + pool.serversUsed, 0),
      isPaused: paused.has(database) ? 1 : 0,
    },
  }));
}

/** Tells of a restart and of an upgrade. A pooler counts from its start, and does not say when that was. */
function changes(
  name: string,
  { before, facts, at }: { readonly before: PoolerFacts; readonly facts: PoolerFacts; readonly at: Date },
): readonly StoredEvent[] {
  const now = new Map(facts.stats.map((row) => [row.database, row.queries]));
  const isRestarted =
    before.version !== facts.version ||
    before.stats.some(({ database, queries }) => (now.get(database) ?? 0) < queries);
  const events: StoredEvent[] = [];
  if (isRestarted)
    events.push({ at, kind: 'restart', subject: name, detail: { what: `PgBouncer at ${name}` } });
  if (before.version !== facts.version) {
    const detail = { before: before.version, after: facts.version };
    events.push({ at, kind: 'version', subject: `PgBouncer at ${name}`, detail });
  }
  return events;
}
