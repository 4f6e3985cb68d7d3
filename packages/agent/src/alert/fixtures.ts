import type { Clock } from '../kernel/index.ts';
import { fingerprintOf } from './evaluate/fingerprint.ts';
import type { MeasurementSource } from './ports.ts';
import type {
  AlertState,
  Labels,
  MeasurementRule,
  Notification,
  NotifiedAlert,
  Reading,
  Route,
} from './types.ts';

/** A time in seconds after a fixed one. */
export const second = (seconds: number): Date => new Date(Date.UTC(2026, 0, 5) + seconds * 1_000);

/** A rule: the value must not exceed 0.8, recovers at 0.7, for a minute, kept for 30 s, blind after 5 min. */
export function ruleWith(changes: Partial<MeasurementRule> = {}): MeasurementRule {
  return {
    kind: 'measurement',
    id: 'connections-saturated',
    title: 'Connections nearly used up',
    severity: 'warning',
    labels: {},
    measurement: 'connections-used-ratio',
    direction: 'above',
    unit: 'ratio',
    threshold: 0.8,
    recoverThreshold: 0.7,
    guards: [],
    forMs: 60_000,
    keepFiringMs: 30_000,
    noDataMs: 300_000,
    summary: '{value} of {target} (more than {threshold})',
    docs: null,
    finding: null,
    ...changes,
  };
}

/** A reading of one value of the whole target. */
export function readingOf(
  at: Date,
  value: number,
  changes: Partial<Omit<Reading, 'at'>> & { readonly labels?: Labels } = {},
): Reading {
  const { labels = {}, ...rest } = changes;
  return {
    measurement: 'connections-used-ratio',
    target: 'shop',
    samples: [{ labels, value }],
    ...rest,
    at,
  };
}

/** A source of what a test puts in; `latest` is what was put last. */
export interface TestSource extends MeasurementSource {
  put(...readings: readonly Reading[]): void;
}

/** Opens a source that holds what is put in. */
export function createTestSource(targets: readonly string[] = ['shop']): TestSource {
  const all: Reading[] = [];
  return {
    put: (...readings) => {
      all.push(...readings);
    },
    targets: async () => targets,
    latest: async (name) => {
      const last = new Map(all.filter((one) => one.measurement === name).map((one) => [one.target, one]));
      return [...last.values()];
    },
    range: async (name, from, to) =>
      all.filter(({ measurement, at }) => measurement === name && at >= from && at < to),
  };
}

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  set(at: Date): void;
}

/** Opens a clock that stands at a time. */
export function createTestClock(at: Date = second(0)): TestClock {
  let now = at;
  return {
    now: () => now,
    monotonicMs: () => now.getTime(),
    sleep: async () => undefined,
    set: (later) => {
      now = later;
    },
  };
}

/** A route that takes everything to the channel `ops`, with Alertmanager's waits. */
export function routeWith(changes: Partial<Route> = {}): Route {
  return {
    matchers: [],
    groupBy: ['alertname', 'target'],
    groupWaitMs: 30_000,
    groupIntervalMs: 300_000,
    repeatIntervalMs: 14_400_000,
    channels: ['ops'],
    isContinued: false,
    routes: [],
    ...changes,
  };
}

/** An alert that has fired since the fixed time. */
export function alertWith(labels: Labels, changes: Partial<AlertState> = {}): AlertState {
  return {
    fingerprint: fingerprintOf(labels),
    rule: `${labels['alertname']}/${labels['severity']}`,
    target: labels['target'] ?? '',
    labels,
    status: 'firing',
    sinceAt: second(0),
    startsAt: second(0),
    firedAt: second(0),
    endsAt: null,
    clearAt: null,
    value: 0.97,
    annotations: {
      summary: '97 % of the connections of shop are in use',
      title: 'Connections nearly used up',
    },
    ...changes,
  };
}

/** An alert of a notification. */
export function notifiedAlertWith(changes: Partial<NotifiedAlert> = {}): NotifiedAlert {
  return {
    status: 'firing',
    labels: { alertname: 'connections-saturated', severity: 'critical', target: 'shop' },
    annotations: {
      summary: '97 % of the connections of shop are in use',
      title: 'Connections nearly used up',
    },
    startsAt: second(0),
    endsAt: null,
    fingerprint: '00000000000000aa',
    generatorUrl: 'https://pgsteward.example/t/shop/alerts/00000000000000aa',
    ...changes,
  };
}

/** A notification of one alert that fires. */
export function notificationWith(changes: Partial<Notification> = {}): Notification {
  return {
    channel: 'ops',
    status: 'firing',
    groupKey: '{}:{alertname="connections-saturated", target="shop"}',
    groupLabels: { alertname: 'connections-saturated', target: 'shop' },
    alerts: [notifiedAlertWith()],
    truncatedCount: 0,
    externalUrl: 'https://pgsteward.example',
    at: second(30),
    validUntil: second(3_600),
    ...changes,
  };
}
