import * as z from 'zod';
import { number, text, textOrNull } from '../columns.ts';
import { type CatalogQuery, defineCatalogQuery } from '../define-query.ts';

/** One statement that makes a part of the schema. */
export interface MirrorDdlRow {
  readonly oid: number;
  /** Catalogue and object id of what is made (`1259:16401`), as dependencies name it. */
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly tableSchema: string | null;
  readonly tableName: string | null;
  /** Null when there is nothing to do, or the object went away meanwhile. */
  readonly sql: string | null;
}

const ROW: z.ZodType<MirrorDdlRow> = z.object({
  oid: number,
  key: text,
  schema: text,
  name: text,
  tableSchema: textOrNull,
  tableName: textOrNull,
  sql: textOrNull,
});

/** `no table` columns of objects that belong to none. */
export const NO_TABLE = 'null::text as "tableSchema", null::text as "tableName"';

/** Condition: the schema is the user's and no session's temporary one. */
export function userSchema(alias: string): string {
  return `${alias}.nspname !~ '^pg_' and ${alias}.nspname <> 'information_schema'`;
}

/** Condition: not made by an extension or as a part of something else, which make their own objects. */
export function ownObject(catalogue: string, oid: string): string {
  return `not exists (
    select from pg_catalog.pg_depend e
    where e.classid = 'pg_catalog.${catalogue}'::regclass and e.objid = ${oid}
      and (e.deptype = 'e' or e.deptype = 'i' and e.refclassid <> e.classid))`;
}

/** Condition: a rule or function does not name a locked relation, which reading it back would wait for. */
export function namesNoLocked(catalogue: string, oid: string): string {
  return `not exists (
    select from pg_catalog.pg_depend b
    where b.classid = 'pg_catalog.${catalogue}'::regclass and b.objid = ${oid}
      and b.refclassid = 'pg_catalog.pg_class'::regclass and b.refobjid = any($3::oid[]))`;
}

const TIMEOUT_MS = 30_000;

/** Declares a listing of statements: `$1` last object id, `$2` page size, `$3` object ids of locked relations. */
export function defineDdlQuery(
  name: string,
  summary: string,
  variants: CatalogQuery<MirrorDdlRow>['variants'] | string,
): CatalogQuery<MirrorDdlRow> {
  return defineCatalogQuery({
    id: `catalog/mirror-${name}`,
    summary: `${summary}, as SQL for the shadow.`,
    source:
      'PostgreSQL docs 9.27.6 "System Catalog Information Functions"; src/backend/utils/adt/ruleutils.c',
    scope: 'database',
    timeoutMs: TIMEOUT_MS,
    parameters: ['last object id seen', 'page size in rows', 'object ids of locked relations'],
    variants: typeof variants === 'string' ? [{ since: { server: 140_000 }, sql: variants }] : variants,
    row: ROW,
  });
}
