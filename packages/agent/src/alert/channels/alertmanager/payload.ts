import type { Labels, Notification } from '../../types.ts';

/** An alert as Alertmanager's API takes it. */
export interface PostableAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/**
 * Builds the body of `POST /api/v2/alerts`. An alert that fires ends in the future, after the next repetition:
 * without news Alertmanager then resolves it.
 * @source Alertmanager api/v2/openapi.yaml, postableAlerts
 */
export function alertmanagerPayload({ alerts, validUntil }: Notification): readonly PostableAlert[] {
  return alerts.map((alert) => ({
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt.toISOString(),
    endsAt: (alert.endsAt ?? validUntil).toISOString(),
    ...(alert.generatorUrl === '' ? {} : { generatorURL: alert.generatorUrl }),
  }));
}
