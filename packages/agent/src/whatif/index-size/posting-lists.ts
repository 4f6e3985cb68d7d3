/** How the rows of one key lie in the table. */
export interface RowSpread {
  /** Rows of the key. */
  readonly rows: number;
  readonly tableRows: number;
  readonly tableBlocks: number;
}

/** Place of the first row, and the length of what follows. */
const LIST_HEADER_BYTES = 8;

/** Blocks from which on a step takes another byte: each holds 7 bits, a block is 2048 places. */
const STEPS_OF_BLOCKS: readonly number[] = [1, 8, 1_024, 131_072];

/**
 * Gives the size of the compressed list of a key's rows, taken to be strewn over the table.
 * @source src/backend/access/gin/ginpostinglist.c: variable-byte differences of places, 11 bits for the row in its block
 */
export function postingListBytes({ rows, tableRows, tableBlocks }: RowSpread): number {
  if (rows <= 1) return LIST_HEADER_BYTES;
  const perBlock = Math.max(1, tableRows / Math.max(1, tableBlocks));
  const hits = Math.min(perBlock, (rows / Math.max(rows, tableRows)) * perBlock);
  const leaves = hits < 1e-9 ? 1 : (1 - Math.exp(-hits)) / hits;
  const step = STEPS_OF_BLOCKS.reduce((bytes, blocks) => bytes + leaves * Math.exp(-hits * (blocks - 1)), 1);
  return LIST_HEADER_BYTES + Math.ceil((rows - 1) * step);
}
