import { createHash } from 'node:crypto';
import { failed, failure, type Result, success } from '../../kernel/index.ts';
import { ALERT_ERRORS } from '../errors.ts';
import type { Labels, Silence } from '../types.ts';
import { matches } from './matchers.ts';

/**
 * Checks a silence and gives it an id.
 * @returns the silence, or ALERT.SILENCE_INVALID when it would mute everything, never begin, or name nobody
 */
export function createSilence(given: Omit<Silence, 'id'>, now: Date): Result<Silence> {
  const reason = wrongWith(given, now);
  if (reason !== null) return failed(failure(ALERT_ERRORS.SILENCE_INVALID, { reason }));
  const id = createHash('sha256')
    .update(JSON.stringify([given, now]))
    .digest('hex')
    .slice(0, 16);
  return success({ id, ...given });
}

/** Gives the silence that mutes an alert now; null when none does. */
export function silenceOf(labels: Labels, silences: readonly Silence[], now: Date): Silence | null {
  return (
    silences.find(
      ({ matchers, startsAt, endsAt }) => startsAt <= now && now < endsAt && matches(matchers, labels),
    ) ?? null
  );
}

function wrongWith(
  { matchers, startsAt, endsAt, author, comment }: Omit<Silence, 'id'>,
  now: Date,
): string | null {
  if (matchers.length === 0) return 'Without a matcher it would mute every alert';
  if (matches(matchers, {}))
    return 'Its matchers hold for labels that are absent, so it would mute every alert';
  if (endsAt <= startsAt) return 'Its end is not after its beginning';
  if (endsAt <= now) return 'Its end has passed';
  if (author.trim() === '') return 'It names no author';
  return comment.trim() === '' ? 'It has no comment that says why' : null;
}
