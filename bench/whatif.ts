import { parseArgs } from 'node:util';
import { loadParser } from '../packages/agent/src/sql/index.ts';
import { printResult } from './lib/report.ts';
import { collationPart, fidelityPart, type PartOptions, type Size, speedPart } from './lib/whatif/parts.ts';

const FULL: Size = { scale: 1, queries: 1_000, parameterized: 200, indexes: 150, tables: [1_000, 10_000] };
const QUICK: Size = { scale: 0.25, queries: 400, parameterized: 80, indexes: 40, tables: [200] };

const PARTS = { fidelity: fidelityPart, speed: speedPart, collation: collationPart } as const;

/**
 * The shadow measured: real databases of each major version against their shadows, without new indexes and with supposed
 * against really built ones, HypoPG beside them; speed; collations. Options: `--majors 14,18`, `--quick` (smaller, 18 only),
 * `--parts fidelity,speed,collation`, `--seed N`, `--differences N` (how many are listed for each major).
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      majors: { type: 'string' },
      parts: { type: 'string', default: Object.keys(PARTS).join(',') },
      seed: { type: 'string', default: '1' },
      differences: { type: 'string', default: '20' },
    },
  });
  await loadParser();
  const isQuick = values.quick === true;
  const options: PartOptions = {
    size: isQuick ? QUICK : FULL,
    majors: (values.majors ?? (isQuick ? '18' : '14,15,16,17,18')).split(',').map(Number),
    seed: Number(values.seed),
    differences: Number(values.differences),
    say: (said) => void process.stderr.write(`${said}\n`),
  };
  const wanted = values.parts.split(',');
  const parts = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.includes(name)) parts.push(await measure(options));
  }
  printResult(
    {
      bench: 'whatif',
      figures: Object.assign({}, ...parts.map((part) => part.figures)),
      peers: Object.assign({}, ...parts.map((part) => part.peers)),
      bars: parts.flatMap((part) => part.bars),
      notes: parts.flatMap((part) => part.notes),
    },
    args,
  );
}
