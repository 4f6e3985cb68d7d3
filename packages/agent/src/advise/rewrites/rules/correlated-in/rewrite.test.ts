import { describeRewrite } from '../../../../../../../test/support/rewrites.ts';
import { correlatedIn } from './rewrite.ts';

describeRewrite(correlatedIn, {
  same: [
    ['select id from users where kind in (select quantity from orders where orders.user_id = users.id)'],
    [
      'select u.id, u.name from users u where u.name in (select o.note from orders o where o.user_id = u.id and o.quantity > $1)',
      [1],
      [null],
    ],
    [
      'select o.id from orders o where o.quantity in (select p.quantity from orders p where p.buyer = o.user_id and p.id <> o.id)',
    ],
    [
      'select o.id from orders o where o.quantity in (select max(p.quantity) from orders p where p.buyer = o.user_id group by p.note)',
    ],
  ],
  none: {
    'a list that does not depend on the row': 'select id from users where id in (select user_id from bans)',
    'a row of columns':
      'select id from users u where (id, name) in (select user_id, note from orders o where o.user_id = u.id)',
    'a volatile list':
      'select id from users u where kind in (select (random() * 3)::int from orders o where o.user_id = u.id)',
    'a value in the select list':
      'select kind in (select quantity from orders o where o.user_id = u.id) from users u',
  },
});
