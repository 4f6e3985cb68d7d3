import { groupBy } from '../../kernel/index.ts';
import { drawnWeight } from './drawn-weight.ts';
import type { ElementClass, ElementFacts } from './types.ts';

/** A key that an index would take out of a value. */
export interface SampledKey {
  /** Tells keys apart. */
  readonly key: string;
  /** Keys of one group are drawn from one alphabet: the values of one path, the words of one length. */
  readonly group: string;
  /** Size as stored, header included. */
  readonly bytes: number;
}

/** A value of the column and the keys in it. */
export interface SampledValue {
  /** Share of all rows that have this value; null of one drawn from the others. */
  readonly share: number | null;
  readonly keys: readonly SampledKey[];
}

interface Count {
  readonly group: string;
  readonly bytes: number;
  /** Share of the rows by values whose share is known. */
  share: number;
  /** Drawn values that hold it. */
  drawn: number;
}

/**
 * Predicts how often keys occur from a sample of values: those seen twice as often as they were seen, and of those seen once and never
 * how many there are from how many were seen once and twice, group by group.
 * @param rows rows of the table
 * @param emptyRatio rows without a value
 * @source A. Chao, "Nonparametric estimation of the number of classes in a population", Scand. J. Statist. 11 (1984)
 */
export function elementsOfSample(
  values: readonly SampledValue[],
  { rows, emptyRatio }: { readonly rows: number; readonly emptyRatio: number },
): ElementFacts {
  const weight = drawnWeight(values, 1 - emptyRatio);
  const counts = [...countKeys(values).values()];
  const isRare = (count: Count): boolean => count.drawn === 1 && count.share === 0;
  const common = counts
    .filter((count) => !isRare(count))
    .map(({ share, drawn: times, bytes }) => ({
      keys: 1,
      rowShare: share + times * weight,
      keyBytes: bytes,
    }));
  const rare = [...groupBy(counts, (count) => count.group).values()].flatMap((group) => {
    const once = group.filter(isRare);
    const twice = group.filter((count) => count.drawn === 2).length;
    return once.length === 0 ? [] : [rareClass(once, twice, { weight, rows })];
  });
  const empty = values.reduce(
    (sum, { keys, share }) => sum + (keys.length === 0 ? (share ?? weight) : 0),
    emptyRatio,
  );
  return { classes: [...common, ...rare], emptyRatio: empty };
}

/** Keys of one group that were seen once, and those not seen that are as rare. */
function rareClass(
  seen: readonly Count[],
  twice: number,
  { weight, rows }: { readonly weight: number; readonly rows: number },
): ElementClass {
  const once = seen.length;
  const occurrences = once * weight;
  const most = Math.max(1, occurrences * rows);
  const unlike = once < FEW ? 0 : most;
  const unseen = twice === 0 ? unlike : (once * (once - 1)) / (2 * (twice + 1));
  const keys = Math.min(most, once + unseen);
  const bytes = seen.reduce((sum, count) => sum + count.bytes, 0) / once;
  return { keys, rowShare: occurrences / keys, keyBytes: bytes };
}

/** Keys seen once, below which no conclusion is drawn about others. */
const FEW = 4;

function countKeys(values: readonly SampledValue[]): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>();
  for (const { share, keys } of values) {
    const seen = new Set<string>();
    for (const { key, group, bytes } of keys) {
      if (seen.has(key)) continue;
      seen.add(key);
      const count = counts.get(key) ?? { group, bytes, share: 0, drawn: 0 };
      counts.set(key, count);
      if (share === null) count.drawn += 1;
      else count.share += share;
    }
  }
  return counts;
}
