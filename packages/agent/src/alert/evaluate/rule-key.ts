import type { Rule } from '../types.ts';

/** Gives the key of a rule; one id may stand once for each severity, and for each objective. */
export function ruleKey(rule: Rule): string {
  const key = `${rule.id}/${rule.severity}`;
  return rule.kind === 'burn-rate' ? `${key}/${rule.objective}` : key;
}
