import { autovacuumPace } from './rules/autovacuum-pace/rule.ts';
import { checkpointTimeout } from './rules/checkpoint-timeout/rule.ts';
import { effectiveCacheSize } from './rules/effective-cache-size/rule.ts';
import { hashMemory } from './rules/hash-memory/rule.ts';
import { maintenanceWorkMem } from './rules/maintenance-work-mem/rule.ts';
import { maxConnections } from './rules/max-connections/rule.ts';
import { maxWalSize } from './rules/max-wal-size/rule.ts';
import { reviewed } from './rules/reviewed/rule.ts';
import { sharedBuffers } from './rules/shared-buffers/rule.ts';
import { storageCosts } from './rules/storage-costs/rule.ts';
import { tableAutovacuum } from './rules/table-autovacuum/rule.ts';
import { walBuffers } from './rules/wal-buffers/rule.ts';
import { walCompression } from './rules/wal-compression/rule.ts';
import { workMem } from './rules/work-mem/rule.ts';
import type { TuneRule } from './types.ts';

/**
 * Every rule. A rule reckons with what those before it want: those that take memory share what there is in this order,
 * and max_wal_size follows the distance of checkpoints.
 */
export const tuneRules: readonly TuneRule[] = [
  maxConnections,
  sharedBuffers,
  autovacuumPace,
  hashMemory,
  workMem,
  maintenanceWorkMem,
  effectiveCacheSize,
  storageCosts,
  checkpointTimeout,
  maxWalSize,
  walBuffers,
  walCompression,
  reviewed,
  tableAutovacuum,
];
