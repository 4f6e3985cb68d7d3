import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examine, readQuery } from '../../../packages/agent/src/app/index.ts';
import { createLogReader } from '../../../packages/agent/src/observe/index.ts';
import {
  availableMajors,
  clientFor,
  createDatabase,
  createRole,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';
import { startWatching, TARGET, until, type Watching } from '../../support/watching.ts';

/** Logs every plan as it ran, through the logging collector. */
const LOGGED: Readonly<Record<string, string>> = {
  shared_preload_libraries: 'pg_stat_statements,auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_format': 'json',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
  logging_collector: 'on',
  log_line_prefix: '%m [%p] %q%u@%d/%a ',
  log_timezone: 'Asia/Kolkata',
};
const SQL = `select count(*) from wide where b <> 'secret "value"' and a < 5000`;
const MEGABYTE = 1_048_576;

const majors = availableMajors().filter((major) => major === 15 || major === 18);
const cases = majors.flatMap((major) =>
  ['jsonlog', 'csvlog', 'stderr'].map((kind) => [major, kind] as const),
);

describe.sequential.each(cases)('plans in the log of PostgreSQL %i as %s', (major, kind) => {
  let server: TestServer;
  let target: TestDatabase;

  beforeAll(async () => {
    server = await startTestServer({ major, settings: { ...LOGGED, log_destination: kind } });
    target = await createDatabase(major, { serverUrl: server.connectionUrl() });
    await target.query(
      'create table wide as select a, repeat($$x$$, 100) as b from generate_series(1, 20000) a',
    );
    await target.query('analyze wide');
  });

  afterAll(async () => {
    await target.close();
    await server.close();
  });

  it('are read once each, with who ran them, over a rotation and past what is no plan', async () => {
    const client = clientFor(target.url);
    await client.connect();
    await client.query(`set application_name = 'shop,"app"'`);
    const session = await openTestSession(target.url);
    const reader = createLogReader(4 * MEGABYTE);
    const read = async () => {
      const { plans, unavailable, skippedBytes } = await reader.read(session);
      expect(unavailable).toBeNull();
      expect(skippedBytes).toBe(0);
      return plans.filter(({ query }) => query === SQL);
    };
    try {
      await read();
      const before = Date.now();
      await client.query(SQL);
      await client.query(`do $$ begin raise log E'a "quoted\nline, and an open " one'; end $$`);
      await client.query(SQL);
      const seen = [...(await read())];
      await until(async () => {
        seen.push(...(await read()));
        return seen.length >= 2;
      }, 'two plans');
      expect(await read()).toEqual([]);
      expect(seen).toHaveLength(2);
      const [plan] = seen;
      expect(plan).toMatchObject({ database: target.name, application: 'shop,"app"' });
      expect(plan?.durationMs).toBeGreaterThan(0);
      expect(Math.abs((plan?.at?.getTime() ?? 0) - before)).toBeLessThan(10_000);

      await client.query(SQL);
      await target.query('select pg_rotate_logfile()');
      await client.query(SQL);
      const after = [...(await read())];
      await until(async () => {
        after.push(...(await read()));
        return after.length >= 2;
      }, 'two plans around a rotation');
      await client.query(SQL);
      await until(async () => {
        after.push(...(await read()));
        return after.length >= 3;
      }, 'a plan after it');
      expect(after).toHaveLength(3);
    } finally {
      await session.close();
      await client.end();
    }
  });

  it('begin with the newest part of a long log, and what is too much at a time is passed over and told', async () => {
    const filler = `do $$ begin for i in 1..60 loop raise log '%', repeat('long, "text" ', 4000); end loop; end $$`;
    await target.query(filler);
    await target.query(SQL);
    const session = await openTestSession(target.url);
    const reader = createLogReader(MEGABYTE);
    try {
      let found = 0;
      await until(async () => {
        found += (await reader.read(session)).plans.filter(({ query }) => query === SQL).length;
        return found > 0;
      }, 'the newest plan');
      await target.query(filler);
      await target.query(SQL);
      let skipped = 0;
      found = 0;
      await until(async () => {
        const reading = await reader.read(session);
        skipped += reading.skippedBytes;
        found += reading.plans.filter(({ query }) => query === SQL).length;
        return found > 0;
      }, 'a plan behind more than is read at a time');
      expect(skipped).toBeGreaterThan(MEGABYTE);
      expect(found).toBe(1);
    } finally {
      await session.close();
    }
  });

  it('need a grant, which is named and is enough', async () => {
    const role = await createRole(target, { memberOf: ['pg_monitor'] });
    const session = await openTestSession(role.url);
    try {
      const item = async () => (await examine(session)).find(({ id }) => id === 'library/auto_explain');
      const before = await item();
      expect(before).toMatchObject({ status: 'missing', what: 'the role may not read the log' });
      const refused = await createLogReader(MEGABYTE).read(session);
      expect(refused.unavailable).toMatchObject({ remedy: before?.remedy });
      await target.query(before?.remedy ?? '');
      expect(await item()).toMatchObject({ status: 'ok', what: expect.stringContaining(kind) });
      expect((await createLogReader(MEGABYTE).read(session)).unavailable).toBeNull();
    } finally {
      await session.close();
      await target.query(`drop owned by ${role.name}`);
    }
  });
});

describe('what auto_explain lacks', () => {
  it.each([
    [{ 'auto_explain.log_format': 'text' }, 'auto_explain.log_format = text'],
    [{ 'auto_explain.log_min_duration': '-1' }, 'auto_explain logs no plan'],
    [{ shared_preload_libraries: 'pg_stat_statements' }, 'auto_explain is not loaded'],
    [{ logging_collector: 'off' }, 'the server writes no log file'],
  ])('is said with its remedy: %o', async (settings, reason) => {
    const server = await startTestServer({ settings: { ...LOGGED, ...settings } });
    const session = await openTestSession(server.connectionUrl());
    try {
      const { unavailable, plans } = await createLogReader(MEGABYTE).read(session);
      expect(unavailable?.reason).toContain(reason);
      expect(unavailable?.remedy).not.toBe('');
      expect(plans).toEqual([]);
    } finally {
      await session.close();
      await server.close();
    }
  });
});

describe.sequential('the executions of a watched target', () => {
  let server: TestServer;
  let target: TestDatabase;
  let home: TestDatabase;
  let watching: Watching;

  beforeAll(async () => {
    server = await startTestServer({ settings: { ...LOGGED, log_destination: 'jsonlog' } });
    home = await createDatabase();
    target = await createDatabase(18, {
      serverUrl: server.connectionUrl(),
      extensions: ['pg_stat_statements'],
    });
    await target.query(
      'create table wide as select a, repeat($$x$$, 100) as b from generate_series(1, 20000) a',
    );
    watching = await startWatching({
      targetUrl: target.url,
      storeUrl: home.url,
      settings: {
        'watch.sessions-every-ms': 100,
        'watch.counters-every-ms': 1_000,
        'watch.log-every-ms': 1_000,
        'watch.planned-statements-count': 0,
        'watch.budget-ratio': 1,
      },
    });
  });

  afterAll(async () => {
    await watching.close();
    await target.close();
    await home.close();
    await server.close();
  });

  it('are the latest and the slowest, as measured and without values, with who called and what was waited for', async () => {
    const fingerprint = async (): Promise<string> => {
      const { series } = await watching.totals('statement');
      const texts = await watching.store.statementTexts(series.map(({ key }) => key[0] ?? ''));
      return [...texts].find(([, text]) => text.includes('a % $'))?.[0] ?? '';
    };
    const view = async () =>
      readQuery(watching.store, await watching.store.target(TARGET), {
        range: { fromMs: Date.now() - 600_000, toMs: Date.now() },
        fingerprint: await fingerprint(),
        findings: [],
      });
    const client = clientFor(target.url);
    await client.connect();
    await client.query(`set application_name = 'checkout'`);
    try {
      await until(async () => {
        for (let run = 0; run < 20; run += 1) await client.query(`${SQL} and a % 7 = ${run}`);
        const { executions, load } = await view();
        return executions.length >= 10 && load !== null;
      }, 'executions and samples');
      const { executions, load } = await view();
      expect(executions.length).toBeLessThanOrEqual(15);
      expect(executions[0]).toMatchObject({ application: 'checkout' });
      const scan = executions[0]?.nodes.find(({ title }) => title.includes('wide'));
      expect(scan?.measured).toMatchObject({ loops: 1, planRows: expect.any(Number) });
      expect(scan?.measured?.selfMs).toBeGreaterThan(0);
      expect((scan?.measured?.blocks?.hit ?? 0) + (scan?.measured?.blocks?.read ?? 0)).toBeGreaterThan(0);
      expect(scan?.details.join(' ')).toContain('?');
      expect(JSON.stringify(executions)).not.toContain('secret');
      expect(load?.by.find(({ dimension }) => dimension === 'application')?.parts[0]).toMatchObject({
        name: 'checkout',
      });
    } finally {
      await client.end();
    }
  });

  it('cost the collector that reads them and nothing else, and trouble nobody', () => {
    const log = watching.watcher.collectors.find(({ id }) => id === 'log');
    expect(log).toMatchObject({ failures: 0, trouble: null });
    expect(log?.runs).toBeGreaterThan(0);
  });
});
