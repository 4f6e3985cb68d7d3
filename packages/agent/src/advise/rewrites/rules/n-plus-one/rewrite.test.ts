import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableMajors } from '../../../../../../../test/support/index.ts';
import { openRewriteDatabase, type RewriteDatabase } from '../../../../../../../test/support/rewrites.ts';
import { nPlusOneRead } from './rewrite.ts';

const LOOP = { callsPerLoop: 24, per: 'list' } as const;

describe.each(availableMajors())('rewrite/n-plus-one on PostgreSQL %i', (major) => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase(major);
  });
  afterAll(() => database.db.close());
  const find = (sql: string) => database.rewrites(nPlusOneRead, sql, LOOP);

  it.each([
    'select id, user_id, note from orders where user_id = $1',
    'select * from orders where $1 = user_id and quantity > 2',
    'select "Select", "a;b" from "Odd ""Table" where "Select" = $1',
  ])('reads in one statement what the loop reads: %s', async (sql) => {
    const [found] = find(sql);
    const keys = [0, 1, 2, 3, 4, 77];
    const one: string[] = [];
    for (const key of keys)
      one.push(...(await database.db.query(sql, [key])).map((row) => JSON.stringify(row)));
    const all = (await database.db.query(found?.sql ?? '', [keys])).map((row) => JSON.stringify(row));
    expect(all.toSorted()).toEqual(one.toSorted());
    expect(found).toMatchObject({ exactness: 'interface' });
  });

  it('shows the key that the rows are matched by', () => {
    expect(find('select note from orders where user_id = $1')[0]?.sql).toMatch(/note,\s+user_id/);
  });

  it.each([
    ['two keys', 'select note from orders where user_id = $1 and buyer = $2'],
    ['a limit', 'select note from orders where user_id = $1 limit 1'],
    ['an aggregate', 'select count(*) from orders where user_id = $1'],
    ['a range', 'select note from orders where user_id > $1'],
    ['a table that is not known', 'select a from strangers where id = $1'],
  ])('leaves %s alone', (_why, sql) => {
    expect(find(sql)).toEqual([]);
  });

  it('needs the evidence of a loop', () => {
    expect(database.rewrites(nPlusOneRead, 'select note from orders where user_id = $1')).toEqual([]);
  });
});
