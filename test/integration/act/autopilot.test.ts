import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Action,
  approveAction,
  proposeStatements,
  readActions,
  readLedger,
} from '../../../packages/agent/src/app/index.ts';
import { systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import {
  clientFor,
  createDatabase,
  startTestServer,
  startWatching,
  TARGET,
  type TestDatabase,
  type TestServer,
  until,
  type Watching,
} from '../../support/index.ts';

/** Rounds of a second and verdicts within a minute: what takes an hour elsewhere. */
const SETTINGS = {
  'watch.sessions-every-ms': 500,
  'watch.counters-every-ms': 1_000,
  'watch.budget-ratio': 1,
  'act.every-ms': 500,
  'act.policy.default': 'approve',
  'act.policy.create-index': 'autopilot',
  'act.verdict.verify-ms': 40_000,
  'advise.indexes.audit-time-limit-ms': 3_000,
};

const LONG_MS = 240_000;

/** Tables with what is slow, what writes, and what no action touches. */
const TABLES = `
create table orders (id bigint generated always as identity primary key, customer int not null, note text not null);
insert into orders (customer, note) select g % 20000, md5(g::text) from generate_series(1, 200000) g;
create table journal (id bigint generated always as identity primary key, at timestamptz default now(), words text);
create table a (id int primary key, v int); insert into a select g, g from generate_series(1, 5000) g;
create table b (id int primary key, v int); insert into b select g, g from generate_series(1, 5000) g;
create table c (id int primary key, v int); insert into c select g, g from generate_series(1, 5000) g;
create table d (id int primary key, v int); insert into d select g, g from generate_series(1, 5000) g;
analyze`;

const words = (seed: number): string =>
  Array.from({ length: 60 }, (_, index) => ((seed * 7919 + index * 104_729) % 1_000_003).toString(36)).join(
    ' ',
  );

/** One application that goes on until it is told to stop. */
async function work(url: string, signal: AbortSignal): Promise<void> {
  const client = clientFor(url);
  await client.connect();
  for (let round = 1; !signal.aborted; round += 1) {
    await client.query('select note from orders where customer = $1', [round % 20_000]);
    await client.query('insert into journal (words) values ($1)', [words(round)]);
    for (const table of ['a', 'b', 'c', 'd']) {
      await client.query(`select sum(v) from ${table} where v > $1`, [round % 100]);
    }
    await sleep(10);
  }
  await client.end();
}

describe.sequential('a daemon that may act', () => {
  let server: TestServer;
  let target: TestDatabase;
  let home: TestDatabase;
  let watching: Watching;
  const stop = new AbortController();
  let working: Promise<unknown>;

  const watch = (settings: Readonly<Record<string, unknown>>): Promise<Watching> =>
    startWatching({ targetUrl: target.url, actingUrl: target.url, storeUrl: home.url, settings });
  const find = async (object: string) => {
    const { settings } = watching.watcher;
    const { actions } = await readActions({ store: watching.store, settings, clock: systemClock }, TARGET);
    return actions.find((action) => action.object.includes(object));
  };
  const ended = async (object: string): Promise<boolean> =>
    ['kept', 'reverted', 'failed'].includes((await find(object))?.state ?? '');
  const approve = async (statements: readonly string[]): Promise<Action> => {
    const { store, watcher } = watching;
    const given = { target: TARGET, statements, why: 'a test', by: 'anna' };
    const options = { store, settings: watcher.settings, clock: systemClock };
    const { id } = unwrap(await proposeStatements(options, given));
    return unwrap(await approveAction(options, id, { actor: 'anna' }));
  };

  beforeAll(async () => {
    home = await createDatabase();
    server = await startTestServer();
    target = await createDatabase(18, {
      serverUrl: server.connectionUrl(),
      extensions: ['pg_stat_statements'],
    });
    await target.query(TABLES);
    working = Promise.all([work(target.url, stop.signal), work(target.url, stop.signal)]);
    // What an action did is told by what was seen before it: on a busy machine that takes its time.
    watching = await watch({
      ...SETTINGS,
      'act.policy.default': 'observe',
      'act.policy.create-index': 'observe',
    });
    await until(async () => (await watching.callsOf('select note from orders')) >= 200, 'its calls', LONG_MS);
    await watching.close();
    watching = await watch(SETTINGS);
  }, LONG_MS);

  afterAll(async () => {
    stop.abort();
    await working;
    await watching.close();
    await target.close();
    await server.close();
    await home.close();
  });

  it(
    'builds the index that the workload wants, measures that it helps, and keeps it',
    async () => {
      await until(() => ended('orders'), 'the action ended', LONG_MS);
      const action = await find('orders');
      expect(action).toMatchObject({ state: 'kept', kind: 'create-index', approvedBy: 'policy' });
      expect(action?.verdict).toMatchObject({ outcome: 'kept' });
      const [index] = await target.query<{ valid: boolean }>(
        `select indisvalid as valid from pg_index where indrelid = 'orders'::regclass and not indisprimary`,
      );
      expect(index).toEqual({ valid: true });
      const entries = await readLedger(watching.store, { actionId: action?.id ?? '' });
      expect(entries.map(({ event }) => event)).toEqual([
        'verdict',
        'applied',
        'applying',
        'approved',
        'proposed',
      ]);
    },
    LONG_MS,
  );

  it(
    'takes back by itself an index that slows writes beyond the bound',
    async () => {
      await approve([
        `create index concurrently journal_words on public.journal using gin (to_tsvector('simple', words)) with (fastupdate = off)`,
      ]);
      await until(() => ended('journal_words'), 'the action ended', LONG_MS);
      const action = await find('journal_words');
      expect(action).toMatchObject({ state: 'reverted' });
      expect(await target.query(`select from pg_class where relname = 'journal_words'`)).toEqual([]);
      expect(await watching.store.actions.checkLedger()).toMatchObject({ broken: null });
    },
    LONG_MS,
  );

  it(
    'does not blame an action for a load that slows everything down',
    async () => {
      await approve(['alter table public.journal set (autovacuum_vacuum_scale_factor = 0.05)']);
      const isApplied = async () => typeof (await find('public.journal'))?.appliedAtMs === 'number';
      await until(isApplied, 'applied', LONG_MS);
      const load = new AbortController();
      const crowd = Promise.all(Array.from({ length: 4 }, () => work(target.url, load.signal)));
      await until(() => ended('public.journal'), 'the action ended', LONG_MS);
      load.abort();
      await crowd;
      expect(await find('public.journal')).toMatchObject({ state: 'kept' });
    },
    LONG_MS,
  );
});
