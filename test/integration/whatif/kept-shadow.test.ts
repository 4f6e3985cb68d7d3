import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ProgressListener,
  silentProgress,
  systemClock,
} from '../../../packages/agent/src/kernel/index.ts';
import { readIndexDefinition } from '../../../packages/agent/src/planner/index.ts';
import { loadParser } from '../../../packages/agent/src/sql/index.ts';
import {
  createShadowPlanner,
  openShadow,
  openTargetShadow,
  readMirror,
  type Shadow,
} from '../../../packages/agent/src/whatif/index.ts';
import {
  availableMajors,
  createDatabase,
  type TestDatabase,
  temporaryDirectory,
} from '../../support/index.ts';
import { openTestSession } from '../../support/session.ts';
import { QUERIES, SCHEMA } from './real-data.ts';

const KEEP = { count: 2, maximumAgeMs: 3_600_000, driftRatio: 0.2 };

/** What happens to databases, each with statements that it moves. */
const CHANGES: readonly (readonly [what: string, sql: readonly string[], statements: readonly string[]])[] = [
  [
    'a new table',
    [
      'create table visits (id integer primary key, customer_id integer references customers, at timestamptz)',
      `insert into visits select i, 1 + i % 900, timestamptz '2024-01-01 00:00+00' + i * interval '1 hour' from generate_series(1, 3000) i`,
      'create index on visits (customer_id)',
      'analyze visits',
    ],
    [
      'select * from visits where customer_id = 7',
      'select * from visits v join customers c on c.id = v.customer_id',
    ],
  ],
  ['a dropped table', ['drop table products'], []],
  [
    'a new and a dropped index',
    ['create index orders_region on orders (region, total)', 'drop index orders_customer'],
    [`select * from orders where region = 'R1' and total = 5`],
  ],
  [
    'an altered table that others refer to',
    [
      'alter table customers add column vip boolean',
      'update customers set vip = id % 40 = 0',
      'vacuum analyze customers',
    ],
    ['select * from customers where vip'],
  ],
  [
    'many new rows',
    [
      `insert into orders select i, 5, 'new', 7, timestamptz '2026-01-01 00:00+00' from generate_series(40001, 90000) i`,
    ],
    [`select * from orders where created_at > '2025-06-01'`],
  ],
  ['an analyze', [`update events set kind = 'kind1' where id % 6 = 0`, 'analyze events, events_2024'], []],
  [
    'fewer rows and smaller indexes',
    ['delete from "Order Items" where order_id > 9000', 'vacuum full analyze "Order Items"'],
    [],
  ],
  [
    'a partition more and one less',
    [
      `create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01')`,
      'alter table events detach partition events_2024',
    ],
    [`select * from events where at > '2025-12-01'`, 'select * from events_2024 where id = 3'],
  ],
  [
    'another view, and statistics of two columns less',
    [
      `create or replace view paid as select * from orders where status = 'back'`,
      'drop statistics orders_place',
    ],
    [],
  ],
];

/** Roles belong to the server, which other tests share: what they set comes and goes between two looks. */
const gapsOfDatabase = ({ gaps }: Shadow): Shadow['gaps'] =>
  gaps.filter(({ id }) => id !== 'whatif/role-settings');

describe.each(availableMajors())('a kept shadow of PostgreSQL %i', (major) => {
  let database: TestDatabase;
  let state: string;
  const shadows: Shadow[] = [];
  const tasks = new Set<string>();

  beforeAll(async () => {
    await loadParser();
    database = await createDatabase(major);
    for (const sql of SCHEMA) await database.query(sql);
    state = await temporaryDirectory();
    await (await open()).close();
  }, 60_000);

  afterEach(async () => {
    for (const shadow of shadows.splice(0)) await shadow.close();
  });

  afterAll(() => database.close());

  const onProgress: ProgressListener = ({ task }) => void tasks.add(task);

  const open = async (of: TestDatabase = database, keep: typeof KEEP = KEEP): Promise<Shadow> => {
    tasks.clear();
    const session = await openTestSession(of.url);
    try {
      const options = { clock: systemClock, onProgress, stateDirectory: state, keep };
      return await openTargetShadow(session, options);
    } finally {
      await session.close();
    }
  };

  const openFresh = async (): Promise<Shadow> => {
    const session = await openTestSession(database.url);
    const mirror = await readMirror(session, { clock: systemClock, onProgress: silentProgress });
    await session.close();
    const options = {
      clock: systemClock,
      onProgress: silentProgress,
      stateDirectory: await temporaryDirectory(),
    };
    const shadow = await openShadow({ mirror, ...options });
    shadows.push(shadow);
    return shadow;
  };

  const keptCount = async (): Promise<number> => (await readdir(join(state, 'shadows', 'kept'))).length;

  it('is opened again without a look at the target, and plans as before whatever was supposed', async () => {
    const shadow = await open();
    const before = await plansOf(shadow, QUERIES);
    const planner = createShadowPlanner(shadow);
    const definition = readIndexDefinition('create index on orders (total, status)');
    const [supposed] = definition === null ? [] : await planner.suppose([definition]);
    await planner.supposeTable({
      schema: 'public',
      name: 'sums',
      sql: 'select status, sum(total) from orders group by 1',
    });
    const add = supposed?.kind === 'index' ? [supposed.id] : [];
    const statement = { id: 'q', sql: 'select * from orders where total = 3', values: [], searchPath: null };
    const hide = [{ schema: 'public', name: 'orders_customer' }];
    const [plan] = await planner.plan([statement], { add, hide });
    expect(JSON.stringify(plan)).toContain(`"hypothesisId":${add[0]}`);
    await planner.close();
    expect(await keptCount()).toBe(1);

    const again = await open();
    shadows.push(again);
    expect([...tasks]).toEqual([]);
    expect(await plansOf(again, QUERIES)).toEqual(before);
  });

  it.each(CHANGES)('is refreshed after %s', async (_, sql, statements) => {
    for (const one of sql) await database.query(one);
    const refreshed = await open();
    shadows.push(refreshed);
    expect([...tasks]).toEqual(['reading statistics']);
    const fresh = await openFresh();
    const all = [...QUERIES, ...statements];
    const plans = await plansOf(refreshed, all);
    expect(plans).toEqual(await plansOf(fresh, all));
    expect(statements.filter((one) => plans.get(one)?.startsWith('refused'))).toEqual([]);
    expect(gapsOfDatabase(refreshed)).toEqual(gapsOfDatabase(fresh));
  });

  it('takes over settings', async () => {
    await database.query(`alter database "${database.name}" set random_page_cost = 77`);
    const refreshed = await open();
    shadows.push(refreshed);
    const { rows } = await refreshed.planner.run<{ random_page_cost: string }>('show random_page_cost');
    expect(rows).toEqual([{ random_page_cost: '77' }]);
  });

  it('is built anew when a type changed', async () => {
    await database.query(`alter type mood add value 'lost'`);
    const rebuilt = await open();
    shadows.push(rebuilt);
    expect([...tasks]).toContain('building the shadow');
    const refused = [...(await plansOf(rebuilt, [`select * from orders where status = 'lost'`])).values()];
    expect(refused[0]).not.toContain('refused');
  });

  it('is had by one process at a time, and stands beside those of other targets', async () => {
    const first = await open();
    const second = await open();
    expect([...tasks]).toContain('building the shadow');
    const other = await createDatabase(major);
    try {
      await other.query('create table alone (id integer primary key)');
      const third = await open(other);
      expect((await third.planner.run('explain select * from alone')).rows.length).toBeGreaterThan(0);
      await expect(first.planner.run('explain select * from alone')).rejects.toThrow(/alone/);
      const plans = await plansOf(first, QUERIES);
      expect(await plansOf(second, QUERIES)).toEqual(plans);
      await Promise.all([first.close(), second.close(), third.close()]);
      expect(await keptCount()).toBe(2);
    } finally {
      await other.close();
    }
  });

  it('makes room for those used later, and is built anew when it is too old', async () => {
    await (await open(database, { ...KEEP, count: 1 })).close();
    expect(await keptCount()).toBe(1);
    await (await open(database, { ...KEEP, maximumAgeMs: 0 })).close();
    expect([...tasks]).toContain('building the shadow');
  });

  it('is not kept when something was left in it', async () => {
    const shadow = await open();
    await shadow.owner.run('create index on public.orders (total)');
    await shadow.close();
    expect(await keptCount()).toBe(0);
    expect(await readdir(join(state, 'shadows'))).toEqual(['kept']);
  });
});

async function plansOf(shadow: Shadow, statements: readonly string[]): Promise<Map<string, string>> {
  const plans = new Map<string, string>();
  for (const sql of statements) {
    const plan = await shadow.planner.run(`explain (format json) ${sql}`).then(
      ({ rows }) => JSON.stringify(rows),
      (error: unknown) => `refused: ${String(error)}`,
    );
    plans.set(sql, plan);
  }
  return plans;
}
