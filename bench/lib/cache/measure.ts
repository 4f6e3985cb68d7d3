import { median } from '../report.ts';

/** One thing that is measured. */
export interface Contender {
  readonly name: string;
  /** Runs the operation `count` times. */
  readonly run: (count: number) => Promise<void>;
  readonly count: number;
}

/** What one operation costs. */
export interface Cost {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** Runs the contenders in turn, several times, and gives the median of each: a noise of the machine hits all of them. */
export async function measureInTurn(
  contenders: readonly Contender[],
  rounds: number,
): Promise<ReadonlyMap<string, Cost>> {
  const costs = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const { name, run, count } of contenders) {
      const beginMs = performance.now();
      const begin = process.cpuUsage();
      await run(count);
      const { user, system } = process.cpuUsage(begin);
      const wallUs = ((performance.now() - beginMs) * 1_000) / count;
      // The first round only warms up.
      if (round >= 0) costs.get(name)?.push({ cpuUs: (user + system) / count, wallUs });
    }
  }
  return new Map(
    [...costs].map(([name, all]) => [
      name,
      { cpuUs: median(all.map(({ cpuUs }) => cpuUs)), wallUs: median(all.map(({ wallUs }) => wallUs)) },
    ]),
  );
}

/** Runs an operation so many times, one after the other. */
export async function serially(count: number, operation: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await operation(index);
}

/** Runs an operation so many times, always 64 at once. */
export async function inFlight(count: number, operation: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await operation(next);
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
}

/** A result as an API gives it: 14 rows, 2.2 kB of JSON. */
export function sampleRows(): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: 14 }, (_, index) => ({
    id: 1_000_000 + index,
    name: `Wireless keyboard, model ${index}`,
    category: 'computer accessories',
    price: 49.95 + index,
    currency: 'EUR',
    rating: 4.5,
    inStock: index % 2 === 0,
    updatedAt: '2026-11-29T10:00:00.000Z',
  }));
}
