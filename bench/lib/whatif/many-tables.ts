import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openSession, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import {
  createShadowPlanner,
  type Mirror,
  type OpenTargetShadowOptions,
  openShadow,
  openTargetShadow,
  type Shadow,
} from '../../../packages/agent/src/whatif/index.ts';
import { withServer } from '../server.ts';
import { literal } from './explain.ts';
import { mirrorOf } from './real-database.ts';

const ROWS = 120;
const BATCH = 100;
const BLOCK_BYTES = 8_192;
const TABLES_OF_A_TERABYTE = 200;
const TERABYTE = 1024 ** 4;

/** How long a database with many tables takes to be mirrored and built. */
export interface ManyTables {
  readonly tables: number;
  /** From the open session to a shadow that plans. */
  readonly mirrorAndBuildMs: number;
  /** The same for the next command, which finds the shadow of this one. */
  readonly reopenMs: number;
  readonly diskBytes: number;
}

const KEEP = { count: 1, maximumAgeMs: 3_600_000, driftRatio: 0.2 };

/** Opens the shadow of a database of so many tables with two indexes each, closes it, and opens it again. */
export async function measureManyTables(tables: number): Promise<ManyTables> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'pgsteward-bench-'));
  chmodSync(stateDirectory, 0o711);
  try {
    return await withTables(tables, async (url) => {
      const options = { clock: systemClock, onProgress: silentProgress, stateDirectory, keep: KEEP };
      const first = await timed(() => openAt(url, options));
      const diskBytes = await diskUse(dirname(first.shadow.dataDirectory));
      await first.shadow.close();
      const second = await timed(() => openAt(url, options));
      await second.shadow.close();
      return { tables, mirrorAndBuildMs: first.ms, reopenMs: second.ms, diskBytes };
    });
  } finally {
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

async function openAt(url: string, options: OpenTargetShadowOptions): Promise<Shadow> {
  const timeouts = { connectTimeoutMs: 5_000, lockTimeoutMs: 200 };
  const session = await openSession(unwrap(parseTarget(url, {})), timeouts);
  try {
    return await openTargetShadow(session, options);
  } finally {
    await session.close();
  }
}

async function timed(open: () => Promise<Shadow>): Promise<{ readonly shadow: Shadow; readonly ms: number }> {
  const begin = performance.now();
  const shadow = await open();
  return { shadow, ms: performance.now() - begin };
}

/** What the shadow of a terabyte costs. */
export interface Terabyte {
  readonly tables: number;
  readonly diskBytes: number;
  readonly buildMs: number;
  readonly firstPlanMs: number;
  readonly supposeMs: number;
}

/** Builds the shadow of 200 tables of 5 GB each: a small database's mirror with its counts multiplied. */
export async function measureTerabyte(): Promise<Terabyte> {
  const mirror = grown(await withTables(TABLES_OF_A_TERABYTE, mirrorOf));
  const begin = performance.now();
  const shadow = await openShadow({ mirror, clock: systemClock, onProgress: silentProgress });
  const buildMs = performance.now() - begin;
  const planner = createShadowPlanner(shadow);
  try {
    const built = performance.now();
    await planner.plan([literal('select * from t7 where a = 5')], { add: [], hide: [] });
    const firstPlanMs = performance.now() - built;
    const planned = performance.now();
    await planner.suppose([
      {
        schema: 'public',
        table: 't9',
        method: 'btree',
        keys: [
          {
            on: { kind: 'column', name: 'c' },
            operatorClass: null,
            collation: null,
            isDescending: false,
            nullsFirst: null,
          },
        ],
        include: [],
        predicate: null,
        isUnique: false,
        options: {},
      },
    ]);
    const supposeMs = performance.now() - planned;
    const diskBytes = await diskUse(dirname(shadow.dataDirectory));
    return { tables: TABLES_OF_A_TERABYTE, diskBytes, buildMs, firstPlanMs, supposeMs };
  } finally {
    await planner.close();
  }
}

async function withTables<T>(tables: number, work: (url: string) => Promise<T>): Promise<T> {
  const settings = { max_locks_per_transaction: '4096', autovacuum: 'off', shared_buffers: '256MB' };
  return withServer(settings, async ({ url }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (let begin = 0; begin < tables; begin += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, tables - begin) }, (_, index) => begin + index);
      await client.query(numbers.map(tableSql).join(';'));
    }
    await client.query('analyze');
    await client.end();
    return work(url);
  });
}

function tableSql(number: number): string {
  return `create table t${number} (id int primary key, a int, b text, c timestamptz);
    insert into t${number} select i, i * i % 37, 'text ' || i % 50, '2024-01-01'::timestamptz + i * interval '1 hour' from generate_series(1, ${ROWS}) i;
    create index on t${number} (a)`;
}

/** Makes each table 5 GB, each index a tenth of that. */
function grown(mirror: Mirror): Mirror {
  const blocks = Math.floor(TERABYTE / TABLES_OF_A_TERABYTE / BLOCK_BYTES);
  return {
    ...mirror,
    relations: mirror.relations.map((one) => {
      if (one.kind !== 'r' && one.kind !== 'i') return one;
      const pages = one.kind === 'r' ? blocks : Math.floor(blocks / 10);
      const allVisiblePages = one.kind === 'r' ? pages : 0;
      return { ...one, pages, fileBlocks: pages, rows: blocks * 100, allVisiblePages };
    }),
  };
}

/** Bytes that a directory's files take on the disk: holes take none. */
async function diskUse(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0);
}
