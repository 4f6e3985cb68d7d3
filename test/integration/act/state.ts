import type { TestDatabase } from '../../support/index.ts';

/** All that an action may change in a database, as text: what is the same before and after was left as it was. */
const STATE_SQL = `
select 'index ' || pg_get_indexdef(c.oid) || ' valid ' || i.indisvalid || ' ' || coalesce(obj_description(c.oid), '') as item
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace not in ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
union all select 'options ' || c.oid::regclass || ' ' || coalesce(c.reloptions::text, '-') from pg_class c
  where c.relnamespace = 'public'::regnamespace
union all select 'target ' || a.attrelid::regclass || '.' || a.attname || ' ' || coalesce(nullif(a.attstattarget, -1)::text, 'default')
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm') and a.attnum > 0
union all select 'statistics ' || pg_get_statisticsobjdef(oid) from pg_statistic_ext
union all select 'constraint ' || conname || ' ' || conrelid::regclass || ' ' || convalidated from pg_constraint
  where connamespace = 'public'::regnamespace
union all select 'sequence ' || sequencename || ' ' || coalesce(last_value, -1) from pg_sequences
union all select 'view ' || matviewname || ' ' || definition || ' ' || ispopulated from pg_matviews
union all select 'own setting ' || setrole || ' ' || setconfig::text from pg_db_role_setting
  where setdatabase = (select oid from pg_database where datname = current_database())
order by 1`;

/** Describes the state of a database. */
export async function stateOf(db: TestDatabase): Promise<readonly string[]> {
  const rows = await db.query<{ readonly item: string }>(STATE_SQL);
  return rows.map(({ item }) => item);
}
