import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeRewrite,
  openRewriteDatabase,
  type RewriteDatabase,
} from '../../../../../../../test/support/rewrites.ts';
import { notIn } from './rewrite.ts';

describeRewrite(notIn, {
  same: [
    ['select * from users where id not in (select user_id from bans)'],
    ['select * from users where not id in (select buyer from orders where amount > 1) and kind = 1'],
    ['select * from orders where user_id not in (select user_id from bans)'],
    ['select * from orders where user_id not in (select id from users where kind = $1)', [1], [9], [null]],
    ['select id from users where id <> all (select id from users where kind = 1)'],
    [
      'select id from orders where user_id not in (select user_id from bans union all select id from users where kind = 1)',
    ],
    ['select id from orders where user_id + 1 not in (select max(user_id) from bans group by reason)'],
    ['select u.id from users u where u.kind not in (select o.quantity from orders o where o.user_id = u.id)'],
    ['select id from users where id not in (select distinct user_id from bans order by user_id)'],
    ['select "Select" from "Odd ""Table" where "Select" not in (select user_id from bans)'],
    ['select count(*) from (select id from orders where user_id not in (select user_id from bans)) s'],
  ],
  none: {
    'a list of values': 'select * from users where id not in (1, 2)',
    'a negation that is not a condition by itself': 'select id not in (select user_id from bans) from users',
    'an alternative': 'select * from users where kind = 1 or id not in (select user_id from bans)',
    'a volatile list': 'select * from users where id not in (select (random() * user_id)::int from bans)',
    'a list of a function that is not known':
      'select * from users where id not in (select pick(user_id) from bans)',
    'a table that is not known': 'select * from strangers where id not in (select user_id from bans)',
    'a value whose table another of the same alias hides':
      'select (select count(*) from bans u where name not in (select note from orders)) from users u',
    'several columns': 'select * from users where (id, name) not in (select user_id, reason from bans)',
    'a statement that writes': 'delete from users where id not in (select user_id from bans)',
    'a statement that locks': 'select * from users where id not in (select user_id from bans) for update',
  },
});

describe('NOT IN', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());
  const find = (sql: string) => database.rewrites(notIn, sql);

  it('names the constraints that it rests on', () => {
    expect(find('select id from users where id not in (select buyer from orders)')).toMatchObject([
      { exactness: 'exact', constraints: ['public.orders.buyer is not null', 'public.users.id is not null'] },
    ]);
  });

  it('asks for NULLs only where the catalogue lets them in', () => {
    const texts = ['buyer', 'user_id'].map(
      (column) => find(`select id from users where id not in (select ${column} from orders)`)[0]?.sql ?? '',
    );
    expect(texts.map((text) => text.includes('IS NULL'))).toEqual([false, true]);
  });

  it('takes the side of an outer join that may be empty for nullable', () => {
    const [found] = find(
      'select o.id from orders o left join users u on u.id = o.user_id where u.kind not in (select buyer from orders)',
    );
    expect(found?.sql).toContain('IS NOT NULL');
  });

  it('lets no name of the list hide a name of the row', () => {
    const [found] = find('select id from users where id not in (select user_id from orders where id > 3)');
    expect(found?.sql).toContain('user_id = users.id');
  });
});
