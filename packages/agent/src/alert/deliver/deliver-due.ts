import { type Clock, groupBy } from '../../kernel/index.ts';
import type { Channel } from '../channels/types.ts';
import type { DeliveryLog } from '../ports.ts';
import type { Attempt, Delivery } from '../types.ts';
import { type Backoff, retryDelayMs } from './backoff.ts';
import type { Outcome } from './outcome.ts';

/** What deliveries are made with. */
export interface DeliverOptions {
  readonly log: DeliveryLog;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Attempts before a notification is given up. */
  readonly maximumAttempts: number;
  readonly timeoutMs: number;
  /** Ends the work after the attempts under way. */
  readonly signal?: AbortSignal;
}

/**
 * Attempts all that is due, channel beside channel and within a channel one after the other, until nothing is.
 * An attempt that was not recorded because the process died is made again: a channel may hear something twice, and
 * never not at all.
 */
export async function deliverDue(options: DeliverOptions): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  while (options.signal?.aborted !== true) {
    const due = await options.log.due(options.clock.now());
    if (due.length === 0) break;
    const byChannel = [...groupBy(due, ({ channel }) => channel).values()];
    const made = await Promise.all(byChannel.map((deliveries) => deliverInTurn(deliveries, options)));
    attempts.push(...made.flat());
  }
  return attempts;
}

async function deliverInTurn(
  deliveries: readonly Delivery[],
  options: DeliverOptions,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (const delivery of deliveries) {
    if (options.signal?.aborted === true) break;
    const attempt = await attemptOnce(delivery, options);
    await options.log.record(attempt);
    attempts.push(attempt);
  }
  return attempts;
}

async function attemptOnce(delivery: Delivery, options: DeliverOptions): Promise<Attempt> {
  const { clock, channels, timeoutMs } = options;
  const at = clock.now();
  const beganMs = clock.monotonicMs();
  const channel = channels.get(delivery.channel);
  const outcome: Outcome =
    channel === undefined
      ? { kind: 'refused', responseStatus: null, error: 'there is no such channel any more' }
      : await channel.send(delivery.notification, { timeoutMs, now: at });
  const attemptsCount = delivery.attemptsCount + 1;
  return {
    delivery: delivery.id,
    channel: delivery.channel,
    at,
    responseStatus: outcome.responseStatus,
    durationMs: clock.monotonicMs() - beganMs,
    attemptsCount,
    ...verdictOf(outcome, attemptsCount, options),
  };
}

function verdictOf(
  outcome: Outcome,
  attemptsCount: number,
  { clock, backoff, maximumAttempts }: DeliverOptions,
): Pick<Attempt, 'status' | 'error' | 'nextAttemptAt'> {
  if (outcome.kind === 'delivered') return { status: 'delivered', error: null, nextAttemptAt: null };
  const { error } = outcome;
  if (outcome.kind === 'refused' || attemptsCount >= maximumAttempts) {
    return { status: 'failed', error, nextAttemptAt: null };
  }
  const waitMs = Math.max(1, retryDelayMs(attemptsCount, outcome.retryAfterMs, backoff));
  return { status: 'retry', error, nextAttemptAt: new Date(clock.now().getTime() + waitMs) };
}
