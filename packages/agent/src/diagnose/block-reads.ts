import type { Observation } from '../observe/index.ts';
import { describeWindow } from './observed-since.ts';

/** Blocks that were asked for, and where they were found. */
export interface BlockReads {
  readonly hitBlocks: number;
  readonly readBlocks: number;
  /** Hits among all; null without a single block. */
  readonly hitRatio: number | null;
  readonly source: 'interval' | 'cumulative';
  readonly observed: string;
}

/**
 * Counts the blocks of tables, their indexes and TOAST since their statistics began; over a long enough interval
 * those of the whole database.
 * @returns null when the counters cannot be read
 */
export function blockReads(observation: Observation, minimumIntervalMs: number): BlockReads | null {
  const { interval } = observation;
  const { tables } = observation.snapshot.sections;
  if (interval?.database && interval.durationMs >= minimumIntervalMs) {
    const { blocksHit, blocksRead } = interval.database;
    return readsOf(blocksHit, blocksRead, 'interval', interval.durationMs);
  }
  if (tables.status !== 'ok') return null;
  let hits = 0;
  let reads = 0;
  for (const table of tables.data) {
    hits += table.heapBlocksHit + table.indexBlocksHit + table.toastBlocksHit;
    reads += table.heapBlocksRead + table.indexBlocksRead + table.toastBlocksRead;
  }
  return readsOf(hits, reads, 'cumulative', null);
}

function readsOf(
  hitBlocks: number,
  readBlocks: number,
  source: BlockReads['source'],
  lengthMs: number | null,
): BlockReads {
  const all = hitBlocks + readBlocks;
  const hitRatio = all === 0 ? null : hitBlocks / all;
  return { hitBlocks, readBlocks, hitRatio, source, observed: describeWindow(source, lengthMs) };
}
