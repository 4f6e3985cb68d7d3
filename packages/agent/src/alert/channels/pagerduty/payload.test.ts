import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from '../../fixtures.ts';
import { pagerDutyEvent } from './payload.ts';

const KEY = 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4';

describe('an event of PagerDuty', () => {
  it('opens an incident in the shape of the Events API v2', () => {
    expect(pagerDutyEvent(notificationWith(), KEY)).toEqual({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      payload: {
        summary: '[FIRING:1] connections-saturated shop: 97 % of the connections of shop are in use',
        source: 'shop',
        severity: 'critical',
        timestamp: '2026-01-05T00:00:00.000Z',
        component: 'postgresql',
        group: 'shop',
        class: 'connections-saturated',
        custom_details: {
          firing: [
            {
              summary: '97 % of the connections of shop are in use',
              alertname: 'connections-saturated',
              severity: 'critical',
              target: 'shop',
            },
          ],
          more: '',
        },
      },
      links: [
        {
          href: 'https://pgsteward.example/t/shop/alerts/00000000000000aa',
          text: '97 % of the connections of shop are in use',
        },
      ],
      client: 'pgsteward',
      client_url: 'https://pgsteward.example',
    });
  });

  it('closes the same incident when nothing fires any more', () => {
    const opened = pagerDutyEvent(notificationWith(), KEY);
    const alerts = [notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    expect(pagerDutyEvent(notificationWith({ status: 'resolved', alerts }), KEY)).toEqual({
      routing_key: KEY,
      event_action: 'resolve',
      dedup_key: opened.dedup_key,
    });
    expect(pagerDutyEvent(notificationWith({ groupKey: 'other' }), KEY).dedup_key).not.toBe(opened.dedup_key);
  });

  it('keeps an incident open while some of its alerts fire', () => {
    const alerts = [notifiedAlertWith(), notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    const event = pagerDutyEvent(notificationWith({ alerts }), KEY);
    expect(event.event_action).toBe('trigger');
    expect(event.payload?.custom_details['firing']).toHaveLength(1);
  });

  it('keeps within 1,024 characters of summary and says how many more there are', () => {
    const annotations = { summary: 'x'.repeat(2_000) };
    const alerts = Array.from({ length: 60 }, () => notifiedAlertWith({ annotations }));
    const event = pagerDutyEvent(notificationWith({ alerts, truncatedCount: 3 }), KEY);
    expect(event.payload?.summary).toHaveLength(1_024);
    expect(event.payload?.custom_details['more']).toBe('and 13 more');
  });
});
