import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { many, simulate } from './fixtures.ts';
import { judgeAction } from './judge-action.ts';
import type { ActionPromise, StatementTick, StatementTicks, Verdict, VerdictQuestion } from './types.ts';

const RUNS = { numRuns: 25 };

const promise = fc.constantFrom<ActionPromise>('faster-readers', 'free-space', 'no-harm', 'whole-server');

const questions = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    promise,
    effect: fc.double({ min: 0.4, max: 2, noNaN: true }),
    sigma: fc.constantFrom(0.2, 0.6, 1.2),
    controls: fc.constantFrom(1, 5),
    load: fc.constantFrom(1, 1.7),
  })
  .map(({ seed, effect, sigma, controls, load, ...rest }) => {
    const statements = [
      { role: 'affected-reader', effect, sigma } as const,
      ...many(2, { role: 'affected-writer', sigma }),
      ...many(controls, { role: 'control', sigma }),
    ];
    return simulate({ seed, statements, ticks: 60, load: (tick) => (tick < 0 ? 1 : load) }, rest);
  });

const isAfter = (question: VerdictQuestion, tick: StatementTick): boolean => tick.at > question.appliedAt;

function scaled(
  question: VerdictQuestion,
  factor: number,
  which: (statement: StatementTicks, tick: StatementTick) => boolean,
): VerdictQuestion {
  const statements = question.statements.map((statement) => ({
    ...statement,
    ticks: statement.ticks.map((tick) =>
      which(statement, tick)
        ? { ...tick, totalMs: tick.totalMs * factor, squaresMs2: tick.squaresMs2 * factor ** 2 }
        : tick,
    ),
  }));
  return { ...question, statements };
}

/** How good an outcome is for the action. */
function rank({ outcome, recommendation }: Verdict): number {
  if (outcome === 'kept') return 3;
  if (outcome === 'reverted') return 0;
  return recommendation === 'revert' ? 1 : 2;
}

describe('a verdict', () => {
  it('does not depend on the unit of time', () => {
    fc.assert(
      fc.property(questions, fc.constantFrom(1 / 1024, 8, 4096), (question, factor) => {
        const { statements, outcome, recommendation } = judgeAction(question);
        const other = judgeAction(scaled(question, factor, () => true));
        expect(other).toMatchObject({ outcome, recommendation });
        expect(other.statements.map(({ judgement }) => judgement)).toEqual(
          statements.map(({ judgement }) => judgement),
        );
      }),
      RUNS,
    );
  });

  it('does not depend on the order of statements or ticks', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const statements = question.statements
          .toReversed()
          .map((statement) => ({ ...statement, ticks: statement.ticks.toReversed() }));
        expect(judgeAction({ ...question, statements })).toEqual(judgeAction(question));
      }),
      RUNS,
    );
  });

  it('never undoes for what only the untouched statements did', () => {
    const shift = fc.double({ min: 0.2, max: 5, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), shift, (seed, factor) => {
        const statements = [
          ...many(3, { role: 'affected-writer', sigma: 0.3 }),
          ...many(5, { role: 'control' }),
        ];
        const question = simulate({ seed, statements });
        const isShifted = ({ role }: StatementTicks, tick: StatementTick): boolean =>
          role === 'control' && isAfter(question, tick);
        expect(judgeAction(scaled(question, factor, isShifted)).outcome).not.toBe('reverted');
      }),
      RUNS,
    );
  });

  it('is never better for worse times', () => {
    fc.assert(
      fc.property(
        questions,
        fc.double({ min: 1, max: 4, noNaN: true }),
        fc.boolean(),
        (question, factor, isReader) => {
          const isWorse = ({ role }: StatementTicks, tick: StatementTick): boolean =>
            role === (isReader ? 'affected-reader' : 'affected-writer') && isAfter(question, tick);
          const worse = judgeAction(scaled(question, factor, isWorse));
          expect(rank(worse)).toBeLessThanOrEqual(rank(judgeAction(question)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
