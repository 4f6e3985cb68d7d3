import type { Clock } from '../kernel/index.ts';
import type { Channel } from './channels/types.ts';
import type { Outcome } from './deliver/outcome.ts';
import { fingerprintOf, sortedLabels } from './evaluate/fingerprint.ts';
import type { Notification } from './types.ts';

/** How a test of a channel went. */
export interface TestFire {
  readonly channel: string;
  /** Where it went, without secrets. */
  readonly destination: string;
  readonly at: Date;
  readonly durationMs: number;
  readonly outcome: Outcome;
}

/** What a test is made with. */
export interface TestFireOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly externalUrl: string;
}

const VALID_MS = 300_000;

/**
 * Sends a test alert that says so, and, where the channel is told of what is resolved, that it is over: a test
 * leaves no open incident. Past the queue, once, without a retry.
 */
export async function testFire(
  channel: Channel,
  { clock, timeoutMs, externalUrl }: TestFireOptions,
): Promise<TestFire> {
  const at = clock.now();
  const beganMs = clock.monotonicMs();
  const send = (status: Notification['status']): Promise<Outcome> =>
    channel.send(testNotification(channel.name, { status, at, externalUrl }), { timeoutMs, now: at });
  const fired = await send('firing');
  const isOver = fired.kind === 'delivered' && channel.isToldResolved;
  const outcome = isOver ? await send('resolved') : fired;
  const durationMs = clock.monotonicMs() - beganMs;
  return { channel: channel.name, destination: channel.destination, at, durationMs, outcome };
}

/** Builds the notification of a test. */
function testNotification(
  channel: string,
  {
    status,
    at,
    externalUrl,
  }: { readonly status: Notification['status']; readonly at: Date; readonly externalUrl: string },
): Notification {
  const labels = sortedLabels({ alertname: 'pgsteward-test', severity: 'info', channel });
  const summary = `TEST: pgsteward reaches the channel ${channel}; no database is in trouble`;
  return {
    channel,
    status,
    groupKey: `{}/{}:{alertname="pgsteward-test", channel=${JSON.stringify(channel)}}`,
    groupLabels: { alertname: 'pgsteward-test' },
    alerts: [
      {
        status,
        labels,
        annotations: { summary, title: 'Test of a channel' },
        startsAt: at,
        endsAt: status === 'resolved' ? at : null,
        fingerprint: fingerprintOf(labels),
        generatorUrl: '',
      },
    ],
    truncatedCount: 0,
    externalUrl,
    at,
    validUntil: new Date(at.getTime() + VALID_MS),
  };
}
