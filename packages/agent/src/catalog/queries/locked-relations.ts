import * as z from 'zod';
import { flag, number, numberOrNull, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/**
 * A relation that somebody holds, or waits for, in ACCESS EXCLUSIVE mode: even reading its size would block. Of a
 * sequence a weaker mode is enough, since reading its value takes the lock of a writer.
 */
export interface LockedRelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Server process that holds or wants the lock; null for a prepared transaction, which has none. */
  readonly pid: number | null;
  readonly isGranted: boolean;
  /** As SQL writes it: `ACCESS EXCLUSIVE`. */
  readonly mode: string;
}

const sql = `
select
  l.relation as "oid",
  coalesce(n.nspname::text, '') as "schema",
  coalesce(c.relname::text, l.relation::text) as "name",
  l.pid as "pid",
  l.granted as "isGranted",
  upper(trim(regexp_replace(regexp_replace(l.mode, 'Lock$', ''), '([A-Z])', ' \\1', 'g'))) as "mode"
from pg_catalog.pg_locks l
left join pg_catalog.pg_class c on c.oid = l.relation
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where l.locktype = 'relation'
  and (l.mode = 'AccessExclusiveLock'
    or c.relkind = 'S' and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock'))
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
order by l.relation
limit 10000`;

export const lockedRelationsQuery: CatalogQuery<LockedRelationRow> = defineCatalogQuery({
  id: 'catalog/locked-relations',
  summary: 'Relations, and sequences under weaker locks too, which later reads leave out.',
  source: 'PostgreSQL docs 53.13 "pg_locks"',
  scope: 'database',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({ oid: number, schema: text, name: text, pid: numberOrNull, isGranted: flag, mode: text }),
});
