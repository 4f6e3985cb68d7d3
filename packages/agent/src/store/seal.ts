import { groupBy } from '../kernel/index.ts';
import type { OwnConnection } from '../postgres/index.ts';
import type { SeriesKind } from '../series/index.ts';
import { packBodies } from './bodies.ts';
import { decodeRows, type EncodableRows, encodeRows } from './codec/rows.ts';
import { copyRow, encodeGrown, type GrowingRows, growingRows, SHARD_SERIES } from './frame.ts';
import { ensurePartition } from './partitions.ts';
import { CHUNK_PERIODS, periodEnd, type Resolution } from './resolutions.ts';
import { rollUp, rollupsOf } from './roll-up.ts';
import { SCHEMA } from './schema.ts';
import { boundsOf, readBlocks, readTicks, type Tick, ticksOf } from './ticks.ts';
import type { TimeRange } from './types.ts';

/** Ordinal under which the instants of a chunk's period are kept. */
export const AXIS_ORDINAL = -1;

/** A family whose blocks are sealed. */
export interface SealedFamily {
  readonly id: number;
  readonly kind: SeriesKind;
}

/** A stretch of time to seal. */
export interface SealedPeriod {
  readonly resolution: Resolution;
  readonly beginMs: number;
}

/**
 * Turns the blocks of one period into chunks, all or nothing. Blocks that came late into a period that is sealed
 * already are joined with its chunks. Blocks of hours stay, the others are removed.
 */
export async function sealPeriod(
  connection: OwnConnection,
  family: SealedFamily,
  { resolution, beginMs }: SealedPeriod,
): Promise<void> {
  const range = { fromMs: beginMs, toMs: periodEnd(CHUNK_PERIODS[resolution], beginMs) };
  await ensurePartition(connection, `chunk_${resolution}`, beginMs);
  if (resolution === 'raw') {
    for (const table of ['block_1h', 'block_6h']) await ensurePartition(connection, table, beginMs);
  }
  await connection.transaction(async (inside) => {
    await unseal(inside, family, { resolution, beginMs });
    if (resolution === 'raw') await rollUp(inside, family, { ...range, rollups: rollupsOf(family.kind) });
    await transpose(inside, family, { resolution, ...range });
    if (resolution !== '1h') await removeBlocks(inside, family.id, { resolution, ...range });
  });
}

interface Stretch extends TimeRange {
  readonly resolution: Resolution;
}

/** Writes one chunk a series from the blocks of a stretch, shard by shard so that other work can come between. */
async function transpose(connection: OwnConnection, family: SealedFamily, stretch: Stretch): Promise<void> {
  const { resolution, fromMs } = stretch;
  const to = `chunk_${resolution}`;
  const all = await readBlocks(connection, { resolution, familyId: family.id }, stretch);
  if (all.length === 0) return;
  const ticks = ticksOf(all);
  const indexOf = new Map(ticks.map((tick, index) => [tick.atMs, index]));
  await storeChunks(connection, { family, to, beginMs: fromMs }, [
    { ordinal: AXIS_ORDINAL, rows: axisRows(ticks, fromMs) },
  ]);
  // While one shard is stored the next is made ready.
  let stored: Promise<void> = Promise.resolve();
  for (const [shard, blocks] of groupBy(all, (block) => block.shard)) {
    const matrix = createMatrix(family.kind.columns.length, ticks.length);
    for (const block of blocks) {
      matrix.add(decodeRows(block.body, family.kind.columns.length), indexOf.get(block.atMs) ?? 0);
    }
    const chunks = matrix
      .series()
      .map(({ place, rows }) => ({ ordinal: shard * SHARD_SERIES + place, rows }));
    await stored;
    stored = storeChunks(connection, { family, to, beginMs: fromMs }, chunks);
    // Thrown where it is awaited; where a block cannot be decoded before that, this is what there is to tell.
    stored.catch(() => undefined);
  }
  await stored;
}

async function removeBlocks(connection: OwnConnection, familyId: number, stretch: Stretch): Promise<void> {
  await connection.run(
    `delete from ${SCHEMA}.block_${stretch.resolution} where family_id = $1 and ${boundsOf(stretch.resolution)}`,
    [familyId, new Date(stretch.fromMs), new Date(stretch.toMs)],
  );
}

/** The values of one shard over a period, to be written by tick and read by series. */
interface Matrix {
  add(rows: EncodableRows, tick: number): void;
  series(): readonly { readonly place: number; readonly rows: EncodableRows }[];
}

function createMatrix(width: number, ticks: number): Matrix {
  // Series after series, as they are read: in each its columns, in these the ticks.
  const values = new Float64Array(SHARD_SERIES * width * ticks);
  const isThere = new Uint8Array(SHARD_SERIES * ticks);
  return {
    add({ places, values: given }, tick) {
      for (let row = 0; row < places.length; row += 1) {
        const place = places[row] ?? 0;
        isThere[place * ticks + tick] = 1;
        for (let column = 0; column < width; column += 1) {
          values[(place * width + column) * ticks + tick] = given[column * places.length + row] ?? 0;
        }
      }
    },
    series() {
      const found: { readonly place: number; readonly rows: EncodableRows }[] = [];
      for (let place = 0; place < SHARD_SERIES; place += 1) {
        const there: number[] = [];
        for (let tick = 0; tick < ticks; tick += 1) {
          if (isThere[place * ticks + tick] === 1) there.push(tick);
        }
        if (there.length === 0) continue;
        const all = values.subarray(place * width * ticks, (place + 1) * width * ticks);
        // A column of a series that was not always there is shorter than the period.
        const isWhole = there.length === ticks;
        const own = isWhole ? all : all.filter((_, index) => isThere[place * ticks + (index % ticks)] === 1);
        found.push({ place, rows: { places: new Int32Array(there), values: own } });
      }
      return found;
    },
  };
}

function axisRows(ticks: readonly Tick[], beginMs: number): EncodableRows {
  return {
    places: Int32Array.from(ticks.keys()),
    values: new Float64Array([
      ...ticks.map((tick) => tick.atMs - beginMs),
      ...ticks.map((tick) => tick.coveredMs),
    ]),
  };
}

async function storeChunks(
  connection: OwnConnection,
  place: { readonly family: SealedFamily; readonly to: string; readonly beginMs: number },
  chunks: readonly { readonly ordinal: number; readonly rows: EncodableRows }[],
): Promise<void> {
  if (chunks.length === 0) return;
  const { bytes, firsts, lengths } = packBodies(chunks.map(({ rows }) => encodeRows(rows)));
  await connection.run(
    `insert into ${SCHEMA}.${place.to} (family_id, ordinal, at, body)
    select $1, o, $2, substr($4::bytea, f, l) from unnest($3::int[], $5::int[], $6::int[]) t (o, f, l)`,
    [place.family.id, new Date(place.beginMs), chunks.map(({ ordinal }) => ordinal), bytes, firsts, lengths],
  );
}

/**
 * Turns the chunks of a period, if it has any, back into blocks. A clock that was set back may have lived the period
 * again: an instant that is taken by a block makes way to the next that is free.
 */
export async function unseal(
  connection: OwnConnection,
  family: SealedFamily,
  { resolution, beginMs }: SealedPeriod,
): Promise<void> {
  const rows = await connection.run(
    `delete from ${SCHEMA}.chunk_${resolution} where family_id = $1 and at = $2 returning ordinal, body`,
    [family.id, new Date(beginMs)],
  );
  const axis = rows.find((row) => row['ordinal'] === AXIS_ORDINAL);
  if (axis === undefined) return;
  if (resolution === '1h') return;
  const times = decodeRows(axis['body'] as Buffer, 2);
  const width = family.kind.columns.length;
  const blocks = new Map<
    string,
    { readonly tick: number; readonly shard: number; readonly rows: GrowingRows }
  >();
  const blockOf = (tick: number, shard: number): GrowingRows => {
    const key = `${tick}/${shard}`;
    const known = blocks.get(key) ?? { tick, shard, rows: growingRows(width) };
    blocks.set(key, known);
    return known.rows;
  };
  for (const tick of times.places) blockOf(tick, 0);
  const series = rows
    .filter((row) => row['ordinal'] !== AXIS_ORDINAL)
    .toSorted((a, b) => Number(a['ordinal']) - Number(b['ordinal']));
  for (const row of series) {
    const ordinal = Number(row['ordinal']);
    const chunk = decodeRows(row['body'] as Buffer, width);
    chunk.places.forEach((tick, index) => {
      copyRow(chunk, index, blockOf(tick, Math.floor(ordinal / SHARD_SERIES)), ordinal % SHARD_SERIES);
    });
  }
  const all = [...blocks.values()];
  const { bytes, firsts, lengths } = packBodies(all.map(({ rows: own }) => encodeGrown(own)));
  const atMs = await freeInstants(
    connection,
    { familyId: family.id, resolution, beginMs },
    Array.from(times.places, (_, tick) => beginMs + (times.values[tick] ?? 0)),
  );
  await connection.run(
    `insert into ${SCHEMA}.block_${resolution} (family_id, shard, at, covered_ms, body)
    select $1, s, to_timestamp(t / 1000.0), c, substr($5::bytea, f, l)
    from unnest($2::int[], $3::float8[], $4::int[], $6::int[], $7::int[]) x (s, t, c, f, l)
    on conflict do nothing`,
    [
      family.id,
      all.map(({ shard }) => shard),
      all.map(({ tick }) => atMs[tick] ?? 0),
      all.map(({ tick }) => times.values[times.places.length + tick] ?? 0),
      bytes,
      firsts,
      lengths,
    ],
  );
}

/** Gives each instant, or the next millisecond at which neither a block nor another of them lies. */
async function freeInstants(
  connection: OwnConnection,
  place: { readonly familyId: number; readonly resolution: Resolution; readonly beginMs: number },
  wanted: readonly number[],
): Promise<readonly number[]> {
  const { beginMs, resolution } = place;
  // A rollup has one place only, and the block that is there was made of all.
  if (resolution !== 'raw') return wanted;
  // The last instants may have to make way into the next period.
  const toMs = periodEnd(CHUNK_PERIODS[resolution], beginMs) + 2 * wanted.length;
  const ticks = await readTicks(connection, place, { fromMs: beginMs, toMs });
  const taken = new Set(ticks.map((tick) => tick.atMs));
  const planned = new Set(wanted);
  return wanted.map((first) => {
    if (!taken.has(first)) return first;
    let atMs = first;
    while (taken.has(atMs) || planned.has(atMs)) atMs += 1;
    planned.add(atMs);
    return atMs;
  });
}
