import { displayIdentifier, formatBytes, formatDuration } from '../../../kernel/index.ts';
import type { Observation } from '../../../observe/index.ts';
import { bytesSetting, durationSetting } from '../../../settings/index.ts';
import { defineCheck, finding } from '../../define-check.ts';
import { describeWindow } from '../../observed-since.ts';
import { BLOCK_BYTES } from '../../statement-finding.ts';
import { shortenStatement } from '../../statement-text.ts';
import { statisticsWindow } from '../../statistics-window.ts';
import type { Check } from '../../types.ts';

const HOUR_MS = 3_600_000;

const settings = {
  bytesPerHour: bytesSetting({
    key: 'diagnose.temp-files.per-hour-bytes',
    summary: 'Temporary files written in an hour from which it is reported.',
    default: 1024 ** 3,
    source: 'temporary files of 1 GB an hour wear and slow the disk for everyone',
  }),
  minimumWindow: durationSetting({
    key: 'diagnose.temp-files.minimum-window-ms',
    summary: 'Time that the counters must cover before it is a warning; shorter is only mentioned.',
    default: 24 * HOUR_MS,
    source: 'one bulk load with its index builds is no steady state',
  }),
  minimumInterval: durationSetting({
    key: 'diagnose.temp-files.minimum-interval-ms',
    summary:
      'Time between the two snapshots from which it is judged instead of everything since the counters began.',
    default: 600_000,
    source: 'a rate per hour is not extrapolated from less than ten minutes',
  }),
};

const TOP_STATEMENTS = 3;

/** Finds databases that write much to temporary files. */
export const tempFiles: Check = defineCheck({
  id: 'diagnose/temp-files',
  title: 'Temporary files',
  needs: ['database', 'tables'],
  source: 'PostgreSQL docs 27.2.17 "pg_stat_database": temp_bytes',
  settings,
  run: ({ sections, values, threshold, observation, snapshot }) => {
    const { interval } = observation;
    const isInterval = interval?.database != null && interval.durationMs >= values.minimumInterval;
    const counters = isInterval ? (interval.database ?? sections.database) : sections.database;
    const windowMs = isInterval
      ? interval.durationMs
      : statisticsWindow(snapshot, sections.database, sections.tables).lengthMs;
    const hours = isInterval ? windowMs / HOUR_MS : Math.max(1, windowMs / HOUR_MS);
    const perHourBytes = counters.tempBytes / hours;
    if (perHourBytes < values.bytesPerHour) return [];
    const { name } = sections.database;
    return [
      finding({
        severity: isInterval || windowMs >= values.minimumWindow ? 'warning' : 'info',
        subject: { kind: 'database', schema: '', name },
        title: `${displayIdentifier(name)} writes ${formatBytes(perHourBytes)} of temporary files an hour`,
        evidence: {
          temporaryPerHourBytes: perHourBytes,
          temporaryBytes: counters.tempBytes,
          temporaryFilesCount: counters.tempFiles,
          observed: describeWindow(isInterval ? 'interval' : 'cumulative', windowMs),
          topStatements: topStatements(observation),
        },
        threshold: threshold('bytesPerHour'),
        remedy: `see diagnose/spill for the statements; log the files with log_temp_files = '10MB' (${formatDuration(windowMs)} of counters do not tell which they were)`,
      }),
    ];
  },
});

function topStatements(observation: Observation): readonly string[] {
  const { statements } = observation.snapshot.sections;
  if (statements.status !== 'ok') return [];
  return statements.data
    .filter((row) => row.tempBlocksWritten > 0 && !row.isOwn)
    .toSorted((a, b) => b.tempBlocksWritten - a.tempBlocksWritten)
    .slice(0, TOP_STATEMENTS)
    .map((row) => `${formatBytes(row.tempBlocksWritten * BLOCK_BYTES)}: ${shortenStatement(row.query)}`);
}
