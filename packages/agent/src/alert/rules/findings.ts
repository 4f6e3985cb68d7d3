import type { Settings } from '../../settings/index.ts';
import { ALERT_SETTINGS } from '../settings.ts';
import type { AlertSeverity, FindingRule } from '../types.ts';

const SEVERITIES: readonly AlertSeverity[] = ['info', 'warning', 'critical'];

/** Gives the rules about findings: two checks by name, and all others from a severity on. */
export function findingRules(settings: Settings): readonly FindingRule[] {
  const base = {
    kind: 'finding',
    labels: {},
    forMs: 0,
    keepFiringMs: 0,
    noDataMs: settings.get(ALERT_SETTINGS.findingNoDataMs),
    summary: '{target}: {title}',
    finding: null,
  } as const;
  const minimum = settings.get(ALERT_SETTINGS.findingSeverity);
  const named = [
    { id: 'query-regressed', title: 'Query became slower', check: 'diagnose/regressed-query' },
    { id: 'plan-changed', title: 'Plan of a query changed', check: 'diagnose/plan-changed' },
  ].map(
    ({ id, title, check }): FindingRule => ({
      ...base,
      id,
      title,
      severity: 'warning',
      checks: [check],
      minimumSeverity: 'warning',
      docs: `docs/guides/alerts.md#${id}`,
    }),
  );
  const others = SEVERITIES.slice(SEVERITIES.indexOf(minimum)).map(
    (severity): FindingRule => ({
      ...base,
      id: 'finding',
      title: 'Finding of a diagnosis',
      severity,
      checks: null,
      minimumSeverity: severity,
      docs: 'docs/guides/alerts.md#finding',
    }),
  );
  return [...named, ...others];
}
