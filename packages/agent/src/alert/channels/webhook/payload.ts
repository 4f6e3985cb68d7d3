import type { Labels, Notification } from '../../types.ts';

/** An alert in the body that Alertmanager posts to a webhook. */
export interface WebhookAlert {
  readonly status: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** The body that Alertmanager posts to a webhook, version 4. */
export interface WebhookPayload {
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly WebhookAlert[];
  readonly groupLabels: Labels;
  readonly commonLabels: Labels;
  readonly commonAnnotations: Labels;
  readonly externalURL: string;
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
}

/** Go's zero time: an alert that has not ended. */
const NOT_ENDED = '0001-01-01T00:00:00Z';

/** Builds the body of a webhook. @source Alertmanager docs, "Configuration", `<webhook_config>` */
export function webhookPayload(notification: Notification): WebhookPayload {
  const { alerts } = notification;
  return {
    receiver: notification.channel,
    status: notification.status,
    alerts: alerts.map((alert) => ({
      status: alert.status,
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: alert.startsAt.toISOString(),
      endsAt: alert.endsAt?.toISOString() ?? NOT_ENDED,
      generatorURL: alert.generatorUrl,
      fingerprint: alert.fingerprint,
    })),
    groupLabels: notification.groupLabels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: notification.externalUrl,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: notification.truncatedCount,
  };
}

function common(all: readonly Labels[]): Labels {
  const [first = {}, ...others] = all;
  const shared = Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value));
  return Object.fromEntries(shared);
}
