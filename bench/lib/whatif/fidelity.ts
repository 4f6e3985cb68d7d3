import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import {
  createHypopgPlanner,
  createShadowPlanner,
  type Mirror,
  openShadow,
  type Shadow,
} from '../../../packages/agent/src/whatif/index.ts';
import type { Pair } from './agreement.ts';
import { compareWithTruth, handWrittenTruths, randomTruths, type Truth } from './baseline.ts';
import { buildHandWritten, buildRandom } from './built-indexes.ts';
import { createExplainer, planningConnection } from './explain.ts';
import { QUERIED_TABLES } from './random-queries.ts';
import { mirrorOf, type RealDatabase } from './real-database.ts';
import { type SupposedResult, supposeCases } from './supposed-indexes.ts';
import { readValuePool } from './value-pool.ts';

/** How much is compared on one server. */
export interface FidelityOptions {
  readonly queries: number;
  readonly parameterized: number;
  readonly indexes: number;
  readonly seed: number;
  readonly onStep: (said: string) => void;
}

/** What one server's shadow was found to be. */
export interface Fidelity {
  readonly version: string;
  readonly loadMs: number;
  readonly mirrorMs: number;
  readonly buildMs: number;
  readonly handWritten: readonly Pair[];
  readonly random: readonly Pair[];
  readonly generic: readonly Pair[];
  /** The same random queries against a shadow whose row counts are 10 % off: most must differ. */
  readonly negative: readonly Pair[];
  readonly supposed: SupposedResult;
  /** HypoPG on the real rows; null where it is not installed. */
  readonly hypopg: SupposedResult | null;
  readonly gaps: readonly string[];
}

/** Plans random and hand-written statements on a server and in its shadow, without and with indexes. */
export async function measureFidelity(database: RealDatabase, options: FidelityOptions): Promise<Fidelity> {
  const { client, versionNumber, url } = database;
  const { seed, onStep } = options;
  const real = createExplainer(planningConnection(client), versionNumber);
  const pool = await readValuePool(client, QUERIED_TABLES);
  const handWritten = await handWrittenTruths(real);
  const random = await randomTruths(real, pool, { count: options.queries, seed, hasParameters: false });
  const generic = await randomTruths(real, pool, {
    count: options.parameterized,
    seed: seed + 1,
    hasParameters: true,
  });
  const begin = performance.now();
  const mirror = await mirrorOf(url);
  const mirrored = performance.now();
  onStep(`${mirror.relations.length} relations mirrored in ${Math.round(mirrored - begin)} ms`);
  const shadow = await open(mirror);
  const buildMs = performance.now() - mirrored;
  onStep(`shadow built in ${Math.round(buildMs)} ms`);
  const planner = createShadowPlanner(shadow);
  try {
    const own = createExplainer({ run: (sql) => shadow.planner.run(sql) }, shadow.versionNumber);
    const pairs = {
      handWritten: await compareWithTruth(own, handWritten),
      random: await compareWithTruth(own, random),
      generic: await compareWithTruth(own, generic),
    };
    onStep('existing plans compared; building indexes');
    const cases = [
      ...(await buildHandWritten(client, real)),
      ...(await buildRandom(client, real, { pool, count: options.indexes, seed: seed + 2 })),
    ];
    onStep(`${cases.length} cases built; supposing them`);
    const supposed = await supposeCases(planner, cases);
    const hypopg = database.hasHypopg ? await supposeWithHypopg(database, cases) : null;
    return {
      version: shadow.version,
      loadMs: database.loadMs,
      mirrorMs: mirrored - begin,
      buildMs,
      ...pairs,
      negative: await withWrongRows(mirror, random.slice(0, 300)),
      supposed,
      hypopg,
      gaps: planner.gaps.map((gap) => `${gap.id}: ${gap.reason}`),
    };
  } finally {
    await planner.close();
  }
}

function open(mirror: Mirror): Promise<Shadow> {
  return openShadow({ mirror, clock: systemClock, onProgress: silentProgress });
}

/** The same comparison with every count of rows a tenth too high: it must fail, or it would prove nothing. */
async function withWrongRows(mirror: Mirror, truths: readonly Truth[]): Promise<readonly Pair[]> {
  const wrong = {
    ...mirror,
    relations: mirror.relations.map((one) => ({
      ...one,
      rows: one.rows > 0 ? Math.round(one.rows * 1.1) : one.rows,
    })),
  };
  const shadow = await open(wrong);
  try {
    return await compareWithTruth(
      createExplainer({ run: (sql) => shadow.planner.run(sql) }, shadow.versionNumber),
      truths,
    );
  } finally {
    await shadow.close();
  }
}

async function supposeWithHypopg(
  { client, versionNumber }: RealDatabase,
  cases: Parameters<typeof supposeCases>[1],
): Promise<SupposedResult> {
  await client.query('create extension if not exists hypopg');
  const planner = createHypopgPlanner({
    connection: planningConnection(client),
    versionNumber,
    version: String(Math.floor(versionNumber / 10_000)),
    extensionSchema: 'public',
    canHide: false,
    representativeValues: async () => [],
    onClose: async () => undefined,
  });
  const result = await supposeCases(planner, cases);
  await planner.close();
  return result;
}
