import type { Reading } from '../../alert/index.ts';
import type { History, SeriesHistory } from '../../store/index.ts';
import type { Measurement, Ticks } from './measurements.ts';

/**
 * Turns ticks of a history into readings of a measurement.
 * @param from first tick that gives a reading; the ones before only fill its window
 */
export function readingsOf(
  measurement: Measurement,
  target: string,
  { history, from }: { readonly history: History; readonly from: number },
): readonly Reading[] {
  const { atMs } = history.axis;
  const readings: Reading[] = [];
  for (let tick = from; tick < atMs.length; tick += 1)
    readings.push(readingAt(measurement, target, { history, tick }));
  return readings;
}

function readingAt(
  measurement: Measurement,
  target: string,
  { history, tick }: { readonly history: History; readonly tick: number },
): Reading {
  const samples = history.series.flatMap((series) => {
    if (!isThere(series, tick)) return [];
    const value = measurement.value(ticksUpTo(history, series, { tick, windowMs: measurement.windowMs }));
    return value === null || Number.isNaN(value) ? [] : [{ labels: measurement.labels(series.key), value }];
  });
  return { measurement: measurement.name, target, at: new Date(history.axis.atMs[tick] ?? 0), samples };
}

/** A series that was not read at a tick has no number there. */
function isThere({ columns }: SeriesHistory, tick: number): boolean {
  return Object.values(columns).some((values) => !Number.isNaN(values[tick] ?? Number.NaN));
}

function ticksUpTo(
  { axis }: History,
  { columns }: SeriesHistory,
  { tick, windowMs }: { readonly tick: number; readonly windowMs: number },
): Ticks {
  const endMs = axis.atMs[tick] ?? 0;
  const at = (index: number) => (name: string) => {
    const value = columns[name]?.[index] ?? 0;
    return Number.isNaN(value) ? 0 : value;
  };
  let first = tick;
  while (first > 0 && endMs - (axis.atMs[first - 1] ?? 0) < windowMs) first -= 1;
  const overWindow = (value: (index: number) => number): number => {
    let sum = 0;
    for (let index = first; index <= tick; index += 1) sum += value(index);
    return sum;
  };
  return {
    now: at(tick),
    sum: (name) => overWindow((index) => at(index)(name)),
    seconds: () => overWindow((index) => (axis.coveredMs[index] ?? 0) / 1_000),
    sinceMs(holds) {
      for (let index = tick; index >= 0; index -= 1)
        if (holds(at(index))) return endMs - (axis.atMs[index] ?? 0);
      return null;
    },
  };
}
