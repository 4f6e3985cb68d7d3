import * as z from 'zod';
import { text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';
import { ownObject, userSchema } from './mirror-ddl.ts';

/** Something of the target that a shadow cannot have, or has in another form. */
export interface MirrorUnmirroredRow {
  readonly kind:
    | 'foreign-table'
    | 'row-security'
    | 'table-method'
    | 'function-language'
    | 'operator-class'
    | 'base-type';
  readonly schema: string;
  readonly name: string;
}

const sql = `
select u.kind as "kind", n.nspname::text as "schema", u.name::text as "name"
from (
  select 'foreign-table' as kind, c.relnamespace as namespace, c.relname as name
  from pg_catalog.pg_class c where c.relkind = 'f' and ${ownObject('pg_class', 'c.oid')}
  union all
  select 'row-security', c.relnamespace, c.relname
  from pg_catalog.pg_class c where c.relrowsecurity and c.relkind in ('r', 'p') and ${ownObject('pg_class', 'c.oid')}
  union all
  select 'table-method', c.relnamespace, c.relname
  from pg_catalog.pg_class c
  join pg_catalog.pg_am a on a.oid = c.relam and a.amname <> 'heap'
  where c.relkind in ('r', 'm') and c.relpersistence <> 't' and ${ownObject('pg_class', 'c.oid')}
  union all
  select 'function-language', p.pronamespace, p.proname
  from pg_catalog.pg_proc p
  join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname not in ('sql', 'plpgsql')
  where p.prokind in ('f', 'w')
    and p.oid >= 16384
    and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
    and ${ownObject('pg_proc', 'p.oid')}
  union all
  select 'operator-class', o.opcnamespace, o.opcname
  from pg_catalog.pg_opclass o where o.oid >= 16384 and ${ownObject('pg_opclass', 'o.oid')}
  union all
  select 'base-type', t.typnamespace, t.typname
  from pg_catalog.pg_type t
  where t.typtype = 'b'
    and t.oid >= 16384
    and not exists (select from pg_catalog.pg_type e where e.typarray = t.oid)
    and ${ownObject('pg_type', 't.oid')}
) u
join pg_catalog.pg_namespace n on n.oid = u.namespace
where ${userSchema('n')}
order by 1, 2, 3
limit 10000`;

export const mirrorUnmirroredQuery: CatalogQuery<MirrorUnmirroredRow> = defineCatalogQuery({
  id: 'catalog/mirror-unmirrored',
  summary:
    'Foreign tables, policies, table methods, languages, operator classes and types that a shadow lacks.',
  source: 'PostgreSQL docs 51 "System Catalogs"',
  scope: 'database',
  timeoutMs: 30_000,
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    kind: z.enum([
      'foreign-table',
      'row-security',
      'table-method',
      'function-language',
      'operator-class',
      'base-type',
    ]),
    schema: text,
    name: text,
  }),
});
