import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith } from '../fixtures.ts';
import { cutTo, titleOf, worstSeverity } from './wording.ts';

const of = (severity: string) => notifiedAlertWith({ labels: { severity } });

describe('the words of a message', () => {
  it('count what fires, what is not named included', () => {
    const alerts = [of('critical'), { ...of('warning'), status: 'resolved' } as const];
    expect(titleOf(notificationWith({ alerts, truncatedCount: 2 }))).toBe(
      '[FIRING:3] connections-saturated shop',
    );
    expect(titleOf(notificationWith({ groupLabels: {} }))).toBe('[FIRING:1] pgsteward');
  });

  it('go by the worst that fires', () => {
    const worst = (...alerts: readonly ReturnType<typeof of>[]) =>
      worstSeverity(notificationWith({ alerts }));
    expect(worst(of('info'), of('critical'), of('warning'))).toBe('critical');
    expect(worst(of('warning'), { ...of('critical'), status: 'resolved' })).toBe('warning');
    expect(worst(of('unknown'))).toBe('info');
    expect(worst({ ...of('critical'), status: 'resolved' })).toBeNull();
  });

  it('are cut between characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, maximum) => {
        const cut = cutTo(text, maximum);
        expect(cut.length).toBeLessThanOrEqual(maximum);
        expect(cut).not.toMatch(/\p{Surrogate}/u);
        if (text.length <= maximum) expect(cut).toBe(text);
      }),
    );
  });
});
