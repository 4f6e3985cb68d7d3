import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeRewrite,
  openRewriteDatabase,
  type RewriteDatabase,
} from '../../../../../../../test/support/rewrites.ts';
import { distinctJoin } from './rewrite.ts';

describeRewrite(distinctJoin, {
  same: [
    [
      'select distinct u.id, u.name from users u join orders o on o.user_id = u.id where o.quantity > $1 and u.kind = 1',
      [3],
      [null],
    ],
    ['select distinct u.kind, u.name from users u, orders o where o.user_id = u.id'],
    ['select distinct u.* from users u join orders o on o.user_id = u.id join bans b on b.user_id = o.buyer'],
    [
      'select distinct lower(email) from users join orders on user_id = users.id where note is null order by 1',
    ],
    ['select distinct t."a;b" from "Odd ""Table" t join bans on user_id = "Select"'],
    ['select distinct u.kind from users u cross join bans'],
    ['select count(*) from (select distinct u.id from users u join orders o on o.user_id = u.id) s'],
  ],
  none: {
    'columns of both sides': 'select distinct u.id, o.id from users u join orders o on o.user_id = u.id',
    'an outer join': 'select distinct u.id from users u left join orders o on o.user_id = u.id',
    'DISTINCT ON': 'select distinct on (u.kind) u.kind, u.id from users u join orders o on o.user_id = u.id',
    'a single table': 'select distinct kind from users',
    'no DISTINCT': 'select u.id from users u join orders o on o.user_id = u.id',
    USING: 'select distinct bans.reason from bans join orders using (user_id)',
    groups: 'select distinct u.kind, count(*) from users u join orders o on o.user_id = u.id group by u.kind',
    'a bare star': 'select distinct * from users u join orders o on o.user_id = u.id',
    'a table that is not known': 'select distinct u.id from users u join strangers o on o.user_id = u.id',
  },
});

describe('DISTINCT over a join', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());

  it('is dropped only where a key is shown', () => {
    const found = ['u.id, u.name', 'u.name'].map((columns) =>
      database.rewrites(
        distinctJoin,
        `select distinct ${columns} from users u join orders o on o.user_id = u.id`,
      ),
    );
    expect(found.map(([one]) => one?.sql.includes('DISTINCT'))).toEqual([false, true]);
    expect(found.map(([one]) => one?.constraints)).toEqual([['public.users (id) is unique'], []]);
  });
});
