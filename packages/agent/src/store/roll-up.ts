import { groupBy } from '../kernel/index.ts';
import type { OwnConnection } from '../postgres/index.ts';
import type { SeriesKind } from '../series/index.ts';
import { packBodies } from './bodies.ts';
import { decodeRows, encodeRows } from './codec/rows.ts';
import { createFolder, SHARD_SERIES } from './frame.ts';
import { ensurePartition } from './partitions.ts';
import { type BlockResolution, ROLLUPS, type Rollup } from './resolutions.ts';
import { SCHEMA } from './schema.ts';
import { readBlocks, readTicks, type StoredBlock, ticksOf } from './ticks.ts';
import type { TimeRange } from './types.ts';

/** The rollups that a kind of series has. */
export function rollupsOf(kind: SeriesKind): readonly Rollup[] {
  return ROLLUPS.filter((rollup) => rollup.resolution !== '1m' || kind.hasMinutes);
}

/** Gives the beginning of the bucket that a raw tick ends in; a tick on the boundary ends the bucket before. */
function bucketBegin(rollup: Rollup, atMs: number): number {
  return Math.floor((atMs - 1) / rollup.stepMs) * rollup.stepMs;
}

/**
 * Folds the blocks of a stretch of time into the rollups of their kind: the buckets that end in it. A bucket that is
 * there and covers as much time as its source is left as it is; one into which a late tick fell is made anew.
 */
export async function rollUp(
  connection: OwnConnection,
  family: { readonly id: number; readonly kind: SeriesKind },
  stretch: { readonly fromMs: number; readonly toMs: number; readonly rollups: readonly Rollup[] },
): Promise<void> {
  for (const rollup of stretch.rollups) {
    const isRaw = rollup.source === 'raw';
    const bucketOf = (atMs: number): number => bucketBegin(rollup, isRaw ? atMs : atMs + 1);
    const from = { resolution: rollup.source, familyId: family.id };
    const due = await dueBuckets(connection, { from, rollup, bucketOf }, stretch);
    for (const begin of due) {
      const range = { fromMs: begin, toMs: begin + rollup.stepMs };
      const blocks = await readBlocks(connection, from, range);
      await storeBucket(connection, family, { rollup, begin, blocks });
    }
  }
}

/** Finds the buckets whose source covers another time than they do and which are over, or were taken for it. */
async function dueBuckets(
  connection: OwnConnection,
  fold: {
    readonly from: { readonly resolution: BlockResolution; readonly familyId: number };
    readonly rollup: Rollup;
    readonly bucketOf: (atMs: number) => number;
  },
  { fromMs, toMs }: TimeRange,
): Promise<readonly number[]> {
  const { from, rollup, bucketOf } = fold;
  const { resolution, stepMs } = rollup;
  const range = { fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs: Math.ceil(toMs / stepMs) * stepMs };
  const wanted = new Map<number, number>();
  for (const { atMs, coveredMs } of await readTicks(connection, from, range)) {
    const begin = bucketOf(atMs);
    wanted.set(begin, (wanted.get(begin) ?? 0) + coveredMs);
  }
  const ticks = await readTicks(connection, { ...from, resolution }, range);
  const there = new Map(ticks.map(({ atMs, coveredMs }) => [atMs, coveredMs]));
  return [...wanted.keys()].filter(
    (begin) => there.get(begin) !== wanted.get(begin) && (there.has(begin) || begin + stepMs <= toMs),
  );
}

interface Bucket {
  readonly rollup: Rollup;
  readonly begin: number;
  readonly blocks: readonly StoredBlock[];
}

async function storeBucket(
  connection: OwnConnection,
  family: { readonly id: number; readonly kind: SeriesKind },
  { rollup, begin, blocks }: Bucket,
): Promise<void> {
  const table = `block_${rollup.resolution}`;
  const covered = ticksOf(blocks).reduce((sum, tick) => sum + tick.coveredMs, 0);
  const folded = [...groupBy(blocks, (block) => block.shard)].map(([shard, own]) => ({
    shard,
    body: foldBodies(
      family.kind,
      own.map((block) => block.body),
    ),
  }));
  const { bytes, firsts, lengths } = packBodies(folded.map(({ body }) => body));
  await ensurePartition(connection, table, begin);
  await connection.run(
    `insert into ${SCHEMA}.${table} (family_id, shard, at, covered_ms, body)
    select $1, s, $2, $3, substr($5::bytea, f, l) from unnest($4::int[], $6::int[], $7::int[]) t (s, f, l)
    on conflict (family_id, at, shard) do update set covered_ms = excluded.covered_ms, body = excluded.body`,
    [
      family.id,
      new Date(begin),
      Math.round(covered),
      folded.map(({ shard }) => shard),
      bytes,
      firsts,
      lengths,
    ],
  );
}

/** Folds bodies of one shard, given in the order of time, into one. */
function foldBodies(kind: SeriesKind, bodies: readonly Buffer[]): Buffer {
  const folder = createFolder(kind, SHARD_SERIES);
  for (const body of bodies) folder.add(decodeRows(body, kind.columns.length));
  return encodeRows(folder.result());
}
