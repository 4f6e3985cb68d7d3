import { groupBy } from '../../kernel/index.ts';
import { BLIND_RULES } from '../rules/availability.ts';
import type { Coverage, Judgement, Reading } from '../types.ts';
import { type Advance, type AdvanceOptions, advance, type States } from './advance.ts';
import { judgeMeasurements } from './judge-measurements.ts';
import { ruleKey } from './rule-key.ts';

/**
 * Evaluates all rules once: first those that look at targets, then those that look at how many of them are blind.
 * Pure: the same states and judgements at the same time give the same.
 */
export function evaluate(
  previous: States,
  judgements: readonly Judgement[],
  options: AdvanceOptions,
): Advance {
  const seen = advance(previous, judgements, options);
  const readings = new Map([[BLIND_RULES, blindReadings(seen.coverage, options)]]);
  const gaps = options.rules
    .filter((rule) => rule.kind === 'measurement' && rule.measurement === BLIND_RULES)
    .flatMap((rule) => (rule.kind === 'measurement' ? judgeMeasurements(rule, readings, options.now) : []));
  const all = advance(seen, gaps, options);
  return { ...all, transitions: [...seen.transitions, ...all.transitions] };
}

/** Counts the blind rules of each target; a rule of two severities is one. */
function blindReadings(
  coverage: readonly Coverage[],
  { rules, targets, now }: AdvanceOptions,
): readonly Reading[] {
  const ids = new Map(rules.map((rule) => [ruleKey(rule), rule.id]));
  const blind = groupBy(
    coverage.filter(({ isBlind }) => isBlind),
    ({ target }) => target,
  );
  const countOf = (target: string): number =>
    new Set(blind.get(target)?.map(({ rule }) => ids.get(rule))).size;
  return targets.map((target) => ({
    measurement: BLIND_RULES,
    target,
    at: now,
    samples: [{ labels: {}, value: countOf(target) }],
  }));
}
