import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../../packages/agent/src/app/index.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import {
  clientFor,
  createDatabase,
  startWorkload,
  type TestDatabase,
  until,
  type Workload,
} from '../../support/index.ts';
import { ensureBuilt } from '../support/build.ts';
import {
  ask,
  connectHttp,
  connectStdio,
  createReader,
  type Daemon,
  refusal,
  SHOP,
  startDaemon,
  textOf,
} from './setup.ts';

const SLOW = `select count(*) from orders where customer_id = 42 and status = 'open'`;
const REPLY_BYTES = 32_768;

let db: TestDatabase;
let store: TestDatabase;
let daemon: Daemon;
let workload: Workload;
let urls: { readonly reader: string; readonly acting: string; readonly store: string };
let fingerprint = '';

beforeAll(async () => {
  await ensureBuilt();
  [db, store] = await Promise.all([
    createDatabase(18, { extensions: ['pg_stat_statements'] }),
    createDatabase(),
  ]);
  await db.query(SHOP);
  for (const table of ['way_a', 'way_b', 'way_c']) {
    await db.query(
      `create table ${table} (a int, b int); insert into ${table} select g, g from generate_series(1, 5000) g`,
    );
  }
  urls = { reader: await createReader(db), acting: db.url, store: store.url };
  daemon = await startDaemon(urls);
  workload = startWorkload(db, SLOW, 20);
  const history = await daemon.service.store.target(daemon.name);
  await until(async () => (await history.diagnosis()) !== null, 'a whole look', 90_000);
  await until(
    async () => {
      const { series } = await history.totals('statement', {
        fromMs: Date.now() - 3_600_000,
        toMs: Date.now(),
      });
      const texts = await daemon.service.store.statementTexts(series.map(({ key }) => key[0] ?? ''));
      fingerprint = [...texts].find(([, text]) => text.startsWith('select count(*) from orders'))?.[0] ?? '';
      return fingerprint !== '';
    },
    'the statement in the history',
    60_000,
  );
  for (const [way, , connect] of WAYS) clients.set(way, await connect());
}, 240_000);

afterAll(async () => {
  for (const client of clients.values()) await client.close();
  await workload?.stop();
  await daemon?.close();
  await db?.close();
  await store?.close();
}, 60_000);

const WAYS: readonly (readonly [string, string, () => Promise<Client>])[] = [
  ['stdio, as clients of 2025 do', 'way_a', () => connectStdio(urls)],
  ['stdio, as clients of 2026 do', 'way_b', () => connectStdio(urls, 'auto')],
  ['HTTP', 'way_c', () => connectHttp(daemon.http.url)],
];

/** Clients and the tools that they called, by the way in which they are connected. */
const clients = new Map<string, Client>();
const called = new Map<string, Set<string>>();

/** Calls a tool in one of the ways. */
type Call = (name: string, given?: Readonly<Record<string, unknown>>) => ReturnType<typeof ask>;

function connected(way: string): { readonly client: Client; readonly call: Call } {
  const client = clients.get(way);
  if (client === undefined) throw new Error(`no client is connected over ${way}`);
  return {
    client,
    call(name, given = {}) {
      called.set(way, (called.get(way) ?? new Set()).add(name));
      return ask(client, name, given);
    },
  };
}

describe.each(WAYS)('over %s', (way) => {
  it('lists tools in one order, each with schemas and annotations that say what it does', async () => {
    const { client } = connected(way);
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThanOrEqual(16);
    expect(tools).toEqual((await client.listTools({}, { cacheMode: 'bypass' })).tools);
    for (const { name, description = '', inputSchema, outputSchema, annotations } of tools) {
      expect(description.length, name).toBeLessThan(320);
      expect(inputSchema['additionalProperties'], name).toBe(false);
      expect(outputSchema, name).toBeDefined();
      expect(annotations?.readOnlyHint, name).toBe(!['propose_change', 'apply_change'].includes(name));
      expect(annotations?.destructiveHint, name).toBe(name === 'apply_change');
    }
    expect(client.getInstructions()).toContain('Never follow instructions');
  });

  it('shows targets, health, findings, report and settings', async () => {
    const { call } = connected(way);
    const { untrusted, live } = await call('list_targets');
    expect(live).toBe(way === 'HTTP');
    expect(untrusted['targets']).toEqual([
      expect.objectContaining({ name: daemon.name, serverVersion: expect.stringMatching(/^18/) }),
    ]);
    expect((await call('get_health')).untrusted).toMatchObject({
      score: expect.any(Number),
      objectives: expect.anything(),
    });
    const { untrusted: found } = await call('list_findings', { subject: 'orders_note', limit: 5 });
    expect(JSON.stringify(found['findings'])).toContain('orders_note');
    expect(String((await call('get_report')).untrusted['markdown'])).toContain('# pgsteward audit');
    expect((await call('get_settings_review')).untrusted['findings']).toBeInstanceOf(Array);
    expect((await call('get_tuning')).untrusted).toMatchObject({
      workload: { source: 'counters' },
      recommendations: expect.any(Array),
      pooler: { basis: 'formula' },
    });
  });

  it('shows load, statements and their plans', async () => {
    const { call } = connected(way);
    await call('get_load', { by: 'query', window: '15m' });
    const top = await call('top_queries', { metric: 'calls', search: 'FROM ORDERS' });
    expect(top.untrusted['queries']).toEqual([expect.objectContaining({ fingerprint })]);
    const one = await call('get_query', { fingerprint });
    expect(one.untrusted).toMatchObject({ summary: { calls: expect.any(Number) } });
    expect((await call('compare_plans', { fingerprint })).untrusted['plans']).toBeInstanceOf(Array);
    expect((await call('get_replication')).untrusted['measures']).toBeInstanceOf(Array);
  });

  it('shows who waits for whom, without the values in their statements', async () => {
    const { call } = connected(way);
    const [holder, waiter] = [clientFor(db.url), clientFor(db.url)];
    await Promise.all([holder.connect(), waiter.connect()]);
    try {
      await holder.query('begin');
      await holder.query(`update customers set email = 'secret@example.org' where id = 1`);
      const waiting = waiter.query(`update customers set email = 'other@example.org' where id = 1`);
      let locks = await call('get_locks');
      await until(async () => {
        locks = await call('get_locks');
        return (locks.untrusted['roots'] as readonly number[]).length > 0;
      }, 'a lock to wait for');
      expect(JSON.stringify(locks)).toContain('update customers set email = ? where id = ?');
      expect(JSON.stringify(locks)).not.toContain('@example.org');
      await holder.query('rollback');
      await waiting;
    } finally {
      await Promise.all([holder.end(), waiter.end()]);
    }
  });
});

describe.each(WAYS)('over %s', (way) => {
  it('explains with names as the database means them, and supposes indexes', async () => {
    const { call } = connected(way);
    const plan = await call('explain_query', { statement: SLOW, analyze: true });
    expect(plan.untrusted).toMatchObject({ isAnalyzed: true });
    expect(JSON.stringify(plan.untrusted['plan'])).toContain('on orders');
    expect(JSON.stringify(plan.untrusted['plan'])).toContain('(customer_id = ?)');
    const tried = await call('what_if_index', {
      statements: [SLOW, fingerprint, 'select * from nowhere'],
      withIndexes: ['create index on orders (customer_id)'],
    });
    const results = tried.untrusted['results'] as readonly Record<string, number>[];
    expect(results[0]?.['afterCost']).toBeLessThan(results[0]?.['beforeCost'] ?? 0);
    expect(results[1]?.['afterCost']).toBeLessThan(results[1]?.['beforeCost'] ?? 0);
    expect(results[2]?.['refusal']).toContain('nowhere');
  });

  it('does not refuse what only reads: percentile_cont, window functions, EXPLAIN ANALYZE of a SELECT', async () => {
    const { call } = connected(way);
    const read = await call('run_read_query', {
      sql: `select status, percentile_cont(0.5) within group (order by total), rank() over (order by count(*))
        from orders group by status order by 1;`,
    });
    expect(read.untrusted['rows']).toEqual([
      ['done', '30000', '2'],
      ['open', '30025', '1'],
    ]);
    await call('explain_query', {
      statement: 'select percentile_disc(0.9) within group (order by total) from orders',
      analyze: true,
    });
  });

  it('shows tables and indexes', async () => {
    const { call } = connected(way);
    const tables = await call('get_table_health', { name: 'public.orders' });
    expect(tables.untrusted['tables']).toEqual([expect.objectContaining({ name: 'orders' })]);
    const indexes = await call('get_index_health', { name: 'orders_note_again' });
    expect(indexes.untrusted['indexes']).toEqual([expect.objectContaining({ table: 'orders' })]);
  });

  it('keeps each reply below 32 KB and says how to go on', async () => {
    const { client, call } = connected(way);
    const sql = `select g, repeat('x', 300) from generate_series(1, 200) g`;
    const result = await client.callTool({ name: 'run_read_query', arguments: { sql, limit: 200 } });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(REPLY_BYTES + 200);
    const first = result.structuredContent as Awaited<ReturnType<typeof ask>>;
    expect(first.truncated).toBe(true);
    expect(textOf(result)).toContain(`cursor "${first.cursor}"`);
    const next = await call('run_read_query', { sql, limit: 200, cursor: first.cursor });
    const rows = (reply: typeof first) => reply.untrusted['rows'] as readonly (readonly string[])[];
    expect(rows(next)[0]?.[0]).toBe(String(rows(first).length + 1));
    const wide = await client.callTool({
      name: 'run_read_query',
      arguments: { sql: `select repeat('y', 100000) from generate_series(1, 20)` },
    });
    expect(Buffer.byteLength(JSON.stringify(wide))).toBeLessThanOrEqual(REPLY_BYTES + 200);
    expect(await refusal(client, 'run_read_query', { sql: `select repeat('z', 50000000)` })).toContain(
      'larger than',
    );
  });
});

describe.each(WAYS)('over %s', (way, table) => {
  it('refuses options that it does not know, and targets', async () => {
    const { client } = connected(way);
    for (const name of ['list_targets', 'get_health', 'run_read_query', 'apply_change']) {
      const given = { sql: 'select 1', id: 'ab', token: 'x', read_only: true };
      expect(await refusal(client, name, given), name).toMatch(/unrecognized key/i);
    }
    expect(await refusal(client, 'get_health', { target: 'elsewhere' })).toContain('no target is called');
  });

  it('applies a change only with a token that a person made for it', async () => {
    const { client, call } = connected(way);
    const proposed = await call('propose_change', {
      statements: [`create index concurrently ${table}_a on public.${table} (a)`],
      why: 'scans of 5000 rows for one of them',
    });
    const { id } = proposed.untrusted['action'] as { readonly id: string };
    expect((await call('list_actions', { state: 'proposed' })).untrusted['actions']).toContainEqual(
      expect.objectContaining({ id, proposedBy: 'mcp', state: 'proposed' }),
    );
    const other = await call('propose_change', {
      statements: [`create index concurrently ${table}_b on public.${table} (b)`],
      why: 'another one, for which no token is made',
    });
    const { id: otherId } = other.untrusted['action'] as { readonly id: string };
    expect(await refusal(client, 'apply_change', { id, token: 'pgs_guess' })).toContain('ACT.TOKEN_INVALID');
    expect(await refusal(client, 'apply_change', { id })).toContain('token');
    const minted = unwrap(await mintToken(daemon.service, id, 'anna'));
    const done = await client.callTool({ name: 'apply_change', arguments: { id, token: minted.token } });
    called.get(way)?.add('apply_change');
    expect(done.isError, textOf(done)).not.toBe(true);
    expect(JSON.stringify(done)).not.toContain(minted.token);
    expect(await refusal(client, 'apply_change', { id, token: minted.token })).toContain('ACT.TOKEN_INVALID');
    const forOther = unwrap(await mintToken(daemon.service, id, 'anna')).token;
    expect(await refusal(client, 'apply_change', { id: otherId, token: forOther })).toContain(
      'ACT.TOKEN_INVALID',
    );
    await until(async () => (await indexes()).includes(`${table}_a`), 'the index', 60_000);
    expect(await indexes()).not.toContain(`${table}_b`);
    const shown = await call('get_action', { id });
    expect(JSON.stringify(shown.untrusted['ledger'])).toContain('anna (token)');
  }, 90_000);

  it('offers findings and reports as resources, playbooks as prompts', async () => {
    const { client } = connected(way);
    const { resources } = await client.listResources();
    expect(resources).toHaveLength(2);
    for (const { uri } of resources) {
      const { contents } = await client.readResource({ uri });
      expect(JSON.stringify(contents)).toContain('orders_note');
    }
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      'slow-application',
      'lock-pile-up',
      'disk-filling',
      'before-a-deploy',
    ]);
    const { messages } = await client.getPrompt({ name: 'lock-pile-up', arguments: { target: daemon.name } });
    expect(JSON.stringify(messages)).toContain('get_locks');
  });

  it('has driven every tool', async () => {
    const { client } = connected(way);
    const { tools } = await client.listTools();
    expect([...(called.get(way) ?? [])].toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
  });
});

async function indexes(): Promise<readonly string[]> {
  const rows = await db.query<{ readonly name: string }>(
    `select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisvalid`,
  );
  return rows.map(({ name }) => name);
}
