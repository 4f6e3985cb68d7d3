import { createHash, type Hash } from 'node:crypto';
import type { Mirror, MirrorDdl, RelationStatistics } from '../types.ts';

/** What of a shadow has to be made anew, so that it is that of a later mirror. */
export interface MirrorChanges {
  /** Tables whose schema, statistics or ends of columns changed, or that are gone; as they were. */
  readonly tables: readonly MirrorDdl[];
  /** Views that changed or are gone, as they were. */
  readonly views: readonly MirrorDdl[];
}

/** Gives the key of a relation: its schema and name as JSON. */
export function relationKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([schema, name]);
}

/**
 * Compares two mirrors of a database. Whatever changed of a table but its size makes it be made anew.
 * @returns null when more than tables and views changed: then the whole shadow is
 */
export function compareMirrors(before: Mirror, after: Mirror): MirrorChanges | null {
  if (!haveSameGround(before, after)) return null;
  const known = describeTables(before);
  const wanted = describeTables(after);
  for (const table of shrunkTables(before, after)) wanted.delete(table);
  const views = new Map(after.ddl.filter(isView).map((view) => [relationKey(view), view.sql]));
  const stored = before.ddl.filter(({ kind, table, schema, name }) => {
    const isStored = kind === 'table' || (kind === 'view' && table !== null);
    const own = relationKey({ schema, name });
    return isStored && known.get(own) !== wanted.get(own);
  });
  return {
    tables: stored,
    views: before.ddl.filter((view) => isView(view) && views.get(relationKey(view)) !== view.sql),
  };
}

/** A plain view; a materialized one stands for its table. */
function isView({ kind, table }: MirrorDdl): boolean {
  return kind === 'view' && table === null;
}

/** Version, encoding, collation, and the types, functions and the like that anything may depend on. */
function haveSameGround(before: Mirror, after: Mirror): boolean {
  const ground = ({ server, extensions, ddl, isRedacted }: Mirror): string => {
    const { versionNumber, encoding, collation, blockSizeBytes } = server;
    const shared = ddl.filter((one) => one.table === null && !isView(one));
    return JSON.stringify([
      versionNumber,
      encoding,
      collation,
      blockSizeBytes,
      extensions,
      isRedacted,
      shared,
    ]);
  };
  return ground(before) === ground(after);
}

/** A digest of all that is known of each table, by its key. */
function describeTables(mirror: Mirror): Map<string, string> {
  const tableOf = tableOfRelation(mirror);
  const digests = new Map<string, Hash>();
  const add = (table: string, part: unknown): void => {
    const digest = digests.get(table) ?? createHash('sha256');
    digests.set(table, digest.update(JSON.stringify(part)));
  };
  for (const one of mirror.ddl) if (one.table !== null) add(relationKey(one.table), one);
  for (const one of mirror.columns) add(tableOf(one.schema, one.table), one);
  for (const one of mirror.extremes) add(tableOf(one.schema, one.table), one);
  for (const one of mirror.extended) add(relationKey(one.table), one);
  return new Map([...digests].map(([table, digest]) => [table, digest.digest('hex')]));
}

/** Gives the key of a relation's table: of an index the one it is on, of a table itself. */
export function tableOfRelation(mirror: Mirror): (schema: string, name: string) => string {
  const tables = new Map(
    mirror.relations.flatMap((one) =>
      one.table === null ? [] : [[relationKey(one), relationKey(one.table)] as const],
    ),
  );
  return (schema, name) => {
    const own = relationKey({ schema, name });
    return tables.get(own) ?? own;
  };
}

/** Tables with an index that lost blocks or levels: a btree's file is only ever made larger. */
function shrunkTables(before: Mirror, after: Mirror): readonly string[] {
  const known = new Map(before.relations.map((one) => [relationKey(one), one]));
  return after.relations.flatMap((one) => {
    const old = known.get(relationKey(one));
    return one.table !== null && old !== undefined && hasShrunk(old, one) ? [relationKey(one.table)] : [];
  });
}

function hasShrunk(before: RelationStatistics, after: RelationStatistics): boolean {
  if ((after.fileBlocks ?? 0) < (before.fileBlocks ?? 0)) return true;
  if (before.treeHeight === after.treeHeight) return false;
  return before.treeHeight !== null && !(after.treeHeight !== null && after.treeHeight > before.treeHeight);
}
