import type { OwnConnection, OwnRow } from '../postgres/index.ts';
import type { BlockResolution } from './resolutions.ts';
import { SCHEMA } from './schema.ts';
import type { TimeRange } from './types.ts';

/** A block as it lies in the store. */
export interface StoredBlock {
  readonly atMs: number;
  readonly coveredMs: number;
  readonly shard: number;
  readonly body: Buffer;
}

/** One instant of a family and what it covers. */
export interface Tick {
  readonly atMs: number;
  readonly coveredMs: number;
}

/**
 * Reads blocks in the order of time.
 * @param at which instants: for raw blocks those after `fromMs` up to `toMs`; for rollups, whose `at` is a
 * beginning, those from `fromMs` to before `toMs`
 */
export async function readBlocks(
  connection: OwnConnection,
  from: {
    readonly resolution: BlockResolution;
    readonly familyId: number;
    readonly shards?: readonly number[];
  },
  at: TimeRange,
): Promise<readonly StoredBlock[]> {
  const { resolution, familyId, shards } = from;
  const isWhole = shards === undefined;
  const rows = await connection.run(
    `select ${packedBlocks(isWhole ? null : 5)}
    from ${SCHEMA}.block_${resolution}
    where family_id = $1 and ${boundsOf(resolution)}${isWhole ? '' : ' and shard = any($4)'}
    group by at order by at`,
    [
      familyId,
      new Date(at.fromMs),
      new Date(at.toMs),
      ...(isWhole ? [] : [[FIRST_SHARD, ...shards], shards]),
    ],
  );
  return rows.flatMap(unpackBlocks);
}

/** The shard that every tick has, and that is read for its ticks where others are wanted. */
export const FIRST_SHARD = 0;

const HEAD_BYTES = 8;

/**
 * Columns `at`, `covered_ms` and `body` of a query of blocks that is grouped by `at`. The shards of a tick come as one
 * string, each after its number and length: as rows of their own they would take longer on the way than to decode.
 * @param shards number of the parameter that lists those wanted: a body that nobody decodes need not travel; null for all
 */
export function packedBlocks(shards: number | null): string {
  const body = shards === null ? 'body' : `case when shard = any($${shards}) then body else '' end`;
  return `extract(epoch from at)::float8 * 1000 as at, max(covered_ms) as covered_ms,
    string_agg(int4send(shard) || int4send(octet_length(${body})) || ${body}, '' order by shard) as body`;
}

/** Takes the blocks of one tick apart. */
export function unpackBlocks(row: OwnRow): readonly StoredBlock[] {
  const bytes = row['body'] as Buffer;
  const atMs = Math.round(Number(row['at']));
  const coveredMs = Number(row['covered_ms']);
  const blocks: StoredBlock[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [shard, begin] = [bytes.readInt32BE(at), at + HEAD_BYTES];
    at = begin + bytes.readInt32BE(at + 4);
    blocks.push({ atMs, coveredMs, shard, body: bytes.subarray(begin, at) });
  }
  return blocks;
}

/** Reads the instants of a family, without their values. */
export async function readTicks(
  connection: OwnConnection,
  from: { readonly resolution: BlockResolution; readonly familyId: number },
  at: TimeRange,
): Promise<readonly Tick[]> {
  const rows = await connection.run(
    `select extract(epoch from at)::float8 * 1000 as at, covered_ms from ${SCHEMA}.block_${from.resolution}
    where family_id = $1 and shard = ${FIRST_SHARD} and ${boundsOf(from.resolution)} order by at`,
    [from.familyId, new Date(at.fromMs), new Date(at.toMs)],
  );
  return rows.map((row) => ({
    atMs: Math.round(Number(row['at'])),
    coveredMs: Number(row['covered_ms']),
  }));
}

/** Condition that blocks lie between `$2` and `$3`. */
export function boundsOf(resolution: BlockResolution): string {
  return resolution === 'raw' ? 'at > $2 and at <= $3' : 'at >= $2 and at < $3';
}

/** Gives the instants of blocks that stand in the order of time, each once. */
export function ticksOf(blocks: Iterable<StoredBlock>): readonly Tick[] {
  const ticks: Tick[] = [];
  for (const { atMs, coveredMs } of blocks) {
    if (ticks.at(-1)?.atMs !== atMs) ticks.push({ atMs, coveredMs });
  }
  return ticks;
}
