import { parseArgs } from 'node:util';
import { loadParser } from '../packages/agent/src/sql/index.ts';
import { type Bar, type Figures, printResult } from './lib/report.ts';
import { type Fidelity, measureFidelity } from './lib/whatif/fidelity.ts';
import { differences, fidelityFigures, supposedFigures } from './lib/whatif/figures.ts';
import { withRealDatabase } from './lib/whatif/real-database.ts';

const FULL = { scale: 1, queries: 1_000, parameterized: 200, indexes: 150 };
const QUICK = { scale: 0.25, queries: 400, parameterized: 80, indexes: 40 };

const BARS: readonly Bar[] = [
  { figure: 'randomIdenticalRatio', operator: '>=', limit: 0.999 },
  { figure: 'negativeControlIdenticalRatio', operator: '<', limit: 0.999 },
  { figure: 'supposedSameShapeRatio', operator: '>=', limit: 0.99 },
  { figure: 'supposedSameVerdictRatio', operator: '>=', limit: 0.995 },
  { figure: 'costErrorMedianRatio', operator: '<=', limit: 0.01 },
  { figure: 'costErrorP95Ratio', operator: '<=', limit: 0.08 },
  { figure: 'sizeErrorMedianRatio', operator: '<=', limit: 0.1 },
  { figure: 'sizeErrorP95Ratio', operator: '<=', limit: 0.3 },
];

/**
 * Fidelity of the shadow: real databases of each major version against their shadows, without new indexes and with supposed
 * against really built ones, HypoPG beside them. Options: `--majors 14,18`, `--quick` (smaller, 18 only),
 * `--seed N`, `--differences N` (how many are listed for each major).
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      majors: { type: 'string' },
      seed: { type: 'string', default: '1' },
      differences: { type: 'string', default: '20' },
    },
  });
  await loadParser();
  const isQuick = values.quick === true;
  const majors = (values.majors ?? (isQuick ? '18' : '14,15,16,17,18')).split(',').map(Number);
  const size = isQuick ? QUICK : FULL;
  const measured: { readonly major: number; readonly fidelity: Fidelity }[] = [];
  for (const major of majors) {
    const say = (said: string): void => void process.stderr.write(`PostgreSQL ${major}: ${said}\n`);
    const fidelity = await withRealDatabase(major, size.scale, async (database) => {
      say(`${Math.round(database.loadMs)} ms to load`);
      return measureFidelity(database, { ...size, seed: Number(values.seed) + major, onStep: say });
    });
    measured.push({ major, fidelity });
    say('done');
  }
  const figures = fidelityFigures(measured.map((one) => one.fidelity));
  const peers = Object.fromEntries([
    ...measured.map(({ major, fidelity }) => [`shadow of PostgreSQL ${major}`, perMajor(fidelity)]),
    ...measured.flatMap(({ major, fidelity }) =>
      fidelity.hypopg === null ? [] : [[`HypoPG on PostgreSQL ${major}`, supposedFigures([fidelity.hypopg])]],
    ),
  ]);
  printResult(
    {
      bench: 'whatif',
      figures,
      peers,
      bars: BARS,
      notes: measured.flatMap(({ major, fidelity }) =>
        differences(major, fidelity, Number(values.differences)),
      ),
    },
    args,
  );
}

function perMajor(fidelity: Fidelity): Figures {
  const { loadMs, mirrorMs, buildMs } = fidelity;
  return { ...fidelityFigures([fidelity]), loadMs, mirrorMs, buildMs };
}
