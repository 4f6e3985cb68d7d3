import { BLOCK_BYTES } from '../../../../diagnose/index.ts';
import type { IoRow, Snapshot, WorkloadFacts } from '../../../../observe/index.ts';

/** How long reads of a block took. */
export interface ReadSpeed {
  /** Of a block that was read by itself. */
  readonly randomMs: number;
  /** Of a block within the scan of a large table; null where PostgreSQL does not tell the two apart. */
  readonly sequentialMs: number | null;
  readonly readsCount: number;
  readonly from: 'pg_stat_io' | 'pg_stat_database';
}

/**
 * Tells how fast reads are. PostgreSQL 16 counts the scans of large tables, which use a ring of buffers, apart from other
 * reads (among which are those of small tables); before, all of them share one mean.
 * @returns null where reads were not timed, or too few were
 */
export function measureReads(
  { sections }: Snapshot,
  { blocks }: WorkloadFacts,
  leastReads: number,
): ReadSpeed | null {
  const rows = sections.io.status === 'ok' ? sections.io.data.filter(isOfClients) : [];
  const random = timeOf(rows.filter(({ context }) => context === 'normal'));
  const sequential = timeOf(rows.filter(({ context }) => context === 'bulkread'));
  if (random.blocks >= leastReads && random.ms > 0) {
    return {
      randomMs: random.ms / random.reads,
      sequentialMs: sequential.blocks >= leastReads ? sequential.ms / sequential.blocks : null,
      readsCount: random.reads,
      from: 'pg_stat_io',
    };
  }
  if (blocks === null || blocks.readMs === 0 || blocks.readCount < leastReads) return null;
  return {
    randomMs: blocks.readMs / blocks.readCount,
    sequentialMs: null,
    readsCount: blocks.readCount,
    from: 'pg_stat_database',
  };
}

function isOfClients({ backendType, object }: IoRow): boolean {
  return backendType === 'client backend' && object === 'relation';
}

function timeOf(rows: readonly IoRow[]): {
  readonly ms: number;
  readonly reads: number;
  readonly blocks: number;
} {
  const sum = (value: (row: IoRow) => number): number => rows.reduce((total, row) => total + value(row), 0);
  return {
    ms: sum(({ readMs }) => readMs),
    reads: Math.max(
      1,
      sum(({ reads }) => reads),
    ),
    blocks: sum(({ readBytes }) => readBytes) / BLOCK_BYTES,
  };
}
