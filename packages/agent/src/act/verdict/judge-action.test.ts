import { describe, expect, it } from 'vitest';
import { LIMITS, many, simulate } from './fixtures.ts';
import { judgeAction } from './judge-action.ts';
import type { VerdictQuestion } from './types.ts';

const CONTROLS = many(6, { role: 'control', sigma: 0.2, callsPerTick: 20 });

const at = (question: VerdictQuestion, share: number): VerdictQuestion => ({
  ...question,
  now: new Date(question.appliedAt.getTime() + share * LIMITS.verifyMs),
});

describe('an index made for its readers', () => {
  const statements = (effect: number) => [
    ...many(2, { role: 'affected-reader', effect, blocksEffect: effect }),
    ...many(3, { role: 'affected-writer', sigma: 0.2, callsPerTick: 20 }),
    ...CONTROLS,
  ];
  const index = (effect: number) =>
    simulate({ seed: 5, statements: statements(effect) }, { promise: 'faster-readers' });

  it('is kept early when they gain and nobody else loses', () => {
    const verdict = judgeAction(at(index(0.2), 0.25));
    expect(verdict).toMatchObject({ outcome: 'kept', recommendation: null, control: { statements: 6 } });
    expect(verdict.reason).toMatch(
      /^the affected statements came out faster by \d+ % \(now 0\.\d+× to 0\.\d+× of the time\)/,
    );
    expect(verdict.effect?.time.ratio).toBeCloseTo(0.2, 1);
    expect(verdict.effect?.blocks?.ratio).toBeCloseTo(0.2, 6);
  });

  it('is undone when they gain nothing', () => {
    const verdict = judgeAction(index(1.02));
    expect(verdict).toMatchObject({ outcome: 'reverted' });
    expect(verdict.reason).toMatch(/^the readers did not gain/);
  });

  it('is undone when a writer slows down beyond the bound, whatever the readers gain', () => {
    const writer = { role: 'affected-writer', effect: 1.5 } as const;
    const question = simulate(
      { seed: 5, statements: [...statements(0.1), writer] },
      { promise: 'faster-readers' },
    );
    const verdict = judgeAction(at(question, 0.5));
    expect(verdict).toMatchObject({ outcome: 'reverted' });
    expect(verdict.statements[0]).toMatchObject({ role: 'affected-writer', judgement: 'slower' });
    expect(verdict.reason).toContain('beyond the bound of 10 %');
  });

  it('may stay where its readers ran too rarely to be judged', () => {
    const rare = { role: 'affected-reader', callsPerTick: 0.3 } as const;
    const question = simulate({ seed: 5, statements: [rare, ...CONTROLS] }, { promise: 'faster-readers' });
    expect(judgeAction(at(question, 0.5))).toMatchObject({ outcome: 'wait' });
    expect(judgeAction(question)).toMatchObject({
      outcome: 'inconclusive',
      recommendation: 'keep',
      effect: null,
      statements: [{ judgement: 'too-few-calls', time: null }],
    });
  });

  it('is kept for its blocks where the times are too noisy', () => {
    const noisy = {
      role: 'affected-reader',
      sigma: 1.8,
      callsPerTick: 2,
      effect: 0.8,
      blocksEffect: 0.3,
    } as const;
    const question = simulate({ seed: 8, statements: [noisy, ...CONTROLS] }, { promise: 'faster-readers' });
    const verdict = judgeAction(question);
    expect(verdict.effect?.time.high).toBeGreaterThan(1);
    expect(verdict).toMatchObject({ outcome: 'kept' });
  });
});

describe('time and load', () => {
  it('waits before the first look, and answers the same between two looks', () => {
    const question = simulate({
      seed: 3,
      statements: [...many(3, { role: 'affected-writer' }), ...CONTROLS],
    });
    expect(judgeAction(at(question, 0.1))).toMatchObject({ outcome: 'wait', reason: 'too early to look' });
    expect(judgeAction(at(question, 0.99))).toEqual(judgeAction(at(question, 0.5)));
    expect(judgeAction(at(question, 3))).toEqual(judgeAction(question));
  });

  it('leaves out what ran while the action was applied', () => {
    const question = simulate({
      seed: 3,
      statements: [...many(2, { role: 'affected-writer', callsPerTick: 40 }), ...CONTROLS],
    });
    const begunAt = new Date(question.begunAt.getTime() - 10 * 60_000);
    const built = question.statements.map((statement) => ({
      ...statement,
      ticks: statement.ticks.map((tick) =>
        tick.at > begunAt && tick.at <= question.begunAt ? { ...tick, totalMs: 1e9 } : tick,
      ),
    }));
    const verdict = judgeAction({ ...question, begunAt, statements: built });
    expect(verdict.statements[0]?.before.meanMs).toBeLessThan(10);
  });

  it('blames no load on the action that the untouched statements suffered too', () => {
    const statements = [...many(4, { role: 'affected-writer' }), ...CONTROLS];
    const verdict = judgeAction(simulate({ seed: 4, statements, load: (tick) => (tick < 0 ? 1 : 2) }));
    expect(verdict.outcome).not.toBe('reverted');
    expect(Math.abs((verdict.control?.shift.ratio ?? 0) - 2)).toBeLessThan(0.1);
    const [worst] = verdict.statements;
    expect((worst?.after.meanMs ?? 0) / (worst?.before.meanMs ?? 1)).toBeGreaterThan(1.8);
  });

  it('blames no relief of the untouched statements on the action either', () => {
    const controls = many(6, { role: 'control', effect: 0.5 });
    const verdict = judgeAction(
      simulate({
        seed: 4,
        statements: [...many(4, { role: 'affected-writer', callsPerTick: 40 }), ...controls],
      }),
    );
    expect(verdict).toMatchObject({ outcome: 'inconclusive', recommendation: 'keep' });
  });

  it('reports statements of one side only and judges none of them', () => {
    const question = simulate({
      seed: 6,
      statements: [
        { role: 'affected-writer', callsPerTick: 0, callsPerTickAfter: 10 },
        { role: 'affected-writer', callsPerTick: 10, callsPerTickAfter: 0 },
        { role: 'affected-writer', sigma: 0.2 },
        ...CONTROLS,
      ],
    });
    const verdict = judgeAction(question);
    expect(verdict).toMatchObject({ outcome: 'kept' });
    expect(verdict.statements.map(({ judgement }) => judgement)).toEqual(['unchanged', 'new', 'gone']);
  });

  it('does not judge without controls while they have yet to run', () => {
    const controls = many(3, { role: 'control', callsPerTick: 4 });
    const statements = [...many(3, { role: 'affected-writer' }), ...controls];
    const question = simulate({ seed: 4, statements, load: (tick) => (tick < 0 ? 1 : 2) });
    const verdict = judgeAction(at(question, 0.125));
    expect(verdict).toMatchObject({ outcome: 'wait', control: null });
    expect(verdict.reason).toBe('the untouched statements have not run often enough yet');
    expect(judgeAction(question).outcome).not.toBe('reverted');
  });

  it('recommends to undo where a slow-down may be chance but the work clearly grew', () => {
    const noisy = {
      role: 'affected-reader',
      sigma: 1.8,
      callsPerTick: 1.5,
      effect: 1.3,
      blocksEffect: 4,
    } as const;
    const question = simulate({ seed: 2, statements: [noisy, ...CONTROLS] }, { promise: 'free-space' });
    expect(judgeAction(question)).toMatchObject({ outcome: 'inconclusive', recommendation: 'revert' });
  });
});

describe('a setting, which leaves nothing untouched', () => {
  const setting = (effect: number, callsPerTickAfter = 10) =>
    simulate(
      { seed: 7, statements: many(6, { role: 'affected-reader', effect, callsPerTickAfter }) },
      { promise: 'whole-server' },
    );

  it('is kept without harm, and says that it had no control', () => {
    const verdict = judgeAction(setting(1));
    expect(verdict).toMatchObject({ outcome: 'kept', control: null });
    expect(verdict.method).toContain('without controls');
  });

  it('is undone beyond the wider bound', () => {
    expect(judgeAction(setting(1.4))).toMatchObject({ outcome: 'reverted' });
    expect(judgeAction(setting(1.12))).not.toMatchObject({ outcome: 'reverted' });
  });

  it('is not blamed for a slow-down that more calls explain', () => {
    expect(judgeAction(setting(1.4, 20))).toMatchObject({
      outcome: 'inconclusive',
      recommendation: 'revert',
    });
    expect(judgeAction(at(setting(1.4, 20), 0.5))).toMatchObject({ outcome: 'wait' });
  });

  it('is blamed where the slow-down itself made the calls fewer', () => {
    expect(judgeAction(setting(3, 4))).toMatchObject({ outcome: 'reverted' });
  });

  it('gets no praise for a gain that fewer calls explain', () => {
    expect(judgeAction(setting(0.6, 4))).toMatchObject({ outcome: 'inconclusive' });
  });
});
