import { expect, it } from 'vitest';
import { defaultSettings } from '../../settings/resolve.ts';
import { second } from '../fixtures.ts';
import { findingRules } from '../rules/findings.ts';
import type { AlertFinding } from '../types.ts';
import { judgeFindings, namedChecks } from './judge-findings.ts';

const rules = findingRules(defaultSettings);
const named = namedChecks(rules);
const finding = (id: string, severity: AlertFinding['severity'], title = id): AlertFinding => ({
  id,
  severity,
  subject: { kind: 'table', schema: 'public', name: 'orders' },
  title,
  remedy: '',
  docs: '',
});

function alertsOf(findings: readonly AlertFinding[], now = second(0)) {
  const readings = [{ target: 'shop', at: second(0), findings }];
  return rules.flatMap((rule) =>
    judgeFindings(rule, readings, { named, now }).flatMap(({ instances }) => instances),
  );
}

it('makes an alert of a critical finding, with its subject', () => {
  expect(
    alertsOf([finding('diagnose/wraparound', 'critical', 'near\nthe end'), finding('diagnose/x', 'warning')]),
  ).toEqual([
    {
      labels: {
        alertname: 'finding',
        severity: 'critical',
        target: 'shop',
        finding: 'diagnose/wraparound',
        subject: 'table public.orders',
      },
      level: 'breached',
      value: 1,
      summary: String.raw`shop: near\nthe end`,
    },
  ]);
});

it('gives a regressed query and a changed plan rules of their own', () => {
  const alerts = alertsOf([
    finding('diagnose/regressed-query', 'critical'),
    finding('diagnose/plan-changed', 'warning'),
    finding('diagnose/plan-changed', 'info'),
  ]);
  expect(alerts.map(({ labels }) => labels['alertname'])).toEqual(['query-regressed', 'plan-changed']);
});

it('does not take an old diagnosis for what is', () => {
  expect(alertsOf([finding('diagnose/wraparound', 'critical')], second(30 * 3_600))).toEqual([]);
});
