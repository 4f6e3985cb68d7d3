const MEGABYTE = 1024 ** 2;

/** Peak over mean of WAL: a setting for the mean would still be too small for the busy hours. */
export const PEAK_FACTOR = 2;

/**
 * Computes the max_wal_size that holds the WAL of checkpoint_timeout, so that checkpoints begin by time.
 * @param bytesPerSecond WAL at the busiest
 * @source PostgreSQL src/backend/access/transam/xlog.c, CalculateCheckpointSegments:
 * max_wal_size / (1 + checkpoint_completion_target)
 */
export function neededWalBytes(
  bytesPerSecond: number,
  { timeoutMs, completionRatio }: { readonly timeoutMs: number; readonly completionRatio: number },
): number {
  return bytesPerSecond * (timeoutMs / 1_000) * (1 + completionRatio);
}

/** Rounds up to a power of two of megabytes: the next size that a person would write. */
export function nextWalSize(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, bytes / MEGABYTE))) * MEGABYTE;
}
