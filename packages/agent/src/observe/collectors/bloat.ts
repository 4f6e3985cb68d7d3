import {
  type IndexBloatRow,
  indexBloatQuery,
  type QueryValues,
  type TableBloatRow,
  tableBloatQuery,
} from '../../catalog/index.ts';
import { OBSERVE_SETTINGS } from '../settings.ts';
import type { Section } from '../types.ts';
import type { CollectorContext } from './context.ts';
import { collectRows } from './plain.ts';
import type { Relations } from './relations.ts';

/** Most relations estimated in one run: the largest. */
const MAXIMUM_ESTIMATES = 200;

/** Estimated bloat of the largest tables and btree indexes. */
export interface Bloat {
  readonly tableBloat: Section<readonly TableBloatRow[]>;
  readonly indexBloat: Section<readonly IndexBloatRow[]>;
}

/** Estimates the bloat of relations from `observe.bloat-minimum-bytes` up. */
export async function collectBloat(context: CollectorContext, relations: Relations): Promise<Bloat> {
  const minimum = context.settings.get(OBSERVE_SETTINGS.bloatMinimumBytes);
  const tables = relations.tables.status === 'ok' ? relations.tables.data : [];
  const indexes = relations.indexes.status === 'ok' ? relations.indexes.data : [];
  const heaps = tables.map((table) => ({ oid: table.oid, sizeBytes: table.heapBytes }));
  const trees = indexes.filter((index) => index.method === 'btree' && !index.isPartitioned);
  return {
    tableBloat: await collectRows(context, tableBloatQuery, unlocked(context, largest(heaps, minimum))),
    indexBloat: await collectRows(context, indexBloatQuery, unlocked(context, largest(trees, minimum))),
  };
}

function unlocked(context: CollectorContext, oids: readonly number[]): QueryValues {
  return context.locks.values((locked) => [oids.filter((oid) => !locked.includes(oid))]);
}

function largest(
  relations: readonly { readonly oid: number; readonly sizeBytes: number | null }[],
  minimum: number,
): readonly number[] {
  return relations
    .filter((relation) => (relation.sizeBytes ?? 0) >= minimum)
    .toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
    .slice(0, MAXIMUM_ESTIMATES)
    .map((relation) => relation.oid);
}
