import type { Clock } from '../../kernel/index.ts';
import type { SampleRow } from '../../series/index.ts';

/** Cumulative counters of one thing at one instant. */
export interface CounterReading {
  /** What the counters belong to as PostgreSQL knows it; another id means that counting began anew. */
  readonly id: string;
  /** Key of the series; several things may share one, and are added up. */
  readonly key: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
}

/** What moved since the reading before. */
export interface Growth {
  readonly rows: readonly SampleRow[];
  readonly coveredMs: number;
  /** Things whose counters fell: they were reset, and what ran since cannot be told. */
  readonly fallen: readonly CounterReading[];
}

/** Turns readings of cumulative counters into their growth. */
export interface GrowthMeter {
  /**
   * Takes a reading.
   * @param isNewCounted whether something that was not there before began within the interval, so that all it
   * counted is growth; false for things that may have been hidden
   * @param isReset whether all counters are known to have been reset since: what fell has grown from nothing
   * @returns null at the first reading, from which nothing can be told yet
   */
  take(readings: readonly CounterReading[], isNewCounted: boolean, isReset?: boolean): Growth | null;
  forget(): void;
}

/** Starts a meter of growth. Time is measured by a clock that never jumps. */
export function createGrowthMeter(clock: Clock): GrowthMeter {
  let before: ReadonlyMap<string, CounterReading> | null = null;
  let beforeMs = 0;
  return {
    take(readings, isNewCounted, isReset = false) {
      const nowMs = clock.monotonicMs();
      const earlier = before;
      const coveredMs = nowMs - beforeMs;
      before = new Map(readings.map((reading) => [reading.id, reading]));
      beforeMs = nowMs;
      return earlier === null ? null : compare(earlier, readings, { isNewCounted, isReset, coveredMs });
    },
    forget() {
      before = null;
    },
  };
}

function compare(
  before: ReadonlyMap<string, CounterReading>,
  after: readonly CounterReading[],
  options: { readonly isNewCounted: boolean; readonly isReset: boolean; readonly coveredMs: number },
): Growth {
  const rows = new Map<
    string,
    { readonly key: readonly string[]; readonly values: Record<string, number> }
  >();
  const fallen: CounterReading[] = [];
  for (const reading of after) {
    const earlier = before.get(reading.id);
    if (earlier === undefined && !options.isNewCounted) continue;
    const sinceThen = difference(earlier?.counters ?? {}, reading.counters);
    if (sinceThen === null) fallen.push(reading);
    const grown = sinceThen ?? (options.isReset ? difference({}, reading.counters) : null);
    if (grown === null) continue;
    if (grown.hasMoved) addTo(rows, reading.key, grown.values);
  }
  return { rows: [...rows.values()], coveredMs: options.coveredMs, fallen };
}

/** @returns null when a counter fell */
function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): { readonly values: Record<string, number>; readonly hasMoved: boolean } | null {
  const values: Record<string, number> = {};
  let hasMoved = false;
  for (const [name, value] of Object.entries(after)) {
    const grown = value - (before[name] ?? 0);
    // Sums of doubles come back a hair smaller when their parts are added in another order.
    if (grown < -Math.max(1e-6, value * 1e-9)) return null;
    values[name] = Math.max(0, grown);
    if (grown > 0) hasMoved = true;
  }
  return { values, hasMoved };
}

function addTo(
  rows: Map<string, { readonly key: readonly string[]; readonly values: Record<string, number> }>,
  key: readonly string[],
  values: Record<string, number>,
): void {
  const text = JSON.stringify(key);
  const known = rows.get(text);
  if (known === undefined) {
    rows.set(text, { key, values });
    return;
  }
  for (const [name, value] of Object.entries(values)) known.values[name] = (known.values[name] ?? 0) + value;
}
