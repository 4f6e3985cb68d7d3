import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../settings/resolve.ts';
import { second } from '../fixtures.ts';
import { burnRateRules } from '../rules/burn-rate.ts';
import type { BurnRateRule, ErrorBudget } from '../types.ts';
import { burnRate, judgeBurnRate } from './judge-burn-rate.ts';

const [page, ticket] = burnRateRules(
  { id: 'availability', title: 'Availability', goal: 0.999 },
  defaultSettings,
) as [BurnRateRule, BurnRateRule];
const HOUR_MS = 3_600_000;

/** A source that gives each window its own share of bad events among 100,000. */
const budgets = (shares: Readonly<Record<number, number>>, total = 100_000) => ({
  errorBudget: async (_: string, __: string, windowMs: number): Promise<ErrorBudget | null> => {
    const share = shares[windowMs / 60_000];
    return share === undefined ? null : { badEvents: share * total, totalEvents: total };
  },
});

async function levelOf(rule: BurnRateRule, shares: Readonly<Record<number, number>>, total?: number) {
  const [judgement] = await judgeBurnRate(rule, budgets(shares, total), ['shop'], second(0));
  return judgement?.instances[0];
}

it('is 1 when the budget lasts exactly, 14.4 when 2 % of a month goes in an hour', () => {
  expect(burnRate({ badEvents: 1, totalEvents: 1_000 }, 0.999)).toBeCloseTo(1);
  expect(burnRate({ badEvents: 14.4, totalEvents: 1_000 }, 0.999)).toBeCloseTo(14.4);
  expect((14.4 * HOUR_MS) / (30 * 24 * HOUR_MS)).toBeCloseTo(0.02);
  expect(burnRate({ badEvents: 0, totalEvents: 0 }, 0.999)).toBe(0);
});

describe('a page', () => {
  it('comes when both windows of a pair burn too fast', async () => {
    expect(await levelOf(page, { 60: 0.015, 5: 0.015, 360: 0.003, 30: 0.003 })).toMatchObject({
      level: 'breached',
      labels: { alertname: 'error-budget-burn', objective: 'availability', severity: 'critical' },
      summary: expect.stringContaining('burns at 15× over 60 min (more than 14.4×; goal 99.90 %)'),
    });
    expect(await levelOf(page, { 60: 0.003, 5: 0.003, 360: 0.0065, 30: 0.0065 })).toMatchObject({
      level: 'breached',
      summary: expect.stringContaining('6.5× over 6 h'),
    });
  });

  it('ends soon after the trouble, when the short window has recovered', async () => {
    expect(await levelOf(page, { 60: 0.05, 5: 0, 360: 0.01, 30: 0.005 })).toMatchObject({ level: 'clear' });
  });

  it('does not come of a few events', async () => {
    expect(await levelOf(page, { 60: 1, 5: 1, 360: 1, 30: 1 }, 99)).toMatchObject({ level: 'clear' });
    expect(await levelOf(page, { 60: 1, 5: 1, 360: 1, 30: 1 }, 100)).toMatchObject({ level: 'breached' });
  });

  it('is blind where a window was not counted', async () => {
    expect(await levelOf(page, { 60: 0.5, 5: 0.5 })).toBeUndefined();
  });
});

it('makes a ticket of a budget that would not last', async () => {
  expect(await levelOf(ticket, { 4320: 0.0011, 360: 0.0011 })).toMatchObject({
    level: 'breached',
    labels: { severity: 'warning' },
  });
  expect(await levelOf(ticket, { 4320: 0.0009, 360: 0.0011 })).toMatchObject({ level: 'clear' });
});
