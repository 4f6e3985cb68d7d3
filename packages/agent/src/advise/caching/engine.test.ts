import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/index.ts';
import { observeDatabase, replaceSections } from '../../../../../test/support/replaced.ts';
import { catalogueOf, type Finding } from '../../diagnose/index.ts';
import type { Observation, ReplicaRow } from '../../observe/index.ts';
import { loadParser } from '../../sql/index.ts';
import { adviseCaching, type CachingInputs } from './engine.ts';
import { CACHING_SETTINGS, type CachingValues } from './settings.ts';
import type { CachedStatement, CachingAdvice, CachingWorkload } from './types.ts';

const HOUR_MS = 3_600_000;
const VALUES = Object.fromEntries(
  Object.entries(CACHING_SETTINGS).map(([name, setting]) => [name, setting.default]),
) as CachingValues;

/** Nothing is kept for long. */
const SHORT = { maximumTtlMs: HOUR_MS };

const PRODUCT = 'select * from products where id = $1';
const SHELF = 'select id, title from products where shelf = $1';
const NEWEST = 'select id from products where made > now() - $1::interval';
const SEARCH = 'select id from products where shelf = $1 and id between $2 and $3';

/** One statement of a workload; by default one that a cache would serve well. */
const statement = (sql: string, given: Partial<CachedStatement> = {}): CachedStatement => {
  const calls = 36_000;
  return {
    id: sql,
    sql,
    isWhole: true,
    calls,
    totalMs: 5 * calls,
    rows: calls,
    blockReadMs: calls,
    ...given,
  };
};

let db: TestDatabase;
let observation: Observation;

beforeAll(async () => {
  await loadParser();
  db = await createDatabase();
  await db.query(
    `create table products (id int primary key, shelf int, title text, made timestamptz default now());
     insert into products select i, i % 50, 'title' from generate_series(1, 1000) i;
     create table orders (id int); create view visible as select * from products; analyze`,
  );
  observation = await observeDatabase(db);
}, 60_000);

afterAll(() => db.close());

const oidOf = (name: string): number =>
  catalogueOf(observation.snapshot).table({ schema: null, name })?.oid ?? 0;
const advise = (
  statements: readonly CachedStatement[],
  given: {
    readonly changesPerSecond?: number;
    readonly others?: CachingInputs['others'];
    readonly values?: Partial<CachingValues>;
    readonly replicas?: boolean;
  } = {},
): CachingAdvice => {
  const workload: CachingWorkload = {
    source: 'counters',
    observedMs: HOUR_MS,
    statements,
    rowChangesPerSecond: new Map([[oidOf('products'), given.changesPerSecond ?? 0]]),
  };
  const replicas = given.replicas === true ? [{} as ReplicaRow] : [];
  return adviseCaching({
    workload,
    snapshot: replaceSections(observation, { replicas }).snapshot,
    others: given.others ?? { findings: [], advised: null },
    values: { ...VALUES, ...given.values },
  });
};
const only = <T>(list: readonly T[]): T => {
  expect(list).toHaveLength(1);
  return list[0] as T;
};

describe('advice on caching', () => {
  it('drops one row by its tag, however often others change', () => {
    const one = only(advise([statement(PRODUCT)], { changesPerSecond: 1 }).candidates);
    // 0.01 reads of a row in each second, against 0.001 changes.
    expect(one).toMatchObject({ invalidation: 'row', changesPerSecond: 0.001, keysCount: 1_000 });
    expect(one.hitRatio).toBeCloseTo(0.01 / 0.011, 1);
    expect(one.snippet).toContain('sqlCache.query(`select * from products where id = $1`, [p1], { ttlMs: ');
    expect(one.staleness).toContain('a change of its row drops it');
  });

  it('drops by table where that hits nearly as often as time, and by time alone where it does not', () => {
    const calm = only(advise([statement(SHELF)], { changesPerSecond: 0.001 }).candidates);
    expect(calm).toMatchObject({ invalidation: 'table', keysCount: 50, isConditional: false });
    const busy = only(advise([statement(SHELF)], { changesPerSecond: 1 }).candidates);
    expect(busy).toMatchObject({ invalidation: 'time', changesPerSecond: 0 });
    expect(busy.ttlMs).toBeLessThanOrEqual(VALUES.acceptedStalenessMs);
    expect(busy.snippet).toContain('cache.wrap(["products", JSON.stringify([p1])], { ttlMs: ');
    expect(busy.staleness).toContain('too often to drop it each time');
  });

  it('counts a statement that changes many rows once', () => {
    const load = statement('update products set title = $1', { calls: 36, rows: 36_000, totalMs: 1 });
    const one = only(advise([statement(SHELF), load], { changesPerSecond: 10 }).candidates);
    expect(one.changesPerSecond).toBeCloseTo(0.01, 9);
  });

  it.each([NEWEST, 'select id, current_date from products'])(
    'lets time end what moves with the clock: %s',
    (sql) => {
      const one = only(advise([statement(sql)]).candidates);
      expect(one).toMatchObject({ invalidation: 'time', keysCount: 1 });
      expect(one.staleness).toContain('it moves with the clock');
    },
  );

  it('says what it saves and takes', () => {
    const one = only(advise([statement(SHELF)]).candidates);
    expect(one.callsPerDay).toBe(24 * 36_000);
    expect(one.savedMsPerDay).toBeCloseTo(24 * 36_000 * 5 * one.hitRatio, 3);
    expect(one.savedCpuMsPerDay).toBeCloseTo(0.8 * one.savedMsPerDay, 3);
    expect(one.sizeBytes).toBeGreaterThan(one.entriesCount * VALUES.entryOverheadBytes);
  });

  it('gives bounds where parameters cannot be counted, and says that they are to be measured', () => {
    const one = only(
      advise([statement(SEARCH, { calls: 3_600, totalMs: 18_000 })], { values: { rangeForms: 1e6 } })
        .candidates,
    );
    expect(one.isConditional).toBe(true);
    expect(one.lowHitRatio).toBeLessThan(0.01);
    expect(one.highHitRatio).toBeGreaterThan(0.9);
    expect(one.hitRatio).toBeCloseTo((one.lowHitRatio + one.highHitRatio) / 2, 9);
    expect(one.assumptions.join()).toContain('ranges of id');
    const unknown = advise([statement('select id from products where title like $1')]);
    expect(only(unknown.refusals).reason).toBe('unknown-keys');
  });

  it.each([
    ['update products set title = $1', {}, 'writes'],
    ['select id from products where id = $1 for update', {}, 'locks'],
    ['select random(), id from products', {}, 'volatile'],
    ['select 1', {}, 'no-table'],
    [SHELF, { isWhole: false }, 'unreadable'],
    [SHELF, { calls: 10 }, 'too-rare'],
    [SHELF, { totalMs: 3_600 }, 'too-cheap'],
    ['select id from visible where shelf = $1', {}, 'unknown-relation'],
    [PRODUCT, { calls: 100, totalMs: 500 }, 'too-many-keys'],
  ] as const)('refuses %s: %j %s', (sql, given, reason) => {
    const { candidates, refusals } = advise([statement(sql, given)], { values: SHORT });
    expect(candidates).toEqual([]);
    expect(only(refusals).reason).toBe(reason);
  });

  it('refuses what takes next to nothing of the time, and what changes between any two reads', () => {
    const { refusals } = advise([statement(SHELF), statement(NEWEST, { totalMs: 1_000, calls: 100 })]);
    expect(only(refusals).reason).toBe('too-little');
    const often = advise([statement(SHELF)], {
      changesPerSecond: 50,
      values: { acceptedStalenessMs: 1_000, exactRatio: 0 },
    });
    expect(only(often.refusals).reason).toBe('changes-too-often');
  });

  it('says so where an index, a rewrite, a stored aggregate or a replica serves better', () => {
    const finding = (id: string): Finding =>
      ({ id, title: 'seen', remedy: 'do this', subject: { kind: 'statement', queryId: PRODUCT } }) as Finding;
    const kindOf = (id: string, given: Partial<CachedStatement> = {}, replicas = false) => {
      const findings = id === '' ? [] : [finding(id)];
      const advice = advise([statement(PRODUCT, given)], {
        others: { findings, advised: null },
        replicas,
        values: SHORT,
      });
      return advice.alternatives.map(({ kind }) => kind);
    };
    const seldom = { calls: 100, totalMs: 20_000 };
    expect(kindOf('diagnose/missing-index')).toEqual(['index']);
    expect(kindOf('diagnose/n-plus-one')).toEqual(['rewrite']);
    expect(kindOf('diagnose/matview-candidate')).toEqual([]);
    expect(kindOf('diagnose/matview-candidate', seldom)).toEqual(['materialized-view']);
    expect(kindOf('', seldom, true)).toEqual(['replica']);
    expect(kindOf('', seldom)).toEqual([]);
  });
});
