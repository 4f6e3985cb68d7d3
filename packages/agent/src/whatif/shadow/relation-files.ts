import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { InternalError } from '../../kernel/index.ts';

const BLOCK_BYTES = 8_192;

/** Blocks of one segment file of 1 GiB. @source src/include/pg_config.h RELSEG_SIZE */
const SEGMENT_BLOCKS = 131_072;

const BTREE_MAGIC = 0x053162;
const LEAF = 1;
const ROOT = 2;

/** Gives the length of a relation's first segment, in blocks. */
export function firstSegmentBlocks(base: string): number {
  return Math.floor(statSync(base).size / BLOCK_BYTES);
}

/**
 * Makes a relation's main fork so many blocks long without using disk: what the planner measures is the length of the file.
 * @source src/backend/optimizer/util/plancat.c, estimate_rel_size
 */
export function setLength(base: string, blocks: number): void {
  const owner = statSync(base);
  for (let segment = 0, left = blocks; segment === 0 || left > 0; segment += 1, left -= SEGMENT_BLOCKS) {
    const file = segment === 0 ? base : `${base}.${segment}`;
    if (!existsSync(file)) {
      closeSync(openSync(file, 'w', 0o600));
      chownSync(file, owner.uid, owner.gid);
    }
    truncateSync(file, Math.max(0, Math.min(left, SEGMENT_BLOCKS)) * BLOCK_BYTES);
  }
}

/**
 * Gives an empty btree its height: a leaf, and above it one page per level with a single downlink. A probe of the planner descends it
 * safely and finds what the leaf holds.
 * @source src/backend/access/nbtree/README; src/include/access/nbtree.h
 */
export function setBtreeHeight(base: string, blocks: number, height: number): void {
  const file = openSync(base, 'r+');
  try {
    const meta = readBlock(file, 0);
    if (meta.readUInt32LE(24) !== BTREE_MAGIC) throw new InternalError(`${base} is no btree`);
    const oldRoot = meta.readUInt32LE(32);
    const oldLevel = oldRoot === 0 ? 0 : meta.readUInt32LE(36);
    const leaf = oldRoot === 0 ? 1 : oldRoot;
    const level = Math.max(height, oldLevel);
    const root = leaf + (level - oldLevel);
    if (oldRoot === 0) writeBlock(file, 1, treePage([], 0, LEAF | (level === 0 ? ROOT : 0)));
    else if (level > oldLevel) demoteRoot(file, leaf);
    for (let one = oldLevel + 1, below = leaf; one <= level; one += 1, below += 1) {
      writeBlock(file, below + 1, treePage([downlink(below)], one, one === level ? ROOT : 0));
    }
    for (const [offset, value] of [
      [32, root],
      [36, level],
      [40, root],
      [44, level],
    ] as const) {
      meta.writeUInt32LE(value, offset);
    }
    meta.writeUInt16LE(24 + 48, 12);
    writeBlock(file, 0, meta);
    setLength(base, Math.max(blocks, root + 1));
  } finally {
    closeSync(file);
  }
}

/** Whether equal keys of a btree may share a tuple, as its metapage says. @source nbtree.h BTMetaPageData.btm_allequalimage */
export function canDeduplicate(base: string): boolean {
  const file = openSync(base, 'r');
  try {
    return readBlock(file, 0)[64] === 1;
  } finally {
    closeSync(file);
  }
}

function demoteRoot(file: number, block: number): void {
  const page = readBlock(file, block);
  page.writeUInt16LE(page.readUInt16LE(BLOCK_BYTES - 4) & ~ROOT, BLOCK_BYTES - 4);
  writeBlock(file, block, page);
}

/** A pivot tuple without keys: everything is greater than it. */
function downlink(block: number): Buffer {
  const tuple = Buffer.alloc(8);
  tuple.writeUInt16LE(block >>> 16, 0);
  tuple.writeUInt16LE(block & 0xffff, 2);
  tuple.writeUInt16LE(8 | 0x2000, 6);
  return tuple;
}

function treePage(tuples: readonly Buffer[], level: number, flags: number): Buffer {
  const page = Buffer.alloc(BLOCK_BYTES);
  const special = BLOCK_BYTES - 16;
  page.writeUInt32LE(level, special + 8);
  page.writeUInt16LE(flags, special + 12);
  let upper = special;
  tuples.forEach((tuple, index) => {
    upper -= (tuple.length + 7) & ~7;
    tuple.copy(page, upper);
    page.writeUInt32LE((upper | (1 << 15) | (tuple.length << 17)) >>> 0, 24 + 4 * index);
  });
  page.writeUInt16LE(24 + 4 * tuples.length, 12);
  page.writeUInt16LE(upper, 14);
  page.writeUInt16LE(special, 16);
  page.writeUInt16LE(BLOCK_BYTES | 4, 18);
  return page;
}

function readBlock(file: number, block: number): Buffer {
  const page = Buffer.alloc(BLOCK_BYTES);
  readSync(file, page, 0, BLOCK_BYTES, block * BLOCK_BYTES);
  return page;
}

function writeBlock(file: number, block: number, page: Buffer): void {
  writeSync(file, page, 0, BLOCK_BYTES, block * BLOCK_BYTES);
}
