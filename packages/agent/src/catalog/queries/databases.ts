import * as z from 'zod';
import { flag, number, numberOrNull, text } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One database of the server, with what threatens the whole server. */
export interface DatabaseAgeRow {
  readonly name: string;
  /** Age of its oldest unfrozen transaction id, in transactions. */
  readonly xidAge: number;
  readonly multixactAge: number;
  readonly allowsConnections: boolean;
  readonly isConnected: boolean;
  /** Null when data checksums are off. */
  readonly checksumFailures: number | null;
}

const sql = `
select
  d.datname::text as "name",
  pg_catalog.age(d.datfrozenxid) as "xidAge",
  pg_catalog.mxid_age(d.datminmxid) as "multixactAge",
  d.datallowconn as "allowsConnections",
  d.datname = pg_catalog.current_database() as "isConnected",
  s.checksum_failures::float8 as "checksumFailures"
from pg_catalog.pg_database d
left join pg_catalog.pg_stat_database s on s.datid = d.oid
order by 2 desc
limit 1000`;

export const databasesQuery: CatalogQuery<DatabaseAgeRow> = defineCatalogQuery({
  id: 'catalog/databases',
  summary: 'Transaction id age and checksum failures of every database on the server.',
  source: 'PostgreSQL docs 25.1.5 "Preventing Transaction ID Wraparound Failures"',
  scope: 'instance',
  variants: [{ since: { server: 140_000 }, sql }],
  row: z.object({
    name: text,
    xidAge: number,
    multixactAge: number,
    allowsConnections: flag,
    isConnected: flag,
    checksumFailures: numberOrNull,
  }),
});
