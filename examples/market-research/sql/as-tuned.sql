-- The state "as tuned": what an expert would do to the database as found, fault by fault. Runs statement by
-- statement outside a transaction. Every statement can be repeated.
-- Indexes for the queries of the workload. --------------------------------------------------------------------
create index if not exists product_search_results_hash_relevance on product_search_results (search_query_hash, relevance_score desc) include (product_id);
create index if not exists product_search_results_product_hash on product_search_results (product_id, search_query_hash);
create index if not exists products_category_price on products (category, price);
create index if not exists products_created on products (created_at) include (id, price, review_rating);
create index if not exists product_categories_category on product_categories (category, product_id);
create index if not exists product_searches_user_time on product_searches (user_id, search_timestamp desc);
create index if not exists product_searches_filters on product_searches using gin (filters jsonb_path_ops);
create index if not exists product_searches_time on product_searches (search_timestamp desc);
create index if not exists market_analyses_open on market_analyses (status, created_at) where status in ('pending', 'running');
create index if not exists market_analyses_user_status_time on market_analyses (user_id, status, created_at desc);
create index if not exists market_analyses_time on market_analyses (created_at) include (analysis_type, status, processing_duration);
create index if not exists market_analyses_keywords on market_analyses using gin (product_keywords jsonb_path_ops);

-- Indexes that only cost. --------------------------------------------------------------------------------------
drop index if exists products_category_idx, products_category_copy_idx, products_price_idx, products_price_created_idx;
drop index if exists product_searches_unread_idx, search_clicks_token_key, crawl_states_last_crawled_idx;
create index if not exists search_clicks_product on search_clicks (product_id);

-- Market metrics: the aggregation is read often and its sources change seldom. ------------------------------
create materialized view if not exists market_metrics_90d as
select pc.category, count(*) as product_count, avg(p.price) as avg_price,
       percentile_cont(0.5) within group (order by p.price) as median_price,
       avg(p.review_rating) as avg_rating, now() as refreshed_at
from products p join product_categories pc on p.id = pc.product_id
where p.created_at >= now() - interval '90 days'
group by pc.category;
create unique index if not exists market_metrics_90d_category on market_metrics_90d (category);

-- Storage: room for HOT updates, autovacuum on again, waste given back. -------------------------------------
alter table crawl_states set (fillfactor = 80);
alter table stock_levels set (fillfactor = 80);
vacuum (full, analyze) crawl_states;
vacuum (full, analyze) stock_levels;
vacuum (full, analyze) search_sessions;
alter table cart_events reset (autovacuum_enabled);
alter table price_history reset (autovacuum_enabled);
alter table product_ratings reset (autovacuum_enabled);
vacuum (full, analyze) cart_events;
vacuum (full, analyze) product_ratings;

-- Identifiers. --------------------------------------------------------------------------------------------------
alter table shipping_labels alter column id type bigint;
alter sequence shipping_labels_id_seq as bigint;
select setval('import_batches_id_seq', (select max(id) from import_batches));
alter table crawler_log add column if not exists id bigint generated always as identity primary key;
alter table session_cache set logged;

-- Constraints. ---------------------------------------------------------------------------------------------------
delete from price_alerts a where not exists (select 1 from products p where p.id = a.product_id);
alter table price_alerts validate constraint price_alerts_product_id_fkey;
alter table price_alerts validate constraint price_alerts_threshold_check;
create index if not exists price_alerts_product on price_alerts (product_id);
alter table product_reviews enable trigger all;
create index if not exists product_reviews_product on product_reviews (product_id);

-- Partitions: a year ahead, and the default partition emptied into its months. -------------------------------
do $$
declare
  month timestamptz;
  name text;
begin
  create temporary table stray on commit drop as table delivery_events_default;
  truncate delivery_events_default;
  for step in -12..12 loop
    month := date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' + step * interval '1 month';
    name := 'delivery_events_' || to_char(month at time zone 'UTC', 'YYYY_MM');
    if to_regclass(name) is null then
      execute format('create table %I partition of delivery_events for values from (%L) to (%L)',
                     name, month, (month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
    end if;
    name := 'audit_events_' || to_char(month at time zone 'UTC', 'YYYY_MM');
    if to_regclass(name) is null then
      execute format('create table %I partition of audit_events for values from (%L) to (%L)',
                     name, month, (month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
    end if;
  end loop;
  insert into delivery_events select * from stray;
end
$$;

-- Types. -----------------------------------------------------------------------------------------------------------
alter table partner_feeds
  alter column sku type text using rtrim(sku),
  alter column list_price type numeric(12, 2) using list_price::numeric,
  alter column payload type jsonb using payload::jsonb,
  alter column received_at type timestamptz using received_at at time zone 'UTC',
  alter column id set default gen_random_uuid();
update partner_feeds set external_ref = 'unknown ' || id where external_ref is null;
alter table partner_feeds alter column external_ref set not null;

-- Page snapshots: bodies compressed, so that most fit beside their row. --------------------------------------
alter table page_snapshots alter column body set storage main;
update page_snapshots set body = body || '';
vacuum (full, analyze) page_snapshots;
vacuum (full, analyze) partner_feeds;
vacuum (full, analyze) price_alerts;

-- Settings of the database. ---------------------------------------------------------------------------------------
do $$
begin
  execute format('alter database %I set work_mem = %L', current_database(), '32MB');
  execute format('alter database %I set track_io_timing = on', current_database());
  execute format('alter database %I set random_page_cost = %L', current_database(), '1.1');
end
$$;

refresh materialized view market_metrics_90d;
analyze market_metrics_90d;

-- Counters start anew, so that the faults' traces do not outlive them; then every table is vacuumed. ---------
select pg_stat_reset();
do $$
begin
  if to_regclass('pg_stat_statements') is not null then
    perform pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0);
  end if;
exception when others then
  raise notice 'statement statistics were not reset: %', sqlerrm;
end
$$;
vacuum analyze;
