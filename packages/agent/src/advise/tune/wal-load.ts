import { BLOCK_BYTES } from '../../diagnose/index.ts';
import type { WorkloadFacts } from '../../observe/index.ts';

/** How much WAL was written, and of what. */
export interface WalLoad {
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** Share of full page images; an image leaves the empty middle of its page out, so this is an upper bound. */
  readonly fullPageRatio: number;
}

/** Derives rates from what was counted of WAL; null where nothing was. */
export function walLoad({ wal }: WorkloadFacts): WalLoad | null {
  if (wal === null || wal.bytes === 0 || wal.observedMs <= 0) return null;
  return {
    bytes: wal.bytes,
    bytesPerSecond: wal.bytes / (wal.observedMs / 1_000),
    fullPageRatio: Math.min(1, (wal.fullPageImagesCount * BLOCK_BYTES) / wal.bytes),
  };
}
