import { toldStatus } from '../evaluate/advance-alert.ts';
import type { AlertState, Inhibition, Labels } from '../types.ts';
import { matches } from './matchers.ts';

/**
 * What holds without configuration: a target that is down mutes the rest of it, a pooler its pools, critical what is
 * less.
 */
export const BUILT_IN_INHIBITIONS: readonly Inhibition[] = [
  {
    source: [{ label: 'alertname', operator: '=', value: 'target-down' }],
    muted: [{ label: 'alertname', operator: '!=', value: 'target-down' }],
    equal: ['target'],
  },
  {
    source: [{ label: 'alertname', operator: '=', value: 'pooler-down' }],
    muted: [{ label: 'alertname', operator: '=~', value: 'pool-.*' }],
    equal: ['target', 'pooler'],
  },
  {
    source: [{ label: 'severity', operator: '=', value: 'critical' }],
    muted: [{ label: 'severity', operator: '=~', value: 'warning|info' }],
    equal: { except: ['severity'] },
  },
];

/**
 * Gives the alert that mutes another; null when none does. An alert never mutes itself, nor do two mute each
 * other by the same rule.
 * @source Alertmanager docs, "Configuration", `<inhibit_rule>`
 */
export function inhibitorOf(
  alert: AlertState,
  alerts: readonly AlertState[],
  inhibitions: readonly Inhibition[],
): AlertState | null {
  for (const { source, muted, equal } of inhibitions) {
    if (!matches(muted, alert.labels)) continue;
    const isMutual = matches(source, alert.labels);
    const found = alerts.find(
      (other) =>
        other.fingerprint !== alert.fingerprint &&
        toldStatus(other) === 'firing' &&
        matches(source, other.labels) &&
        !(isMutual && matches(muted, other.labels)) &&
        areEqual(alert.labels, other.labels, equal),
    );
    if (found !== undefined) return found;
  }
  return null;
}

function areEqual(a: Labels, b: Labels, equal: Inhibition['equal']): boolean {
  const names =
    'except' in equal
      ? [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !equal.except.includes(name))
      : equal;
  return names.every((name) => (a[name] ?? '') === (b[name] ?? ''));
}
