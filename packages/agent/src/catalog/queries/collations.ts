import * as z from 'zod';
import { number, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One collation whose library changed since the collation was created. */
export interface CollationRow {
  readonly schema: string;
  readonly name: string;
  readonly recordedVersion: string;
  readonly actualVersion: string | null;
  /** Indexes in this database that are ordered by it. */
  readonly indexes: number;
}

const sql = `
select
  n.nspname::text as "schema",
  l.collname::text as "name",
  l.collversion as "recordedVersion",
  pg_catalog.pg_collation_actual_version(l.oid) as "actualVersion",
  u.uses::int as "indexes"
from (
  select k.collation_oid, count(distinct i.indexrelid) as uses
  from pg_catalog.pg_index i
  cross join lateral pg_catalog.unnest(i.indcollation::oid[]) k(collation_oid)
  where k.collation_oid not in (0, 100, 950, 951)
  group by k.collation_oid
) u
join pg_catalog.pg_collation l on l.oid = u.collation_oid
join pg_catalog.pg_namespace n on n.oid = l.collnamespace
where l.collversion is not null
  and l.collversion is distinct from pg_catalog.pg_collation_actual_version(l.oid)
order by 1, 2
limit 500`;

export const collationsQuery: CatalogQuery<CollationRow> = defineCatalogQuery({
  id: 'catalog/collations',
  summary: 'Collations in use by indexes whose library version changed.',
  source: 'PostgreSQL docs 23.2.2 "Managing Collations", ALTER COLLATION ... REFRESH VERSION',
  scope: 'database',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    schema: text,
    name: text,
    recordedVersion: text,
    actualVersion: textOrNull,
    indexes: number,
  }),
});
