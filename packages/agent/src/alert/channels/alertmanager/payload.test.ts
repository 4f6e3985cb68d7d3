import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from '../../fixtures.ts';
import { alertmanagerPayload } from './payload.ts';

describe('the alerts pushed to Alertmanager', () => {
  it('end in the future while they fire, and when they ended otherwise', () => {
    const alerts = [
      notifiedAlertWith(),
      notifiedAlertWith({ status: 'resolved', endsAt: second(60), generatorUrl: '' }),
    ];
    const { labels, annotations, generatorUrl } = notifiedAlertWith();
    const startsAt = second(0).toISOString();
    expect(alertmanagerPayload(notificationWith({ alerts }))).toEqual([
      { labels, annotations, startsAt, endsAt: second(3_600).toISOString(), generatorURL: generatorUrl },
      { labels, annotations, startsAt, endsAt: second(60).toISOString() },
    ]);
  });
});
