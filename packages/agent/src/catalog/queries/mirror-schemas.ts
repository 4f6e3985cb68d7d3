import type { CatalogQuery } from '../define-query.ts';
import { defineDdlQuery, type MirrorDdlRow, NO_TABLE, ownObject, userSchema } from './mirror-ddl.ts';

/** `$3`, the locked relations, decides nothing here. */
const PAGE = '$3::oid[] is not null';

export const mirrorSchemasQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'schemas',
  'Schemas',
  `
select n.oid as "oid", '2615:' || n.oid as "key", n.nspname::text as "schema", n.nspname::text as "name", ${NO_TABLE},
  pg_catalog.format('create schema if not exists %I', n.nspname) as "sql"
from pg_catalog.pg_namespace n
where n.oid > $1::oid and ${PAGE} and ${userSchema('n')} and ${ownObject('pg_namespace', 'n.oid')}
order by n.oid
limit $2`,
);

export const mirrorExtensionsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'extensions',
  'Extensions',
  `
select e.oid as "oid", '3079:' || e.oid as "key", n.nspname::text as "schema", e.extname::text as "name", ${NO_TABLE},
  pg_catalog.format('create extension if not exists %I with schema %I cascade', e.extname, n.nspname) as "sql"
from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.oid = e.extnamespace
where e.oid > $1::oid and ${PAGE} and e.extname <> 'plpgsql'
order by e.oid
limit $2`,
);

const collations = (locale: string, rules: string): string => `
select c.oid as "oid", '3456:' || c.oid as "key", n.nspname::text as "schema", c.collname::text as "name", ${NO_TABLE},
  pg_catalog.format('create collation %I.%I (provider = %s, %s, deterministic = %s%s)', n.nspname, c.collname,
    case c.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
    case when c.collprovider = 'c' and c.collcollate is distinct from c.collctype
      then pg_catalog.format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
      else pg_catalog.format('locale = %L', ${locale}) end,
    c.collisdeterministic::text, ${rules}) as "sql"
from pg_catalog.pg_collation c
join pg_catalog.pg_namespace n on n.oid = c.collnamespace
where c.oid > $1::oid and ${PAGE} and ${userSchema('n')} and ${ownObject('pg_collation', 'c.oid')}
order by c.oid
limit $2`;

const RULES = `case when c.collicurules is not null then pg_catalog.format(', rules = %L', c.collicurules) end`;

export const mirrorCollationsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery('collations', 'Collations', [
  { since: { server: 140_000 }, sql: collations('c.collcollate', 'null::text') },
  { since: { server: 150_000 }, sql: collations('coalesce(c.colliculocale, c.collcollate)', 'null::text') },
  { since: { server: 160_000 }, sql: collations('coalesce(c.colliculocale, c.collcollate)', RULES) },
  { since: { server: 170_000 }, sql: collations('coalesce(c.colllocale, c.collcollate)', RULES) },
]);

export const mirrorTextSearchDictionariesQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'text-search-dictionaries',
  'Text search dictionaries',
  `
select d.oid as "oid", '3600:' || d.oid as "key", n.nspname::text as "schema", d.dictname::text as "name", ${NO_TABLE},
  pg_catalog.format('create text search dictionary %I.%I (template = %I.%I%s)', n.nspname, d.dictname, tn.nspname, t.tmplname,
    ', ' || d.dictinitoption) as "sql"
from pg_catalog.pg_ts_dict d
join pg_catalog.pg_namespace n on n.oid = d.dictnamespace
join pg_catalog.pg_ts_template t on t.oid = d.dicttemplate
join pg_catalog.pg_namespace tn on tn.oid = t.tmplnamespace
where d.oid > $1::oid and ${PAGE} and ${userSchema('n')} and ${ownObject('pg_ts_dict', 'd.oid')}
order by d.oid
limit $2`,
);

/** First the configuration without mappings, then one row for each kind of token. */
export const mirrorTextSearchConfigurationsQuery: CatalogQuery<MirrorDdlRow> = defineDdlQuery(
  'text-search-configurations',
  'Text search configurations with their mappings',
  `
select c.oid as "oid", case when m.token is null then '3602:' || c.oid else '3602:' || c.oid || ':' || m.token end as "key",
  n.nspname::text as "schema", c.cfgname::text as "name", ${NO_TABLE},
  case when m.token is null
    then pg_catalog.format('create text search configuration %I.%I (parser = %I.%I)', n.nspname, c.cfgname, pn.nspname, p.prsname)
    else pg_catalog.format('alter text search configuration %I.%I add mapping for %I with %s', n.nspname, c.cfgname, m.alias, m.dictionaries)
  end as "sql"
from (
  select x.* from pg_catalog.pg_ts_config x
  join pg_catalog.pg_namespace xn on xn.oid = x.cfgnamespace
  where x.oid > $1::oid and ${PAGE} and ${userSchema('xn')} and ${ownObject('pg_ts_config', 'x.oid')}
  order by x.oid
  limit $2
) c
join pg_catalog.pg_namespace n on n.oid = c.cfgnamespace
join pg_catalog.pg_ts_parser p on p.oid = c.cfgparser
join pg_catalog.pg_namespace pn on pn.oid = p.prsnamespace
cross join lateral (
  select null::int as token, null::text as alias, null::text as dictionaries
  union all
  select k.maptokentype, t.alias, pg_catalog.string_agg(pg_catalog.format('%I.%I', dn.nspname, d.dictname), ', ' order by k.mapseqno)
  from pg_catalog.pg_ts_config_map k
  join pg_catalog.ts_token_type(c.cfgparser) t on t.tokid = k.maptokentype
  join pg_catalog.pg_ts_dict d on d.oid = k.mapdict
  join pg_catalog.pg_namespace dn on dn.oid = d.dictnamespace
  where k.mapcfg = c.oid
  group by k.maptokentype, t.alias
) m
order by c.oid, m.token nulls first`,
);
