import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gap, OBSERVE_SETTINGS, type OrphanSamples } from '../../../packages/agent/src/observe/index.ts';
import { observe, settingsWith } from '../../support/check.ts';
import { availableMajors, createDatabase, createRole, type TestDatabase } from '../../support/index.ts';

async function samplesOf(
  url: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<OrphanSamples & { readonly snapshotGaps: readonly Gap[] }> {
  const { snapshot } = await observe(url, settingsWith(Object.values(OBSERVE_SETTINGS), overrides));
  const section = snapshot.sections.orphanSamples;
  if (section.status !== 'ok') throw new Error(section.reason);
  return { ...section.data, snapshotGaps: snapshot.gaps };
}

/** Samples as `table(columns) -> table`, with their orphans. */
function shown({ samples }: OrphanSamples): Readonly<Record<string, number>> {
  return Object.fromEntries(
    samples.map((row) => [`${row.tableName}(${row.columns}) -> ${row.referencedTable}`, row.orphanRows]),
  );
}

describe.each([...availableMajors()])('samples of foreign keys on PostgreSQL %i', (major) => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await createDatabase(major);
    await db.query(`
      create table categories (id int primary key);
      create table boxes (id bigint primary key);
      create table product (code text primary key);
      create table pairs (a int, b int, primary key (a, b));
      insert into categories select generate_series(1, 10);
      insert into boxes select generate_series(1, 10);
      insert into product values ('p1');
      insert into pairs values (1, 1);
      create table uses (
        category_id smallint, box_id int, product_id text, pair_id int, nobody_id int, id int primary key);
      insert into uses values (11, 11, 'p2', 1, 1, 1), (1, 1, 'p1', 1, 1, 2), (null, null, null, 1, 1, 3);
      create table log (box_id bigint, at int) partition by range (at);
      create table log_1 partition of log for values from (0) to (10);
      insert into log values (1, 1), (99, 2);
      create table halves (a int, b int);
      insert into halves values (1, 1), (1, 2), (2, null);
      alter table halves add foreign key (a, b) references pairs not valid;
      create materialized view m as select 1 as box_id`);
  });

  afterAll(() => db.close());

  it('takes integers of any width, plurals, text keys, composite keys and partitioned tables', async () => {
    expect(shown(await samplesOf(db.url))).toEqual({
      'halves(a,b) -> pairs': 1,
      'uses(category_id) -> categories': 1,
      'uses(box_id) -> boxes': 1,
      'uses(product_id) -> product': 1,
      'log(box_id) -> boxes': 1,
    });
  });

  it('says how many keys it did not sample', async () => {
    const { samples, snapshotGaps } = await samplesOf(db.url, { 'observe.orphan-probes': 2 });
    expect(samples).toHaveLength(2);
    expect(snapshotGaps).toMatchObject([
      { id: 'observe/orphan-probes', reason: '3 foreign keys were not sampled' },
    ]);
  });

  it('says how many tables are left out of the columns', async () => {
    const { snapshotGaps } = await samplesOf(db.url, { 'observe.column-tables': 3 });
    expect(snapshotGaps.map((gap) => gap.id)).toContain('observe/column-tables');
  });

  it('takes no row for an orphan because row-level security hides its partner', async () => {
    const own = await createDatabase(major);
    try {
      await own.query(`
        create table boxes (id int primary key); insert into boxes values (1);
        create table uses (box_id int); insert into uses values (1);
        alter table boxes enable row level security`);
      const { url } = await createRole(own, {
        memberOf: ['pg_monitor'],
        grants: ['select on all tables in schema public'],
      });
      const { samples, gaps } = await samplesOf(url);
      expect(samples).toEqual([]);
      expect(gaps).toMatchObject([{ tableName: 'uses', remedy: 'audit with a role that has BYPASSRLS' }]);
    } finally {
      await own.close();
    }
  });

  it('samples a large table by random pages', async () => {
    await db.query(`
      create table many (box_id int); insert into many select i % 20 + 1 from generate_series(1, 20000) i;
      analyze many`);
    const { samples } = await samplesOf(db.url, { 'observe.orphan-sample-rows': 1000 });
    const many = samples.find((row) => row.tableName === 'many');
    expect(many?.sampledRows).toBe(1000);
    expect(Math.abs((many?.orphanRows ?? 0) - 500)).toBeLessThan(30);
    await db.query('drop table many');
  });
});
