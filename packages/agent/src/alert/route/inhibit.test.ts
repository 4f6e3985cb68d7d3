import { describe, expect, it } from 'vitest';
import { alertWith } from '../fixtures.ts';
import type { AlertState, Inhibition } from '../types.ts';
import { BUILT_IN_INHIBITIONS, inhibitorOf } from './inhibit.ts';

const down = alertWith({ alertname: 'target-down', severity: 'critical', target: 'shop' });
const lag = { alertname: 'replica-lag-bytes', target: 'shop', replica: 'a' };
const warning = alertWith({ ...lag, severity: 'warning' });
const critical = alertWith({ ...lag, severity: 'critical' });

const inhibitor = (alert: AlertState, others: readonly AlertState[]): string | null =>
  inhibitorOf(alert, [alert, ...others], BUILT_IN_INHIBITIONS)?.fingerprint ?? null;

describe('inhibition', () => {
  it('lets a target that is down mute its other alerts and no others', () => {
    expect(inhibitor(critical, [down])).toBe(down.fingerprint);
    expect(inhibitor(alertWith({ ...lag, target: 'billing', severity: 'critical' }), [down])).toBeNull();
    expect(inhibitor(down, [critical])).toBeNull();
  });

  it('lets critical mute the warning of the same, not of another replica', () => {
    expect(inhibitor(warning, [critical])).toBe(critical.fingerprint);
    expect(inhibitor(critical, [warning])).toBeNull();
    expect(inhibitor(warning, [alertWith({ ...lag, replica: 'b', severity: 'critical' })])).toBeNull();
  });

  it('comes only of an alert that fires, seen or not', () => {
    expect(inhibitor(warning, [{ ...critical, status: 'pending', firedAt: null }])).toBeNull();
    expect(inhibitor(warning, [{ ...critical, status: 'resolved' }])).toBeNull();
    expect(inhibitor(warning, [{ ...critical, status: 'no-data' }])).toBe(critical.fingerprint);
  });

  it('never mutes two alerts by each other', () => {
    const any: Inhibition = {
      source: [{ label: 'target', operator: '=', value: 'shop' }],
      muted: [{ label: 'target', operator: '=', value: 'shop' }],
      equal: ['target'],
    };
    expect(inhibitorOf(warning, [warning, critical], [any])).toBeNull();
  });
});
