/** A statement with the indexes that are tried for it. */
export interface HandWritten {
  readonly sql: string;
  readonly indexes: readonly string[];
}

const FIFTY = Array.from({ length: 50 }, (_, index) => 100 + index * 71).join(', ');

/** Statements of all kinds over the bench's tables, with indexes of all access methods. */
export const HAND_WRITTEN: readonly HandWritten[] = [
  of('select * from orders where customer_id = 4711'),
  of(
    `select * from orders where status = 'new' and created_at > '2024-03-01'`,
    'create index on orders (status, created_at)',
  ),
  of('select * from orders order by created_at desc limit 20', 'create index on orders (created_at)'),
  of(
    `select count(*) from orders where created_at between '2022-05-01' and '2022-06-15'`,
    'create index on orders (created_at)',
  ),
  of('select status, count(*) from orders group by status', 'create index on orders (status)'),
  of(`select * from orders where region = 'R3' and city = 'C3-27'`, 'create index on orders (region, city)'),
  of(
    `select o.id, c.email from orders o join customers c on c.id = o.customer_id where c.country = 'DK' and o.created_at >= '2024-06-01'`,
    'create index on customers (country)',
    'create index on orders (created_at)',
  ),
  of(`select id, email from customers where lower(email) = 'user77@mail.com'`),
  of(
    `select * from customers where email like 'user1234%'`,
    'create index on customers (email text_pattern_ops)',
  ),
  of(
    `select * from customers where attrs @> '{"plan": "ent"}'`,
    'create index on customers using gin (attrs)',
  ),
  of(
    `select * from customers where attrs @> '{"flags": ["vip"]}'`,
    'create index on customers using gin (attrs jsonb_path_ops)',
  ),
  of(
    `select * from customers where attrs ->> 'plan' = 'ent' and tier = 4`,
    `create index on customers ((attrs ->> 'plan'), tier)`,
  ),
  of(`select * from orders where tags @> array['fragile']`, 'create index on orders using gin (tags)'),
  of(
    `select * from products where tsv @@ to_tsquery('english', 'steel & chair')`,
    'create index on products using gin (tsv)',
  ),
  of(
    `select * from products where name ilike '%chair%'`,
    'create index on products using gin (name gin_trgm_ops)',
  ),
  of(
    `select p.category, sum(oi.qty * oi.price) from order_items oi join products p on p.id = oi.product_id where p.category = 'cat57' group by 1`,
    'create index on products (category)',
  ),
  of(
    'select * from orders where customer_id = 17 order by created_at desc limit 10',
    'create index on orders (customer_id, created_at desc)',
  ),
  of(
    `select id, total from orders where status = 'refunded' and total > 300`,
    `create index on orders (total) where status = 'refunded'`,
  ),
  of(
    `select id, customer_id from orders where shipped_at is null and created_at < '2021-03-01'`,
    'create index on orders (created_at) where shipped_at is null',
  ),
  of(`select order_id, qty from order_items where product_id in (${FIFTY})`),
  of(
    `select * from customers where zip in ('00007', '00014', '03402', '05005', '06006') and country = 'US'`,
    'create index on customers (zip)',
  ),
  of(`select * from events where user_id = 42 and ts >= '2024-10-01'`),
  of(
    `select kind, count(*) from events where ts between '2024-03-10' and '2024-03-12' group by kind`,
    'create index on events (ts)',
  ),
  of(
    `select * from events where payload @> '{"page": "/p/1999"}' and ts >= '2024-11-01'`,
    'create index on events using gin (payload)',
  ),
  of(
    `select count(*) from events where ts >= '2024-06-10' and ts < '2024-06-12'`,
    'create index on events using brin (ts)',
  ),
  of(
    `select * from bookings where during && tstzrange('2024-01-01', '2024-01-02') and room_id = 5`,
    'create index on bookings using gist (during)',
  ),
  of(
    `select c.id, c.email from customers c where exists (select 1 from orders o where o.customer_id = c.id and o.total > 350 and o.status = 'refunded')`,
    'create index on orders (status, total)',
  ),
  of(
    `select c.id from customers c where c.country = 'NO' and not exists (select 1 from orders o where o.customer_id = c.id)`,
    'create index on customers (country)',
  ),
  of(
    `select c.country, p.category, sum(oi.qty * oi.price) from customers c join orders o on o.customer_id = c.id join order_items oi on oi.order_id = o.id
       join products p on p.id = oi.product_id where p.brand = 'brand399' and o.created_at >= '2023-01-01' group by 1, 2 order by 3 desc limit 10`,
    'create index on products (brand)',
  ),
  of(
    'select id, title from documents where owner_id = 555',
    'create index on documents (owner_id) include (title)',
  ),
  of(
    'select customer_id, sum(total) from orders where customer_id between 100 and 200 group by 1',
    'create index on orders (customer_id) include (total)',
  ),
  of('select abalance from accounts where aid = 12345'),
  of('select count(*) from accounts where abalance = 0 and bid = 7', 'create index on accounts (bid)'),
  of(
    'select distinct on (customer_id) customer_id, id, created_at from orders where customer_id < 500 order by customer_id, created_at desc',
    'create index on orders (customer_id, created_at desc)',
  ),
  of(
    'select sid, user_id, started from sessions where ended is null order by started desc limit 50',
    'create index on sessions (started) where ended is null',
  ),
  of(
    `select max(created_at) from orders where status = 'cancelled'`,
    'create index on orders (status, created_at)',
  ),
  of('select * from orders where customer_id = 5 or id = 99'),
  of(
    `select * from customers where ext_id = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'`,
    'create index on customers using hash (ext_id)',
  ),
  of(
    'select o.status, count(*) from orders o join order_items i on i.order_id = o.id where o.id between 50000 and 70000 group by 1',
  ),
  of(
    `select * from orders where (created_at, id) < ('2024-01-01', 123456) order by created_at desc, id desc limit 50`,
    'create index on orders (created_at, id)',
  ),
  of(
    `select count(*) from orders where date_trunc('day', created_at at time zone 'UTC') = '2023-05-05'`,
    `create index on orders (date_trunc('day', created_at at time zone 'UTC'))`,
  ),
  of(
    `select c.id, l.* from customers c, lateral (select o.id oid, o.total from orders o where o.customer_id = c.id order by created_at desc limit 3) l
       where c.tier = 4 and c.country = 'SE'`,
    'create index on orders (customer_id, created_at)',
  ),
  of(
    'select count(*) from orders where note is not null',
    'create index on orders (id) where note is not null',
  ),
  of(`select * from customers where last_ip <<= '10.5.0.0/16'`, 'create index on customers (last_ip)'),
  of(
    `select o.id, o.total, c.name from orders o join customers c on c.id = o.customer_id where o.city = 'C7-31' and o.qty = 3 order by o.total desc limit 25`,
    'create index on orders (city, qty, total desc)',
  ),
  of('select zip, city, count(*) from customers group by zip, city'),
  of(
    `select e.kind, c.country, count(*) from events e join customers c on c.id = e.user_id where e.ts >= '2024-12-20' and c.tier >= 3 group by 1, 2`,
    'create index on events (ts, user_id)',
  ),
  of(
    'select i.order_id, i.price from order_items i where i.price > 204.5 and i.qty >= 9',
    'create index on order_items (price) where qty >= 9',
  ),
];

/** Further statements: what the first ones do not reach. */
export const FURTHER: readonly HandWritten[] = [
  of('select region, city, count(*) from orders group by 1, 2', 'create index on orders (city)'),
  of(
    `select date_trunc('month', created_at at time zone 'UTC'), count(*) from orders group by 1`,
    'create index on orders (created_at) include (total)',
  ),
  of(
    'select * from order_items where qty % 3 = 1 and line_no = 2',
    'create index on order_items ((qty % 3), line_no)',
  ),
  of('select * from open_orders where total > 380', 'create index on orders (total desc nulls last)'),
  of(
    `select month, sum(total) from sales where month >= '2024-01-01' group by 1`,
    'create unique index on sales (customer_id, month)',
  ),
  of('select * from "Odd Tables" where "select" = 7', 'create index on "Odd Tables" ("select")'),
  of(
    `select * from "Odd Tables" where "a""b" = 'v49' and half > 3`,
    `create index on "Odd Tables" ("a""b", half)`,
  ),
  of(
    'select "Größe" from "Odd Tables" order by "Größe" desc limit 5',
    'create index on "Odd Tables" ("Größe") with (fillfactor = 60)',
  ),
  of(
    `select * from readings where at > '2024-03-04' and sensor = 7`,
    'create index on readings (sensor, at)',
  ),
  of('select sensor, max(value) from readings group by 1', 'create index on readings_old (sensor, value)'),
  of(`select * from ledger where kind = 'in' and account = 17`, 'create index on ledger (account)'),
  of(
    `select kind, sum(amount) from ledger where at between '2022-05-01' and '2022-05-09' group by 1`,
    'create index on ledger (at) include (amount)',
  ),
  of('select * from ledger where amount > 8000', 'create index on ledger (amount)'),
  of(`select * from orders where meta @> '{"coupon": "C499"}'`, 'create index on orders using gin (meta)'),
  of(
    `select * from orders where meta @> '{"coupon": "C499", "src": "api"}'`,
    'create index on orders using gin (meta jsonb_path_ops)',
  ),
  of(
    `select * from orders where tags && array['eu', 'bulk']`,
    'create index on orders using gin (tags) where tags is not null',
  ),
  of(
    `select id from documents where to_tsvector('simple', title) @@ to_tsquery('simple', 'doc')`,
    `create index on documents using gin (to_tsvector('simple', title))`,
  ),
  of(
    `select id from customers where email ilike '%r777@%'`,
    'create index on customers using gin (email gin_trgm_ops)',
  ),
  of(
    `select id from customers where name like '%abc%'`,
    'create index on customers using gist (name gist_trgm_ops)',
  ),
  of(
    `select * from customers where last_ip << '10.7.0.0/16'`,
    'create index on customers using gist (last_ip inet_ops)',
  ),
  of(
    `select * from customers where last_ip << '10.7.0.0/16'`,
    'create index on customers using spgist (last_ip)',
  ),
  of(`select * from products where sku ^@ 'SKU-00001'`, 'create index on products using spgist (sku)'),
  of(
    `select * from bookings where during @> '2024-02-03 12:00+00'::timestamptz`,
    'create index on bookings using spgist (during)',
  ),
  of(
    'select * from orders where customer_id = 99 and qty = 2',
    'create index on orders using hash (customer_id)',
  ),
  of(`select * from sessions where ua = 'UA 299'`, 'create index on sessions using hash (ua)'),
  of(
    `select * from orders where id between 1000 and 2000`,
    'create index on orders using brin (id) with (pages_per_range = 32)',
  ),
  of(
    `select count(*) from orders where created_at between '2023-01-01' and '2023-01-03'`,
    'create index on orders using brin (created_at, customer_id)',
  ),
  of(
    `select * from customers where city = 'City 33'`,
    'create index on customers (city) include (email, name)',
  ),
  of(
    `select * from products where upper(sku) = 'SKU-0000042'`,
    'create unique index on products (upper(sku))',
  ),
  of('select count(distinct user_id) from sessions', 'create index on sessions (user_id)'),
  of(
    `select * from documents where updated_at > '2024-05-01' order by title limit 10`,
    'create index on documents (lang, updated_at desc)',
  ),
  of('select * from accounts where abalance > 990', 'create index on accounts (abalance) where abalance > 0'),
];

function of(sql: string, ...indexes: readonly string[]): HandWritten {
  return { sql, indexes };
}
