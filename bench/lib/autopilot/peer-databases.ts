import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { openSession, parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { loadParser, parseStatement } from '../../../packages/agent/src/sql/index.ts';
import { createShadowPlanner, openShadow, readMirror } from '../../../packages/agent/src/whatif/index.ts';
import { withClient } from '../reference.ts';
import { dexterSet, mcpProSet, type PeerInputs } from './peer-sets.ts';
import { readSchemaFacts } from './schema-facts.ts';

/** A copy of a database with the indexes that a peer's algorithm chose. */
export interface PeerDatabase {
  readonly peer: string;
  readonly url: string;
  readonly indexes: readonly string[];
}

const PEERS = { Dexter: dexterSet, 'Postgres MCP Pro': mcpProSet } as const;

const PLANNABLE: ReadonlySet<string> = new Set(['select', 'update', 'delete']);

const STATEMENTS = `
  select s.queryid::text as id, max(s.query) as sql, sum(s.calls)::float8 as calls
  from pg_stat_statements s
  where s.dbid = (select oid from pg_database where datname = current_database()) and s.toplevel
  group by 1 order by sum(s.total_exec_time) desc limit 100`;

/** Copies a database that nobody is connected to once for each peer, and builds there what its algorithm chooses. */
export async function createPeerDatabases(url: string): Promise<readonly PeerDatabase[]> {
  const sets = await chooseSets(url);
  const made: PeerDatabase[] = [];
  for (const [peer, indexes] of sets) {
    const own = new URL(url);
    const source = own.pathname.slice(1);
    const admin = new URL(url);
    admin.pathname = '/postgres';
    own.pathname = `/peer_${made.length}`;
    await withClient(admin.href, (client) =>
      client.query(`create database peer_${made.length} template "${source}"`),
    );
    await withClient(own.href, async (client) => {
      for (const sql of indexes) await client.query(sql);
      await client.query('vacuum analyze');
    });
    made.push({ peer, url: own.href, indexes });
  }
  return made;
}

async function chooseSets(url: string): Promise<ReadonlyMap<string, readonly string[]>> {
  await loadParser();
  const directory = mkdtempSync(join(tmpdir(), 'pgsteward-peers-'));
  // The shadow may run under another account, which has to pass through.
  chmodSync(directory, 0o711);
  const session = await openSession(unwrap(parseTarget(url, {})), {
    connectTimeoutMs: 5_000,
    lockTimeoutMs: 200,
  });
  const mirror = await readMirror(session, { clock: systemClock, onProgress: silentProgress });
  await session.close();
  const shadow = await openShadow({
    mirror,
    clock: systemClock,
    onProgress: silentProgress,
    stateDirectory: directory,
  });
  const planner = createShadowPlanner(shadow);
  try {
    const inputs = await withClient(url, async (client): Promise<PeerInputs> => {
      const { rows } = await client.query<{ id: string; sql: string; calls: number }>(STATEMENTS);
      const readable = rows.filter(({ sql }) => PLANNABLE.has(parseStatement(sql)?.kind ?? ''));
      return {
        planner,
        facts: await readSchemaFacts(client),
        statements: readable.map(({ id, sql, calls }) => ({
          statement: { id, sql, values: null, searchPath: null },
          calls,
        })),
      };
    });
    const sets = new Map<string, readonly string[]>();
    for (const [peer, choose] of Object.entries(PEERS)) sets.set(peer, await choose(inputs));
    return sets;
  } finally {
    await planner.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
