import { quoteQualified } from '../../kernel/index.ts';
import type { EmbeddedServer } from '../../postgres/embedded/index.ts';
import {
  compareMirrors,
  type MirrorChanges,
  relationKey,
  tableOfRelation,
} from '../mirror/compare-mirrors.ts';
import type { Mirror, MirrorDdl, MirrorGap } from '../types.ts';
import { applyDdl } from './apply-ddl.ts';
import type { ShadowConnection } from './connection.ts';
import { insertExtremes } from './extremes.ts';
import { injectExtended } from './inject-extended.ts';
import { injectColumns, injectRelations } from './inject-statistics.ts';
import { layOutFiles } from './lay-out-files.ts';
import type { FilledShadow, ShadowContent } from './open-shadow.ts';
import { type BuildConnections, connectBuilders, setPlannerSettings } from './shadow-database.ts';

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
  const connections = await connectBuilders(server);
  const { owner: connection, builder } = connections;
  try {
    const others = await countOthers(connection);
    await drop(connection, changes);
    // What hung on a dropped table and is no table or view went with it.
    if ((await countOthers(connection)) !== others) return null;
    return await remake(connections, server.dataDirectory, content, mirror);
  } finally {
    await Promise.all([connection.close(), builder.close()]);
  }
}

async function remake(
  connections: BuildConnections,
  dataDirectory: string,
  content: ShadowContent,
  mirror: Mirror,
): Promise<RefreshedShadow | null> {
  const { owner: connection, builder } = connections;
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
  const failures = await applyDdl(connections, attachedLast(missing));
  const retried = new Set(missing.map((one) => relationKey(one.table ?? one)));
  const own = content.gaps.slice(content.mirror.gaps.length);
  if (failures.length > own.filter((gap) => isAbout(gap, retried)).length) return null;
  await insertExtremes(builder, part);
  await injectRelations(connection, mirror);
  const gaps = [
    ...failures,
    ...(await injectColumns(connection, part)),
    ...(await injectExtended(connection, part)),
  ];
  await setPlannerSettings(connection, mirror.settings);
  return {
    mirror,
    gaps: [...mirror.gaps, ...own.filter((gap) => !isAbout(gap, retried)), ...gaps],
    files: await layOutFiles(connection, mirror, dataDirectory),
    written: new Map([...content.realBlocks].filter(([key]) => !remade.has(tableOfKey(tableOf, key)))),
  };
}

/** A partition brings its indexes: attached before, it would be given others. */
function attachedLast(statements: readonly MirrorDdl[]): readonly MirrorDdl[] {
  const isAttachment = ({ kind }: MirrorDdl): boolean => kind === 'attach';
  return [...statements.filter((one) => !isAttachment(one)), ...statements.filter(isAttachment)];
}

function isAbout({ subject }: MirrorGap, relations: ReadonlySet<string>): boolean {
  return subject !== null && relations.has(relationKey(subject));
}

function tableOfKey(tableOf: (schema: string, name: string) => string, key: string): string {
  const [schema = '', name = ''] = JSON.parse(key) as readonly string[];
  return tableOf(schema, name);
}

/**
 * Drops views and tables, and with a table those that refer to it, whose rows would keep the key from coming back, and its whole
 * family where it inherits, whose order is that of their making.
 * @source src/backend/catalog/pg_inherits.c, find_inheritance_children: in the order of object ids
 */
async function drop(connection: ShadowConnection, { views, tables }: MirrorChanges): Promise<void> {
  const names = tables.map(({ schema, name }) => quoteQualified(schema, name));
  const { rows } = await connection.run<{ kind: string; name: string }>(
    `with recursive gone (oid) as (
       select pg_catalog.to_regclass(n)::oid from unnest($1::text[]) n
       union
       select x.oid from gone g cross join lateral (
         select k.conrelid from pg_catalog.pg_constraint k where k.contype = 'f' and k.confrelid = g.oid
         union all select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = g.oid
         union all select i.inhparent from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
         where i.inhrelid = g.oid and not c.relispartition) x (oid))
     select c.relkind::text as kind, c.oid::regclass::text as name
     from gone join pg_catalog.pg_class c on c.oid = gone.oid`,
    [names],
  );
  const named = (kinds: string): string[] =>
    rows.flatMap(({ kind, name }) => (kinds.includes(kind) ? [name] : []));
  await dropAll(
    connection,
    'view',
    views.map(({ schema, name }) => quoteQualified(schema, name)),
  );
  await dropAll(connection, 'materialized view', named('m'));
  await dropAll(connection, 'table', named('rp'));
}

async function dropAll(connection: ShadowConnection, word: string, names: readonly string[]): Promise<void> {
  for (let begin = 0; begin < names.length; begin += BATCH) {
    await connection.run(`drop ${word} if exists ${names.slice(begin, begin + BATCH).join(', ')} cascade`);
  }
}

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
