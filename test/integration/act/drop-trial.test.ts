import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { approve, POLICY } from '../../../packages/agent/src/act/index.ts';
import { takeUp } from '../../../packages/agent/src/app/act/propose.ts';
import { tryByWhatIf } from '../../../packages/agent/src/app/act/try-by-what-if.ts';
import { systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import type { AuditReport } from '../../../packages/agent/src/report/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { type Acting, actingOn, actSettings, draftOf } from './acting.ts';

const USEFUL = ['drop index concurrently public.orders_customer'];

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  await db.query(`
    create table orders (id int primary key, customer int, note text, placed int);
    insert into orders select g, g % 5000, repeat('x', 40), g from generate_series(1, 50000) g;
    create index orders_customer on orders (customer);
    create index orders_note on orders (note);
    create view recent as select * from orders where placed > 49000;
    create index orders_placed on orders (placed);
    create table visits (at int not null, page int) partition by range (at);
    create table visits_1 partition of visits for values from (0) to (100000);
    insert into visits select g, g % 5000 from generate_series(1, 50000) g;
    create index visits_page on visits (page);
    analyze`);
  await db.query('select note from orders where customer = 7');
  await db.query('select count(*) from recent');
  await db.query('select count(*) from visits_1 where page = 7');
}, 60_000);

afterAll(() => db.close());

/** Acts as the daemon and the command do. */
function acting(settings: Readonly<Record<string, unknown>> = {}): Promise<Acting> {
  const own = { settings: actSettings(settings), clock: systemClock };
  return actingOn(db.url, { settings, tryOut: tryByWhatIf(own) });
}

async function indexNames(): Promise<string> {
  const rows = await db.query<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index where indrelid in ('orders'::regclass, 'visits'::regclass)`,
  );
  return rows.map(({ name }) => name).join(' ');
}

it.each([POLICY, 'anna'])(
  'does not drop an index that a statement needs, whoever approved it: %s',
  async (by) => {
    const own = await acting();
    const ended = await own.advance(await own.approved(USEFUL, by));
    expect(ended).toMatchObject({ state: 'failed', trial: { outcome: 'harmful' } });
    expect(ended.note).toMatch(
      /^not dropped: 1 of 2 statements on public\.orders would be dearer without the index: "select note from orders where customer = \$1" costs [\d.]+ with it and [\d,]+ without \(planned by .*, shadow\); act\.trial\.dearer-ratio allows 10 % more$/,
    );
    expect(own.journal.entries.at(-1)).toMatchObject({ event: 'failed', text: ended.note });
    expect(await indexNames()).toContain('orders_customer');
  },
);

it('sees who needs an index through a view, and through a partition', async () => {
  for (const index of ['orders_placed', 'visits_page']) {
    const own = await acting();
    const how = index === 'visits_page' ? '' : 'concurrently ';
    const ended = await own.advance(await own.approved([`drop index ${how}public.${index}`]));
    expect(ended, index).toMatchObject({ state: 'failed', trial: { outcome: 'harmful' } });
  }
});

it('drops the index when a limit of its owner lets statements cost so little more', async () => {
  const own = await acting({ 'act.trial.minimum-cost': 1_000_000 });
  expect(await own.advance(await own.approved(USEFUL))).toMatchObject({ state: 'verifying' });
  await db.query('create index orders_customer on orders (customer)');
});

it('drops an index by policy that no plan misses, and the ledger says what was tried', async () => {
  const own = await acting();
  const applied = await own.advance(
    await own.approved(['drop index concurrently public.orders_note'], POLICY),
  );
  expect(applied).toMatchObject({ state: 'verifying', trial: { outcome: 'passed' } });
  expect(own.journal.entries.find(({ event }) => event === 'applying')?.text).toMatch(
    /^begun; none of \d statements? on public\.orders is dearer without the index$/,
  );
  expect(await indexNames()).not.toContain('orders_note');
});

it('leaves an index to the policy only when nothing on its table is being measured', async () => {
  await db.query('create index orders_note on orders (note)');
  const own = await actingOn(db.url, {
    target: 'shop',
    judge: () => ({ outcome: 'kept', text: '', verdict: null }),
  });
  const built = await own.advance(
    await own.approved(['create index concurrently orders_pair on public.orders (placed, customer)']),
  );
  const drop = await own.approved(['drop index concurrently public.orders_note'], POLICY);
  const waiting = await own.advance(drop);
  expect(waiting).toMatchObject({
    state: 'approved',
    note: `action ${built.id} on the same table is being measured`,
  });
  expect((await own.advance(built)).state).toBe('kept');
  expect((await own.advance(waiting)).state).toBe('verifying');
});

it('says that no shadow can be had, and drops for a person all the same', async () => {
  await db.query('create index orders_note on orders (note)');
  const own = await acting();
  const drop = await own.approved(['drop index concurrently public.orders_note']);
  vi.stubEnv('PGSTEWARD_STATE_DIR', '/dev/null');
  const applied = await own.advance(drop).finally(() => vi.unstubAllEnvs());
  expect(applied).toMatchObject({ state: 'verifying', trial: { outcome: 'impossible' } });
  expect(applied.trial?.text).toMatch(/^what would be dearer .* is not known: /);
});

it('gives what cannot be tried back to a person, whom alone it goes on for', async () => {
  await db.query('create index orders_note on orders (note)');
  await db.query('drop extension pg_stat_statements');
  const { journal, options, advance } = await acting({ 'act.policy.drop-index': 'autopilot' });
  const proposal = draftOf(['drop index concurrently public.orders_note']);
  const report = { proposals: [proposal] } as unknown as AuditReport;
  const taking = { ...options, target: 'shop' };
  await takeUp(report, taking);
  const [byPolicy] = await journal.list('shop', ['approved']);
  if (byPolicy === undefined) throw new Error('the policy approved nothing');
  const held = await advance(byPolicy);
  expect(held).toMatchObject({ state: 'proposed', approval: null, trial: { outcome: 'impossible' } });
  expect(held.note).toMatch(/^what would be dearer .* pg_stat_statements.*; it waits for a person$/);
  expect(journal.entries.at(-1)).toMatchObject({ event: 'postponed', to: 'proposed', text: held.note });
  // The policy does not approve it again.
  await takeUp(report, taking);
  expect((await journal.find(held.id))?.state).toBe('proposed');
  const approved = unwrap(
    await approve(journal, held.id, { actor: 'anna', now: new Date(), settings: options.settings }),
  );
  expect(await advance(approved)).toMatchObject({ state: 'verifying' });
  expect(journal.entries.find(({ event }) => event === 'applying')?.text).toContain('is not known');
  expect(await indexNames()).not.toContain('orders_note');
  await db.query('create extension pg_stat_statements');
});
