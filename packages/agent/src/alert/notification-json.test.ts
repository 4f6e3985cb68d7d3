import { describe, expect, it } from 'vitest';
import { notificationWith, notifiedAlertWith, second } from './fixtures.ts';
import { notificationOfJson } from './notification-json.ts';

describe('a notification kept as JSON', () => {
  it('is read as it was written', () => {
    const alerts = [notifiedAlertWith(), notifiedAlertWith({ status: 'resolved', endsAt: second(60) })];
    const notification = notificationWith({ alerts });
    expect(notificationOfJson(JSON.parse(JSON.stringify(notification)))).toEqual(notification);
  });

  it('is none when another version wrote it', () => {
    const { groupKey: _, ...rest } = notificationWith();
    expect(notificationOfJson(rest)).toBeNull();
    expect(notificationOfJson(null)).toBeNull();
  });
});
