import { existsSync } from 'node:fs';
import pg from 'pg';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { findBinaries } from '../../../packages/agent/src/postgres/embedded/index.ts';
import { openSession, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { type Mirror, readMirror } from '../../../packages/agent/src/whatif/index.ts';
import { startCloneServer } from '../index-advisor/clone.ts';
import { withServer } from '../server.ts';
import { dataStatements } from './data.ts';
import { rowCounts } from './row-counts.ts';

/** A server with real rows. */
export interface RealDatabase {
  readonly url: string;
  readonly client: pg.Client;
  readonly versionNumber: number;
  /** Time that the load took. */
  readonly loadMs: number;
  /** Whether hypopg is there to be compared. */
  readonly hasHypopg: boolean;
}

/** Planner settings of a server on fast disks, so that they are seen to be mirrored. */
const SETTINGS = {
  work_mem: '16MB',
  random_page_cost: '1.1',
  effective_cache_size: '8GB',
  autovacuum: 'off',
  max_wal_size: '4GB',
  maintenance_work_mem: '256MB',
};

const DEBIAN_15 = '/usr/lib/postgresql/15/bin/postgres';

/** Major for which Debian's own packages are taken where they are installed: hypopg is among them. */
const DEBIAN_MAJOR = 15;

/** Starts a server of a major version, fills a database (scale 0 leaves it empty), works with it, stops the server. */
export async function withRealDatabase<T>(
  major: number,
  scale: number,
  work: (database: RealDatabase) => Promise<T>,
): Promise<T> {
  if (major === DEBIAN_MAJOR && existsSync(DEBIAN_15)) return withDebian(scale, work);
  const binaries = unwrap(findBinaries({ major }));
  return withServer(SETTINGS, ({ url }) => load(url, scale, false, work), { binaries });
}

/** Takes the mirror of a database through the product's own session. */
export async function mirrorOf(url: string): Promise<Mirror> {
  const session = await openSession(unwrap(parseTarget(url, {})), {
    connectTimeoutMs: 5_000,
    lockTimeoutMs: 200,
  });
  try {
    return await readMirror(session, { clock: systemClock, onProgress: silentProgress });
  } finally {
    await session.close();
  }
}

async function withDebian<T>(scale: number, work: (database: RealDatabase) => Promise<T>): Promise<T> {
  const server = await startCloneServer();
  try {
    const url = (name: string): string => `postgres://postgres@127.0.0.1:${server.port}/${name}`;
    const admin = new pg.Client({ connectionString: url('postgres') });
    await admin.connect();
    for (const [name, value] of Object.entries(SETTINGS))
      await admin.query(`alter system set ${name} = '${value}'`);
    await admin.query('select pg_reload_conf()');
    await admin.query('create database bench');
    await admin.end();
    return await load(url('bench'), scale, true, work);
  } finally {
    await server.close();
  }
}

async function load<T>(
  url: string,
  scale: number,
  hasHypopg: boolean,
  work: (database: RealDatabase) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const begin = performance.now();
    await client.query('set synchronous_commit = off');
    if (scale > 0) for (const sql of dataStatements(rowCounts(scale))) await client.query(sql);
    const loadMs = performance.now() - begin;
    const { rows } = await client.query<{ number: number }>(
      `select current_setting('server_version_num')::int as number`,
    );
    return await work({ url, client, versionNumber: rows[0]?.number ?? 0, loadMs, hasHypopg });
  } finally {
    await client.end();
  }
}
