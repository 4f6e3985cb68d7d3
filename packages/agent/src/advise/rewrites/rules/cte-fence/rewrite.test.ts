import { describeRewrite } from '../../../../../../../test/support/rewrites.ts';
import { cteFence } from './rewrite.ts';

describeRewrite(cteFence, {
  same: [
    [
      'with x as materialized (select * from orders where quantity > 1) select * from x where user_id = $1',
      [3],
      [null],
    ],
    ['with x as (select * from orders) select count(*) from x a join x b on a.id = b.user_id'],
    [
      'select * from users where id in (with x as materialized (select user_id from bans) select user_id from x)',
    ],
    ['with x as materialized (select "Select" from "Odd ""Table") select * from x where "Select" > 1'],
  ],
  none: {
    'a query that is open already': 'with x as (select * from orders) select * from x',
    'one that was opened on purpose':
      'with x as not materialized (select * from orders) select * from x a, x b',
    'a volatile one': 'with x as materialized (select random() as r from orders) select * from x a, x b',
    'a function that is not known': 'with x as materialized (select pick(id) from orders) select * from x',
    'a name that the writer of SQL does not quote':
      'with "X y" as materialized (select * from orders) select * from "X y" where quantity > 1',
    recursion:
      'with recursive x as (select 1 as n union all select n + 1 from x where n < 5) select * from x a, x b',
    'one that writes': 'with x as materialized (delete from bans returning *) select * from x',
  },
});
