import { formatBytes, formatCount, formatRatio, settingBytes } from '../../../kernel/index.ts';
import type { Sections, Snapshot } from '../../../observe/index.ts';
import { countSetting, durationSetting, ratioSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import type { Check } from '../../types.ts';
import { neededWalBytes, nextWalSize, PEAK_FACTOR } from '../../wal-size.ts';

const settings = {
  requestedRatio: ratioSetting({
    key: 'diagnose.checkpoint-pressure.requested-ratio',
    summary: 'Share of checkpoints begun on request above which it is reported.',
    default: 0.3,
    source: 'PostgreSQL docs 28.5 "WAL Configuration": checkpoints should begin by time',
  }),
  minimumCheckpoints: countSetting({
    key: 'diagnose.checkpoint-pressure.minimum-checkpoints-count',
    summary: 'Fewest checkpoints from which the share says something.',
    default: 10,
    minimum: 1,
    source: 'ten checkpoints are 50 minutes of the default checkpoint_timeout',
  }),
  minimumWindowMs: durationSetting({
    key: 'diagnose.checkpoint-pressure.minimum-window-ms',
    summary: 'Time that the statistics must cover for a warning; shorter is only mentioned.',
    default: 3_600_000,
    source: 'a load or a restore of a new database forces checkpoints once',
  }),
  walExplainedRatio: ratioSetting({
    key: 'diagnose.checkpoint-pressure.wal-explained-ratio',
    summary: 'Share of the requested checkpoints that the volume of WAL must explain for a warning.',
    default: 0.5,
    source: 'create database, drop database, base backups and CHECKPOINT request checkpoints as well',
  }),
};

const GIGABYTE = 1024 ** 3;

/** Finds servers that write checkpoints because WAL fills up, not because it is time. */
export const checkpointPressure: Check = defineCheck({
  id: 'diagnose/checkpoint-pressure',
  title: 'Checkpoints forced by WAL',
  needs: ['checkpoints', 'wal', 'serverSettings'],
  source: 'PostgreSQL docs 28.5 "WAL Configuration", 27.2.15 "pg_stat_checkpointer"',
  settings,
  run: ({ sections, values, threshold, snapshot }) => {
    const { timed, requested, sessionBuffers, checkpointBuffers, cleanerBuffers } = sections.checkpoints;
    const total = timed + requested;
    const requestedRatio = requested / Math.max(1, total);
    // A standby's restartpoints follow the checkpoints of its primary.
    if (snapshot.server.isInRecovery || total < values.minimumCheckpoints) return [];
    if (requestedRatio <= values.requestedRatio) return [];
    const load = loadOf(sections, snapshot);
    const isByWal = load.explainedCount >= requested * values.walExplainedRatio;
    const isLong = load.windowMs >= values.minimumWindowMs;
    const written = checkpointBuffers + cleanerBuffers + (sessionBuffers ?? 0);
    return [
      finding({
        severity: isByWal && isLong ? 'warning' : 'info',
        subject: { kind: 'server', schema: '', name: 'server' },
        title: `${formatRatio(requestedRatio)} of ${formatCount(total)} checkpoints were begun on request, ${isByWal ? `not by time: max_wal_size is ${formatBytes(load.maximumWalBytes)}` : 'mostly by commands rather than by WAL'}`,
        evidence: {
          requestedRatio,
          requestedCount: requested,
          timedCount: timed,
          windowMs: load.windowMs,
          walExplainedCount: load.explainedCount,
          walBytesPerSecond: load.walBytesPerSecond,
          maxWalSizeBytes: load.maximumWalBytes,
          checkpointTimeoutMs: load.timeoutMs,
          suggestedMaxWalSizeBytes: load.suggestedBytes,
          sessionWritesRatio: sessionBuffers === null ? null : sessionBuffers / Math.max(1, written),
        },
        threshold: threshold('requestedRatio'),
        remedy: isByWal
          ? `alter system set max_wal_size = '${settingBytes(load.suggestedBytes)}', then select pg_reload_conf(): room for the WAL of checkpoint_timeout at twice the mean rate; recovery after a crash takes longer, the disk must hold it`
          : 'look for what runs CHECKPOINT, creates or drops databases, or takes base backups often; max_wal_size is large enough for the WAL that is written',
      }),
    ];
  },
});

interface Load {
  readonly windowMs: number;
  readonly walBytesPerSecond: number;
  readonly maximumWalBytes: number;
  readonly timeoutMs: number;
  /** Checkpoints that the volume of WAL can have forced, at most. */
  readonly explainedCount: number;
  readonly suggestedBytes: number;
}

/**
 * Compares the WAL that was written with the distance at which it forces a checkpoint.
 * @source PostgreSQL src/backend/access/transam/xlog.c, CalculateCheckpointSegments:
 * max_wal_size / (1 + checkpoint_completion_target)
 */
function loadOf(
  sections: Pick<Sections, 'checkpoints' | 'wal' | 'serverSettings'>,
  snapshot: Snapshot,
): Load {
  const { checkpoints, wal, serverSettings } = sections;
  const started = snapshot.server.serverStartedAt;
  const windowMs = checkpoints.now.getTime() - (checkpoints.statsReset ?? started).getTime();
  const walMs = wal.now.getTime() - (wal.statsReset ?? started).getTime();
  const walBytesPerSecond = wal.bytes / Math.max(1, walMs / 1_000);
  const maximumWalBytes = serverSettings.get('max_wal_size')?.number ?? GIGABYTE;
  const timeoutMs = serverSettings.get('checkpoint_timeout')?.number ?? 300_000;
  const spread = 1 + (serverSettings.get('checkpoint_completion_target')?.number ?? 0.9);
  const needed = neededWalBytes(walBytesPerSecond * PEAK_FACTOR, { timeoutMs, completionRatio: spread - 1 });
  return {
    windowMs: Math.max(0, windowMs),
    walBytesPerSecond,
    maximumWalBytes,
    timeoutMs,
    explainedCount: Math.floor(
      (walBytesPerSecond * (windowMs / 1_000)) / Math.max(1, maximumWalBytes / spread),
    ),
    suggestedBytes: nextWalSize(Math.max(needed, 2 * maximumWalBytes)),
  };
}
