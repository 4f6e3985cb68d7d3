import { createHash } from 'node:crypto';
import type { Labels, Notification } from '../../types.ts';
import { cutTo, lineOf, moreOf, titleOf, worstSeverity } from '../wording.ts';

/** An event of PagerDuty's Events API v2. */
export interface PagerDutyEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: 'critical' | 'error' | 'warning' | 'info';
    readonly timestamp: string;
    readonly component: string;
    readonly group: string;
    readonly class: string;
    readonly custom_details: Readonly<Record<string, unknown>>;
  };
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  readonly client?: string;
  readonly client_url?: string;
}

const MAXIMUM_SUMMARY = 1_024;
const MAXIMUM_DETAILS = 50;

/**
 * Builds the event of a group: one incident for each group, resolved when nothing of it fires any more.
 * @source PagerDuty developer docs, "Send an Alert Event"
 */
export function pagerDutyEvent(notification: Notification, routingKey: string): PagerDutyEvent {
  const severity = worstSeverity(notification);
  const base = { routing_key: routingKey, dedup_key: dedupKey(notification) };
  if (severity === null) return { ...base, event_action: 'resolve' };
  const firing = notification.alerts.filter(({ status }) => status === 'firing');
  const [first] = firing;
  const labels: Labels = first?.labels ?? {};
  const lead = first === undefined ? '' : lineOf(first);
  return {
    ...base,
    event_action: 'trigger',
    payload: {
      summary: cutTo(`${titleOf(notification)}: ${lead}`, MAXIMUM_SUMMARY),
      source: labels['target'] ?? 'pgsteward',
      severity,
      timestamp: (first?.startsAt ?? notification.at).toISOString(),
      component: 'postgresql',
      group: labels['target'] ?? 'pgsteward',
      class: labels['alertname'] ?? 'alert',
      custom_details: {
        firing: firing
          .slice(0, MAXIMUM_DETAILS)
          .map((alert) => ({ summary: lineOf(alert), ...alert.labels })),
        more: moreOf({ ...notification, alerts: firing }, MAXIMUM_DETAILS),
      },
    },
    links: firing
      .slice(0, MAXIMUM_DETAILS)
      .filter(({ generatorUrl }) => generatorUrl !== '')
      .map((alert) => ({ href: alert.generatorUrl, text: cutTo(lineOf(alert), 100) })),
    client: 'pgsteward',
    ...(notification.externalUrl === '' ? {} : { client_url: notification.externalUrl }),
  };
}

/** PagerDuty takes at most 255 characters. */
function dedupKey({ groupKey }: Notification): string {
  return createHash('sha256').update(groupKey).digest('hex');
}
