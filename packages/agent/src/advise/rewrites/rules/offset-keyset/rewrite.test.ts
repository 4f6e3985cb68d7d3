import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableMajors } from '../../../../../../../test/support/index.ts';
import { openRewriteDatabase, type RewriteDatabase } from '../../../../../../../test/support/rewrites.ts';
import { offsetKeyset } from './rewrite.ts';

describe.each(availableMajors())('rewrite/offset-keyset on PostgreSQL %i', (major) => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase(major);
  });
  afterAll(() => database.db.close());

  const SIZE = 7;

  /** Walks all pages by the last row of each. */
  async function walk(sql: string, first: string, keys: readonly string[], values: readonly unknown[]) {
    const [found] = database.rewrites(offsetKeyset, sql);
    const pages = [await database.db.query(first, values)];
    for (let last = pages[0]?.at(-1); last !== undefined && pages.length < 40; ) {
      const after = keys.map((key) => last?.[key]);
      const page = await database.db.query(found?.sql ?? '', [...values, ...after]);
      pages.push(page);
      last = page.at(-1);
    }
    return pages.flat();
  }

  it.each([
    ['asc', 'tag'],
    ['desc', 'buyer'],
  ])('reaches every row once, in the order made total (%s)', async (direction, column) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        await database.fill(seed);
        const order = `order by ${column} ${direction}`;
        const base = `select id, ${column} from orders where quantity > $1`;
        const pages = await walk(
          `${base} ${order} limit ${SIZE} offset $2`,
          `${base} ${order}, id ${direction} limit ${SIZE}`,
          [column, 'id'],
          [1],
        );
        expect(pages).toEqual(await database.db.query(`${base} ${order}, id ${direction}`, [1]));
      }),
      { numRuns: 5 },
    );
  });
});

describe('OFFSET', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());
  const find = (sql: string) => database.rewrites(offsetKeyset, sql);

  it('changes the interface and says how, shows the key, and numbers parameters without a gap', () => {
    const [found] = find('select note from orders where user_id = $3 order by tag limit $1 offset $2');
    expect(found).toMatchObject({
      exactness: 'interface',
      constraints: ['public.orders.tag is not null', 'public.orders.id is not null'],
    });
    expect(found?.changes).toContain('tag as $3, id as $4');
    expect(found?.sql.replace(/\s+/g, ' ')).toBe(
      'SELECT note, orders.tag, orders.id FROM orders WHERE user_id = $2 AND (orders.tag, orders.id) > ($3, $4) ' +
        'ORDER BY orders.tag, orders.id LIMIT $1',
    );
  });

  it('takes the keys of every table of a join', () => {
    const [found] = find(
      'select u.name from users u join orders o on o.user_id = u.id order by o.tag desc limit 20 offset 5000',
    );
    expect(found?.changes).toContain('(tag as $1, id as $2, id as $3)');
  });

  it.each([
    ['a near page', 'select id from orders order by id limit 20 offset 40'],
    ['no order', 'select id from orders limit 20 offset $1'],
    ['mixed directions', 'select id from orders order by tag, id desc limit 20 offset $1'],
    ['a column that can be NULL', 'select id from orders order by placed_at limit 20 offset $1'],
    ['a table without a key', 'select reason from bans order by reason limit 20 offset $1'],
    ['groups', 'select tag, count(*) from orders group by tag order by tag limit 20 offset $1'],
    ['NULLS FIRST', 'select id from orders order by id nulls first limit 20 offset $1'],
    ['an expression', 'select id from orders order by -id limit 20 offset $1'],
    [
      'the empty side of a join',
      'select o.id from users u left join orders o on o.user_id = u.id order by u.id limit 20 offset $1',
    ],
    ['a page inside a statement', 'select * from (select id from orders order by id limit 20 offset 5000) s'],
  ])('leaves %s alone', (_why, sql) => {
    expect(find(sql)).toEqual([]);
  });
});
