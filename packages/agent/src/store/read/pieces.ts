import type { OwnConnection, OwnRow } from '../../postgres/index.ts';
import { decodeRows, type EncodableRows } from '../codec/rows.ts';
import { SHARD_SERIES } from '../frame.ts';
import { CHUNK_PERIODS, periodBegin, periodEnd, type Resolution, stepOf } from '../resolutions.ts';
import { SCHEMA } from '../schema.ts';
import { AXIS_ORDINAL, type SealedFamily } from '../seal.ts';
import {
  boundsOf,
  FIRST_SHARD,
  packedBlocks,
  readBlocks,
  type StoredBlock,
  type Tick,
  ticksOf,
  unpackBlocks,
} from '../ticks.ts';
import type { TimeRange } from '../types.ts';
import { without } from './ranges.ts';

/** History as it was found: instants, and rows of series at them. */
export interface Pieces {
  /** When each tick ended; ascending within what was read at once. */
  readonly ticks: readonly Tick[];
  /** Values of all series at one tick, under their place in the shard. */
  readonly blocks: readonly { readonly atMs: number; readonly shard: number; readonly rows: EncodableRows }[];
  /** Values of one series at several ticks, under their place in the period; those of one period follow one another. */
  readonly chunks: readonly {
    readonly ordinal: number;
    /** When each tick of the period ended: one array for all its chunks. */
    readonly endsMs: Float64Array;
    readonly rows: EncodableRows;
  }[];
}

/** What to read: one family, all of it or some of its series. */
export interface PiecesQuery {
  readonly family: SealedFamily;
  /** All series when left out. */
  readonly ordinals?: readonly number[];
  readonly resolution: Resolution;
  readonly range: TimeRange;
}

/**
 * Reads a stretch of history at one resolution: chunks where the period is sealed, blocks elsewhere. Hours of all
 * series come from the blocks alone, which hold them together and stay.
 */
export async function readPieces(connection: OwnConnection, query: PiecesQuery): Promise<Pieces> {
  if (query.resolution !== '1h') return readBoth(connection, query);
  const isWhole = query.ordinals === undefined;
  const sealed = isWhole ? NOTHING_SEALED : sealedOf(await readChunks(connection, query), query);
  const blocks = await readHours(connection, query, sealed.periods);
  return joined(sealed, blocks, query);
}

/** In one statement, as what it seals meanwhile would be in neither of two. */
async function readBoth(connection: OwnConnection, query: PiecesQuery): Promise<Pieces> {
  const { family, ordinals, resolution, range } = query;
  const shards = ordinals === undefined ? null : shardsOf(ordinals);
  const isChosen = shards !== null;
  const rows = await connection.run(
    `select true as sealed, ordinal as place, extract(epoch from at)::float8 * 1000 as at, 0 as covered_ms, body
    from ${SCHEMA}.chunk_${resolution}
    where family_id = $1 and at >= $4 and at < $3${isChosen ? ' and ordinal = any($5)' : ''}
    union all
    select false, 0, t.* from (
      select ${packedBlocks(isChosen ? 7 : null)}
      from ${SCHEMA}.block_${resolution}
      where family_id = $1 and ${boundsOf(resolution)}${isChosen ? ' and shard = any($6)' : ''}
      group by at) t
    order by 1, 3, 2`,
    [
      family.id,
      new Date(range.fromMs),
      new Date(range.toMs),
      new Date(periodBegin(CHUNK_PERIODS[resolution], range.fromMs)),
      ...(isChosen ? [[AXIS_ORDINAL, ...(ordinals ?? [])], [FIRST_SHARD, ...shards], shards] : []),
    ],
  );
  const firstSealed = rows.findIndex((row) => row['sealed'] === true);
  const end = firstSealed < 0 ? rows.length : firstSealed;
  return joined(sealedOf(rows.slice(end), query), rows.slice(0, end).flatMap(unpackBlocks), query);
}

interface Sealed {
  readonly ticks: readonly Tick[];
  readonly chunks: Pieces['chunks'];
  /** Beginnings of the sealed periods. */
  readonly periods: readonly number[];
}

const NOTHING_SEALED: Sealed = { ticks: [], chunks: [], periods: [] };

function readChunks(
  connection: OwnConnection,
  { family, ordinals = [], resolution, range }: PiecesQuery,
): Promise<readonly OwnRow[]> {
  return connection.run(
    `select ordinal as place, extract(epoch from at)::float8 * 1000 as at, body from ${SCHEMA}.chunk_${resolution}
    where family_id = $1 and at >= $2 and at < $3 and ordinal = any($4)
    order by at, ordinal`,
    [
      family.id,
      new Date(periodBegin(CHUNK_PERIODS[resolution], range.fromMs)),
      new Date(range.toMs),
      [AXIS_ORDINAL, ...ordinals],
    ],
  );
}

/** Decodes chunks that stand in the order of time, each period's axis first. */
function sealedOf(rows: readonly OwnRow[], { family, resolution, range }: PiecesQuery): Sealed {
  const stepMs = stepOf(resolution);
  const ticks: Tick[] = [];
  const chunks: Sealed['chunks'][number][] = [];
  const periods: number[] = [];
  let ends = new Float64Array(0);
  for (const row of rows) {
    const ordinal = Number(row['place']);
    const begin = Math.round(Number(row['at']));
    if (ordinal !== AXIS_ORDINAL) {
      const rows = decodeRows(row['body'] as Buffer, family.kind.columns.length);
      chunks.push({ ordinal, rows, endsMs: ends });
      continue;
    }
    const axis = decodeRows(row['body'] as Buffer, 2);
    const count = axis.places.length;
    ends = axis.values.slice(0, count).map((offset) => begin + offset + stepMs);
    periods.push(begin);
    ends.forEach((atMs, index) => {
      if (atMs > range.fromMs && atMs <= range.toMs) {
        ticks.push({ atMs, coveredMs: axis.values[count + index] ?? 0 });
      }
    });
  }
  return { ticks, chunks, periods };
}

/** Reads the blocks of hours in the months that are not sealed. */
async function readHours(
  connection: OwnConnection,
  { family, ordinals, resolution, range }: PiecesQuery,
  periods: readonly number[],
): Promise<readonly StoredBlock[]> {
  const open = periods.reduce<readonly TimeRange[]>(
    (ranges, begin) => without(ranges, [begin], periodEnd('month', begin) - begin),
    [{ fromMs: periodBegin('month', range.fromMs), toMs: periodEnd('month', range.toMs) }],
  );
  const from = { resolution, familyId: family.id };
  const found: StoredBlock[] = [];
  for (const stretch of open) {
    const fromMs = Math.max(stretch.fromMs, range.fromMs);
    const toMs = Math.min(stretch.toMs, range.toMs);
    if (fromMs >= toMs) continue;
    const chosen = ordinals === undefined ? from : { ...from, shards: shardsOf(ordinals) };
    found.push(...(await readBlocks(connection, chosen, { fromMs, toMs })));
  }
  return found;
}

function joined(sealed: Sealed, found: readonly StoredBlock[], query: PiecesQuery): Pieces {
  const { family, ordinals, resolution } = query;
  const stepMs = stepOf(resolution);
  const shards = ordinals === undefined ? null : new Set(shardsOf(ordinals));
  const ended = found.map((block) => ({ ...block, atMs: block.atMs + stepMs }));
  return {
    ticks: [...sealed.ticks, ...ticksOf(ended)].toSorted((a, b) => a.atMs - b.atMs),
    blocks: ended
      .filter(({ shard }) => shards === null || shards.has(shard))
      .map(({ atMs, shard, body }) => ({ atMs, shard, rows: decodeRows(body, family.kind.columns.length) })),
    chunks: sealed.chunks,
  };
}

function shardsOf(ordinals: readonly number[]): readonly number[] {
  return [...new Set(ordinals.map((ordinal) => Math.floor(ordinal / SHARD_SERIES)))];
}
