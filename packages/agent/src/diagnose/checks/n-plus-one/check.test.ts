import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { loadParser } from '../../../sql/index.ts';
import { nPlusOne } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };
const FEW = { 'diagnose.n-plus-one.minimum-calls': 400 };

async function load(db: TestDatabase, foreignKey = true): Promise<void> {
  await db.query('create table orders (id int primary key, customer int, placed int)');
  const reference = foreignKey ? 'references orders' : '';
  await db.query(`create table "order;lines" (id int primary key, order_ref int ${reference}, amount int)`);
  await db.query('create table settings (key text primary key, value text)');
  await db.query('insert into orders select i, i % 25, i from generate_series(1, 600) i');
  await db.query('insert into "order;lines" select i, i, i from generate_series(1, 600) i');
  await db.query("insert into settings select 'k' || i, i from generate_series(1, 100) i");
}

const LIST = 'select id, placed from orders where customer = $1';
const POINT = 'select amount from "order;lines" where order_ref = $1';

/** Runs statements on a connection of its own, so that their transactions are counted when it is done. */
async function withClient(db: TestDatabase, run: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  await run(client);
  await client.end();
}

async function loop(
  client: pg.Client,
  pages: number,
  readsOf: (rows: readonly { id: number }[]) => readonly number[],
) {
  for (let page = 0; page < pages; page += 1) {
    const { rows } = await client.query<{ id: number }>(LIST, [page % 25]);
    for (const id of readsOf(rows)) await client.query(POINT, [id]);
  }
}

describe('diagnose/n-plus-one', () => {
  beforeAll(loadParser);

  it('finds the reads of each listed row, each a transaction of its own', () =>
    withDatabase(async (db) => {
      await load(db);
      await withClient(db, async (client) => {
        await loop(client, 25, (rows) => rows.map((row) => row.id));
        for (let i = 0; i < 500; i += 1)
          await client.query('select value from settings where key = $1', [`k${i}`]);
      });
      const findings = await findingsOf(nPlusOne, db, FEW);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/n-plus-one',
          severity: 'warning',
          subject: { kind: 'statement' },
          title: `24 identical point reads for each list: ${POINT}`,
          evidence: { callsCount: 600, listQuery: LIST, fit: 'one per listed row', callsPerListCount: 24 },
          threshold: { key: 'diagnose.n-plus-one.minimum-ratio-calls', value: 20 },
        },
      ]);
    }, STATEMENTS));

  it('finds a fixed number of reads per page without a foreign key, by the name of the column', () =>
    withDatabase(async (db) => {
      await load(db, false);
      await db.query('alter table "order;lines" rename order_ref to order_id');
      await withClient(db, async (client) => {
        for (let page = 0; page < 22; page += 1) {
          await client.query(`${LIST} limit 20`, [page]);
          for (let i = 0; i < 25; i += 1) {
            await client.query('select amount from "order;lines" where order_id = $1', [i]);
          }
        }
      });
      expect(await findingsOf(nPlusOne, db, FEW)).toMatchObject([
        { evidence: { fit: 'a fixed number per list', callsPerListCount: 25 } },
      ]);
    }, STATEMENTS));

  it('finds a loop inside transactions without any list', () =>
    withDatabase(async (db) => {
      await load(db);
      await withClient(db, async (client) => {
        for (let batch = 0; batch < 3; batch += 1) {
          await client.query('begin');
          for (let i = 0; i < 400; i += 1)
            await client.query('select value from settings where key = $1', [`k${i}`]);
          await client.query('commit');
        }
      });
      const findings = await findingsOf(nPlusOne, db, FEW);
      expect(findings).toMatchObject([{ severity: 'warning', evidence: { fit: null, listQuery: null } }]);
      expect(findings[0]?.title).toContain('in each transaction: select value from settings');
    }, STATEMENTS));

  it('is silent on a key-value workload, on honest reads beside a list, and on few calls', () =>
    withDatabase(async (db) => {
      await load(db);
      await withClient(db, async (client) => {
        for (let i = 0; i < 21; i += 1) await client.query(LIST, [i]);
        for (let i = 0; i < 700; i += 1) {
          await client.query('select value from settings where key = $1', [`k${i % 100}`]);
          await client.query(POINT, [i]);
        }
      });
      expect(await findingsOf(nPlusOne, db, FEW)).toEqual([]);
      expect(await findingsOf(nPlusOne, db)).toEqual([]);
    }, STATEMENTS));
});
