import { describeRewrite } from '../../../../../../../test/support/rewrites.ts';
import { countExists } from './rewrite.ts';

describeRewrite(countExists, {
  same: [
    ['select id from users u where (select count(*) from orders o where o.user_id = u.id) > 0'],
    ['select id from users u where 1 <= (select count(note) from orders o where o.user_id = u.id)'],
    ['select id, (select count(distinct note) from orders where user_id = users.id) = 0 as none from users'],
    [
      'select id from users u where not (select count(*) filter (where quantity > 2) from orders where user_id = u.id) <> 0',
    ],
    ['select id from users u where (select count(1) from bans where user_id = u.id) < 1 or kind = 1'],
    ['select count(*) > 0 from orders where user_id = $1', [3], [77], [null]],
    ['select 0 = count(note) as nothing from orders where quantity = 1'],
    [
      'select id from users where (select count(*) from users x join orders o on o.user_id = x.id where x.kind = users.kind) >= 1',
    ],
    [
      'select id from "Odd ""Table" t where (select count("a;b") from "Odd ""Table" where "Select" = t."Select") > 0',
    ],
  ],
  none: {
    'a count that matters':
      'select id from users u where (select count(*) from orders o where o.user_id = u.id) > 1',
    'a parameter': 'select id from users u where (select count(*) from orders o where o.user_id = u.id) > $1',
    'a sum': 'select id from users u where (select sum(quantity) from orders o where o.user_id = u.id) > 0',
    groups: 'select (select count(*) from orders o group by note limit 1) > 0 from users u',
    'groups of the statement': 'select count(*) > 0 from orders group by note',
    'a limit': 'select (select count(*) from orders limit 0) > 0',
    'a volatile condition': 'select count(*) > 0 from orders where random() > 0.5',
    'a window': 'select (select count(*) over () from orders limit 1) > 0',
  },
});
