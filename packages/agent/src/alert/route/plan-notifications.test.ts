import { describe, expect, it } from 'vitest';
import { alertWith, routeWith, second } from '../fixtures.ts';
import type { AlertState, Delivery, GroupState } from '../types.ts';
import { type PlanOptions, planNotifications } from './plan-notifications.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const lag = (replica: string, changes: Partial<AlertState> = {}): AlertState =>
  alertWith(
    { alertname: 'replica-lag-bytes', severity: 'warning', target: 'shop', replica },
    { annotations: { summary: `${replica} is behind` }, ...changes },
  );
const over = (alert: AlertState, at: Date): AlertState => ({ ...alert, status: 'resolved', endsAt: at });

/** A notifier that remembers its groups; gives what it sends at a time, in seconds. */
function startNotifier(options: Partial<PlanOptions> = {}) {
  let groups: readonly GroupState[] = [];
  return {
    get groups() {
      return groups;
    },
    at(seconds: number, alerts: readonly AlertState[], changes: Partial<PlanOptions> = {}) {
      const plan = planNotifications(alerts, groups, {
        root: routeWith(),
        muted: new Set(),
        withoutResolved: new Set(),
        maximumAlerts: 100,
        externalUrl: '',
        now: second(seconds),
        ...options,
        ...changes,
      });
      groups = plan.groups;
      return plan.deliveries;
    },
  };
}

const told = (deliveries: readonly Delivery[]): readonly string[] =>
  deliveries.flatMap(({ channel, notification }) =>
    notification.alerts.map(({ status, labels }) => `${channel} ${labels['replica']} ${status}`),
  );

describe('a group of alerts', () => {
  it('waits for its other alerts, then is told once', () => {
    const notifier = startNotifier();
    expect(notifier.at(0, [lag('a')])).toEqual([]);
    expect(notifier.at(29, [lag('a'), lag('b')])).toEqual([]);
    const [delivery] = notifier.at(30, [lag('a'), lag('b')]);
    expect(delivery).toMatchObject({
      channel: 'ops',
      groupKey: '{}:{alertname="replica-lag-bytes", target="shop"}',
      attemptsCount: 0,
      nextAttemptAt: second(30),
      notification: {
        status: 'firing',
        groupLabels: { alertname: 'replica-lag-bytes', target: 'shop' },
        validUntil: second(30 + 4 * HOUR + 10 * MINUTE),
      },
    });
    expect(told(notifier.at(45, [lag('a'), lag('b')]))).toEqual([]);
  });

  it('is told after the group interval who joined, with those it knows', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a')]);
    notifier.at(30, [lag('a')]);
    expect(notifier.at(60, [lag('a'), lag('b')])).toEqual([]);
    expect(told(notifier.at(330, [lag('a'), lag('b')]))).toEqual(['ops a firing', 'ops b firing']);
  });

  it('is told what is over, once, and that all is', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a'), lag('b')]);
    notifier.at(30, [lag('a'), lag('b')]);
    const half = notifier.at(330, [lag('a'), over(lag('b'), second(60))]);
    expect(told(half)).toEqual(['ops a firing', 'ops b resolved']);
    const [all] = notifier.at(630, [over(lag('a'), second(400)), over(lag('b'), second(60))]);
    expect(all?.notification).toMatchObject({
      status: 'resolved',
      alerts: [{ status: 'resolved', labels: { replica: 'a' }, endsAt: second(400) }],
    });
    expect(notifier.at(930, [over(lag('a'), second(400))])).toEqual([]);
  });

  it('is not told of what was over before anybody heard of it', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a')]);
    expect(notifier.at(30, [over(lag('a'), second(20))])).toEqual([]);
    expect(notifier.at(400, [])).toEqual([]);
    expect(notifier.groups).toEqual([]);
  });

  it('is repeated when nothing changes, and while it fires only', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a')]);
    notifier.at(30, [lag('a')]);
    expect(notifier.at(30 + 4 * HOUR - 1, [lag('a')])).toEqual([]);
    expect(told(notifier.at(4 * HOUR + 10 * MINUTE, [lag('a')]))).toEqual(['ops a firing']);
  });

  it('is told again when the same happens again later', () => {
    const notifier = startNotifier();
    const incident = (from: number) => {
      const alert = lag('a', { startsAt: second(from) });
      notifier.at(from, [alert]);
      const [fired] = notifier.at(from + 30, [alert]);
      notifier.at(from + 330, [over(alert, second(from + 60))]);
      notifier.at(from + HOUR, []);
      return fired?.id;
    };
    const ids = [incident(0), incident(24 * HOUR)];
    expect(ids).toEqual([expect.any(String), expect.any(String)]);
    expect(new Set(ids).size).toBe(2);
  });

  it('is the same news after a crash before its state was saved', () => {
    const first = planNotifications([lag('a')], [], { ...plain, now: second(0) });
    const ids = [30, 45].map(
      (now) => planNotifications([lag('a')], first.groups, { ...plain, now: second(now) }).deliveries[0]?.id,
    );
    expect(ids[0]).toEqual(expect.any(String));
    expect(ids[1]).toBe(ids[0]);
  });
});

const plain: Omit<PlanOptions, 'now'> = {
  root: routeWith(),
  muted: new Set(),
  withoutResolved: new Set(),
  maximumAlerts: 100,
  externalUrl: '',
};

describe('a muted alert', () => {
  const muted = new Set([lag('a').fingerprint]);

  it('is told of when it is muted no longer', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a')], { muted });
    expect(notifier.at(30, [lag('a')], { muted })).toEqual([]);
    expect(told(notifier.at(330, [lag('a')]))).toEqual(['ops a firing']);
  });

  it('leaves the others of its group to be told of', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a'), lag('b')], { muted });
    expect(told(notifier.at(30, [lag('a'), lag('b')], { muted }))).toEqual(['ops b firing']);
  });

  it('is told to be over when somebody heard of it before: an open incident is closed', () => {
    const notifier = startNotifier();
    notifier.at(0, [lag('a')]);
    notifier.at(30, [lag('a')]);
    expect(notifier.at(330, [lag('a')], { muted })).toEqual([]);
    expect(told(notifier.at(630, [over(lag('a'), second(500))], { muted }))).toEqual(['ops a resolved']);
  });
});

describe('a notification', () => {
  const flushed = (alerts: readonly AlertState[], changes: Partial<PlanOptions> = {}) => {
    const root = routeWith({ groupWaitMs: 0, groupBy: ['target'] });
    return startNotifier({ root }).at(0, alerts, changes);
  };

  it('names the worst first, then the oldest, and counts what it leaves out', () => {
    const alerts = [
      lag('late', { startsAt: second(9) }),
      lag('early'),
      alertWith({ alertname: 'archiver-failing', severity: 'critical', target: 'shop', replica: 'worst' }),
    ];
    const [delivery] = flushed(alerts, { maximumAlerts: 2 });
    expect(told(delivery === undefined ? [] : [delivery])).toEqual(['ops worst firing', 'ops early firing']);
    expect(delivery?.notification.truncatedCount).toBe(1);
  });

  it('says of an alert that nobody sees that it may have ended', () => {
    const [delivery] = flushed([lag('a', { status: 'no-data' })]);
    expect(delivery?.notification.alerts[0]).toMatchObject({
      status: 'firing',
      annotations: { no_data: expect.stringContaining('may have ended') },
    });
  });

  it('links the page of each alert where there is one', () => {
    const linked = (alert: AlertState, externalUrl = 'https://pgsteward.example/') =>
      flushed([alert], { externalUrl })[0]?.notification.alerts[0]?.generatorUrl;
    expect(linked(lag('a', { target: 'db 1/shop' }))).toBe(
      `https://pgsteward.example/t/db%201%2Fshop/alerts/${lag('a').fingerprint}`,
    );
    expect(linked(alertWith({ alertname: 'watchdog' }))).toBe('https://pgsteward.example/');
    expect(linked(lag('a'), '')).toBe('');
  });

  it('goes to each channel of each route that takes it', () => {
    const root = routeWith({
      channels: [],
      routes: [
        routeWith({ groupWaitMs: 0, channels: ['chat', 'page'], isContinued: true }),
        routeWith({ groupWaitMs: 0, channels: ['log'] }),
      ],
    });
    expect(told(startNotifier({ root }).at(0, [lag('a')]))).toEqual([
      'chat a firing',
      'page a firing',
      'log a firing',
    ]);
  });

  it('does not tell a channel what is over that does not want to know', () => {
    const root = routeWith({ channels: ['chat', 'page'] });
    const notifier = startNotifier({ root, withoutResolved: new Set(['page']) });
    notifier.at(0, [lag('a')]);
    expect(told(notifier.at(30, [lag('a')]))).toEqual(['chat a firing', 'page a firing']);
    expect(told(notifier.at(330, [over(lag('a'), second(60))]))).toEqual(['chat a resolved']);
  });
});
