import { describeRewrite } from '../../../../../../../test/support/rewrites.ts';
import { arithmetic } from './rewrite.ts';

describeRewrite(arithmetic, {
  settings: ['set timezone = utc', "set timezone = 'America/New_York'"],
  same: [
    ['select id from orders where quantity + 1 > 5'],
    ['select id from orders where 3 + big <= 7 and small - 2 = 1'],
    ['select id from orders where 4 >= quantity - 2 or big + 1 <> 3'],
    ['select id from orders where big + 2 = $1', [5], [null]],
    ['select id from orders where quantity + 1 between 2 and 4'],
    ["select id from orders where placed_at + interval '2 days 3 hours' > timestamp '2026-02-05'"],
    ["select id from orders where placed_at - interval '90 minutes' <= $1", ['2026-01-15'], [null]],
    ["select id from orders where seen_at + interval '5 hours' < now()"],
    ["select id from orders where now() - seen_at < interval '300 days 2 hours'"],
    ["select id from orders where interval '36 hours' <= now() - seen_at"],
    ['select id from "Odd ""Table" where "Select" - 1 = 2'],
  ],
  none: {
    'months, which do not lead back': "select id from orders where placed_at + interval '1 month' > now()",
    'numbers with a fraction': 'select id from orders where amount + 1.5 > 3',
    'another column': 'select id from orders where quantity + small > 5',
    'a product': 'select id from orders where quantity * 2 > 5',
    'a value beyond the type': 'select id from orders where quantity - 10 > 2147483640',
    'an age of a plain timestamp': "select id from orders where now() - placed_at < interval '1 day'",
    'a volatile value': "select id from orders where placed_at + interval '1 day' > clock_timestamp()",
    'a fraction of a day': "select id from orders where placed_at + interval '1.5 days' > now()",
  },
});
