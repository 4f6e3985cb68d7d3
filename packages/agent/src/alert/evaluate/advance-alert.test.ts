import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleWith, second } from '../fixtures.ts';
import type { AlertState, Instance, Level } from '../types.ts';
import { advanceAlert, blindAlert, toldStatus } from './advance-alert.ts';

const LEVELS: readonly Level[] = ['breached', 'between', 'clear'];

function instanceOf(level: Level): Instance {
  return { labels: { alertname: 'x', target: 'shop' }, level, value: 0.9, summary: level };
}

interface Step {
  readonly afterSeconds: number;
  readonly level: Level | 'blind' | 'gone';
}

const steps = fc.array(
  fc.record({
    afterSeconds: fc.integer({ min: 1, max: 90 }),
    level: fc.constantFrom<Step['level']>(...LEVELS, 'blind', 'gone'),
  }),
  { maxLength: 40 },
);

const rules = fc
  .record({ forMs: fc.integer({ min: 0, max: 120_000 }), keepFiringMs: fc.integer({ min: 0, max: 120_000 }) })
  .map((times) => ruleWith(times));

/** Runs steps and gives each state with its time, the level that led to it and the state before. */
function run(rule: ReturnType<typeof ruleWith>, given: readonly Step[]) {
  let state: AlertState | null = null;
  let seconds = 0;
  return given.map(({ afterSeconds, level }) => {
    seconds += afterSeconds;
    const before: AlertState | null = state;
    const at = second(seconds);
    if (level === 'blind') state = before === null ? null : blindAlert(before, at);
    else {
      const instance = level === 'gone' ? null : instanceOf(level);
      state = advanceAlert(before, { rule, target: 'shop', at, instance });
    }
    return { at, level, before, state };
  });
}

describe('an alert, whatever is read', () => {
  it('never fires before its condition was seen to hold for the time the rule asks for', () => {
    fc.assert(
      fc.property(rules, steps, (rule, given) => {
        let since: Date | null = null;
        for (const { at, level, before, state } of run(rule, given)) {
          if (level === 'breached') since ??= at;
          else since = null;
          const fires =
            state?.status === 'firing' &&
            (before === null || before.firedAt === null || before.status === 'resolved');
          if (!fires) continue;
          expect(level).toBe('breached');
          expect(at.getTime() - (since?.getTime() ?? Number.NaN)).toBeGreaterThanOrEqual(rule.forMs);
        }
      }),
    );
  });

  it('never begins or ends inside the band between threshold and recovery', () => {
    fc.assert(
      fc.property(rules, steps, (rule, given) => {
        for (const { level, before, state } of run(rule, given)) {
          if (level !== 'between') continue;
          const told = before === null ? null : toldStatus(before);
          expect(state === null ? null : toldStatus(state)).toBe(told);
        }
      }),
    );
  });

  it('never resolves before the value was seen recovered for the time the rule asks for', () => {
    fc.assert(
      fc.property(rules, steps, (rule, given) => {
        let since: Date | null = null;
        for (const { at, level, before, state } of run(rule, given)) {
          if (level === 'clear' || level === 'gone') since ??= at;
          else since = null;
          if (state?.status !== 'resolved' || before?.status === 'resolved' || before?.firedAt === null)
            continue;
          expect(at.getTime() - (since?.getTime() ?? Number.NaN)).toBeGreaterThanOrEqual(rule.keepFiringMs);
        }
      }),
    );
  });

  it('neither fires, resolves nor is forgotten because nobody looks', () => {
    fc.assert(
      fc.property(rules, steps, (rule, given) => {
        for (const { level, before, state } of run(rule, given)) {
          if (level !== 'blind') continue;
          expect(state === null).toBe(before === null);
          if (state === null || before === null) continue;
          expect(toldStatus(state)).toBe(toldStatus(before));
          expect(state.status).toBe(before.status === 'resolved' ? 'resolved' : 'no-data');
        }
      }),
    );
  });

  it('tells of a resolution as long as it has not fired again', () => {
    fc.assert(
      fc.property(rules, steps, (rule, given) => {
        let wasResolved = false;
        for (const { state } of run(rule, given)) {
          if (state !== null && toldStatus(state) === 'firing') wasResolved = false;
          if (state?.status === 'resolved') wasResolved = true;
          if (wasResolved) expect(state === null ? null : toldStatus(state)).toBe('resolved');
        }
      }),
    );
  });
});

describe('one alert', () => {
  const rule = ruleWith();
  const levels = (...given: readonly (readonly [seconds: number, level: Step['level']])[]) =>
    run(
      rule,
      given.map(([seconds, level], index) => ({
        afterSeconds: seconds - (given[index - 1]?.[0] ?? 0),
        level,
      })),
    ).map(({ state }) => state?.status ?? 'inactive');

  it('is pending, fires after a minute, keeps firing for 30 s, resolves', () => {
    expect(
      levels(
        [10, 'breached'],
        [40, 'breached'],
        [70, 'breached'],
        [100, 'clear'],
        [120, 'clear'],
        [130, 'clear'],
      ),
    ).toEqual(['pending', 'pending', 'firing', 'firing', 'firing', 'resolved']);
  });

  it('begins anew after a gap while it was pending', () => {
    expect(levels([10, 'breached'], [60, 'blind'], [80, 'breached'], [140, 'breached'])).toEqual([
      'pending',
      'no-data',
      'pending',
      'firing',
    ]);
  });

  it('resolves when its subject is gone', () => {
    expect(levels([10, 'breached'], [70, 'breached'], [80, 'gone'], [110, 'gone'])).toEqual([
      'pending',
      'firing',
      'firing',
      'resolved',
    ]);
  });

  it('keeps the words that told of the trouble when the value has recovered', () => {
    const [, , last] = run(rule, [
      { afterSeconds: 1, level: 'breached' },
      { afterSeconds: 60, level: 'breached' },
      { afterSeconds: 60, level: 'clear' },
    ]);
    expect(last?.state?.annotations['summary']).toBe('breached');
  });
});
