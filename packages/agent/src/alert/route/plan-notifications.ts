import { createHash } from 'node:crypto';
import { toldStatus } from '../evaluate/advance-alert.ts';
import { sortedLabels } from '../evaluate/fingerprint.ts';
import type {
  AlertState,
  Delivery,
  GroupState,
  Labels,
  Notification,
  NotifiedAlert,
  Route,
} from '../types.ts';
import { formatMatcher } from './matchers.ts';
import { groupLabelsOf, routesFor } from './tree.ts';

/** What notifications are planned with. */
export interface PlanOptions {
  readonly root: Route;
  /** Fingerprints of the alerts that nobody is told of now. */
  readonly muted: ReadonlySet<string>;
  /** Channels that are not told of what is resolved. */
  readonly withoutResolved: ReadonlySet<string>;
  readonly maximumAlerts: number;
  /** Empty when none is configured. */
  readonly externalUrl: string;
  readonly now: Date;
}

/** Groups as they are from now on, and what is to be sent. */
export interface Plan {
  readonly groups: readonly GroupState[];
  readonly deliveries: readonly Delivery[];
}

interface Group {
  readonly state: GroupState;
  readonly route: Route;
  readonly alerts: AlertState[];
}

/** Margin beyond the next repetition within which a receiver may take an alert to fire still. */
const VALID_MARGIN_MS = 300_000;
const SEVERITY_RANK: Readonly<Record<string, number>> = { critical: 0, warning: 1, info: 2 };

/**
 * Plans what is sent now. A group waits for its other alerts before it is first notified, is told anew when an
 * alert joins or resolves, and is repeated when nothing changes.
 * @source Alertmanager docs, "Configuration": group_wait, group_interval, repeat_interval
 */
export function planNotifications(
  alerts: readonly AlertState[],
  groups: readonly GroupState[],
  options: PlanOptions,
): Plan {
  const deliveries: Delivery[] = [];
  const states = collect(alerts, groups, options).map((group) => {
    if (group.state.flushAt > options.now) return group.state;
    return flush(group, options, deliveries);
  });
  return { groups: states, deliveries };
}

/** A group begins with an alert that fires and ends when none of its alerts is left. */
function collect(
  alerts: readonly AlertState[],
  states: readonly GroupState[],
  { root, now }: PlanOptions,
): readonly Group[] {
  const known = new Map(states.map((state) => [state.key, state]));
  const groups = new Map<string, Group>();
  for (const alert of alerts) {
    const status = toldStatus(alert);
    if (status === null) continue;
    for (const { key: routeKey, route } of routesFor(root, alert.labels)) {
      const labels = sortedLabels(groupLabelsOf(route, alert.labels));
      const key = `${routeKey}:${formatLabels(labels)}`;
      const group = groups.get(key);
      if (group !== undefined) group.alerts.push(alert);
      else {
        const before = known.get(key);
        if (before === undefined && status !== 'firing') continue;
        const flushAt = new Date(now.getTime() + route.groupWaitMs);
        const state = before ?? { key, route: routeKey, labels, flushAt, notifiedAt: null, firing: [] };
        groups.set(key, { state, route, alerts: [alert] });
      }
    }
  }
  return [...groups.values()];
}

function flush({ state, route, alerts }: Group, options: PlanOptions, into: Delivery[]): GroupState {
  const { now, muted } = options;
  const flushAt = new Date(now.getTime() + route.groupIntervalMs);
  const told = new Set(state.firing);
  const fires = alerts.filter((alert) => toldStatus(alert) === 'firing');
  const firing = fires.filter(({ fingerprint }) => !muted.has(fingerprint));
  // Muted or not: an incident that was opened is closed.
  const resolved = alerts.filter((alert) => toldStatus(alert) === 'resolved' && told.has(alert.fingerprint));
  const isRepeated =
    firing.length > 0 &&
    state.notifiedAt !== null &&
    now.getTime() - state.notifiedAt.getTime() >= route.repeatIntervalMs;
  const isNews = firing.some(({ fingerprint }) => !told.has(fingerprint)) || resolved.length > 0;
  if (!isNews && !isRepeated) return { ...state, flushAt };
  for (const channel of route.channels) {
    const named = options.withoutResolved.has(channel) ? [] : resolved;
    if (firing.length + named.length === 0) continue;
    into.push(deliveryOf(notificationOf(state, route, { channel, firing, resolved: named }, options), state));
  }
  const known = fires.filter(({ fingerprint }) => !muted.has(fingerprint) || told.has(fingerprint));
  return {
    ...state,
    flushAt,
    notifiedAt: now,
    firing: known.map(({ fingerprint }) => fingerprint).toSorted(),
  };
}

interface Content {
  readonly channel: string;
  readonly firing: readonly AlertState[];
  readonly resolved: readonly AlertState[];
}

function notificationOf(
  state: GroupState,
  route: Route,
  { channel, firing, resolved }: Content,
  { now, maximumAlerts, externalUrl }: PlanOptions,
): Notification {
  const all = [...firing.toSorted(byWeight), ...resolved.toSorted(byWeight)];
  const valid = route.repeatIntervalMs + route.groupIntervalMs + VALID_MARGIN_MS;
  return {
    channel,
    status: firing.length > 0 ? 'firing' : 'resolved',
    groupKey: state.key,
    groupLabels: state.labels,
    alerts: all.slice(0, maximumAlerts).map((alert) => notifiedAlert(alert, externalUrl)),
    truncatedCount: Math.max(0, all.length - maximumAlerts),
    externalUrl,
    at: now,
    validUntil: new Date(now.getTime() + valid),
  };
}

/**
 * The same news has the same id: after a crash between enqueueing and saving it is not sent twice. The same alerts
 * at another time are other news.
 */
function deliveryOf(notification: Notification, { flushAt }: GroupState): Delivery {
  const { channel, groupKey, alerts, at } = notification;
  const news = alerts.map(({ status, fingerprint }) => [status, fingerprint]);
  const id = createHash('sha256')
    .update(JSON.stringify([channel, groupKey, flushAt, news]))
    .digest('hex');
  return { id, channel, groupKey, notification, enqueuedAt: at, attemptsCount: 0, nextAttemptAt: at };
}

function notifiedAlert(alert: AlertState, externalUrl: string): NotifiedAlert {
  const { fingerprint, labels, annotations, startsAt, endsAt } = alert;
  const isResolved = toldStatus(alert) === 'resolved';
  const blind = { no_data: 'not seen since it was last read: it may have ended' };
  return {
    status: isResolved ? 'resolved' : 'firing',
    labels: sortedLabels(labels),
    annotations: sortedLabels(alert.status === 'no-data' ? { ...annotations, ...blind } : annotations),
    startsAt: isResolved && endsAt !== null && startsAt > endsAt ? endsAt : startsAt,
    endsAt: isResolved ? endsAt : null,
    fingerprint,
    generatorUrl: externalUrl === '' ? '' : `${externalUrl.replace(/\/+$/, '')}${pageOf(alert)}`,
  };
}

/** Path of the dashboard's page; what belongs to no target stands on the first one. */
function pageOf({ target, fingerprint }: AlertState): string {
  return target === '' ? '/' : `/t/${encodeURIComponent(target)}/alerts/${fingerprint}`;
}

function byWeight(a: AlertState, b: AlertState): number {
  const rank = ({ labels }: AlertState): number => SEVERITY_RANK[labels['severity'] ?? ''] ?? 9;
  return rank(a) - rank(b) || a.startsAt.getTime() - b.startsAt.getTime();
}

function formatLabels(labels: Labels): string {
  const matchers = Object.entries(labels).map(([label, value]) =>
    formatMatcher({ label, operator: '=', value }),
  );
  return `{${matchers.join(', ')}}`;
}
