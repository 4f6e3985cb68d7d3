import type { OwnConnection } from '../../postgres/index.ts';
import { decodeRows } from '../codec/rows.ts';
import { createFolder, type Folder, fromStored, SHARD_SERIES } from '../frame.ts';
import { ROLLUPS } from '../resolutions.ts';
import type { SealedFamily } from '../seal.ts';
import { readBlocks, type StoredBlock } from '../ticks.ts';
import type { TimeRange } from '../types.ts';
import { readPieces } from './pieces.ts';
import { aligned, without } from './ranges.ts';

/** Rollups that totals are made of, the coarsest first. */
const COARSE = ROLLUPS.filter(({ resolution }) => resolution !== '1m').toReversed();

/** What each series of a family came to, by ordinal, in the kind's columns and their units. */
export interface NumberedTotals {
  readonly coveredMs: number;
  readonly series: ReadonlyMap<number, readonly number[]>;
}

/**
 * Adds up a stretch of time from the coarsest rollups that lie inside it, and the rest from finer ones. Whole hours
 * need no more than one block a shard each, and six of them one.
 */
export async function readTotals(
  connection: OwnConnection,
  family: SealedFamily,
  range: TimeRange,
): Promise<NumberedTotals> {
  const shards = new Map<number, Folder>();
  const folderOf = (shard: number): Folder => {
    const folder = shards.get(shard) ?? createFolder(family.kind, SHARD_SERIES);
    shards.set(shard, folder);
    return folder;
  };
  const found: StoredBlock[] = [];
  let open: readonly TimeRange[] = [range];
  for (const { resolution, stepMs } of COARSE) {
    const blocks: StoredBlock[] = [];
    for (const stretch of open) {
      const inside = aligned(stretch, stepMs);
      if (inside === null) continue;
      blocks.push(...(await readBlocks(connection, { resolution, familyId: family.id }, inside)));
    }
    found.push(...blocks);
    open = without(open, [...new Set(blocks.map((block) => block.atMs))], stepMs);
  }
  const firstMs = found.reduce((least, block) => Math.min(least, block.atMs), Number.POSITIVE_INFINITY);
  let coveredMs = 0;
  // In the order of time, as the latest value of a state is the one that counts.
  for (const stretch of open.filter(({ toMs }) => toMs <= firstMs)) {
    coveredMs += await addRaw(connection, { family, range: stretch, folderOf });
  }
  const counted = new Set<number>();
  for (const block of found.toSorted((a, b) => a.atMs - b.atMs)) {
    if (!counted.has(block.atMs)) coveredMs += block.coveredMs;
    counted.add(block.atMs);
    folderOf(block.shard).add(decodeRows(block.body, family.kind.columns.length));
  }
  for (const stretch of open.filter(({ toMs }) => toMs > firstMs)) {
    coveredMs += await addRaw(connection, { family, range: stretch, folderOf });
  }
  return { coveredMs, series: gather(family, shards) };
}

async function addRaw(
  connection: OwnConnection,
  work: {
    readonly family: SealedFamily;
    readonly range: TimeRange;
    readonly folderOf: (shard: number) => Folder;
  },
): Promise<number> {
  const { family, range, folderOf } = work;
  const raw = await readPieces(connection, { family, resolution: 'raw', range });
  // What is past its time as it was read may still be there in five minutes.
  const pieces =
    raw.ticks.length > 0 ? raw : await readPieces(connection, { family, resolution: '5m', range });
  for (const { ordinal, endsMs, rows } of pieces.chunks) {
    const count = rows.places.length;
    let first = 0;
    while (first < count && (endsMs[rows.places[first] ?? 0] ?? 0) <= range.fromMs) first += 1;
    let after = first;
    while (after < count && (endsMs[rows.places[after] ?? 0] ?? 0) <= range.toMs) after += 1;
    if (first === after) continue;
    folderOf(Math.floor(ordinal / SHARD_SERIES)).add({
      places: Int32Array.of(ordinal % SHARD_SERIES),
      values: Float64Array.from(family.kind.columns, ({ fold }, column) =>
        foldValues(rows.values.subarray(column * count + first, column * count + after), fold),
      ),
    });
  }
  for (const { shard, rows } of pieces.blocks) folderOf(shard).add(rows);
  return pieces.ticks.reduce((sum, tick) => sum + tick.coveredMs, 0);
}

function foldValues(values: Float64Array, fold: 'sum' | 'last' | 'maximum'): number {
  if (fold === 'last') return values.at(-1) ?? 0;
  return values.reduce((a, b) => (fold === 'sum' ? a + b : Math.max(a, b)), 0);
}

function gather(
  family: SealedFamily,
  shards: ReadonlyMap<number, Folder>,
): ReadonlyMap<number, readonly number[]> {
  const series = new Map<number, readonly number[]>();
  for (const [shard, folder] of shards) {
    const { places, values } = folder.result();
    places.forEach((place, index) => {
      series.set(
        shard * SHARD_SERIES + place,
        family.kind.columns.map((_, column) =>
          fromStored(family.kind, column, values[column * places.length + index] ?? 0),
        ),
      );
    });
  }
  return series;
}
