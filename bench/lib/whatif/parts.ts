import { silentProgress, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import { createShadowPlanner, openShadow } from '../../../packages/agent/src/whatif/index.ts';
import type { Bar, Figures } from '../report.ts';
import { type CollationResult, measureCollations } from './collation.ts';
import { type Fidelity, measureFidelity } from './fidelity.ts';
import { differences, fidelityFigures, supposedFigures } from './figures.ts';
import { measureManyTables, measureTerabyte } from './many-tables.ts';
import { mirrorOf, withRealDatabase } from './real-database.ts';
import { measureSpeed } from './speed.ts';

/** A part of the bench: what it adds to the result. */
export interface Part {
  readonly figures: Figures;
  readonly peers: Readonly<Record<string, Figures>>;
  readonly bars: readonly Bar[];
  readonly notes: readonly string[];
}

/** How much is measured. */
export interface Size {
  readonly scale: number;
  readonly queries: number;
  readonly parameterized: number;
  readonly indexes: number;
  readonly tables: readonly number[];
}

/** What the parts are asked for. */
export interface PartOptions {
  readonly size: Size;
  readonly majors: readonly number[];
  readonly seed: number;
  readonly differences: number;
  readonly say: (said: string) => void;
}

const FIDELITY_BARS: readonly Bar[] = [
  { figure: 'randomIdenticalRatio', operator: '>=', limit: 0.999 },
  { figure: 'negativeControlIdenticalRatio', operator: '<', limit: 0.999 },
  { figure: 'supposedSameShapeRatio', operator: '>=', limit: 0.99 },
  { figure: 'supposedSameVerdictRatio', operator: '>=', limit: 0.995 },
  { figure: 'costErrorMedianRatio', operator: '<=', limit: 0.01 },
  { figure: 'costErrorP95Ratio', operator: '<=', limit: 0.08 },
  { figure: 'sizeErrorMedianRatio', operator: '<=', limit: 0.1 },
  { figure: 'sizeErrorP95Ratio', operator: '<=', limit: 0.3 },
  { figure: 'handWrittenSizeErrorMedianRatio', operator: '<=', limit: 0.1 },
  { figure: 'handWrittenSizeErrorP95Ratio', operator: '<=', limit: 0.3 },
];

/** Real databases of each major against their shadows, without new indexes and with supposed against built ones. */
export async function fidelityPart({
  size,
  majors,
  seed,
  differences: limit,
  say,
}: PartOptions): Promise<Part> {
  const measured: { readonly major: number; readonly fidelity: Fidelity }[] = [];
  for (const major of majors) {
    const onStep = (said: string): void => say(`PostgreSQL ${major}: ${said}`);
    const fidelity = await withRealDatabase(major, size.scale, (database) => {
      onStep(`${Math.round(database.loadMs)} ms to load`);
      return measureFidelity(database, { ...size, seed: seed * 100 + major, onStep });
    });
    measured.push({ major, fidelity });
    onStep('done');
  }
  return {
    figures: fidelityFigures(measured.map((one) => one.fidelity)),
    bars: FIDELITY_BARS,
    peers: Object.fromEntries([
      ...measured.map(({ major, fidelity }) => [`shadow of PostgreSQL ${major}`, perMajor(fidelity)]),
      ...measured.flatMap(({ major, fidelity }) =>
        fidelity.hypopg === null
          ? []
          : [[`HypoPG on PostgreSQL ${major}`, supposedFigures([fidelity.hypopg])]],
      ),
    ]),
    notes: measured.flatMap(({ major, fidelity }) => differences(major, fidelity, limit)),
  };
}

/** Configurations, EXPLAINs and tables per second, and the disk that a terabyte's shadow takes. */
export async function speedPart({ size, say }: PartOptions): Promise<Part> {
  const speed = await withRealDatabase(18, 0.1, async ({ url }) => {
    const mirror = await mirrorOf(url);
    const planner = createShadowPlanner(
      await openShadow({ mirror, clock: systemClock, onProgress: silentProgress }),
    );
    try {
      return await measureSpeed(planner);
    } finally {
      await planner.close();
    }
  });
  say('planned; building the shadow of a terabyte');
  const terabyte = await measureTerabyte();
  const figures: Record<string, number> = {
    ...speed,
    terabyteDiskBytes: terabyte.diskBytes,
    terabyteBuildMs: terabyte.buildMs,
    terabyteFirstPlanMs: terabyte.firstPlanMs,
    terabyteSupposeMs: terabyte.supposeMs,
  };
  const bars: Bar[] = [
    { figure: 'configurationsPerSecond', operator: '>=', limit: 400 },
    { figure: 'lateConfigurationsPerSecond', operator: '>=', limit: 400 },
    { figure: 'explainsPerSecond', operator: '>=', limit: 1_500 },
    { figure: 'terabyteDiskBytes', operator: '<', limit: 200_000_000 },
  ];
  for (const tables of size.tables) {
    say(`mirroring ${tables} tables`);
    const many = await measureManyTables(tables);
    figures[`mirrorAndBuild${tables}TablesMs`] = many.mirrorAndBuildMs;
    figures[`reopen${tables}TablesMs`] = many.reopenMs;
    figures[`disk${tables}TablesBytes`] = many.diskBytes;
    const limit = tables >= 10_000 ? 60_000 : 10_000;
    bars.push({ figure: `mirrorAndBuild${tables}TablesMs`, operator: '<=', limit });
  }
  return { figures, peers: {}, bars, notes: [] };
}

/** Predicates on texts under each way of sorting that the machine has. */
export async function collationPart({ majors, say }: PartOptions): Promise<Part> {
  const found: (CollationResult & { readonly major: number })[] = [];
  for (const major of majors) {
    const results = await withRealDatabase(major, 0, measureCollations);
    found.push(...results.map((result) => ({ ...result, major })));
    say(`PostgreSQL ${major}: ${results.map((result) => result.name).join(', ')}`);
  }
  const names = [...new Set(found.map((one) => one.name))];
  return {
    figures: Object.fromEntries(
      names.map((name) => {
        const own = found.filter((one) => one.name === name);
        const count = own.reduce((sum, one) => sum + one.predicates, 0);
        const same = own.reduce((sum, one) => sum + one.predicates * one.identicalRatio, 0);
        return [`${name}IdenticalRatio`, same / count];
      }),
    ),
    peers: {},
    bars: names.map((name) => ({ figure: `${name}IdenticalRatio`, operator: '>=', limit: 0.999 })),
    notes: found.flatMap(({ major, name, gaps }) => gaps.map((gap) => `${major}: ${name}: ${gap}`)),
  };
}

function perMajor(fidelity: Fidelity): Figures {
  const { loadMs, mirrorMs, buildMs } = fidelity;
  return { ...fidelityFigures([fidelity]), loadMs, mirrorMs, buildMs };
}
