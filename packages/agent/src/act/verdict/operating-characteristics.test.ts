import { describe, expect, it } from 'vitest';
import { createNoise, LIMITS, many, type SimulatedStatement, type Simulation, simulate } from './fixtures.ts';
import { judgeAction } from './judge-action.ts';
import type { Verdict, VerdictQuestion } from './types.ts';

const WRITERS = many(12, { role: 'affected-writer', callsPerTick: 4 });
const CONTROLS = many(8, { role: 'control', callsPerTick: 4 });
const HARMLESS = [...WRITERS, ...CONTROLS];

/** Asks at every look, as the agent does, and ends at the first answer. */
function firstAnswer(question: VerdictQuestion): Verdict {
  for (const share of [1 / 8, 1 / 4, 1 / 2]) {
    const now = new Date(question.appliedAt.getTime() + share * LIMITS.verifyMs);
    const verdict = judgeAction({ ...question, now });
    if (verdict.outcome !== 'wait') return verdict;
  }
  return judgeAction(question);
}

/** Share of the runs that are undone, and of the intervals at the end that hold the truth: no change. */
function characteristics(runs: number, simulation: (seed: number) => Omit<Simulation, 'seed'>) {
  const questions = Array.from({ length: runs }, (_, seed) => simulate({ ...simulation(seed), seed }));
  const reverted = questions.filter((question) => firstAnswer(question).outcome === 'reverted').length;
  const intervals = questions.flatMap((question) =>
    judgeAction(question).statements.flatMap(({ time }) => time ?? []),
  );
  const covered = intervals.filter(({ low, high }) => low <= 1 && high >= 1).length;
  return { revertedShare: reverted / runs, coverage: covered / intervals.length };
}

const season = (tick: number): number => Math.exp(0.5 * Math.sin((tick / 60) * Math.PI));
const doubled = (tick: number): number => (tick < 0 ? 1 : 2);
const each = (change: Partial<SimulatedStatement>): readonly SimulatedStatement[] =>
  HARMLESS.map((statement) => ({ ...statement, ...change }));

/** Statements that follow the load to a different degree each. */
function unequal(seed: number): readonly SimulatedStatement[] {
  const noise = createNoise(seed + 1_000);
  return HARMLESS.map((statement) => ({ ...statement, sensitivity: 1 + 0.25 * noise.normal() }));
}

/** Fewer than a hundred calls of so heavy a tail seldom hold one of the slow ones: their mean is skewed. */
const SKEWED = 0.9;

interface Server {
  readonly server: string;
  readonly simulation: (seed: number) => Omit<Simulation, 'seed'>;
  readonly leastCoverage?: number;
}

const HARMLESS_SERVERS: readonly Server[] = [
  { server: 'a quiet server', simulation: () => ({ statements: HARMLESS }) },
  { server: 'heavy tails', simulation: () => ({ statements: each({ sigma: 1.5 }) }) },
  {
    server: 'few calls of heavy tails',
    simulation: () => ({ statements: each({ sigma: 1.2, callsPerTick: 1.2 }) }),
  },
  {
    server: 'many more calls after',
    simulation: () => ({ statements: each({ sigma: 1.2, callsPerTick: 1.2, callsPerTickAfter: 12 }) }),
    leastCoverage: SKEWED,
  },
  {
    server: 'many fewer calls after',
    simulation: () => ({ statements: each({ sigma: 1.2, callsPerTick: 12, callsPerTickAfter: 1.2 }) }),
    leastCoverage: SKEWED,
  },
  {
    server: 'drift of minutes',
    simulation: () => ({ statements: HARMLESS, drift: { deviation: 0.2, persistence: 0.8 } }),
  },
  { server: 'a season within the window', simulation: () => ({ statements: HARMLESS, load: season }) },
  { server: 'a load that doubles', simulation: () => ({ statements: HARMLESS, load: doubled }) },
  {
    server: 'a load that doubles and hits unequally',
    simulation: (seed) => ({ statements: unequal(seed), load: doubled }),
  },
  {
    server: 'the same with three controls',
    simulation: (seed) => ({ statements: unequal(seed).slice(0, WRITERS.length + 3), load: doubled }),
  },
];

describe('a harmless action', () => {
  it.each(HARMLESS_SERVERS)(
    'is rarely undone on $server, and its intervals hold',
    ({ simulation, leastCoverage = 0.93 }) => {
      const { revertedShare, coverage } = characteristics(60, simulation);
      expect(revertedShare).toBeLessThan(0.05);
      expect(coverage).toBeGreaterThan(leastCoverage);
    },
  );
});

describe('a writer of 500 calls made 1.3 times as slow, among 40 affected statements', () => {
  const statements: readonly SimulatedStatement[] = [
    { role: 'affected-writer', callsPerTick: 500 / 60, effect: 1.3 },
    ...many(39, { role: 'affected-writer', callsPerTick: 2 }),
    ...many(10, { role: 'control', callsPerTick: 10 }),
  ];

  it.each([
    ['a quiet server', () => 1],
    ['a load that comes and goes', (tick: number) => Math.exp(0.5 * Math.sin(tick / 3))],
  ])('is caught on %s', (_, load) => {
    expect(characteristics(60, () => ({ statements, load })).revertedShare).toBeGreaterThan(0.95);
  });
});
