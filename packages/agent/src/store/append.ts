import { groupBy } from '../kernel/index.ts';
import type { OwnConnection } from '../postgres/index.ts';
import type { SampleBatch } from '../series/index.ts';
import { type SeriesKind, seriesKind } from '../series/index.ts';
import { packBodies } from './bodies.ts';
import { encodeRows } from './codec/rows.ts';
import { SHARD_SERIES, toStored } from './frame.ts';
import { SCHEMA } from './schema.ts';
import type { SeriesRegistry } from './series-registry.ts';

/**
 * Appends what was read at one instant. A batch without rows still says that the target was looked at: an idle
 * minute is no gap.
 */
export async function appendBatch(
  connection: OwnConnection,
  registry: SeriesRegistry,
  batch: SampleBatch,
): Promise<void> {
  const { id } = await registry.family(batch.kind);
  const ordinals = await registry.ordinalsOf(
    batch.kind,
    batch.rows.map((row) => row.key),
  );
  const { shards, bodies } = encodeBatch(batch, ordinals);
  const { bytes, firsts, lengths } = packBodies(bodies);
  for (let atMs = batch.at.getTime(); ; atMs += 1) {
    const stored = await connection.run(
      `insert into ${SCHEMA}.block_raw (family_id, shard, at, covered_ms, body)
      select $1, s, $2, $3, substr($5::bytea, f, l) from unnest($4::int[], $6::int[], $7::int[]) t (s, f, l)
      where not exists (select from ${SCHEMA}.block_raw r where r.family_id = $1 and r.at = $2)
      returning shard`,
      [id, new Date(atMs), Math.round(batch.coveredMs), shards, bytes, firsts, lengths],
    );
    // Two batches of one kind may fall into the same millisecond: the second one takes the next.
    if (stored.length > 0) return;
  }
}

function encodeBatch(
  batch: SampleBatch,
  ordinals: readonly number[],
): { readonly shards: readonly number[]; readonly bodies: readonly Buffer[] } {
  const kind = seriesKind(batch.kind);
  const order = ordinals.map((_, index) => index).sort((a, b) => (ordinals[a] ?? 0) - (ordinals[b] ?? 0));
  const shardOf = (index: number): number => Math.floor((ordinals[index] ?? 0) / SHARD_SERIES);
  // The first shard is always there, so that the tick is.
  const shards = new Map([[0, [] as readonly number[]], ...groupBy(order, shardOf)]);
  const bodies = [...shards.values()].map((indexes) =>
    encodeRows({
      places: Int32Array.from(indexes, (index) => (ordinals[index] ?? 0) % SHARD_SERIES),
      values: storedValues(kind, batch.rows, indexes),
    }),
  );
  return { shards: [...shards.keys()], bodies };
}

/** Lays chosen rows out column by column, as they are stored. */
function storedValues(kind: SeriesKind, rows: SampleBatch['rows'], indexes: readonly number[]): Float64Array {
  const stored = new Float64Array(kind.columns.length * indexes.length);
  // Row by row: each lies in one place of the memory.
  indexes.forEach((index, place) => {
    const values = rows[index]?.values ?? {};
    kind.columns.forEach(({ name }, number) => {
      stored[number * indexes.length + place] = toStored(kind, number, values[name] ?? 0);
    });
  });
  return stored;
}
