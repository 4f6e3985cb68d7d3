import type { L2Store } from '../l2/types.ts';
import { anyRowTag, tableTag } from '../postgres/table-tags.ts';
import type { DatabaseRow, WorkerDatabase } from './database.ts';

/**
 * Notices what no change stream carries: DDL of a table that nobody writes to, a table that is dropped, a partition that
 * is truncated, attached or detached by itself. What it saw last is kept in the store, so that a worker that starts
 * knows what happened while none ran.
 */
export interface Catalogue {
  /**
   * Compares the tables with how they were.
   * @returns those that differ; again with the next call, until {@link Catalogue.keep} says that they are invalidated
   */
  compare(database: WorkerDatabase, oids: readonly number[]): Promise<Altered>;
  /** Notes that what was found is invalidated. */
  keep(store: L2Store): Promise<void>;
  /** Reads what the last worker kept. */
  recall(store: L2Store): Promise<void>;
}

/** Tables that are not what they were. */
export interface Altered {
  readonly oids: readonly number[];
  readonly tags: readonly string[];
  /** Nothing is known of before: any of them may have changed. */
  readonly isFirst: boolean;
}

/** No key of a caller begins like this. */
const KEPT_ID = '\u0000catalogue';
const KEPT_MS = 30 * 86_400_000;

/** Creates one that knows nothing. */
export function createCatalogue(): Catalogue {
  let known: ReadonlyMap<number, string> | null = null;
  let found: ReadonlyMap<number, string> | null = null;
  let isKept = true;
  return {
    async compare(database, oids) {
      const shapes = await readShapes(database, oids);
      const [before, isFirst] = [known ?? new Map<number, string>(), known === null];
      const both = new Set([...before.keys(), ...shapes.keys()]);
      const altered = [...both].filter((oid) => before.get(oid) !== shapes.get(oid));
      if (altered.length > 0 || isFirst) isKept = false;
      found = shapes;
      return { oids: altered, tags: altered.flatMap((oid) => [tableTag(oid), anyRowTag(oid)]), isFirst };
    },
    async keep(store) {
      known = found;
      if (isKept || known === null) return;
      const bytes = Buffer.from(JSON.stringify([...known]));
      await store.put(KEPT_ID, { bytes, ttlMs: KEPT_MS });
      isKept = true;
    },
    async recall(store) {
      if (known !== null) return;
      const { bytes } = await store.readValue(KEPT_ID);
      if (bytes === null) return;
      try {
        known = new Map(JSON.parse(Buffer.from(bytes).toString('utf8')) as [number, string][]);
      } catch {
        // Another's data: as if nothing were known.
      }
    },
  };
}

interface ShapeRow extends DatabaseRow {
  readonly oid: number;
  readonly shape: string;
}

/** Rows of the catalogue carry the transaction that wrote them: any DDL shows. */
const SHAPES = `/* pgsteward:cache-catalogue */
select c.oid::pg_catalog.int8::pg_catalog.float8 as oid,
  pg_catalog.md5(pg_catalog.concat_ws('|', c.relname, c.relnamespace, c.relfilenode, c.relrowsecurity, c.relforcerowsecurity,
    (select pg_catalog.string_agg(pg_catalog.concat(a.attnum, ':', a.xmin), ',' order by a.attnum)
     from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attnum > 0),
    (select pg_catalog.string_agg(pg_catalog.concat(p.oid, ':', p.xmin), ',' order by p.oid)
     from pg_catalog.pg_policy as p where p.polrelid = c.oid),
    case when c.relkind = 'p' then
      (select pg_catalog.string_agg(pg_catalog.concat(l.oid, ':', l.relfilenode), ',' order by l.oid)
       from pg_catalog.pg_partition_tree(c.oid) as t join pg_catalog.pg_class as l on l.oid = t.relid)
    end)) as shape
from pg_catalog.pg_class as c
where c.oid = any ($1::pg_catalog.oid[])`;

async function readShapes(
  database: WorkerDatabase,
  oids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await database.rows<ShapeRow>(SHAPES, [oids]);
  return new Map(rows.map(({ oid, shape }) => [oid, shape]));
}
