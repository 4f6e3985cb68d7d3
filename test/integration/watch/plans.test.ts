import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuery } from '../../../packages/agent/src/app/index.ts';
import { createDatabase, startTestServer, type TestDatabase, type TestServer } from '../../support/index.ts';
import { startWatching, TARGET, until, type Watching } from '../../support/watching.ts';

const SQL = 'select b from wide where a = $1';

/** A machine that builds and tests other things meanwhile plans seldom. */
const PATIENCE_MS = 55_000;

describe.sequential('the plans of a watched target', () => {
  let server: TestServer;
  let target: TestDatabase;
  let home: TestDatabase;
  let watching: Watching;

  const fingerprint = async (): Promise<string | undefined> => {
    const { series } = await watching.totals('statement');
    const texts = await watching.store.statementTexts(series.map(({ key }) => key[0] ?? ''));
    return [...texts].find(([, text]) => text === SQL)?.[0];
  };
  const view = async () =>
    readQuery(watching.store, await watching.store.target(TARGET), {
      range: { fromMs: Date.now() - 600_000, toMs: Date.now() },
      fingerprint: (await fingerprint()) ?? '',
      findings: [],
    });
  const use = async (): Promise<void> => {
    for (let a = 0; a < 20; a += 1) await target.query(SQL, [a]);
  };

  beforeAll(async () => {
    server = await startTestServer();
    home = await createDatabase();
    target = await createDatabase(18, {
      serverUrl: server.connectionUrl(),
      extensions: ['pg_stat_statements'],
    });
    await target.query('create table wide (a int, b text)');
    await target.query(`insert into wide select g, repeat('x', 200) from generate_series(1, 20000) g`);
    await target.query('create index wide_by_a on wide (a)');
    await target.query('vacuum analyze wide');
    watching = await startWatching({
      targetUrl: target.url,
      storeUrl: home.url,
      settings: {
        'watch.sessions-every-ms': 200,
        'watch.counters-every-ms': 1_000,
        'watch.plans-every-ms': 1_000,
        'watch.planned-statements-count': 50,
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

  it('keeps the generic plan of a statement that takes time', async () => {
    await until(
      async () => {
        await use();
        return (await fingerprint()) !== undefined && (await view()).plans.length > 0;
      },
      'a first plan',
      PATIENCE_MS,
    );
    const { plans } = await view();
    expect(plans).toHaveLength(1);
    expect(plans[0]).toMatchObject({ cause: null, differences: [] });
    expect(plans[0]?.nodes[0]?.title).toContain('wide_by_a');
  });

  it('notices another plan, says that the index is gone, and shows where the two differ', async () => {
    await target.query('drop index wide_by_a');
    await until(
      async () => {
        await use();
        return (await watching.events('plan-change')).length > 0;
      },
      'a changed plan',
      PATIENCE_MS,
    );
    const [event] = await watching.events('plan-change');
    expect(event).toMatchObject({
      subject: await fingerprint(),
      detail: { cause: 'ddl', text: 'index public.wide_by_a dropped' },
    });
    const { plans } = await view();
    expect(plans.map(({ nodes }) => nodes[0]?.title)).toEqual([
      'Seq Scan on wide',
      expect.stringContaining('wide_by_a'),
    ]);
    expect(plans[0]).toMatchObject({
      cause: 'index public.wide_by_a dropped',
      differences: [{ before: expect.stringContaining('wide_by_a'), after: 'Seq Scan on wide' }],
    });
  });
});
