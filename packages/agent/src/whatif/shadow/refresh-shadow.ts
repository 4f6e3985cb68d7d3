import { quoteQualified } from '../../kernel/index.ts';
import type { EmbeddedServer } from '../../postgres/embedded/index.ts';
import { compareMirrors, relationKey, tableOfRelation } from '../mirror/compare-mirrors.ts';
import type { Mirror, MirrorDdl } from '../types.ts';
import { applyDdl } from './apply-ddl.ts';
import { connectShadow, type ShadowConnection } from './connection.ts';
import { insertExtremes } from './extremes.ts';
import { injectExtended } from './inject-extended.ts';
import { injectColumns, injectRelations } from './inject-statistics.ts';
import { layOutFiles } from './lay-out-files.ts';
import type { FilledShadow, ShadowContent } from './open-shadow.ts';
import { DATABASE, setPlannerSettings } from './shadow-database.ts';

/** Objects dropped by one statement, so that its locks fit. */
const BATCH = 200;

/** A shadow that is that of a later mirror, but for its files. */
export interface RefreshedShadow extends FilledShadow {
  /** Blocks really written of the files that stay, by schema and name as JSON. */
  readonly written: ReadonlyMap<string, number>;
}

/**
 * Makes a running shadow that of a later mirror of its target: tables that changed are made anew, sizes and settings are set.
 * @returns null when so much changed that the shadow has to be built anew; this one is then spoilt
 */
export async function refreshShadow(
  server: EmbeddedServer,
  content: ShadowContent,
  mirror: Mirror,
): Promise<RefreshedShadow | null> {
  const changes = compareMirrors(content.mirror, mirror);
  if (changes === null) return null;
  const connection = await connectShadow(server.connectionUrl(DATABASE));
  try {
    await connection.run('set client_min_messages = error');
    const others = await countOthers(connection);
    await drop(connection, [...changes.views, ...changes.tables]);
    // What hung on a dropped table and is no table or view went with it.
    if ((await countOthers(connection)) !== others) return null;
    return await remake(connection, server.dataDirectory, content, mirror);
  } finally {
    await connection.close();
  }
}

async function remake(
  connection: ShadowConnection,
  dataDirectory: string,
  content: ShadowContent,
  mirror: Mirror,
): Promise<RefreshedShadow> {
  const missing = await findMissing(connection, mirror);
  const remade = new Set(
    missing.flatMap(({ kind, table }) =>
      kind === 'constraint' || table === null ? [] : [relationKey(table)],
    ),
  );
  const tableOf = tableOfRelation(mirror);
  const isRemade = ({ schema, table }: { readonly schema: string; readonly table: string }): boolean =>
    remade.has(tableOf(schema, table));
  const part: Mirror = {
    ...mirror,
    columns: mirror.columns.filter(isRemade),
    extremes: mirror.extremes.filter(isRemade),
    extended: mirror.extended.filter((one) => remade.has(relationKey(one.table))),
  };
  const failures = await applyDdl(connection, missing);
  await insertExtremes(connection, part);
  await injectRelations(connection, mirror);
  const gaps = [
    ...failures,
    ...(await injectColumns(connection, part)),
    ...(await injectExtended(connection, part)),
  ];
  await setPlannerSettings(connection, mirror.settings);
  const retried = new Set(missing.map((one) => relationKey(one.table ?? one)));
  const own = content.gaps.slice(content.mirror.gaps.length);
  const kept = own.filter(({ subject }) => subject === null || !retried.has(relationKey(subject)));
  return {
    mirror,
    gaps: [...mirror.gaps, ...kept, ...gaps],
    files: await layOutFiles(connection, mirror, dataDirectory),
    written: new Map([...content.realBlocks].filter(([key]) => !remade.has(tableOfKey(tableOf, key)))),
  };
}

function tableOfKey(tableOf: (schema: string, name: string) => string, key: string): string {
  const [schema = '', name = ''] = JSON.parse(key) as readonly string[];
  return tableOf(schema, name);
}

async function drop(connection: ShadowConnection, objects: readonly MirrorDdl[]): Promise<void> {
  for (const [word, isOf] of KINDS) {
    const names = objects.filter(isOf).map(({ schema, name }) => quoteQualified(schema, name));
    for (let begin = 0; begin < names.length; begin += BATCH) {
      await connection.run(`drop ${word} if exists ${names.slice(begin, begin + BATCH).join(', ')} cascade`);
    }
  }
}

const KINDS: readonly (readonly [string, (object: MirrorDdl) => boolean])[] = [
  ['view', ({ kind, table }) => kind === 'view' && table === null],
  ['materialized view', ({ kind, table }) => kind === 'view' && table !== null],
  ['table', ({ kind }) => kind === 'table'],
];

/** Functions, types of their own and operators. */
async function countOthers(connection: ShadowConnection): Promise<number> {
  const { rows } = await connection.run<{ count: number }>(
    `select ((select count(*) from pg_catalog.pg_proc)
      + (select count(*) from pg_catalog.pg_operator) + (select count(*) from pg_catalog.pg_cast)
      + (select count(*) from pg_catalog.pg_type t left join pg_catalog.pg_class c on c.oid = t.typrelid
         where t.typtype in ('d', 'e', 'r', 'm') or c.relkind = 'c'))::int as count`,
  );
  return rows[0]?.count ?? 0;
}

/** Statements of what is not there: those of missing tables with all that belongs to them, missing views and lost keys. */
async function findMissing(connection: ShadowConnection, mirror: Mirror): Promise<readonly MirrorDdl[]> {
  const { rows } = await connection.run<{ key: string }>(
    `select jsonb_build_array(n.nspname, c.relname)::text as key
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     union all select jsonb_build_array(n.nspname, c.relname, k.conname)::text
     from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace`,
  );
  const there = new Set(rows.map(({ key }) => JSON.stringify(JSON.parse(key))));
  return mirror.ddl.filter(({ kind, schema, name, table }) => {
    if (table === null) return kind === 'view' && !there.has(JSON.stringify([schema, name]));
    if (!there.has(relationKey(table))) return true;
    return kind === 'constraint' && !there.has(JSON.stringify([table.schema, table.name, name]));
  });
}
