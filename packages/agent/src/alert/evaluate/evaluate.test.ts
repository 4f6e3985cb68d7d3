import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../settings/resolve.ts';
import { readingOf, ruleWith, second } from '../fixtures.ts';
import { decodeMemory, encodeMemory } from '../memory.ts';
import { builtInRules } from '../registry.ts';
import type { Judgement, Reading, Rule } from '../types.ts';
import type { States } from './advance.ts';
import { evaluate } from './evaluate.ts';
import { judgeMeasurements } from './judge-measurements.ts';

const EMPTY: States = { alerts: [], coverage: [] };
const gapRule = builtInRules(defaultSettings).find(({ id }) => id === 'monitoring-gap') as Rule;

const judgedBy = (rule: ReturnType<typeof ruleWith>, now: Date, ...readings: readonly Reading[]) =>
  judgeMeasurements(rule, new Map([[rule.measurement, readings]]), now);

const optionsAt = (now: Date, rules: readonly Rule[] = [ruleWith()], targets = ['shop']) => ({
  rules,
  now,
  targets,
  keepResolvedMs: 900_000,
});

/** Evaluates a reading every 30 s; null is a reading that stays away. */
function series(values: readonly (number | null)[], rules: readonly Rule[] = [ruleWith()]) {
  let states: States = EMPTY;
  return values.map((value, index) => {
    const now = second(index * 30);
    const judgements: readonly Judgement[] =
      value === null ? [] : judgedBy(ruleWith(), now, readingOf(now, value));
    const step = evaluate(states, judgements, optionsAt(now, rules));
    states = step;
    return step;
  });
}

describe('a rule over time', () => {
  it('does not flap while the value swings inside the band', () => {
    const steps = series([0.9, 0.9, 0.9, 0.75, 0.82, 0.75, 0.79, 0.85, 0.71]);
    expect(steps.map(({ alerts }) => alerts[0]?.status)).toEqual([
      'pending',
      'pending',
      ...Array<string>(7).fill('firing'),
    ]);
    expect(steps.flatMap(({ transitions }) => transitions.map(({ to }) => to))).toEqual([
      'pending',
      'firing',
    ]);
  });

  it('counts one reading once, however long it stays the last', () => {
    const reading = readingOf(second(0), 0.9);
    let states: States = EMPTY;
    for (const seconds of [0, 60, 120, 180]) {
      const now = second(seconds);
      states = evaluate(states, judgedBy(ruleWith(), now, reading), optionsAt(now));
    }
    expect(states.alerts).toMatchObject([{ status: 'pending' }]);
  });

  it('says no-data, not resolved, when readings stay away, and fires on when they come back', () => {
    const steps = series([0.9, 0.9, 0.9, ...Array<null>(12).fill(null), 0.9]);
    const statuses = steps.map(({ alerts }) => alerts[0]?.status);
    expect(statuses.slice(2, 13)).toEqual(Array<string>(11).fill('firing'));
    expect(statuses.slice(13)).toEqual(['no-data', 'no-data', 'firing']);
    expect(steps.at(-1)?.alerts[0]?.startsAt).toEqual(second(0));
  });

  it('is reported blind by an alert of its own, which ends when it sees again', () => {
    const steps = series(
      [0.5, ...Array<null>(12).fill(null), 0.5, 0.5, 0.5, 0.5, 0.5],
      [ruleWith(), gapRule],
    );
    const gaps = steps.map(({ alerts }) => alerts.find(({ rule }) => rule.startsWith('monitoring-gap')));
    expect(gaps[10]).toBeUndefined();
    expect(gaps[12]).toMatchObject({ status: 'firing', target: 'shop', value: 1 });
    expect(gaps[13]).toMatchObject({ status: 'firing' });
    expect(gaps.at(-1)).toMatchObject({ status: 'resolved' });
  });

  it('ends an alert whose rule or target is gone', () => {
    const firing = series([0.9, 0.9, 0.9]).at(-1) ?? EMPTY;
    const now = second(90);
    expect(evaluate(firing, [], optionsAt(now, [])).alerts).toMatchObject([{ status: 'resolved' }]);
    const moved = evaluate(firing, [], optionsAt(now, [ruleWith()], ['other']));
    expect(moved.alerts).toMatchObject([{ status: 'resolved', endsAt: now }]);
    expect(moved.coverage).toEqual([]);
  });

  it('forgets what was resolved after a while', () => {
    const firing = series([0.9, 0.9, 0.9]).at(-1) ?? EMPTY;
    const over = evaluate(firing, [], optionsAt(second(90), []));
    expect(evaluate(over, [], optionsAt(second(90 + 900), [])).alerts).toHaveLength(1);
    expect(evaluate(over, [], optionsAt(second(91 + 900), [])).alerts).toEqual([]);
  });
});

const values = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }), {
  minLength: 1,
  maxLength: 40,
});

describe('evaluation, whatever is read', () => {
  it('changes nothing when it is repeated', () => {
    fc.assert(
      fc.property(values, (given) => {
        const steps = series(given);
        const last = steps.at(-1) ?? EMPTY;
        const now = second((given.length - 1) * 30);
        const value = given.at(-1) ?? null;
        const judgements = value === null ? [] : judgedBy(ruleWith(), now, readingOf(now, value));
        const again = evaluate(last, judgements, optionsAt(now));
        expect(again).toEqual({ ...last, transitions: [] });
      }),
    );
  });

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, next) => {
        const last = series(given).at(-1) ?? EMPTY;
        const decoded = decodeMemory(
          encodeMemory({ alerts: last.alerts, coverage: last.coverage, groups: [] }),
        );
        if (!decoded.ok) throw decoded.error;
        expect(decoded.value).toEqual({ alerts: last.alerts, coverage: last.coverage, groups: [] });
        const now = second(given.length * 30);
        const judgements = judgedBy(ruleWith(), now, readingOf(now, next));
        expect(evaluate(decoded.value, judgements, optionsAt(now))).toEqual(
          evaluate(last, judgements, optionsAt(now)),
        );
      }),
    );
  });

  it('tells every change of status, and only changes', () => {
    fc.assert(
      fc.property(values, (given) => {
        let status = 'inactive';
        for (const step of series(given)) {
          for (const { from, to } of step.transitions) {
            expect(from).not.toBe(to);
            if (!(status === 'inactive' && from === 'inactive')) expect(from).toBe(status);
            status = to;
          }
          if (step.alerts[0] !== undefined) expect(step.alerts[0].status).toBe(status);
        }
      }),
    );
  });
});
