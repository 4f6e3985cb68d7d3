import { formatBytes, formatCount, formatRatio } from '../../../../kernel/index.ts';
import { numberOf, type Rule } from '../rule.ts';

const MEMORY_DOCS = 'PostgreSQL docs 19.4.1 "Memory"';

/** Small shared buffers matter once a database that outgrows them misses many blocks. */
const smallSharedBuffers: Rule = (input) => {
  const { database, values } = input;
  const size = numberOf(input, 'shared_buffers');
  if (size === null || database === null || database.sizeBytes === null) return null;
  const limit =
    values.memoryBytes > 0 ? values.memoryBytes * values.sharedBuffersRatio : values.sharedBuffersBytes;
  const hitRatio = database.blocksHit / Math.max(1, database.blocksHit + database.blocksRead);
  const isBusy = database.blocksRead >= values.missedBlocks && hitRatio < values.hitRatio;
  if (size > limit || database.sizeBytes < 4 * size || !isBusy) return null;
  return {
    severity: 'warning',
    name: 'shared_buffers',
    title: `shared_buffers is ${formatBytes(size)} for a database of ${formatBytes(database.sizeBytes)}, and ${formatRatio(1 - hitRatio)} of the blocks are not found there`,
    evidence: {
      sharedBuffersBytes: size,
      databaseSizeBytes: database.sizeBytes,
      hitRatio,
      missedBlocksCount: database.blocksRead,
      memoryBytes: values.memoryBytes || null,
    },
    remedy: 'set it to a quarter of the memory and restart (alter system set shared_buffers = …)',
    source: MEMORY_DOCS,
    decidedBy: values.memoryBytes > 0 ? 'sharedBuffersRatio' : 'sharedBuffersBytes',
  };
};

const largeSharedBuffers: Rule = (input) => {
  const { memoryBytes, sharedBuffersMaximumRatio } = input.values;
  const size = numberOf(input, 'shared_buffers');
  if (size === null || memoryBytes === 0 || size <= memoryBytes * sharedBuffersMaximumRatio) return null;
  return {
    severity: 'info',
    name: 'shared_buffers',
    title: `shared_buffers takes ${formatRatio(size / memoryBytes)} of the memory and leaves little to the page cache and to sessions`,
    evidence: { sharedBuffersBytes: size, memoryBytes },
    remedy: 'try a quarter of the memory and compare the hit ratio',
    source: MEMORY_DOCS,
    decidedBy: 'sharedBuffersMaximumRatio',
  };
};

const smallWorkMem: Rule = (input) => {
  const size = numberOf(input, 'work_mem');
  if (size === null || size >= input.values.workMemBytes) return null;
  return {
    severity: 'warning',
    name: 'work_mem',
    title: `work_mem is ${formatBytes(size)}, below PostgreSQL's default: sorts and hashes go to disk early`,
    evidence: { workMemBytes: size, source: input.settings.get('work_mem')?.source ?? null },
    remedy:
      'raise it to the default where it is set (server, database or role) and let single statements that must be small set it',
    source: MEMORY_DOCS,
    decidedBy: 'workMemBytes',
  };
};

/** Temporary files tell that the default does not do, and their mean size what would. */
const spillingWorkMem: Rule = (input) => {
  const { database, window, values } = input;
  const size = numberOf(input, 'work_mem');
  if (size === null || database === null || window === null || size > values.workMemBytes) return null;
  const bytesPerDay = database.tempBytes / window.days;
  if (bytesPerDay < values.tempBytesPerDay) return null;
  const meanFileBytes = database.tempBytes / Math.max(1, database.tempFiles);
  return {
    severity: 'warning',
    name: 'work_mem',
    title: `work_mem is ${formatBytes(size)}, and ${formatBytes(bytesPerDay)} a day go to temporary files of ${formatBytes(meanFileBytes)} on average`,
    evidence: {
      workMemBytes: size,
      tempBytesPerDayBytes: bytesPerDay,
      tempFilesCount: database.tempFiles,
      meanTempFileBytes: meanFileBytes,
      observedMs: window.lengthMs,
    },
    remedy:
      'raise it for the roles that run the large sorts (alter role … set work_mem); every sort and hash of every session may take as much',
    source: MEMORY_DOCS,
    decidedBy: 'tempBytesPerDay',
  };
};

const overcommittedMemory: Rule = (input) => {
  const { memoryBytes } = input.values;
  const shared = numberOf(input, 'shared_buffers');
  const size = numberOf(input, 'work_mem');
  const connections = numberOf(input, 'max_connections');
  if (memoryBytes === 0 || shared === null || size === null || connections === null) return null;
  const worstBytes = shared + connections * size;
  if (worstBytes <= memoryBytes) return null;
  return {
    severity: 'info',
    name: 'work_mem',
    title: `${formatCount(connections)} sessions that each use work_mem once need ${formatBytes(worstBytes)}, more than the memory`,
    evidence: {
      workMemBytes: size,
      maxConnectionsCount: connections,
      sharedBuffersBytes: shared,
      memoryBytes,
    },
    remedy: 'lower max_connections behind a pooler, or work_mem in general and raise it per role',
    source: MEMORY_DOCS,
    decidedBy: 'memoryBytes',
  };
};

const smallMaintenance: Rule = (input) => {
  const { database, values } = input;
  const size = numberOf(input, 'maintenance_work_mem');
  const databaseBytes = database?.sizeBytes ?? 0;
  if (size === null || size > values.maintenanceBytes || databaseBytes < values.largeDatabaseBytes)
    return null;
  return {
    severity: 'info',
    name: 'maintenance_work_mem',
    title: `maintenance_work_mem is ${formatBytes(size)} for a database of ${formatBytes(databaseBytes)}`,
    evidence: { maintenanceWorkMemBytes: size, databaseSizeBytes: databaseBytes },
    remedy: 'raise it to 1 GB or a sixteenth of the memory: index builds and vacuum finish sooner',
    source: `${MEMORY_DOCS}; pgtune: memory / 16`,
    decidedBy: 'largeDatabaseBytes',
  };
};

/** Rules of memory. */
export const memoryRules: readonly Rule[] = [
  smallSharedBuffers,
  largeSharedBuffers,
  smallWorkMem,
  spillingWorkMem,
  overcommittedMemory,
  smallMaintenance,
];
