import type { TimeRange } from '../types.ts';

/** Takes buckets out of ranges. @param begins beginnings of the buckets, ascending */
export function without(
  ranges: readonly TimeRange[],
  begins: readonly number[],
  stepMs: number,
): readonly TimeRange[] {
  return ranges.flatMap((range) => {
    const left: TimeRange[] = [];
    let fromMs = range.fromMs;
    for (const begin of begins) {
      if (begin < fromMs || begin + stepMs > range.toMs) continue;
      if (begin > fromMs) left.push({ fromMs, toMs: begin });
      fromMs = begin + stepMs;
    }
    if (fromMs < range.toMs) left.push({ fromMs, toMs: range.toMs });
    return left;
  });
}

/** Gives the part of a range that consists of whole steps; null when it holds none. */
export function aligned(range: TimeRange, stepMs: number): TimeRange | null {
  const fromMs = Math.ceil(range.fromMs / stepMs) * stepMs;
  const toMs = Math.floor(range.toMs / stepMs) * stepMs;
  return fromMs < toMs ? { fromMs, toMs } : null;
}
