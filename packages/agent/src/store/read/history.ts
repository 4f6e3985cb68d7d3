import type { OwnConnection } from '../../postgres/index.ts';
import type { SeriesKind } from '../../series/index.ts';
import type { EncodableRows } from '../codec/rows.ts';
import { fromStored, SHARD_SERIES } from '../frame.ts';
import type { Axis } from '../types.ts';
import { type Pieces, type PiecesQuery, readPieces } from './pieces.ts';

/** Values of series over common ticks, by ordinal. */
export interface NumberedHistory {
  readonly axis: Axis;
  readonly series: ReadonlyMap<number, readonly Float64Array[]>;
}

/** What to read, and which series to add up. */
export interface NumberedQuery extends PiecesQuery {
  /** Number under which a series is added to others; its own ordinal when left out. */
  readonly groupOf?: (ordinal: number) => number;
}

/**
 * Reads a stretch of history and lays all series over the same ticks. Where a series was not among what was read, a
 * counter stood still (0) and a state is not known (NaN).
 */
export async function readHistory(connection: OwnConnection, query: NumberedQuery): Promise<NumberedHistory> {
  const pieces = await readPieces(connection, query);
  const ticks = pieces.ticks.filter((tick, index) => pieces.ticks[index - 1]?.atMs !== tick.atMs);
  const indexOf = new Map(ticks.map((tick, index) => [tick.atMs, index]));
  const { kind } = query.family;
  const series = new Map<number, readonly Float64Array[]>();
  const { groupOf } = query;
  const columnsOf = (ordinal: number): readonly Float64Array[] => {
    const number = groupOf?.(ordinal) ?? ordinal;
    let columns = series.get(number);
    if (columns === undefined) {
      columns = emptyColumns(kind, ticks.length);
      series.set(number, columns);
    }
    return columns;
  };
  const placement = { kind, indexOf, columnsOf, isAdding: groupOf !== undefined };
  placeChunks(pieces, placement);
  placeBlocks(pieces, { ...placement, wanted: query.ordinals });
  return {
    axis: {
      resolution: query.resolution,
      atMs: new Float64Array(ticks.map((tick) => tick.atMs)),
      coveredMs: new Float64Array(ticks.map((tick) => tick.coveredMs)),
    },
    series,
  };
}

interface Placement {
  readonly kind: SeriesKind;
  readonly indexOf: ReadonlyMap<number, number>;
  readonly columnsOf: (ordinal: number) => readonly Float64Array[];
  /** Whether several series may share columns. */
  readonly isAdding: boolean;
}

function emptyColumns(kind: SeriesKind, length: number): readonly Float64Array[] {
  return kind.columns.map(({ fold }) => new Float64Array(length).fill(fold === 'sum' ? 0 : Number.NaN));
}

function placeChunks(pieces: Pieces, placement: Placement): void {
  const { indexOf, columnsOf } = placement;
  let shared: Float64Array | null = null;
  let ticks = new Int32Array(0);
  for (const { ordinal, endsMs, rows } of pieces.chunks) {
    if (endsMs !== shared) ticks = Int32Array.from(endsMs, (time) => indexOf.get(time) ?? -1);
    shared = endsMs;
    const own = columnsOf(ordinal);
    for (const [column, into] of own.entries()) placeColumn({ into, column, rows, ticks }, placement);
  }
}

function placeColumn(
  place: {
    readonly into: Float64Array;
    readonly column: number;
    readonly rows: EncodableRows;
    /** Where each tick of the rows' period goes; -1 outside. */
    readonly ticks: Int32Array;
  },
  { kind, isAdding }: Placement,
): void {
  const { into, column, ticks } = place;
  const { places, values } = place.rows;
  const begin = column * places.length;
  for (let row = 0; row < places.length; row += 1) {
    const tick = ticks[places[row] ?? 0] ?? -1;
    if (tick < 0) continue;
    const value = fromStored(kind, column, values[begin + row] ?? 0);
    into[tick] = isAdding ? (into[tick] ?? 0) + value : value;
  }
}

function placeBlocks(
  pieces: Pieces,
  placement: Placement & { readonly wanted: readonly number[] | undefined },
): void {
  const { indexOf, columnsOf, wanted } = placement;
  const chosen = wanted === undefined ? null : new Set(wanted);
  for (const { atMs, shard, rows } of pieces.blocks) {
    const tick = indexOf.get(atMs);
    if (tick === undefined) continue;
    for (let row = 0; row < rows.places.length; row += 1) {
      const ordinal = shard * SHARD_SERIES + (rows.places[row] ?? 0);
      if (chosen === null || chosen.has(ordinal)) {
        placeRow({ into: columnsOf(ordinal), tick, rows, row }, placement);
      }
    }
  }
}

function placeRow(
  place: {
    readonly into: readonly Float64Array[];
    readonly tick: number;
    readonly rows: EncodableRows;
    readonly row: number;
  },
  { kind, isAdding }: Placement,
): void {
  const { into, tick, rows, row } = place;
  for (let column = 0; column < into.length; column += 1) {
    const own = into[column];
    if (own === undefined) continue;
    const value = fromStored(kind, column, rows.values[column * rows.places.length + row] ?? 0);
    own[tick] = isAdding ? (own[tick] ?? 0) + value : value;
  }
}
