import { type Growth, measureGrowth, timeUntil } from '../../../forecast/index.ts';
import { formatBytes, formatDuration } from '../../../kernel/index.ts';
import { durationSetting, TARGET_SETTINGS } from '../../../settings/index.ts';
import { blindSpot, defineCheck, finding } from '../../define-check.ts';
import type { BlindSpot, Check } from '../../types.ts';

const DAY_MS = 86_400_000;

const settings = {
  limitBytes: TARGET_SETTINGS.diskBytes,
  warningMs: durationSetting({
    key: 'diagnose.disk-full-date.warning-ms',
    summary: 'Time until the database is as large as it may be from which it is a warning.',
    default: 90 * DAY_MS,
    source: 'checks.md: below 90 days; a quarter is what buying or archiving takes',
  }),
  criticalMs: durationSetting({
    key: 'diagnose.disk-full-date.critical-ms',
    summary: 'Time until the database is as large as it may be from which it is critical.',
    default: 14 * DAY_MS,
    source: 'checks.md: below 14 days',
  }),
  minimumMs: durationSetting({
    key: 'diagnose.disk-full-date.minimum-observed-ms',
    summary: 'Time that the growth must have been seen for, without a jump.',
    default: 14 * DAY_MS,
    minimum: 2 * DAY_MS,
    source: 'two weeks hold each weekday twice',
  }),
};

/** Tells when the database is as large as it may be, if it goes on growing as it does. */
export const diskFullDate: Check = defineCheck({
  id: 'diagnose/disk-full-date',
  title: 'Disk that is soon full',
  needs: [],
  needsHistory: true,
  source: 'Sen (1968): median of the slopes between all pairs of days, interval by their ranks',
  settings,
  run: ({ observation, snapshot, values, threshold }) => {
    if (values.limitBytes === 0) return [NO_LIMIT];
    const growth = measureGrowth(observation.history?.databaseBytes ?? [], values.minimumMs);
    if (growth.kind !== 'growth') return [tooEarly(growth, values.minimumMs)];
    const forecast = forecastOf(growth, values.limitBytes);
    if (forecast === null || forecast.leftMs > values.warningMs) return [];
    const isCritical = forecast.leftMs <= values.criticalMs;
    const { database } = snapshot.server;
    return [
      finding({
        severity: isCritical ? 'critical' : 'warning',
        subject: { kind: 'database', schema: '', name: database },
        title: titleOf(growth, values.limitBytes, forecast),
        evidence: {
          databaseBytes: growth.latest.value,
          limitBytes: values.limitBytes,
          usedRatio: growth.latest.value / values.limitBytes,
          grownPerDayBytes: growth.perMs * DAY_MS,
          grownPerDayLowBytes: growth.lowPerMs * DAY_MS,
          grownPerDayHighBytes: growth.highPerMs * DAY_MS,
          leftMs: forecast.leftMs,
          leftAtLeastMs: forecast.earliestMs,
          leftAtMostMs: forecast.latestMs,
          observedMs: growth.observedMs,
        },
        threshold: threshold(isCritical ? 'criticalMs' : 'warningMs'),
        remedy:
          'archive or drop what is old (partitions by time make that a matter of moments), remove bloat and unused indexes, or enlarge the volume and raise target.disk-bytes',
      }),
    ];
  },
});

const NO_LIMIT = blindSpot(
  'how large the database may become is not known',
  'say so: `disk-bytes = "500 GB"` in the target\'s part of pgsteward.toml, or `--set target.disk-bytes=500GB`',
);

function tooEarly(why: Exclude<ReturnType<typeof measureGrowth>, Growth>, minimumMs: number): BlindSpot {
  const wait = `leave pgsteward running: it needs ${formatDuration(minimumMs)}`;
  if (why.kind === 'too-short')
    return blindSpot(`the size has been seen for ${formatDuration(why.observedMs)} only`, wait);
  return blindSpot(`the size jumped on ${dayOf(why.shift.atMs)}: what it grew by before tells nothing`, wait);
}

/** Times from the latest size on, in milliseconds; the latest is null where it may never be. */
interface Forecast {
  readonly leftMs: number;
  readonly earliestMs: number;
  readonly latestMs: number | null;
}

/** @returns null where it is not certain that the database grows at all */
function forecastOf({ latest, perMs, lowPerMs, highPerMs }: Growth, limit: number): Forecast | null {
  const left = (speed: number): number | null => timeUntil(limit, latest.value, speed);
  const [leftMs, earliestMs, latestMs] = [left(perMs), left(highPerMs), left(lowPerMs)];
  return leftMs === null || earliestMs === null || latestMs === null
    ? null
    : { leftMs, earliestMs, latestMs };
}

function titleOf(
  { latest, perMs }: Growth,
  limit: number,
  { leftMs, earliestMs, latestMs }: Forecast,
): string {
  const size = formatBytes(limit);
  if (leftMs === 0) return `the database has reached the ${size} that it may have`;
  const day = (afterMs: number): string => dayOf(latest.atMs + afterMs);
  return `the database reaches the ${size} that it may have on ${day(leftMs)} (between ${day(earliestMs)} and ${day(latestMs ?? leftMs)}) if it goes on growing by ${formatBytes(perMs * DAY_MS)} a day`;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
