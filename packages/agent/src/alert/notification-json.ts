import * as z from 'zod';
import type { Notification, NotifiedAlert } from './types.ts';

const time = z.iso.datetime().transform((text) => new Date(text));
const labels = z.record(z.string(), z.string());
const status = z.enum(['firing', 'resolved']);

const alert: z.ZodType<NotifiedAlert> = z.object({
  status,
  labels,
  annotations: labels,
  startsAt: time,
  endsAt: time.nullable(),
  fingerprint: z.string(),
  generatorUrl: z.string(),
});

const notification: z.ZodType<Notification> = z.object({
  channel: z.string(),
  status,
  groupKey: z.string(),
  groupLabels: labels,
  alerts: z.array(alert),
  truncatedCount: z.number(),
  externalUrl: z.string(),
  at: time,
  validUntil: time,
});

/** Reads a notification that was kept as JSON. @returns null when it is none: another version wrote it */
export function notificationOfJson(value: unknown): Notification | null {
  const parsed = notification.safeParse(value);
  return parsed.success ? parsed.data : null;
}
