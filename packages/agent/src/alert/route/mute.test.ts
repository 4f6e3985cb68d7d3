import { describe, expect, it } from 'vitest';
import { alertWith, second } from '../fixtures.ts';
import type { Silence } from '../types.ts';
import { BUILT_IN_INHIBITIONS } from './inhibit.ts';
import { type Mutes, muteReasonOf } from './mute.ts';

const alert = alertWith({ alertname: 'deadlocks', severity: 'warning', target: 'shop' });
const critical = alertWith({ alertname: 'deadlocks', severity: 'critical', target: 'shop' });
const silence: Silence = {
  id: 's1',
  matchers: [{ label: 'target', operator: '=', value: 'shop' }],
  startsAt: second(0),
  endsAt: second(60),
  author: 'ada',
  comment: 'known',
};
const window = { name: 'always', cron: '* * * * *', durationMs: 60_000, timeZone: 'UTC', matchers: [] };
const nothing: Mutes = { inhibitions: BUILT_IN_INHIBITIONS, silences: [], windows: [] };

describe('the reason why nobody is told', () => {
  it('is the alert, else the silence, else the window', () => {
    const all: Mutes = { ...nothing, silences: [silence], windows: [window] };
    expect(muteReasonOf(alert, [alert, critical], all, second(30))).toEqual({
      kind: 'inhibited',
      by: critical.fingerprint,
    });
    expect(muteReasonOf(alert, [alert], all, second(30))).toEqual({ kind: 'silenced', by: 's1' });
    expect(muteReasonOf(alert, [alert], all, second(90))).toEqual({ kind: 'maintenance', by: 'always' });
  });

  it('is none when nothing mutes', () => {
    expect(muteReasonOf(alert, [alert], nothing, second(30))).toBeNull();
  });
});
