import { groupBy } from '../../kernel/index.ts';

/** Keys of a cache that are read equally often. */
export interface KeyGroup {
  readonly keysCount: number;
  /** Share of all reads that asks for one of them, 0..1. */
  readonly readsRatio: number;
}

/** All keys of a statement's results; the shares of their reads sum to 1. */
export type KeySpace = readonly KeyGroup[];

/** What a statement without parameters has. */
export const SINGLE_KEY: KeySpace = [{ keysCount: 1, readsRatio: 1 }];

/** Steps by which groups differ in how often a key is read: four to a doubling, so that one is at most 19 % off. */
const STEPS_PER_DOUBLING = 4;

/** The distribution of a column's values, as pg_stats tells it. */
export interface ColumnDistribution {
  /** Distinct values of the column, at least 1. */
  readonly distinctCount: number;
  /** Most common values that statistics list, the frequencies of the first and the last of them, and of all together. */
  readonly commonCount: number;
  readonly highestFrequency: number;
  readonly lowestFrequency: number;
  readonly commonFrequencySum: number;
  readonly nullRatio: number;
}

/**
 * Gives the keys of results that are asked for by a column's value, as often as the values occur in the table.
 * The frequencies between the first and the last common value are taken to fall as a power of their rank, the rest of the
 * values to be equally frequent.
 * @source PostgreSQL docs 53.27 "pg_stats"; G. K. Zipf, "Human Behavior and the Principle of Least Effort" (1949)
 */
export function keysOfColumn(column: ColumnDistribution): KeySpace {
  const { distinctCount, commonCount, highestFrequency, lowestFrequency } = column;
  const count = Math.min(commonCount, Math.floor(distinctCount));
  const exponent = count > 1 ? Math.log(highestFrequency / lowestFrequency) / Math.log(count) : 0;
  const ranks = Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
  const sum = ranks.reduce((total, one) => total + one, 0);
  const common = ranks.map((rank) => ({
    keysCount: 1,
    readsRatio: (column.commonFrequencySum * rank) / sum,
  }));
  const restCount = distinctCount - count;
  const restRatio = Math.max(0, 1 - column.nullRatio - column.commonFrequencySum);
  const rest = restCount >= 1 && restRatio > 0 ? [{ keysCount: restCount, readsRatio: restRatio }] : [];
  const all = [...common, ...rest];
  return all.length === 0 ? [{ keysCount: Math.max(1, distinctCount), readsRatio: 1 }] : merge(all);
}

/** Gives keys that are all read equally often. */
export function equalKeys(keysCount: number): KeySpace {
  return [{ keysCount: Math.max(1, keysCount), readsRatio: 1 }];
}

/** Gives the keys of pairs: each value of one with each of the other, independent of each other. */
export function combineKeys(left: KeySpace, right: KeySpace): KeySpace {
  return merge(
    left.flatMap((one) =>
      right.map((other) => ({
        keysCount: one.keysCount * other.keysCount,
        readsRatio: one.readsRatio * other.readsRatio,
      })),
    ),
  );
}

/** Counts all keys. */
export function countKeys(keys: KeySpace): number {
  return keys.reduce((sum, { keysCount }) => sum + keysCount, 0);
}

/** Puts groups together whose keys are read about equally often, and makes the shares sum to 1. */
function merge(groups: readonly KeyGroup[]): KeySpace {
  const total = groups.reduce((sum, { readsRatio }) => sum + readsRatio, 0);
  const alike = groupBy(
    groups.filter(({ readsRatio }) => readsRatio > 0),
    ({ keysCount, readsRatio }) => Math.round(STEPS_PER_DOUBLING * Math.log2(readsRatio / keysCount)),
  );
  return [...alike.values()].map((same) => ({
    keysCount: same.reduce((sum, { keysCount }) => sum + keysCount, 0),
    readsRatio: same.reduce((sum, { readsRatio }) => sum + readsRatio, 0) / total,
  }));
}
