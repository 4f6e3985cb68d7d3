import type { AnySetting, Settings } from '../settings/index.ts';
import { AVAILABILITY_RULES } from './rules/availability.ts';
import { CACHE_RULES } from './rules/cache.ts';
import type { BuiltInRule } from './rules/define-rule.ts';
import { DURABILITY_RULES } from './rules/durability.ts';
import { findingRules } from './rules/findings.ts';
import { POOL_RULES } from './rules/pools.ts';
import { SESSION_RULES } from './rules/sessions.ts';
import { WORKLOAD_RULES } from './rules/workload.ts';
import { ALERT_SETTINGS } from './settings.ts';
import type { Rule } from './types.ts';

/** Every built-in rule on a measurement. */
export const BUILT_IN_RULES: readonly BuiltInRule[] = [
  ...AVAILABILITY_RULES,
  ...SESSION_RULES,
  ...POOL_RULES,
  ...DURABILITY_RULES,
  ...WORKLOAD_RULES,
  ...CACHE_RULES,
];

/** Every setting of alerts, those of the rules included. */
export const alertSettings: readonly AnySetting[] = [
  ...Object.values<AnySetting>(ALERT_SETTINGS as unknown as Record<string, AnySetting>),
  ...BUILT_IN_RULES.flatMap(({ settings }) => settings as unknown as readonly AnySetting[]),
];

/** Gives the built-in rules with the thresholds that are in force. */
export function builtInRules(settings: Settings): readonly Rule[] {
  return [...BUILT_IN_RULES.flatMap((rule) => rule.rules(settings)), ...findingRules(settings)];
}
