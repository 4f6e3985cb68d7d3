import type { Notification, NotifiedAlert } from '../types.ts';

/** Gives the first line of a message: `[FIRING:2] connections-saturated shop`. */
export function titleOf({ alerts, truncatedCount, groupLabels, status }: Notification): string {
  const count = alerts.filter((alert) => alert.status === status).length + truncatedCount;
  const values = Object.values(groupLabels).join(' ');
  return `[${status.toUpperCase()}${status === 'firing' ? `:${count}` : ''}] ${values === '' ? 'pgsteward' : values}`;
}

/** Gives the line of one alert: what is wrong, or that it is over. */
export function lineOf({ annotations, labels }: NotifiedAlert): string {
  return annotations['summary'] ?? annotations['title'] ?? labels['alertname'] ?? '';
}

/** Gives the word that begins the line of an alert: its severity, or that it is resolved. */
export function wordOf({ status, labels }: NotifiedAlert): string {
  return status === 'resolved' ? 'resolved' : (labels['severity'] ?? 'firing');
}

/** Gives the worst severity among the alerts that fire; null when none does. */
export function worstSeverity({ alerts }: Notification): 'critical' | 'warning' | 'info' | null {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const has = (severity: string): boolean => firing.some(({ labels }) => labels['severity'] === severity);
  if (firing.length === 0) return null;
  return has('critical') ? 'critical' : has('warning') ? 'warning' : 'info';
}

/** Says how many alerts are not shown; empty when all are. */
export function moreOf({ alerts, truncatedCount }: Notification, shownCount: number): string {
  const more = truncatedCount + Math.max(0, alerts.length - shownCount);
  return more === 0 ? '' : `and ${more} more`;
}

/** Cuts a text to a number of UTF-16 units, whole characters only. */
export function cutTo(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  const cut = text.slice(0, maximum - 1).replace(/[\ud800-\udbff]$/, '');
  return `${cut}…`;
}
