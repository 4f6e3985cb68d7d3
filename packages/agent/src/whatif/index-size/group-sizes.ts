import type { ValueFacts } from './types.ts';

/** Groups of rows with equal keys: how many there are of a size, under one pattern of NULLs. */
export interface SizedGroups {
  /** Rows of one group. */
  readonly rows: number;
  /** How many such groups. */
  readonly count: number;
  /** Bit i is set when the i-th key is NULL. */
  readonly nulls: number;
}

/** One class of a column's values: so many values, each with this share of the rows. */
interface ValueClass {
  readonly count: number;
  readonly share: number;
  readonly isNull: boolean;
}

/** Sizes up to here are kept one by one, larger ones in steps. */
const EXACT_ROWS = 24;

/** Group sizes above this are taken to be split into their expected parts. */
const LARGE_PART_ROWS = 24;

/**
 * Predicts how rows fall into groups of equal keys, columns taken to be independent but for those that follow the
 * physical order together.
 * @param columns value facts of the keys, in key order
 * @param rows rows of the index
 * @param distinctKeys known number of groups; null when unknown
 */
export function groupSizes(
  columns: readonly ValueFacts[],
  { rows, tableRows, distinctKeys }: { rows: number; tableRows: number; distinctKeys: number | null },
): readonly SizedGroups[] {
  if (rows < 1) return [];
  const order = columns
    .map((values, position) => ({ values, position }))
    .toSorted((a, b) => distinctOf(b.values, tableRows) - distinctOf(a.values, tableRows));
  const [first, ...others] = order;
  if (first === undefined) return [{ rows, count: 1, nulls: 0 }];
  let groups = singleColumnGroups(first.values, { rows, tableRows, bit: 1 << first.position });
  const isOrdered = isInPhysicalOrder(first.values);
  for (const { values, position } of others) {
    if (isOrdered && isInPhysicalOrder(values)) continue;
    groups = split(groups, classesOf(values, tableRows), 1 << position);
  }
  return distinctKeys === null ? groups : coalesce(groups, distinctKeys);
}

/** Number of groups. */
function groupCount(groups: readonly SizedGroups[]): number {
  return groups.reduce((sum, group) => sum + group.count, 0);
}

function isInPhysicalOrder({ correlation }: ValueFacts): boolean {
  return correlation !== null && correlation > 0.995;
}

function distinctOf({ distinct }: ValueFacts, tableRows: number): number {
  return distinct ?? tableRows;
}

function classesOf(
  { nullRatio, commonShares, ...values }: ValueFacts,
  tableRows: number,
): readonly ValueClass[] {
  const common = commonShares.map((share) => ({ count: 1, share, isNull: false }));
  const left = Math.max(0, 1 - nullRatio - commonShares.reduce((sum, share) => sum + share, 0));
  const count = Math.min(
    Math.max(1, distinctOf(values as ValueFacts, tableRows) - commonShares.length),
    Math.max(1, left * tableRows),
  );
  const classes: ValueClass[] = nullRatio > 0 ? [{ count: 1, share: nullRatio, isNull: true }] : [];
  if (left * tableRows >= 0.5) classes.push(...spreadRest(left, count, values.spread));
  return [...classes, ...merged(common)];
}

/** The values beyond the most common ones: alike, unless a histogram over integers tells dense runs from thin ones. */
function spreadRest(share: number, count: number, spread: readonly number[] | null): readonly ValueClass[] {
  const total = spread?.reduce((sum, most) => sum + most, 0) ?? 0;
  if (spread === null || total < count) return [{ count, share: share / count, isNull: false }];
  const scale = count / total;
  const perRun = share / spread.length;
  return merged(
    spread.map((most) => ({ count: most * scale, share: perRun / (most * scale), isNull: false })),
  );
}

/** Puts classes of nearly the same share together. */
function merged(classes: readonly ValueClass[]): readonly ValueClass[] {
  const steps = new Map<number, { count: number; mass: number }>();
  for (const { count, share } of classes) {
    const step = Math.round(Math.log(share) / 0.25);
    const { count: before, mass } = steps.get(step) ?? { count: 0, mass: 0 };
    steps.set(step, { count: before + count, mass: mass + count * share });
  }
  return [...steps.values()].map(({ count, mass }) => ({ count, share: mass / count, isNull: false }));
}

function singleColumnGroups(
  values: ValueFacts,
  { rows, tableRows, bit }: { rows: number; tableRows: number; bit: number },
): readonly SizedGroups[] {
  const sizes = createSizes();
  for (const { count, share, isNull } of classesOf(values, tableRows)) {
    const nulls = isNull ? bit : 0;
    const whole = share * tableRows;
    const ratio = rows / tableRows;
    if (isNull || whole * ratio > LARGE_PART_ROWS) {
      sizes.add({ rows: whole * ratio, count, nulls });
      continue;
    }
    // Every value occurs: one row is certain, the others come by chance.
    poisson(Math.max(0, whole - 1), (others, probability) => {
      if (ratio > 0.999) sizes.add({ rows: 1 + others, count: count * probability, nulls });
      else sizes.addPart({ rows: 1 + others, count: count * probability, nulls }, ratio);
    });
  }
  return sizes.all();
}

function split(
  groups: readonly SizedGroups[],
  classes: readonly ValueClass[],
  bit: number,
): readonly SizedGroups[] {
  const sizes = createSizes();
  for (const group of groups) {
    for (const { count, share, isNull } of classes) {
      const nulls = isNull ? group.nulls | bit : group.nulls;
      sizes.addPart({ rows: group.rows, count: group.count * count, nulls }, share);
    }
  }
  return sizes.all();
}

/** Makes the groups fewer and larger until there are as many as known. */
function coalesce(groups: readonly SizedGroups[], distinctKeys: number): readonly SizedGroups[] {
  const factor = groupCount(groups) / Math.max(1, distinctKeys);
  if (factor < 1.02) return groups;
  return groups.map(({ rows, count, nulls }) => ({ rows: rows * factor, count: count / factor, nulls }));
}

interface Sizes {
  add(group: SizedGroups): void;
  /** Adds what is left of groups when each of their rows stays with the given probability. */
  addPart(group: SizedGroups, probability: number): void;
  all(): readonly SizedGroups[];
}

function createSizes(): Sizes {
  const byKey = new Map<string, { rowsSum: number; count: number; nulls: number }>();
  const add = ({ rows, count, nulls }: SizedGroups): void => {
    if (count <= 0 || rows <= 0) return;
    const step =
      rows <= EXACT_ROWS ? Math.round(rows) : EXACT_ROWS + Math.round(Math.log(rows / EXACT_ROWS) / 0.05);
    const key = `${nulls}:${step}`;
    const before = byKey.get(key) ?? { rowsSum: 0, count: 0, nulls };
    byKey.set(key, { rowsSum: before.rowsSum + rows * count, count: before.count + count, nulls });
  };
  const addPart = ({ rows, count, nulls }: SizedGroups, probability: number): void => {
    if (rows * probability > LARGE_PART_ROWS || probability > 0.9999) {
      add({ rows: rows * probability, count, nulls });
      return;
    }
    binomial(rows, probability, (part, chance) => {
      if (part > 0) add({ rows: part, count: count * chance, nulls });
    });
  };
  const all = (): readonly SizedGroups[] =>
    [...byKey.values()].map(({ rowsSum, count, nulls }) => ({ rows: rowsSum / count, count, nulls }));
  return { add, addPart, all };
}

const NEGLIGIBLE = 1e-7;

function poisson(mean: number, each: (value: number, probability: number) => void): void {
  let probability = Math.exp(-mean);
  for (let value = 0; value <= mean || probability > NEGLIGIBLE; value++) {
    each(value, probability);
    probability *= mean / (value + 1);
  }
}

/** Binomial, as Poisson where the number is large and the probability small. */
function binomial(
  size: number,
  probability: number,
  each: (value: number, probability: number) => void,
): void {
  const trials = Math.round(size);
  if (trials > 200) {
    poisson(size * probability, each);
    return;
  }
  let chance = (1 - probability) ** trials;
  for (let value = 0; value <= trials; value++) {
    if (chance > NEGLIGIBLE || value <= trials * probability) each(value, chance);
    else break;
    chance *= ((trials - value) / (value + 1)) * (probability / (1 - probability));
  }
}
