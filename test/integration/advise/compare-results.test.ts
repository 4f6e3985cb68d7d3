import { describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import {
  type Compared,
  type ComparedStatements,
  openComparisonConnection,
  parseTarget,
} from '../../../packages/agent/src/postgres/index.ts';
import { availableMajors, createRole, type TestDatabase, withDatabase } from '../../support/index.ts';

async function compare(
  url: string,
  statements: Partial<ComparedStatements> & Pick<ComparedStatements, 'original' | 'rewritten'>,
  timeoutMs = 5_000,
): Promise<Compared> {
  const target = unwrap(parseTarget(url, {}, 'test'));
  const connection = await openComparisonConnection(target, { connectTimeoutMs: 5_000 });
  try {
    return await connection.compare({ values: [], isOrdered: false, ...statements }, { timeoutMs });
  } finally {
    await connection.close();
  }
}

async function load(db: TestDatabase): Promise<void> {
  await db.query('create table t (a int, b text)');
  await db.query("insert into t values (1, 'x'), (1, 'x'), (2, null), (null, 'y;\"')");
}

describe.each(availableMajors())('two statements compared on PostgreSQL %i', (major) => {
  it('are the same whatever the order of their rows, and told apart by it where it counts', () =>
    withDatabase(
      async (db) => {
        await load(db);
        const statements = {
          original: 'select * from t order by a',
          rewritten: 'select * from t order by a desc;',
        };
        expect(await compare(db.url, statements)).toEqual({ kind: 'same', rowsCount: 4 });
        expect(await compare(db.url, { ...statements, isOrdered: true })).toMatchObject({ what: 'order' });
      },
      { major },
    ));

  it('differ by one duplicate, by a value and by a column, and show which', () =>
    withDatabase(
      async (db) => {
        await load(db);
        const original = 'select a, b from t where a = $1 or $1 is null';
        expect(
          await compare(db.url, {
            original,
            rewritten: 'select distinct a, b from t where a = $1',
            values: ['1'],
          }),
        ).toEqual({
          kind: 'different',
          originalRowsCount: 2,
          rewrittenRowsCount: 1,
          what: 'rows',
          onlyOriginal: ['(1,x)'],
          onlyRewritten: [],
        });
        expect(
          await compare(db.url, { original: 'select a from t', rewritten: 'select a::bigint from t' }),
        ).toMatchObject({ what: 'columns' });
      },
      { major },
    ));

  it('write nothing and end with their timeout, and the connection goes on', () =>
    withDatabase(
      async (db) => {
        await load(db);
        await db.query(
          "create function gone() returns int language sql volatile as 'delete from public.t; select 1'",
        );
        const original = 'select a from t';
        expect(await compare(db.url, { original, rewritten: 'select gone() as a' })).toMatchObject({
          kind: 'failed',
          statement: 'rewritten',
          reason: expect.stringContaining('read-only'),
        });
        expect(
          await compare(db.url, { original, rewritten: 'select 1) r) d; commit; delete from t; --' }),
        ).toMatchObject({
          kind: 'failed',
        });
        expect(
          await compare(db.url, { original: 'select 1 as a from pg_sleep(9)', rewritten: original }, 100),
        ).toMatchObject({
          kind: 'failed',
          statement: 'original',
          reason: expect.stringContaining('timeout'),
        });
        expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 4 }]);
      },
      { major },
    ));

  it('are read by the reading role, on the path of the database', () =>
    withDatabase(
      async (db) => {
        await db.query('create schema app; create table app.t as select 1 as a');
        await db.query(`alter database "${db.name}" set search_path = app`);
        const role = await createRole(db, { grants: ['usage on schema app', 'select on app.t'] });
        await db.query(`alter role ${role.name} set search_path = pg_catalog`);
        const statements = { original: 'select a from t', rewritten: 'select a from app.t' };
        expect(await compare(role.url, statements)).toEqual({ kind: 'same', rowsCount: 1 });
      },
      { major },
    ));
});
