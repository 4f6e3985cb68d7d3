import { formatBytes, formatRatio } from '../../../../kernel/index.ts';
import { numberOf, type Rule, textOf } from '../rule.ts';

const CHECKPOINT_DOCS = 'PostgreSQL docs 28.5 "WAL Configuration"';
const BLOCK_BYTES = 8192;
const HOUR_MS = 3_600_000;
const DEFAULT_WAL_BYTES = 1024 ** 3;

/** Requested checkpoints count against max_wal_size only when as much WAL was written as begins them. */
const smallMaxWalSize: Rule = (input) => {
  const { checkpoints, wal, values, server } = input;
  const size = numberOf(input, 'max_wal_size');
  if (size === null || checkpoints === null || wal === null) return null;
  const requestedRatio = checkpoints.requested / Math.max(1, checkpoints.requested + checkpoints.timed);
  const isFrequent = checkpoints.requested >= values.requestedCount && requestedRatio > values.requestedRatio;
  const walPerCheckpoint = wal.bytes / Math.max(1, checkpoints.requested);
  if (!isFrequent || walPerCheckpoint < size / 4) return null;
  // A load of a new database fills the WAL once; a setting below PostgreSQL's default is small at any time.
  const observedMs = checkpoints.now.getTime() - (checkpoints.statsReset ?? server.serverStartedAt).getTime();
  const isLasting = observedMs >= HOUR_MS || size < DEFAULT_WAL_BYTES;
  return {
    severity: isLasting ? 'warning' : 'info',
    name: 'max_wal_size',
    title: `max_wal_size is ${formatBytes(size)}: ${formatRatio(requestedRatio)} of the checkpoints began because the WAL was full`,
    evidence: {
      maxWalSizeBytes: size,
      requestedCount: checkpoints.requested,
      timedCount: checkpoints.timed,
      requestedRatio,
      walBytes: wal.bytes,
    },
    remedy:
      'raise it (a reload is enough) until checkpoints begin by checkpoint_timeout; the WAL takes that much disk',
    source: CHECKPOINT_DOCS,
    decidedBy: 'requestedRatio',
  };
};

const completionTarget: Rule = (input) => {
  const target = numberOf(input, 'checkpoint_completion_target');
  if (target === null || target >= input.values.completionRatio) return null;
  return {
    severity: 'info',
    name: 'checkpoint_completion_target',
    title: `checkpoint_completion_target is ${target}: checkpoints write faster than they need to`,
    evidence: { completionTargetRatio: target },
    remedy: 'alter system reset checkpoint_completion_target; select pg_reload_conf()',
    source: 'PostgreSQL docs 19.5.2 "Checkpoints"',
    decidedBy: 'completionRatio',
  };
};

const walCompression: Rule = (input) => {
  const { wal, values } = input;
  if (textOf(input, 'wal_compression') !== 'off' || wal === null || wal.bytes < values.walBytes) return null;
  // An image leaves the empty middle of its page out, so this is an upper bound.
  const fullPageRatio = Math.min(1, (wal.fullPageImages * BLOCK_BYTES) / wal.bytes);
  if (fullPageRatio < values.fullPageRatio) return null;
  const method = input.server.versionNumber >= 150_000 ? 'lz4' : 'on';
  return {
    severity: 'info',
    name: 'wal_compression',
    title: `wal_compression is off, and up to ${formatRatio(fullPageRatio)} of the WAL are full page images`,
    evidence: { walBytes: wal.bytes, fullPageImagesCount: wal.fullPageImages, fullPageRatio },
    remedy: `alter system set wal_compression = ${method}; select pg_reload_conf()`,
    source: 'PostgreSQL docs 19.5.1 "Write Ahead Log Settings"',
    decidedBy: 'fullPageRatio',
  };
};

/** Rules of the write-ahead log and checkpoints. */
export const walRules: readonly Rule[] = [smallMaxWalSize, completionTarget, walCompression];
