import type { Planner } from '../../../packages/agent/src/planner/index.ts';
import { readIndexDefinition } from '../../../packages/agent/src/planner/index.ts';
import { literal } from './explain.ts';
import { HAND_WRITTEN } from './hand-written.ts';
import { createRandom } from './random.ts';

/** How fast a planner answers. */
export interface Speed {
  readonly configurationsPerSecond: number;
  /** The same after all the switching before: catalogues grow by every switch. */
  readonly lateConfigurationsPerSecond: number;
  readonly explainsPerSecond: number;
  readonly supposeMs: number;
}

const CANDIDATES = [
  'create index on orders (status, created_at)',
  'create index on orders (created_at)',
  'create index on orders (region, city)',
  'create index on orders (total) include (customer_id)',
  'create index on customers (country)',
  'create index on customers (zip, city)',
  'create index on products (category)',
  'create index on order_items (product_id, qty)',
];

const ROUNDS = 500;
const SWITCHES = 10_000;

/** Measures on the shadow of the bench's own database. */
export async function measureSpeed(planner: Planner): Promise<Speed> {
  const definitions = CANDIDATES.flatMap((sql) => readIndexDefinition(sql) ?? []);
  const begin = performance.now();
  const hypotheses = await planner.suppose(definitions);
  const supposeMs = (performance.now() - begin) / definitions.length;
  const ids = hypotheses.flatMap((one) => (one.kind === 'index' ? [one.id] : []));
  const explainsPerSecond = await explainRate(planner);
  const configurationsPerSecond = await configurationRate(planner, ids, 1);
  const random = createRandom(5);
  const switched = literal('select 1');
  for (let index = 0; index < SWITCHES; index += 1) {
    await planner.plan([switched], { add: ids.filter(() => random.chance(0.5)), hide: [] });
  }
  const lateConfigurationsPerSecond = await configurationRate(planner, ids, 2);
  await planner.forget(ids);
  return { configurationsPerSecond, lateConfigurationsPerSecond, explainsPerSecond, supposeMs };
}

/** Each configuration is another random choice of the candidates and plans one statement. */
async function configurationRate(planner: Planner, ids: readonly number[], seed: number): Promise<number> {
  const random = createRandom(seed);
  const statement = literal(`select * from orders where status = 'new' and created_at > '2024-03-01'`);
  const begin = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    await planner.plan([statement], { add: ids.filter(() => random.chance(0.5)), hide: [] });
  }
  return (ROUNDS * 1_000) / (performance.now() - begin);
}

async function explainRate(planner: Planner): Promise<number> {
  const statements = HAND_WRITTEN.map(({ sql }) => literal(sql));
  const all = Array.from({ length: 20 }, () => statements).flat();
  await planner.plan(statements, { add: [], hide: [] });
  const begin = performance.now();
  await planner.plan(all, { add: [], hide: [] });
  return (all.length * 1_000) / (performance.now() - begin);
}
