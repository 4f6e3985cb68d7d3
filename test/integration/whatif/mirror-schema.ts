import type { TestDatabase } from '../../support/index.ts';

/** A schema with one of everything that a mirror keeps; names that need quoting throughout. */
export const RICH_SCHEMA = `
create schema "we;ird ""schema""";
create schema tools;
create extension pg_trgm with schema tools;
create collation tools.german (provider = icu, locale = 'de-DE');
create text search dictionary tools.plain (template = simple, accept = false);
create text search configuration tools.plainly (copy = english);
alter text search configuration tools.plainly alter mapping for asciiword with tools.plain, english_stem;
create type "we;ird ""schema"""."o'rder status" as enum ('new', 'it''s "paid"', 'back\\slash');
create domain tools.positive as int not null check (value > 0);
create domain tools.name as varchar(40) collate tools.german;
create function tools.distance(float8, float8) returns float8 language sql immutable as 'select $1 - $2';
create type tools.span as range (subtype = float8, subtype_diff = tools.distance, multirange_type_name = tools.spans);
create type tools.address as (street text, "house no" int);
create function tools.slug(text) returns text language plpgsql immutable strict cost 7 as $$ begin return lower($1); end $$;
create function tools.is_even(int) returns boolean language sql immutable as 'select $1 % 2 = 0';
create domain tools.even as int check (tools.is_even(value));
create aggregate tools.total(int) (sfunc = int4pl, stype = int, initcond = '0', parallel = safe);
create function tools.same(tools.address, tools.address) returns boolean language sql immutable as 'select $1.street = $2.street';
create operator tools.=~ (leftarg = tools.address, rightarg = tools.address, function = tools.same, commutator = operator(tools.=~), restrict = eqsel);
create function tools.to_text(tools.address) returns text language sql immutable as 'select $1.street';
create cast (tools.address as text) with function tools.to_text(tools.address) as assignment;
create table "we;ird ""schema"""."t;able" (
  "gone 1" int, "id ""x""" bigint generated always as identity primary key, "gone 2" text, status "we;ird ""schema"""."o'rder status",
  n tools.positive, who tools.name, area tools.span, home tools.address, tags text[], doc jsonb, words tsvector,
  slug text generated always as (tools.slug(who::text)) stored, "$1" int default 7, code char(3) collate "C" not null
) with (fillfactor = 77, autovacuum_vacuum_scale_factor = 0.3);
alter table "we;ird ""schema"""."t;able" drop column "gone 1", drop column "gone 2";
alter table "we;ird ""schema"""."t;able" add constraint "ch;eck" check ("$1" > 0 and code <> 'x''y') no inherit,
  add constraint later check ("$1" < 100) not valid, add constraint "uni que" unique (code, "$1") include (n) deferrable;
create index "in;dex" on "we;ird ""schema"""."t;able" (tools.slug(who::text), code desc nulls last) include (n) where code <> 'it''s';
create index on "we;ird ""schema"""."t;able" using gin (who tools.gin_trgm_ops);
create index on "we;ird ""schema"""."t;able" using gin (tags);
create index on "we;ird ""schema"""."t;able" using gin (doc jsonb_path_ops) with (fastupdate = off);
create index on "we;ird ""schema"""."t;able" using gist (area);
create index on "we;ird ""schema"""."t;able" using brin ("$1") with (pages_per_range = 16);
create index on "we;ird ""schema"""."t;able" using hash (code);
create index like_index on "we;ird ""schema"""."t;able" (code bpchar_pattern_ops);
create index fts on "we;ird ""schema"""."t;able" using gin (to_tsvector('tools.plainly', coalesce(who, '')));
create table booking (room int not null, during int4range not null, exclude using gist (during with &&)) with (fillfactor = 90);
create table keyed (a int, b int, constraint keyed_key primary key (b, a) with (fillfactor = 60));
create table child (id int primary key, parent_id bigint references "we;ird ""schema"""."t;able", a int, b int,
  foreign key (b, a) references keyed on delete cascade);
alter table child add constraint unproven foreign key (parent_id) references "we;ird ""schema"""."t;able" not valid;
create unlogged table scratch (id int);
create table measured (at date not null, city text, value int constraint positive check (value > 0), primary key (at, city)) partition by range (at);
create table measured_2024 partition of measured for values from ('2024-01-01') to ('2025-01-01') partition by list (city);
create table measured_2024_rome partition of measured_2024 for values in ('Rome', 'O''Hare');
create table measured_2024_rest partition of measured_2024 default;
create table measured_2025 (city text not null, at date not null, gone int, value int constraint positive check (value > 0),
  constraint own_name primary key (at, city));
alter table measured_2025 drop column gone;
create index own_index on measured_2025 (value);
alter table measured attach partition measured_2025 for values from ('2025-01-01') to ('2026-01-01');
create index measured_value on measured (value);
create index only_parent on only measured (city);
create table hashed (id int, name text) partition by hash (lower(name));
create table hashed_0 partition of hashed for values with (modulus 2, remainder 0);
create table ancestor (id int, checked int check (checked > 1));
create table descendant (extra text) inherits (ancestor);
create statistics "st;ats" (ndistinct, dependencies, mcv) on code, n from "we;ird ""schema"""."t;able";
alter statistics "st;ats" set statistics 321;
create statistics on_expression on lower(slug), (n % 3) from "we;ird ""schema"""."t;able";
create view seen with (security_barrier) as select "id ""x""" as id, count(*) from "we;ird ""schema"""."t;able" t group by t."id ""x""";
create view grouped as select t.*, count(*) from "we;ird ""schema"""."t;able" t group by t."id ""x""";
create function tools.rows_of() returns setof seen language sql stable rows 3 as 'select * from public.seen';
create materialized view summed as select r.id, r.count from tools.rows_of() r group by 1, 2 having tools.total(1) > 0 with no data;
refresh materialized view summed;
create unique index on summed (id);
create sequence ticket;
create view next_ticket as select last_value from ticket;
create table after_view (v seen, checked boolean generated always as (tools.is_even(n)) stored, n int, vs seen[]);
`;

/** Rows for the tables of {@link RICH_SCHEMA}; every text and number is a plain one. */
export const RICH_ROWS = `
insert into "we;ird ""schema"""."t;able" (status, n, who, area, home, tags, doc, words, code, "$1")
select 'new', 1 + i % 20, 'name ' || i % 50, tools.span(i, i + 2), row('street ' || i % 7, i)::tools.address,
  array['t' || i % 5, 'u'], jsonb_build_object('k', i % 9), to_tsvector('w' || i % 30), 'c' || i % 40, 1 + i / 40
from generate_series(1, 2000) i;
insert into keyed select i, i from generate_series(1, 300) i;
insert into child select i, i, i, i from generate_series(1, 300) i;
insert into booking select i, int4range(i * 2, i * 2 + 1) from generate_series(1, 100) i;
insert into measured select '2024-01-01'::date + i, case when i % 2 = 0 then 'Rome' else 'Oslo' end, 1 + i from generate_series(0, 700) i;
insert into ancestor values (1, 2); insert into descendant values (1, 3, 'x');
analyze;`;

/** Parts of a catalogue that a planner looks at, each as rows that must be equal on both sides. */
const COMPARED: Readonly<Record<string, string>> = {
  columns: `select c.oid::regclass::text as of, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
      a.attgenerated, (select co.collname from pg_collation co where co.oid = a.attcollation) as collation,
      case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as generated
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'c') and USER order by 1, 2`,
  relations: `select c.oid::regclass::text as of, c.relkind, c.relpersistence, c.reloptions, a.amname, pg_get_partkeydef(c.oid) as key
    from pg_class c left join pg_am a on a.oid = c.relam
    where c.relkind in ('r', 'p', 'v', 'm', 'i', 'I') and USER order by 1`,
  indexes: `select c.oid::regclass::text as of, pg_get_indexdef(c.oid) as definition, x.indisvalid, x.indisunique, x.indisprimary
    from pg_index x join pg_class c on c.oid = x.indexrelid where USER order by 1`,
  constraints: `select k.conrelid::regclass::text as of, k.conname, pg_get_constraintdef(k.oid) as definition, k.convalidated
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype <> 'n' and (k.contype <> 'f' or k.conparentid = 0) and USER order by 1, 2`,
  inheritance: `select i.inhrelid::regclass::text as of, i.inhparent::regclass::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where USER order by 1, 2`,
  statistics: `select pg_get_statisticsobjdef(s.oid) as definition, s.stxstattarget as target
    from pg_statistic_ext s join pg_class c on c.oid = s.stxrelid where USER order by 1`,
  views: `select c.oid::regclass::text as of, pg_get_viewdef(c.oid) as definition
    from pg_class c where c.relkind in ('v', 'm') and USER order by 1`,
  functions: `select pg_get_functiondef(c.oid) as definition from pg_proc c join pg_namespace n on n.oid = c.pronamespace
    where n.nspname = 'tools' and c.prokind = 'f' and c.prolang <> 13 order by 1`,
  types: `select c.oid::regtype::text as of, c.typtype, format_type(c.typbasetype, c.typtypmod) as base, c.typnotnull,
      (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = c.oid) as labels,
      (select array_agg(pg_get_constraintdef(k.oid)) from pg_constraint k where k.contypid = c.oid and k.contype = 'c') as checks,
      (select row(g.rngsubtype::regtype, g.rngsubdiff::regproc, g.rngmultitypid::regtype)::text from pg_range g where g.rngtypid = c.oid) as range
    from pg_type c join pg_namespace n on n.oid = c.typnamespace
    where n.nspname in ('tools', 'we;ird "schema"') and c.typtype in ('e', 'd', 'r') order by 1`,
  search: `select c.cfgname, m.maptokentype, m.mapseqno, m.mapdict::regdictionary::text as dictionary
    from pg_ts_config c join pg_ts_config_map m on m.mapcfg = c.oid where c.oid > 16383 order by 1, 2, 3`,
  operators: `select o.oid::regoperator::text as of, o.oprcode::text, o.oprcom::regoperator::text, o.oprrest::text
    from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where o.oprname = '=~' order by 1`,
  casts: `select c.castsource::regtype::text, c.casttarget::regtype::text, c.castfunc::regprocedure::text, c.castcontext
    from pg_cast c where c.oid > 16383 order by 1`,
  aggregates: `select a.aggfnoid::regprocedure::text as of, a.aggtransfn::text, a.agginitval
    from pg_aggregate a where a.aggfnoid > 16383 order by 1`,
};

/** Reads what a planner looks at, by part. */
export async function readCatalogue(db: TestDatabase): Promise<Readonly<Record<string, readonly object[]>>> {
  await db.query(`set search_path = pg_catalog`);
  const parts: Record<string, readonly object[]> = {};
  for (const [part, sql] of Object.entries(COMPARED)) {
    const user = `c.relpersistence <> 't' and c.relnamespace in (
      select n.oid from pg_namespace n where n.nspname in ('public', 'tools', 'we;ird "schema"'))`;
    parts[part] = await db.query(sql.replace('USER', user));
  }
  await db.query('reset search_path');
  return parts;
}
