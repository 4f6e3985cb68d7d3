import { join } from 'node:path';
import { quoteQualified } from '../../kernel/index.ts';
import { createIndexSql, type Hypothesis, type IndexDefinition } from '../../planner/index.ts';
import type { RelationStatistics } from '../types.ts';
import type { BuiltIndex } from './built-index.ts';
import { injectExpressions } from './expression-statistics.ts';
import { predictSize } from './hypothetical-sizes.ts';
import type { Shadow } from './open-shadow.ts';
import { firstSegmentBlocks, setBtreeHeight, setLength } from './relation-files.ts';

/** A supposed index as it stands in the shadow: one real index, or one per partition. */
export interface Supposed {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly oids: readonly number[];
  /** Names of its parts on partitions. */
  readonly partNames: ReadonlySet<string>;
  readonly hypothesis: Extract<Hypothesis, { kind: 'index' }>;
}

const key = (schema: string, name: string): string => JSON.stringify([schema, name]);

let lastId = 0;

/**
 * Makes real empty indexes, out of sight of the planner until a configuration names them, and gives their files the predicted length. The
 * sparse blocks of the tables are hidden meanwhile, for the build reads the whole table.
 */
export async function createSupposed(
  shadow: Shadow,
  definitions: readonly IndexDefinition[],
): Promise<readonly (Supposed | { readonly definition: IndexDefinition; readonly reason: string })[]> {
  if (definitions.length === 0) return [];
  const relations = new Map(shadow.mirror.relations.map((one) => [key(one.schema, one.name), one]));
  const heaps = await heapsOf(shadow, definitions);
  hideBlocks(shadow, heaps);
  const made: (number | string)[] = [];
  const names: string[] = [];
  try {
    for (const definition of definitions) {
      lastId += 1;
      const name = `pgsteward_${lastId}`;
      names.push(name);
      made.push(await build(shadow, definition, name));
    }
  } finally {
    showBlocks(heaps, relations);
    await restoreTables(shadow, heaps, relations);
  }
  const oids = made.filter((one): one is number => typeof one === 'number');
  const built = await describe(shadow, oids);
  const results: (Supposed | { readonly definition: IndexDefinition; readonly reason: string })[] = [];
  for (const [index, definition] of definitions.entries()) {
    const oid = made[index];
    if (typeof oid !== 'number') {
      results.push({ definition, reason: oid ?? 'refused' });
      continue;
    }
    const parts = built.filter((one) => one.root === oid);
    results.push(await finish(shadow, { definition, name: names[index] ?? '', oid, parts, relations }));
  }
  return results;
}

/** Drops supposed indexes. */
export async function dropSupposed(shadow: Shadow, supposed: readonly Supposed[]): Promise<void> {
  for (const one of supposed)
    await shadow.owner.run(`drop index if exists ${quoteQualified(one.schema, one.name)}`);
}

interface Heap {
  readonly schema: string;
  readonly name: string;
  readonly path: string;
}

/** Files of the tables and their partitions. */
async function heapsOf(shadow: Shadow, definitions: readonly IndexDefinition[]): Promise<readonly Heap[]> {
  const tables = [...new Set(definitions.map(({ schema, table }) => quoteQualified(schema, table)))];
  const { rows } = await shadow.owner.run<Heap>(
    `with recursive t (oid) as (
       select pg_catalog.to_regclass(n)::oid from unnest($1::text[]) n where pg_catalog.to_regclass(n) is not null
       union select i.inhrelid from pg_catalog.pg_inherits i join t on i.inhparent = t.oid)
     select n.nspname::text as schema, c.relname::text as name, pg_catalog.pg_relation_filepath(c.oid) as path
     from t join pg_catalog.pg_class c on c.oid = t.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm')`,
    [tables],
  );
  return rows.map((row) => ({ ...row, path: join(shadow.dataDirectory, row.path) }));
}

function hideBlocks(shadow: Shadow, heaps: readonly Heap[]): void {
  for (const heap of heaps)
    setLength(heap.path, shadow.realBlocks.get(key(heap.schema, heap.name)) ?? firstSegmentBlocks(heap.path));
}

function showBlocks(heaps: readonly Heap[], relations: ReadonlyMap<string, RelationStatistics>): void {
  for (const heap of heaps) {
    const blocks = relations.get(key(heap.schema, heap.name))?.fileBlocks;
    if (blocks !== undefined && blocks !== null) setLength(heap.path, blocks);
  }
}

/** Builds of older versions write the little they saw into pg_class. */
async function restoreTables(
  shadow: Shadow,
  heaps: readonly Heap[],
  relations: ReadonlyMap<string, RelationStatistics>,
): Promise<void> {
  const rows = heaps.flatMap((heap) => relations.get(key(heap.schema, heap.name)) ?? []);
  if (rows.length === 0) return;
  const updates = rows.map(
    (one) =>
      `update pg_catalog.pg_class set relpages = ${one.pages}, reltuples = ${one.rows}, relallvisible = ${one.allVisiblePages}
       where oid = pg_catalog.to_regclass('${quoteQualified(one.schema, one.name).replaceAll("'", "''")}')`,
  );
  await shadow.owner.run(updates.join(';\n'));
}

/** Makes one index and hides it at once; PostgreSQL's words when it refuses. */
async function build(shadow: Shadow, definition: IndexDefinition, name: string): Promise<number | string> {
  const sql = createIndexSql(definition, { name, isConcurrent: false });
  const regclass = `pg_catalog.to_regclass('${quoteQualified(definition.schema, name).replaceAll("'", "''")}')`;
  try {
    // Its expressions are evaluated: never with more rights than the schema's owner has.
    await shadow.builder.run(sql);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  await shadow.owner.run(`update pg_catalog.pg_index set indisvalid = false where indexrelid in (
    with recursive i (oid) as (select ${regclass}::oid union select h.inhrelid from pg_catalog.pg_inherits h join i on h.inhparent = i.oid)
    select oid from i)`);
  const { rows } = await shadow.owner.run<{ oid: number }>(`select ${regclass}::int as oid`);
  return rows[0]?.oid ?? 'it was not made';
}

async function describe(shadow: Shadow, oids: readonly number[]): Promise<readonly BuiltIndex[]> {
  if (oids.length === 0) return [];
  const { rows } = await shadow.owner.run<BuiltIndex>(
    `with recursive i (root, oid) as (
       select o, o from unnest($1::oid[]) o
       union all select i.root, h.inhrelid from pg_catalog.pg_inherits h join i on h.inhparent = i.oid)
     select i.root::int as root, i.oid::int as oid, n.nspname::text as schema, c.relname::text as name,
       pg_catalog.pg_relation_filepath(c.oid) as path, a.amname::text as method, x.indisunique as "isUnique",
       tn.nspname::text as "tableSchema", t.relname::text as "tableName", x.indnkeyatts::int as "keyCount",
       pg_catalog.pg_get_expr(x.indpred, x.indrelid) as predicate, coalesce(c.reloptions, '{}')::text[] as options,
       (select coalesce(jsonb_agg(jsonb_build_object(
           'column', ta.attname, 'number', ia.attnum, 'typeId', ia.atttypid::int, 'modifier', ia.atttypmod, 'collation', ia.attcollation::int,
           'generation', (select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d
             where d.adrelid = x.indrelid and d.adnum = ta.attnum and ta.attgenerated = 's'), 'lengthBytes', ia.attlen,
           'alignmentBytes', case ia.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end,
           'type', pg_catalog.format_type(ia.atttypid, null), 'operatorClass', (
             select oc.opcname from pg_catalog.pg_opclass oc where ia.attnum <= x.indnkeyatts and oc.oid = x.indclass[ia.attnum - 1]),
           'expression', case when x.indkey[ia.attnum - 1] = 0 then pg_catalog.pg_get_indexdef(c.oid, ia.attnum, true) end
         ) order by ia.attnum), '[]')
        from pg_catalog.pg_attribute ia
        left join pg_catalog.pg_attribute ta on ta.attrelid = x.indrelid and ta.attnum = x.indkey[ia.attnum - 1] and ta.attnum > 0
        where ia.attrelid = c.oid) as columns
     from i
     join pg_catalog.pg_class c on c.oid = i.oid and c.relkind = 'i'
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_am a on a.oid = c.relam
     join pg_catalog.pg_index x on x.indexrelid = c.oid
     join pg_catalog.pg_class t on t.oid = x.indrelid
     join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace`,
    [oids],
  );
  return rows;
}

/** Predicts the size, and gives the files that length. */
async function finish(
  shadow: Shadow,
  made: {
    readonly definition: IndexDefinition;
    readonly name: string;
    readonly oid: number;
    readonly parts: readonly BuiltIndex[];
    readonly relations: ReadonlyMap<string, RelationStatistics>;
  },
): Promise<Supposed> {
  let pages = 0;
  let rows = 0;
  let height: number | null = null;
  const updates: string[] = [];
  for (const part of made.parts) {
    const path = join(shadow.dataDirectory, part.path);
    const table = made.relations.get(key(part.tableSchema, part.tableName));
    await injectExpressions(shadow, part);
    const size = await predictSize(shadow, part, table, path);
    if (part.method === 'btree') setBtreeHeight(path, size.pages, size.treeHeight ?? 0);
    else setLength(path, Math.max(size.pages, firstSegmentBlocks(path)));
    updates.push(
      `update pg_catalog.pg_class set relpages = ${Math.round(size.pages)}, reltuples = ${size.entries} where oid = ${part.oid}`,
    );
    pages += size.pages;
    rows += size.entries;
    height = Math.max(height ?? 0, size.treeHeight ?? 0);
  }
  if (updates.length > 0) await shadow.owner.run(updates.join('; '));
  const id = Number(made.name.replace(/^\D+/, ''));
  return {
    id,
    schema: made.definition.schema,
    name: made.name,
    oids: [...new Set([made.oid, ...made.parts.map((part) => part.oid)])],
    partNames: new Set(made.parts.map((part) => part.name)),
    hypothesis: {
      kind: 'index',
      id,
      definition: made.definition,
      sizeBytes: pages * 8_192,
      rows,
      treeHeight: made.definition.method === 'btree' ? height : null,
    },
  };
}
