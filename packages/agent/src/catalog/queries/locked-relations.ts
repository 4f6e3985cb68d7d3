import * as z from 'zod';
import { flag, number, numberOrNull, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** A relation that somebody holds, or waits for, in ACCESS EXCLUSIVE mode: even reading its size would block. */
export interface LockedRelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Server process that holds or wants the lock; null for a prepared transaction, which has none. */
  readonly pid: number | null;
  readonly isGranted: boolean;
}

const sql = `
select
  l.relation as "oid",
  coalesce(n.nspname::text, '') as "schema",
  coalesce(c.relname::text, l.relation::text) as "name",
  l.pid as "pid",
  l.granted as "isGranted"
from pg_catalog.pg_locks l
left join pg_catalog.pg_class c on c.oid = l.relation
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where l.locktype = 'relation'
  and l.mode = 'AccessExclusiveLock'
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
order by l.relation
limit 10000`;

export const lockedRelationsQuery: CatalogQuery<LockedRelationRow> = defineCatalogQuery({
  id: 'catalog/locked-relations',
  summary: 'Relations under ACCESS EXCLUSIVE, which later reads leave out.',
  source: 'PostgreSQL docs 53.13 "pg_locks"',
  scope: 'database',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, schema: text, name: text, pid: numberOrNull, isGranted: flag }),
});
