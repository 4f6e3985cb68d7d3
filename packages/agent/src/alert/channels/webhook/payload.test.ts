import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from '../../fixtures.ts';
import { webhookPayload } from './payload.ts';

describe('the body of a webhook', () => {
  it('is what Alertmanager posts, version 4', () => {
    expect(webhookPayload(notificationWith())).toEqual({
      receiver: 'ops',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'connections-saturated', severity: 'critical', target: 'shop' },
          annotations: {
            summary: '97 % of the connections of shop are in use',
            title: 'Connections nearly used up',
          },
          startsAt: '2026-01-05T00:00:00.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: 'https://pgsteward.example/t/shop/alerts/00000000000000aa',
          fingerprint: '00000000000000aa',
        },
      ],
      groupLabels: { alertname: 'connections-saturated', target: 'shop' },
      commonLabels: { alertname: 'connections-saturated', severity: 'critical', target: 'shop' },
      commonAnnotations: {
        summary: '97 % of the connections of shop are in use',
        title: 'Connections nearly used up',
      },
      externalURL: 'https://pgsteward.example',
      version: '4',
      groupKey: '{}:{alertname="connections-saturated", target="shop"}',
      truncatedAlerts: 0,
    });
  });

  it('names as common what all alerts share', () => {
    const alerts = ['a', 'b'].map((replica) =>
      notifiedAlertWith({
        labels: { alertname: 'x', replica },
        annotations: { title: 'same', summary: replica },
      }),
    );
    expect(webhookPayload(notificationWith({ alerts }))).toMatchObject({
      commonLabels: { alertname: 'x' },
      commonAnnotations: { title: 'same' },
    });
  });

  it('says when an alert ended', () => {
    const alerts = [notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    expect(webhookPayload(notificationWith({ status: 'resolved', alerts }))).toMatchObject({
      status: 'resolved',
      alerts: [{ status: 'resolved', endsAt: '2026-01-05T00:01:00.000Z' }],
    });
  });
});
