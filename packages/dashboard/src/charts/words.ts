import type { ViewChart } from '../../../agent/src/app/views/types.ts';
import { format } from '../format.ts';

const DESCRIBED_SERIES = 6;

/** Names the unit of a chart's axis. */
export function unitName(unit: ViewChart['unit']): string {
  const names = {
    sessions: 'sessions',
    ms: 'time',
    bytes: 'bytes',
    bytesPerSecond: 'bytes per second',
    perSecond: 'per second',
    count: 'count',
    ratio: '%',
  };
  return names[unit];
}

/** Gives the last value that is known. */
export function lastOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** What the chart shows, for those who do not see it. */
export function describe({ title, series, unit }: ViewChart): string {
  const lines = series.slice(0, DESCRIBED_SERIES).map(({ name, values }) => {
    const last = lastOf(values);
    if (last === null) return `${name}: nothing`;
    const most = values.reduce<number>((a, b) => Math.max(a, b ?? a), 0);
    return `${name}: last ${format(last, unit)}, at most ${format(most, unit)}`;
  });
  return `${title}. ${lines.join('; ')}`;
}
