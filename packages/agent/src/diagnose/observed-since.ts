import { formatDuration } from '../kernel/index.ts';
import { durationSetting, type Setting } from '../settings/index.ts';

/** Interval from which rates are taken from between the two snapshots; several checks share it. */
export const minimumIntervalSetting: Setting<number> = durationSetting({
  key: 'diagnose.interval.minimum-ms',
  summary:
    'Time between the two snapshots from which it is judged instead of everything since the counters began.',
  default: 60_000,
  source: 'a shorter interval sees only what happens to run in it',
});

/** Says over what time counters were taken, for the evidence. */
export function describeWindow(source: 'interval' | 'cumulative', lengthMs: number | null): string {
  if (source === 'interval') return `the last ${formatDuration(lengthMs ?? 0)}`;
  return lengthMs === null
    ? 'since the counters began'
    : `${formatDuration(lengthMs)} since the counters began`;
}
