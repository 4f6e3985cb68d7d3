import { join } from 'node:path';
import type { Mirror } from '../types.ts';
import type { ShadowConnection } from './connection.ts';
import { firstSegmentBlocks, setBtreeHeight, setLength } from './relation-files.ts';

interface PlacedRelation {
  readonly schema: string;
  readonly name: string;
  readonly path: string;
  readonly method: string;
}

/** Bytes of one index tuple's key and pointers, per btree. */
interface KeyWidth {
  readonly schema: string;
  readonly name: string;
  readonly bytes: number;
}

const FILES = `
select n.nspname::text as "schema", c.relname::text as "name", pg_catalog.pg_relation_filepath(c.oid) as "path",
  coalesce(a.amname, '')::text as "method"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am a on a.oid = c.relam
where c.relkind in ('r', 'm', 'i') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

const KEY_WIDTHS = `
select n.nspname::text as "schema", c.relname::text as "name",
  sum(case when a.attlen > 0 then a.attlen else coalesce(s.stawidth, 16) end)::int as "bytes"
from pg_catalog.pg_index x
join pg_catalog.pg_class c on c.oid = x.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum between 1 and x.indnkeyatts
left join pg_catalog.pg_statistic s
  on s.starelid = x.indrelid and s.staattnum = x.indkey[a.attnum - 1] and not s.stainherit
where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
group by 1, 2`;

/**
 * Reads where each relation's file is; what is given applies the lengths once the server is down.
 * @returns `apply` takes the blocks really written of files that already have their length, by schema and name as JSON, and gives
 *   those of all
 */
export async function layOutFiles(
  connection: ShadowConnection,
  mirror: Mirror,
  dataDirectory: string,
): Promise<{
  readonly apply: (written: ReadonlyMap<string, number>) => ReadonlyMap<string, number>;
}> {
  await connection.run('checkpoint');
  const key = (schema: string, name: string): string => JSON.stringify([schema, name]);
  const { rows: files } = await connection.run<PlacedRelation>(FILES);
  const { rows: widths } = await connection.run<KeyWidth>(KEY_WIDTHS);
  const widthOf = new Map(widths.map((row) => [key(row.schema, row.name), row.bytes]));
  const placed = new Map(files.map((row) => [key(row.schema, row.name), row]));
  return {
    apply: (written) => {
      const realBlocks = new Map<string, number>();
      for (const relation of mirror.relations) {
        const own = key(relation.schema, relation.name);
        const file = placed.get(own);
        if (file === undefined || relation.fileBlocks === null) continue;
        const path = join(dataDirectory, file.path);
        if (file.method === 'btree') {
          const height = relation.treeHeight ?? guessHeight(relation.fileBlocks, widthOf.get(own) ?? 8);
          setBtreeHeight(path, relation.fileBlocks, height);
          continue;
        }
        const real = written.get(own) ?? firstSegmentBlocks(path);
        realBlocks.set(own, real);
        setLength(path, relation.kind === 'i' ? Math.max(relation.fileBlocks, real) : relation.fileBlocks);
      }
      return realBlocks;
    },
  };
}

/**
 * Guesses the levels above the leaves of a btree: inner pages are filled to 70 %.
 * @source src/include/access/nbtree.h BTREE_NONLEAF_FILLFACTOR
 */
function guessHeight(blocks: number, keyBytes: number): number {
  const fan = Math.max(2, Math.floor(5_695 / (((8 + keyBytes + 7) & ~7) + 4)));
  let pages = Math.max(1, blocks - 1);
  if (pages > 1) pages = Math.max(2, Math.round(pages * (1 - 1 / fan)));
  let height = 0;
  while (pages > 1) {
    pages = Math.ceil(pages / fan);
    height += 1;
  }
  return height;
}
