import * as z from 'zod';
import { number, numberOrNull, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { userSchema } from './mirror-ddl.ts';

/** What tells whether a shadow still fits its target. */
export interface MirrorFingerprintRow {
  /** Cluster; a copy of its files has the same. */
  readonly systemIdentifier: string;
  /** Differs after any DDL, and now and then without. */
  readonly schema: string;
  readonly settings: string;
}

/** Rows of a catalogue with the transactions that wrote them: ANALYZE and VACUUM write theirs in place and do not show. */
const written = (catalogue: string, id: string, joins: string): string =>
  `select '${catalogue}' as catalogue, count(*) as entries,
      sum(pg_catalog.hashtext(pg_catalog.concat_ws(':', ${id}, x.xmin))::bigint) as written
    from pg_catalog.${catalogue} x ${joins}`;

const within = (column: string): string =>
  `join pg_catalog.pg_namespace n on n.oid = x.${column} and ${userSchema('n')}`;

const ofRelation = (column: string): string =>
  `join pg_catalog.pg_class c on c.oid = x.${column} and c.relpersistence <> 't'
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace and ${userSchema('n')}`;

const CATALOGUES: readonly string[] = [
  written('pg_namespace', 'x.oid', `where ${userSchema('x')}`),
  written('pg_extension', 'x.oid', ''),
  written('pg_class', 'x.oid', `${within('relnamespace')} where x.relpersistence <> 't'`),
  written('pg_attribute', 'x.attrelid, x.attnum', ofRelation('attrelid')),
  written('pg_index', 'x.indexrelid', ofRelation('indrelid')),
  written('pg_inherits', 'x.inhrelid, x.inhparent', ofRelation('inhrelid')),
  written('pg_rewrite', 'x.oid', ofRelation('ev_class')),
  written('pg_constraint', 'x.oid', within('connamespace')),
  written('pg_statistic_ext', 'x.oid', within('stxnamespace')),
  written('pg_type', 'x.oid', within('typnamespace')),
  written('pg_enum', 'x.oid', ''),
  written('pg_proc', 'x.oid', within('pronamespace')),
  written('pg_operator', 'x.oid', within('oprnamespace')),
  written('pg_collation', 'x.oid', within('collnamespace')),
  written('pg_ts_config', 'x.oid', within('cfgnamespace')),
  written('pg_ts_config_map', 'x.mapcfg, x.maptokentype, x.mapseqno', ''),
  written('pg_ts_dict', 'x.oid', within('dictnamespace')),
  written('pg_cast', 'x.oid', ''),
  written(
    'pg_db_role_setting',
    'x.setdatabase, x.setrole',
    'where x.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))',
  ),
];

const fingerprint = `
select
  (select c.system_identifier::text from pg_catalog.pg_control_system() c) as "systemIdentifier",
  (select pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(':', w.catalogue, w.entries, w.written), ' ' order by w.catalogue))
   from (
    ${CATALOGUES.join('\n    union all\n    ')}
   ) w) as "schema",
  (select pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('=', s.name, s.reset_val), ' ' order by s.name))
   from pg_catalog.pg_settings s
   where s.category ~ '^(Query Tuning|Resource Usage|Client Connection Defaults)') as "settings"`;

export const mirrorFingerprintQuery: CatalogQuery<MirrorFingerprintRow> = defineCatalogQuery({
  id: 'catalog/mirror-fingerprint',
  summary: 'Whether anybody changed the schema or a planner setting since a shadow was built.',
  source:
    'PostgreSQL docs 5.6 "System Columns"; src/backend/access/heap/heapam.c, heap_inplace_update_and_unlock',
  scope: 'database',
  timeoutMs: 10_000,
  variants: [{ since: { server: 140_000 }, sql: fingerprint }],
  row: z.object({ systemIdentifier: text, schema: text, settings: text }),
});

/** A table's size, and how often it was analyzed. */
export interface MirrorDriftRow {
  readonly oid: number;
  readonly pages: number;
  readonly rows: number;
  readonly allVisiblePages: number;
  /** Null for partitioned tables. */
  readonly fileBlocks: number | null;
  /** By hand and by autovacuum, since the counters were reset. */
  readonly analyzesCount: number;
}

export const mirrorDriftQuery: CatalogQuery<MirrorDriftRow> = defineCatalogQuery({
  id: 'catalog/mirror-drift',
  summary: 'Sizes of tables and how often they were analyzed, to tell how far a shadow lies behind.',
  source: 'PostgreSQL docs 51.11 "pg_class", 27.2.19 "pg_stat_all_tables"',
  scope: 'database',
  timeoutMs: 10_000,
  parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
  variants: [
    {
      since: { server: 140_000 },
      sql: `
select
  c.oid as "oid",
  c.relpages as "pages",
  c.reltuples::float8 as "rows",
  c.relallvisible as "allVisiblePages",
  case when c.relkind <> 'p' then pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int end::float8
    as "fileBlocks",
  (pg_catalog.pg_stat_get_analyze_count(c.oid) + pg_catalog.pg_stat_get_autoanalyze_count(c.oid))::float8 as "analyzesCount"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid > $1::oid
  and c.oid <> all ($3::oid[])
  and c.relkind in ('r', 'm', 'p')
  and c.relpersistence <> 't'
  and ${userSchema('n')}
order by c.oid
limit $2`,
    },
  ],
  row: z.object({
    oid: number,
    pages: number,
    rows: number,
    allVisiblePages: number,
    fileBlocks: numberOrNull,
    analyzesCount: number,
  }),
});
