import type { RowCounts } from './row-counts.ts';

/**
 * Statements that fill a database with what moves plans: skew, correlation, functional dependency, NULLs, partitions of all
 * three kinds, inheritance, jsonb, arrays, text search, ranges, enums, domains, TOAST, unlogged tables, dropped columns,
 * extended statistics, expression indexes, and pages that are not all-visible. The same rows for the same counts and
 * server version.
 */
export function dataStatements(counts: RowCounts): readonly string[] {
  return [
    'select setseed(0.42)',
    ...TYPES,
    ...tables(counts),
    ...moreTables(counts),
    ...CONSTRAINTS,
    ...wear(counts),
  ];
}

const TYPES = [
  'create extension if not exists pg_trgm',
  `create type order_status as enum ('new', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')`,
  'create domain pos_int as int check (value > 0)',
];

function tables(n: RowCounts): readonly string[] {
  return [
    `create table customers (id bigint primary key, email text not null, name text, country char(2) not null, tier smallint not null,
       created_at timestamptz not null, attrs jsonb, last_ip inet, ext_id uuid, zip text, city text, score float8, joined date)`,
    `insert into customers select i, 'user' || i || '@' || (array['Example', 'mail', 'corp', 'shop'])[1 + floor(random() ^ 2 * 4)::int] || '.com',
       'Name ' || md5((i % 5000)::text),
       (array['US', 'DE', 'FR', 'GB', 'IN', 'BR', 'JP', 'CN', 'AU', 'SE', 'NO', 'DK'])[1 + floor(random() ^ 3 * 12)::int],
       floor(random() ^ 2 * 5)::int, '2020-01-01'::timestamptz + i * interval '13 minutes',
       jsonb_build_object('plan', (array['free', 'pro', 'team', 'ent'])[1 + floor(random() ^ 4 * 4)::int],
         'lang', (array['en', 'de', 'fr', 'pt'])[1 + floor(random() ^ 2 * 4)::int], 'score', floor(random() * 1000)::int,
         'flags', case when random() < .05 then '["beta", "vip"]'::jsonb else '[]'::jsonb end),
       ('10.' || (i % 200) || '.' || (i % 250) || '.' || (i % 240))::inet, md5(i::text)::uuid,
       lpad((floor(random() ^ 2 * 900)::int * 7)::text, 5, '0'), null, random() ^ 2 * 1000, '2015-01-01'::date + (i % 2900)
       from generate_series(1, ${n.customers}) i`,
    `update customers set city = 'City ' || (zip::int / 35)`,
    `create table products (id int primary key, sku text unique not null, category text not null, brand text, price numeric(10, 2) not null,
       name text not null, active boolean not null, tsv tsvector)`,
    `insert into products select i, 'SKU-' || lpad(i::text, 7, '0'), 'cat' || floor(random() ^ 2 * 60)::int, 'brand' || floor(random() ^ 3 * 400)::int,
       round((5 + random() ^ 4 * 995)::numeric, 2), 'Product ' || md5(i::text) || ' '
         || (array['red', 'green', 'blue', 'black', 'steel', 'wood'])[1 + floor(random() * 6)::int] || ' '
         || (array['chair', 'table', 'lamp', 'phone', 'cable', 'mouse', 'desk'])[1 + floor(random() * 7)::int],
       random() < .9, null from generate_series(1, ${n.products}) i`,
    `update products set tsv = to_tsvector('english', name)`,
    `create table orders (id bigint primary key, gone text, customer_id bigint not null, status order_status not null, created_at timestamptz not null,
       shipped_at timestamptz, total numeric(12, 2) not null, region text, city text, note text, tags text[], meta jsonb, qty pos_int)`,
    `insert into orders select i, null, 1 + floor(random() ^ 2.5 * ${n.customers})::bigint,
       (array['delivered', 'delivered', 'delivered', 'delivered', 'shipped', 'paid', 'new', 'cancelled', 'refunded'])[1 + floor(random() ^ 1.3 * 9)::int]::order_status,
       '2021-01-01'::timestamptz + i * (interval '3.5 years' / ${n.orders}) + random() * interval '2 hours',
       case when random() < .8 then '2021-01-02'::timestamptz + i * (interval '3.5 years' / ${n.orders}) + random() * interval '10 days' end,
       round((exp(random() * 6) + 1)::numeric, 2), null, null,
       case when random() < .07 then 'note ' || md5(i::text) || repeat(' lorem ipsum', (random() * 8)::int) end,
       case when random() < .3 then array[(array['gift', 'express', 'bulk', 'fragile', 'promo', 'eu'])[1 + floor(random() ^ 2 * 6)::int],
         (array['web', 'app', 'store'])[1 + floor(random() * 3)::int]] end,
       case when random() < .5 then jsonb_build_object('src', (array['web', 'app', 'store', 'api'])[1 + floor(random() ^ 2 * 4)::int],
         'coupon', 'C' || floor(random() ^ 3 * 500)::int, 'w', floor(random() * 100)::int) end,
       1 + floor(random() ^ 2 * 20)::int from generate_series(1, ${n.orders}) i`,
    'alter table orders drop column gone',
    `update orders set region = 'R' || (customer_id % 12), city = 'C' || (customer_id % 12) || '-' || (customer_id % 96)`,
    `create table order_items (order_id bigint not null, line_no int not null, product_id int not null, qty int not null,
       price numeric(10, 2) not null, primary key (order_id, line_no))`,
    `insert into order_items select o, l, 1 + floor(random() ^ 2 * ${n.products})::int, 1 + floor(random() ^ 3 * 10)::int,
       round((5 + random() * 200)::numeric, 2) from generate_series(1, ${n.orders}) o, generate_series(1, 2) l where l = 1 or o % 4 <> 0`,
  ];
}

function moreTables(n: RowCounts): readonly string[] {
  return [
    'create table events (id bigint not null, user_id bigint not null, kind text not null, ts timestamptz not null, payload jsonb not null) partition by range (ts)',
    ...Array.from({ length: 12 }, (_, month) => {
      const day = (at: number): string =>
        `${2024 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`;
      return `create table events_${month + 1} partition of events for values from ('${day(month)}') to ('${day(month + 1)}')`;
    }),
    `insert into events select i, 1 + floor(random() ^ 3 * ${n.customers})::bigint,
       (array['view', 'click', 'cart', 'buy', 'login', 'error'])[1 + floor(random() ^ 2.2 * 6)::int],
       '2024-01-01'::timestamptz + (i::float8 / ${n.events}) ^ 0.8 * interval '365 days',
       jsonb_build_object('page', '/p/' || floor(random() ^ 3 * 2000)::int, 'ms', floor(random() ^ 4 * 5000)::int, 'ab', (array['a', 'b'])[1 + (random() < .1)::int])
       from generate_series(1, ${n.events}) i`,
    'create table ledger (account int not null, kind text not null, amount numeric(12, 2) not null, at date not null) partition by list (kind)',
    `create table ledger_in partition of ledger for values in ('in', 'refund') partition by hash (account)`,
    ...[0, 1, 2].map(
      (part) =>
        `create table ledger_in_${part} partition of ledger_in for values with (modulus 3, remainder ${part})`,
    ),
    'create table ledger_rest partition of ledger default',
    `insert into ledger select 1 + floor(random() ^ 2 * 3000)::int, (array['in', 'out', 'fee', 'refund'])[1 + floor(random() ^ 2 * 4)::int],
       round((random() ^ 3 * 9000)::numeric, 2), '2022-01-01'::date + floor(random() * 900)::int from generate_series(1, ${n.small}) i`,
    'create unlogged table sessions (sid uuid primary key, user_id bigint, started timestamptz, ended timestamptz, ua text)',
    `insert into sessions select md5('s' || i)::uuid, 1 + floor(random() * ${n.customers}), '2024-06-01'::timestamptz + random() * interval '90 days', null,
       'UA ' || floor(random() ^ 2 * 300)::int from generate_series(1, ${n.sessions}) i`,
    `update sessions set ended = started + random() * interval '3 hours' where random() < .97`,
    'create table documents (id int primary key, owner_id bigint not null, title text not null, body text not null, lang text not null, updated_at timestamptz not null)',
    `insert into documents select i, 1 + floor(random() ^ 2 * ${n.customers}), 'Doc ' || md5(i::text),
       (select string_agg(md5(i::text || g::text), ' ') from generate_series(1, (50 + (i % 7) * 60)) g),
       (array['en', 'de', 'fr'])[1 + floor(random() ^ 2 * 3)::int], '2023-01-01'::timestamptz + random() * interval '500 days' from generate_series(1, ${n.documents}) i`,
    'create table bookings (id int primary key, room_id int not null, during tstzrange not null, guest bigint)',
    `insert into bookings select i, 1 + floor(random() ^ 2 * 500), tstzrange(s, s + (1 + floor(random() ^ 3 * 14)) * interval '1 day'), 1 + floor(random() * ${n.customers})
       from (select i, '2023-01-01'::timestamptz + random() * interval '700 days' s from generate_series(1, ${n.small}) i) x`,
    `create table accounts (aid int primary key, bid int, abalance int, filler char(84)) with (fillfactor = 90)`,
    `insert into accounts select i, 1 + i / 10000, case when random() < .9 then 0 else floor(random() * 1000)::int end, '' from generate_series(1, ${n.accounts}) i`,
    'create table "Odd Tables" ("select" int not null, "Größe" float8, "a""b" text, half smallint generated always as ("select" / 1000) stored)',
    `insert into "Odd Tables" select i % 9000, random() ^ 3 * 100, 'v' || floor(random() ^ 2 * 50)::int from generate_series(1, ${n.small}) i`,
    'create table readings (sensor int not null, at timestamptz not null, value real)',
    'create table readings_old (archived date) inherits (readings)',
    `insert into readings select 1 + floor(random() ^ 2 * 80)::int, '2024-03-01'::timestamptz + i * interval '7 seconds', random() ^ 2 * 50 from generate_series(1, ${n.small}) i`,
    `insert into readings_old select 1 + floor(random() ^ 2 * 80)::int, '2023-03-01'::timestamptz + i * interval '11 seconds', random() ^ 2 * 50, '2024-01-01'::date + i % 30
       from generate_series(1, ${n.small}) i`,
    'create materialized view sales as select customer_id, date_trunc($$month$$, created_at at time zone $$UTC$$) as month, count(*) as n, sum(total) as total from orders group by 1, 2',
    `create view open_orders as select id, customer_id, total from orders where status = 'new'`,
  ];
}

const CONSTRAINTS = [
  'alter table orders add foreign key (customer_id) references customers (id)',
  'alter table order_items add foreign key (order_id) references orders (id)',
  'alter table order_items add foreign key (product_id) references products (id)',
  'create index orders_customer_idx on orders (customer_id)',
  'create index order_items_product_idx on order_items (product_id)',
  'create index events_user_ts on events (user_id, ts)',
  'create index customers_lower_email on customers (lower(email))',
  'create index sales_month on sales (month desc)',
  'create index readings_at on readings (at)',
  'create index readings_old_at on readings_old (at)',
  `create index ledger_big on ledger (amount) where amount > 5000`,
  'create index "Odd Tables Größe" on "Odd Tables" ("Größe")',
  'create statistics orders_rc (dependencies, ndistinct, mcv) on region, city from orders',
  'create statistics cust_zc (dependencies, ndistinct) on zip, city from customers',
  'create statistics item_q (mcv) on (qty % 3), line_no from order_items',
  `create statistics orders_month on (date_trunc('month', created_at at time zone 'UTC')) from orders`,
];

/** A life after the load: vacuum, then updates that leave pages not all-visible and dead rows, then fresh statistics. */
function wear({ orders, customers }: RowCounts): readonly string[] {
  return [
    'vacuum (analyze)',
    `update orders set total = total + 1 where id between ${Math.round(orders * 0.4)} and ${Math.round(orders * 0.45)} or id % 997 = 0`,
    `update customers set tier = 4 where id > ${Math.round(customers * 0.97)}`,
    'delete from sessions where user_id % 50 = 7',
    'vacuum sessions',
    'analyze',
  ];
}
