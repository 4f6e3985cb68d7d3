import type { CopyWriter } from './writer.ts';

/** Days of history that the data covers, ending at `now`. */
const historyDays = 730;

const dayMs = 86_400_000;
/** Share of a day's traffic by hour, UTC: quiet nights, a peak before noon and one in the evening. */
const hourWeights = [3, 2, 1, 1, 1, 2, 4, 7, 11, 14, 15, 14, 12, 12, 13, 13, 12, 11, 11, 13, 14, 12, 8, 5];
const weekdayWeights = [0.6, 1.05, 1.15, 1.2, 1.15, 1, 0.7];

/** Spreads ordered events over the days and hours of the history. */
export interface Timeline {
  /**
   * Gives the moment of one event.
   * @param position place of the event among all, in [0, 1); a later place is a later moment
   * @returns milliseconds since 1970
   */
  readonly epochMsAt: (position: number) => number;
}

/**
 * Builds the timeline that ends at `now`: traffic doubles over the two years, sags at weekends and nights,
 * and has one busy day in about thirty.
 * @param now end of the history; nothing is dated at or after it
 */
export function createTimeline(now: Date): Timeline {
  const startMs = now.getTime() - historyDays * dayMs;
  const days = cumulate(
    Array.from({ length: historyDays }, (_, day) => {
      const weekday = new Date(startMs + day * dayMs).getUTCDay();
      const isBusy = (day * 7919) % 30 === 0;
      return (1 + day / historyDays) * (weekdayWeights[weekday] ?? 1) * (isBusy ? 1.8 : 1);
    }),
  );
  const hours = cumulate(hourWeights);
  const epochMsAt = (position: number): number => {
    const day = locate(days, position);
    const hour = locate(hours, day.fraction);
    return startMs + Math.floor(day.index * dayMs + ((hour.index + hour.fraction) * dayMs) / 24);
  };
  return { epochMsAt };
}

const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const dayNames = new Map<number, string>();

/** Writes milliseconds since 1970 as PostgreSQL reads a `timestamp`: `YYYY-MM-DD HH:MM:SS.mmm`, UTC. */
export function writeTimestamp(out: CopyWriter, epochMs: number): void {
  const day = Math.floor(epochMs / dayMs);
  let name = dayNames.get(day);
  if (name === undefined) {
    name = `${new Date(day * dayMs).toISOString().slice(0, 10)} `;
    dayNames.set(day, name);
  }
  const inDay = epochMs - day * dayMs;
  const seconds = Math.floor(inDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const ms = inDay - seconds * 1000;
  out.text(name);
  out.text(twoDigits[Math.floor(minutes / 60)] ?? '');
  out.text(':');
  out.text(twoDigits[minutes % 60] ?? '');
  out.text(':');
  out.text(twoDigits[seconds % 60] ?? '');
  out.text(ms < 10 ? '.00' : ms < 100 ? '.0' : '.');
  out.integer(ms);
}

/** Cumulative shares: element `i` is the share before slot `i`, the last element 1. */
function cumulate(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = new Float64Array(weights.length + 1);
  let sum = 0;
  weights.forEach((weight, index) => {
    shares[index] = sum / total;
    sum += weight;
  });
  shares[weights.length] = 1;
  return shares;
}

function locate(
  shares: Float64Array,
  position: number,
): { readonly index: number; readonly fraction: number } {
  let low = 0;
  let high = shares.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((shares[middle] ?? 1) <= position) low = middle;
    else high = middle - 1;
  }
  const start = shares[low] ?? 0;
  const width = (shares[low + 1] ?? 1) - start;
  return { index: low, fraction: Math.min(0.999999, (position - start) / width) };
}
