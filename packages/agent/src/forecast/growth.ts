import { median, type Point, type Slope, theilSen } from './theil-sen.ts';

/** How something grows, and where it stands. */
export interface Growth extends Slope {
  readonly kind: 'growth';
  /** Latest value that the growth starts from. */
  readonly latest: Point;
  /** Time that it was measured over, in milliseconds. */
  readonly observedMs: number;
}

/** A growth, or why none can be told. */
export type GrowthForecast =
  | Growth
  | { readonly kind: 'too-short'; readonly observedMs: number }
  /** It jumped not long ago, and has not been seen for long enough since. */
  | { readonly kind: 'level-shift'; readonly shift: Point; readonly observedMs: number };

const DAY_MS = 86_400_000;
/** A step is a shift of the level when it is this many times as far from the usual step as steps are. */
const SHIFT_DEVIATIONS = 8;
/** And at least this share of all that was seen: weekends make steps that are unusual and mean nothing. */
const SHIFT_RATIO = 0.25;
/** Makes the median of distances comparable to a standard deviation. */
const MAD_FACTOR = 1.4826;

/**
 * Measures how something grows, from one point a day: the hours of a day are no independent witnesses.
 * After a jump only what came later counts.
 * @param points in the order of time
 * @param minimumMs time that must have been seen, without a jump
 */
export function measureGrowth(points: readonly Point[], minimumMs: number): GrowthForecast {
  const days = dailyMedians(points);
  const shiftAt = lastShift(days);
  const since = days.slice(shiftAt ?? 0);
  const latest = points.at(-1);
  const [first] = since;
  const began = points.find(({ atMs }) => first !== undefined && dayOf(atMs) === dayOf(first.atMs));
  const observedMs = began === undefined || latest === undefined ? 0 : latest.atMs - began.atMs;
  const slope = theilSen(since);
  if (slope === null || latest === undefined || observedMs < minimumMs) {
    return shiftAt === null || first === undefined
      ? { kind: 'too-short', observedMs }
      : { kind: 'level-shift', shift: first, observedMs };
  }
  return { kind: 'growth', ...slope, latest, observedMs };
}

/** Gives the time until a limit is reached at a speed; null when that is never. @returns milliseconds, 0 when it is past */
export function timeUntil(limit: number, from: number, perMs: number): number | null {
  if (from >= limit) return 0;
  return perMs <= 0 ? null : (limit - from) / perMs;
}

/** One point for each day, at the middle of its points. */
function dailyMedians(points: readonly Point[]): readonly Point[] {
  const days = new Map<number, Point[]>();
  for (const point of points) {
    const day = dayOf(point.atMs);
    const known = days.get(day);
    if (known === undefined) days.set(day, [point]);
    else known.push(point);
  }
  const middle = (values: readonly number[]): number => median(values.toSorted((a, b) => a - b));
  return [...days.values()].map((own) => ({
    atMs: middle(own.map(({ atMs }) => atMs)),
    value: middle(own.map(({ value }) => value)),
  }));
}

/** Finds the day with which the last new level began; null where there is none. */
function lastShift(days: readonly Point[]): number | null {
  const steps = days.slice(1).map(({ value }, index) => value - (days[index]?.value ?? value));
  const values = days.map(({ value }) => value);
  const range = Math.max(...values) - Math.min(...values);
  const usual = median(steps.toSorted((a, b) => a - b));
  const distances = steps.map((step) => Math.abs(step - usual));
  const deviation = MAD_FACTOR * median(distances.toSorted((a, b) => a - b));
  const far = Math.max(SHIFT_DEVIATIONS * deviation, SHIFT_RATIO * range);
  const last = distances.findLastIndex((distance) => distance > far);
  return last < 0 ? null : last + 1;
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}
