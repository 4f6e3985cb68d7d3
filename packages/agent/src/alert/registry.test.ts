import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../settings/resolve.ts';
import { levelOf } from './evaluate/judge-measurements.ts';
import { alertSettings, BUILT_IN_RULES, builtInRules } from './registry.ts';

const rules = builtInRules(defaultSettings);
const measured = rules.filter((rule) => rule.kind === 'measurement');

describe('the built-in rules', () => {
  it('stand once for each severity', () => {
    const keys = rules.map(({ id, severity }) => `${id}/${severity}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(measured.map((rule) => [`${rule.id}/${rule.severity}`, rule] as const))(
    'recover on the other side of a band: %s',
    (_, rule) => {
      expect(levelOf(rule, rule.recoverThreshold)).toBe('clear');
      expect(levelOf(rule, rule.threshold)).not.toBe('breached');
      const { direction, threshold, recoverThreshold } = rule;
      expect(
        direction === 'above' ? threshold - recoverThreshold : recoverThreshold - threshold,
      ).toBeGreaterThanOrEqual(0);
    },
  );

  it('become critical beyond where they warn', () => {
    const pairs = measured
      .filter(({ severity }) => severity === 'critical')
      .flatMap((critical) => {
        const warning = measured.find(({ id, severity }) => id === critical.id && severity === 'warning');
        return warning === undefined ? [] : [{ critical, warning }];
      });
    expect(pairs.length).toBeGreaterThan(5);
    for (const { critical, warning } of pairs) expect(levelOf(warning, critical.threshold)).toBe('breached');
  });

  it('fill every placeholder of their summary from a label, the value or the threshold', () => {
    const known = [
      'value',
      'threshold',
      'target',
      'replica',
      'slot',
      'sequence',
      'collector',
      'pooler',
      'cache',
      'pool',
    ];
    const named = measured.flatMap(({ summary }) => [...summary.matchAll(/\{([\w-]+)\}/g)].map(([, n]) => n));
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  it('take their thresholds from settings with a source', () => {
    const keys = alertSettings.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(alertSettings.filter(({ source }) => source === '')).toEqual([]);
    const [first] = BUILT_IN_RULES;
    const [threshold] = first?.settings ?? [];
    const settings = {
      ...defaultSettings,
      get: ((one: unknown) =>
        one === threshold ? 0.25 : defaultSettings.get(one as never)) as typeof defaultSettings.get,
    };
    expect(first?.rules(settings)[0]?.threshold).toBe(0.25);
  });
});
